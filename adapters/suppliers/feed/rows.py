"""Rows of a feed as values; a bad one is reported with its line and its reason, and the good ones count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from adapters.suppliers.feed import cells
from adapters.suppliers.feed.header import Header
from adapters.suppliers.feed.records import Record
from adapters.suppliers.feed.settings import FeedSettings
from syncd.domain.numbers import is_no_number, normalise, split_numbers
from syncd.domain.observation import Problem
from syncd.secrets import redact

_MOST_PROBLEMS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row. `notes` says what about it could not be used, while the row as a whole counts.

    `shipped_at` None = the ship-date column is blank, unreadable, or not there (`Table.has_ship_dates` tells).
    """

    line: int
    order: str
    order_key: str
    """The order for comparing: without `#` and case."""
    sku: str | None
    quantity: int | None
    numbers: tuple[str, ...]
    parcel_key: tuple[str, ...]
    """The numbers for comparing; empty = no number."""
    carrier: str | None
    url: str | None
    shipped_at: datetime | None
    status: str
    notes: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str | None, tuple[str, ...]]:
        """What makes a row the same row: order, SKU and number."""
        return (self.order_key, self.sku, self.parcel_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Everything that could be read. `bad` counts rows that could not; `cut` says why reading ended early."""

    header: Header
    orders: Mapping[str, Sequence[Row]]
    """Rows by order key, in the order of the file."""
    users: Mapping[str, Sequence[str]]
    """Order keys by number: more than one is a number that two orders share."""
    count: int
    """Rows as they stand in the file, repeated keys taken as one, bad ones included."""
    bad: int
    problems: tuple[Problem, ...]
    cut: str | None = None
    ends_badly: bool = False
    """Whether the very last row is one of the bad ones."""

    @property
    def has_ship_dates(self) -> bool:
        return "shipped_at" in self.header.positions


@dataclass(slots=True)
class _Problems:
    kept: list[Problem] = field(default_factory=list)
    bad: int = 0

    def add(self, line: int, text: str) -> None:
        self.bad += 1
        if len(self.kept) < _MOST_PROBLEMS:
            self.kept.append(Problem(place=f"line {line}", text=redact(text)))

    def all(self) -> tuple[Problem, ...]:
        more = self.bad - len(self.kept)
        rest = (Problem(place="file", text=f"{more} more rows could not be read"),) if more > 0 else ()
        return (*self.kept, *rest)


def table(found: Iterable[Record], *, header: Header, settings: FeedSettings) -> Table:
    """The rows after `header`. A repeated key is one row, the last one wins."""
    kept: dict[tuple[str, str | None, tuple[str, ...]], Row] = {}
    problems = _Problems()
    cut, ends_badly = None, False
    for count, record in enumerate(_after(header, found)):
        if count >= settings.max_rows:
            cut = f"has more than max_rows = {settings.max_rows} rows; the rest was not read"
            break
        try:
            row = _row(record, header=header, settings=settings)
        except ValueError as exc:
            problems.add(record.line, str(exc))
            ends_badly = True
            continue
        ends_badly = False
        kept.pop(row.key, None)
        kept[row.key] = row
    return Table(
        header=header,
        orders=_by_order(kept.values()),
        users=_by_number(kept.values()),
        count=len(kept) + problems.bad,
        bad=problems.bad,
        problems=problems.all(),
        cut=cut,
        ends_badly=ends_badly,
    )


def _by_order(rows: Iterable[Row]) -> Mapping[str, Sequence[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.order_key].append(row)
    return dict(found)


def _by_number(rows: Iterable[Row]) -> Mapping[str, Sequence[str]]:
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for row in rows:
        for number in row.parcel_key:
            found[number][row.order_key] = None
    return {number: tuple(keys) for number, keys in found.items()}


def _after(header: Header, found: Iterable[Record]) -> Iterator[Record]:
    """Records below the header, without blank ones and without the header repeated (files glued together)."""
    for record in found:
        if record.line <= header.line or record.is_blank:
            continue
        if record.cells[:1] == header.first and _named(record) == header.names:
            continue
        yield record


def _named(record: Record) -> tuple[str, ...]:
    return tuple(" ".join(cell.split()) for cell in record.cells)


def _row(record: Record, *, header: Header, settings: FeedSettings) -> Row:
    if record.problem:
        raise ValueError(record.problem)
    _refuse_ragged(record, header)
    cell = {name: record.cells[place] for name, place in header.positions.items()}
    notes: list[str] = []
    order, numbers = cells.order_name(cell["order"]), _numbers(cell["tracking"], notes)
    return Row(
        line=record.line,
        order=order,
        order_key=cells.order_key(order),
        sku=cells.plain(cell.get("sku", "")) or None,
        quantity=cells.quantity(cell.get("quantity", "")),
        numbers=numbers,
        parcel_key=tuple(map(normalise, numbers)),
        carrier=cells.plain(cell.get("carrier", "")) or settings.carrier,
        url=cells.plain(cell.get("url", "")) or None if len(numbers) == 1 else None,
        shipped_at=_shipped_at(cell.get("shipped_at", ""), settings, notes),
        status=cells.plain(cell.get("status", "")),
        notes=tuple(map(redact, notes)),
    )


def _refuse_ragged(record: Record, header: Header) -> None:
    """A row of another width may have slipped by a column: nothing in it can be believed."""
    extra = record.cells[header.width :]
    if len(record.cells) < header.width:
        needed = max(header.positions.values())
        if len(record.cells) <= needed or len(record.cells) < header.width - _blank_tail(header):
            raise ValueError(f"has {len(record.cells)} cells, the header has {header.width}")
    if any(cell.strip() for cell in extra):
        raise ValueError(f"has {len(record.cells)} cells, the header has {header.width}")


def _blank_tail(header: Header) -> int:
    count = 0
    for name in reversed(header.names):
        if name:
            break
        count += 1
    return count


def _numbers(cell: str, notes: list[str]) -> tuple[str, ...]:
    text = cells.plain(cell)
    if "\ufffd" in text:
        raise ValueError(f"tracking number {text[:40]!r} holds signs that are lost: set encoding")
    numbers = split_numbers(text)
    if text and not numbers and is_no_number(text):
        notes.append(f"{text[:40]!r} is no tracking number")
    return numbers


def _shipped_at(cell: str, settings: FeedSettings, notes: list[str]) -> datetime | None:
    """A date that cannot be read costs the row its evidence, not the row."""
    try:
        return cells.instant(cell, zone=settings.zone, form=settings.date_format)
    except ValueError as exc:
        notes.append(str(exc))
        return None
