"""Passes that are killed: one row per effect that syncd can have on its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from adapters.sandbox.cj import CjLine
from adapters.stores.shopify.sweeping import SMALL
from syncd import cycle
from syncd.domain.steps import Approval
from syncd.journal import approvals
from tests.crash.lives import Lives
from tests.crash.scenario import PATIENCE, TOKEN_PAUSE, Scenario, one_pass
from tests.cycle.shopworld import ShopWorld

NUMBER, SECOND, OTHER = "YT2229521272164446", "YT2229521272164447", "1Z999AA10123456784"


async def _create_one(lives: Lives) -> None:
    # Three units and a parcel with one: a create that is repeated finds units to take.
    order = lives.world.order("DP-HAT", quantity=3)
    await lives.live(one_pass)
    lives.world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="1")


async def _create_two(lives: Lives) -> None:
    world = lives.world
    order = world.order("CJ-MUG", "DP-HAT", quantity=2)
    mug = next(line for line in order.lines if line.sku == "CJ-MUG")
    part = CjLine(quantity=1, store_line_id=mug.id.rpartition("/")[2])
    ref = world.cj.place(name=order.name, store_order_id=order.id.rpartition("/")[2], lines=[part])
    await lives.live(one_pass)
    world.depot.ship(order.name, OTHER, sku="DP-HAT", quantity="1", carrier="UPS")
    world.cj.ship(ref, NUMBER)


async def _notify_once(lives: Lives) -> None:
    async def told_once(lives: Lives) -> None:
        lives.world.with_policy(notify_customer="once")
        await one_pass(lives)

    order = lives.world.order("DP-HAT", quantity=3)
    await lives.live(told_once)
    lives.world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="1")


async def _update_tracking(lives: Lives) -> None:
    order = lives.world.order("DP-HAT", quantity=2)
    lives.world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="2")
    await lives.live(one_pass)
    lives.world.depot.ship(order.name, SECOND, sku="DP-HAT", quantity="2")


def _service(world: ShopWorld) -> Any:
    app = world.store.world.add_app("cj-app", token="shpat_service")
    return world.store.world.add_service("CJ service", app=app)


async def _stale_request(lives: Lives) -> None:
    world = lives.world
    order = world.order("CJ-MUG")
    world.store.world.merchant.move(order, to=_service(world).location)
    world.store.world.merchant.submit_request(order)
    await lives.live(one_pass)
    world.later(hours=25)


async def _ask_back(lives: Lives) -> None:
    world = lives.world
    order = world.order("CJ-MUG")
    world.place_at_cj(order)
    world.store.world.merchant.move(order, to=_service(world).location)
    world.store.world.merchant.submit_request(order)
    world.store.world.merchant.accept_request(order)
    await lives.live(one_pass)
    world.later(days=6)


async def _unfulfill(lives: Lives) -> None:
    world = lives.world
    order = world.order("CJ-MUG")
    world.place_at_cj(order)
    await lives.live(one_pass)
    world.store.world.merchant.fulfill(order)
    world.later(hours=50)
    await lives.live(one_pass)
    await lives.live(_approve_all)


async def _approve_all(lives: Lives) -> None:
    world = lives.world
    now = world.clock.now()
    for row in await world.db.run(approvals.waiting, store="main", now=now):
        await world.db.run(approvals.approve, store="main", step_id=row.step.id, actor="tester", now=now)


async def _approved(lives: Lives) -> None:
    async def with_approval(lives: Lives) -> None:
        lives.world.with_policy(create_fulfillments=Approval.REQUIRED)
        await one_pass(lives)

    order = lives.world.order("DP-HAT", quantity=3)
    await lives.live(with_approval)
    lives.world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="1")
    await lives.live(one_pass)


async def _approve_and_pass(lives: Lives) -> None:
    """A person says yes to what waits, and the next pass carries it out."""
    await _approve_all(lives)
    await one_pass(lives)


async def _hold(lives: Lives) -> None:
    async def with_holds(lives: Lives) -> None:
        lives.world.with_policy(holds=Approval.AUTO)
        await one_pass(lives)

    ref = lives.world.place_at_cj(lives.world.order("CJ-MUG"))
    await lives.live(with_holds)
    lives.world.cj.cancel(ref)


async def _supplier_cancel(lives: Lives) -> None:
    async def with_cancels(lives: Lives) -> None:
        lives.world.with_policy(supplier_cancel=Approval.AUTO)
        await one_pass(lives)

    order = lives.world.order("CJ-MUG")
    lives.world.place_at_cj(order, status="CREATED")
    await lives.live(with_cancels)
    lives.world.store.world.merchant.cancel_order(order)
    await lives.live(with_cancels)
    lives.world.later(minutes=20)


async def _saved_plan(lives: Lives) -> None:
    await _create_two(lives)

    async def keep_plan(lives: Lives) -> None:
        lives.plan = (await lives.world.look()).plan

    await lives.live(keep_plan)


async def _apply_saved(lives: Lives) -> None:
    """`syncd apply plan.json`, typed again after a crash: always the same plan."""
    assert lives.plan is not None
    lives.world.later(minutes=1)
    await cycle.apply_plan(lives.world.shop, lives.plan, wait=PATIENCE)


async def _bulk_sweep(lives: Lives) -> None:
    """More orders than are read one by one: two bulk operations, and what may need something is read by id."""
    world = lives.world
    world.store.world.settings.bulk_takes = timedelta(seconds=30)
    for _ in range(SMALL):
        world.order("OWN-1")
    order = world.order("DP-HAT", quantity=3)
    world.depot.ship(order.name, OTHER, sku="DP-HAT", quantity="1")


async def _first_sweep(lives: Lives) -> None:
    world = lives.world
    for number in (NUMBER, SECOND):
        world.cj.ship(world.place_at_cj(world.order("CJ-MUG")), number)
    order = world.order("DP-HAT", quantity=3)
    world.depot.ship(order.name, OTHER, sku="DP-HAT", quantity="1")
    world.order("OWN-1")


PASSES = (
    Scenario(name="create", write="CreateFulfillment", prepare=_create_one),
    Scenario(name="create-two", write="CreateFulfillment", prepare=_create_two),
    Scenario(name="notify-once", write="CreateFulfillment", prepare=_notify_once),
    Scenario(name="update-tracking", write="UpdateTracking", prepare=_update_tracking),
    Scenario(name="stale-request", write="CancelFulfillmentOrder", prepare=_stale_request),
    Scenario(name="ask-back", write="SubmitCancellationRequest", prepare=_ask_back),
    Scenario(name="unfulfill", write="CancelFulfillment", prepare=_unfulfill),
    Scenario(name="approved", write="CreateFulfillment", prepare=_approved, act=_approve_and_pass),
    Scenario(name="hold", write="Hold", prepare=_hold),
    Scenario(name="supplier-cancel", write="cj.test deleteOrder", prepare=_supplier_cancel),
    Scenario(name="saved-plan", write="CreateFulfillment", prepare=_saved_plan, act=_apply_saved),
    Scenario(name="first-sweep", write="CreateFulfillment", prepare=_first_sweep, rest=TOKEN_PAUSE),
    Scenario(name="bulk-sweep", write="CreateFulfillment", prepare=_bulk_sweep, is_big=True),
)
