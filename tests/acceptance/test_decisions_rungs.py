"""What counts as shipped: CJ's words, a feed's words, dates and numbers (design 4.5, Rungs, Feed, No number at all)."""

from pathlib import Path

import pytest

from tests.acceptance.stage import (
    NUMBER,
    SECOND,
    THIRD,
    Rung,
    actions,
    evidence,
    found,
    open_kinds,
    shown,
    stage,
)
from tests.cycle.shopworld import FEED_STANZA, states

# --- CJ ---------------------------------------------------------------------------------------------------------------


async def test_a_number_while_cj_says_unshipped_is_a_label_and_no_shipment(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("CJ-MUG")
        world.cj.label(world.place_at_cj(order), NUMBER)
        assert (await world.pass_()).plan.steps == ()
        assert await open_kinds(world, order) == {"fulfilled_before_dispatch"}
        world.with_policy(fulfill_on=Rung.LABEL)
        assert states(await world.pass_()) == {"verified": 1}


async def test_cjs_word_shipped_without_a_number_is_no_shipment(tmp_path: Path) -> None:
    async with stage(tmp_path, fulfill_on=Rung.LABEL) as world:
        order = world.order("CJ-MUG")
        ref = world.place_at_cj(order)
        for word in ("SHIPPED", "DELIVERED"):
            world.cj.say(ref, word)
            assert await actions(world, order) == []
        assert "fulfilled_before_dispatch" in await open_kinds(world, order)


async def test_cjs_delivered_is_delivered(tmp_path: Path) -> None:
    async with stage(tmp_path, fulfill_on=Rung.DELIVERED) as world:
        order = world.order("CJ-MUG")
        ref = world.place_at_cj(order)
        world.cj.ship(ref, NUMBER)
        assert await actions(world, order) == []
        world.cj.deliver(ref)
        assert await found(world, order) == {"supplier_delivered_store_open"}
        assert await actions(world, order) == ["create_fulfillment"]


async def test_a_word_that_cj_does_not_document_is_reported_and_nothing_rests_on_it(tmp_path: Path) -> None:
    async with stage(tmp_path, fulfill_on=Rung.LABEL) as world:
        order = world.order("CJ-MUG")
        ref = world.place_at_cj(order)
        world.cj.label(ref, NUMBER)
        world.cj.say(ref, "TELEPORTED")
        look = await world.look()
        assert look.plan.steps == ()
        assert "TELEPORTED" in str([source.problems for source in look.sources])
        assert "observation_incomplete" in await open_kinds(world, order)
        assert "TELEPORTED" in str(await evidence(world, order, "observation_incomplete"))


@pytest.mark.parametrize("word", ["0", "-", "n/a", "#N/A", "none", "tba", "pending", "9.4001E+21", " "])
async def test_words_for_no_number_never_make_a_shipment(tmp_path: Path, word: str) -> None:
    async with stage(tmp_path, fulfill_on=Rung.LABEL) as world:
        first, second = world.order("CJ-MUG"), world.order("DP-HAT")
        world.cj.ship(world.place_at_cj(first), word)
        world.depot.ship(second.name, word, sku="DP-HAT", quantity="1")
        look = await world.look()
        assert look.plan.steps == ()
        assert "fulfilled_before_dispatch" in await open_kinds(world, first)
        assert "fulfilled_before_dispatch" in await open_kinds(world, second)
        if word.strip():
            said = str([source.problems for source in look.sources])
            assert said.count("is no tracking number") == 2


# --- the feed ---------------------------------------------------------------------------------------------------------


NO_STATUS = {"columns": {k: v for k, v in FEED_STANZA["columns"].items() if k != "status"}, "states": None}
NO_DATE = {
    "columns": {k: v for k, v in FEED_STANZA["columns"].items() if k not in {"status", "shipped_at"}},
    "states": None,
}


@pytest.mark.parametrize(
    ("date", "ships"),
    [("2026-11-02 08:00:00", True), ("2026-11-02 09:00:00", False), ("", False), ("2026-11-03", False)],
)
async def test_a_number_counts_as_handed_over_from_its_ship_date_on(tmp_path: Path, date: str, *, ships: bool) -> None:
    async with stage(tmp_path, feed=NO_STATUS) as world:
        order = world.order("DP-HAT")
        row = world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="1")
        row["Ship Date"] = date
        assert await actions(world, order) == (["create_fulfillment"] if ships else [])
        if date and not ships:
            world.later(days=2)
            assert await actions(world, order) == ["create_fulfillment"]


async def test_a_ship_date_is_read_in_the_stanzas_time_zone(tmp_path: Path) -> None:
    async with stage(tmp_path, feed={**NO_STATUS, "timezone": "America/New_York"}) as world:
        order = world.order("DP-HAT")
        row = world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="1")
        row["Ship Date"] = "2026-11-02 04:30:00"  # 09:30 in UTC
        assert await actions(world, order) == []
        world.later(minutes=95)
        assert await actions(world, order) == ["create_fulfillment"]


@pytest.mark.parametrize(("rung", "ships"), [(None, True), ("label", False), ("in_transit", True)])
async def test_without_a_ship_date_column_the_stanzas_rung_counts(
    tmp_path: Path, rung: str | None, *, ships: bool
) -> None:
    async with stage(tmp_path, feed={**NO_DATE, "rung": rung}) as world:
        order = world.order("DP-HAT")
        world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="1")
        assert await actions(world, order) == (["create_fulfillment"] if ships else [])


