"""Returns of fulfilled units. They change no quantity of any fulfillment order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.sandbox.shopify.errors import refuse
from adapters.sandbox.shopify.world.returned import Return, ReturnLine
from adapters.sandbox.shopify.world.state import App, FulfillmentLine, Line, Order
from adapters.sandbox.shopify.world.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    line: FulfillmentLine
    quantity: int
    reason: str = "UNKNOWN"
    note: str = ""


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
    """Open a return. Raises `Refusal`, nothing written."""
    for at, one in enumerate(wanted):
        if one.quantity > returnable(one.line):
            raise refuse(
                "Return line item has an invalid quantity.",
                field=["returnInput", "returnLineItems", str(at), "quantity"],
                code="INVALID",
            )
    global_id, number = world.new_id("Return")
    now = world.now()
    made = Return(
        id=global_id,
        number=number,
        order=order,
        name=f"{order.name}-R{len(order.returns) + 1}",
        created_at=now,
        status=status,
        request_approved_at=now if status == "OPEN" else None,
    )
    for one in wanted:
        line_id, line_number = world.new_id("ReturnLineItem")
        made.lines.append(
            world.register(
                ReturnLine(
                    id=line_id,
                    number=line_number,
                    fulfillment_line=one.line,
                    quantity=one.quantity,
                    return_reason=one.reason,
                    return_reason_note=one.note,
                )
            )
        )
    order.returns.append(world.register(made))
    world.touch_order(order)
    world.log("return_opened", by=by, order=order, thing=made)
    return made


def set_status(world: World, known: Return, status: str) -> None:
    """Close, cancel or reopen; the caller checks that it may be done."""
    known.status = status
    known.closed_at = world.now() if status == "CLOSED" else None
    world.touch_order(known.order)


def status_of(order: Order) -> str:
    """Order.returnStatus."""
    states = {known.status for known in order.returns}
    if "REQUESTED" in states:
        return "RETURN_REQUESTED"
    if "OPEN" in states:
        return "IN_PROGRESS"
    return "RETURNED" if "CLOSED" in states else "NO_RETURN"
