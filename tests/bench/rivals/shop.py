"""The shop that all clients meet: the Shopify twin and a depot's feed on loopback, with latency, a meter and faults."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from adapters.sandbox.faults import App, Kind, Message, Moment, Receive, Scope, Send, drop
from adapters.sandbox.feed import FeedTwin
from adapters.sandbox.server import serve
from adapters.sandbox.shopify.costs import Bucket
from adapters.sandbox.shopify.twin import ShopifyTwin
from adapters.sandbox.shopify.world.world import NewLine
from syncd.clock import SystemClock
from tests.bench.rivals.load import LATENCY_S, PRICE, TOKEN, Job, Load, number_of, units_of
from tests.cycle.shopworld import DOMAIN

_NUMBER = re.compile(rb"YT26\d{14}")


class Later(SystemClock):
    """The machine's clock, put forward by as much as was said."""

    ahead = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.ahead


class Meter(Bucket):
    """The store's bucket that notes what is taken from it; of any size, which the twin's own is not."""

    def __init__(self, load: Load, clock: SystemClock) -> None:
        self.size = load.maximum
        super().__init__(load.per_s, clock.monotonic)
        self.points = 0
        self.requests = self.throttled = 0

    @property
    def maximum(self) -> int:
        return self.size

    def admits(self, cost: int) -> bool:
        is_admitted = super().admits(cost)
        self.requests += 1
        self.throttled += not is_admitted
        return is_admitted

    def charge(self, cost: int) -> None:
        super().charge(cost)
        self.points += cost


@dataclass(kw_only=True)
class RacedShop:
    """A shop with one order for each parcel, and what is to be seen of it from outside."""

    load: Load
    clock: Later
    store: ShopifyTwin
    depot: FeedTwin
    front: Front
    urls: dict[str, str]

    def jobs(self) -> list[Job]:
        """In the order of the parcels."""
        return [
            Job(
                parcel=parcel,
                order=work.order.name,
                order_id=work.order.id,
                line_item=work.lines[0].line.id,
                fulfillment_order=work.id,
                fulfillment_order_line=work.lines[0].id,
            )
            for parcel, work in enumerate(self.store.world.fulfillment_orders.values())
        ]

    def begin(self, *, with_faults: bool) -> Meter:
        """Let the parcels leave; from now on it is measured, with a full bucket."""
        for parcel, row in enumerate(self.depot.rows):
            row |= {"Status": "shipped", "Tracking Number": number_of(parcel), "Carrier": "YunExpress"}
            row |= {"Qty": str(units_of(parcel)[1])}
        self.front.faults = dict(self.load.faults()) if with_faults else {}
        return self.refill()

    def refill(self) -> Meter:
        meter = Meter(self.load, self.clock)
        self.store._buckets[self.store.syncd.handle] = self.front.meter = meter
        return meter

    def shown(self) -> Counter[str]:
        """By tracking number, how many fulfillments show it."""
        made = self.store.world.fulfillments.values()
        return Counter(each.number for one in made for each in one.tracking if each.number)


class Front:
    """In front of the store: half of the latency each way, and each fault of the schedule once."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.meter: Meter | None = None
        self.faults: dict[str, tuple[Kind, Moment]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, answer = await _body(receive), list[Message]()
        await asyncio.sleep(LATENCY_S / 2)
        fault = self._struck(body)
        if fault is None or fault[1] is Moment.AFTER:
            await self.app(scope, _given(body, receive), _kept(answer))
        await asyncio.sleep(LATENCY_S / 2)
        if fault is None:
            for message in answer:
                await send(message)
        elif fault[0] is Kind.DROP:
            await drop(scope, receive)
        else:
            await send({"type": "http.response.start", "status": 502, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})

    def _struck(self, body: bytes) -> tuple[Kind, Moment] | None:
        number = _NUMBER.search(body) if self.faults and b"fulfillmentCreate" in body else None
        if number is None or self.meter is None or self.meter.refresh() < PRICE:
            return None
        return self.faults.pop(number.group().decode(), None)


async def _body(receive: Receive) -> bytes:
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _given(body: bytes, receive: Receive) -> Receive:
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def given() -> Message:
        return next(messages, None) or await receive()

    return given


def _kept(answer: list[Message]) -> Send:
    async def keep(message: Message) -> None:
        answer.append(message)

    return keep


@asynccontextmanager
async def raced_shop(load: Load) -> AsyncIterator[RacedShop]:
    """A shop as it is before the parcels leave."""
    clock = Later()
    store, depot = ShopifyTwin(clock, Random(1), shop=DOMAIN, token=TOKEN, realtime=True), FeedTwin(clock)
    for parcel in range(load.orders):
        order = store.world.create_order(NewLine(sku="DP-HAT", quantity=units_of(parcel)[0]))
        depot.put(order.name, sku="DP-HAT", quantity=str(units_of(parcel)[0]), status="processing")
    store.world.settle()
    front = Front(store.app)
    async with serve({"store": front, "depot": depot.app}) as urls:
        shop = RacedShop(load=load, clock=clock, store=store, depot=depot, front=front, urls=urls)
        shop.refill()
        yield shop
