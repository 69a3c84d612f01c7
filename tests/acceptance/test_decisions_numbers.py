"""Whose number stands where, what a create needs, and whom a mail reaches (design 4.5, Whose number, B06, notify)."""

from pathlib import Path
from typing import Any

import pytest

from adapters.sandbox.shopify.world.world import NewLine
from tests.acceptance.stage import (
    NUMBER,
    SECOND,
    THIRD,
    UPS,
    Approval,
    LineRule,
    Rung,
    SupplierRules,
    actions,
    evidence,
    found,
    open_kinds,
    planned,
    shown,
    stage,
)
from tests.cycle.shopworld import ShopWorld, states


def depot_row(world: ShopWorld, order: Any, number: str, **more: Any) -> dict[str, str]:
    return world.depot.ship(order.name, number, sku="DP-HAT", **{"quantity": "1", **more})


async def test_a_number_of_the_supplier_is_the_suppliers_whoever_typed_it(tmp_path: Path) -> None:
    async with stage(tmp_path, feed={"snapshot": True}) as world:
        order = world.order("DP-HAT")
        depot_row(world, order, NUMBER)
        world.store.world.merchant.fulfill(order, number=NUMBER.lower(), company="YunExpress")
        await world.pass_()
        assert not {"foreign_fulfillment", "tracking_mismatch"} & await open_kinds(world, order)
        world.depot.forget(order.name)
        depot_row(world, order, SECOND)
        await world.pass_()
        assert shown(world, order) == [((SECOND,), 1)]


