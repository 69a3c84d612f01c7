"""`syncd` as a user runs it, on a shop and suppliers that are twins in this process."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import structlog

from adapters.sandbox.cj import CjLine, CjTwin
from adapters.sandbox.feed import FeedTwin
from adapters.sandbox.shopify import NewLine, ShopifyTwin
from syncd.cli import run
from syncd.clock import ManualClock
from tests.cycle.shopworld import Streets
from tests.journals import put_empty

CONFIG = """\
[stores.main]
adapter = "shopify"
shop = "sandbox.myshopify.com"
endpoint = "https://shop.test"
token = "env:TOKEN"
mode = "act"

[suppliers.cj]
adapter = "cj"
base_url = "https://cj.test"
api_key = "env:CJ_KEY"
requests_per_second = 10
stores = ["main"]
lines = { sku_prefix = "CJ-" }
links = { file = "links.csv" }

[suppliers.depot]
adapter = "feed"
source = "https://depot.test/tracking.csv"
columns = { order = "Order", sku = "SKU", quantity = "Qty", tracking = "Tracking Number", carrier = "Carrier", shipped_at = "Ship Date" }
stores = ["main"]
lines = { sku_prefix = "DP-" }
"""


@dataclass(frozen=True, kw_only=True)
class Result:
    """How one command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


@dataclass(kw_only=True)
class Desk:
    """A user's folder with `syncd.toml`, and the twins that it leads to."""

    folder: Path
    clock: ManualClock
    store: ShopifyTwin
    cj: CjTwin
    depot: FeedTwin
    streets: Streets
    capsys: pytest.CaptureFixture[str]
    env: dict[str, str] = field(default_factory=dict)

    def syncd(self, *arguments: str) -> Result:
        """One command, a minute after the last."""
        self.clock.advance(timedelta(minutes=1))
        self.capsys.readouterr()
        code = run(list(arguments), env=self.env, clock=self.clock, transport=self.streets)
        out, err = self.capsys.readouterr()
        return Result(code=code, out=out, err=err)

    def configure(self, *changes: tuple[str, str]) -> None:
        text = (self.folder / "syncd.toml").read_text()
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (self.folder / "syncd.toml").write_text(text)

    def order(self, *skus: str, **details: Any) -> Any:
        return self.store.world.create_order(*(NewLine(sku=sku, quantity=1) for sku in skus), **details)

    def shipped(self) -> Any:
        """An order whose CJ goods have left, and which the store does not know yet."""
        order = self.order("CJ-1")
        lines = [CjLine(quantity=1, store_line_id=line.id.rpartition("/")[2]) for line in order.lines]
        placed = self.cj.place(
            name=order.name, store_order_id=order.id.rpartition("/")[2], lines=lines, status="UNSHIPPED"
        )
        self.clock.advance(timedelta(hours=5))
        self.cj.ship(placed, number="YT2412345678901234", carrier="YunExpress")
        return order

    def fulfillments(self, order: Any) -> list[Any]:
        return [one for one in self.store.world.fulfillments.values() if one.order is order]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    clock, rng = ManualClock(at=datetime(2026, 11, 2, 8, tzinfo=UTC), elapsed_s=50_000.0), Random(1)
    store = ShopifyTwin(clock, rng, shop="sandbox.myshopify.com", token="shpat_test")
    cj, depot = CjTwin(clock, rng, api_key="cj-key"), FeedTwin(clock)
    streets = Streets({"shop.test": store.app, "cj.test": cj.app, "depot.test": depot.app})
    monkeypatch.chdir(tmp_path)
    (tmp_path / "syncd.toml").write_text(CONFIG)
    put_empty(tmp_path / "syncd.db")
    (tmp_path / "links.csv").write_text("store_order,line_sku,supplier_order_id\n")
    env = {"TOKEN": "shpat_test", "CJ_KEY": "cj-key", "SYNCD_ACTOR": "ada", "COLUMNS": "120"}
    return Desk(folder=tmp_path, clock=clock, store=store, cj=cj, depot=depot, streets=streets, capsys=capsys, env=env)


@pytest.fixture(autouse=True)
def _logging_is_put_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


class Terminal(io.StringIO):
    """A stream at which somebody sits."""

    def isatty(self) -> bool:
        return True
