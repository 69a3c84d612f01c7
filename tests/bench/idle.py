"""A pass over a shop in which nothing happened: what it asks, what it writes, and how long it takes in a shop of any size.

Times are CPU seconds of this process, the twins included. The suppliers' part is measured apart, as the difference to a
pass over the same shop without suppliers: their listings name every open order, since that is all that their interfaces
offer.
"""

from __future__ import annotations

import gc
import resource
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from statistics import median
from time import process_time

from syncd import cycle
from syncd.domain.steps import StepState
from tests.bench.world import BenchWorld, bench_world, rows_written
from tests.http.virtual import run

RECORDS = frozenset({"fences", "runs", "plans", "cursors", "sources", "credentials"})
"""What every pass writes about itself, once each: who held the store, when it looked, what it planned."""
RUNS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One pass. `cpu_s` is CPU time, `took_s` virtual time: latency, and waiting for the suppliers' rate limits."""

    cpu_s: float
    took_s: float
    store_requests: int
    cj_requests: int
    feed_requests: int
    rows: int
    """Rows written to the journal, records of the pass itself apart."""
    records: int
    writes: int
    """Effects at the store."""
    peak_mb: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """`orders` open orders in sync, half of them CJ's and half in the depot's feed."""

    orders: int
    first: Pass
    idle: Pass
    alone: Pass
    """The idle pass without suppliers: store, journal, deciding and guarding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CjCalls:
    """How many calls CJ got for `orders` orders."""

    orders: int
    first: int
    again: int
    """In the next pass of the same process."""
    new_process: int
    per_step: float
    """While all of them were fulfilled in the store, whole pass included."""


def idle(orders: int) -> Idle:
    # What the process had before is left out of the collections between two measurements: in a long test run they took
    # five times as long as what is measured.
    gc.collect()
    gc.freeze()
    try:
        return run(lambda: _idle(orders))
    finally:
        gc.unfreeze()


def cj_calls(orders: int) -> CjCalls:
    return run(lambda: _cj_calls(orders))


async def _idle(orders: int) -> Idle:
    async with bench_world() as world:
        world.place(cj=orders // 2, depot=orders // 2)
        first = await _measured(world)
        await _measured(world)
        idle_ = await _median(lambda: _measured(world))
        bare = replace(world, shop=replace(world.shop, suppliers={}))
        return Idle(orders=orders, first=first, idle=idle_, alone=await _median(lambda: _measured(bare)))


async def _median(measure: Callable[[], Awaitable[Pass]]) -> Pass:
    passes = [await measure() for _ in range(RUNS)]
    return replace(passes[-1], cpu_s=median(one.cpu_s for one in passes))


async def _measured(world: BenchWorld) -> Pass:
    await world.clock.sleep(300)
    before = {host: world.calls(host) for host in ("shop.test", "cj.test", "depot.test")}
    effects = len(world.store.ledger.entries)
    gc.collect()
    began_s, cpu_s = world.clock.monotonic(), process_time()
    with rows_written(world.db) as written:
        await cycle.reconcile(world.shop, agree=lambda _: True)
    cpu_s = process_time() - cpu_s
    return Pass(
        cpu_s=cpu_s,
        took_s=world.clock.monotonic() - began_s,
        store_requests=world.calls("shop.test") - before["shop.test"],
        cj_requests=world.calls("cj.test") - before["cj.test"],
        feed_requests=world.calls("depot.test") - before["depot.test"],
        rows=sum(count for table, count in written.items() if table not in RECORDS),
        records=sum(count for table, count in written.items() if table in RECORDS),
        writes=len(world.store.ledger.entries) - effects,
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


async def _cj_calls(orders: int) -> CjCalls:
    async with bench_world() as world:
        world.place(cj=orders)
        first = await _measured(world)
        again = await _measured(world)
        async with world.new_process() as other:
            new = await _measured(other)
            for number, ref in enumerate(world.cj.orders):
                world.cj.ship(ref, f"CJPKL{number:010d}YQ")
            await world.clock.sleep(300)
            before = world.calls("cj.test")
            done = await cycle.reconcile(other.shop, agree=lambda _: True)
            sent = world.calls("cj.test") - before
        verified = sum(outcome.state is StepState.VERIFIED for outcome in done.outcomes)
        assert verified == orders, f"{verified} of {orders} were fulfilled"
        return CjCalls(
            orders=orders,
            first=first.cj_requests,
            again=again.cj_requests,
            new_process=new.cj_requests,
            per_step=sent / orders,
        )
