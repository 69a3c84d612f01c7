"""Where the units of every order line are, and the law that their number obeys.

Per line: open (remaining of fulfillment orders that are not closed or cancelled) + fulfilled (live) + removed before
they were fulfilled = ordered. Refunds and returns of fulfilled units change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import assert_never

from syncd.domain.orders import (
    Fulfillment,
    FulfillmentOrderStatus,
    FulfillmentStatus,
    Line,
    Order,
    RefundedLine,
    Restock,
)

FINISHED = frozenset({FulfillmentOrderStatus.CLOSED, FulfillmentOrderStatus.CANCELLED})
"""Fulfillment orders in these states hold no work. A closed one shows its full `remaining` again after a cancel of its
fulfillment, beside the new one that replaces it: counting both would double the units (recorded on the real service)."""

_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class Units:
    """The units of one line. `removed`: taken off before they were fulfilled, by an edit or a refund."""

    ordered: int
    open: int = 0
    fulfilled: int = 0
    removed: int = 0

    @property
    def wanted(self) -> int:
        """Units that are to be shipped, or were."""
        return self.ordered - self.removed

    @property
    def surplus(self) -> int:
        """How many units too many are accounted for; negative = too few."""
        return self.open + self.fulfilled + self.removed - self.ordered


def count(order: Order) -> dict[str, Units]:
    """The units of every line of the order, by line id."""
    units = {line.id: Units(ordered=line.quantity) for line in order.lines}
    for part in (part for work in order.fulfillment_orders if work.status not in FINISHED for part in work.lines):
        if part.line_id in units:
            units[part.line_id].open += part.remaining
    for done in (done for fulfillment in order.fulfillments if fulfillment.is_live for done in fulfillment.lines):
        if done.line_id in units:
            units[done.line_id].fulfilled += done.quantity
    for line in order.lines:
        if line.quantity != line.current_quantity or order.refunds:
            units[line.id].removed = removed(line, order=order)
    return units


def removed(line: Line, *, order: Order) -> int:
    """Units of the line that were taken off before they were fulfilled."""
    refunds = [refund for refund in order.refunds if refund.line_id == line.id]
    by_refund = _refunded_unfulfilled(line, refunds=refunds, fulfillments=order.fulfillments)
    edited = line.quantity - line.current_quantity - sum(refund.quantity for refund in refunds)
    return max(0, edited) + by_refund


def _refunded_unfulfilled(line: Line, *, refunds: Sequence[RefundedLine], fulfillments: Iterable[Fulfillment]) -> int:
    """Units that refunds took off before they were fulfilled.

    CANCEL takes off unfulfilled units, RETURN fulfilled ones; any other refund hits fulfilled units first, as many as
    there were at its time (community.shopify.dev/t/19953, read 2026-11).
    """
    shipped = [
        fulfillment for fulfillment in fulfillments if any(done.line_id == line.id for done in fulfillment.lines)
    ]
    refunded_fulfilled = unfulfilled = 0
    for refund in sorted(refunds, key=lambda refund: refund.at or _LAST):
        match refund.restock:
            case Restock.CANCEL:
                hit = 0
            case Restock.RETURN:
                hit = refund.quantity
            case Restock.NO_RESTOCK | Restock.LEGACY_RESTOCK | Restock.UNKNOWN:
                stood = sum(_stood(fulfillment, line=line, at=refund.at) for fulfillment in shipped)
                hit = min(refund.quantity, max(0, stood - refunded_fulfilled))
            case _:
                assert_never(refund.restock)
        refunded_fulfilled += hit
        unfulfilled += refund.quantity - hit
    return unfulfilled


def _stood(fulfillment: Fulfillment, *, line: Line, at: datetime | None) -> int:
    """Units of the line that this fulfillment held at `at`.

    A cancelled one held them until it was cancelled, for which its last change stands: the store keeps no other time.
    """
    if at is None:
        held = fulfillment.is_live
    else:
        ended = fulfillment.updated_at if fulfillment.status is FulfillmentStatus.CANCELLED else None
        held = fulfillment.created_at <= at and (fulfillment.is_live or (ended is not None and ended > at))
    return sum(done.quantity for done in fulfillment.lines if done.line_id == line.id) if held else 0


def has_gap(order: Order) -> bool:
    """Whether fewer units than ordered are accounted for on some line (F04, the lag case): kept since when, by the mirror."""
    return order.cancelled_at is None and any(units.surplus < 0 for units in count(order).values())
