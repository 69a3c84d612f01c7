"""The engine inside the process: ticks come, never overlap, and the one in hand is finished."""

import asyncio
from datetime import timedelta

from syncd.engine.embedded import tick_until

HOUR = timedelta(hours=1)


async def test_the_first_tick_comes_at_once() -> None:
    stop = asyncio.Event()

    async def tick() -> None:
        stop.set()

    async with asyncio.timeout(5):
        await tick_until(stop, tick, every=HOUR)


async def test_the_tick_in_hand_is_finished_before_it_ends() -> None:
    stop, may_end, ended = asyncio.Event(), asyncio.Event(), []

    async def tick() -> None:
        stop.set()
        await may_end.wait()
        ended.append("whole")

    async with asyncio.timeout(5):
        running = asyncio.create_task(tick_until(stop, tick, every=HOUR))
        await stop.wait()
        assert not running.done()
        may_end.set()
        await running
    assert ended == ["whole"]


async def test_a_tick_that_fails_does_not_end_the_ticking() -> None:
    stop, seen = asyncio.Event(), []

    async def tick() -> None:
        seen.append("tick")
        if len(seen) == 2:
            stop.set()
        raise RuntimeError("one bad tick")

    async with asyncio.timeout(5):
        await tick_until(stop, tick, every=timedelta(milliseconds=10))
    assert len(seen) == 2
