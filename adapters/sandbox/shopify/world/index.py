"""What searches see: a copy of each thing's searchable values, which may lag behind the thing itself.

The real service answers searches and sorted lists from an index that is updated a little after the write, while
reads by id are immediate. Entries are filtered and sorted by the indexed values, but shown as the things are now.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Values = dict[str, Any]


@dataclass(slots=True, eq=False)
class Row:
    """One thing and the values under which searches find it."""

    number: int
    thing: Any
    values: Values


@dataclass(slots=True)
class SearchIndex:
    """Rows by number. `describe` turns a thing into its searchable values."""

    describe: Callable[[Any], Values] = field(default=lambda _: {})
    rows: dict[int, Row] = field(default_factory=dict)
    _pending: deque[tuple[datetime, Row]] = field(default_factory=deque)
    _sorted: dict[str, list[tuple[Any, int]]] = field(default_factory=dict)

    def put(self, number: int, thing: Any, *, at: datetime) -> None:
        """The thing changed; searches see it from `at` on."""
        self._pending.append((at, Row(number, thing, self.describe(thing))))

    def settle(self, now: datetime) -> None:
        """Take in what became visible by `now`."""
        if not self._pending:
            return
        waiting: deque[tuple[datetime, Row]] = deque()
        for at, row in self._pending:
            if at <= now:
                self._replace(row)
            else:
                waiting.append((at, row))
        self._pending = waiting

    def remove(self, number: int) -> None:
        """The thing is gone."""
        self._pending = deque(entry for entry in self._pending if entry[1].number != number)
        row = self.rows.pop(number, None)
        if row is not None:
            for key in list(self._sorted):
                self._drop(key, row)

    def in_order(self, key: str, *, reverse: bool) -> Iterator[Row]:
        """Rows sorted by one indexed value, then by number."""
        entries = self._entries(key)
        for _, number in reversed(entries) if reverse else entries:
            yield self.rows[number]

    def from_value(self, key: str, value: Any) -> Iterator[Row]:
        """Rows whose value is at least `value`, ascending; spares a walk over everything older."""
        entries = self._entries(key)
        for _, number in entries[bisect_left(entries, (value, 0)) :]:
            yield self.rows[number]

    def _entries(self, key: str) -> list[tuple[Any, int]]:
        entries = self._sorted.get(key)
        if entries is None:
            entries = sorted((row.values[key], row.number) for row in self.rows.values())
            self._sorted[key] = entries
        return entries

    def _replace(self, row: Row) -> None:
        old = self.rows.get(row.number)
        self.rows[row.number] = row
        for key, entries in self._sorted.items():
            if old is not None:
                if old.values[key] == row.values[key]:
                    continue
                self._drop(key, old)
            entry = (row.values[key], row.number)
            entries.insert(bisect_left(entries, entry), entry)

    def _drop(self, key: str, row: Row) -> None:
        entries = self._sorted[key]
        del entries[bisect_left(entries, (row.values[key], row.number))]