async def test_another_number_of_a_person_is_a_mismatch_and_stays(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT")
        world.store.world.merchant.fulfill(order, number=UPS, company="UPS")
        depot_row(world, order, NUMBER)
        assert (await world.pass_()).plan.steps == ()
        assert await open_kinds(world, order) == {"tracking_mismatch"}
        world.depot.mark(order.name, "delivered")
        assert (await world.pass_()).plan.steps == ()
        assert shown(world, order) == [((UPS,), 1)]


async def test_a_foreign_fulfillment_takes_its_units_and_the_open_ones_go_on(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT", quantity=3)
        world.later(minutes=5)
        world.store.world.merchant.fulfill(order, lines={"DP-HAT": 1}, number=UPS, company="UPS")
        world.depot.put(order.name, sku="DP-HAT", quantity="2", status="processing")
        assert await found(world, order) == {"foreign_fulfillment"}
        world.depot.rows.clear()
        depot_row(world, order, NUMBER, quantity="2")
        await world.pass_()
        assert sorted(shown(world, order)) == [((UPS,), 1), ((NUMBER,), 2)]
        assert await actions(world, order) == []


async def test_a_number_that_a_person_typed_over_ours_stays(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT")
        depot_row(world, order, NUMBER)
        await world.pass_()
        world.store.world.merchant.update_tracking(order, numbers=[UPS], company="UPS")
        for _ in range(3):
            await world.pass_()
        assert shown(world, order) == [((UPS,), 1)]


async def test_a_second_parcel_keeps_the_first_number_and_mails_nobody(tmp_path: Path) -> None:
    async with stage(tmp_path, notify_customer="once") as world:
        order = world.order("DP-HAT", quantity=2)
        depot_row(world, order, NUMBER, quantity="2")
        await world.pass_()
        depot_row(world, order, SECOND, quantity="2")
        (step,) = (await world.look()).plan.steps
        assert step.action == "update_tracking"
        assert step.drift == "extra_parcel_not_in_store"
        assert not step.notify_customer
        await world.pass_()
        assert shown(world, order) == [((NUMBER, SECOND), 2)]
        assert len(world.store.ledger.notifications()) == 1


async def test_a_replaced_number_is_left_alone_once_the_old_one_moved(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("CJ-MUG")
        ref = world.place_at_cj(order)
        world.cj.ship(ref, NUMBER)
        await world.pass_()
        world.store.world.merchant.add_event(order, status="IN_TRANSIT")
        world.cj.ship(ref, SECOND)
        assert await actions(world, order) == []
        assert shown(world, order) == [((NUMBER,), 1)]


async def test_a_number_that_cj_replaced_before_any_scan_is_replaced_in_the_store(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("CJ-MUG")
        ref = world.place_at_cj(order)
        world.cj.ship(ref, NUMBER)
        await world.pass_()
        world.cj.ship(ref, SECOND)
        look = await world.look()
        assert [step.drift for step in look.plan.steps] == ["tracking_replaced_at_supplier"]
        await world.pass_()
        assert shown(world, order) == [((SECOND,), 1)]
        assert await open_kinds(world, order) == set()


async def test_fulfilled_without_a_number_gets_the_suppliers(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT")
        world.store.world.merchant.fulfill(order)
        depot_row(world, order, UPS, carrier="UPS")
        (step,) = (await world.look()).plan.steps
        assert (step.action, step.drift) == ("update_tracking", "store_fulfilled_without_tracking")
        await world.pass_()
        (fulfillment,) = world.fulfillments(order)
        assert [(row.number, row.company) for row in fulfillment.tracking] == [(UPS, "UPS")]
        assert not world.store.ledger.notifications()


async def test_two_bare_fulfillments_are_never_guessed_between(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT", quantity=2)
        merchant = world.store.world.merchant
        merchant.fulfill(order, lines={"DP-HAT": 1})
        merchant.fulfill(order, lines={"DP-HAT": 1})
        depot_row(world, order, NUMBER)
        assert await actions(world, order) == []
        assert "store_fulfilled_without_tracking" in await open_kinds(world, order)


@pytest.mark.parametrize(
    ("theirs", "ours", "drift"),
    [
        ("UPS", "FedEx", True),
        ("ups", "UPS", False),
        ("CJPacket Ordinary", "Other", False),
        ("CJPacket Ordinary", "UPS", False),
        ("", "UPS", False),
        ("DHL Express", "DHL Express", False),
    ],
)
async def test_a_carrier_is_corrected_only_where_the_suppliers_is_listed(
    tmp_path: Path, theirs: str, ours: str, *, drift: bool
) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT")
        depot_row(world, order, UPS, carrier=theirs)
        world.store.world.merchant.fulfill(order, number=UPS, company=ours)
        steps = (await world.look()).plan.steps
        assert ("carrier_mismatch" in await open_kinds(world, order)) is drift
        assert [step.drift for step in steps] == (["carrier_mismatch"] if drift else [])
        if drift:
            await world.pass_()
            (fulfillment,) = world.fulfillments(order)
            assert [(row.number, row.company) for row in fulfillment.tracking] == [(UPS, theirs)]


async def test_spaces_case_and_dashes_are_no_difference(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT")
        world.store.world.merchant.fulfill(order, number="1z 999-aa1 0123456784", company="UPS")
        depot_row(world, order, UPS, carrier="UPS")
        assert await actions(world, order) == []
        assert await open_kinds(world, order) == {"tracking_format_only"}


async def test_fulfilled_at_checkout_by_the_store_is_advice_once(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order, later = world.order("CJ-MUG"), world.order("CJ-MUG")
        world.place_at_cj(order), world.place_at_cj(later)
        world.store.world.merchant.fulfill(order)
        world.later(minutes=10)
        world.store.world.merchant.fulfill(later)
        assert "auto_fulfilled_at_creation" in await found(world, order)
        assert "auto_fulfilled_at_creation" not in await open_kinds(world, later)
        assert await actions(world) == []


async def test_delivered_in_the_store_and_not_shipped_at_the_supplier(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("CJ-MUG")
        world.place_at_cj(order)
        world.later(hours=1)
        world.store.world.merchant.fulfill(order, number=UPS, company="UPS")
        await world.look()
        world.store.world.merchant.add_event(order, status="DELIVERED")
        assert "store_delivered_supplier_not" in await found(world, order)
        assert await actions(world, order) == []


# --- duplicates and what others cancelled -----------------------------------------------------------------------------


async def test_one_parcel_over_two_locations_is_one_fulfillment_each_and_no_duplicate(tmp_path: Path) -> None:
    async with stage(tmp_path, notify_customer="once") as world:
        other = world.store.world.add_location("Second room")
        order = world.store.world.create_order(NewLine(sku="DP-HAT"), NewLine(sku="DP-CAP", location=other))
        depot_row(world, order, NUMBER)
        world.depot.rows.append(dict(world.depot.rows[0]) | {"SKU": "DP-CAP"})
        assert states(await world.pass_()) == {"verified": 2}
        assert sorted(shown(world, order)) == [((NUMBER,), 1), ((NUMBER,), 1)]
        assert await actions(world, order) == []
        assert await open_kinds(world, order) == set()
        assert len(world.store.ledger.notifications()) == 1


async def test_a_parcel_twice_at_one_location_is_a_duplicate_and_bars(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT", "DP-CAP", quantity=2)
        merchant = world.store.world.merchant
        merchant.fulfill(order, lines={"DP-HAT": 1}, number=NUMBER)
        merchant.fulfill(order, lines={"DP-HAT": 1}, number=NUMBER)
        depot_row(world, order, NUMBER)
        world.depot.ship(order.name, SECOND, sku="DP-CAP", quantity="2")
        assert await actions(world, order) == []
        assert "duplicate_fulfillment" in await open_kinds(world, order)


async def test_what_the_merchant_cancelled_is_never_made_again_alone(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT")
        depot_row(world, order, NUMBER)
        await world.pass_()
        world.store.world.merchant.cancel_fulfillment(order)
        for _ in range(3):
            assert (await world.pass_()).plan.steps == ()
        assert "fulfillment_cancelled_externally" in await open_kinds(world, order)
        world.later(days=9)
        assert (await world.pass_()).plan.steps == ()
        world.store.world.merchant.fulfill(order, number=NUMBER)
        await world.pass_()
        assert "fulfillment_cancelled_externally" not in await open_kinds(world, order)


async def test_a_cancelled_fulfillment_with_the_suppliers_number_counts_whoever_made_it(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order, other = world.order("DP-HAT"), world.order("DP-HAT")
        merchant = world.store.world.merchant
        for each, number in ((order, NUMBER), (other, "BYHAND12345678")):
            merchant.fulfill(each, number=number)
            merchant.cancel_fulfillment(each)
        depot_row(world, order, NUMBER)
        assert await actions(world, order) == []
        assert "fulfillment_cancelled_externally" in await open_kinds(world, order)
        assert "fulfillment_cancelled_externally" not in await open_kinds(world, other)


# --- one number on two orders -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("same", ["customer and address", "address only", "nothing known"])
async def test_a_number_on_two_orders_bars_unless_customer_and_address_are_the_same(tmp_path: Path, same: str) -> None:
    async with stage(tmp_path) as world:
        known: dict[str, Any] = {} if same != "nothing known" else {"shipping_address": {}}
        first = world.order("DP-HAT", **known)
        other: dict[str, Any] = {"email": "b@example.com"} if same == "address only" else {}
        second = world.order("DP-HAT", **other, **known)
        if same == "customer and address":
            second.customer = first.customer
        for order in (first, second):
            depot_row(world, order, NUMBER)
        look = await world.look()
        assert "tracking_reused" in await open_kinds(world, first)
        severities = {drift.severity for drift in look.judged.drifts if drift.kind == "tracking_reused"}
        if same == "customer and address":
            assert severities == {"low"}
            assert len(look.plan.steps) == 2
        else:
            assert severities == {"critical"}
            assert look.plan.steps == ()


async def test_a_number_that_another_order_of_the_store_carries_bars(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        first = world.order("OTHER-1", email="a@example.com", shipping_address={"address1": "Elsewhere 1", "zip": "1"})
        world.store.world.merchant.fulfill(first, number=NUMBER)
        second = world.order("DP-HAT")
        depot_row(world, second, NUMBER)
        assert await actions(world, second) == []
        assert "tracking_reused" in await open_kinds(world, second)


# --- mails ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "status", "mails"), [(6, "shipped", 1), (7, "shipped", 0), (1, "delivered", 0)])
async def test_a_customer_is_told_only_of_what_is_news(tmp_path: Path, days: int, status: str, mails: int) -> None:
    async with stage(tmp_path, notify_customer="once") as world:
        order = world.order("DP-HAT")
        depot_row(world, order, NUMBER, status=status)
        world.later(days=days)
        look = await world.look()
        assert [step.notify_customer for step in look.plan.steps] == [bool(mails)]
        await world.pass_()
        assert len(world.store.ledger.notifications()) == mails


async def test_never_is_never_and_a_late_number_is_no_news(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT")
        depot_row(world, order, NUMBER)
        await world.pass_()
        world.with_policy(notify_customer="once")
        bare = world.order("DP-HAT")
        world.store.world.merchant.fulfill(bare)
        depot_row(world, bare, SECOND)
        assert states(await world.pass_()) == {"verified": 1}
        assert shown(world, bare) == [((SECOND,), 1)]
        assert world.store.ledger.notifications() == []


async def test_a_mail_is_counted_in_the_plan_before_it_is_sent(tmp_path: Path) -> None:
    from syncd.reconcile.plan import plan_document

    async with stage(tmp_path, notify_customer="once") as world:
        depot_row(world, world.order("DP-HAT"), NUMBER)
        assert plan_document((await world.look()).plan)["effects"]["customers_notified"] == 1


# --- what a create needs ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["on_hold", "scheduled", "service"])
async def test_open_units_that_may_not_be_fulfilled_are_told_and_left(tmp_path: Path, state: str) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT")
        merchant = world.store.world.merchant
        match state:
            case "on_hold":
                merchant.hold(order)
            case "scheduled":
                merchant.schedule(order, fulfill_at=world.clock.now().replace(year=2027))
            case _:
                twin = world.store.world
                service = twin.add_service("Other", app=twin.add_app("other", token="x"))
                assert service.location is not None
                merchant.move(order, to=service.location)
        depot_row(world, order, NUMBER)
        assert await actions(world, order) == []
        assert "shipped_not_fulfilled" in await open_kinds(world, order)
        assert (await evidence(world, order, "shipped_not_fulfilled"))["blocked"]
        if state == "on_hold":
            merchant.release(order)
            assert await actions(world, order) == ["create_fulfillment"]


async def test_an_order_half_on_hold_gets_its_free_half(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT", "DP-CAP")
        world.store.world.merchant.hold(order, lines={"DP-CAP": 1}, handle="fraud")
        depot_row(world, order, NUMBER)
        world.depot.ship(order.name, SECOND, sku="DP-CAP", quantity="1")
        await world.pass_()
        assert shown(world, order) == [((NUMBER,), 1)]


async def test_a_part_is_fulfilled_and_the_rest_waits(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT", quantity=5)
        depot_row(world, order, NUMBER, quantity="2")
        look = await world.look()
        assert [step.drift for step in look.plan.steps] == ["shipped_partial_not_reflected"]
        await world.pass_()
        depot_row(world, order, SECOND, quantity="3")
        await world.pass_()
        assert shown(world, order) == [((NUMBER,), 2), ((SECOND,), 3)]
        assert await open_kinds(world, order) == set()


async def test_a_parcel_of_unknown_contents_is_never_guessed(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT", "DP-CAP")
        world.depot.ship(order.name, NUMBER)
        world.depot.ship(order.name, SECOND, status="processing")
        assert await actions(world, order) == []
        assert "shipped_partial_not_reflected" in await open_kinds(world, order)


async def test_two_suppliers_and_a_stranger_in_one_order(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("CJ-MUG", "DP-HAT", "OWN-1")
        world.cj.ship(world.place_at_cj(order), NUMBER)
        depot_row(world, order, SECOND)
        await world.pass_()
        assert sorted(shown(world, order)) == [((NUMBER,), 1), ((SECOND,), 1)]
        assert [fo.remaining for fo in order.fulfillment_orders if fo.status != "CLOSED"] == [1]
        look = await world.look()
        assert look.plan.steps == ()


async def test_lines_are_compared_with_case_after_trimming(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order, small = world.order(" DP-HAT "), world.order("dp-hat")
        for each in (order, small):
            world.depot.ship(each.name, NUMBER if each is order else SECOND, sku="DP-HAT", quantity="1")
        look = await world.look()
        assert [step.order_id for step in look.plan.steps] == [order.id]
        assert await open_kinds(world, small) == set()


async def test_a_line_that_two_suppliers_claim_is_told_and_barred_alone(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        rules = (*world.shop.policy.suppliers[:1], SupplierRules(name="depot", lines=LineRule(vendor="Acme")))
        world.with_policy(suppliers=rules)
        order = world.store.world.create_order(NewLine(sku="CJ-MUG", vendor="Acme"), NewLine(sku="HAT", vendor="Acme"))
        world.depot.ship(order.name, NUMBER, sku="HAT", quantity="1")
        world.depot.ship(order.name, SECOND, sku="CJ-MUG", quantity="1")
        await world.pass_()
        assert "mapping_missing_or_ambiguous" in await open_kinds(world, order)
        assert shown(world, order) == [((NUMBER,), 1)]


async def test_gift_cards_and_services_need_no_parcel(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.store.world.create_order(
            NewLine(sku="DP-CARD", requires_shipping=False, is_gift_card=True),
            NewLine(sku="DP-HELP", requires_shipping=False),
        )
        world.store.world.merchant.fulfill(order)
        world.later(days=20)
        assert await found(world, order) == set()
        world.later(days=20)
        assert await found(world, order) == set()


async def test_nothing_is_done_about_an_order_that_the_merchant_keeps_for_himself(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("DP-HAT", tags=["syncd:manual"])
        depot_row(world, order, NUMBER)
        assert await actions(world, order) == []
        assert "shipped_not_fulfilled" in await open_kinds(world, order)
        world.store.world.merchant.untag(order, "syncd:manual")
        assert await actions(world, order) == ["create_fulfillment"]


async def test_the_policys_word_is_the_steps_approval(tmp_path: Path) -> None:
    async with stage(tmp_path, create_fulfillments=Approval.REPORT) as world:
        order = world.order("DP-HAT")
        depot_row(world, order, NUMBER)
        assert await planned(world, order) == [("create_fulfillment", "report")]
        assert states(await world.pass_()) == {"reported": 1}
        world.with_policy(create_fulfillments=Approval.REQUIRED)
        assert await planned(world, order) == [("create_fulfillment", "required")]
        assert states(await world.pass_()) == {"awaiting_approval": 1}
        assert shown(world, order) == []


async def test_a_tracked_event_of_the_store_raises_the_evidence(tmp_path: Path) -> None:
    async with stage(tmp_path, fulfill_on=Rung.IN_TRANSIT) as world:
        order = world.order("DP-HAT", quantity=2)
        depot_row(world, order, NUMBER)
        assert await actions(world, order) == []
        world.store.world.merchant.fulfill(order, lines={"DP-HAT": 1}, number=NUMBER)
        world.store.world.merchant.add_event(order, status="IN_TRANSIT")
        assert await found(world, order) <= {"fulfilled_before_dispatch"}


async def test_the_last_mile_number_is_told_and_the_first_kept(tmp_path: Path) -> None:
    async with stage(tmp_path) as world:
        order = world.order("CJ-MUG")
        ref = world.place_at_cj(order)
        world.cj.ship(ref, NUMBER)
        await world.pass_()
        world.cj.last_miles[NUMBER] = (THIRD, "USPS")
        world.later(hours=7)
        await world.pass_()
        assert shown(world, order)[0][0][0] == NUMBER
