"""How what a supplier says of lines and parcels is laid on the lines of an order."""

from dataclasses import replace

import pytest

from syncd.domain.orders import FulfillmentLine
from syncd.domain.shipments import Rung, SupplierLine, SupplierState
from syncd.domain.tracking import Tracking
from syncd.reconcile.live import Live, live_fulfillments
from syncd.reconcile.matching import Fit, fit_lines, is_plain_number, match_side, same_id, same_sku, usable
from syncd.reconcile.units import count
from syncd.reconcile.view import Link
from tests.reconcile.world import CJ, A, B, C, done, line, linked, order, parcel, placed, side

P1, P2, P3 = "LX100000001CN", "LX100000002CN", "LX100000003CN"
TWIN = "gid://shopify/LineItem/14"
"""A line with the SKU of `A`."""
ORDERED = order(line(A, 3), line(B, 2), line(TWIN, 2, sku="CJ-A"))
LINES = {one.id: one for one in ORDERED.lines}


def stated(sku=None, quantity=1, **more):
    return SupplierLine(sku=sku, quantity=quantity, **more)


def fit(*given, is_named=False, only=(A, B)):
    return fit_lines(given, scope={one: LINES[one] for one in only}, units=count(ORDERED), is_named=is_named)


STRANGE = stated("GIFT")


def fits():
    """What is stated of lines A and B, and how it fits; worked out when it is asked for."""
    return [
        ("by SKU", fit(stated("CJ-A", 2)), Fit(units={A: 2})),
        ("blanks around a SKU do not count", fit(stated(" CJ-A ", 2)), Fit(units={A: 2})),
        ("two lines of one SKU are one heap", fit(stated("CJ-A", 2), stated("CJ-A", 1)), Fit(units={A: 3})),
        ("by our line's id", fit(stated("X", 2, line_id=B)), Fit(units={B: 2})),
        ("by the number in our line's id", fit(stated("X", 2, line_id="12")), Fit(units={B: 2})),
        ("a line's id counts before its SKU", fit(stated("CJ-A", 2, line_id=B)), Fit(units={B: 2})),
        ("by id and by SKU", fit(stated("CJ-A", 1, line_id=A), stated("CJ-A", 1)), Fit(units={A: 2})),
        ("a line that is not ours", fit(STRANGE, stated("CJ-A", 1)), Fit(units={A: 1}, strange=(STRANGE,))),
        ("another order's line id", fit(stated("CJ-A", 1, line_id="99")), Fit(strange=(stated("CJ-A", 1, line_id="99"),))),
        ("not ours, but a link names the line", fit(STRANGE, is_named=True, only=(A,)), Fit(units={A: 1})),
        ("without a quantity: all units", fit(stated("CJ-A", None)), Fit(units={A: 3}, open_ended=frozenset({A}))),
        ("a quantity after none", fit(stated("CJ-A", None), stated("CJ-A", 1)), Fit(units={A: 3}, open_ended=frozenset({A}))),
        ("none after a quantity", fit(stated("CJ-A", 1), stated("CJ-A", None)), Fit(units={A: 3}, open_ended=frozenset({A}))),
        ("more than ordered stays more", fit(stated("CJ-A", 9)), Fit(units={A: 9})),
        ("two lines with one SKU, all of both", fit(stated("CJ-A", 5), only=(A, TWIN)), Fit(units={A: 3, TWIN: 2})),
        ("two lines with one SKU, not all", fit(stated("CJ-A", 4), only=(A, TWIN)), Fit(unclear=(A, TWIN))),
        ("two lines with one SKU, without a quantity", fit(stated("CJ-A", None), only=(A, TWIN)), Fit(units={A: 3, TWIN: 2}, open_ended=frozenset({A, TWIN}))),
        ("without a SKU: any line, and all of them", fit(stated(None, 5)), Fit(units={A: 3, B: 2})),
        ("a blank SKU is none", fit(stated("  ", 5)), Fit(units={A: 3, B: 2})),
        ("without a SKU, and not all", fit(stated(None, 1)), Fit(unclear=(A, B))),
        ("without a SKU, of one line", fit(stated(None, 1), only=(A,)), Fit(units={A: 1})),
        ("both without a quantity", fit(stated("CJ-A", None), stated("CJ-B", None)), Fit(units={A: 3, B: 2}, open_ended=frozenset({A, B}))),
        ("one, and two with one SKU, without a quantity", fit(stated("CJ-B", None), stated("CJ-A", None), only=(A, B, TWIN)), Fit(units={A: 3, B: 2, TWIN: 2}, open_ended=frozenset({A, B, TWIN}))),
        ("all of a heap, and more of one of its lines", fit(stated("CJ-A", 5), stated(None, 1, line_id=A), only=(A, TWIN)), Fit(units={A: 4, TWIN: 2})),
        ("two heaps that nobody can deal", fit(stated(None, 1), stated("CJ-A", 1), only=(A, TWIN, B)), Fit(unclear=(A, TWIN, B, A, TWIN))),
    ]  # fmt: skip


