"""The sandbox that `syncd demo` and `syncd sandbox` serve: one shop, two suppliers, eight days, every core kind of drift."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from adapters.sandbox.cj import CjTwin
from adapters.sandbox.clock import StoryClock
from adapters.sandbox.control import Control
from adapters.sandbox.feed import FeedTwin
from adapters.sandbox.server import serve
from adapters.sandbox.shopify.twin import ShopifyTwin
from adapters.sandbox.worlds import cancels, quiet, requests, store_ahead, supplier_ahead, trouble
from adapters.sandbox.worlds.stage import SHOP, Stage
from syncd.domain.ports import Adapter, AdapterPorts
from syncd.domain.sandbox import Moment, Tale, Truth

TOKEN = "shpat_sandbox"  # noqa: S105 - opens only the sandbox
API_KEY = "CJ1000001@api@sandbox-key"
DAYS = 8
HISTORY = timedelta(days=45)
"""How long the shop exists before syncd first looks at it."""
BEFORE_NOW = timedelta(minutes=5)
"""How long before the present the last pass begins, so that what syncd waits for in it does not lead into the future."""

STORIES = (
    *supplier_ahead.STORIES,
    *store_ahead.STORIES,
    *requests.STORIES,
    *cancels.STORIES,
    *trouble.STORIES,
    *quiet.STORIES,
)


class DemoSettings(BaseModel):
    """What can be chosen about the sandbox."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    plan: str = Field(
        "standard", description="The shop's plan, which bounds its API: standard, advanced, plus, enterprise."
    )
    more_orders: int = Field(0, ge=0, le=5000, description="Further orders that only wait to be sent.")


class DemoSandbox:
    """The world, its twins, and its clock, which ends at the present that `ports.clock` tells."""

    def __init__(self, name: str, settings: DemoSettings, ports: AdapterPorts) -> None:
        self.name = name
        self._real = ports.clock
        self._start = ports.clock.now() - BEFORE_NOW - timedelta(days=DAYS)
        self.clock = StoryClock(at=self._start - HISTORY)
        shop = ShopifyTwin(self.clock, ports.rng, shop=SHOP, token=TOKEN, plan=settings.plan)
        self.stage = Stage(
            clock=self.clock,
            rng=ports.rng,
            start=self._start,
            shop=shop,
            cj=CjTwin(self.clock, ports.rng, api_key=API_KEY, requests_per_second=10),
            depot=FeedTwin(self.clock),
        )
        self._control = Control(shop)
        self.stage.rehearse([*STORIES, *quiet.more(settings.more_orders)])

    @asynccontextmanager
    async def serve(self, ports: Mapping[str, int] | None = None) -> AsyncIterator[Mapping[str, str]]:
        stage = self.stage
        apps: dict[str, Any] = {
            "store": stage.shop.app, "cj": stage.cj.app, "depot": stage.depot.app, "control": self._control.app,
        }  # fmt: skip
        async with serve(apps, ports) as urls:
            yield urls

    def files(self, urls: Mapping[str, str]) -> Mapping[str, str]:
        config = CONFIG.format(shop=SHOP, store=urls["store"], cj=urls["cj"], depot=urls["depot"])
        return {"syncd.toml": config, "store.token": f"{TOKEN}\n", "cj.key": f"{API_KEY}\n"}

    def moments(self) -> Sequence[Moment]:
        days = sorted({*map(float, range(DAYS + 1)), *trouble.TROUBLES})
        return [Moment(at=self.stage.at(day), trouble=trouble.TROUBLES.get(day, "")) for day in days]

    def play(self, until: datetime) -> tuple[str, ...]:
        self.stage.mend()
        self.stage.play(until)
        approved = tuple(self.stage.approved)
        self.stage.approved.clear()
        return approved

    def tales(self) -> Sequence[Tale]:
        told = [Tale(order=name, kinds=story.kinds, text=story.text) for name, story in self.stage.cast.items()]
        return [*told, *(Tale(order="", kinds=story.kinds, text=story.text) for story in trouble.STORIES[3:])]

    def star(self) -> str:
        return self.stage.star

    def truth(self, since: datetime | None = None) -> Truth:
        ledger = self.stage.shop.ledger
        mine = [one for one in ledger if one.by == "syncd" and (since is None or one.at >= since)]
        kinds = Counter(one.kind for one in mine)
        asked = Counter(
            one.detail["name"] for one in mine if one.kind == "mutation" and one.detail["outcome"] == "done"
        )
        return Truth(
            fulfillments=kinds["fulfillment_created"],
            numbers=kinds["tracking_updated"],
            requests=asked["fulfillmentOrderCancel"] + asked["fulfillmentOrderSubmitCancellationRequest"],
            holds=asked["fulfillmentOrderHold"],
            unfulfilled=kinds["fulfillment_cancelled"],
            doubled=self._doubled(),
            mails=sum(since is None or one.at >= since for one in ledger.notifications()),
        )

    def _doubled(self) -> int:
        """Order lines of which more was fulfilled than ordered, and fulfillments that syncd made a second time."""
        ledger = self.stage.shop.ledger
        orders = self.stage.shop.world.orders.values()
        ordered = {line.id: line.quantity for order in orders for line in order.lines}
        over = sum(
            units > ordered[line] for order in orders for line, units in ledger.fulfilled_units(order.id).items()
        )
        made = Counter(
            (one.order_id, tuple(sorted(one.detail["units"].items())), tuple(one.detail["numbers"]))
            for one in ledger.created(by="syncd")
        )
        return over + sum(count - 1 for count in made.values())

    def run_on(self) -> None:
        self.stage.mend()
        self.stage.play(self._real.now())
        self.clock.run_with(self._real)


CONFIG = """\
# Written by the sandbox, for the sandbox. A store of your own: `syncd init`.

[database]
url = "sqlite:///syncd.db"

[stores.main]
adapter = "shopify"
shop = "{shop}"
endpoint = "{store}"       # a twin on this machine; leave it out for a real store
token = "file:store.token"
mode = "act"                            # observe: look, and never write
notify_customer = "never"               # once: one mail per parcel

[stores.main.policy]
create_fulfillments = "auto"
update_tracking = "auto"
cancel_stale_requests = "auto"          # withdraw requests that nobody answers
holds = "auto"                          # hold what must not ship
unfulfill = "approve"                   # taking a fulfillment back needs your yes
supplier_cancel = "approve"
unplaced_after = "48h"

[suppliers.cj]
adapter = "cj"
base_url = "{cj}"
api_key = "file:cj.key"
requests_per_second = 10
stores = ["main"]
lines = {{ sku_prefix = "CJ-" }}

[suppliers.depot]
adapter = "feed"
source = "{depot}/tracking.csv"
columns = {{ order = "Order", sku = "SKU", quantity = "Qty", tracking = "Tracking Number", carrier = "Carrier", url = "Tracking URL", shipped_at = "Ship Date", status = "Status" }}
states = {{ processing = "ordered", shipped = "handed_over", "in transit" = "in_transit", delivered = "delivered", returned = "returned", cancelled = "cancelled" }}
snapshot = true                         # the file always shows everything
requests_per_second = 10
stores = ["main"]
lines = {{ sku_prefix = "DP-" }}
"""

ADAPTER = Adapter(
    name="demo",
    kind="sandbox",
    settings=DemoSettings,
    build=DemoSandbox,
    summary="A shop, CJ, a depot and a warehouse on this machine, with every core kind of drift.",
)
