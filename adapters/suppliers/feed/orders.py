"""Supplier orders from the rows of a feed: one per order reference, a parcel per number, lines by SKU."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from adapters.suppliers.feed.rows import Row, Table
from adapters.suppliers.feed.settings import NO_RUNG, RETURNED, RUNGS, FeedSettings
from syncd.domain.shipments import DEAD, Parcel, Rung, SupplierLine, SupplierOrder, SupplierState
from syncd.domain.tracking import Tracking

_STORE_ID = re.compile(r"(?:gid://shopify/Order/)?(\d{10,})", re.IGNORECASE)
"""Order ids have at least ten digits; order names that long are unheard of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A row with what it proves. `notes` adds what its words could not tell."""

    row: Row
    state: SupplierState
    rung: Rung
    notes: tuple[str, ...]
    exception: str | None = None


def supplier_orders(
    table: Table, *, keys: Iterable[str], supplier: str, settings: FeedSettings, now: datetime
) -> tuple[SupplierOrder, ...]:
    """The orders with these keys, so far as the feed has them."""
    judge = _Judge(settings=settings, has_ship_dates=table.has_ship_dates, now=now)
    found = ((key, table.orders[key]) for key in keys if key in table.orders)
    return tuple(_order(key, [judge(row) for row in rows], supplier=supplier, now=now) for key, rows in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judge:
    """What a row proves (design 4.5, Rungs): the status word first, then the ship date, then the stanza's `rung`."""

    settings: FeedSettings
    has_ship_dates: bool
    now: datetime

    def __call__(self, row: Row) -> Judged:
        word = row.status.casefold()
        meaning = self.settings.states.get(word, "")
        if meaning in NO_RUNG:
            return self._judged(row, NO_RUNG[meaning], Rung.ORDERED)
        if meaning == RETURNED and row.numbers:
            return Judged(
                row=row, state=SupplierState.SHIPPED, rung=Rung.IN_TRANSIT, notes=row.notes, exception=RETURNED
            )
        if word and self.settings.states and not meaning:
            text = f"status {row.status[:40]!r} is not in states"
            return self._judged(row, SupplierState.UNKNOWN, Rung.ORDERED, text)
        rung = RUNGS.get(meaning, Rung.IN_TRANSIT) if meaning else self._undeclared(row)
        if row.numbers:
            return self._judged(row, _state_of(rung), rung)
        # The state repeats the supplier's word; the rung, which is what counts, needs a number.
        notes = ("says shipped, but has no tracking number",) if meaning and rung >= Rung.HANDED_OVER else ()
        return self._judged(row, _state_of(rung) if meaning else SupplierState.PROCESSING, Rung.ORDERED, *notes)

    def _undeclared(self, row: Row) -> Rung:
        if not self.has_ship_dates:
            return RUNGS[self.settings.rung]
        return Rung.HANDED_OVER if row.shipped_at and row.shipped_at <= self.now else Rung.LABEL

    @staticmethod
    def _judged(row: Row, state: SupplierState, rung: Rung, *notes: str) -> Judged:
        # Nothing is above ordered where the row is dead, held or not understood, whatever number it carries.
        return Judged(row=row, state=state, rung=rung, notes=(*row.notes, *notes))


def _state_of(rung: Rung) -> SupplierState:
    if rung is Rung.DELIVERED:
        return SupplierState.DELIVERED
    return SupplierState.SHIPPED if rung >= Rung.HANDED_OVER else SupplierState.PROCESSING


def _order(key: str, rows: Sequence[Judged], *, supplier: str, now: datetime) -> SupplierOrder:
    names = tuple(dict.fromkeys(judged.row.order for judged in rows))
    ids = tuple(dict.fromkeys(match[1] for name in names if (match := _STORE_ID.fullmatch(name))))
    shipped = [at for judged in rows if (at := judged.row.shipped_at) and at <= now]
    return SupplierOrder(
        supplier=supplier,
        id=key,
        state=_whole_state([judged.state for judged in rows]),
        raw_status=", ".join(dict.fromkeys(judged.row.status for judged in rows if judged.row.status)),
        store_order_ids=ids,
        store_order_names=names,
        lines=_lines(rows),
        parcels=tuple(_parcel(of_number) for of_number in _by_number(rows).values()),
        changed_at=max(shipped, default=None),
        problems=(*_notes(rows), *_ambiguous(rows)),
    )


