"""Reads values out of a JSON document; what is missing or of the wrong kind is named by its place in the document."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from syncd.clock import parse_instant
from syncd.errors import UsageError

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a document and where it stands: `steps[3].action`. All readers raise UsageError."""

    value: Any
    place: str = ""

    def wrong(self, wanted: str) -> UsageError:
        shown = json.dumps(self.value, ensure_ascii=False)
        shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
        place = self.place or "the document"
        return UsageError(
            f"{place} should be {wanted}, but is {shown}.", remedy="Make the plan anew with `syncd plan`."
        )

    def get(self, key: str) -> Node:
        """The member called `key`; it must be there."""
        place = f"{self.place}.{key}" if self.place else key
        if not isinstance(self.value, dict):
            raise self.wrong("an object")
        if key not in self.value:
            raise UsageError(f"{place} is missing.", remedy="Make the plan anew with `syncd plan`.")
        return Node(self.value[key], place)

    def items(self) -> Iterator[Node]:
        """The members of a list."""
        if not isinstance(self.value, list):
            raise self.wrong("a list")
        return (Node(value, f"{self.place}[{place}]") for place, value in enumerate(self.value))

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self.wrong("a text")
        return self.value

    def whole(self) -> int:
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise self.wrong("a whole number")
        return self.value

    def number(self) -> float:
        if not isinstance(self.value, int | float) or isinstance(self.value, bool):
            raise self.wrong("a number")
        return self.value

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            raise self.wrong("true or false")
        return self.value

    def instant(self) -> datetime:
        try:
            return parse_instant(self.text())
        except ValueError as exc:
            raise self.wrong("a time such as 2026-11-22T08:00:00Z") from exc

    def word(self, words: type[E]) -> E:
        """One of the words of an enumeration."""
        try:
            return words(self.text())
        except ValueError as exc:
            raise self.wrong(f"one of {', '.join(words)}") from exc

    def maybe(self, read: Callable[[Node], T]) -> T | None:
        """What `read` makes of it, or None for null: `node.maybe(Node.text)`."""
        return None if self.value is None else read(self)
