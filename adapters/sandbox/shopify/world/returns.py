"""Returns of fulfilled units. They change no quantity of any fulfillment order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.sandbox.shopify.errors import refuse
from adapters.sandbox.shopify.world import inventory
from adapters.sandbox.shopify.world.returned import Disposition, Return, ReturnLine, ReverseLine, ReverseOrder
from adapters.sandbox.shopify.world.state import App, FulfillmentLine, Line, Location, Order
from adapters.sandbox.shopify.world.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    line: FulfillmentLine
    quantity: int
    reason: str = "UNKNOWN"
    note: str = ""
    customer_note: str | None = None


def returnable(line: FulfillmentLine) -> int:
    """Fulfilled units that no return covers yet."""
    if not line.fulfillment.is_live:
        return 0
    taken = sum(
        known.quantity
        for known_return in line.line.order.returns
        if known_return.status not in {"CANCELED", "DECLINED"}
        for known in known_return.lines
        if known.fulfillment_line is line
    )
    return line.quantity - taken


def fulfilled_portions(order: Order, line: Line, quantity: int) -> list[tuple[FulfillmentLine, int]]:
    """Where `quantity` fulfilled units of an order line can be returned from. Raises `ValueError` when there are fewer."""
    portions = []
    left = quantity
    for fulfillment in order.fulfillments:
        for candidate in fulfillment.lines:
            taken = min(left, returnable(candidate)) if candidate.line is line else 0
            if taken:
                portions.append((candidate, taken))
                left -= taken
    if left:
        raise ValueError(f"{left} of {quantity} units of {line.sku} are not fulfilled")
    return portions


def create(world: World, order: Order, wanted: Sequence[Wanted], *, by: App | None, status: str = "OPEN") -> Return:
    """Open a return, or request one. Raises `Refusal`, nothing written."""
    at = ("returnInput" if status == "OPEN" else "input", "returnLineItems")
    for place, one in enumerate(wanted):
        if not 0 < one.quantity <= returnable(one.line):
            text = "Return line item has an invalid quantity."
            raise refuse(text, field=[*at, str(place), "quantity"], code="INVALID")
    global_id, number = world.new_id("Return")
    made = Return(
        id=global_id,
        number=number,
        order=order,
        name=f"{order.name}-R{len(order.returns) + 1}",
        created_at=world.now(),
        status="REQUESTED",
    )
    made.lines.extend(_line(world, one) for one in wanted)
    order.returns.append(world.register(made))
    if status == "OPEN":
        approve(world, made)
    world.touch_order(order)
    world.log("return_opened", by=by, order=order, thing=made)
    return made


def _line(world: World, wanted: Wanted) -> ReturnLine:
    global_id, number = world.new_id("ReturnLineItem")
    return world.register(
        ReturnLine(
            id=global_id,
            number=number,
            fulfillment_line=wanted.line,
            quantity=wanted.quantity,
            return_reason=wanted.reason,
            return_reason_note=wanted.note,
            customer_note=wanted.customer_note,
        )
    )


def approve(world: World, known: Return) -> None:
    """Goods may come back: there is work to take them in."""
    known.status, known.request_approved_at = "OPEN", world.now()
    global_id, number = world.new_id("ReverseFulfillmentOrder")
    work = ReverseOrder(id=global_id, number=number, order=known.order)
    for line in known.lines:
        line_id, line_number = world.new_id("ReverseFulfillmentOrderLineItem")
        row = ReverseLine(id=line_id, number=line_number, reverse_order=work, return_line=line)
        work.lines.append(world.register(row))
    known.reverse_orders.append(world.register(work))
    world.touch_order(known.order)


def dispose(world: World, line: ReverseLine, *, quantity: int, type_: str, location: Location | None) -> None:
    """Say what became of units that came back; restocked ones are on the shelf again."""
    global_id, number = world.new_id("ReverseFulfillmentOrderDisposition")
    made = Disposition(id=global_id, number=number, type=type_, quantity=quantity, location=location)
    line.dispositions.append(world.register(made))
    line.return_line.processed += quantity
    if type_ == "RESTOCKED" and location is not None:
        inventory.restock(line.return_line.fulfillment_line.line, location, quantity)
    world.touch_order(line.reverse_order.order)


_WORK = {"CLOSED": "CLOSED", "CANCELED": "CANCELED", "OPEN": "OPEN"}
"""Status of the work by status of the return."""


def set_status(world: World, known: Return, status: str) -> None:
    """Close, cancel or reopen; the caller checks that it may be done."""
    known.status = status
    known.closed_at = world.now() if status == "CLOSED" else None
    for work in known.reverse_orders:
        work.status = _WORK.get(status, work.status)
    world.touch_order(known.order)


def status_of(order: Order) -> str:
    """Order.returnStatus."""
    states = {known.status for known in order.returns}
    if "REQUESTED" in states:
        return "RETURN_REQUESTED"
    if "OPEN" in states:
        return "IN_PROGRESS"
    return "RETURNED" if "CLOSED" in states else "NO_RETURN"