@pytest.mark.parametrize("name", [row[0] for row in fits()])
def test_supplier_lines_fit_lines_of_ours_only_where_nothing_is_guessed(name):
    made, meant = next(row[1:] for row in fits() if row[0] == name)
    assert (made.units, made.open_ended, made.strange) == (meant.units, meant.open_ended, meant.strange)
    assert sorted(made.unclear) == sorted(meant.unclear)


def test_ids_and_skus_are_the_same_in_their_two_spellings():
    assert same_id(A, A)
    assert same_id("11", A)
    assert not same_id("1", A)
    assert not same_id(None, A)
    assert same_sku("a", " a ")
    assert not same_sku("a", "A")
    assert not same_sku("", "")
    assert not same_sku(" ", " ")
    assert not same_sku(None, None)
    assert not same_sku("None", None), "no SKU equals nothing"


@pytest.mark.parametrize(
    ("number", "is_plain"),
    [
        ("1Z999AA1", True),
        ("12345678", True),
        ("XX000000", True),
        ("1Z999AA", False),
        ("1Z 999AA1", False),
        ("1Z999AÄ1", False),
        ("AWAITING", False),
        ("00000000", False),
        ("", False),
    ],
)
def test_a_plain_number_has_eight_letters_and_digits_and_is_no_word(number, is_plain):
    assert is_plain_number(number) is is_plain
    assert usable(Tracking(number=number)) or not is_plain, "it only saves the closer look"


@pytest.mark.parametrize(
    ("number", "is_number"),
    [("AB12", True), ("1Z 999 AA1", True), ("LX100000001CN", True), ("n/a", False), ("0", False), ("00000000", False)],
)
def test_words_for_none_are_no_numbers_and_short_numbers_are(number, is_number):
    assert usable(Tracking(number=number)) is is_number


def laid(*orders, lines=(A, B)):
    return match_side(CJ, side(*orders), lines={one: LINES[one] for one in lines}, units=count(ORDERED))


def shipments(*orders, lines=(A, B)):
    return [(one.numbers, one.contents, set(one.scope)) for one in laid(*orders, lines=lines).shipments]


def test_a_supplier_that_was_not_asked_or_knows_no_order_shows_nothing():
    assert match_side(CJ, None, lines={A: LINES[A]}, units={}).shipments == ()
    assert laid().orders == ()


def test_a_parcel_with_stated_contents_holds_them():
    made = shipments(placed(parcel(P1, units={A: 2}), parcel(P2, units={A: 1, B: 2})))
    assert made == [((P1,), {A: 2}, {A}), ((P2,), {A: 1, B: 2}, {A, B})]


def test_parcels_of_unknown_contents_hold_together_what_is_left_once_the_whole_order_has_left():
    (rest, *known) = sorted(shipments(placed(parcel(P1), parcel(P2), parcel(P3, units={A: 2}))))
    assert rest == ((P1, P2), {A: 1, B: 2}, {A, B})
    assert known == [((P3,), {A: 2}, {A})]


@pytest.mark.parametrize(
    "order_there",
    [
        placed(parcel(P1), state=SupplierState.PART_SHIPPED),
        placed(parcel(P1), units={A: 3, "GIFT": 1}),
        placed(parcel(P1), parcel(P2, units={"GIFT": 1})),
    ],
    ids=["not all has left", "lines that are not ours", "another parcel of which nobody knows"],
)
def test_what_a_parcel_holds_stays_unknown_where_more_than_one_thing_is_possible(order_there):
    by_number = {numbers: contents for numbers, contents, _ in shipments(order_there)}
    assert by_number[(P1,)] is None


