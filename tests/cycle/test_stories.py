"""What happens to orders over days, told through the real path."""

from pathlib import Path
from typing import Any

import pytest

from syncd.domain.shipments import Rung
from syncd.domain.steps import Approval
from syncd.journal import approvals
from tests.cycle.shopworld import ShopWorld, shop_world, states

NUMBER, SECOND = "YT2229521272164446", "YT2229521272164447"


def kinds(look: Any) -> list[str]:
    return sorted(drift.kind for drift in look.judged.drifts)


async def test_two_parcels_of_one_order_become_two_fulfillments(url: str, tmp_path: Path) -> None:
    async with shop_world(tmp_path, url=url) as world:
        order = world.order("CJ-MUG", "DP-HAT")
        ref = world.place_at_cj(order)
        world.depot.ship(order.name, "1Z999AA10123456784", sku="DP-HAT", quantity="1", carrier="UPS")
        world.cj.ship(ref, NUMBER)
        assert states(await world.pass_()) == {"verified": 2}
        shown = sorted((one.tracking[0].number, one.tracking[0].company) for one in world.fulfillments(order))
        assert shown[0] == ("1Z999AA10123456784", "UPS")
        assert shown[1][0] == NUMBER
        assert (await world.pass_()).outcomes == ()


async def test_observe_mode_says_what_it_would_do_and_does_nothing(url: str, tmp_path: Path) -> None:
    async with shop_world(tmp_path, url=url) as world:
        order = world.order("CJ-MUG")
        world.cj.ship(world.place_at_cj(order), NUMBER)
        world.with_mode("observe")
        run = await world.pass_()
        assert [step.action for step in run.plan.steps] == ["create_fulfillment"]
        assert states(run) == {"refused": 1}
        assert run.plan.refused[0].guard == "mode"
        assert world.fulfillments(order) == []


async def test_a_request_nobody_answered_is_cancelled_once_the_supplier_shows_no_order(
    url: str, tmp_path: Path
) -> None:
    async with shop_world(tmp_path, url=url) as world:
        order = _requested(world, "CJ-MUG")
        await world.pass_()
        world.later(hours=25)
        run = await world.pass_()
        assert [
            (o.step.action.value, o.state.value) for o in run.outcomes if o.step.action == "cancel_fulfillment_order"
        ] == [("cancel_fulfillment_order", "verified")]
        open_work = [fo for fo in order.fulfillment_orders if fo.status == "OPEN"]
        assert [fo.request_status for fo in open_work] == ["UNSUBMITTED"]
        assert (await world.pass_()).outcomes == ()


async def test_a_dead_supplier_never_makes_a_request_be_cancelled(url: str, tmp_path: Path) -> None:
    async with shop_world(tmp_path, url=url) as world:
        _requested(world, "CJ-MUG")
        await world.pass_()
        world.later(hours=25)
        world.streets.before = _dead("cj.test")
        run = await world.pass_()
        assert run.outcomes == ()
        assert [source.name for source in run.sources if source.error] == ["cj"]


async def test_the_other_supplier_goes_on_while_one_is_dead(url: str, tmp_path: Path) -> None:
    async with shop_world(tmp_path, url=url) as world:
        order = world.order("DP-HAT")
        world.order("CJ-MUG")
        world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="1")
        world.streets.before = _dead("cj.test")
        assert states(await world.pass_()) == {"verified": 1}


async def test_a_second_number_of_the_supplier_is_added_and_none_dropped(url: str, tmp_path: Path) -> None:
    async with shop_world(tmp_path, url=url) as world:
        order = world.order("DP-HAT", quantity=2)
        world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="2")
        await world.pass_()
        world.depot.ship(order.name, SECOND, sku="DP-HAT", quantity="2")
        run = await world.pass_()
        assert [(o.step.action.value, o.state.value) for o in run.outcomes] == [("update_tracking", "verified")]
        (fulfillment,) = world.fulfillments(order)
        assert {row.number for row in fulfillment.tracking} == {NUMBER, SECOND}
        assert (await world.pass_()).outcomes == ()


async def test_fulfilled_by_hand_but_never_shipped_waits_for_a_persons_yes(url: str, tmp_path: Path) -> None:
    async with shop_world(tmp_path, url=url) as world:
        order = world.order("CJ-MUG")
        world.place_at_cj(order)
        await world.pass_()
        world.store.world.merchant.fulfill(order)
        world.later(hours=50)
        run = await world.pass_()
        assert [(o.step.action.value, o.state.value) for o in run.outcomes] == [
            ("cancel_fulfillment", "awaiting_approval")
        ]
        assert [one.status for one in world.fulfillments(order)] == ["SUCCESS"]


