"""How long is too long: just at each limit not yet, right after it (design 4.5, Ages, Absence, Calendars)."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syncd.domain.periods import elapsed, parse_period
from tests.acceptance.stage import (
    NUMBER,
    Approval,
    Rung,
    actions,
    at,
    dead,
    found,
    open_kinds,
    planned,
    requested,
    shown,
    stage,
)
from tests.cycle.shopworld import START, ShopWorld

TICK = timedelta(seconds=1)

Made = tuple[Any, datetime]
"""An order, and the moment from which its age counts."""


async def _b01(world: ShopWorld) -> Made:
    order = world.order("CJ-MUG")
    world.place_at_cj(order)
    world.later(hours=3)
    world.store.world.merchant.fulfill(order)
    return order, world.clock.now()


async def _b03(world: ShopWorld) -> Made:
    order = world.order("CJ-MUG")
    world.cj.say(world.place_at_cj(order), "SHIPPED")
    world.later(hours=3)
    world.store.world.merchant.fulfill(order)
    return order, world.clock.now()


async def _c01(world: ShopWorld) -> Made:
    order = requested(world, "CJ-MUG")
    world.store.world.merchant.reject_request(order)
    other = world.order("CJ-CUP")
    world.store.world.merchant.move(other, to=order.fulfillment_orders[0].location)
    return other, START


async def _c02(world: ShopWorld) -> Made:
    world.later(hours=5)
    order = requested(world, "CJ-MUG")
    return order, world.clock.now()


async def _c03(world: ShopWorld) -> Made:
    order = requested(world, "CJ-MUG", accepted=True)
    world.later(hours=2)
    world.place_at_cj(order)
    return order, world.clock.now()


async def _c04(world: ShopWorld) -> Made:
    order = requested(world, "CJ-MUG", accepted=True)
    world.later(hours=7)
    world.store.world.merchant.request_cancellation(order)
    return order, world.clock.now()


async def _c12(world: ShopWorld) -> Made:
    order = world.order("CJ-MUG")
    world.later(hours=2)
    world.place_at_cj(order, status="UNPAID")
    return order, world.clock.now()


async def _c14(world: ShopWorld) -> Made:
    order = world.order("CJ-MUG")
    world.later(hours=2)
    world.place_at_cj(order)
    return order, START


async def _d03(world: ShopWorld) -> Made:
    order = world.order("CJ-MUG")
    world.place_at_cj(order, status="UNPAID")
    world.store.world.merchant.cancel_order(order)
    world.later(minutes=1)
    world.store.world.settle()
    return order, order.cancelled_at


async def _e01(world: ShopWorld) -> Made:
    order = world.order("CJ-MUG")
    ref = world.place_at_cj(order)
    await world.look()
    world.cj.label(ref, NUMBER)
    return order, world.clock.now()


async def _e03(world: ShopWorld) -> Made:
    order = world.order("CJ-MUG")
    world.cj.ship(world.place_at_cj(order), NUMBER)
    await world.pass_()
    world.later(hours=1)
    world.store.world.merchant.add_event(order, status="IN_TRANSIT")
    return order, world.clock.now()


async def _unplaced(world: ShopWorld) -> Made:
    return world.order("CJ-MUG"), START


LIMITS: list[tuple[str, Callable[[ShopWorld], Awaitable[Made]], timedelta]] = [
    ("store_fulfilled_without_shipment", _b01, timedelta(hours=48)),
    ("fulfilled_no_tracking_anywhere", _b03, timedelta(days=7)),
    ("request_not_submitted", _c01, timedelta(hours=4)),
    ("request_not_acknowledged", _c02, timedelta(hours=24)),
    ("accepted_no_progress", _c03, timedelta(days=5)),
    ("cancellation_unanswered", _c04, timedelta(hours=48)),
    ("supplier_unpaid", _c12, timedelta(hours=12)),
    ("unfulfilled_aging", _c14, timedelta(days=3)),
    ("store_cancelled_supplier_live", _d03, timedelta(minutes=15)),
    ("label_only_stale", _e01, timedelta(days=7)),
    ("transit_expired", _e03, timedelta(days=30)),
    ("mapping_missing_or_ambiguous", _unplaced, timedelta(hours=24)),
]


@pytest.mark.parametrize(("kind", "made", "limit"), LIMITS, ids=[kind for kind, _, _ in LIMITS])
async def test_exactly_at_the_limit_it_is_not_exceeded_yet(
    tmp_path: Path, kind: str, made: Callable[[ShopWorld], Awaitable[Made]], limit: timedelta
) -> None:
    async with stage(tmp_path) as world:
        order, since = await made(world)
        await world.look()
        start = world.clock.now()
        await at(world, start + timedelta(minutes=2), order)
        assert kind not in await open_kinds(world, order)
        if kind == "label_only_stale":
            since = start  # when it was seen
        assert kind not in await at(world, since + limit, order)
        assert kind in await at(world, since + limit + TICK, order)


async def test_nothing_but_time_makes_an_order_be_judged_again(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order, since = await _c02(world)
        await world.look()
        await at(world, since + timedelta(hours=12), order)
        assert await actions(world, order) == []
        assert "request_not_acknowledged" in await at(world, since + timedelta(hours=24, seconds=1), order)


async def test_business_days_pass_over_the_weekend(tmp_path: Path) -> None:
    async with stage(tmp_path, stale_after=parse_period("5bd")) as world:
        order, since = await _c03(world)  # a Monday
        await world.look()
        assert "accepted_no_progress" not in await at(world, since + timedelta(days=7), order)
        assert "accepted_no_progress" in await at(world, since + timedelta(days=7, seconds=1), order)


async def test_an_age_may_be_set(tmp_path: Path) -> None:
    async with stage(tmp_path, unacknowledged_after=elapsed(minutes=90)) as world:
        order, since = await _c02(world)
        await world.look()
        assert "request_not_acknowledged" not in await at(world, since + timedelta(minutes=90), order)
        assert "request_not_acknowledged" in await at(world, since + timedelta(minutes=90, seconds=1), order)


# --- requests ---------------------------------------------------------------------------------------------------------


async def test_a_request_is_withdrawn_after_one_whole_read_and_without_a_hold(tmp_path: Path) -> None:
    async with stage(tmp_path, holds=Approval.AUTO) as world:
        order = requested(world, "CJ-MUG")
        world.later(hours=25)
        run = await world.pass_()
        assert [(o.step.action.value, o.state.value) for o in run.outcomes] == [
            ("cancel_fulfillment_order", "verified")
        ]
        assert [fo.request_status for fo in order.fulfillment_orders if fo.status == "OPEN"] == ["UNSUBMITTED"]
        assert not any(fo.holds for fo in order.fulfillment_orders)


async def test_a_request_is_asked_again_counts_from_the_last_time(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = requested(world, "CJ-MUG")
        world.store.world.merchant.reject_request(order)
        world.later(hours=20)
        world.store.world.merchant.submit_request(order)
        world.later(hours=10)
        assert "request_not_acknowledged" not in await found(world, order)
        world.later(hours=15)
        assert "request_not_acknowledged" in await found(world, order)


@pytest.mark.parametrize("status", ["UNPAID", "UNSHIPPED", "OTHER", "MYSTERY"])
async def test_a_request_with_a_live_order_at_the_supplier_is_told_and_kept(tmp_path: Path, status: str) -> None:
    async with stage(tmp_path) as world:
        order = requested(world, "CJ-MUG")
        world.place_at_cj(order, status=status)
        world.later(hours=25)
        assert await actions(world, order) == []
        assert "request_not_acknowledged" in await open_kinds(world, order)


async def test_a_request_whose_supplier_order_was_cancelled_is_withdrawn(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = requested(world, "CJ-MUG")
        world.place_at_cj(order, status="CANCELLED")
        world.later(hours=25)
        assert "cancel_fulfillment_order" in await actions(world, order)


async def test_nothing_is_withdrawn_while_the_supplier_cannot_be_read(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        requested(world, "CJ-MUG"), requested(world, "CJ-CUP", accepted=True)
        world.later(days=9)
        world.streets.before = dead("cj.test")
        assert await actions(world) == []
        world.streets.before = None
        assert sorted(await actions(world)) == ["cancel_fulfillment_order", "submit_cancellation_request"]


async def test_an_accepted_request_without_progress_is_asked_back_without_a_hold(tmp_path: Path) -> None:
    async with stage(tmp_path, holds=Approval.AUTO) as world:
        order = requested(world, "CJ-MUG", accepted=True)
        world.place_at_cj(order)
        world.later(days=6)
        run = await world.pass_()
        assert [(o.step.action.value, o.state.value) for o in run.outcomes] == [
            ("submit_cancellation_request", "verified")
        ]
        assert not any(fo.holds for fo in order.fulfillment_orders)
        for _ in range(3):
            world.later(hours=1)
            assert (await world.pass_()).outcomes == ()


async def test_an_accepted_request_is_not_asked_back_once_a_label_exists(tmp_path: Path) -> None:
    async with stage(tmp_path, fulfill_on=Rung.IN_TRANSIT) as world:
        order = requested(world, "CJ-MUG", accepted=True)
        ref = world.place_at_cj(order)
        world.cj.label(ref, NUMBER)
        world.later(days=6)
        await world.look()
        world.later(days=6)
        assert await actions(world, order) == []
        assert "accepted_no_progress" in await open_kinds(world, order)
        world.cj.ship(ref, NUMBER)
        assert "accepted_no_progress" not in await found(world, order)


async def test_the_suppliers_own_change_keeps_an_accepted_request_young(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = requested(world, "CJ-MUG", accepted=True)
        ref = world.place_at_cj(order, status="UNPAID")
        await world.look()
        world.later(days=4)
        world.cj.pay(ref)
        await world.look()
        world.later(days=4)
        assert "accepted_no_progress" not in await found(world, order)
        world.later(days=2)
        assert "accepted_no_progress" in await found(world, order)


async def test_that_the_mirror_first_saw_an_order_is_no_change_of_it(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = requested(world, "CJ-MUG", accepted=True)
        world.place_at_cj(order)
        world.later(days=8)
        assert "accepted_no_progress" in await found(world, order)


async def test_an_unanswered_cancellation_waits_for_a_person_whatever_the_policy(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = requested(world, "CJ-MUG", accepted=True)
        world.place_at_cj(order)
        world.store.world.merchant.request_cancellation(order)
        world.later(hours=50)
        assert await planned(world, order) == [("cancel_fulfillment_order", "required")]
        world.with_policy(cancel_stale_requests=Approval.REPORT)
        assert await planned(world, order) == [("cancel_fulfillment_order", "report")]


async def test_a_rejected_request_is_held_by_our_own_handle_once(tmp_path: Path) -> None:
    async with stage(tmp_path, holds=Approval.AUTO) as world:
        order = requested(world, "CJ-MUG")
        world.store.world.merchant.reject_request(order)
        run = await world.pass_()
        assert [(o.step.action.value, o.state.value) for o in run.outcomes] == [("hold", "verified")]
        assert "request_rejected" in await open_kinds(world, order)
        world.store.world.merchant.release(order)
        for _ in range(2):
            assert (await world.pass_()).outcomes == ()


async def test_without_a_policy_key_stale_requests_wait_for_approval(tmp_path: Path) -> None:
    from syncd.reconcile.policy import Policy

    async with stage(tmp_path, cancel_stale_requests=Policy().cancel_stale_requests) as world:
        order = requested(world, "CJ-MUG")
        world.later(hours=25)
        assert await planned(world, order) == [("cancel_fulfillment_order", "required")]


async def test_a_request_that_holds_a_strangers_line_too_is_never_withdrawn(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = requested(world, "CJ-MUG", "OWN-1")
        world.later(hours=25)
        assert await actions(world, order) == []
        assert "request_not_acknowledged" in await open_kinds(world, order)


async def test_an_unpaid_or_voided_order_is_not_missed_at_the_supplier(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        made = {
            word: world.order("CJ-MUG", financial=word)
            for word in ("PENDING", "AUTHORIZED", "VOIDED", "PARTIALLY_PAID")
        }
        for _ in range(3):
            await world.look()
        world.later(days=2)
        await world.look()
        for word, order in made.items():
            assert "mapping_missing_or_ambiguous" not in await open_kinds(world, order), word


async def test_a_paid_line_that_was_never_placed_needs_two_reads_a_minute_apart(tmp_path: Path) -> None:
    from syncd import cycle

    async with stage(tmp_path) as world:
        order = world.order("CJ-MUG")
        world.later(hours=25)
        now = world.clock.now()
        await at(world, now + timedelta(seconds=30), order)
        assert "mapping_missing_or_ambiguous" not in await open_kinds(world, order)
        assert "mapping_missing_or_ambiguous" not in await at(world, world.clock.now() + timedelta(seconds=59), order)
        await cycle.look(world.shop)
        world.later(minutes=1)
        assert "mapping_missing_or_ambiguous" in await found(world, order)
        world.place_at_cj(order)
        assert "mapping_missing_or_ambiguous" not in await found(world, order)


async def test_a_vanished_supplier_order_needs_two_reads_a_minute_apart(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("CJ-MUG")
        ref = world.place_at_cj(order)
        await world.look()
        world.cj.forget(ref)
        now = world.clock.now()
        assert "supplier_order_missing" not in await at(world, now + timedelta(seconds=61), order)
        assert "supplier_order_missing" not in await at(world, now + timedelta(seconds=100), order)
        assert "supplier_order_missing" in await at(world, now + timedelta(seconds=122), order)
        assert await actions(world, order) == []


async def test_the_ladder_of_ageing_and_what_does_not_age(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        orders = {name: world.order("CJ-MUG") for name in ("plain", "held", "shipped")}
        held = world.store.world.merchant
        held.hold(orders["held"])
        for name in ("plain", "held"):
            world.place_at_cj(orders[name])
        world.cj.ship(world.place_at_cj(orders["shipped"]), NUMBER)
        await world.pass_()
        world.later(days=4)
        await world.look()
        assert "unfulfilled_aging" in await open_kinds(world, orders["plain"])
        assert "unfulfilled_aging" not in await open_kinds(world, orders["held"])
        assert "unfulfilled_aging" not in await open_kinds(world, orders["shipped"])
        assert shown(world, orders["shipped"])


def test_these_times_are_on_a_monday() -> None:
    assert START.weekday() == 0
    assert START.tzinfo is UTC
