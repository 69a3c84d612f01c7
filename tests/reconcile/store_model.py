"""A tiny store: what an order looks like after a step, by the rules recorded of the real service. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from syncd.domain.orders import (
    Fulfillment,
    FulfillmentLine,
    FulfillmentOrder,
    FulfillmentOrderLine,
    FulfillmentOrderStatus,
    FulfillmentStatus,
    Hold,
    MerchantRequest,
    Order,
    RequestStatus,
)
from syncd.domain.steps import Action, Step
from tests.reconcile.world import ACTIONS

OPEN, CLOSED = FulfillmentOrderStatus.OPEN, FulfillmentOrderStatus.CLOSED


def apply(step: Step, order: Order, *, now: datetime) -> Order:
    """The order after the store carried out the step. Asserts what the store would refuse."""
    match step.action:
        case Action.CREATE_FULFILLMENT:
            return _create(step, order, now)
        case Action.UPDATE_TRACKING:
            return _change(step, order, tracking=step.tracking)
        case Action.CANCEL_FULFILLMENT:
            return cancel(order, str(step.target.fulfillment_id), now=now)
        case Action.CANCEL_FULFILLMENT_ORDER:
            return _withdraw(step, order)
        case Action.SUBMIT_CANCELLATION_REQUEST:
            asked = MerchantRequest(kind="CANCELLATION_REQUEST", sent_at=now)
            return _on_work(step, order, lambda work: replace(work, requests=(*work.requests, asked)))
        case Action.HOLD:
            return _on_work(step, order, _held)
        case _:
            return order


def _create(step: Step, order: Order, now: datetime) -> Order:
    taken = {(one.fulfillment_order_id, one.line_item_id): one.quantity for one in step.target.allocations}
    works = []
    places = set()
    for work in order.fulfillment_orders:
        parts = tuple(
            replace(part, remaining=part.remaining - taken.pop((work.id, part.line_id), 0)) for part in work.lines
        )
        if parts != work.lines:
            assert "CREATE_FULFILLMENT" in work.supported_actions
            assert all(part.remaining >= 0 for part in parts)
            places.add((work.location_id, work.delivery_method))
            is_done = not any(part.remaining for part in parts)
            status = CLOSED if is_done else FulfillmentOrderStatus.IN_PROGRESS
            left = replace(work, lines=parts, status=status, supported_actions=frozenset() if is_done else ACTIONS)
            works.append(left)
        else:
            works.append(work)
    assert not taken
    assert len(places) == 1
    n = len(order.fulfillments) + 1
    made = Fulfillment(
        id=f"gid://shopify/Fulfillment/{n}",
        status=FulfillmentStatus.SUCCESS,
        display_status="FULFILLED",
        created_at=now,
        updated_at=now,
        location_id=next(iter(places))[0],
        tracking=step.tracking,
        lines=tuple(FulfillmentLine(line_id=one.line_item_id, quantity=one.quantity) for one in step.lines),
    )
    return replace(order, fulfillment_orders=tuple(works), fulfillments=(*order.fulfillments, made))


def _change(step: Step, order: Order, **more: object) -> Order:
    found = tuple(replace(one, **more) if one.id == step.target.fulfillment_id else one for one in order.fulfillments)
    return replace(order, fulfillments=found)


def cancel(order: Order, fulfillment_id: str, *, now: datetime) -> Order:
    """Cancel a fulfillment: its units come back in a new fulfillment order, the old one stays closed."""
    one = next(each for each in order.fulfillments if each.id == fulfillment_id)
    if not one.is_live:
        return order
    n = len(order.fulfillment_orders) + 1
    parts = tuple(
        FulfillmentOrderLine(
            id=f"gid://shopify/FOLI/{n}-{i}", line_id=done.line_id, total=done.quantity, remaining=done.quantity
        )
        for i, done in enumerate(one.lines)
    )
    heir = FulfillmentOrder(
        id=f"gid://shopify/FulfillmentOrder/{n}",
        status=OPEN,
        request_status=RequestStatus.UNSUBMITTED,
        location_id=one.location_id,
        supported_actions=ACTIONS,
        created_at=now,
        updated_at=now,
        lines=parts,
    )
    gone = replace(one, status=FulfillmentStatus.CANCELLED, updated_at=now, display_status="CANCELED")
    others = tuple(gone if each.id == one.id else each for each in order.fulfillments)
    return replace(order, fulfillments=others, fulfillment_orders=(*order.fulfillment_orders, heir))


def _on_work(step, order, change):
    found = tuple(
        change(work) if work.id == step.target.fulfillment_order_id else work for work in order.fulfillment_orders
    )
    return replace(order, fulfillment_orders=found)


def _held(work: FulfillmentOrder) -> FulfillmentOrder:
    ours = Hold(id=f"{work.id}/hold", reason="OTHER", handle="syncd", is_ours=True)
    actions = frozenset({"RELEASE_HOLD", "HOLD"})
    return replace(work, status=FulfillmentOrderStatus.ON_HOLD, holds=(*work.holds, ours), supported_actions=actions)


def _withdraw(step: Step, order: Order) -> Order:
    works = []
    for work in order.fulfillment_orders:
        if work.id == step.target.fulfillment_order_id:
            heir = replace(
                work,
                id=f"{work.id}9",
                request_status=RequestStatus.UNSUBMITTED,
                requests=(),
                status=OPEN,
                supported_actions=ACTIONS,
            )
            works += [replace(work, status=CLOSED, lines=(), supported_actions=frozenset()), heir]
        else:
            works.append(work)
    return replace(order, fulfillment_orders=tuple(works))
