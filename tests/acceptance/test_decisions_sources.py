"""What a source must show before anything rests on it, and what belongs to what (design 4.5: F10, Links file, Partial)."""

from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from adapters.stores.shopify import ADAPTER as SHOPIFY
from syncd.journal import links, mirror
from syncd.journal.links import StatedLink
from tests.acceptance.stage import (
    NUMBER,
    SECOND,
    THIRD,
    Approval,
    actions,
    dead,
    evidence,
    found,
    open_kinds,
    ports_of,
    records,
    shown,
    stage,
)
from tests.cycle.shopworld import DOMAIN, ShopWorld, states


async def sources(world: ShopWorld) -> dict[str, set[str]]:
    """The open drift of each source."""
    kept: dict[str, set[str]] = {}
    for one in await records(world):
        if one.drift.order_id is None:
            kept.setdefault(one.drift.source or "", set()).add(one.drift.kind)
    return kept


# --- F09, F12 ---------------------------------------------------------------------------------------------------------


async def test_a_supplier_that_is_down_stops_only_what_needs_it(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        mine, theirs = world.order("DP-HAT"), world.order("CJ-MUG")
        world.cj.ship(world.place_at_cj(theirs), NUMBER)
        world.depot.ship(mine.name, SECOND, sku="DP-HAT", quantity="1")
        world.streets.before = dead("cj.test")
        assert states(await world.pass_()) == {"verified": 1}
        assert await sources(world) == {"cj": {"observation_incomplete"}}
        world.streets.before = None
        assert states(await world.pass_()) == {"verified": 1}
        assert await sources(world) == {}


async def test_drift_of_a_supplier_that_is_down_stays_open_and_nothing_is_concluded(tmp_path: Path) -> None:
    async with stage(tmp_path, create_fulfillments=Approval.REPORT) as world:
        order = world.order("CJ-MUG")
        world.cj.ship(world.place_at_cj(order), NUMBER)
        assert await found(world, order) == {"shipped_not_fulfilled"}
        world.streets.before = dead("cj.test")
        world.later(days=30)
        for _ in range(3):
            assert "shipped_not_fulfilled" in await found(world, order)
        assert "supplier_order_missing" not in await open_kinds(world, order)


async def test_refused_credentials_of_one_supplier_freeze_that_one_alone(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        mine, theirs = world.order("DP-HAT"), world.order("CJ-MUG")
        world.cj.ship(world.place_at_cj(theirs), NUMBER)
        world.depot.ship(mine.name, SECOND, sku="DP-HAT", quantity="1")
        world.depot.authorization = "Bearer secret"
        assert states(await world.pass_()) == {"verified": 1}
        assert await sources(world) == {"depot": {"permission_or_token"}}
        assert shown(world, theirs) == [((NUMBER,), 1)]
        world.depot.authorization = None
        await world.look()
        assert await sources(world) == {}
        assert states(await world.pass_()) == {"verified": 1}


async def test_a_cut_feed_proves_no_absence(tmp_path: Path) -> None:
    async with stage(tmp_path, feed={"snapshot": True}) as world:
        orders = [world.order("DP-HAT") for _ in range(8)]
        for order in orders:
            world.depot.put(order.name, sku="DP-HAT", quantity="1", status="processing")
        await world.look()
        world.depot.rows = world.depot.rows[:2]
        for _ in range(3):
            await world.look()
        assert not {"supplier_order_missing", "adapter_mass_change"} & await open_kinds(world)
        assert await sources(world) == {"depot": {"observation_incomplete"}}


# --- F10 --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("orders", "die", "frozen"), [(20, 6, False), (20, 7, True), (5, 4, False), (5, 5, True)])
async def test_more_than_a_third_and_at_least_five_freeze_a_source(
    tmp_path: Path, orders: int, die: int, *, frozen: bool
) -> None:
    async with stage(tmp_path) as world:
        refs = [world.place_at_cj(world.order("CJ-MUG")) for _ in range(orders)]
        await world.look()
        for ref in refs[:die]:
            world.cj.cancel(ref)
        await world.look()
        assert ("adapter_mass_change" in await open_kinds(world)) is frozen


async def test_many_shipped_and_delivered_orders_are_good_news(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        made = [world.order("CJ-MUG") for _ in range(8)]
        refs = [world.place_at_cj(order) for order in made]
        await world.look()
        for count, ref in enumerate(refs):
            world.cj.ship(ref, f"YT222952127216444{count}")
            if count % 2:
                world.cj.deliver(ref)
        assert len(await actions(world)) == 8
        assert "adapter_mass_change" not in await open_kinds(world)


async def test_the_first_pass_of_a_source_is_exempt(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        for _ in range(8):
            world.cj.cancel(world.place_at_cj(world.order("CJ-MUG")))
        await world.look()
        assert "adapter_mass_change" not in await open_kinds(world)


async def test_a_frozen_source_creates_and_withdraws_nothing_until_a_person_resumes_it(tmp_path: Path) -> None:
    async with stage(tmp_path, holds=Approval.AUTO) as world:
        made = [world.order("CJ-MUG") for _ in range(9)]
        refs = [world.place_at_cj(order) for order in made]
        await world.look()
        for ref in refs[:6]:
            world.cj.cancel(ref)
        world.cj.ship(refs[8], NUMBER)
        other = world.order("DP-HAT")
        world.depot.ship(other.name, SECOND, sku="DP-HAT", quantity="1")
        assert states(await world.pass_()) == {"verified": 1}
        for _ in range(2):
            assert "verified" not in states(await world.pass_())
        assert shown(world, made[8]) == []
        assert await world.db.run(mirror.accept_mass_change, supplier="cj")
        await world.db.run(mirror.make_all_due, store="main", now=world.clock.now())
        assert states(await world.pass_()) == {"verified": 7}


# --- the store --------------------------------------------------------------------------------------------------------


async def test_the_first_read_takes_archived_orders_of_sixty_days_along(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("CJ-MUG")
        ref = world.place_at_cj(order)
        world.store.world.merchant.fulfill(order)
        world.later(days=3)
        world.store.world.merchant.archive(order)
        assert order.closed_at is not None
        world.cj.ship(ref, NUMBER)
        assert states(await world.pass_()) == {"verified": 1}
        assert shown(world, order) == [((NUMBER,), 1)]


async def test_an_archived_order_with_open_units_is_looked_at_too(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("CJ-MUG")
        world.store.world.merchant.archive(order)
        world.cj.ship(world.place_at_cj(order), NUMBER)
        assert states(await world.pass_()) == {"verified": 1}


async def test_a_store_whose_search_lags_behind_loses_nothing(tmp_path: Path) -> None:
    from datetime import timedelta

    async with stage(tmp_path) as world:
        await world.look()
        world.store.world.settings.index_lag = timedelta(seconds=50)
        order = world.order("CJ-MUG")
        world.cj.ship(world.place_at_cj(order), NUMBER)
        seen = 0
        for _ in range(5):
            world.later(seconds=-40)
            seen += states(await world.pass_()).get("verified", 0)
        assert seen == 1
        assert shown(world, order) == [((NUMBER,), 1)]


async def test_a_lagging_search_never_doubles_what_a_merchant_just_did(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("CJ-MUG")
        world.cj.ship(world.place_at_cj(order), NUMBER)
        await world.look()
        world.store.world.settings.index_frozen = True
        world.store.world.merchant.fulfill(order, number=NUMBER)
        run = await world.pass_()
        assert "verified" not in states(run)
        assert shown(world, order) == [((NUMBER,), 1)]


# --- what belongs to what ---------------------------------------------------------------------------------------------


async def _link(world: ShopWorld, *rows: tuple[str, str | None, str]) -> None:
    stated = [
        StatedLink(supplier="cj", supplier_order_id=ref, store_order=order, store=None, line_sku=sku)
        for order, sku, ref in rows
    ]
    await world.db.run(links.replace_file_links, supplier="cj", links=stated, now=world.clock.now())


def _unlinked(world: ShopWorld, number: str) -> str:
    ref = world.cj.place(name="by hand", lines=[])
    world.cj.ship(ref, number)
    return ref


async def test_a_links_row_without_a_sku_means_every_line_of_the_supplier(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("CJ-MUG", "CJ-CUP", "DP-HAT")
        await world.look()
        await _link(world, (order.name.lstrip("#"), None, _unlinked(world, NUMBER)))
        await world.pass_()
        assert shown(world, order) == [((NUMBER,), 2)]


async def test_a_links_row_with_a_sku_means_that_line_alone(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("CJ-MUG", "CJ-CUP")
        await world.look()
        first, second = _unlinked(world, NUMBER), _unlinked(world, SECOND)
        await _link(world, (order.name, "CJ-MUG", first), (order.name, "CJ-CUP", second))
        await world.pass_()
        assert sorted(shown(world, order)) == [((NUMBER,), 1), ((SECOND,), 1)]


async def test_several_supplier_orders_for_one_line_without_quantities_are_never_guessed(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("CJ-MUG", quantity=3)
        await world.look()
        first, second = _unlinked(world, NUMBER), _unlinked(world, SECOND)
        await _link(world, (order.name, "CJ-MUG", first), (order.name, "CJ-MUG", second))
        run = await world.pass_()
        assert sum(units for _, units in shown(world, order)) in {0, 3}
        assert len(run.outcomes) <= 1


async def test_one_supplier_order_in_two_store_orders_is_ambiguous_and_barred(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        first, second = world.order("CJ-MUG"), world.order("CJ-MUG")
        await world.look()
        ref = _unlinked(world, NUMBER)
        await _link(world, (first.name, None, ref), (second.name, None, ref))
        assert (await world.pass_()).outcomes == ()
        for order in (first, second):
            assert "mapping_missing_or_ambiguous" in await open_kinds(world, order)
        assert second.name in str(await evidence(world, first, "mapping_missing_or_ambiguous"))


@pytest.mark.parametrize("form", ["id", "object"])
async def test_a_metafield_names_the_supplier_order_or_one_for_each_sku(tmp_path: Path, form: str) -> None:
    async with stage(tmp_path) as world:
        _with_metafield(world)
        ref, other = _unlinked(world, NUMBER), _unlinked(world, SECOND)
        value = ref if form == "id" else f'{{"CJ-MUG": "{ref}", "CJ-CUP": {other}}}'
        order = world.order("CJ-MUG", "CJ-CUP", metafields={"syncd.cj_order": value})
        await world.look()
        await world.pass_()
        await world.pass_()
        expected = [((NUMBER,), 2)] if form == "id" else [((NUMBER,), 1), ((SECOND,), 1)]
        assert sorted(shown(world, order)) == expected


def _with_metafield(world: ShopWorld) -> None:
    settings = SHOPIFY.settings(shop=DOMAIN, endpoint="https://shop.test", token="env:TOKEN")
    ports = replace(ports_of(world), secret=lambda _: "shpat_test", link_metafields=("syncd.cj_order",))
    world.shop = replace(world.shop, port=SHOPIFY.build("main", settings, ports))
    rules = [
        replace(one, link_metafield="syncd.cj_order") if one.name == "cj" else one
        for one in world.shop.policy.suppliers
    ]
    world.with_policy(suppliers=tuple(rules))


# --- mails and crashes ------------------------------------------------------------------------------------------------


async def test_an_answer_that_got_lost_mails_nobody_twice(tmp_path: Path) -> None:
    async with stage(tmp_path, notify_customer="once") as world:
        order = world.order("DP-HAT")
        world.depot.ship(order.name, THIRD, sku="DP-HAT", quantity="1")

        async def lost(request: httpx.Request) -> None:
            if b"fulfillmentCreate" in request.content:
                raise httpx.ReadError("connection reset", request=request)

        world.streets.after = lost
        await world.pass_()
        world.streets.after = None
        for _ in range(3):
            world.later(minutes=2)
            await world.pass_()
        assert shown(world, order) == [((THIRD,), 1)]
        assert len(world.store.ledger.notifications()) == 1
        assert await open_kinds(world, order) == set()


async def test_a_question_that_never_arrived_is_asked_again_and_mails_once(tmp_path: Path) -> None:
    async with stage(tmp_path, notify_customer="once") as world:
        order = world.order("DP-HAT")
        world.depot.ship(order.name, THIRD, sku="DP-HAT", quantity="1")

        async def lost(request: httpx.Request) -> None:
            if b"fulfillmentCreate" in request.content:
                raise httpx.ReadError("connection reset", request=request)

        world.streets.before = lost
        await world.pass_()
        world.streets.before = None
        for _ in range(3):
            world.later(minutes=2)
            await world.pass_()
        assert shown(world, order) == [((THIRD,), 1)]
        assert len(world.store.ledger.notifications()) <= 1