async def test_a_status_word_decides_before_the_ship_date(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        early, late, blank = (world.order("DP-HAT") for _ in range(3))
        row = world.depot.ship(early.name, NUMBER, sku="DP-HAT", quantity="1", status="Shipped")
        row["Ship Date"] = "2026-12-24"
        world.depot.ship(late.name, SECOND, sku="DP-HAT", quantity="1", status="processing")
        world.depot.ship(blank.name, THIRD, sku="DP-HAT", quantity="1", status="")
        look = await world.look()
        assert {step.order for step in look.plan.steps} == {early.name, blank.name}


async def test_a_status_word_outside_the_map_is_unknown_and_reported(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT")
        world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="1", status="beamed up")
        look = await world.look()
        assert look.plan.steps == ()
        assert "beamed up" in str([source.problems for source in look.sources])
        assert "observation_incomplete" in await open_kinds(world, order)
        world.depot.mark(order.name, "shipped")
        assert await actions(world, order) == ["create_fulfillment"]
        assert "observation_incomplete" not in await open_kinds(world, order)


@pytest.mark.parametrize("name", ["{}", "#{}", " #{} "])
async def test_a_feed_names_orders_with_or_without_the_hash(tmp_path: Path, name: str) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT")
        world.depot.ship(name.format(order.name.lstrip("#")), NUMBER, sku="DP-HAT", quantity="1")
        assert await actions(world, order) == ["create_fulfillment"]


async def test_a_feed_names_orders_in_any_case_and_exactly_one(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT", name="#SHOP-1A")
        world.depot.ship("shop-1a", NUMBER, sku="DP-HAT", quantity="1")
        twins = [world.order("DP-HAT", name="#TWO"), world.order("DP-HAT", name="#two")]
        world.depot.ship("TWO", SECOND, sku="DP-HAT", quantity="1")
        look = await world.look()
        assert {step.order_id for step in look.plan.steps} == {order.id}
        assert not {twin.id for twin in twins} & {step.order_id for step in look.plan.steps}


async def test_a_blank_quantity_with_one_number_means_all_open_units(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT", quantity=3)
        world.depot.ship(order.name, NUMBER, sku="DP-HAT")
        await world.pass_()
        assert shown(world, order) == [((NUMBER,), 3)]


async def test_a_blank_quantity_with_two_numbers_is_ambiguous(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT", quantity=3)
        world.depot.ship(order.name, NUMBER, sku="DP-HAT")
        world.depot.ship(order.name, SECOND, sku="DP-HAT")
        assert (await world.pass_()).plan.steps == ()
        assert "mapping_missing_or_ambiguous" in await open_kinds(world, order)


async def test_a_repeated_key_is_one_row_and_the_last_wins(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT", quantity=3)
        world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="1")
        world.depot.rows.append(dict(world.depot.rows[0]) | {"Qty": "2", "Order": order.name.lstrip("#")})
        await world.pass_()
        assert shown(world, order) == [((NUMBER,), 2)]


async def test_several_numbers_in_one_cell_are_one_fulfillment_with_all_of_them(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT", quantity=2)
        world.depot.ship(order.name, f"{NUMBER}, {SECOND}", sku="DP-HAT", quantity="2")
        await world.pass_()
        assert shown(world, order) == [((NUMBER, SECOND), 2)]


@pytest.mark.parametrize("snapshot", [False, True])
async def test_a_row_that_is_gone_means_something_in_a_snapshot_only(tmp_path: Path, *, snapshot: bool) -> None:
    async with stage(tmp_path, feed={"snapshot": snapshot}) as world:
        order = world.order("DP-HAT")
        others = [world.order("DP-HAT") for _ in range(4)]
        for other in others:
            world.depot.put(other.name, sku="DP-HAT", quantity="1", status="processing")
        world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="1")
        await world.pass_()
        world.depot.forget(order.name)
        for _ in range(3):
            await world.pass_()
        assert not {"supplier_order_missing", "store_fulfilled_without_shipment"} & await open_kinds(world, order)
        world.depot.ship(order.name, SECOND, sku="DP-HAT", quantity="1")
        await world.pass_()
        assert shown(world, order) == [((SECOND,) if snapshot else (NUMBER, SECOND), 1)]
        assert await open_kinds(world, order) == set()


async def test_evidence_never_goes_down(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("CJ-MUG")
        ref = world.place_at_cj(order)
        world.cj.ship(ref, NUMBER)
        world.with_mode("observe")
        await world.look()
        world.cj.say(ref, "UNSHIPPED")
        assert await actions(world, order) == ["create_fulfillment"]


async def test_a_suspect_number_warns_and_is_written_all_the_same(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT")
        world.depot.ship(order.name, "1Z999AA10123456785", sku="DP-HAT", quantity="1", carrier="UPS")
        (step,) = (await world.look()).plan.steps
        assert "1Z999AA10123456785" in step.why
        assert "UPS" in step.why
        assert (await evidence(world, order, "shipped_not_fulfilled"))["doubt"]
        await world.pass_()
        assert shown(world, order) == [(("1Z999AA10123456785",), 1)]


async def test_a_suspect_number_warns_on_updates_too_and_a_good_one_never(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT")
        row = world.depot.put(order.name, sku="DP-HAT", quantity="1", status="processing")
        world.store.world.merchant.fulfill(order)
        row |= {"Tracking Number": "1Z999AA10123456785", "Carrier": "UPS", "Status": "shipped"}
        (step,) = (await world.look()).plan.steps
        assert step.action == "update_tracking"
        assert "doubt" in await evidence(world, order, "store_fulfilled_without_tracking")
        assert "check" in step.why.lower() or "UPS" in step.why
        row |= {"Tracking Number": "1Z999AA10123456784"}
        await world.look()
        assert "doubt" not in await evidence(world, order, "store_fulfilled_without_tracking")