async def test_a_supplier_that_cancels_everything_at_once_is_frozen(url: str, tmp_path: Path) -> None:
    async with shop_world(tmp_path, url=url) as world:
        refs = [world.place_at_cj(world.order("CJ-MUG")) for _ in range(10)]
        world.with_policy(holds=Approval.AUTO)
        await world.pass_()
        for ref in refs:
            world.cj.cancel(ref)
        look = await world.look()
        assert "adapter_mass_change" in kinds(look)
        run = await world.pass_()
        assert "verified" not in states(run)
        assert all(not order.fulfillment_orders[0].holds for order in world.orders.values())


async def test_the_merchants_number_is_never_overwritten(url: str, tmp_path: Path) -> None:
    async with shop_world(tmp_path, url=url) as world:
        order = world.order("CJ-MUG")
        ref = world.place_at_cj(order)
        world.store.world.merchant.fulfill(order, number="1Z999AA10123456784", company="UPS")
        world.cj.ship(ref, NUMBER)
        assert (await world.pass_()).outcomes == ()
        (fulfillment,) = world.fulfillments(order)
        assert [row.number for row in fulfillment.tracking] == ["1Z999AA10123456784"]


async def test_a_customer_is_told_once_per_parcel_when_the_store_asks_for_it(url: str, tmp_path: Path) -> None:
    async with shop_world(tmp_path, url=url) as world:
        world.with_policy(notify_customer="once")
        order = world.order("DP-HAT", quantity=2)
        world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="2")
        await world.pass_()
        world.store.world.merchant.cancel_fulfillment(order)
        for _ in range(3):
            await world.pass_()
        told = [entry for entry in world.store.ledger.notifications() if NUMBER in str(entry)]
        assert len(told) == 1


async def test_an_empty_journal_on_a_live_store_doubles_nothing(url: str, tmp_path: Path) -> None:
    async with shop_world(tmp_path, url=url) as world:
        order = world.order("CJ-MUG")
        world.cj.ship(world.place_at_cj(order), NUMBER)
        await world.pass_()
    other = tmp_path / "other"
    other.mkdir()
    async with shop_world(other) as fresh:
        fresh.store, fresh.cj = world.store, world.cj
        fresh.streets._ways = world.streets._ways
        run = await fresh.pass_()
        assert run.outcomes == ()
        assert len(world.fulfillments(order)) == 1


def _requested(world: ShopWorld, sku: str) -> Any:
    """An order whose fulfillment was requested from a service that never answers."""
    service = world.store.world.add_service(
        "CJ service", app=world.store.world.add_app("cj-app", token="shpat_service")
    )
    order = world.order(sku)
    world.store.world.merchant.move(order, to=service.location)
    world.store.world.merchant.submit_request(order)
    return order


def _dead(host: str) -> Any:
    import httpx

    async def refuse(request: httpx.Request) -> None:
        if request.url.host == host:
            raise httpx.ConnectError("connection refused", request=request)

    return refuse


@pytest.mark.parametrize("changed", ["policy", "age", "store"])
async def test_a_saved_plan_that_is_no_longer_ours_is_refused_whole(url: str, tmp_path: Path, changed: str) -> None:
    from dataclasses import replace

    from syncd import cycle
    from syncd.errors import GuardRefused

    async with shop_world(tmp_path, url=url) as world:
        order = world.order("CJ-MUG")
        world.cj.ship(world.place_at_cj(order), NUMBER)
        plan = (await world.look()).plan
        if changed == "policy":
            world.with_policy(notify_customer="once")
        elif changed == "age":
            world.later(minutes=61)
        else:
            plan = replace(plan, store="other")
        with pytest.raises(GuardRefused):
            await cycle.apply_plan(world.shop, plan)
        assert world.fulfillments(order) == []


async def test_a_plan_cannot_make_itself_younger(tmp_path: Path) -> None:
    from dataclasses import replace

    from syncd import cycle
    from syncd.errors import GuardRefused

    async with shop_world(tmp_path) as world:
        order = world.order("CJ-MUG")
        world.cj.ship(world.place_at_cj(order), NUMBER)
        plan = (await world.look()).plan
        world.later(minutes=61)
        with pytest.raises(GuardRefused, match="is not when"):
            await cycle.apply_plan(world.shop, replace(plan, created_at=world.clock.now()))
        assert world.fulfillments(order) == []


