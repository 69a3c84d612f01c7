"""The working notes of one judgement."""

from datetime import timedelta

import pytest

from syncd.domain.steps import StepLine
from syncd.domain.tracking import Tracking
from syncd.reconcile.case import Retrack, open_case
from tests.reconcile.world import NOW, POLICY, TICK, A, B, done, line, order, parcel, placed, side, view

P1 = "LX100000001CN"
PAGE = "https://track.example.com/1"


def case(*lines):
    return open_case(view(order(*lines), side(placed(parcel(P1)))), policy=POLICY, now=NOW)


def test_the_next_moment_to_look_again_is_the_earliest_that_is_to_come():
    notes = case()
    for at, due in (
        (None, None),
        (NOW, None),
        (NOW - TICK, None),
        (NOW + timedelta(hours=2), NOW + timedelta(hours=2)),
        (NOW + timedelta(hours=1), NOW + timedelta(hours=1)),
        (NOW + timedelta(hours=3), NOW + timedelta(hours=1)),
    ):
        notes.later(at)
        assert notes.due == due


def test_only_units_of_lines_that_the_order_has_are_named_in_the_order_of_their_ids():
    notes = case(line(B, 2), line(A))
    assert notes.units_of({B: 2, A: 0, "x": 1}) == (StepLine(line_item_id=B, sku="CJ-B", quantity=2),)
    assert [one.line_item_id for one in notes.units_of({B: 2, A: 1})] == [A, B]


@pytest.mark.parametrize(
    ("reports", "company", "url"),
    [
        ([(None, None)], None, None),
        ([("china post", PAGE)], "China Post", PAGE),
        ([(None, None), ("china post", PAGE)], "China Post", PAGE),
        ([("china post", PAGE), (None, None)], "China Post", PAGE),
        ([("china post", PAGE), ("UPS", None)], "China Post", PAGE),
    ],
    ids=["nobody names one", "one does", "the second does", "the first does", "both do"],
)
def test_of_several_reports_of_one_number_the_first_that_names_a_carrier_counts(reports, company, url):
    notes = case()
    (live,) = open_case(view(order(fulfillments=(done({A: 1}),)), side(placed())), policy=POLICY, now=NOW).lives
    change = Retrack(live=live, side=notes.sides[0])
    change.show(Tracking(number="LX100000009CN"))
    for written, (named, page) in zip((P1, P1.lower()), reports, strict=False):
        change.show(Tracking(number=written, company=named, url=page))
    assert change.add[P1] == Tracking(number=P1, company=company, url=url)
    assert len(change.add) == 2
