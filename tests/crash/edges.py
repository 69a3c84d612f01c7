"""Where a life may end: counted in one run, chosen in the next."""

from __future__ import annotations

from dataclasses import dataclass, field


class Crashed(BaseException):
    """The process is gone. Nothing catches this, as nothing catches SIGKILL."""


@dataclass(slots=True)
class Edge:
    """The effect boundaries of one life.

    `dies_at` is the number (from 1) of the boundary at which it ends, or the name of the first such; None = it lives. Once it is dead, whatever it still tries
    (a `finally`, a task beside) raises too and has no effect.
    """

    dies_at: int | str | None = None
    passed: list[str] = field(default_factory=list)
    is_dead: bool = False

    def touch(self, what: str) -> None:
        """The life comes to a boundary."""
        self.must_live()
        self.passed.append(what)
        if self.dies_at in {len(self.passed), what}:
            self.is_dead = True
            raise Crashed(f"{len(self.passed)}: {what}")

    def must_live(self) -> None:
        if self.is_dead:
            raise Crashed("dead already")
