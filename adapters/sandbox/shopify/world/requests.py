"""The talk between merchant and fulfillment service: requests to fulfill, requests to cancel, and their answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from adapters.sandbox.shopify.errors import refuse
from adapters.sandbox.shopify.world import fulfillment_orders
from adapters.sandbox.shopify.world.state import App, FulfillmentOrder, MerchantRequest
from adapters.sandbox.shopify.world.world import World

NOT_A_SERVICE = "The fulfillment order's assigned fulfillment service must be of api type"
"""Recorded for merchant-managed locations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """The three fulfillment orders of a submission's payload."""

    original: FulfillmentOrder
    submitted: FulfillmentOrder
    unsubmitted: FulfillmentOrder | None


def submit_fulfillment(
    world: World,
    fo: FulfillmentOrder,
    *,
    by: App | None,
    lines: Sequence[tuple[str, int]] | None = None,
    message: str | None = None,
    notify_customer: bool | None = None,
) -> Submitted:
    """Ask the service to fulfill. A part of the lines leaves the rest in a new, unsubmitted fulfillment order."""
    _needs_service(fo)
    fresh = fo.request_status in {"UNSUBMITTED", "REJECTED", "CLOSED", "CANCELLATION_ACCEPTED"}
    if fo.status not in {"OPEN", "INCOMPLETE"} or not fresh:
        raise refuse(_state_text(fo, "submitted for fulfillment"))
    rest = None
    if lines:
        portions = fulfillment_orders.portions_of(fo, lines)
        left_over = fulfillment_orders.rest_of(fo, portions)
        rest = fulfillment_orders.sibling(world, fo, left_over) if left_over else None
    fo.status, fo.request_status = "OPEN", "SUBMITTED"
    options: dict[str, Any] = {} if notify_customer is None else {"notify_customer": notify_customer}
    _ask(world, fo, kind="FULFILLMENT_REQUEST", message=message, options=options)
    world.log("fulfillment_requested", by=by, order=fo.order, thing=fo)
    return Submitted(original=fo, submitted=fo, unsubmitted=rest)


def accept_fulfillment(world: World, fo: FulfillmentOrder, *, by: App | None, message: str | None = None) -> None:
    """The service takes the work."""
    _needs_request(fo, {"SUBMITTED"}, "accepted")
    fo.status, fo.request_status = "IN_PROGRESS", "ACCEPTED"
    _answered(world, fo, by=by, what="fulfillment_accepted", message=message)


def reject_fulfillment(world: World, fo: FulfillmentOrder, *, by: App | None, message: str | None = None) -> None:
    """The service declines the work."""
    _needs_request(fo, {"SUBMITTED"}, "rejected")
    fo.status, fo.request_status = "OPEN", "REJECTED"
    _answered(world, fo, by=by, what="fulfillment_rejected", message=message)


def submit_cancellation(world: World, fo: FulfillmentOrder, *, by: App | None, message: str | None = None) -> None:
    """Ask the service to stop. The payload still shows ACCEPTED (recorded); later reads show the request."""
    _needs_service(fo)
    if fo.status != "IN_PROGRESS" or fo.request_status not in {"ACCEPTED", "CANCELLATION_REJECTED"}:
        raise refuse(_state_text(fo, "requested to be cancelled"))
    fo.request_status = "CANCELLATION_REQUESTED"
    _ask(world, fo, kind="CANCELLATION_REQUEST", message=message, options={})
    world.log("cancellation_requested", by=by, order=fo.order, thing=fo)


def accept_cancellation(
    world: World, fo: FulfillmentOrder, *, by: App | None, message: str | None = None
) -> FulfillmentOrder | None:
    """The service stops: the remaining units move to a new fulfillment order, which is returned."""
    _needs_request(fo, {"CANCELLATION_REQUESTED"}, "cancelled")
    portions = [(line, line.remaining) for line in fo.lines if line.remaining > 0]
    replacement = None
    if portions:
        replacement = fulfillment_orders.make(world, fo.order, location=fo.location, delivery_method=fo.delivery_method)
        for line, quantity in portions:
            fulfillment_orders.add_units(world, replacement, line.line, quantity)
            fulfillment_orders.take_away(line, quantity)
        world.touch_fulfillment_order(replacement, bump=False)
    fo.status, fo.request_status = "CLOSED", "CANCELLATION_ACCEPTED"
    _answered(world, fo, by=by, what="cancellation_accepted", message=message)
    return replacement


def reject_cancellation(world: World, fo: FulfillmentOrder, *, by: App | None, message: str | None = None) -> None:
    """The service goes on."""
    _needs_request(fo, {"CANCELLATION_REQUESTED"}, "rejected for cancellation")
    fo.request_status = "CANCELLATION_REJECTED"
    _answered(world, fo, by=by, what="cancellation_rejected", message=message)


def fail(world: World, fo: FulfillmentOrder, *, by: App | None, message: str | None = None) -> None:
    """The service gives accepted work up: INCOMPLETE, quantities kept."""
    _needs_service(fo)
    if fo.status != "IN_PROGRESS" or fo.request_status not in {"ACCEPTED", "CANCELLATION_REJECTED"}:
        raise refuse(_state_text(fo, "closed"))
    fo.status, fo.request_status = "INCOMPLETE", "CLOSED"
    _answered(world, fo, by=by, what="fulfillment_order_closed", message=message)


def _needs_service(fo: FulfillmentOrder) -> None:
    if fo.location.service is None:
        raise refuse(NOT_A_SERVICE)


def _needs_request(fo: FulfillmentOrder, states: set[str], what: str) -> None:
    _needs_service(fo)
    if not fo.is_open or fo.request_status not in states:
        raise refuse(_state_text(fo, what))


def _state_text(fo: FulfillmentOrder, what: str) -> str:
    # No recording shows these texts; the form is like that of fulfillmentOrderCancel's recorded one.
    return (
        f"Fulfillment order cannot be {what} in its current state: "
        f"status {fo.status.lower()}, request status {fo.request_status.lower()}."
    )


def _ask(world: World, fo: FulfillmentOrder, *, kind: str, message: str | None, options: dict[str, Any]) -> None:
    global_id, number = world.new_id("FulfillmentOrderMerchantRequest")
    request = MerchantRequest(
        id=global_id,
        number=number,
        fulfillment_order=fo,
        kind=kind,
        message=message,
        sent_at=world.now(),
        request_options=options,
    )
    fo.requests.append(world.register(request))
    _changed(world, fo)


def _answered(world: World, fo: FulfillmentOrder, *, by: App | None, what: str, message: str | None) -> None:
    _changed(world, fo)
    world.log(what, by=by, order=fo.order, thing=fo, message=message)


def _changed(world: World, fo: FulfillmentOrder) -> None:
    world.touch_fulfillment_order(fo)
    world.touch_order(fo.order)
