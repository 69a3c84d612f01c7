"""A supplier that leaves something out keeps nobody waiting but those about whom it left something out."""

from pathlib import Path
from typing import Any

import httpx

from adapters.sandbox.faults import Kind
from syncd.journal import drifts
from tests.cycle.shopworld import ShopWorld, shop_world, states


async def _open(world: ShopWorld) -> list[tuple[str | None, str]]:
    rows = await world.db.run(drifts.open_drifts, store="main")
    return [(row.drift.order, row.drift.kind) for row in rows]


def _never_readable(world: ShopWorld, ref: str) -> Any:
    async def spoil(request: httpx.Request) -> None:
        world.cj.faults.clear()
        if ref in str(request.url):
            world.cj.faults.add(Kind.MALFORMED)

    return spoil


async def test_one_order_that_cannot_be_read_leaves_no_other_told_as_drift_for_ever(tmp_path: Path) -> None:
    async with shop_world(tmp_path) as world:
        fine, poisoned = world.order("CJ-MUG"), world.order("CJ-MUG")
        refs = [world.place_at_cj(order) for order in (fine, poisoned)]
        for ref, number in zip(refs, ("YT2229521272164446", "YT2229521272164447"), strict=True):
            world.cj.ship(ref, number)
        await world.look()
        assert (fine.name, "shipped_not_fulfilled") in await _open(world)
        world.streets.before = _never_readable(world, refs[1])
        run = await world.pass_()
        assert states(run)["verified"] >= 1
        assert not any(name == fine.name for name, _ in await _open(world))
        assert (None, "observation_incomplete") in await _open(world)
