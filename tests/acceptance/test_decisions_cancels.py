"""Cancels, refunds, edits and what the quantities must add up to (design 4.5, Quantities; catalogue, group D)."""

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.stage import (
    NUMBER,
    SECOND,
    UPS,
    Approval,
    Rung,
    actions,
    evidence,
    found,
    open_kinds,
    planned,
    records,
    shown,
    stage,
)
from tests.cycle.shopworld import ShopWorld, states

BROKEN = "quantity_invariant_broken"


def _cancel(world: ShopWorld, order: Any) -> None:
    world.store.world.merchant.cancel_order(order)
    world.later(seconds=5)
    world.store.world.settle()


async def watched(world: ShopWorld, order: Any) -> set[str]:
    """Every kind seen over two hours of looking."""
    seen: set[str] = set()
    for _ in range(3):
        seen |= await found(world, order)
        world.later(minutes=40)
    return seen


@pytest.mark.parametrize("restock", ["CANCEL", "NO_RESTOCK"])
async def test_a_refund_before_fulfillment_takes_its_units_off(tmp_path: Path, restock: str) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT", quantity=3)
        world.store.world.merchant.refund(order, lines={"DP-HAT": 1}, restock=restock)
        world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="2")
        assert states(await world.pass_()) == {"verified": 1}
        assert [units for _, units in shown(world, order)] == [2]
        assert BROKEN not in await watched(world, order)


@pytest.mark.parametrize("restock", ["RETURN", "NO_RESTOCK"])
async def test_a_refund_after_fulfillment_changes_nothing(tmp_path: Path, restock: str) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT", quantity=3)
        world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="3")
        await world.pass_()
        world.later(minutes=5)
        world.store.world.merchant.refund(order, lines={"DP-HAT": 2}, restock=restock)
        assert await watched(world, order) == set()
        assert await actions(world, order) == []


@pytest.mark.parametrize("restock", ["CANCEL", "NO_RESTOCK", "RETURN"])
async def test_a_refund_on_a_half_fulfilled_line_adds_up(tmp_path: Path, restock: str) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT", quantity=4)
        world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="2")
        await world.pass_()
        world.later(minutes=5)
        world.store.world.merchant.refund(order, lines={"DP-HAT": 1}, restock=restock)
        assert BROKEN not in await watched(world, order)
        rest = 1 if restock == "CANCEL" else 2
        world.depot.ship(order.name, SECOND, sku="DP-HAT", quantity=str(rest))
        await world.pass_()
        assert [units for _, units in shown(world, order)] == [2, rest]
        assert BROKEN not in await watched(world, order)


async def test_edits_down_and_up_add_up(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT", quantity=4)
        merchant = world.store.world.merchant
        merchant.edit_line(order, line="DP-HAT", quantity=2)
        assert BROKEN not in await watched(world, order)
        merchant.edit_line(order, line="DP-HAT", quantity=3)
        assert BROKEN not in await watched(world, order)
        world.depot.ship(order.name, NUMBER, sku="DP-HAT")
        await world.pass_()
        assert sum(units for _, units in shown(world, order)) == 3
        assert BROKEN not in await watched(world, order)


async def test_a_return_of_shipped_units_changes_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT", quantity=2)
        world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="2")
        await world.pass_()
        world.store.world.merchant.return_(order, lines={"DP-HAT": 1})
        assert await watched(world, order) == set()


