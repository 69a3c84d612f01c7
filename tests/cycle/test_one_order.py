"""One order's story through the real path: twin, adapters, journal, decisions, effects."""

from pathlib import Path

from tests.cycle.shopworld import shop_world, states


async def test_a_shipped_order_becomes_fulfilled_with_its_number_and_stays_so(url: str, tmp_path: Path) -> None:
    async with shop_world(tmp_path, url=url) as world:
        order = world.order("CJ-MUG")
        ref = world.place_at_cj(order)
        world.later(hours=30)
        world.cj.ship(ref, "YT2229521272164446")
        run = await world.pass_()
        assert states(run) == {"verified": 1}, [(o.state, o.code, o.text) for o in run.outcomes]
        (fulfillment,) = world.fulfillments(order)
        assert [row.number for row in fulfillment.tracking] == ["YT2229521272164446"]
        again = await world.pass_()
        assert again.outcomes == ()
        assert len(world.fulfillments(order)) == 1
