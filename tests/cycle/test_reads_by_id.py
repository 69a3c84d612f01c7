"""What a step rests on is what the sides show right now, not what the mirror kept of it."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from syncd import cycle
from syncd.domain.observation import Page, Problem
from syncd.domain.orders import Order
from syncd.domain.steps import Step
from syncd.errors import InvalidResponse, StoreUnreachable, UsageError
from syncd.journal import drifts, mirror
from syncd.judge import judge_orders, remember
from syncd.observe import observe, observe_orders
from syncd.reconcile import manual
from syncd.reconcile.view import OrderView
from syncd.shop import Limits
from tests.cycle.shopworld import ShopWorld, shop_world, states

NUMBER = "YT2229521272164446"


class CutReads:
    """The store, in whose answers by id an inner page of every order failed."""

    def __init__(self, port: Any) -> None:
        self._port = port

    def __getattr__(self, name: str) -> Any:
        return getattr(self._port, name)

    async def order(self, order_id: str) -> Order:
        return replace(await self._port.order(order_id), cut=("events",))

    async def orders(self, order_ids: Sequence[str]) -> tuple[Order, ...]:
        return tuple(replace(order, cut=("events",)) for order in await self._port.orders(order_ids))


def cut_reads(world: ShopWorld) -> None:
    world.shop = replace(world.shop, port=CutReads(world.shop.port))


class StrangeOrder:
    """The store, one order of which comes in a form that nobody understands: named by one search, and left out of all reads."""

    def __init__(self, port: Any, order_id: str) -> None:
        self._port = port
        self.order_id = order_id
        self.is_named = True
        self.is_strange = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._port, name)

    async def orders_changed(self, since: datetime) -> AsyncIterator[Page[Order]]:
        async for page in self._port.orders_changed(since):
            items = tuple(order for order in page.items if order.id != self.order_id)
            told = (Problem(place=self.order_id, text="a line without an id", order_id=self.order_id),)
            yield replace(page, items=items, problems=told if page.is_last and self.is_named else ())
        self.is_named = False

    async def order(self, order_id: str) -> Order:
        if order_id == self.order_id and self.is_strange:
            raise InvalidResponse("a line without an id", path="$.lines")
        found: Order = await self._port.order(order_id)
        return found

    async def orders(self, order_ids: Sequence[str]) -> tuple[Order, ...]:
        found = await self._port.orders(order_ids)
        return tuple(order for order in found if order.id != self.order_id or not self.is_strange)


async def left_out(world: ShopWorld) -> list[str]:
    rows = await world.db.run(drifts.open_drifts, store="main", kind="observation_incomplete")
    return [row.drift.thing for row in rows]


def unfulfill(world: ShopWorld) -> Callable[[OrderView], Sequence[Step]]:
    def decide(view: OrderView) -> Sequence[Step]:
        made = manual.unfulfill(view, policy=world.shop.policy, reason="other", note=None, now=world.clock.now())
        if isinstance(made, manual.Refused):
            raise UsageError(made.text)
        return made

    return decide


async def test_nothing_is_created_when_the_second_look_was_cut(tmp_path: Path) -> None:
    async with shop_world(tmp_path) as world:
        order = world.order("DP-HAT", quantity=2)
        await world.pass_()
        world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="1")
        plan = (await world.look()).plan
        assert len(plan.steps) == 1
        world.store.world.merchant.fulfill(order, lines={order.lines[0].id: 1}, number=NUMBER)
        cut_reads(world)
        world.later(minutes=2)
        assert states(await cycle.apply_plan(world.shop, plan)) == {"refused": 1}
        assert len(world.fulfillments(order)) == 1


async def test_a_change_that_was_read_cut_is_seen_as_soon_as_it_can_be_read(tmp_path: Path) -> None:
    async with shop_world(tmp_path) as world:
        order = world.order("DP-HAT", quantity=2)
        await world.pass_()
        whole = world.shop
        world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="1")
        plan = (await world.look()).plan
        world.store.world.merchant.fulfill(order, lines={order.lines[0].id: 1}, number=NUMBER)
        cut_reads(world)
        await cycle.apply_plan(world.shop, plan)
        world.shop = whole
        world.later(hours=2)
        look = await world.look()
        assert look.plan.steps == ()
        (view,) = await world.db.run(
            mirror.views, store="main", order_ids=[order.id], policy=world.shop.policy, reads={}
        )
        assert view.order.is_complete
        assert len(view.order.fulfillments) == 1


async def test_a_parcel_is_not_taken_back_by_hand_when_its_order_was_read_cut(tmp_path: Path) -> None:
    async with shop_world(tmp_path) as world:
        order = world.order("DP-HAT")
        world.store.world.merchant.fulfill(order, number="1Z999AA10123456784", company="UPS")
        await world.pass_()
        world.later(hours=3)
        world.store.world.merchant.add_event(order, status="DELIVERED")
        cut_reads(world)
        with pytest.raises(UsageError, match="could not be read whole: events"):
            await cycle.act_by_hand(world.shop, order.id, decide=unfulfill(world), agree=lambda _: True)
        assert [one.status for one in world.fulfillments(order)] == ["SUCCESS"]


async def test_a_supplier_is_asked_anew_about_an_order_that_is_not_watched_any_more(tmp_path: Path) -> None:
    async with shop_world(tmp_path) as world:
        order = world.order("CJ-MUG")
        ref = world.place_at_cj(order)
        await world.pass_()
        world.store.world.merchant.fulfill(order)
        await world.pass_()
        world.later(days=61)
        await world.pass_()
        world.cj.ship(ref, NUMBER)
        with pytest.raises(UsageError, match=NUMBER):
            await cycle.act_by_hand(world.shop, order.id, decide=unfulfill(world), agree=lambda _: True)
        assert [one.status for one in world.fulfillments(order)] == ["SUCCESS"]


async def test_a_supplier_that_was_not_asked_about_an_order_was_not_read_whole_for_it(tmp_path: Path) -> None:
    async with shop_world(tmp_path) as world:
        order = world.order("CJ-MUG")
        world.place_at_cj(order)
        await world.pass_()
        read = (await world.look()).observed.reads["cj"]
        for about, whole in ((frozenset({order.id}), True), (frozenset(), False)):
            reads = {"cj": replace(read, about=about, answered=frozenset())}
            (view,) = await world.db.run(
                mirror.views, store="main", order_ids=[order.id], policy=world.shop.policy, reads=reads
            )
            side = next(one for one in view.suppliers if one.name == "cj")
            assert (side.complete, side.was_asked) == (whole, whole)


async def test_a_change_that_the_search_never_showed_is_seen_when_the_order_falls_due(tmp_path: Path) -> None:
    async with shop_world(tmp_path) as world:
        order = world.order("CJ-MUG")
        await world.pass_()
        world.store.world.index_frozen = True
        world.store.world.merchant.fulfill(order, number=NUMBER)
        world.later(hours=25)  # a line that was not placed for a day
        look = await world.look()
        assert [drift.kind for drift in look.judged.drifts if drift.order_id] != []
        (view,) = await world.db.run(
            mirror.views, store="main", order_ids=[order.id], policy=world.shop.policy, reads={}
        )
        assert len(view.order.fulfillments) == 1


async def test_a_pass_in_which_nothing_is_due_reads_no_order_by_id(tmp_path: Path) -> None:
    async with shop_world(tmp_path) as world:
        order = world.order("DP-HAT")
        world.depot.ship(order.name, NUMBER)
        for _ in range(3):
            await world.pass_()
        for _ in range(2):  # the search is asked for a few minutes more than needed
            world.later(minutes=10)
            await world.look()
        world.streets.calls.clear()
        await world.look()
        assert not [call for call in world.streets.calls if b"nodes(" in call.content]


async def test_a_store_that_fails_while_due_orders_are_read_is_unreachable(tmp_path: Path) -> None:
    async with shop_world(tmp_path) as world:
        world.order("CJ-MUG")
        await world.pass_()
        world.later(hours=25)

        async def fail(request: httpx.Request) -> None:
            if b"nodes(" in request.content:
                raise httpx.ConnectError("down", request=request)

        world.streets.before = fail
        with pytest.raises(StoreUnreachable):
            await world.look()


async def test_what_became_due_while_an_order_was_judged_stays_due(tmp_path: Path) -> None:
    async with shop_world(tmp_path) as world:
        order = world.order("DP-HAT")
        await world.look()
        observed = await observe_orders(world.shop, [order.id])
        judged = await judge_orders(world.shop, observed, [order.id])
        world.later(seconds=1)
        await world.db.run(
            mirror.set_due, store="main", due={order.id: world.clock.now()}
        )  # another pass saw something
        world.later(seconds=1)
        await remember(world.shop, observed, judged, run_id="test")
        assert await world.db.run(mirror.due, store="main", now=world.clock.now()) == [order.id]
        judged = await judge_orders(world.shop, observed, [order.id])
        await remember(world.shop, observed, judged, run_id="test")
        assert await world.db.run(mirror.due, store="main", now=world.clock.now()) == []


class BrokenSearch(CutReads):
    """A store whose adapter has a mistake."""

    def orders_changed(self, since: Any) -> Any:
        raise KeyError("data")


async def test_a_broken_store_adapter_is_told_as_an_unreachable_store(tmp_path: Path) -> None:
    async with shop_world(tmp_path) as world:
        await world.pass_()
        world.shop = replace(world.shop, port=BrokenSearch(world.shop.port))
        with pytest.raises(StoreUnreachable, match="KeyError"):
            await world.look()


async def test_due_orders_that_one_pass_cannot_read_are_judged_as_last_seen_and_acted_on_only_as_they_are(
    tmp_path: Path,
) -> None:
    async with shop_world(tmp_path) as world:
        world.shop = replace(world.shop, limits=Limits(read_due=1))
        orders = [world.order("DP-HAT") for _ in range(3)]
        for _ in range(2):  # the second search does not reach back to when they were made
            world.later(minutes=10)
            await world.pass_()
        world.store.world.settings.index_frozen = True
        for number, order in enumerate(orders):
            world.store.world.merchant.fulfill(order, number=f"BY-HAND-{number}")
            world.depot.ship(order.name, f"YT222952127216444{number}", sku="DP-HAT", quantity="1")
        await world.db.run(mirror.make_all_due, store="main", now=world.clock.now())
        with capture_logs() as told:
            run = await world.pass_()
        assert [(one.state.value, one.code) for one in run.outcomes] == [("refused", "stale"), ("refused", "stale")]
        assert [len(world.fulfillments(order)) for order in orders] == [1, 1, 1]
        assert {"event": "orders.due", "log_level": "info", "store": "main", "due": 3, "read_by_id": 1} in told
        assert (await world.pass_()).plan.steps == ()


@pytest.mark.parametrize("end", ["reads well", "is gone"])
async def test_an_order_that_nobody_understands_stays_told_until_it_reads_well_or_is_gone(
    tmp_path: Path, end: str
) -> None:
    async with shop_world(tmp_path) as world:
        await world.pass_()
        order, other = world.order("DP-HAT"), world.order("DP-HAT")
        port = StrangeOrder(world.shop.port, order.id)
        world.shop = replace(world.shop, port=port)
        for _ in range(3):  # the search names it once
            await world.pass_()
            assert await left_out(world) == [order.id]
        await cycle.look_at(world.shop, [other.id])
        assert await left_out(world) == [order.id]
        if end == "reads well":
            port.is_strange = False
        else:
            port.order_id = "nobody"
            world.store.world.orders.pop(order.number)
            world.store.world.nodes.pop(order.id)
        await world.pass_()
        assert await left_out(world) == []
        counted = await world.db.run(mirror.counts, store="main")
        assert counted.orders == (2 if end == "reads well" else 1)


async def test_an_order_that_nobody_understands_is_not_lost_when_the_pass_that_saw_it_breaks_off(
    tmp_path: Path,
) -> None:
    async with shop_world(tmp_path) as world:
        await world.pass_()
        order = world.order("DP-HAT")
        world.shop = replace(world.shop, port=StrangeOrder(world.shop.port, order.id))
        await observe(world.shop)  # the process ends here, and the search goes on from there
        await world.pass_()
        assert await left_out(world) == [order.id]
