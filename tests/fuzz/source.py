"""Bytes as a stream of choices, so that one target serves hypothesis and a coverage-guided fuzzer alike."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

T = TypeVar("T")

JUNK: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2**53, 10**30, -(10**30), 0.5, 1e308, -0.0, "", " ", "0", "x", "1" * 400 + ".0", "-1",
    "9" * 5000, "x" * 5000, "\u0000", "\ufffd", "\u202e", "²", "٣", "null", "[]", "{}", "2026-11-22", "2026-99-99T00:00:00Z",
    "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-11-22T00:00:00", "gid://shopify/Order/1", "UNKNOWN",
    [], [None], [1, "x"], [[[[[]]]]], {}, {"nodes": None}, {"nodes": [None, 1, {}]}, {"id": 1}, {"": ""}, {"x": {"x": {"x": []}}},
)  # fmt: skip
"""What a document may hold in place of anything else."""


class Source:
    """Choices made from bytes; when they are used up, every choice is the first."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def is_used_up(self) -> bool:
        return self._at >= len(self._data)

    def number(self, below: int) -> int:
        """A number from 0 up to `below`, which may be any number up to 65,536."""
        wide = 2 if below > 256 else 1
        taken = self._data[self._at : self._at + wide]
        self._at += wide
        return int.from_bytes(taken, "big") % below

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.number(len(choices))]

    def rest(self) -> bytes:
        """All that is left."""
        taken = self._data[self._at :]
        self._at = len(self._data)
        return taken

    def text(self) -> str:
        return self.rest().decode("utf-8", "replace")


def mutated(document: Any, source: Source) -> Any:
    """The document with one to eight of its values replaced, taken out, doubled, or put elsewhere."""
    whole = {"$": copy.deepcopy(document)}
    for _ in range(1 + source.number(8)):
        places = list(_places(whole))
        holder, key = places[source.number(len(places))]
        match source.number(5):
            case 0 | 1:
                holder[key] = copy.deepcopy(source.pick(JUNK))
            case 2 if holder is not whole:
                del holder[key]
            case 3:
                holder[key] = [holder[key], copy.deepcopy(holder[key])]
            case _:
                other, name = places[source.number(len(places))]
                holder[key] = copy.deepcopy(other[name])
        if source.is_used_up:
            break
    return whole["$"]


def _places(whole: Any) -> Iterator[tuple[Any, Any]]:
    """Every value of a document, as what holds it and under which key."""
    for key, value in list(whole.items() if isinstance(whole, dict) else enumerate(whole)):
        yield whole, key
        if isinstance(value, dict | list):
            yield from _places(value)


def as_json(document: Any) -> bytes:
    """The document as a service would send it, whatever is in it."""
    return json.dumps(document).encode("utf-8", "surrogatepass")
