"""Requests per second."""

import asyncio

import pytest

from syncd.clock import ManualClock
from syncd.errors import Transient
from syncd.http import Lane, RateLimiter
from tests.http.virtual import EPOCH, LoopClock, run


def test_requests_are_spread_evenly():
    async def main() -> list[float]:
        limiter = RateLimiter(LoopClock(), per_second=2)
        times: list[float] = []

        async def one() -> None:
            await limiter.acquire()
            times.append(LoopClock().monotonic())

        await asyncio.gather(*(one() for _ in range(5)))
        return times

    assert run(main) == pytest.approx([0, 0.5, 1.0, 1.5, 2.0])


def test_after_a_pause_a_burst_is_let_through_but_no_more():
    async def main() -> float:
        limiter = RateLimiter(LoopClock(), per_second=1, burst=3)
        await asyncio.sleep(100)
        for _ in range(4):
            await limiter.acquire()
        return LoopClock().monotonic()

    assert run(main) == pytest.approx(101)


def test_the_server_can_ask_for_a_pause():
    async def main() -> float:
        limiter = RateLimiter(LoopClock(), per_second=10)
        limiter.pause(5)
        await limiter.acquire()
        return LoopClock().monotonic()

    assert run(main) == pytest.approx(5)


def test_a_cancel_overtakes_polls():
    async def main() -> list[str]:
        limiter = RateLimiter(LoopClock(), per_second=1)
        await limiter.acquire()
        order: list[str] = []

        async def one(name: str, lane: Lane) -> None:
            await limiter.acquire(lane)
            order.append(name)

        async with asyncio.TaskGroup() as group:
            group.create_task(one("poll", Lane.POLL))
            group.create_task(one("cancel", Lane.CANCEL))
        return order

    assert run(main) == ["cancel", "poll"]


async def test_a_request_that_would_wait_past_its_deadline_is_not_sent():
    limiter = RateLimiter(ManualClock(EPOCH), per_second=0.1)
    await limiter.acquire()
    with pytest.raises(Transient):
        await limiter.acquire(deadline_s=1)


def test_no_rate_at_all_is_a_mistake():
    with pytest.raises(ValueError, match="nothing could ever be sent"):
        RateLimiter(ManualClock(EPOCH), per_second=0)
