"""The cost bucket against a server that keeps one: how much of its rate is used, and whether it ever refuses."""

import asyncio
from dataclasses import dataclass, field

import pytest

from syncd.clock import ManualClock
from syncd.errors import Refused, Transient
from syncd.http import BucketStatus, CostBudget, Lane
from tests.http.virtual import EPOCH, LoopClock, run


@dataclass
class Server:
    """A bucket as Shopify keeps it: refuses what does not fit, charges the actual cost."""

    maximum: float
    rate: float
    latency_s: float = 0.08
    available: float = field(init=False)
    at_s: float = 0.0
    refused: int = 0

    def __post_init__(self) -> None:
        self.available = self.maximum

    def refill(self) -> None:
        now = LoopClock().monotonic()
        self.available = min(self.maximum, self.available + (now - self.at_s) * self.rate)
        self.at_s = now

    def drink(self, points: float) -> None:
        """Somebody else uses the same bucket."""
        self.refill()
        self.available = max(0.0, self.available - points)

    async def call(self, requested: float, actual: float) -> tuple[bool, BucketStatus]:
        await asyncio.sleep(self.latency_s / 2)
        self.refill()
        fits = requested <= self.available
        if fits:
            self.available -= actual
        else:
            self.refused += 1
        status = BucketStatus(maximum=self.maximum, available=int(self.available), restore_per_s=self.rate)
        await asyncio.sleep(self.latency_s / 2)
        return fits, status


async def send(
    budget: CostBudget, server: Server, *, requested: float, actual: float, lane: Lane = Lane.FULFILL
) -> None:
    """One write as the adapter sends it: throttled ones wait for their turn again."""
    while True:
        reservation = await budget.reserve(requested, lane)
        fits, status = await server.call(requested, actual)
        if fits:
            reservation.settle(status, actual=actual)
            return
        reservation.refuse(status)


async def send_many(
    budget: CostBudget, server: Server, *, count: int, requested: float, actual: float, workers: int
) -> float:
    """The time that `count` requests take with `workers` at once."""
    left = iter(range(count))

    async def work() -> None:
        for _ in left:
            await send(budget, server, requested=requested, actual=actual)

    begin = LoopClock().monotonic()
    await asyncio.gather(*(work() for _ in range(workers)))
    return LoopClock().monotonic() - begin


@pytest.mark.parametrize(
    "case",
    [
        (1000, 1000, 1000, 10, 10, 20),
        (2000, 100, 500, 10, 10, 8),
        (2000, 100, 300, 50, 50, 4),
        (2000, 100, 100, 139, 60, 4),
        (20000, 1000, 4000, 10, 10, 40),
    ],
)
def test_alone_on_the_bucket_the_rate_is_used_and_nothing_is_refused(case):
    maximum, rate, count, requested, actual, workers = case

    async def main() -> tuple[float, int]:
        server = Server(maximum=maximum, rate=rate)
        budget = CostBudget(LoopClock())
        return await send_many(
            budget, server, count=count, requested=requested, actual=actual, workers=workers
        ), server.refused

    took_s, refused = run(main)
    physical_s = (count * actual - maximum) / rate
    assert refused == 0
    assert took_s <= physical_s / 0.95 + 1


def test_beside_a_foreign_consumer_every_write_arrives_and_most_of_the_rest_is_used():
    async def main() -> tuple[float, int]:
        server = Server(maximum=1000, rate=1000)
        budget = CostBudget(LoopClock())

        async def foreign() -> None:
            while True:
                await asyncio.sleep(0.25)
                server.drink(100)

        thief = asyncio.ensure_future(foreign())
        took_s = await send_many(budget, server, count=1000, requested=10, actual=10, workers=20)
        thief.cancel()
        return took_s, server.refused

    took_s, refused = run(main)
    assert took_s <= (10_000 - 1000) / (1000 - 400) / 0.9
    assert refused < 50


def test_a_lower_word_of_the_server_counts_at_once():
    async def main() -> float:
        budget = CostBudget(LoopClock())
        reservation = await budget.reserve(10)
        reservation.settle(BucketStatus(maximum=2000, available=100, restore_per_s=100), actual=10)
        return budget.available

    assert run(main) == 100


def test_what_is_in_flight_is_not_promised_twice():
    async def main() -> float:
        budget = CostBudget(LoopClock())
        await budget.reserve(600)
        first = await budget.reserve(600)
        first.settle(BucketStatus(maximum=2000, available=1990, restore_per_s=100), actual=10)
        return budget.available

    assert run(main) == 1390


def test_urgent_requests_go_first():
    async def main() -> list[str]:
        server = Server(maximum=100, rate=10)
        budget = CostBudget(LoopClock(), maximum=100, restore_per_s=10)
        await send(budget, server, requested=100, actual=100)
        order: list[str] = []

        async def one(name: str, lane: Lane) -> None:
            await send(budget, server, requested=50, actual=50, lane=lane)
            order.append(name)

        async with asyncio.TaskGroup() as group:
            for name, lane in (
                ("poll", Lane.POLL),
                ("fulfill", Lane.FULFILL),
                ("cancel", Lane.CANCEL),
                ("read-back", Lane.READ_BACK),
            ):
                group.create_task(one(name, lane))
        return order

    assert run(main) == ["read-back", "cancel", "fulfill", "poll"]


def test_a_plan_change_is_learnt_from_the_server():
    async def main() -> tuple[float, float]:
        budget = CostBudget(LoopClock())
        reservation = await budget.reserve(10)
        reservation.settle(BucketStatus(maximum=20000, available=19990, restore_per_s=1000), actual=10)
        return budget.maximum, budget.restore_per_s

    assert run(main) == (20000, 1000)


def test_a_request_dearer_than_the_bucket_is_refused_instead_of_waiting_for_ever():
    async def main() -> None:
        await CostBudget(LoopClock(), maximum=100).reserve(101)

    with pytest.raises(Refused) as caught:
        run(main)
    assert caught.value.code == "max_cost_exceeded"


async def test_a_write_that_would_have_to_wait_past_its_deadline_is_not_sent():
    clock = ManualClock(EPOCH)
    budget = CostBudget(clock, maximum=100, restore_per_s=1)
    await budget.reserve(100)
    with pytest.raises(Transient):
        await budget.reserve(50, Lane.FULFILL, deadline_s=clock.monotonic() + 10)


def test_a_waiter_that_gives_up_lets_the_next_one_go():
    async def main() -> float:
        budget = CostBudget(LoopClock(), maximum=100, restore_per_s=10)
        (await budget.reserve(100)).settle()
        first = asyncio.ensure_future(budget.reserve(90))
        second = asyncio.ensure_future(budget.reserve(20, Lane.FULFILL))
        third = asyncio.ensure_future(budget.reserve(20, Lane.FULFILL))
        await asyncio.sleep(1)
        second.cancel()
        await third
        first.cancel()
        return LoopClock().monotonic()

    assert run(main) == pytest.approx(2.0)


async def test_a_wait_too_short_for_the_clock_still_ends():
    clock = ManualClock(EPOCH)
    budget = CostBudget(clock, maximum=100, restore_per_s=100)
    (await budget.reserve(100)).settle()
    await clock.sleep(0.5)
    reservation = await budget.reserve(50.00002, Lane.FULFILL)
    assert reservation.cost == 50.00002
