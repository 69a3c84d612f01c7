"""What shows that a parcel is really on its way. Shopify refuses no cancel of a delivered fulfillment, so we must."""

from __future__ import annotations

from syncd.domain.orders import Fulfillment

_DISPLAYED = frozenset(
    {
        "ATTEMPTED_DELIVERY",
        "CARRIER_PICKED_UP",
        "DELAYED",
        "DELIVERED",
        "FAILURE",
        "IN_TRANSIT",
        "NOT_DELIVERED",
        "OUT_FOR_DELIVERY",
        "PICKED_UP",
        "READY_FOR_PICKUP",
    }
)
"""FulfillmentDisplayStatus and FulfillmentEventStatus words that need goods in a carrier's hands (Admin API 2026-10).

FULFILLED, MARKED_AS_FULFILLED, SUBMITTED, CONFIRMED and the LABEL_ words need none.
"""


def movement(fulfillment: Fulfillment) -> str | None:
    """The strongest word by which the store itself shows that the goods moved; None = it shows none."""
    if is_delivered(fulfillment):
        return "DELIVERED"
    if fulfillment.in_transit_at is not None:
        return "IN_TRANSIT"
    if fulfillment.display_status in _DISPLAYED:
        return fulfillment.display_status
    return next((event.status for event in fulfillment.events if event.status in _DISPLAYED), None)


def is_delivered(fulfillment: Fulfillment) -> bool:
    """Whether the store shows it as delivered."""
    if fulfillment.delivered_at is not None or fulfillment.display_status == "DELIVERED":
        return True
    return any(event.status == "DELIVERED" for event in fulfillment.events)
