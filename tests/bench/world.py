"""A shop of any size with its suppliers as twins, and syncd on top, in virtual time with modelled latency."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from sqlalchemy import Connection, event

from adapters.sandbox.cj import CjLine, CjTwin
from adapters.sandbox.feed import FeedTwin
from adapters.sandbox.shopify.twin import ShopifyTwin
from adapters.sandbox.shopify.world.world import NewLine
from adapters.stores.shopify import ADAPTER as SHOPIFY
from adapters.suppliers.cj import ADAPTER as CJ
from adapters.suppliers.feed import ADAPTER as FEED
from syncd.domain.ports import AdapterPorts
from syncd.http import Http
from syncd.journal.credentials import KeptCredentials
from syncd.journal.database import Database
from syncd.shop import Shop
from tests.cycle.shopworld import DOMAIN, FEED_STANZA, POLICY, Streets
from tests.http.virtual import LoopClock

LATENCY_S = 0.08
"""From asking to the answer, as Shopify takes at its best (virtual seconds); half of it each way."""
TOKEN = "shpat_test"


async def half_way(_: httpx.Request) -> None:
    await asyncio.sleep(LATENCY_S / 2)


@dataclass(kw_only=True)
class BenchWorld:
    """The twins, and what is needed to look at them from a new process."""

    folder: Path
    store: ShopifyTwin
    cj: CjTwin
    depot: FeedTwin
    streets: Streets
    clock: LoopClock
    db: Database
    shop: Shop

    def calls(self, host: str) -> int:
        """How many requests went to `shop.test`, `cj.test` or `depot.test`."""
        return sum(call.url.host == host for call in self.streets.calls)

    def place(self, *, cj: int = 0, depot: int = 0) -> None:
        """Paid orders of one line that each supplier has and works on."""
        self.store.world.settings.routing_delay *= 0
        for number in range(max(cj, depot)):
            if number < depot:
                order = self.store.world.create_order(NewLine(sku="DP-HAT"))
                self.depot.put(order.name, sku="DP-HAT", quantity="1", status="processing")
            if number < cj:
                order = self.store.world.create_order(NewLine(sku="CJ-MUG"))
                line = CjLine(store_line_id=order.lines[0].id.rpartition("/")[2])
                self.cj.place(name=order.name, store_order_id=order.id.rpartition("/")[2], lines=[line])
        self.store.world.settle()

    def ship_all(self) -> None:
        """Every parcel of the depot leaves, with a number of its own."""
        for number, row in enumerate(self.depot.rows):
            row |= {"Status": "shipped", "Tracking Number": f"YT26{number:014d}", "Carrier": "YunExpress"}

    @asynccontextmanager
    async def new_process(self) -> AsyncIterator[BenchWorld]:
        """The same world and journal as a syncd sees them that was started just now: nothing is in memory."""
        async with _opened(self.folder, self.clock, self.streets) as (db, shop):
            yield replace(self, db=db, shop=shop)


@asynccontextmanager
async def bench_world() -> AsyncIterator[BenchWorld]:
    """An empty world on the running virtual loop."""
    clock, rng = LoopClock(), Random(1)
    await clock.sleep(50_000.0)
    store = ShopifyTwin(clock, rng, shop=DOMAIN, token=TOKEN)
    cj, depot = CjTwin(clock, rng, api_key="cj-key"), FeedTwin(clock)
    streets = Streets({"shop.test": store.app, "cj.test": cj.app, "depot.test": depot.app})
    streets.before = streets.after = half_way
    with TemporaryDirectory(prefix="syncd-bench-") as name:
        folder = Path(name)
        async with _opened(folder, clock, streets) as (db, shop):
            yield BenchWorld(
                folder=folder, store=store, cj=cj, depot=depot, streets=streets, clock=clock, db=db, shop=shop
            )


@asynccontextmanager
async def _opened(folder: Path, clock: LoopClock, streets: Streets) -> AsyncIterator[tuple[Database, Shop]]:
    async with Database.open(f"sqlite:///{folder}/syncd.db", key_file=folder / "syncd.key", clock=clock) as db:
        ports = AdapterPorts(
            clock=clock,
            rng=Random(2),
            http=Http(clock, Random(3), streets),
            credentials=KeptCredentials(db),
            secret={"env:TOKEN": TOKEN, "env:CJ": "cj-key"}.__getitem__,
            hash_key=b"k" * 32,
        )
        yield db, _shop(ports, db)


def _shop(ports: AdapterPorts, db: Database) -> Shop:
    shopify = SHOPIFY.settings(shop=DOMAIN, endpoint="https://shop.test", token="env:TOKEN")
    cj = CJ.settings(base_url="https://cj.test", api_key="env:CJ")
    depot = FEED.settings(source="https://depot.test/tracking.csv", **FEED_STANZA)
    return Shop(
        name="main",
        port=SHOPIFY.build("main", shopify, ports),
        suppliers={"cj": CJ.build("cj", cj, ports), "depot": FEED.build("depot", depot, ports)},
        policy=replace(POLICY, max_changes_per_run=100_000),
        mode="act",
        db=db,
        clock=ports.clock,
        actor="bench",
        owner="bench:1",
    )


@contextmanager
def rows_written(db: Database) -> Iterator[dict[str, int]]:
    """By table, how many rows were written while the block ran (SQLite only)."""
    written: dict[str, int] = {}

    def after(_conn: Connection, cursor: Any, statement: str, *_: object) -> None:
        words = statement.split(maxsplit=3)
        if words[0] in {"INSERT", "UPDATE", "DELETE"} and cursor.rowcount > 0:
            table = words[1] if words[0] == "UPDATE" else words[2]
            written[table] = written.get(table, 0) + cursor.rowcount

    event.listen(db.engine, "after_cursor_execute", after)
    try:
        yield written
    finally:
        event.remove(db.engine, "after_cursor_execute", after)