def test_two_orders_that_do_not_list_their_lines_leave_each_other_unknown():
    made = shipments(placed(parcel(P1), n=1), placed(parcel(P2), n=2))
    assert [contents for _, contents, _ in made] == [None, None]
    made = shipments(placed(parcel(P1), n=1, state=SupplierState.CANCELLED), placed(parcel(P2), n=2))
    assert {numbers: contents for numbers, contents, _ in made}[(P2,)] == {A: 3, B: 2}, "the dead one has none"


def test_a_parcel_with_a_line_that_its_order_does_not_list_leaves_the_others_their_units():
    made = shipments(placed(parcel(P1), parcel(P2, units={B: 1}), units={A: 3}))
    assert sorted(made, key=str) == [((P1,), {A: 3}, {A}), ((P2,), {B: 1}, {B})]


def test_a_link_that_names_lines_leaves_only_those():
    by_sku = linked(placed(parcel(P1)), links=(Link(origin="file", line_sku="CJ-B"),))
    assert shipments(by_sku) == [((P1,), {B: 2}, {B})]
    by_id = linked(placed(parcel(P1)), links=(Link(origin="file", line_id=A), Link(origin="file", line_id=B)))
    assert shipments(by_id) == [((P1,), {A: 3, B: 2}, {A, B})]
    whole = linked(placed(parcel(P1)), links=(Link(origin="file", line_id=A), Link(origin="reference")))
    assert shipments(whole) == [((P1,), {A: 3, B: 2}, {A, B})], "one link for all of it"
    unlinked = linked(placed(parcel(P1)), links=())
    assert shipments(unlinked) == [((P1,), {A: 3, B: 2}, {A, B})]


def test_what_an_unlinked_order_calls_otherwise_fits_nothing():
    (there,) = laid(linked(placed(units={"8139:red": 1}), links=()), lines=(A,)).orders
    assert (there.covers, [one.sku for one in there.strange]) == ({}, ["8139:red"])


NAMES_B = (Link(origin="file", line_sku="CJ-B"),)


@pytest.mark.parametrize(
    ("links", "lines", "contents"),
    [
        (NAMES_B, (A, B), {B: 1}),
        ((Link(origin="file", line_id=B),), (A, B), {B: 1}),
        ((*NAMES_B, Link(origin="file", line_id=A)), (A, B), None),
        ((Link(origin="reference"),), (B,), None),
    ],
    ids=["one line by its SKU", "one line by its id", "two lines", "none, and there is but one"],
)
def test_what_a_parcel_calls_otherwise_is_the_one_line_that_a_link_names(links, lines, contents):
    made = shipments(linked(placed(parcel(P1, units={"8139:red": 1})), links=links), lines=lines)
    assert [one[1] for one in made] == [contents]


def test_a_parcel_of_something_else_can_only_be_about_lines_that_its_order_does_not_name():
    (shipment,) = laid(placed(parcel(P1, units={"GIFT": 1}), units={A: 3})).shipments
    assert (shipment.contents, shipment.scope, shipment.unclear) == (None, (B,), True)


def test_dead_lines_that_are_called_otherwise_are_of_the_line_that_a_link_names():
    lines = (stated("CJ-B", 1), stated("8139:red", 1, state=SupplierState.CANCELLED))
    (there,) = laid(linked(replace(placed(), lines=lines), links=NAMES_B)).orders
    assert (there.covers, there.off) == ({B: 1}, {B: 1})


def test_what_other_parcels_hold_is_not_in_those_of_unknown_contents():
    made = shipments(placed(parcel(P1), parcel(P2, units={A: 3})))
    assert made[0] == ((P1,), {B: 2}, {B})


def test_of_parcels_that_hold_the_rest_together_only_those_with_a_number_are_shown():
    (shipment,) = laid(placed(parcel(P2), parcel(key="a"), parcel(P1))).shipments
    assert (shipment.keys, shipment.numbers) == ((f"cj/S1/{P1}", f"cj/S1/{P2}"), (P1, P2))