def _whole_state(states: Sequence[SupplierState]) -> SupplierState:
    """The order's state from its rows'. Dead rows count only where there is nothing else."""
    seen = set(states)
    if SupplierState.UNKNOWN in seen:
        return SupplierState.UNKNOWN
    if seen <= DEAD:
        return SupplierState.FAILED if seen == {SupplierState.FAILED} else SupplierState.CANCELLED
    alive = seen - DEAD
    if len(alive) == 1:
        return alive.pop()
    if alive & {SupplierState.SHIPPED, SupplierState.DELIVERED}:
        return (
            SupplierState.SHIPPED
            if alive <= {SupplierState.SHIPPED, SupplierState.DELIVERED}
            else SupplierState.PART_SHIPPED
        )
    return SupplierState.HELD if SupplierState.HELD in alive else SupplierState.UNPAID


def _lines(rows: Sequence[Judged]) -> tuple[SupplierLine, ...] | None:
    """Units by SKU and state; None when a row names no SKU."""
    if any(judged.row.sku is None for judged in rows):
        return None
    groups: dict[tuple[str | None, SupplierState], list[Judged]] = defaultdict(list)
    for judged in rows:
        groups[judged.row.sku, judged.state].append(judged)
    return tuple(
        SupplierLine(sku=sku, quantity=_sum(group, rows), state=state) for (sku, state), group in groups.items()
    )


def _sum(group: Sequence[Judged], rows: Sequence[Judged]) -> int | None:
    """Units of one SKU in one state; None when a row leaves them out.

    A row without a number beside one with a number may be the same units, written before and after: nobody can tell.
    """
    sku = group[0].row.sku
    alive = [judged for judged in rows if judged.row.sku == sku and judged.state not in DEAD]
    if len({bool(judged.row.numbers) for judged in alive}) > 1 and group[0].state not in DEAD:
        return None
    counts = [judged.row.quantity for judged in group]
    return None if None in counts else sum(count for count in counts if count is not None)


def _by_number(rows: Iterable[Judged]) -> Mapping[tuple[str, ...], list[Judged]]:
    groups: dict[tuple[str, ...], list[Judged]] = defaultdict(list)
    for judged in rows:
        if judged.row.numbers:
            groups[judged.row.parcel_key].append(judged)
    return groups


def _parcel(rows: Sequence[Judged]) -> Parcel:
    """One parcel: the rows with the same number. What is in it are the rows with the strongest evidence only."""
    rung = max(judged.rung for judged in rows)
    inside = [judged for judged in rows if judged.rung == rung]
    last = inside[-1].row
    url = last.url if len(last.numbers) == 1 else None
    return Parcel(
        key="+".join(inside[0].row.parcel_key),
        rung=rung,
        tracking=tuple(Tracking(number=number, company=last.carrier, url=url) for number in last.numbers),
        lines=_contents(inside),
        shipped_at=min((judged.row.shipped_at for judged in inside if judged.row.shipped_at), default=None),
        exception=inside[-1].exception,
    )


def _contents(rows: Sequence[Judged]) -> tuple[SupplierLine, ...] | None:
    if any(judged.row.sku is None for judged in rows):
        return None
    return tuple(SupplierLine(sku=each.row.sku, quantity=each.row.quantity, state=each.state) for each in rows)


def _notes(rows: Iterable[Judged]) -> Iterable[str]:
    return (f"line {judged.row.line}: {text}" for judged in rows for text in judged.notes)


def _ambiguous(rows: Sequence[Judged]) -> Iterable[str]:
    """A blank quantity means all open units of the SKU, which only works where one number carries them."""
    alive = [judged for judged in rows if judged.row.numbers and judged.state not in DEAD]
    for sku in dict.fromkeys(judged.row.sku for judged in alive):
        of_sku = [judged.row for judged in alive if judged.row.sku == sku]
        numbers = {row.parcel_key for row in of_sku}
        if len(numbers) > 1 and any(row.quantity is None for row in of_sku):
            what = f"SKU {sku}" if sku else "an order without SKUs"
            yield f"line {of_sku[0].line}: {what} has {len(numbers)} numbers and no quantity: which parcel holds what is not told"
