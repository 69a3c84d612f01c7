"""What a planted bug is: a mistake that somebody could make in this product, and the promise that it breaks."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

OURS = ("syncd", "adapters.stores", "adapters.suppliers")
"""Where bugs may be planted."""


class Patcher(Protocol):
    """Puts something in the place of something else, until it undoes all of it (`pytest.MonkeyPatch`)."""

    def setattr(self, target: Any, name: str, value: Any) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Bug:
    """A mistake. `says`: what the wrong code does, in one line. `breaks`: promises of which it must break at least one."""

    name: str
    says: str
    breaks: tuple[str, ...]
    plant: Callable[[Patcher], None]


Bugs = dict[str, Bug]


def planted(bugs: Bugs, name: str, *, breaks: str) -> Callable[[Callable[[Patcher], None]], Callable[[Patcher], None]]:
    """Enter a bug into a table: the function plants it, its docstring says what it does."""

    def enter(plant: Callable[[Patcher], None]) -> Callable[[Patcher], None]:
        says = " ".join((plant.__doc__ or "").split())
        bugs[name] = Bug(name=name, says=says, breaks=tuple(breaks.split()), plant=plant)
        return plant

    return enter


def everywhere(patcher: Patcher, original: Any, instead: Any) -> None:
    """Put `instead` wherever the product imported `original` by its name."""
    found = [
        (module, name)
        for path, module in sorted(sys.modules.items())
        if path.startswith(OURS)
        for name, value in vars(module).items()
        if value is original
    ]
    if not found:
        raise LookupError(f"{original!r} is nowhere in the product: the bug would not be planted")
    for module, name in found:
        patcher.setattr(module, name, instead)
