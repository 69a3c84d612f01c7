"""syncd: `pass` is a whole pass over the store, `client` its way out alone, as one step after the other would take it."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import structlog

from adapters.stores.shopify import ADAPTER as SHOPIFY
from adapters.suppliers.feed import ADAPTER as FEED
from syncd import cycle
from syncd.domain.ports import AdapterPorts, Call
from syncd.domain.steps import Action, Allocation, Approval, EffectState, Step, StepLine, StepState, Target
from syncd.domain.tracking import Tracking
from syncd.errors import PortError
from syncd.http import Http
from syncd.journal.credentials import KeptCredentials
from syncd.journal.database import Database
from syncd.shop import Shop
from tests.bench.rivals.child import Task, rounds, task, tell
from tests.bench.rivals.load import IN_FLIGHT, TOKEN, Job, number_of, units_of
from tests.bench.rivals.shop import Later
from tests.cycle.shopworld import DOMAIN, FEED_STANZA, POLICY

CALL_S = 20.0


@asynccontextmanager
async def opened(told: Task, clock: Later) -> AsyncIterator[Shop]:
    http = Http(clock, Random(3))
    with TemporaryDirectory(prefix="syncd-bench-") as name:
        folder = Path(name)
        async with Database.open(f"sqlite:///{folder}/syncd.db", key_file=folder / "syncd.key", clock=clock) as db:
            ports = AdapterPorts(
                clock=clock,
                rng=Random(2),
                http=http,
                credentials=KeptCredentials(db),
                secret={"env:TOKEN": TOKEN}.__getitem__,
                hash_key=b"k" * 32,
            )
            yield _shop(told, ports, db)
    await http.aclose()


def _shop(told: Task, ports: AdapterPorts, db: Database) -> Shop:
    store = SHOPIFY.settings(shop=DOMAIN, endpoint=told.store, token="env:TOKEN")
    depot = FEED.settings(source=f"{told.depot}/tracking.csv", **FEED_STANZA)
    suppliers = tuple(one for one in POLICY.suppliers if one.name == "depot")
    return Shop(
        name="main",
        port=SHOPIFY.build("main", store, ports),
        suppliers={"depot": FEED.build("depot", depot, ports)},
        policy=replace(POLICY, suppliers=suppliers, max_changes_per_run=100_000),
        mode="act",
        db=db,
        clock=ports.clock,
        actor="bench",
        owner="bench:1",
    )


async def by_pass(told: Task, clock: Later) -> None:
    parcels = {job.order_id: job.parcel for job in told.jobs}
    async with opened(told, clock) as shop:
        await cycle.reconcile(shop, agree=lambda _: True)
        for ahead in rounds():
            clock.ahead = timedelta(seconds=ahead)
            run = await cycle.reconcile(shop, agree=lambda _: True)
            ended = (StepState.VERIFIED, StepState.ALREADY_DONE)
            tell(parcels[one.step.order_id] for one in run.outcomes if one.state not in ended)


async def by_client(told: Task, clock: Later) -> None:
    turns = asyncio.Semaphore(IN_FLIGHT)
    async with opened(told, clock) as shop:

        async def one(job: Job) -> bool:
            async with turns:
                call = Call(deadline_s=clock.monotonic() + CALL_S, attempt_id=f"{job.parcel}.1")
                try:
                    return (await shop.port.perform(_step(job), call)).state is EffectState.DONE
                except PortError:
                    return False

        for _ in rounds():
            done = await asyncio.gather(*(one(job) for job in told.jobs))
            tell(job.parcel for job, is_done in zip(told.jobs, done, strict=True) if not is_done)


def _step(job: Job) -> Step:
    units = units_of(job.parcel)[1]
    taken = Allocation(
        fulfillment_order_id=job.fulfillment_order,
        fulfillment_order_line_id=job.fulfillment_order_line,
        line_item_id=job.line_item,
        quantity=units,
    )
    return Step(
        id=f"{job.parcel}",
        store="main",
        action=Action.CREATE_FULFILLMENT,
        order=job.order,
        order_id=job.order_id,
        lines=(StepLine(line_item_id=job.line_item, sku="DP-HAT", quantity=units),),
        tracking=(Tracking(number=number_of(job.parcel), company="YunExpress"),),
        target=Target(allocations=(taken,)),
        basis="",
        drift="shipped_not_fulfilled",
        drift_id=None,
        why="bench",
        approval=Approval.AUTO,
    )


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    asyncio.run({"pass": by_pass, "client": by_client}[sys.argv[1]](task(), Later()))
