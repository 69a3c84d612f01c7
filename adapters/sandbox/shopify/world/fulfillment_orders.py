"""Fulfillment orders: how they are made, what may be done with them, and how they are cut up and joined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from adapters.sandbox.shopify.errors import refuse
from adapters.sandbox.shopify.world.state import App, FoLine, FulfillmentOrder, Line, Location, Order
from adapters.sandbox.shopify.world.world import World

Portion = tuple[FoLine, int]

MOST_HOLDS = 10
"""Per app and fulfillment order."""


def make(world: World, order: Order, *, location: Location, delivery_method: str) -> FulfillmentOrder:
    """A new, empty OPEN fulfillment order."""
    global_id, number = world.new_id("FulfillmentOrder")
    now = world.now()
    made = FulfillmentOrder(
        id=global_id,
        number=number,
        order=order,
        location=location,
        delivery_method=delivery_method,
        created_at=now,
        updated_at=now,
        fulfill_at=now.replace(minute=0, second=0, microsecond=0),
    )
    world.add_fulfillment_order(made)
    return made


def add_units(world: World, fulfillment_order: FulfillmentOrder, line: Line, quantity: int) -> FoLine:
    """Put units of an order line into a fulfillment order, joining those that are there."""
    for fo_line in fulfillment_order.lines:
        if fo_line.line is line:
            fo_line.total += quantity
            fo_line.remaining += quantity
            return fo_line
    global_id, number = world.new_id("FulfillmentOrderLineItem")
    fo_line = FoLine(
        id=global_id,
        number=number,
        fulfillment_order=fulfillment_order,
        line=line,
        total=quantity,
        remaining=quantity,
    )
    fulfillment_order.lines.append(world.register(fo_line))
    return fo_line


def sibling(world: World, original: FulfillmentOrder, portions: Iterable[Portion]) -> FulfillmentOrder:
    """A new fulfillment order like `original` that takes these units away from it."""
    new = make(world, original.order, location=original.location, delivery_method=original.delivery_method)
    new.fulfill_at, new.fulfill_by = original.fulfill_at, original.fulfill_by
    for fo_line, quantity in portions:
        take_away(fo_line, quantity)
        add_units(world, new, fo_line.line, quantity)
    _drop_empty(original)
    world.touch_fulfillment_order(original, bump=False)
    world.touch_fulfillment_order(new, bump=False)
    return new


def take_away(fo_line: FoLine, quantity: int) -> None:
    fo_line.total -= quantity
    fo_line.remaining -= quantity


def _drop_empty(fulfillment_order: FulfillmentOrder) -> None:
    fulfillment_order.lines = [line for line in fulfillment_order.lines if line.total > 0]


def rest_of(fulfillment_order: FulfillmentOrder, portions: Sequence[Portion]) -> list[Portion]:
    """The units that remain when `portions` are set apart."""
    apart = {id(fo_line): quantity for fo_line, quantity in portions}
    rest = [(line, line.remaining - apart.get(id(line), 0)) for line in fulfillment_order.lines]
    return [(line, quantity) for line, quantity in rest if quantity > 0]


def portions_of(fulfillment_order: FulfillmentOrder, asked: Sequence[tuple[str, int]] | None) -> list[Portion]:
    """The lines and quantities that an argument names; everything remaining when it names none."""
    if not asked:
        return [(line, line.remaining) for line in fulfillment_order.lines if line.remaining > 0]
    by_id = {line.id: line for line in fulfillment_order.lines}
    if any(line_id not in by_id for line_id, _ in asked):
        raise refuse("Fulfillment order line item does not exist.")
    wanted: dict[str, int] = {}
    for line_id, quantity in asked:
        wanted[line_id] = wanted.get(line_id, 0) + quantity
    if any(quantity > by_id[line_id].remaining for line_id, quantity in wanted.items()):
        raise refuse("Invalid fulfillment order line item quantity requested.")
    return [(by_id[line_id], quantity) for line_id, quantity in wanted.items()]


def may_fulfill(fulfillment_order: FulfillmentOrder, by: App | None) -> bool:
    """Whether this caller may create fulfillments for it (since 2024-10 not at another app's service)."""
    if by is None:
        return True
    service = fulfillment_order.location.service
    if service is None:
        return "write_merchant_managed_fulfillment_orders" in by.scopes
    return service.app is by and bool(
        by.scopes & {"write_assigned_fulfillment_orders", "write_third_party_fulfillment_orders"}
    )


def may_see(fulfillment_order: FulfillmentOrder, by: App) -> bool:
    """Whether the caller's read scopes reach this fulfillment order."""
    service = fulfillment_order.location.service
    if service is None:
        return "read_merchant_managed_fulfillment_orders" in by.scopes
    if service.app is by and "read_assigned_fulfillment_orders" in by.scopes:
        return True
    return "read_third_party_fulfillment_orders" in by.scopes


def is_fulfilled_in_part(fulfillment_order: FulfillmentOrder) -> bool:
    return fulfillment_order.remaining < fulfillment_order.total


def supported_actions(fulfillment_order: FulfillmentOrder, by: App | None, *, with_merge: bool) -> list[str]:
    """What the API offers to this caller, in the recorded order."""
    service = fulfillment_order.location.service
    is_own = service is not None and by is not None and service.app is by
    actions = (
        _merchant_actions(fulfillment_order) if service is None else _service_actions(fulfillment_order, is_own=is_own)
    )
    if sum(hold.app is by for hold in fulfillment_order.holds) >= MOST_HOLDS:
        actions = [action for action in actions if action != "HOLD"]
    if with_merge and "MOVE" in actions and fulfillment_order.status == "OPEN" and mergeable_with(fulfillment_order):
        actions.append("MERGE")
    if by is not None and not may_write(fulfillment_order, by):
        return [action for action in actions if action in {"MOVE", "HOLD"}]
    return actions


def may_write(fulfillment_order: FulfillmentOrder, by: App) -> bool:
    """Whether the caller's write scopes reach this fulfillment order."""
    service = fulfillment_order.location.service
    if service is None:
        return "write_merchant_managed_fulfillment_orders" in by.scopes
    if service.app is by and "write_assigned_fulfillment_orders" in by.scopes:
        return True
    return "write_third_party_fulfillment_orders" in by.scopes


def _merchant_actions(fo: FulfillmentOrder) -> list[str]:
    split = ["SPLIT"] if fo.remaining > 1 else []
    match fo.status:
        case "OPEN":
            return ["CREATE_FULFILLMENT", "REPORT_PROGRESS", "MOVE", "HOLD", *split]
        case "IN_PROGRESS" if fo.progress_reported:
            return ["CREATE_FULFILLMENT", "REPORT_PROGRESS", "HOLD", "MARK_AS_OPEN"]
        case "IN_PROGRESS":
            return ["CREATE_FULFILLMENT", "HOLD", *split]
        case "ON_HOLD":
            return ["RELEASE_HOLD", "HOLD", "MOVE"]
        case "SCHEDULED":
            return ["MARK_AS_OPEN"]
        case _:
            return []


def _service_actions(fo: FulfillmentOrder, *, is_own: bool) -> list[str]:
    create = ["CREATE_FULFILLMENT"] if is_own else []
    match fo.status, fo.request_status:
        case "OPEN", "SUBMITTED":
            return ["CANCEL_FULFILLMENT_ORDER"]
        case "OPEN", _:
            split = ["SPLIT"] if fo.remaining > 1 else []
            return ["REQUEST_FULFILLMENT", *create, "HOLD", *split, "MOVE"]
        case "INCOMPLETE", _:
            return ["REQUEST_FULFILLMENT", *create, "HOLD", "MOVE"]
        case "IN_PROGRESS", "ACCEPTED" | "CANCELLATION_REJECTED":
            return [*create, "REQUEST_CANCELLATION"]
        case "IN_PROGRESS", "CANCELLATION_REQUESTED":
            return [*create, "CANCEL_FULFILLMENT_ORDER"]
        case "IN_PROGRESS", _:
            return [*create, "HOLD"]
        case "ON_HOLD", _:
            return ["RELEASE_HOLD", "HOLD", "MOVE"]
        case "SCHEDULED", _:
            return ["MARK_AS_OPEN"]
        case _:
            return []


def mergeable_with(fulfillment_order: FulfillmentOrder) -> list[FulfillmentOrder]:
    """Its open siblings at the same location with the same delivery method."""
    return [
        other
        for other in fulfillment_order.order.fulfillment_orders
        if other is not fulfillment_order
        and other.status == "OPEN"
        and other.request_status == "UNSUBMITTED"
        and other.location is fulfillment_order.location
        and other.delivery_method == fulfillment_order.delivery_method
    ]


def close(world: World, fulfillment_order: FulfillmentOrder) -> None:
    """No work is left in it."""
    fulfillment_order.status = "CLOSED"
    fulfillment_order.progress_reported = False
    world.touch_fulfillment_order(fulfillment_order)


def cancel(world: World, fo: FulfillmentOrder) -> FulfillmentOrder:
    """Withdraw the work and plan it anew. Returns the replacement, which re-uses the line ids.

    The recordings show that a plain OPEN/UNSUBMITTED one is accepted too, although the documentation says otherwise.
    """
    if fo.progress_reported:
        raise refuse(
            "Cannot cancel fulfillment order that has had progress reported. Mark as unfulfilled first.",
            field=["id"],
            code="FULFILLMENT_ORDER_HAS_MANUALLY_REPORTED_PROGRESS",
        )
    plain = fo.status == "OPEN" and fo.request_status in {"UNSUBMITTED", "SUBMITTED", "REJECTED"}
    if not plain and fo.request_status != "CANCELLATION_REQUESTED":
        raise refuse("Fulfillment order is not in cancelable request state and can't be canceled.")
    replacement = _replace(world, fo)
    close(world, fo)
    world.touch_order(fo.order)
    return replacement


def _replace(world: World, fo: FulfillmentOrder) -> FulfillmentOrder:
    """A new fulfillment order that takes over the unfulfilled lines together with their ids."""
    new = make(world, fo.order, location=fo.location, delivery_method=fo.delivery_method)
    new.fulfill_at, new.fulfill_by = fo.fulfill_at, fo.fulfill_by
    kept: list[FoLine] = []
    for line in fo.lines:
        done = line.total - line.remaining
        if done:
            line.total, left = done, line.remaining
            line.remaining = 0
            kept.append(line)
            if left:
                add_units(world, new, line.line, left)
        else:
            line.fulfillment_order = new
            new.lines.append(line)
    fo.lines = kept
    return new


def report_progress(world: World, fo: FulfillmentOrder) -> None:
    """Mark as being worked on."""
    if fo.status not in {"OPEN", "IN_PROGRESS"}:
        raise refuse(
            "Cannot report progress on a fulfillment order in this state.", code="FULFILLMENT_ORDER_STATUS_INVALID"
        )
    fo.status, fo.progress_reported = "IN_PROGRESS", True
    world.touch_fulfillment_order(fo)
    world.touch_order(fo.order)


def open_(world: World, fo: FulfillmentOrder) -> None:
    """Make a scheduled one ready, or stop reported progress."""
    stopped = fo.status == "IN_PROGRESS" and fo.progress_reported
    if fo.status != "SCHEDULED" and not stopped:
        raise refuse(f"Expected fulfillment order status to be valid but it was {fo.status.lower()}.")
    fo.status, fo.progress_reported = "IN_PROGRESS" if is_fulfilled_in_part(fo) else "OPEN", False
    world.touch_fulfillment_order(fo)
    world.touch_order(fo.order)
