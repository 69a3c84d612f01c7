"""What Shopify pushes, taken as a hint where to look."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.stores.shopify.fields import items, maybe_obj
from adapters.stores.shopify.graphql import Session
from adapters.stores.shopify.pushed import About, hint
from adapters.stores.shopify.pushed.signature import is_signed
from adapters.stores.shopify.settings import ShopifySettings
from syncd.domain.ports import Heard, Push
from syncd.errors import AuthRejected, InvalidResponse
from syncd.http import Lane

_ORDER = "gid://shopify/Order/"
_MOST = 250
"""Ids in one question; Shopify takes no more in a list."""


def heard(push: Push, *, settings: ShopifySettings, secrets: Sequence[str]) -> Heard:
    """What a push is about.

    Raises AuthRejected when nobody signed it who knows a secret of ours, and InvalidResponse when it is not for this shop
    or its body has another shape than its topic promises.
    """
    headers = push.headers
    if not secrets:
        raise AuthRejected(
            "No webhook_secret is configured, so nobody can be believed.",
            remedy="Set webhook_secret to the app's client secret.",
        )
    if not is_signed(push.body, headers.get("x-shopify-hmac-sha256", ""), secrets=secrets):
        raise AuthRejected(
            "The webhook is not signed with a secret of ours.",
            remedy="Compare webhook_secret with the app's client secret.",
        )
    shop = headers.get("x-shopify-shop-domain", "")
    if shop.casefold() != settings.shop.casefold():
        raise InvalidResponse(
            f"The webhook is for {shop or 'no shop'}, not for {settings.shop}.", path="X-Shopify-Shop-Domain"
        )
    found = hint(headers.get("x-shopify-topic", ""), push.body)
    named = found.order_ids or (*found.fulfillment_order_ids, *found.return_ids)
    return Heard(
        topic=found.topic,
        # Of an event without an id nobody can say that it came before.
        event_id=headers.get("x-shopify-event-id") or headers.get("x-shopify-webhook-id") or "",
        things=named if found.is_ours else (),
        is_about_all=found.about is About.APP,
    )


async def orders_of(things: Sequence[str], *, session: Session) -> tuple[str, ...]:
    """The orders that these ids (of orders, fulfillment orders, returns) belong to; what does not exist is left out."""
    orders = [one for one in things if one.startswith(_ORDER)]
    others = sorted({one for one in things if not one.startswith(_ORDER)})
    if others:
        reply = await session.read("orders_of", {"ids": others[:_MOST]}, lane=Lane.READ_BACK, partial=True)
        for node in items(reply.data, "nodes"):
            order_id = node.get("orderId") or (maybe_obj(node, "order") or {}).get("id")
            if isinstance(order_id, str):
                orders.append(order_id)
    return tuple(dict.fromkeys(orders))
