"""A whole small world: a shop, CJ and a depot with a feed as twins, the real adapters, the journal, one clock."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx

from adapters.sandbox.cj import CjLine, CjTwin
from adapters.sandbox.feed import FeedTwin
from adapters.sandbox.shopify.twin import ShopifyTwin
from adapters.sandbox.shopify.world.world import NewLine
from adapters.stores.shopify import ADAPTER as SHOPIFY
from adapters.suppliers.cj import ADAPTER as CJ
from adapters.suppliers.feed import ADAPTER as FEED
from syncd import cycle
from syncd.clock import ManualClock
from syncd.cycle import Look, Run
from syncd.domain.ports import AdapterPorts
from syncd.domain.steps import Approval, StepState
from syncd.http import Http
from syncd.journal.credentials import KeptCredentials
from syncd.journal.database import Database
from syncd.reconcile.policy import LineRule, Policy, SupplierRules
from syncd.shop import Shop
from tests.journals import put_empty

START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
DOMAIN = "sandbox.myshopify.com"

POLICY = Policy(
    cancel_stale_requests=Approval.AUTO,
    suppliers=(
        SupplierRules(name="cj", lines=LineRule(sku_prefix="CJ-"), can_cancel=True, snapshot=True),
        SupplierRules(name="depot", lines=LineRule(sku_prefix="DP-")),
    ),
)


class Streets(httpx.AsyncBaseTransport):
    """Every twin behind its own host name; `before` and `after` may look at, delay or break each call."""

    def __init__(self, apps: dict[str, Any]) -> None:
        self._ways = {host: httpx.ASGITransport(app=app) for host, app in apps.items()}
        self.calls: list[httpx.Request] = []
        self.before: Any = None
        self.after: Any = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(request)
        if self.before:
            await self.before(request)
        response = await self._ways[request.url.host].handle_async_request(request)
        body = await response.aread()
        if self.after:
            await self.after(request)
        return httpx.Response(response.status_code, headers=response.headers, content=body, request=request)


@dataclass(kw_only=True)
class ShopWorld:
    """The twins, the clock, and syncd on top of them."""

    clock: ManualClock
    store: ShopifyTwin
    cj: CjTwin
    depot: FeedTwin
    streets: Streets
    db: Database
    shop: Shop
    orders: dict[str, Any] = field(default_factory=dict)

    def order(self, *skus: str, quantity: int = 1, **details: Any) -> Any:
        """A paid order in the store, with one line for each SKU."""
        made = self.store.world.create_order(*(NewLine(sku=sku, quantity=quantity) for sku in skus), **details)
        self.orders[made.name] = made
        return made

    def place_at_cj(self, order: Any, *, status: str = "UNSHIPPED") -> str:
        """CJ has the order's CJ lines, linked by the store's own ids."""
        lines = [
            CjLine(quantity=line.quantity, store_line_id=line.id.rpartition("/")[2])
            for line in order.lines
            if line.sku.startswith("CJ-")
        ]
        number = order.id.rpartition("/")[2]
        return self.cj.place(name=order.name, store_order_id=number, lines=lines, status=status)

    async def pass_(self, **options: Any) -> Run:
        """One whole pass with a yes to everything; a minute later than the last."""
        self.later(minutes=1)
        return await cycle.reconcile(self.shop, agree=lambda _: True, **options)

    async def look(self) -> Look:
        self.later(minutes=1)
        return await cycle.look(self.shop)

    def later(self, **time: float) -> None:
        self.clock.advance(timedelta(**time))

    def with_policy(self, **changes: Any) -> None:
        self.shop = replace(self.shop, policy=replace(self.shop.policy, **changes))

    def with_mode(self, mode: str) -> None:
        self.shop = replace(self.shop, mode=mode)

    def fulfillments(self, order: Any) -> list[Any]:
        return [one for one in self.store.world.fulfillments.values() if one.order is order]


@asynccontextmanager
async def shop_world(folder: Path, *, url: str | None = None, seed: int = 1) -> AsyncIterator[ShopWorld]:
    """A world at `START` with nothing in it."""
    clock, rng = ManualClock(at=START, elapsed_s=50_000.0), Random(seed)
    store = ShopifyTwin(clock, rng, shop=DOMAIN, token="shpat_test")
    cj, depot = CjTwin(clock, rng, api_key="cj-key"), FeedTwin(clock)
    streets = Streets({"shop.test": store.app, "cj.test": cj.app, "depot.test": depot.app})
    if url is None:
        put_empty(folder / "syncd.db")
    async with Database.open(url or f"sqlite:///{folder}/syncd.db", key_file=folder / "syncd.key", clock=clock) as db:
        ports = AdapterPorts(
            clock=clock,
            rng=rng,
            http=Http(clock, rng, streets),
            credentials=KeptCredentials(db),
            secret={"env:TOKEN": "shpat_test", "env:CJ": "cj-key"}.__getitem__,
            hash_key=b"k" * 32,
        )
        yield ShopWorld(clock=clock, store=store, cj=cj, depot=depot, streets=streets, db=db, shop=_shop(ports, db))


def _shop(ports: AdapterPorts, db: Database) -> Shop:
    shopify = SHOPIFY.settings(shop=DOMAIN, endpoint="https://shop.test", token="env:TOKEN")
    cj = CJ.settings(base_url="https://cj.test", api_key="env:CJ", requests_per_second=10)
    depot = FEED.settings(source="https://depot.test/tracking.csv", **FEED_STANZA)
    return Shop(
        name="main",
        port=SHOPIFY.build("main", shopify, ports),
        suppliers={"cj": CJ.build("cj", cj, ports), "depot": FEED.build("depot", depot, ports)},
        policy=POLICY,
        mode="act",
        db=db,
        clock=ports.clock,
        actor="tester",
        owner="test:1",
    )


FEED_STANZA: dict[str, Any] = {
    "columns": {
        "order": "Order",
        "sku": "SKU",
        "quantity": "Qty",
        "tracking": "Tracking Number",
        "carrier": "Carrier",
        "url": "Tracking URL",
        "shipped_at": "Ship Date",
        "status": "Status",
    },
    "states": {
        "processing": "ordered",
        "shipped": "handed_over",
        "delivered": "delivered",
        "cancelled": "cancelled",
        "unpaid": "unpaid",
    },
}


def states(run: Run) -> dict[str, int]:
    """How many steps ended in each state."""
    counted: dict[str, int] = {}
    for outcome in run.outcomes:
        counted[outcome.state.value] = counted.get(outcome.state.value, 0) + 1
    return counted


VERIFIED = StepState.VERIFIED.value
