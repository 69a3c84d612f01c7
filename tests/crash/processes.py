"""Real processes of syncd on real sockets, stopped exactly when a chosen request reaches the shop."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from adapters.sandbox.faults import App, Message, Receive, Scope, Send
from adapters.sandbox.feed import FeedTwin
from adapters.sandbox.server import serve
from adapters.sandbox.shopify.twin import ShopifyTwin
from adapters.sandbox.shopify.world.world import NewLine
from syncd.clock import StatedClock, rfc3339
from tests.cycle.shopworld import DOMAIN, START

PATIENCE_S = 60.0
"""Real seconds after which a process counts as stuck."""

CONFIG = """
[database]
url = "{database}"

[daemon]
stop_within = "{stop_within}"

[stores.main]
adapter = "shopify"
shop = "{domain}"
endpoint = "{shop}"
token = "env:TOKEN"
mode = "act"
notify_customer = "once"

[suppliers.depot]
adapter = "feed"
source = "{depot}/tracking.csv"
columns = {{ order = "Order", sku = "SKU", quantity = "Qty", tracking = "Tracking Number", shipped_at = "Ship Date" }}
stores = ["main"]
lines = {{ sku_prefix = "DP-" }}
"""

Arrival = Callable[["Town"], Awaitable[bool]]
"""What happens when the awaited create reaches the shop; False = the request is lost."""


@dataclass(kw_only=True)
class Town:
    """Twins on loopback, a folder with a configuration, and one stated time for all."""

    folder: Path
    clock_file: Path
    store: ShopifyTwin
    depot: FeedTwin
    processes: list[Process] = field(default_factory=list)
    creates: int = 0
    awaited: int = 0
    """Which create is awaited; 0 = none."""
    before: Arrival | None = None
    after: Arrival | None = None
    shopped: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once the awaited create was done and answered."""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Set at the end, for those who would wait for ever."""

    def order_shipped(self, number: str) -> Any:
        """A paid order for three, of which one unit was shipped under `number`."""
        order = self.store.world.create_order(NewLine(sku="DP-HAT", quantity=3))
        self.depot.ship(order.name, number, sku="DP-HAT", quantity="1", shipped_at=START)
        return order

    def set_time(self, at: datetime) -> None:
        self.clock_file.write_text(rfc3339(at))

    def later(self, by: timedelta) -> None:
        self.set_time(self.store.clock.now() + by)

    async def syncd(self, *words: str, env: Mapping[str, str] | None = None) -> Process:
        """A process of syncd, started."""
        return await self.start(sys.executable, "-m", "syncd", *words, env=env)

    async def start(self, *words: str, env: Mapping[str, str] | None = None) -> Process:
        """Any process in the town's folder, with its time and secrets, and with `env`."""
        env = {
            **os.environ,
            **(env or {}),
            "TOKEN": "shpat_test",
            "SYNCD_CLOCK": f"file:{self.clock_file}",
            "SYNCD_ACTOR": "tester",
        }
        process = await asyncio.create_subprocess_exec(*words, cwd=self.folder, env=env, stdout=PIPE, stderr=PIPE)
        self.processes.append(process)
        return process

    async def ended(self, process: Process) -> tuple[int, str]:
        """Its exit code (negative: the signal) and what it said."""
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE_S)
        assert process.returncode is not None
        return process.returncode, out.decode() + err.decode()

    async def reconcile(self, *words: str) -> tuple[int, str]:
        """One whole `syncd reconcile --yes`."""
        return await self.ended(await self.syncd("reconcile", "--yes", *words))

    def signal(self, number: signal.Signals, process: Process | None = None) -> None:
        """Send it to a process; None = the one that was started last."""
        (process or self.processes[-1]).send_signal(number)

    async def kill(self) -> None:
        """SIGKILL for the process that was started last."""
        self.processes[-1].kill()
        await self.processes[-1].wait()


@asynccontextmanager
async def new_town(
    folder: Path, *, database: str = "sqlite:///syncd.db", stop_within: str = "25s"
) -> AsyncIterator[Town]:
    """A town at `START`."""
    clock_file = folder / "now"
    clock_file.write_text(rfc3339(START))
    clock = StatedClock(f"file:{clock_file}")
    store = ShopifyTwin(clock, Random(1), shop=DOMAIN, token="shpat_test", realtime=True)
    store.world.settings.bulk_takes = timedelta(0)
    town = Town(folder=folder, clock_file=clock_file, store=store, depot=FeedTwin(clock))
    async with serve({"shop": _watched(store.app, town), "depot": town.depot.app}) as urls:
        text = CONFIG.format(domain=DOMAIN, database=database, stop_within=stop_within, **urls)
        (folder / "syncd.toml").write_text(text)
        try:
            yield town
        finally:
            town.over.set()
            for process in town.processes:
                if process.returncode is None:
                    process.kill()
                    await process.wait()


def _watched(app: App, town: Town) -> App:
    """The shop, with somebody who sees every create before it is done and before it is answered."""

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        body = await _whole(receive)
        is_awaited = False
        if b"fulfillmentCreate(" in body:
            town.creates += 1
            is_awaited = town.creates == town.awaited
        if is_awaited and town.before is not None and not await town.before(town):
            return
        answer: list[Message] = []
        await app(scope, _again(body, receive), _kept(answer))
        if is_awaited and town.after is not None:
            await town.after(town)
        for message in answer:
            await send(message)
        if is_awaited:
            town.shopped.set()

    return watched


async def _whole(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    left = [body]

    async def again() -> Message:
        if left:
            return {"type": "http.request", "body": left.pop(), "more_body": False}
        return await receive()

    return again


def _kept(answer: list[Message]) -> Send:
    async def keep(message: Message) -> None:
        answer.append(message)

    return keep
