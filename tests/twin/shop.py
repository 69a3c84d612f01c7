"""A twin with a client: what every test of the twin starts from."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import httpx

from adapters.sandbox.faults import ConnectionDropped
from adapters.sandbox.shopify import NewLine, ShopifyTwin
from adapters.sandbox.shopify.world.state import FulfillmentOrder, Order
from syncd.clock import ManualClock

START = datetime(2026, 11, 2, 8, 15, 30, 123456, tzinfo=UTC)
HEADERS = {"X-Shopify-Access-Token": "shpat_sandbox"}


class Wire(httpx.ASGITransport):
    """In process; a dropped connection is what httpx makes of one."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return await super().handle_async_request(request)
        except ConnectionDropped as exc:
            raise httpx.RemoteProtocolError(str(exc)) from exc


@dataclass
class Desk:
    """A shop, its clock and a client of its API."""

    twin: ShopifyTwin
    clock: ManualClock
    http: httpx.AsyncClient

    @property
    def world(self) -> Any:
        return self.twin.world

    async def post(self, query: str, *, version: str = "2026-10", **variables: Any) -> httpx.Response:
        body = {"query": query, "variables": variables}
        return await self.http.post(f"/admin/api/{version}/graphql.json", json=body)

    async def ask(self, query: str, *, version: str = "2026-10", **variables: Any) -> dict[str, Any]:
        """The body of the reply."""
        response = await self.post(query, version=version, **variables)
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        return body

    async def data(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of a reply without errors."""
        body = await self.ask(query, **variables)
        assert "errors" not in body, body["errors"]
        found: dict[str, Any] = body["data"]
        return found

    async def mutate(self, name: str, arguments: str, returning: str, /, **variables: Any) -> dict[str, Any]:
        """The payload of one mutation; `arguments` as `id: ID!` declarations."""
        names = [part.split(":")[0].strip() for part in arguments.split(",")]
        passed = ", ".join(f"{one}: ${one}" for one in names)
        declared = ", ".join(f"${part.strip()}" for part in arguments.split(","))
        data = await self.data(f"mutation M({declared}) {{ {name}({passed}) {{ {returning} }} }}", **variables)
        payload: dict[str, Any] = data[name]
        return payload

    async def fulfill(self, *orders: FulfillmentOrder, returning: str = "fulfillment { id }", **more: Any) -> Any:
        """fulfillmentCreate for whole fulfillment orders, or with `groups` as given."""
        groups = more.pop("groups", None) or [{"fulfillmentOrderId": fo.id} for fo in orders]
        given = {"lineItemsByFulfillmentOrder": groups, **more}
        return await self.mutate(
            "fulfillmentCreate",
            "fulfillment: FulfillmentInput!",
            f"{returning} userErrors {{ field message }}",
            fulfillment=given,
        )

    def pass_time(self, **by: float) -> None:
        self.clock.advance(timedelta(**by))


@asynccontextmanager
async def desk(**options: Any) -> AsyncIterator[Desk]:
    clock = ManualClock(START)
    twin = ShopifyTwin(clock, Random(7), plan=options.pop("plan", "enterprise"), **options)
    http = httpx.AsyncClient(transport=Wire(twin.app), base_url="https://sandbox.myshopify.com", headers=HEADERS)
    async with http:
        yield Desk(twin, clock, http)


def shapes(order: Order) -> list[tuple[str, str, list[tuple[int, int]]]]:
    """Status, request status and (total, remaining) per line of every fulfillment order, oldest first."""
    return [
        (fo.status, fo.request_status, [(line.total, line.remaining) for line in fo.lines])
        for fo in order.fulfillment_orders
    ]


def line(sku: str = "A", quantity: int = 1, **more: Any) -> NewLine:
    return NewLine(sku=sku, quantity=quantity, **more)
