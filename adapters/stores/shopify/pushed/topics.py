"""The webhook topics that syncd listens to, and what each is about; every other topic is not ours."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class About(StrEnum):
    """What kind of thing a push is about, and thereby what to read next."""

    ORDER = "order"
    FULFILLMENT = "fulfillment"
    FULFILLMENT_ORDER = "fulfillment_order"
    REFUND = "refund"
    RETURN = "return"
    BULK_OPERATION = "bulk_operation"
    APP = "app"
    """The app's own standing in the shop: credentials and scopes, no order."""
    NOT_OURS = "not_ours"


_NEWS: Mapping[About, Mapping[str, str]] = {
    About.ORDER: {
        "orders/create": "an order was placed",
        "orders/updated": "an order changed",
        "orders/cancelled": "an order was cancelled",
        "orders/edited": "the lines of an order were edited",
        "orders/fulfilled": "an order was fulfilled",
        "orders/partially_fulfilled": "an order was fulfilled in part",
    },
    About.FULFILLMENT: {
        "fulfillments/create": "a fulfillment was created",
        "fulfillments/update": "a fulfillment changed",
        "fulfillment_events/create": "a tracking event was added",
    },
    About.FULFILLMENT_ORDER: {
        "fulfillment_orders/order_routing_complete": "an order was routed to its locations",
        "fulfillment_orders/moved": "a fulfillment order moved to another location",
        "fulfillment_orders/split": "a fulfillment order was split",
        "fulfillment_orders/merged": "fulfillment orders were merged",
        "fulfillment_orders/placed_on_hold": "a fulfillment order was put on hold",
        "fulfillment_orders/hold_released": "the last hold of a fulfillment order was released",
        "fulfillment_orders/cancelled": "a fulfillment order was cancelled",
        "fulfillment_orders/fulfillment_request_submitted": "a fulfillment was requested",
        "fulfillment_orders/fulfillment_request_accepted": "a fulfillment request was accepted",
        "fulfillment_orders/fulfillment_request_rejected": "a fulfillment request was rejected",
        "fulfillment_orders/cancellation_request_submitted": "a cancellation was requested",
        "fulfillment_orders/cancellation_request_accepted": "a cancellation request was accepted",
        "fulfillment_orders/cancellation_request_rejected": "a cancellation request was rejected",
        "fulfillment_orders/fulfillment_service_failed_to_complete": "a fulfillment service gave up",
        "fulfillment_orders/progress_reported": "progress was reported",
        "fulfillment_orders/manually_reported_progress_stopped": "reported progress was taken back",
        "fulfillment_orders/rescheduled": "a fulfillment order was rescheduled",
        "fulfillment_orders/scheduled_fulfillment_order_ready": "a scheduled fulfillment order fell due",
        "fulfillment_holds/added": "a hold was added",
        "fulfillment_holds/released": "a hold was released",
    },
    About.REFUND: {"refunds/create": "a refund was made"},
    About.RETURN: {
        "returns/request": "a return was requested",
        "returns/approve": "a return was approved",
        "returns/decline": "a return was declined",
        "returns/cancel": "a return was cancelled",
        "returns/close": "a return was closed",
        "returns/reopen": "a return was opened again",
        "returns/update": "a return changed",
        "returns/process": "a return was processed",
    },
    About.BULK_OPERATION: {"bulk_operations/finish": "a bulk operation finished"},
    About.APP: {
        "app/uninstalled": "the app was uninstalled",
        "app/scopes_update": "the app's scopes changed",
    },
}

TOPICS: Mapping[str, tuple[About, str]] = MappingProxyType(
    {topic: (about, news) for about, topics in _NEWS.items() for topic, news in topics.items()}
)
"""Topic as the header writes it -> what it is about and what it announces."""

_BY_ENUM = {topic.replace("/", "_"): topic for topic in TOPICS}


def topic_name(topic: str) -> str:
    """The topic as the header writes it (`orders/create`), from that or from the API's word (`ORDERS_CREATE`)."""
    bare = topic.strip().lower()
    return _BY_ENUM.get(bare.replace("/", "_"), bare)
