"""Parcels of several carriers in one list of numbers."""

from pathlib import Path

from tests.cycle.shopworld import shop_world, states

UPS, DHL = "1Z999AA10123456784", "JD014600003828392837"


async def test_each_number_keeps_a_page_of_its_own_and_nothing_is_left_to_put_right(url: str, tmp_path: Path) -> None:
    async with shop_world(tmp_path, url=url) as world:
        order = world.order("DP-HAT", quantity=2)
        world.depot.ship(order.name, UPS, sku="DP-HAT", quantity="2", carrier="UPS")
        await world.pass_()
        world.depot.ship(order.name, DHL, sku="DP-HAT", quantity="2", carrier="DHL eCommerce")
        assert states(await world.pass_()) == {"verified": 1}
        (made,) = world.fulfillments(order)
        assert {one.number for one in made.tracking} == {UPS, DHL}
        assert all(one.number in (one.url or "") for one in made.tracking)
        for _ in range(2):
            assert (await world.pass_()).outcomes == ()
        assert [drift.kind for drift in (await world.look()).judged.drifts if drift.order_id] == []
