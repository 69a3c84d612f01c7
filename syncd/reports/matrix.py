"""How many units of each line stand where: in the store and at its supplier."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from syncd.domain.orders import FulfillmentOrderStatus, Line, Order
from syncd.domain.shipments import DEAD, Rung, SupplierLine
from syncd.reconcile.view import OrderView, SupplierView

_SHUT = {FulfillmentOrderStatus.CLOSED, FulfillmentOrderStatus.CANCELLED}


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCount:
    """Units of one order line. `placed` and `shipped` None = the suppliers do not say how many."""

    name: str
    ordered: int
    removed: int
    fulfilled: int
    open: int
    placed: int | None
    shipped: int | None


def matrix(view: OrderView, *, counts_as_shipped: Rung) -> tuple[LineCount, ...]:
    """One row per line, in the order's order."""
    return tuple(_row(view, line, rung=counts_as_shipped) for line in view.order.lines)


def _row(view: OrderView, line: Line, *, rung: Rung) -> LineCount:
    return LineCount(
        name=line.sku or line.title or line.id.rpartition("/")[2],
        ordered=line.quantity,
        removed=line.quantity - line.current_quantity,
        fulfilled=_fulfilled(view.order, line),
        open=_open(view.order, line),
        placed=_sum(_placed(view.suppliers, line)),
        shipped=_sum(_shipped(view.suppliers, line, rung=rung)),
    )


def _fulfilled(order: Order, line: Line) -> int:
    live = (one for one in order.fulfillments if one.is_live)
    return sum(part.quantity for one in live for part in one.lines if part.line_id == line.id)


def _open(order: Order, line: Line) -> int:
    working = (one for one in order.fulfillment_orders if one.status not in _SHUT)
    return sum(part.remaining for one in working for part in one.lines if part.line_id == line.id)


def _placed(suppliers: Iterable[SupplierView], line: Line) -> Iterable[SupplierLine]:
    for supplier in suppliers:
        for linked in supplier.orders:
            if linked.order.state not in DEAD:
                yield from (part for part in linked.order.lines or () if _is_for(part, line))


def _shipped(suppliers: Iterable[SupplierView], line: Line, *, rung: Rung) -> Iterable[SupplierLine]:
    for supplier in suppliers:
        for linked in supplier.orders:
            for parcel in linked.order.parcels:
                if parcel.rung >= rung:
                    yield from (part for part in parcel.lines or () if _is_for(part, line))


def _is_for(part: SupplierLine, line: Line) -> bool:
    if part.line_id is not None:
        return part.line_id == line.id
    return bool(part.sku) and (part.sku or "").strip() == (line.sku or "").strip()


def _sum(parts: Iterable[SupplierLine]) -> int | None:
    quantities = [part.quantity for part in parts]
    if any(quantity is None for quantity in quantities):
        return None
    return sum(quantity or 0 for quantity in quantities)
