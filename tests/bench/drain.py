"""Fulfilling what was shipped, against a bucket of points: syncd's whole way beside a plain client with retries.

Both run in virtual time on the same twin with the same latency, so that the figures are those of the protocol and not of
this machine. The plain client is given every id for nothing; it reads nothing, checks nothing and reads nothing back.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from random import Random
from time import process_time

import httpx

from adapters.sandbox.shopify.costs import PLANS, Bucket
from syncd import cycle
from syncd.domain.steps import StepState
from tests.bench.world import TOKEN, BenchWorld, bench_world
from tests.http.virtual import LoopClock, run

MUTATION = """
mutation Ship($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) { fulfillment { id } userErrors { message } }
}
"""
RATES = {**PLANS, "tenth": 10}
"""Points restored per second; a plan that nobody sells lets few orders drain a bucket."""
IN_FLIGHT = 20
TRIES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Drained:
    """How it went. Times are virtual seconds but for `cpu_s`, which is this machine's, twin included."""

    orders: int
    took_s: float
    cpu_s: float
    points: float
    possible: float
    """Points that the bucket could have given in that time."""
    requests: int
    throttled: int
    lost: int
    doubled: int
    told: int
    """Customers that were written to; nobody asked for that."""

    @property
    def share(self) -> float:
        """Of the points that there were, how many were used."""
        return self.points / self.possible

    @property
    def points_each(self) -> float:
        return self.points / self.orders


def by_syncd(orders: int, *, plan: str = "standard") -> Drained:
    """`orders` shipped orders through `cycle.reconcile`; the first look at the shop is not counted."""
    return run(lambda: _by_syncd(orders, plan))


def by_plain_client(orders: int, *, plan: str = "standard") -> Drained:
    return run(lambda: _by_plain_client(orders, plan))


async def _by_syncd(orders: int, plan: str) -> Drained:
    async with bench_world() as world:
        world.place(depot=orders)
        await _pass(world)
        world.ship_all()
        await world.clock.sleep(60)  # the budget on our side knows no longer what the first pass left
        watch = _meter(world, plan)
        run_ = await _pass(world)
        verified = sum(outcome.state is StepState.VERIFIED for outcome in run_.outcomes)
        assert verified <= orders
        return watch.drained(world, orders)


async def _pass(world: BenchWorld) -> cycle.Run:
    return await cycle.reconcile(world.shop, agree=lambda _: True)


class _Meter(Bucket):
    """The twin's bucket, full at the beginning, that notes what is taken from it."""

    def __init__(self, plan: str, clock: LoopClock) -> None:
        super().__init__(RATES[plan], lambda: clock.now().timestamp())
        self.began_s = self.ended_s = clock.monotonic()
        self.seconds = clock.monotonic
        self.cpu_s = process_time()
        self.points = 0.0
        self.requests = self.throttled = 0

    def admits(self, cost: int) -> bool:
        is_admitted = super().admits(cost)
        self.requests += 1
        self.throttled += not is_admitted
        self.ended_s = self.seconds()
        return is_admitted

    def charge(self, cost: int) -> None:
        super().charge(cost)
        self.points += cost

    def drained(self, world: BenchWorld, orders: int) -> Drained:
        took = self.ended_s - self.began_s
        made = Counter(one.order.id for one in world.store.world.fulfillments.values())
        return Drained(
            orders=orders,
            took_s=took,
            cpu_s=process_time() - self.cpu_s,
            points=self.points,
            possible=self.maximum + self.restore_rate * took,
            requests=self.requests,
            throttled=self.throttled,
            lost=orders - len(made),
            doubled=sum(count - 1 for count in made.values()),
            told=len(world.store.ledger.notifications()),
        )


def _meter(world: BenchWorld, plan: str) -> _Meter:
    meter = _Meter(plan, world.clock)
    world.store._buckets[world.store.syncd.handle] = meter
    return meter


async def _by_plain_client(orders: int, plan: str) -> Drained:
    async with bench_world() as world:
        world.place(depot=orders)
        watch = _meter(world, plan)
        turns = asyncio.Semaphore(IN_FLIGHT)
        rng = Random(7)
        work = list(world.store.world.fulfillment_orders.values())
        async with httpx.AsyncClient(transport=world.streets, base_url="https://shop.test") as client:

            async def ship(number: int) -> None:
                async with turns:
                    await _with_retry(client, _variables(work[number].id, number), rng)

            await asyncio.gather(*(ship(number) for number in range(len(work))))
        return watch.drained(world, orders)


def _variables(fulfillment_order: str, number: int) -> dict[str, object]:
    return {
        "fulfillment": {
            "lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": fulfillment_order}],
            "notifyCustomer": False,
            "trackingInfo": {"number": f"YT26{number:014d}", "company": "YunExpress"},
        }
    }


async def _with_retry(client: httpx.AsyncClient, variables: dict[str, object], rng: Random) -> bool:
    """Wait 1, 2, 4, ... seconds with full jitter after each THROTTLED, as retry libraries do by default."""
    for attempt in range(TRIES):
        response = await client.post(
            "/admin/api/2026-10/graphql.json",
            json={"query": MUTATION, "variables": variables},
            headers={"x-shopify-access-token": TOKEN},
        )
        errors = response.json().get("errors") or []
        if not any(error.get("extensions", {}).get("code") == "THROTTLED" for error in errors):
            return True
        await asyncio.sleep(rng.uniform(0, 2.0**attempt))
    return False
