"""Ticks inside this process: APScheduler as a thin trigger, so that the rest can be driven without it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from syncd.clock import SystemClock

Tick = Callable[[], Awaitable[None]]


async def tick_until(stop: asyncio.Event, tick: Tick, *, every: timedelta) -> None:
    """Call `tick` at once and then `every` so often, until `stop` is set; the tick in hand is finished first.

    Ticks never overlap, and those that were missed (a long tick, a machine that slept) are one tick, not many.
    """
    in_hand = asyncio.Lock()

    async def guarded() -> None:
        async with in_hand:
            await tick()

    scheduler = AsyncIOScheduler(timezone=UTC)
    trigger = IntervalTrigger(seconds=every.total_seconds(), timezone=UTC)
    # APScheduler compares with the machine's clock, whatever clock syncd itself goes by.
    first = SystemClock().now()
    scheduler.add_job(guarded, trigger, coalesce=True, max_instances=1, misfire_grace_time=None, next_run_time=first)
    scheduler.start()
    try:
        await stop.wait()
        scheduler.pause()
        # Shutting down cancels what still runs, which would cut a step off in the middle.
        async with in_hand:
            pass
    finally:
        scheduler.shutdown(wait=False)
