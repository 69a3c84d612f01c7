"""Where everything that is left to chance comes from: named choices, each a small number, 0 = the simplest.

A choice is found by its name, not by its place in a sequence. So a record of choices can be replayed with some of them
taken away (they become 0) while all others stay as they were, which is what makes a failing seed small.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")

_SCALE = 2**64

Record = Mapping[str, int | str]
"""What was chosen, by name: a number, or one of some words."""


@dataclass(slots=True)
class Choices:
    """The choices of one world: drawn from `seed`, or replayed from a `record` in which what is missing is 0."""

    seed: int
    record: Record | None = None
    made: dict[str, int | str] = field(default_factory=dict)
    """Every choice so far that was not 0."""

    def number(self, name: str, count: int) -> int:
        """0 ... `count` - 1."""
        if self.record is not None:
            kept = self.record.get(name, 0)
            drawn = min(kept, count - 1) if isinstance(kept, int) else 0
        else:
            drawn = self._raw(name) * count // _SCALE
        if drawn:
            self.made[name] = drawn
        return drawn

    def chance(self, name: str, share: float) -> bool:
        """Whether what happens in `share` of all cases happens."""
        drawn = bool(self.record.get(name, 0)) if self.record is not None else self._raw(name) < share * _SCALE
        if drawn:
            self.made[name] = 1
        return drawn

    def among(self, name: str, options: Sequence[T]) -> T:
        """One of `options`, the simplest first. Words are recorded as they are: a table that grows moves none of them."""
        kept = self.record.get(name, 0) if self.record is not None else 0
        if isinstance(kept, str):
            chosen = next((option for option in options if option == kept), options[0])
        else:
            chosen = options[self.number(name, len(options))]
        if isinstance(chosen, str) and chosen != options[0]:
            self.made[name] = chosen
        return chosen

    def within(self, scope: str) -> Scope:
        """The same choices under names that begin with `scope`."""
        return Scope(self, scope)

    def _raw(self, name: str) -> int:
        digest = blake2b(f"{self.seed}/{name}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big")


@dataclass(frozen=True, slots=True)
class Scope:
    """Choices about one thing."""

    choices: Choices
    name: str

    def number(self, name: str, count: int) -> int:
        return self.choices.number(f"{self.name}/{name}", count)

    def chance(self, name: str, share: float) -> bool:
        return self.choices.chance(f"{self.name}/{name}", share)

    def among(self, name: str, options: Sequence[T]) -> T:
        return self.choices.among(f"{self.name}/{name}", options)

    def within(self, scope: str) -> Scope:
        return Scope(self.choices, f"{self.name}/{scope}")
