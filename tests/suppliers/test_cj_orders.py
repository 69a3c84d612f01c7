"""What CJ's words mean, and how few calls it takes to hear them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.sandbox.cj import STATUSES, CjLine
from syncd.domain.ports import SupplierQuery, Wanted
from syncd.domain.shipments import Rung, SupplierLine, SupplierState
from syncd.domain.steps import EffectState
from syncd.errors import InvalidResponse, NotFound, Refused, Transient
from tests.suppliers.rig import Calls, Placed, query, says
from tests.suppliers.worlds import CjWorld

NUMBER = "CJPKL0000000001YQ"


def _lists(world: CjWorld) -> list[dict[str, str]]:
    return [dict(sent.params) for sent in world.wire.sent if sent.path.endswith("/order/list")]


def _details(world: CjWorld) -> int:
    return sum(sent.path.endswith("/getOrderDetail") for sent in world.wire.sent)


@pytest.mark.parametrize(
    ("word", "state", "rung"),
    [
        ("CREATED", SupplierState.UNPAID, Rung.LABEL),
        ("IN_CART", SupplierState.UNPAID, Rung.LABEL),
        ("UNPAID", SupplierState.UNPAID, Rung.LABEL),
        ("UNSHIPPED", SupplierState.PROCESSING, Rung.LABEL),
        ("SHIPPED", SupplierState.SHIPPED, Rung.HANDED_OVER),
        ("DELIVERED", SupplierState.DELIVERED, Rung.DELIVERED),
        ("CANCELLED", SupplierState.CANCELLED, Rung.ORDERED),
        ("OTHER", SupplierState.HELD, Rung.ORDERED),
        ("COMPLETED", SupplierState.UNKNOWN, Rung.ORDERED),
        ("CANCELED", SupplierState.UNKNOWN, Rung.ORDERED),
    ],
)
async def test_each_status_beside_a_number(word, state, rung) -> None:
    world = CjWorld()
    placed = world.place(1001)
    world.label(placed, NUMBER)
    world.say(placed, word)
    order = await world.port.order(placed.ref)
    assert (order.state, order.parcels[0].rung) == (state, rung)
    assert bool(order.problems) is (state is SupplierState.UNKNOWN)


@pytest.mark.parametrize("word", STATUSES)
@pytest.mark.parametrize("number", [None, "", "0", 0])
async def test_without_a_number_there_is_no_parcel_whatever_the_status(word, number) -> None:
    world = CjWorld()
    placed = world.place(1001)
    world.label(placed, number)
    world.say(placed, word)
    assert (await world.port.order(placed.ref)).parcels == ()


async def test_lines_and_references_lead_back_to_the_store() -> None:
    world = CjWorld(quirks=("int_ids",))
    placed = world.place(1001, quantity=3)
    world.ship(placed, NUMBER)
    order = await world.port.order(placed.ref)
    line = SupplierLine(line_id="gid://shopify/LineItem/16045000001001", quantity=3)
    assert order.lines == (line,)
    assert order.parcels[0].lines == (line,)
    assert order.store_order_ids == ("6300000001001",)
    assert order.store_order_names == ("#1001",)


async def test_a_line_without_a_store_id_is_not_taken_for_the_whole_order() -> None:
    world = CjWorld()
    ref = world.twin.place(
        name="#1", lines=[CjLine(store_line_id=None, quantity=2, vid="777"), CjLine(store_line_id="0")]
    )
    order = await world.port.order(ref)
    assert order.lines == (
        SupplierLine(sku="777", quantity=2),
        SupplierLine(sku="1392053744945991680", quantity=1),
    )


async def test_times_without_a_zone_are_beijing_s() -> None:
    world = CjWorld()
    placed = world.place(1001)
    world.clock.advance(timedelta(hours=5))
    world.ship(placed, NUMBER)
    order = await world.port.order(placed.ref)
    assert order.created_at == datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    assert order.parcels[0].shipped_at == order.changed_at == datetime(2026, 11, 20, 13, 0, tzinfo=UTC)


async def test_a_dispute_is_reported() -> None:
    world = CjWorld()
    placed = world.place(1001)
    world.twin.dispute(placed.ref, "D-17")
    assert (await world.port.order(placed.ref)).problems == ("dispute D-17 is open at CJ",)


async def test_two_numbers_in_one_field_are_one_parcel() -> None:
    world = CjWorld()
    placed = world.place(1001)
    world.ship(placed, f"{NUMBER}, 9400111899223818218407")
    (parcel,) = (await world.port.order(placed.ref)).parcels
    assert [tracking.number for tracking in parcel.tracking] == [NUMBER, "9400111899223818218407"]
    assert all(tracking.url is None for tracking in parcel.tracking)


async def test_a_replaced_number_is_still_the_same_parcel() -> None:
    world = CjWorld()
    placed = world.place(1001)
    world.ship(placed, NUMBER)
    before = (await world.port.order(placed.ref)).parcels[0].key
    world.ship(placed, "CJPKL0000000002YQ")
    assert (await world.port.order(placed.ref)).parcels[0].key == before


async def test_the_last_mile_is_asked_for_only_when_configured() -> None:
    world = CjWorld()
    placed = world.place(1001)
    world.ship(placed, NUMBER)
    world.twin.last_miles[NUMBER] = ("9400111899223818218407", "USPS")
    plain = await world.port.order(placed.ref)
    assert len(plain.parcels[0].tracking) == 1
    order = await world.another(track=True).order(placed.ref)
    assert [(each.number, each.company) for each in order.parcels[0].tracking] == [
        (NUMBER, "CJPacket Ordinary"),
        ("9400111899223818218407", "USPS"),
    ]
    assert order.parcels[0].rung is Rung.IN_TRANSIT


async def test_a_failing_tracking_call_does_not_hide_the_order() -> None:
    world = CjWorld(track=True)
    placed = world.place(1001)
    world.ship(placed, NUMBER)
    world.twin.faults.add("login_page", path="/api2.0/v1/logistic", times=0)
    assert (await world.port.order(placed.ref)).parcels[0].rung is Rung.HANDED_OVER


# What is asked.


async def test_the_status_is_always_stated() -> None:
    world = CjWorld()
    placed = [world.place(1001 + place) for place in range(12)]
    await world.port.orders(query(*placed))
    await world.port.orders(SupplierQuery())
    assert all(params["status"] in STATUSES for params in _lists(world))


async def test_a_quiet_account_costs_one_call_per_status() -> None:
    world = CjWorld(page_cap=200)
    placed = [world.place(1001 + place) for place in range(60)]
    await world.port.orders(query(*placed))
    world.wire.sent.clear()
    world.ship(placed[7], NUMBER)
    read = await world.port.orders(query(*placed))
    assert (len(_lists(world)), _details(world)) == (6, 1)
    assert read.complete
    assert sum(order.state is SupplierState.SHIPPED for order in read.orders) == 1


async def test_a_few_orders_are_asked_for_one_by_one() -> None:
    world = CjWorld()
    placed = [world.place(1001 + place) for place in range(30)]
    await world.port.orders(query(*placed[:3]))
    assert (len(_lists(world)), _details(world)) == (0, 3)


@pytest.mark.parametrize("others", [0, 9])
async def test_a_second_order_for_the_same_store_order_is_found(others) -> None:
    world = CjWorld()
    placed = [world.place(1001 + place) for place in range(1 + others)]
    first = world.twin.orders[placed[0].ref]
    lines = [CjLine(store_line_id="77")]
    second = world.twin.place(name=first.name, store_order_id=first.store_order_id, lines=lines)
    unknown = [replace(one.wanted(), supplier_order_ids=()) for one in placed]
    read = await world.port.orders(SupplierQuery(wanted=tuple(unknown)))
    assert {placed[0].ref, second} <= {order.id for order in read.orders}


async def test_a_second_order_is_found_also_when_the_list_failed_at_first() -> None:
    world = CjWorld()
    placed = world.place(1001)
    first = world.twin.orders[placed.ref]
    second = world.twin.place(name=first.name, store_order_id=first.store_order_id, lines=[CjLine(store_line_id="77")])
    unknown = replace(placed.wanted(), supplier_order_ids=())
    world.twin.faults.add("status", status=503, path="/api2.0/v1/shopping/order/list", times=0)
    read = await world.port.orders(SupplierQuery(wanted=(unknown,)))
    assert (read.orders, read.answered, read.complete) == ((), frozenset(), False)
    world.twin.faults.clear()
    read = await world.port.orders(SupplierQuery(wanted=(unknown,)))
    assert {placed.ref, second} == {order.id for order in read.orders}


async def test_an_order_placed_later_for_the_units_that_are_missing_is_found() -> None:
    world, placed, second = _placed_in_two()
    read = await world.port.orders(SupplierQuery(wanted=(replace(placed.wanted(), units=2),)))
    assert {placed.ref, second} == {order.id for order in read.orders}


@pytest.mark.parametrize("units", [1, None])
async def test_an_order_that_holds_all_its_units_costs_no_listing(units) -> None:
    world, placed, _ = _placed_in_two()
    await world.port.orders(SupplierQuery(wanted=(replace(placed.wanted(), units=units),)))
    assert _lists(world) == []


async def test_for_units_that_stay_missing_what_is_open_is_listed_every_half_hour() -> None:
    world, placed, _ = _placed_in_two()
    short = SupplierQuery(wanted=(replace(placed.wanted(), units=3),))
    for minutes, lists in ((0, 6), (29, 6), (2, 12)):
        world.clock.advance(timedelta(minutes=minutes))
        await world.port.orders(short)
        assert len(_lists(world)) == lists


async def test_an_order_of_which_the_details_failed_in_the_listing_is_sought_again_at_once() -> None:
    world, placed, second = _placed_in_two()
    short = SupplierQuery(wanted=(replace(placed.wanted(), units=2),))
    world.twin.faults.add("malformed", path="/api2.0/v1/shopping/order/getOrderDetail", nth=2)
    read = await world.port.orders(short)
    assert ({order.id for order in read.orders}, read.complete) == ({placed.ref}, False)
    read = await world.port.orders(short)
    assert ({order.id for order in read.orders}, read.complete) == ({placed.ref, second}, True)


def _placed_in_two() -> tuple[CjWorld, Placed, str]:
    """An order that is known, and a second one that was placed for the same store order."""
    world = CjWorld()
    placed = world.place(1001)
    first = world.twin.orders[placed.ref]
    second = world.twin.place(name=first.name, store_order_id=first.store_order_id, lines=[CjLine(store_line_id="77")])
    return world, placed, second


async def test_remembered_lines_are_not_believed_for_long() -> None:
    world = CjWorld()
    placed = [world.place(1001 + place) for place in range(8)]
    await world.port.orders(query(*placed))
    world.twin.orders[placed[0].ref].lines = (CjLine(store_line_id="42", quantity=9),)
    world.clock.advance(timedelta(minutes=31))
    read = await world.port.orders(query(*placed))
    assert next(order for order in read.orders if order.id == placed[0].ref).lines == (
        SupplierLine(line_id="gid://shopify/LineItem/42", quantity=9),
    )


async def test_delivered_and_cancelled_orders_are_found_in_batches() -> None:
    world = CjWorld(page_cap=200)
    placed = [world.place(1001 + place) for place in range(70)]
    await world.port.orders(query(*placed))
    for each in placed[:60]:
        world.deliver(each)
    read = await world.port.orders(query(*placed))
    assert read.complete
    assert sum(order.state is SupplierState.DELIVERED for order in read.orders) == 60
    batches = [params["orderIds"].split(",") for params in _lists(world) if "orderIds" in params]
    assert batches
    assert max(map(len, batches)) <= 50


async def test_only_not_found_by_its_own_id_is_absence() -> None:
    world = CjWorld()
    placed = [world.place(1001 + place) for place in range(9)]
    world.forget(placed[4])
    for asked in (query(*placed), query(placed[4])):
        read = await world.port.orders(asked)
        assert read.complete
        assert placed[4].ref in read.asked
        assert placed[4].order_id in read.answered
        assert placed[4].ref not in {order.id for order in read.orders}


async def test_a_store_order_that_was_never_placed_is_answered() -> None:
    world = CjWorld()
    world.place(1001)
    never = Wanted(order_id="gid://shopify/Order/6300000009999", order_name="#9999")
    read = await world.port.orders(SupplierQuery(wanted=(never,)))
    assert (read.complete, read.answered, read.orders) == (True, {never.order_id}, ())
    assert not read.lists_everything


@pytest.mark.parametrize("others", [0, 9])
async def test_an_order_that_was_split_is_found_in_its_parts(others) -> None:
    world = CjWorld()
    placed = [world.place(1001 + place) for place in range(1 + others)]
    await world.port.orders(query(*placed))
    parts = world.twin.split(placed[0].ref, [[CjLine(store_line_id="1")], [CjLine(store_line_id="2", quantity=2)]])
    world.twin.ship(parts[1], NUMBER)
    read = await world.port.orders(query(*placed))
    found = {order.id: order for order in read.orders}
    assert {found[part].parent_id for part in parts} == {placed[0].ref}
    assert found[parts[1]].parcels[0].lines == (SupplierLine(line_id="gid://shopify/LineItem/2", quantity=2),)
    assert read.complete


async def test_an_answer_about_another_order_is_not_taken_for_ours() -> None:
    world = CjWorld()
    ours, other = world.place(1001), world.place(1002)
    await world.port.order(ours.ref)
    row = f'{{"code": 200, "data": {{"orderId": "{other.ref}", "orderNum": "#1002", "orderStatus": "CANCELLED"}}}}'
    world.wire.spoil(says(row.encode()))
    with pytest.raises(InvalidResponse, match="CJ answered order"):
        await world.port.order(ours.ref)
    with pytest.raises(InvalidResponse):
        await world.port.orders(query(ours))


async def test_an_order_that_names_another_store_order_is_not_taken_for_the_wanted_one() -> None:
    world = CjWorld()
    world.place(1001)
    stranger = world.twin.place(name="6300000007777", store_order_id="1", lines=[CjLine(store_line_id="1")])
    wanted = Wanted(order_id="gid://shopify/Order/6300000007777", order_name="#7777")
    known = world.place(1002).wanted()
    read = await world.port.orders(SupplierQuery(wanted=(known, wanted)))
    assert stranger not in {order.id for order in read.orders}
    assert read.answered == {known.order_id}
    assert not read.complete
    assert "names another" in read.problems[0].text


async def test_one_odd_order_does_not_spoil_the_others() -> None:
    world = CjWorld()
    placed = [world.place(1001 + place) for place in range(8)]
    world.twin.orders[placed[2].ref].number = {"oops": 1}
    read = await world.port.orders(query(*placed))
    assert not read.complete
    assert read.error is None
    assert "trackNumber" in read.problems[0].text
    assert {order.id for order in read.orders} == {each.ref for each in placed} - {placed[2].ref}
    assert read.answered == {each.order_id for each in placed} - {placed[2].order_id}


async def test_a_list_that_is_cut_is_an_error_for_everybody() -> None:
    world = CjWorld()
    placed = [world.place(1001 + place) for place in range(30)]
    lost = placed[3]
    true_page = world.twin._page
    world.twin._page = lambda rows, **page: true_page(  # type: ignore[method-assign] - the twin leaves out a row it counts
        [row for row in rows if row["orderId"] != lost.ref], **page
    )
    read = await world.port.orders(query(*placed))
    assert not read.complete
    assert "changed while it was read, or its count is wrong" in (read.error or "")
    assert lost.ref in {order.id for order in read.orders}  # found by its own id all the same


async def test_orders_that_are_over_are_left_out_of_a_look_since_a_date() -> None:
    world = CjWorld()
    old, alive = world.place(1001), world.place(1002)
    world.deliver(old)
    world.clock.advance(timedelta(days=3))
    new = world.place(1003)
    world.deliver(new)
    read = await world.port.orders(SupplierQuery(since=world.clock.now() - timedelta(days=1)))
    assert {order.id for order in read.orders} == {alive.ref, new.ref}
    assert not read.lists_everything
    assert (await world.port.orders(SupplierQuery())).lists_everything


# Codes.


@pytest.mark.parametrize(
    ("code", "message", "error"),
    [
        (1600300, "order not found", NotFound),
        (1603100, "whatever the text", NotFound),
        (1600300, "Param error", Refused),
        (1600000, "busy", Transient),
        (1600200, "Too much request", Transient),
        (1600201, "quota used up", Transient),
        (1600301, "read timeout", Transient),
        (1604000, "balance", Refused),
        (1699999, "something new", Refused),
    ],
)
@pytest.mark.parametrize("status", [200, 400, 404])
async def test_the_code_decides_and_the_status_comes_second(code, message, error, status) -> None:
    world = CjWorld()
    placed = world.place(1001)
    world.wire.spoil(says(f'{{"code": {code}, "result": false, "message": "{message}"}}'.encode(), status=status))
    with pytest.raises(error):
        await world.port.order(placed.ref)


async def test_a_404_without_a_code_is_no_statement_about_an_order() -> None:
    world = CjWorld()
    placed = world.place(1001)
    world.wire.spoil(says(b"nginx: not found", status=404, kind="text/plain"))
    with pytest.raises(InvalidResponse, match="base_url"):
        await world.port.order(placed.ref)


async def test_a_used_up_quota_waits_for_the_next_day_in_beijing() -> None:
    world = CjWorld()
    placed = world.place(1001)
    world.wire.spoil(says(b'{"code": 1600201, "message": "quota"}'))
    with pytest.raises(Transient) as caught:
        await world.port.order(placed.ref)
    assert caught.value.retry_after_s == pytest.approx(8 * 3600, abs=5)  # 08:00 UTC is 16:00 in Beijing


async def test_a_busy_server_is_asked_three_times() -> None:
    world = CjWorld()
    placed = world.place(1001)
    await world.port.order(placed.ref)
    world.wire.sent.clear()
    world.wire.spoil(says(b'{"code": 1600000, "message": "busy"}'))
    with pytest.raises(Transient):
        await world.port.order(placed.ref)
    assert len(world.wire.sent) == 3


# Cancelling.


async def test_only_unconfirmed_orders_are_deleted() -> None:
    world = CjWorld()
    for status in ("CREATED", "IN_CART", "UNPAID"):
        placed = world.place(1001, status=status)
        effect = await world.port.cancel(placed.ref, Calls(world.clock).next())
        assert (effect.state, effect.effect_id) == (EffectState.DONE, placed.ref)
        assert effect.request_id
    for status in ("UNSHIPPED", "SHIPPED", "DELIVERED", "OTHER", "STRANGE"):
        placed = world.place(1002, status=status)
        effect = await world.port.cancel(placed.ref, Calls(world.clock).next())
        assert (effect.state, effect.code) == (EffectState.REFUSED, "not_cancellable")
    assert len(world.twin.deleted) == 3
    assert sum(sent.method == "DELETE" for sent in world.wire.sent) == 3  # the others were not even asked for


async def test_an_order_confirmed_in_the_last_moment_is_refused_by_cj() -> None:
    world = CjWorld()
    placed: Placed = world.place_unpaid(1001)
    world.twin.faults.add(
        "body",
        path="/api2.0/v1/shopping/order/deleteOrder",
        body=b'{"code": 1603002, "result": false, "message": "order delete fail"}',
    )
    effect = await world.port.cancel(placed.ref, Calls(world.clock).next())
    assert (effect.state, effect.code) == (EffectState.REFUSED, "not_cancellable")
    assert world.twin.deleted == []


async def test_the_check_counts_what_waits() -> None:
    world = CjWorld()
    world.place(1001)
    (check,) = await world.port.check()
    assert (check.state, check.text) == ("ok", "CJ answers; 1 orders wait for shipment")
    world.wire.spoil(says(b"down", status=503))
    (check,) = await world.port.check()
    assert check.state == "warn"
    assert check.remedy
