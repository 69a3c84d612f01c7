"""Shopify's and CJ's answers: recorded once, spoiled, and read through the whole adapters."""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from adapters.stores.shopify.joining import Join
from adapters.stores.shopify.mapping import Mapper
from adapters.stores.shopify.privacy import Hasher
from adapters.stores.shopify.pushed import hint, rest_order
from adapters.stores.shopify.pushed.topics import TOPICS
from syncd.clock import ManualClock
from syncd.domain.ports import SupplierQuery, Wanted
from syncd.errors import InvalidResponse, PortError
from tests.fuzz.source import Source, as_json, mutated
from tests.shopify.shop import Shop, a_fulfillment, a_fulfillment_order, a_line, an_order, gid, store_of
from tests.suppliers.worlds import CjWorld

NOW = datetime(2026, 11, 22, tzinfo=UTC)
HOURS_S = 6 * 3600.0
"""The longest that one question may take, with every wait that the other side can cause."""


class Says(httpx.AsyncBaseTransport):
    """Answers everything with one body, and keeps the bodies that were asked with."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=self.body, headers={"content-type": "application/json"})


class Taps(httpx.AsyncBaseTransport):
    """Keeps the answers of a shop."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.said = shop, []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self.shop.handle_async_request(request)
        self.said.append(json.loads(response.content))
        return response


@cache
def an_answer() -> dict[str, Any]:
    """The answer to a read of one order with everything in it."""
    line = a_line(1)
    order = an_order(
        1,
        lineItems=[line],
        fulfillmentOrders=[a_fulfillment_order(1, [line])],
        fulfillments=[a_fulfillment(1, [(line, 1)])],
    )
    taps = Taps(Shop([order]))
    asyncio.run(store_of(taps).order(gid("Order", 1)))
    return taps.said[-1]


def shopify_order(data: bytes) -> None:
    """The answer about one order with some of its values replaced, through the whole adapter."""
    ask_shop(as_json(mutated(an_answer(), Source(data))))


def shopify_answer(data: bytes) -> None:
    """Any bytes as an answer."""
    ask_shop(data)


def ask_shop(body: bytes) -> None:
    clock = ManualClock(NOW)
    store = store_of(Says(body), clock=clock)

    async def ask() -> None:
        for _ in range(2):
            with contextlib.suppress(PortError):
                await store.order(gid("Order", 1))
        with contextlib.suppress(PortError):
            await store.orders([gid("Order", 1), gid("Order", 2)])
        with contextlib.suppress(PortError):
            await store.find("#1001")

    asyncio.run(ask())
    assert clock.monotonic() < HOURS_S, "somebody would wait for hours"


@cache
def bulk_lines() -> tuple[dict[str, Any], ...]:
    order = an_answer()["data"]["order"]
    row = {key: value for key, value in order.items() if not isinstance(value, dict | list)}
    line = {"id": gid("LineItem", 1), "__parentId": order["id"], "quantity": 1, "sku": "x"}
    work = {"id": gid("FulfillmentOrder", 1), "orderId": order["id"], "status": "OPEN", "requestStatus": "UNSUBMITTED"}
    part = {
        "id": gid("FulfillmentOrderLineItem", 1),
        "__parentId": work["id"],
        "totalQuantity": 1,
        "remainingQuantity": 1,
    }
    named = {"id": work["id"], "__parentId": order["id"]}
    done = {"id": gid("Fulfillment", 1), "__parentId": work["id"]}
    return row, line, named, work, {**part, "lineItem": {"id": line["id"]}}, done


def bulk(data: bytes) -> None:
    """The lines of a bulk operation's two results with some of their values replaced."""
    source = Source(data)
    lines = mutated(list(bulk_lines()), source)
    mapper = Mapper(hasher=Hasher(key=b"k" * 32))
    with tempfile.TemporaryDirectory() as folder:
        join = Join(Path(folder) / "join.db")
        for place, line in enumerate(lines if isinstance(lines, list) else []):
            with contextlib.suppress(InvalidResponse):
                (join.take_order_line if place < 3 else join.take_fulfillment_order_line)(as_json(line))
        with contextlib.suppress(InvalidResponse):
            join.seal()
            for node, cut in join.orders():
                with contextlib.suppress(InvalidResponse):
                    mapper.order(node, cut=cut)
            list(join.strangers())
        join.close()


