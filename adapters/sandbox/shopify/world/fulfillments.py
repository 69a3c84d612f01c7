"""Fulfillments: work that is done. Creation, cancellation, tracking and events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.sandbox.shopify.errors import refuse
from adapters.sandbox.shopify.world import fulfillment_orders, inventory, orders
from adapters.sandbox.shopify.world.carriers import tracking_url
from adapters.sandbox.shopify.world.state import (
    App,
    FoLine,
    Fulfillment,
    FulfillmentEvent,
    FulfillmentLine,
    FulfillmentOrder,
    Take,
    TrackingRow,
)
from adapters.sandbox.shopify.world.world import World

FULFILLABLE = frozenset({"OPEN", "IN_PROGRESS", "INCOMPLETE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What a fulfillment takes from one fulfillment order; `lines` None = everything that remains."""

    fulfillment_order_id: str
    lines: tuple[tuple[str, int], ...] | None = None


def create(
    world: World,
    groups: Sequence[Group],
    *,
    by: App | None,
    tracking: Sequence[TrackingRow] = (),
    notify: bool = False,
    origin_address: dict[str, Any] | None = None,
    message: str | None = None,
) -> Fulfillment:
    """One fulfillment for all groups. Raises `Refusal` with the recorded texts, having written nothing."""
    _check_quantities(groups)
    chosen = [_fulfillment_order(world, group) for group in groups]
    _check_same(chosen, by=by)
    takes: list[Take] = []
    for fo, group in zip(chosen, groups, strict=True):
        takes.extend(_takes(fo, group))
    _check_totals(takes)
    fulfillment = _make(world, chosen[0], by=by, origin_address=origin_address)
    fulfillment.tracking = list(tracking)
    _carry_out(world, fulfillment, takes, chosen)
    units = {line.line.id: line.quantity for line in fulfillment.lines}
    numbers = [row.number for row in tracking if row.number]
    order = fulfillment.order
    world.log(
        "fulfillment_created", by=by, order=order, thing=fulfillment, units=units, numbers=numbers, message=message
    )
    if notify:
        world.log("notification", by=by, order=order, thing=fulfillment, numbers=numbers, about="fulfillment_created")
    world.touch_order(order)
    orders.archive_if_done(world, order)
    return fulfillment


def _check_quantities(groups: Sequence[Group]) -> None:
    # This error wins over all others, even over an unknown fulfillment order.
    for at, group in enumerate(groups):
        for line_at, (_, quantity) in enumerate(group.lines or ()):
            if quantity <= 0:
                path = ("lineItemsByFulfillmentOrder", str(at), "fulfillmentOrderLineItems", str(line_at), "quantity")
                raise refuse("Quantity must be greater than 0", field=["fulfillment", *path])


def _fulfillment_order(world: World, group: Group) -> FulfillmentOrder:
    fo = world.find(group.fulfillment_order_id, FulfillmentOrder)
    if fo is None:
        raise refuse("Fulfillment order does not exist.", field=["fulfillment"])
    return fo


def _check_same(chosen: Sequence[FulfillmentOrder], *, by: App | None) -> None:
    found = sorted({fo.order.number for fo in chosen})
    if len(found) > 1:
        text = f"All fulfillment orders must belong to the same order. Multiple orders with ids {found} were found."
        raise refuse(text, field=["fulfillment"])
    places = sorted({fo.location.number for fo in chosen})
    if len(places) > 1:
        text = (
            "All fulfillment orders must be assigned to a single location. "
            f"Multiple locations with ids {places} were found."
        )
        raise refuse(text, field=["fulfillment"])
    methods = list(dict.fromkeys(fo.delivery_method.lower() for fo in chosen))
    if len(methods) > 1:
        text = (
            "All fulfillment orders must have the same delivery method type. "
            f"Multiple delivery method types [{', '.join(methods)}] were found."
        )
        raise refuse(text, field=["fulfillment"])
    for fo in chosen:
        if fo.status not in FULFILLABLE:
            text = f"Fulfillment order {fo.number} has an unfulfillable status= {fo.status.lower()}."
            raise refuse(text, field=["fulfillment"])
        if not fulfillment_orders.may_fulfill(fo, by):
            raise refuse("The api_client does not have access to the fulfillment order.", field=["fulfillment"])


def _takes(fo: FulfillmentOrder, group: Group) -> list[Take]:
    if not group.lines:
        return [Take(fo_line=line, quantity=line.remaining) for line in fo.lines if line.remaining > 0]
    by_id = {line.id: line for line in fo.lines}
    takes = []
    for line_id, quantity in group.lines:
        fo_line = by_id.get(line_id)
        if fo_line is None:
            raise refuse("Fulfillment order line item does not exist.", field=["fulfillment"])
        takes.append(Take(fo_line=fo_line, quantity=quantity))
    return takes


def _check_totals(takes: Sequence[Take]) -> None:
    wanted: Counter[FoLine] = Counter()
    for take in takes:
        wanted[take.fo_line] += take.quantity
    if not wanted or any(quantity > fo_line.remaining for fo_line, quantity in wanted.items()):
        raise refuse("Invalid fulfillment order line item quantity requested.", field=["fulfillment"])


