"""A run that ends with an error leaves nothing open behind it."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import Connection

from syncd import cycle
from syncd.cycle import Look
from syncd.errors import StoreUnreachable
from syncd.journal import fences, runs
from syncd.reports.past import past_runs
from tests.cycle.shopworld import ShopWorld, shop_world


async def _ended(world: ShopWorld) -> runs.RunRow:
    (row,) = await world.db.run(runs.latest, store="main")
    assert row.finished_at == world.clock.now()
    holder = await world.db.run(fences.holder, store="main")
    assert holder is not None
    assert holder.lease_until < world.clock.now(), "the store is free at once"
    (told,) = past_runs([row])
    assert (told.outcomes, told.finished_at) == ((), row.finished_at)
    return row


async def test_a_run_whose_store_gives_no_answer_is_closed_with_the_error(tmp_path: Path, url: str) -> None:
    async with shop_world(tmp_path, url=url) as world:
        world.store.faults.add("status", status=503, times=0)
        with pytest.raises(StoreUnreachable):
            await world.pass_()
        row = await _ended(world)
        assert row.document is not None
        assert "Nothing was planned" in row.document["error"]


async def test_a_run_that_broke_is_closed_too(tmp_path: Path) -> None:
    def agree(_: Look) -> bool:
        raise KeyError("no terminal")

    async with shop_world(tmp_path) as world:
        with pytest.raises(KeyError):
            await cycle.reconcile(world.shop, agree=agree)
        row = await _ended(world)
        assert row.document is not None
        assert "no terminal" in row.document["error"]


async def test_a_run_that_is_interrupted_at_its_very_end_lets_its_store_go_too(tmp_path: Path) -> None:
    async with shop_world(tmp_path) as world:
        work = asyncio.ensure_future(cycle.reconcile(world.shop, agree=lambda _: True))
        while not await world.db.run(_is_finished):  # noqa: ASYNC110 - the journal calls nobody
            await asyncio.sleep(0)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        world.later(seconds=1)
        holder = await world.db.run(fences.holder, store="main")
        assert holder is not None
        assert holder.lease_until < world.clock.now()


def _is_finished(conn: Connection) -> bool:
    return any(row.finished_at for row in runs.latest(conn, store="main"))
