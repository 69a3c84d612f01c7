"""What a happening is, and how one finds what it is to befall."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from tests.simulation.choices import Scope
from tests.simulation.scene import Scene

T = TypeVar("T")

Happening = Callable[[Scene, Scope], "str | None"]
"""Does it, and says in a sentence what it did; None = there was nothing to do it to."""


def one_of(scope: Scope, found: Iterable[T], name: str = "which") -> T | None:
    """One of those, the first being the simplest; None when there are none."""
    options = list(found)
    return scope.among(name, options) if options else None


def time_passes(scene: Scene, scope: Scope, *, hours: float) -> None:
    """Perhaps nobody looks for so long: some things are noticed by their age alone."""
    if scope.chance("nobody looks", 0.5):
        scene.waits_s = max(scene.waits_s, hours * 3600)


def ends_after(scene: Scene, seconds: float, end: Callable[[], object]) -> None:
    """A trouble that ends by itself after a while, and at peace for certain."""
    scene.passing.append(end)

    def ends() -> None:
        if end in scene.passing:
            scene.passing.remove(end)
            end()

    scene.loop.call_later(seconds, ends)


def named(ALL: dict[str, Happening], name: str) -> Callable[[Happening], Happening]:  # noqa: N803 - a module's table
    """Enter a happening into the table."""

    def enter(happening: Happening) -> Happening:
        ALL[name] = happening
        return happening

    return enter
