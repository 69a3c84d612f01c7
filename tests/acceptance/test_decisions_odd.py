"""Odd situations that a shop meets all the same: several supplier orders, slow routing, strangers, parts of kinds."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.sandbox.cj import CjLine
from adapters.sandbox.shopify.world.world import NewLine
from tests.acceptance.stage import (
    NUMBER,
    SECOND,
    THIRD,
    UPS,
    Approval,
    actions,
    evidence,
    found,
    open_kinds,
    planned,
    records,
    requested,
    shown,
    stage,
)
from tests.cycle.shopworld import ShopWorld, states


def cj_lines(order: Any, **units: int) -> list[CjLine]:
    return [
        CjLine(quantity=units[line.sku.replace("-", "_")], store_line_id=line.id.rpartition("/")[2])
        for line in order.lines
        if line.sku.replace("-", "_") in units
    ]


def place(world: ShopWorld, order: Any, **units: int) -> str:
    return world.cj.place(name=order.name, store_order_id=order.id.rpartition("/")[2], lines=cj_lines(order, **units))


@pytest.mark.parametrize("others", [0, 6])
async def test_what_was_placed_anew_after_a_cancel_is_found(tmp_path: Path, others: int) -> None:
    async with stage(tmp_path) as world:
        for _ in range(others):
            world.place_at_cj(world.order("CJ-CUP"))
        order = world.order("CJ-MUG")
        first = world.place_at_cj(order)
        await world.look()
        world.cj.cancel(first)
        assert "supplier_cancelled_store_open" in await found(world, order)
        world.cj.ship(world.place_at_cj(order), NUMBER)
        assert states(await world.pass_()) == {"verified": 1}
        assert shown(world, order) == [((NUMBER,), 1)]
        assert await open_kinds(world, order) == set()


async def test_a_request_is_kept_when_the_supplier_order_was_placed_anew(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = requested(world, "CJ-MUG")
        world.cj.cancel(world.place_at_cj(order))
        await world.look()
        world.place_at_cj(order)
        world.later(hours=25)
        assert await planned(world, order) == []


async def test_split_supplier_orders_ship_as_parts(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("CJ-MUG", quantity=3)
        ref = place(world, order, CJ_MUG=3)
        await world.look()
        first, second = world.cj.split(ref, [cj_lines(order, CJ_MUG=1), cj_lines(order, CJ_MUG=2)])
        world.cj.ship(first, NUMBER)
        await world.pass_()
        assert shown(world, order) == [((NUMBER,), 1)]
        world.cj.ship(second, SECOND)
        for _ in range(3):
            await world.pass_()
        assert sorted(shown(world, order)) == [((NUMBER,), 1), ((SECOND,), 2)]
        assert not {"supplier_order_missing", "supplier_split_or_merged"} & await open_kinds(world, order)


async def test_a_split_whose_sums_differ_is_told(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("CJ-MUG", quantity=3)
        ref = place(world, order, CJ_MUG=3)
        await world.look()
        world.cj.split(ref, [cj_lines(order, CJ_MUG=1), cj_lines(order, CJ_MUG=1)])
        assert "supplier_split_or_merged" in await found(world, order)


async def test_units_that_only_the_supplier_took_off_are_told(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT", quantity=3)
        world.depot.put(order.name, sku="DP-HAT", quantity="1", status="cancelled")
        world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="2", status="shipped")
        world.depot.rows.insert(0, {"Order": order.name, "SKU": "DP-HAT", "Qty": "1", "Status": "cancelled"})
        await world.look()
        assert "partially_cancelled_mismatch" in await open_kinds(world, order)


async def test_an_order_that_is_not_routed_yet_is_no_broken_law(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        world.store.world.settings.routing_delay = timedelta(minutes=30)
        order = world.order("CJ-MUG")
        world.cj.ship(world.place_at_cj(order), NUMBER)
        assert await planned(world, order) == []
        assert "quantity_invariant_broken" not in await open_kinds(world, order)
        world.later(minutes=40)
        assert "create_fulfillment" in await actions(world, order)


async def test_the_same_number_in_two_supplier_orders_is_one_parcel(tmp_path: Path) -> None:
    async with stage(tmp_path, notify_customer="once") as world:
        order = world.order("CJ-MUG", "CJ-CUP")
        for units in ({"CJ_MUG": 1}, {"CJ_CUP": 1}):
            world.cj.ship(place(world, order, **units), NUMBER)
            world.cj.orders[list(world.cj.orders)[-1]].parent_id = "900"
        await world.pass_()
        await world.pass_()
        assert {numbers for numbers, _ in shown(world, order)} == {(NUMBER,)}
        assert sum(units for _, units in shown(world, order)) == 2
        assert len(world.store.ledger.notifications()) == 1


async def test_a_row_for_a_sku_that_is_not_in_the_order_blocks_nothing_else(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT")
        world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="1")
        world.depot.ship(order.name, SECOND, sku="DP-FLYER", quantity="1")
        await world.pass_()
        assert shown(world, order) == [((NUMBER,), 1)]


async def test_a_row_for_another_sku_instead_of_the_ordered_one_is_ambiguous(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT")
        world.depot.ship(order.name, SECOND, sku="DP-HATT", quantity="1")
        assert await planned(world, order) == []
        assert "mapping_missing_or_ambiguous" in await open_kinds(world, order)


async def test_more_units_than_ordered_are_never_created(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT", quantity=2)
        world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="5")
        await world.pass_()
        assert sum(units for _, units in shown(world, order)) <= 2


async def test_a_rejected_request_may_still_ship_from_the_shop(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = requested(world, "DP-HAT")
        world.store.world.merchant.reject_request(order)
        world.store.world.merchant.move(order, to=world.store.world.locations[0])
        world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="1")
        await world.pass_()
        assert shown(world, order) == [((NUMBER,), 1)]


async def test_a_returned_parcel_is_told_and_not_sent_again(tmp_path: Path) -> None:
    async with stage(tmp_path, feed={"states": {"shipped": "handed_over", "returned": "returned"}}) as world:
        order = world.order("DP-HAT")
        world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="1")
        await world.pass_()
        world.depot.mark(order.name, "returned")
        assert await planned(world, order) == []
        assert "returned_to_sender" in await open_kinds(world, order)


async def test_a_long_delivered_order_asks_first_and_a_fresh_one_does_not_mail(tmp_path: Path) -> None:
    async with stage(tmp_path, notify_customer="once") as world:
        order = world.order("DP-HAT")
        world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="1", status="delivered")
        await world.pass_()
        assert shown(world, order) == [((NUMBER,), 1)]
        assert world.store.ledger.notifications() == []


async def test_pickup_and_till_orders_are_left_alone(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        pickup = world.store.world.create_order(NewLine(sku="CJ-MUG", delivery_method="PICK_UP"))
        till = world.store.world.create_order(NewLine(sku="CJ-MUG", delivery_method="RETAIL"), source_name="pos")
        world.store.world.merchant.fulfill(till)
        world.later(days=20)
        for order in (pickup, till):
            assert await found(world, order) == set()
            assert await planned(world, order) == []


async def test_an_incomplete_fulfillment_order_that_we_may_fulfill_is_fulfilled(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = requested(world, "DP-HAT", accepted=True)
        world.store.world.merchant.close_request(order)
        world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="1")
        await world.look()
        assert "shipped_not_fulfilled" in await open_kinds(world, order)


async def test_a_resolved_drift_that_comes_back_is_a_regression(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT")
        world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="1")
        world.store.world.merchant.hold(order)
        await world.look()
        world.depot.mark(order.name, "processing")
        await world.look()
        assert "shipped_not_fulfilled" in await open_kinds(world, order), "evidence never goes down"
        (kept,) = [one for one in await records(world, order) if one.drift.kind == "shipped_not_fulfilled"]
        assert kept.confirmed


async def test_a_feed_row_for_an_archived_and_delivered_order_does_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT")
        world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="1")
        await world.pass_()
        world.store.world.merchant.add_event(order, status="DELIVERED")
        await world.pass_()
        world.depot.mark(order.name, "delivered")
        for _ in range(3):
            world.later(days=15)
            assert (await world.pass_()).outcomes == ()
        assert await open_kinds(world, order) == set()


async def test_two_open_locations_share_a_partial_parcel_without_guessing_wrong(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT", quantity=3)
        other = world.store.world.add_location("Second room")
        part = world.store.world.merchant.split(order, lines={"DP-HAT": 1})
        world.store.world.merchant.move(order, to=other, fulfillment_order=part.id)
        world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="2")
        await world.pass_()
        assert shown(world, order) == [((NUMBER,), 2)]
        world.depot.ship(order.name, SECOND, sku="DP-HAT", quantity="1")
        await world.pass_()
        assert sorted(shown(world, order)) == [((NUMBER,), 2), ((SECOND,), 1)]
        assert await open_kinds(world, order) == set()


async def test_the_approval_of_a_barred_create_does_not_lift_the_bar(tmp_path: Path) -> None:
    async with stage(tmp_path, create_fulfillments=Approval.REQUIRED) as world:
        order = world.order("DP-HAT", "DP-CAP")
        world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="1")
        await world.pass_()
        merchant = world.store.world.merchant
        merchant.fulfill(order, lines={"DP-HAT": 1}, number=NUMBER)
        merchant.cancel_fulfillment(order)
        world.depot.ship(order.name, UPS, sku="DP-CAP", quantity="1", carrier="UPS")
        assert await planned(world, order) == []
        assert (await evidence(world, order, "fulfillment_cancelled_externally"))["store_numbers"] == [NUMBER]


async def test_a_late_third_parcel_is_added_to_the_two_that_are_there(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT", quantity=2)
        for number in (NUMBER, SECOND, THIRD):
            world.depot.ship(order.name, number, sku="DP-HAT", quantity="2")
            await world.pass_()
        assert shown(world, order) == [((NUMBER, SECOND, THIRD), 2)]


async def test_one_of_two_lines_that_was_never_placed_is_missed_and_the_other_goes_on(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("CJ-MUG", "CJ-CUP")
        ref = place(world, order, CJ_MUG=1)
        for _ in range(3):
            await world.look()
        assert "mapping_missing_or_ambiguous" not in await open_kinds(world, order)
        world.later(hours=25)
        assert "mapping_missing_or_ambiguous" in await found(world, order)
        assert (await evidence(world, order, "mapping_missing_or_ambiguous"))["candidates"] == []
        world.cj.ship(ref, NUMBER)
        await world.pass_()
        assert shown(world, order) == [((NUMBER,), 1)]


async def test_one_of_two_parcels_cancelled_by_the_merchant_in_the_same_second_is_not_made_again(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT", quantity=2)
        for number in (NUMBER, SECOND):
            world.depot.ship(order.name, number, sku="DP-HAT", quantity="1")
        assert states(await world.pass_()) == {"verified": 2}
        (first,) = [one.id for one in world.fulfillments(order) if one.tracking[0].number == NUMBER]
        world.store.world.merchant.cancel_fulfillment(order, fulfillment=first)
        for _ in range(3):
            assert await planned(world, order) == []
        assert "fulfillment_cancelled_externally" in await open_kinds(world, order)


async def test_orders_that_vanish_all_at_once_freeze_the_source_at_once(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        refs = [world.place_at_cj(world.order("CJ-MUG")) for _ in range(10)]
        await world.look()
        for ref in refs[:6]:
            world.cj.forget(ref)
        for _ in range(2):
            assert "adapter_mass_change" in await found(world)
            assert await planned(world) == []


@pytest.mark.parametrize("bar", ["cancelled and fulfilled", "vanished", "credentials"])
async def test_what_bars_a_create_bars_the_other_suppliers_parcel_too(tmp_path: Path, bar: str) -> None:
    async with stage(tmp_path) as world:
        order = world.order("CJ-MUG", "DP-HAT")
        ref = world.place_at_cj(order)
        await world.look()
        match bar:
            case "cancelled and fulfilled":
                world.store.world.merchant.fulfill(order, lines={"CJ-MUG": 1})
                world.cj.cancel(ref)
            case "vanished":
                world.cj.forget(ref)
                await world.look()
                await world.look()
            case _:
                world.depot.authorization = "Bearer other"
                world.cj.ship(ref, SECOND)
        world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="1")
        assert "create_fulfillment" not in await actions(world, order)
