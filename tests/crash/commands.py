"""Command lines of syncd typed in a life: the real commands, on the world's wire, clock, journal and disk."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from syncd.cli.app import app
from syncd.cli.session import Session
from syncd.compose import Runtime, open_runtime
from syncd.errors import SyncdError
from tests.crash.lives import Inline, Lives, folder

ENV = {"TOKEN": "shpat_test", "CJ": "cj-key", "SYNCD_ACTOR": "tester"}

STORE = """
[stores.main]
adapter = "shopify"
shop = "sandbox.myshopify.com"
endpoint = "https://shop.test"
token = "env:TOKEN"
mode = "act"
"""
POLICY = """
[stores.main.policy]
cancel_stale_requests = "auto"
"""
NEIGHBOUR = """
[stores.second]
adapter = "shopify"
shop = "second.myshopify.com"
endpoint = "https://second.test"
token = "env:TOKEN"
mode = "act"
"""
LIST = """
[stores.list]
adapter = "orders-export"
file = "orders.csv"
"""
CJ = """
[suppliers.cj]
adapter = "cj"
base_url = "https://cj.test"
api_key = "env:CJ"
requests_per_second = 10
stores = [{stores}]
lines = {{ sku_prefix = "CJ-" }}
"""
DEPOT = """
[suppliers.depot]
adapter = "feed"
source = "{source}"
stores = [{stores}]
lines = {{ sku_prefix = "DP-" }}
columns = {{ order = "Order", sku = "SKU", quantity = "Qty", tracking = "Tracking Number", carrier = "Carrier", shipped_at = "Ship Date", status = "Status" }}
states = {{ processing = "ordered", shipped = "handed_over", delivered = "delivered", cancelled = "cancelled" }}
"""


@cache
def configuration(*stores: str, source: str = "https://depot.test/tracking.csv", links: str = "") -> Path:
    """A file that describes these stores, with the policy that lives have who type nothing. `links`: CJ's links file."""
    tables = {"main": STORE + POLICY, "second": NEIGHBOUR, "list": LIST}
    names = ", ".join(f'"{name}"' for name in stores)
    text = "".join(tables[name] for name in stores)
    text += CJ.format(stores=names) if source.startswith("https:") else ""
    text += f'links = {{ file = "{links}" }}' if links else ""
    text += DEPOT.format(stores=names, source=source)
    place = folder() / "-".join((*stores, links))
    place.mkdir(exist_ok=True)
    (place / "syncd.toml").write_text(text)
    return place / "syncd.toml"


@dataclass(kw_only=True)
class MortalSession(Session):
    """One command in the present life."""

    lives: Lives
    env: Mapping[str, str] = field(default_factory=lambda: ENV, repr=False)
    out: Any = field(default_factory=io.StringIO)
    err: Any = field(default_factory=io.StringIO)

    def run(self, work: Callable[[Runtime], Awaitable[int]]) -> int:
        async def whole() -> int:
            asyncio.get_running_loop().set_default_executor(Inline())
            opened = open_runtime(self.config, env=self.env, clock=self.clock, transport=self.transport)
            async with opened as runtime:
                vars(runtime)["db"] = self.lives.world.db
                return await work(runtime)

        return asyncio.run(whole())


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def documents(self) -> list[Any]:
        """What it said to programs."""
        return [json.loads(line) for line in self.out.splitlines()]


def typed(lives: Lives, *words: str) -> Typed:
    """Type a command and wait until it ended; nothing else goes on meanwhile."""
    assert lives.config is not None, "commands need a configuration"
    session = MortalSession(
        lives=lives,
        clock=lives.world.clock,
        transport=lives.wire,
        disk=lives.disk,
        config_path=lives.config,
    )

    def whole() -> int:
        try:
            return int(app(args=list(words), prog_name="syncd", standalone_mode=False, obj=session) or 0)
        except SyncdError as error:
            session.show_error(error)
            return error.exit_code

    # A command has an event loop of its own, and signals want the main thread: ours stands still as long as it goes.
    ours = asyncio.get_running_loop()
    asyncio._set_running_loop(None)
    try:
        code = whole()
    finally:
        asyncio._set_running_loop(ours)
    return Typed(code=code, out=session.out.getvalue(), err=session.err.getvalue())
