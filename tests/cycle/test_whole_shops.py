"""Judging a whole shop, where what is in sync is written down on the way."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.journal import drifts, mirror
from syncd.judge import judge, remember
from syncd.observe import observe
from syncd.reconcile.sources import SourceChange
from tests.cycle.shopworld import shop_world


@pytest.mark.parametrize("trouble", [None, "cj is down", "the depot changes in masses"])
async def test_a_shop_judged_in_parts_is_found_as_if_judged_at_once(tmp_path: Path, trouble) -> None:
    async with shop_world(tmp_path) as world:
        orders = [world.order("DP-HAT") for _ in range(9)]
        world.later(minutes=1)
        for number, order in enumerate(orders):
            world.depot.put(order.name, sku="DP-HAT", quantity="1", status="processing")
            if number % 3 == 0:
                world.depot.ship(order.name, f"YT26{number:014d}")
        if trouble == "cj is down":
            world.cj.faults.add("status", status=503, times=0)
        world.order("CJ-MUG")
        shop = world.shop
        await world.look()
        observed = await observe(shop)
        if trouble == "the depot changes in masses":
            change = SourceChange(source="depot", open_before=9, became_dead=8, first_pass=False)
            observed = replace(observed, changes=(change,))
        whole = await judge(shop, observed)
        await remember(shop, observed, whole, run_id="test")
        before = {one.drift.kind for one in await shop.db.run(drifts.open_drifts, store="main")}
        everything = set(whole.due) | {order.id for order in orders}
        await shop.db.run(mirror.set_due, store="main", due=dict.fromkeys(everything, world.clock.now()))
        parts = await judge(shop, observed, many=2)
        assert {one.id for one in parts.drifts} == {one.id for one in whole.drifts}
        assert {one.id for one in parts.steps} == {one.id for one in whole.steps}
        assert len(parts.due) < len(everything)
        await remember(shop, observed, parts, run_id="test")
        still = await shop.db.run(drifts.open_drifts, store="main")
        assert {one.drift.kind for one in still} >= before
        assert all(one.regressions == 0 for one in still)
        left = await shop.db.run(mirror.due, store="main", now=world.clock.now() + timedelta(seconds=1))
        # While a source is silent or frozen nobody is in sync for certain, so everybody stays due.
        assert bool({order.id for order in orders[1::3]} & set(left)) is (trouble is not None)
        assert {order.id for order in orders[0::3]} <= set(left)