async def test_the_same_plan_twice_is_the_same_as_once(url: str, tmp_path: Path) -> None:
    from syncd import cycle

    async with shop_world(tmp_path, url=url) as world:
        order = world.order("CJ-MUG")
        world.cj.ship(world.place_at_cj(order), NUMBER)
        plan = (await world.look()).plan
        assert states(await cycle.apply_plan(world.shop, plan)) == {"verified": 1}
        calls = len(world.streets.calls)
        assert states(await cycle.apply_plan(world.shop, plan)) == {"already_done": 1}
        assert len(world.streets.calls) == calls
        assert len(world.fulfillments(order)) == 1


async def test_a_step_whose_order_changed_since_is_refused_as_stale(url: str, tmp_path: Path) -> None:
    from syncd import cycle

    async with shop_world(tmp_path, url=url) as world:
        order = world.order("CJ-MUG")
        world.cj.ship(world.place_at_cj(order), NUMBER)
        plan = (await world.look()).plan
        world.store.world.merchant.fulfill(order, number="BY-HAND-1")
        run = await cycle.apply_plan(world.shop, plan)
        assert [(o.state.value, o.code) for o in run.outcomes] == [("refused", "stale")]
        assert len(world.fulfillments(order)) == 1


async def test_a_step_that_was_edited_in_its_plan_is_refused_and_the_others_go_on(tmp_path: Path) -> None:
    from dataclasses import replace

    from syncd import cycle

    async with shop_world(tmp_path) as world:
        orders = [world.order("CJ-MUG"), world.order("CJ-MUG")]
        for order, number in zip(orders, (NUMBER, "YT2512345678901234"), strict=True):
            world.cj.ship(world.place_at_cj(order), number)
        plan = (await world.look()).plan
        first, second = plan.steps
        edited = replace(first, tracking=(replace(first.tracking[0], number="YT2500000000000009"),))
        run = await cycle.apply_plan(world.shop, replace(plan, steps=(edited, second)))
        assert [(o.state.value, o.code) for o in run.outcomes] == [("refused", "stale"), ("verified", "")]
        assert world.fulfillments(orders[0]) == []


async def test_a_new_policy_is_applied_to_orders_that_did_not_change(url: str, tmp_path: Path) -> None:
    async with shop_world(tmp_path, url=url) as world:
        world.with_policy(fulfill_on=Rung.IN_TRANSIT)
        order = world.order("CJ-MUG")
        world.cj.ship(world.place_at_cj(order), NUMBER)
        assert (await world.pass_()).plan.steps == ()
        world.with_policy(fulfill_on=Rung.HANDED_OVER)
        assert states(await world.pass_()) == {"verified": 1}


async def test_what_was_planned_and_not_done_is_planned_again(url: str, tmp_path: Path) -> None:
    async with shop_world(tmp_path, url=url) as world:
        order = world.order("CJ-MUG")
        world.cj.ship(world.place_at_cj(order), NUMBER)
        first, second = await world.look(), await world.look()
        assert [step.id for step in first.plan.steps] == [step.id for step in second.plan.steps] != []


async def test_an_approved_step_is_carried_out_by_the_next_pass(url: str, tmp_path: Path) -> None:
    async with shop_world(tmp_path, url=url) as world:
        order = world.order("CJ-MUG")
        world.place_at_cj(order)
        world.store.world.merchant.fulfill(order)
        world.later(hours=50)
        (step,) = (await world.look()).plan.steps
        await world.db.run(approvals.approve, store="main", step_id=step.id, actor="boss", now=world.clock.now())
        assert states(await world.pass_()) == {"verified": 1}
        assert [one.status for one in world.fulfillments(order)] == ["CANCELLED"]
        assert (await world.pass_()).outcomes == ()


async def test_a_plan_file_cannot_approve_its_own_steps(tmp_path: Path) -> None:
    from dataclasses import replace

    from syncd import cycle

    async with shop_world(tmp_path) as world:
        order = world.order("CJ-MUG")
        world.place_at_cj(order)
        world.store.world.merchant.fulfill(order)
        world.later(hours=50)
        plan = (await world.look()).plan
        forged = replace(plan, steps=tuple(replace(step, approval=Approval.AUTO) for step in plan.steps))
        assert states(await cycle.apply_plan(world.shop, forged)) == {"awaiting_approval": 1}
        assert [one.status for one in world.fulfillments(order)] == ["SUCCESS"]
