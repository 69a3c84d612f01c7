"""Holds on fulfillment orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.sandbox.shopify.errors import refuse
from adapters.sandbox.shopify.world import fulfillment_orders
from adapters.sandbox.shopify.world.fulfillment_orders import MOST_HOLDS
from adapters.sandbox.shopify.world.state import App, FoLine, FulfillmentOrder, Hold
from adapters.sandbox.shopify.world.world import World

DISPLAY_REASONS = {
    "AWAITING_PAYMENT": "Awaiting payment",
    "AWAITING_RETURN_ITEMS": "Awaiting return items",
    "HIGH_RISK_OF_FRAUD": "High risk of fraud",
    "INCORRECT_ADDRESS": "Incorrect address",
    "INVENTORY_OUT_OF_STOCK": "Inventory out of stock",
    "ONLINE_STORE_POST_PURCHASE_CROSS_SELL": "Online store post-purchase cross-sell",
    "OTHER": "Other",
    "UNKNOWN_DELIVERY_DATE": "Unknown delivery date",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    hold: Hold
    fulfillment_order: FulfillmentOrder
    remaining: FulfillmentOrder | None


def place(
    world: World,
    fo: FulfillmentOrder,
    *,
    by: App | None,
    reason: str = "OTHER",
    notes: str | None = None,
    handle: str = "",
    external_id: str | None = None,
    lines: Sequence[tuple[str, int]] = (),
) -> Held:
    """Hold all, or some units: those stay on this fulfillment order, the rest goes to a new open one.

    Does not bump the order's `updatedAt`.
    """
    portions = _portions(fo, lines)
    _check_state(fo, by=by, handle=handle, is_partial=bool(lines))
    rest = None
    if portions:
        left_over = fulfillment_orders.rest_of(fo, portions)
        rest = fulfillment_orders.sibling(world, fo, left_over) if left_over else None
    global_id, number = world.new_id("FulfillmentHold")
    hold = Hold(
        id=global_id,
        number=number,
        reason=reason,
        app=by,
        handle=handle,
        reason_notes=notes,
        external_id=external_id,
    )
    fo.holds.append(world.register(hold))
    fo.status = "ON_HOLD"
    fo.held_from = rest or fo.held_from
    world.touch_fulfillment_order(fo)
    world.touch_order(fo.order, bump=False)
    world.log("hold_placed", by=by, order=fo.order, thing=fo, hold=hold.id, handle=handle, reason=reason)
    return Held(hold=hold, fulfillment_order=fo, remaining=rest)


def _portions(fo: FulfillmentOrder, lines: Sequence[tuple[str, int]]) -> list[tuple[FoLine, int]]:
    at_fault = ["fulfillmentHold", "fulfillmentOrderLineItems"]
    for at, (_, quantity) in enumerate(lines):
        if quantity <= 0:
            raise refuse(
                "You must select at least one item to place on partial hold.",
                field=[*at_fault, str(at), "quantity"],
                code="GREATER_THAN_ZERO",
            )
    ids = [line_id for line_id, _ in lines]
    if len(set(ids)) < len(ids):
        raise refuse(
            "must contain unique line item ids", field=at_fault, code="DUPLICATED_FULFILLMENT_ORDER_LINE_ITEMS"
        )
    by_id = {line.id: line for line in fo.lines}
    if any(line_id not in by_id or quantity > by_id[line_id].remaining for line_id, quantity in lines):
        raise refuse(
            "The line item quantity is invalid.",
            field=[*at_fault, "0", "quantity"],
            code="INVALID_LINE_ITEM_QUANTITY",
        )
    return [(by_id[line_id], quantity) for line_id, quantity in lines]


def _check_state(fo: FulfillmentOrder, *, by: App | None, handle: str, is_partial: bool) -> None:
    own = [hold for hold in fo.holds if hold.app is by]
    if is_partial and fo.status == "ON_HOLD":
        raise refuse(
            "The fulfillment order is not in a splittable state.",
            field=["fulfillmentHold", "fulfillmentOrderLineItems"],
            code="FULFILLMENT_ORDER_NOT_SPLITTABLE",
        )
    if any(hold.handle == handle for hold in own):
        raise refuse(
            "The handle provided for the fulfillment hold is already in use by this app for another hold on this "
            "fulfillment order.",
            field=["fulfillmentHold", "handle"],
            code="DUPLICATE_FULFILLMENT_HOLD_HANDLE",
        )
    if len(own) >= MOST_HOLDS:
        raise refuse(
            "The maximum number of fulfillment holds for this fulfillment order has been reached for this app. "
            f"An app can only have up to {MOST_HOLDS} holds on a single fulfillment order at any one time.",
            field=["id"],
            code="FULFILLMENT_ORDER_HOLD_LIMIT_REACHED",
        )
    if fo.status not in {"OPEN", "ON_HOLD", "IN_PROGRESS", "INCOMPLETE"}:
        raise refuse(f"Cannot place a hold on a fulfillment order that is {fo.status.lower()}.", field=["id"])


def release(
    world: World,
    fo: FulfillmentOrder,
    *,
    by: App | None,
    hold_ids: Sequence[str] | None = None,
    external_id: str | None = None,
) -> FulfillmentOrder:
    """Lift the named holds, or everybody's when none is named. What a partial hold left over comes back.

    `external_id` names the caller's automation; it is only noted.
    """
    chosen = fo.holds if hold_ids is None else [hold for hold in fo.holds if hold.id in hold_ids]
    released = list(chosen)
    fo.holds = [hold for hold in fo.holds if hold not in released]
    if fo.status == "ON_HOLD" and not fo.holds:
        fo.status = "IN_PROGRESS" if fulfillment_orders.is_fulfilled_in_part(fo) else "OPEN"
        _take_back(world, fo)
    world.touch_fulfillment_order(fo)
    world.touch_order(fo.order, bump=False)
    for hold in released:
        detail = {"hold": hold.id, "handle": hold.handle, "external_id": external_id}
        world.log("hold_released", by=by, order=fo.order, thing=fo, **detail)
    return fo


def _take_back(world: World, fo: FulfillmentOrder) -> None:
    rest, fo.held_from = fo.held_from, None
    if rest is None or rest.status != "OPEN" or fulfillment_orders.is_fulfilled_in_part(rest):
        return
    for line in rest.lines:
        fulfillment_orders.add_units(world, fo, line.line, line.remaining)
        fulfillment_orders.take_away(line, line.remaining)
    fulfillment_orders.close(world, rest)