async def test_fulfilled_cancelled_and_fulfilled_again_adds_up(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT", quantity=2)
        world.depot.put(order.name, sku="DP-HAT", quantity="2", status="processing")
        merchant = world.store.world.merchant
        for _ in range(2):
            merchant.fulfill(order)
            world.later(minutes=1)
            merchant.cancel_fulfillment(order)
            world.later(minutes=1)
        merchant.fulfill(order)
        assert BROKEN not in await watched(world, order)


# --- the supplier cancelled -------------------------------------------------------------------------------------------


async def test_open_units_of_a_cancelled_supplier_order_are_held_when_the_policy_says_so(tmp_path: Path) -> None:
    async with stage(tmp_path, holds=Approval.AUTO) as world:
        order = world.order("CJ-MUG", "OWN-1")
        ref = world.place_at_cj(order)
        await world.look()
        world.cj.cancel(ref)
        run = await world.pass_()
        assert [(o.step.action.value, o.state.value) for o in run.outcomes] == [("hold", "verified")]
        assert "supplier_cancelled_store_open" in await open_kinds(world, order)
        held = {line.line.sku: line.total for fo in order.fulfillment_orders if fo.holds for line in fo.lines}
        assert held == {"CJ-MUG": 1}, "the other line is nobody's business here"
        assert (await world.pass_()).outcomes == ()


async def test_a_cancelled_order_that_was_placed_anew_is_no_drift(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("CJ-MUG")
        world.cj.cancel(world.place_at_cj(order))
        world.place_at_cj(order)
        assert "supplier_cancelled_store_open" not in await found(world, order)


async def test_fulfilled_in_the_store_and_cancelled_at_the_supplier_waits_for_a_person(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("CJ-MUG")
        ref = world.place_at_cj(order)
        world.later(minutes=5)
        world.store.world.merchant.fulfill(order)
        await world.look()
        world.cj.cancel(ref)
        assert await planned(world, order) == [("cancel_fulfillment", "required")]
        assert "supplier_cancelled_store_fulfilled" in await open_kinds(world, order)
        world.store.world.merchant.add_event(order, status="IN_TRANSIT")
        assert await planned(world, order) == []


async def test_unfulfill_is_never_automatic(tmp_path: Path) -> None:
    async with stage(tmp_path, unfulfill=Approval.REPORT) as world:
        order = world.order("CJ-MUG")
        world.place_at_cj(order)
        world.store.world.merchant.fulfill(order)
        await world.look()
        world.later(hours=49)
        assert await planned(world, order) == [("cancel_fulfillment", "report")]


# --- the store cancelled ----------------------------------------------------------------------------------------------


async def test_a_cancelled_store_order_is_cancelled_at_the_supplier_after_a_while(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("CJ-MUG")
        ref = world.place_at_cj(order, status="UNPAID")
        await world.look()
        _cancel(world, order)
        world.later(minutes=10)
        assert await planned(world, order) == []
        world.later(minutes=10)
        assert await planned(world, order) == [("supplier_cancel", "required")]
        world.with_policy(supplier_cancel=Approval.AUTO)
        assert states(await world.pass_()) == {"verified": 1}
        assert world.cj.deleted == [ref]
        assert (await world.pass_()).outcomes == ()
        assert "store_cancelled_supplier_live" not in await open_kinds(world, order)


async def test_what_cj_will_not_drop_is_told_again_and_again_but_not_hammered(tmp_path: Path) -> None:
    async with stage(tmp_path, supplier_cancel=Approval.AUTO) as world:
        order = world.order("CJ-MUG")
        world.place_at_cj(order)
        await world.look()
        _cancel(world, order)
        world.later(minutes=30)
        run = await world.pass_()
        assert "verified" not in states(run)
        assert "store_cancelled_supplier_live" in await open_kinds(world, order)
        assert world.cj.deleted == []


async def test_a_cancelled_store_order_that_shipped_is_critical_and_nothing_is_created(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("CJ-MUG")
        ref = world.place_at_cj(order)
        await world.look()
        world.store.world.merchant.cancel_order(order)
        world.later(minutes=1)
        world.cj.ship(ref, NUMBER)
        assert await planned(world, order) == []
        assert "store_cancelled_supplier_shipped" in await open_kinds(world, order)
        (record,) = [one for one in await records(world) if one.drift.kind == "store_cancelled_supplier_shipped"]
        assert record.drift.severity == "critical"


async def test_a_fully_refunded_order_that_ships_is_told_and_not_fulfilled(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("CJ-MUG")
        ref = world.place_at_cj(order)
        await world.look()
        world.store.world.merchant.refund(order, lines={"CJ-MUG": 1}, restock="CANCEL")
        assert order.financial == "REFUNDED"
        world.cj.ship(ref, NUMBER)
        assert await planned(world, order) == []
        assert "store_cancelled_supplier_shipped" in await open_kinds(world, order)


async def test_a_refund_after_delivery_is_no_drift(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("CJ-MUG")
        ref = world.place_at_cj(order)
        world.cj.ship(ref, NUMBER)
        await world.pass_()
        world.cj.deliver(ref)
        world.later(days=2)
        world.store.world.merchant.refund(order, lines={"CJ-MUG": 1}, restock="NO_RESTOCK")
        assert await watched(world, order) == set()


async def test_refunded_and_still_open_is_told(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("CJ-MUG")
        world.place_at_cj(order)
        await world.look()
        order.financial = "REFUNDED"
        world.store.world.touch_order(order)
        assert "refunded_but_fulfilled_open" in await found(world, order)


# --- ghosts -----------------------------------------------------------------------------------------------------------


async def test_a_parcel_after_an_accepted_cancellation_is_a_ghost(tmp_path: Path) -> None:
    from tests.acceptance.stage import requested

    async with stage(tmp_path) as world:
        order = requested(world, "CJ-MUG", accepted=True)
        ref = world.place_at_cj(order)
        await world.look()
        world.later(hours=1)
        world.store.world.merchant.request_cancellation(order)
        world.store.world.merchant.accept_cancellation(order)
        world.later(hours=1)
        world.cj.ship(ref, NUMBER)
        assert await planned(world, order) == []
        assert "ghost_shipment" in await open_kinds(world, order)


async def test_a_parcel_after_our_own_unfulfill_is_a_ghost(tmp_path: Path) -> None:
    from syncd.journal import approvals

    async with stage(tmp_path) as world:
        order = world.order("CJ-MUG")
        ref = world.place_at_cj(order)
        world.later(minutes=5)
        world.store.world.merchant.fulfill(order)
        await world.look()
        world.later(hours=50)
        (step,) = (await world.look()).plan.steps
        await world.db.run(approvals.approve, store="main", step_id=step.id, actor="boss", now=world.clock.now())
        assert states(await world.pass_()) == {"verified": 1}
        assert "fulfillment_cancelled_externally" not in await open_kinds(world, order)
        world.later(hours=1)
        world.cj.ship(ref, NUMBER)
        assert await planned(world, order) == []
        assert "ghost_shipment" in await open_kinds(world, order)


# --- edits after placement --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shipped", [False, True])
async def test_an_address_that_changed_after_placement_is_held_while_nothing_left(
    tmp_path: Path, *, shipped: bool
) -> None:
    async with stage(tmp_path, holds=Approval.AUTO) as world:
        order = world.order("CJ-MUG")
        ref = world.place_at_cj(order)
        await world.look()
        if shipped:
            world.cj.ship(ref, NUMBER)
        world.store.world.merchant.edit_address(order, address1="1 New Street")
        assert ("hold" in await actions(world, order)) is not shipped
        assert "order_edited_after_placement" in await open_kinds(world, order)


async def test_an_edit_of_the_quantity_after_placement_is_told(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("CJ-MUG", quantity=2)
        world.place_at_cj(order)
        await world.look()
        world.store.world.merchant.edit_line(order, line="CJ-MUG", quantity=1)
        assert "order_edited_after_placement" in await found(world, order)
        assert (await planned(world, order)) == [("hold", "report")]


async def test_a_note_or_a_tag_is_no_edit(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("CJ-MUG")
        world.place_at_cj(order)
        await world.look()
        world.store.world.merchant.tag(order, "vip")
        order.note = "please hurry"
        world.store.world.touch_order(order)
        assert await found(world, order) == set()


# --- money ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("financial", "told"),
    [("PENDING", True), ("VOIDED", True), ("AUTHORIZED", False), ("PARTIALLY_PAID", False), ("PAID", False)],
)
async def test_a_placed_order_that_nobody_paid_for_is_told(tmp_path: Path, financial: str, *, told: bool) -> None:
    async with stage(tmp_path) as world:
        order = world.order("CJ-MUG", financial=financial)
        world.place_at_cj(order)
        assert ("payment_not_captured" in await found(world, order)) is told


async def test_an_unpaid_supplier_order_never_ships_by_itself(tmp_path: Path) -> None:
    async with stage(tmp_path, fulfill_on=Rung.LABEL) as world:
        order = world.order("DP-HAT")
        world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="1", status="unpaid")
        assert await actions(world, order) == []


# --- the merchant in between ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ["cancel", "edit", "hold", "refund", "manual", "supplier", "fulfill part"])
async def test_what_happens_between_plan_and_apply_makes_the_step_stale(tmp_path: Path, act: str) -> None:
    from syncd import cycle

    async with stage(tmp_path) as world:
        order, other = world.order("DP-HAT", quantity=2), world.order("DP-HAT")
        world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="2")
        world.depot.ship(other.name, SECOND, sku="DP-HAT", quantity="1")
        plan = (await world.look()).plan
        merchant = world.store.world.merchant
        match act:
            case "cancel":
                merchant.cancel_order(order)
                world.later(seconds=5)
            case "edit":
                merchant.edit_line(order, line="DP-HAT", quantity=1)
            case "hold":
                merchant.hold(order)
            case "refund":
                merchant.refund(order, lines={"DP-HAT": 2}, restock="CANCEL")
            case "manual":
                merchant.tag(order, "syncd:manual")
            case "supplier":
                world.depot.mark(order.name, "cancelled")
            case _:
                merchant.fulfill(order, lines={"DP-HAT": 1}, number=UPS)
        run = await cycle.apply_plan(world.shop, plan)
        assert {(o.step.order, o.state.value, o.code) for o in run.outcomes} == {
            (order.name, "refused", "stale"),
            (other.name, "verified", ""),
        }
        assert (NUMBER,) not in [numbers for numbers, _ in shown(world, order)]


async def test_a_merchants_change_that_leaves_the_effect_the_same_lets_it_go(tmp_path: Path) -> None:
    from syncd import cycle

    async with stage(tmp_path) as world:
        order = world.order("DP-HAT", "OWN-1")
        world.depot.ship(order.name, NUMBER, sku="DP-HAT", quantity="1")
        plan = (await world.look()).plan
        world.store.world.merchant.split(order, lines={"DP-HAT": 1})
        world.store.world.merchant.tag(order, "vip")
        run = await cycle.apply_plan(world.shop, plan)
        assert states(run) == {"verified": 1}
        assert shown(world, order) == [((NUMBER,), 1)]


async def test_evidence_names_what_a_person_can_check(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("CJ-MUG")
        world.cj.ship(world.place_at_cj(order), NUMBER)
        await world.look()
        said = await evidence(world, order, "shipped_not_fulfilled")
        assert said["observed_at"].endswith("Z")
        assert NUMBER in said["numbers"]
        assert said["supplier_status"] == "SHIPPED"