PUSHED = {
    "id": 6300000000001, "admin_graphql_api_id": "gid://shopify/Order/6300000000001", "name": "#1001", "order_id": 1,
    "created_at": "2026-11-01T10:00:00+01:00", "updated_at": "2026-11-01T10:00:00+01:00", "financial_status": "paid",
    "tags": "a, b", "line_items": [{"id": 1, "quantity": 2, "sku": "x", "current_quantity": 1, "fulfillable_quantity": 1}],
    "fulfillments": [{"id": 1, "status": "success", "created_at": "2026-11-01T10:00:00Z", "tracking_numbers": ["1Z", 1.5],
                      "tracking_company": "UPS", "tracking_urls": ["https://e.example"], "line_items": [{"id": 1, "quantity": 1}]}],
    "refunds": [{"id": 1, "created_at": "2026-11-01T10:00:00Z", "refund_line_items": [{"line_item_id": 1, "quantity": 1}]}],
    "order_edit": {"order_id": 1}, "fulfillment_order": {"id": "gid://shopify/FulfillmentOrder/1"}, "fulfillment_id": 1,
    "total_price_set": {"shop_money": {"amount": "10.00", "currency_code": "EUR"}}, "order": {"id": 1},
}  # fmt: skip


def pushed(data: bytes) -> None:
    """A webhook's body with some of its values replaced, for every topic."""
    source = Source(data)
    topic = source.pick(tuple(TOPICS))
    document = mutated(PUSHED, source)
    with contextlib.suppress(InvalidResponse):
        hint(topic, as_json(document))
    if isinstance(document, dict):
        with contextlib.suppress(InvalidResponse):
            rest_order(document)


def pushed_bytes(data: bytes) -> None:
    """Any bytes as a webhook's body."""
    source = Source(data)
    with contextlib.suppress(InvalidResponse):
        hint(source.pick((*TOPICS, "ORDERS_CREATE", "x")), source.rest())


# ---- CJ ---------------------------------------------------------------------------------------------------------------


class Tapped(httpx.AsyncBaseTransport):
    """CJ's twin, whose answers to the calls about orders are replaced by `spoil`."""

    def __init__(self, inner: httpx.AsyncBaseTransport, spoil: Callable[[bytes], bytes]) -> None:
        self.inner, self.spoil, self.asked = inner, spoil, 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self.inner.handle_async_request(request)
        if "/authentication/" in request.url.path:
            return response
        self.asked += 1
        return httpx.Response(200, content=self.spoil(await response.aread()))


def cj_reply(data: bytes) -> None:
    """CJ's answers about its orders with some of their values replaced, through the whole adapter."""
    ask_cj(lambda body: as_json(mutated(json.loads(body), Source(data))))


def cj_bytes(data: bytes) -> None:
    """Any bytes as CJ's answers."""
    ask_cj(lambda _: data)


def ask_cj(spoil: Callable[[bytes], bytes]) -> int:
    """Ask CJ everything once; how many calls that took."""
    world = CjWorld()
    placed = world.place(1001)
    world.ship(placed, "YT2412345678901234")
    world.wire = Tapped(world.wire, spoil)  # type: ignore[assignment]
    port = world.another(track=True)
    wanted = Wanted(order_id=placed.order_id, order_name=placed.order_name, supplier_order_ids=(placed.ref,))

    async def ask() -> None:
        for query in (SupplierQuery(), SupplierQuery(wanted=(wanted,))):
            with contextlib.suppress(PortError):
                await port.orders(query)
        with contextlib.suppress(PortError):
            await port.order(placed.ref)

    asyncio.run(ask())
    assert world.clock.monotonic() < HOURS_S, "somebody would wait for hours"
    return world.wire.asked
