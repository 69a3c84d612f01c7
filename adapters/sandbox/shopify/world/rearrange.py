"""Moving, splitting, merging and rescheduling fulfillment orders. Ids change; lines and quantities do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from adapters.sandbox.shopify.errors import ServiceFailure, refuse
from adapters.sandbox.shopify.world import fulfillment_orders
from adapters.sandbox.shopify.world.fulfillment_orders import Portion
from adapters.sandbox.shopify.world.state import FulfillmentOrder, Location
from adapters.sandbox.shopify.world.world import World

_AT_WORK = frozenset({"SUBMITTED", "ACCEPTED", "CANCELLATION_REQUESTED", "CANCELLATION_REJECTED"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    moved: FulfillmentOrder
    original: FulfillmentOrder
    remaining: FulfillmentOrder | None


def move(world: World, fo: FulfillmentOrder, *, to: Location, lines: Sequence[tuple[str, int]] | None = None) -> Moved:
    """All lines: the same id at the new location. Some: a new fulfillment order with the moved units."""
    if fo.progress_reported:
        raise refuse(
            "Cannot move a fulfillment order that has had progress reported. "
            "To move a fulfillment order that has had progress reported, the fulfillment order must first be marked "
            "as open resolving the ongoing progress state.",
            field=["id"],
            code="CANNOT_MOVE_FULFILLMENT_ORDER_WITH_REPORTED_PROGRESS",
        )
    if not fo.is_open or fo.location is to:
        raise refuse("Cannot change location.")
    if fo.request_status in _AT_WORK:
        raise refuse("Cannot move submitted fulfillment order that is at a 3PL fulfillment service.")
    portions = fulfillment_orders.portions_of(fo, lines)
    rest = fulfillment_orders.rest_of(fo, portions)
    world.touch_order(fo.order)
    if rest:
        moved = fulfillment_orders.sibling(world, fo, portions)
        moved.location = to
        world.touch_fulfillment_order(moved, bump=False)
        return Moved(moved=moved, original=fo, remaining=fo)
    fo.location, fo.request_status = to, "UNSUBMITTED"
    world.touch_fulfillment_order(fo)
    return Moved(moved=fo, original=fo, remaining=None)


def reroute(world: World, chosen: Sequence[FulfillmentOrder], *, to: Sequence[Location]) -> list[FulfillmentOrder]:
    """Move whole fulfillment orders of one order to the first of these locations. The texts are not recorded."""
    if not chosen:
        raise refuse("At least one fulfillment order is required.", code="NO_FULFILLMENT_ORDER_IDS")
    if len({fo.order.id for fo in chosen}) > 1:
        text = "Fulfillment orders must belong to the same order."
        raise refuse(text, code="FULFILLMENT_ORDERS_NOT_FROM_THE_SAME_ORDER")
    if len({fo.location.id for fo in chosen}) > 1:
        text = "Fulfillment orders must belong to the same location."
        raise refuse(text, code="FULFILLMENT_ORDERS_MUST_BELONG_TO_SAME_LOCATION")
    if any(fo.status != "OPEN" or fo.request_status in _AT_WORK for fo in chosen):
        raise refuse("Fulfillment orders must be open.", code="FULFILLMENT_ORDERS_STATE_NOT_SUPPORTED")
    others = [place for place in to if place is not chosen[0].location and _stocks(place, chosen)]
    if not others:
        # Recorded: where no other place has the goods, the service falls over instead of refusing.
        raise ServiceFailure
    return [move(world, fo, to=others[0]).moved for fo in chosen]


def _stocks(place: Location, chosen: Sequence[FulfillmentOrder]) -> bool:
    variants = [line.line.variant for fo in chosen for line in fo.lines]
    return all(variant is not None and place.number in variant.inventory_item.levels for variant in variants)


def split(world: World, fo: FulfillmentOrder, portions: Sequence[Portion]) -> FulfillmentOrder:
    """Units split out go to the new fulfillment order, which is returned."""
    if fo.status not in {"OPEN", "IN_PROGRESS"}:
        raise refuse("The fulfillment order is not in a splittable state.")
    if any(quantity > line.remaining for line, quantity in portions):
        raise refuse("Invalid fulfillment order line item quantity requested.")
    new = fulfillment_orders.sibling(world, fo, portions)
    world.touch_fulfillment_order(fo)
    world.touch_order(fo.order)
    return new


def merge(world: World, chosen: Sequence[FulfillmentOrder]) -> FulfillmentOrder:
    """Everything goes into the first; the others are closed."""
    first, *others = chosen
    for fo in chosen:
        if fo.status != "OPEN" or any(other is not fo and not _fits(fo, other) for other in chosen):
            raise refuse(f"Fulfillment order: {fo.number} is currently not in a mergeable state.")
    for fo in others:
        for line in fo.lines:
            fulfillment_orders.add_units(world, first, line.line, line.remaining)
            fulfillment_orders.take_away(line, line.remaining)
        fulfillment_orders.close(world, fo)
    world.touch_fulfillment_order(first, bump=False)
    world.touch_order(first.order)
    return first


def _fits(one: FulfillmentOrder, other: FulfillmentOrder) -> bool:
    return one.order is other.order and one.location is other.location and one.delivery_method == other.delivery_method


def reschedule(world: World, fo: FulfillmentOrder, *, fulfill_at: datetime) -> None:
    if fo.status != "SCHEDULED":
        raise refuse("Fulfillment order must be scheduled.")
    fo.fulfill_at = fulfill_at
    world.touch_fulfillment_order(fo)


def set_deadline(world: World, chosen: Sequence[FulfillmentOrder | None], *, deadline: datetime) -> None:
    """Set `fulfillBy`, of closed ones too (recorded); an unknown one among them refuses all."""
    known = [fo for fo in chosen if fo is not None]
    if len(known) < len(chosen):
        raise refuse("Fulfillment orders could not be found.")
    for fo in known:
        fo.fulfill_by = deadline
        world.touch_fulfillment_order(fo)