def _make(world: World, fo: FulfillmentOrder, *, by: App | None, origin_address: dict[str, Any] | None) -> Fulfillment:
    global_id, number = world.new_id("Fulfillment")
    now = world.now()
    order = fo.order
    fulfillment = Fulfillment(
        id=global_id,
        number=number,
        order=order,
        name=f"{order.name}-F{len(order.fulfillments) + 1}",
        created_at=now,
        updated_at=now,
        location=fo.location,
        service=fo.location.service or world.manual_service,
        by=by.handle if by else "merchant",
        origin_address=origin_address,
    )
    order.fulfillments.append(fulfillment)
    world.fulfillments[number] = fulfillment
    return world.register(fulfillment)


def _carry_out(
    world: World, fulfillment: Fulfillment, takes: Sequence[Take], chosen: Sequence[FulfillmentOrder]
) -> None:
    fulfillment.takes = list(takes)
    for take in takes:
        take.fo_line.remaining -= take.quantity
        inventory.leave(take.fo_line.line, fulfillment.location, take.quantity)
        _add_to_lines(world, fulfillment, take)
    for fo in chosen:
        if fo.remaining == 0:
            fulfillment_orders.close(world, fo)
        else:
            fo.status = "IN_PROGRESS"
            world.touch_fulfillment_order(fo)


def _add_to_lines(world: World, fulfillment: Fulfillment, take: Take) -> None:
    for known in fulfillment.lines:
        if known.line is take.fo_line.line:
            known.quantity += take.quantity
            return
    global_id, number = world.new_id("FulfillmentLineItem")
    line = FulfillmentLine(
        id=global_id, number=number, fulfillment=fulfillment, line=take.fo_line.line, quantity=take.quantity
    )
    fulfillment.lines.append(world.register(line))


def cancel(world: World, fulfillment: Fulfillment, *, by: App | None) -> None:
    """Undo it, whatever has happened to the parcel: the real service refuses neither a repeat nor a delivered one.

    A fulfillment order that was fulfilled whole stays CLOSED although its remaining quantity jumps back, and a new
    one with new ids takes the units. One that was fulfilled in part takes them back itself.
    """
    if not fulfillment.is_live:
        return
    fulfillment.status, fulfillment.display_status = "CANCELLED", "CANCELED"
    fulfillment.updated_at = world.now()
    order = fulfillment.order
    renewed: dict[FulfillmentOrder, FulfillmentOrder] = {}
    for take in fulfillment.takes:
        fo_line, fo = take.fo_line, take.fo_line.fulfillment_order
        fo_line.remaining += take.quantity
        inventory.come_back(fo_line.line, fulfillment.location, take.quantity)
        if not fo.is_open:
            if fo not in renewed:
                renewed[fo] = fulfillment_orders.make(
                    world, order, location=fo.location, delivery_method=fo.delivery_method
                )
            fulfillment_orders.add_units(world, renewed[fo], fo_line.line, take.quantity)
        elif fo.remaining == fo.total and fo.request_status in {"UNSUBMITTED", "REJECTED"}:
            fo.status = "OPEN"
        world.touch_fulfillment_order(fo)
    for new in renewed.values():
        world.touch_fulfillment_order(new, bump=False)
    order.closed_at = None
    world.touch_order(order)
    units = {line.line.id: line.quantity for line in fulfillment.lines}
    world.log("fulfillment_cancelled", by=by, order=order, thing=fulfillment, units=units)


def update_tracking(
    world: World, fulfillment: Fulfillment, rows: Sequence[TrackingRow], *, by: App | None, notify: bool = False
) -> None:
    """Replace all tracking rows; allowed in any status. With `notify` the customer gets a mail each time."""
    fulfillment.tracking = list(rows)
    fulfillment.updated_at = world.now()
    numbers = [row.number for row in rows if row.number]
    order = fulfillment.order
    world.touch_order(order)
    world.log("tracking_updated", by=by, order=order, thing=fulfillment, numbers=numbers)
    if notify:
        world.log("notification", by=by, order=order, thing=fulfillment, numbers=numbers, about="tracking_updated")


def add_event(
    world: World,
    fulfillment: Fulfillment,
    *,
    status: str,
    by: App | None,
    happened_at: datetime | None = None,
    **details: Any,
) -> FulfillmentEvent:
    """Store an event; duplicates are not noticed. The display status follows the latest event of a live one."""
    global_id, number = world.new_id("FulfillmentEvent")
    now = world.now()
    event = FulfillmentEvent(
        id=global_id, number=number, status=status, happened_at=happened_at or now, created_at=now, **details
    )
    fulfillment.events.append(world.register(event))
    fulfillment.updated_at = now
    if fulfillment.is_live:
        fulfillment.display_status = max(fulfillment.events, key=lambda known: known.happened_at).status
    if status == "IN_TRANSIT":
        fulfillment.in_transit_at = event.happened_at
    if status == "DELIVERED":
        fulfillment.delivered_at = event.happened_at
    if event.estimated_delivery_at is not None:
        fulfillment.estimated_delivery_at = event.estimated_delivery_at
    world.log("event_added", by=by, order=fulfillment.order, thing=fulfillment, status=status)
    return event


def tracking_rows(
    *, company: str | None = None, numbers: Sequence[str] = (), urls: Sequence[str] = ()
) -> list[TrackingRow]:
    """One row per number, matched with the urls by position; a known company makes a url of its own."""
    count = max(len(numbers), len(urls), 1 if company else 0)
    rows = []
    for at in range(count):
        number = numbers[at] if at < len(numbers) else None
        url = urls[at] if at < len(urls) else tracking_url(company, number)
        rows.append(TrackingRow(number=number, company=company, url=url))
    return rows