def test_parcels_without_any_number_hold_the_rest_all_the_same():
    (shipment,) = laid(placed(parcel(key="b"), parcel(key="a"))).shipments
    assert (shipment.keys, shipment.numbers, shipment.rung) == (("cj/S1/a", "cj/S1/b"), (), Rung.ORDERED)


def test_one_parcel_in_two_supplier_orders_is_one_with_the_contents_of_both():
    one = placed(parcel(P1, units={A: 1}, rung=Rung.HANDED_OVER), n=1)
    other = placed(parcel(P1, units={A: 1, B: 2}, rung=Rung.IN_TRANSIT), n=2)
    both = laid(one, other, placed(n=3))
    (shipment,) = both.shipments
    assert (shipment.contents, shipment.scope) == ({A: 2, B: 2}, (A, B))
    assert (shipment.keys, shipment.rung) == ((f"cj/S1/{P1}", f"cj/S2/{P1}"), Rung.IN_TRANSIT)
    assert [shipment.is_of(each) for each in both.orders] == [True, True, False]


@pytest.mark.parametrize(
    ("first", "second", "company"),
    [("UPS", None, "UPS"), (None, "UPS", "UPS"), ("UPS", "USPS", "UPS"), (None, None, None)],
)
def test_of_two_reports_of_one_parcel_the_one_that_names_a_carrier_counts(first, second, company):
    orders = (placed(parcel(P1, units={A: 1}, company=name), n=n) for n, name in enumerate((first, second), 1))
    (shipment,) = laid(*orders).shipments
    assert [one.company for one in shipment.tracking] == [company]


@pytest.mark.parametrize(
    "other",
    [
        placed(parcel(P1), n=2, state=SupplierState.PART_SHIPPED),
        placed(parcel(P1, units={A: 1}), n=2, state=SupplierState.CANCELLED),
    ],
    ids=["of unknown contents", "of a dead order"],
)
def test_a_parcel_is_joined_only_where_both_orders_are_alive_and_say_what_is_in_it(other):
    assert len(laid(placed(parcel(P1, units={A: 1}), n=1), other).shipments) == 2


def test_parcels_without_a_number_are_not_taken_for_one():
    orders = (placed(parcel(key="box", units={A: 1}), n=n) for n in (1, 2))
    assert len(laid(*orders).shipments) == 2


def test_a_blank_quantity_means_all_units_unless_another_parcel_has_some():
    assert shipments(placed(parcel(P1, units={A: None})))[0][1] == {A: 3}
    shared = shipments(placed(parcel(P1, units={A: None}), parcel(P2, units={A: 1})))
    assert [contents for _, contents, _ in shared] == [None, {A: 1}]
    apart = shipments(placed(parcel(P1, units={A: None}), n=1), placed(parcel(P2, units={A: 1}), n=2))
    assert [contents for _, contents, _ in apart] == [None, {A: 1}], "whichever supplier order it is of"
    others = shipments(placed(parcel(P1, units={A: None}), parcel(P2, units={B: 1})))
    assert [contents for _, contents, _ in others] == [{A: 3}, {B: 1}]


def test_dead_lines_of_a_live_order_are_called_off():
    lines = (stated("CJ-A", 2), stated("CJ-A", 1, state=SupplierState.CANCELLED))
    (there,) = laid(replace(placed(), lines=lines)).orders
    assert (there.covers, there.off) == ({A: 2}, {A: 1})


def test_a_fulfillment_that_lists_a_line_twice_holds_both_parts():
    shown = done({A: 1})
    twice = replace(shown, lines=(*shown.lines, FulfillmentLine(line_id=A, quantity=2)))
    (live,) = live_fulfillments(replace(ORDERED, fulfillments=(twice,)), ours=[A])
    assert (live.lines, live.left) == ({A: 3}, {A: 3})


def test_a_parcel_accounts_for_a_fulfillments_units_once():
    (shipment,) = laid(placed(parcel(P1, units={A: 2}, rung=Rung.DELIVERED))).shipments
    live = Live(fulfillment=done({A: 3}), lines={A: 3}, numbers={}, left={A: 3})
    need = {A: 2, C: 1}
    live.take(shipment, need)
    live.take(shipment, need)
    assert (live.left, need, live.shown_by) == ({A: 1}, {A: 0, C: 1}, [shipment])
