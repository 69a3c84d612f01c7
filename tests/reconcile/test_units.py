"""Where the units of a line are: open, fulfilled, or taken off before they were."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.orders import FulfillmentLine, FulfillmentOrderStatus, FulfillmentStatus, RefundedLine, Restock
from syncd.reconcile.units import FINISHED, Units, count, has_gap, removed
from tests.reconcile.world import NOW, A, B, ago, closed, done, line, order, undone, work

HOUR = ago(hours=1)


def refund(units=1, restock=Restock.NO_RESTOCK, at=HOUR, line_id=A):
    return RefundedLine(line_id=line_id, quantity=units, restock=restock, at=at)


def four(*refunds, fulfillments=(), current=4):
    """Four units were ordered."""
    return order(line(A, 4, current=current), line(B), fulfillments=fulfillments, refunds=refunds)


BEFORE, AFTER = {"created_at": ago(hours=2)}, {"created_at": ago(minutes=30)}


def in_two_parts():
    """A fulfillment may list a line twice."""
    return replace(done({A: 2}, **BEFORE), lines=(FulfillmentLine(line_id=A, quantity=1),) * 2)


REMOVED = [
    ("nothing was taken off", four(), 0),
    ("an edit", four(current=1), 3),
    ("an edit of one, and a refund of one", four(refund(restock=Restock.CANCEL), current=2), 2),
    ("a refund that says that the units were not fulfilled", four(refund(2, Restock.CANCEL), current=2), 2),
    (
        "the same, though units were fulfilled",
        four(refund(2, Restock.CANCEL), fulfillments=(done({A: 2}, **BEFORE),), current=2),
        2,
    ),
    ("a return", four(refund(2, Restock.RETURN), current=2), 0),
    ("a refund without restocking, nothing fulfilled", four(refund(2), current=2), 2),
    ("one of two was fulfilled", four(refund(2), fulfillments=(done({A: 1}, **BEFORE),), current=2), 1),
    ("both were fulfilled", four(refund(2), fulfillments=(done({A: 3}, **BEFORE),), current=2), 0),
    ("in two fulfillments", four(refund(2), fulfillments=(done({A: 1}, **BEFORE), done({A: 1}, n=2, **BEFORE)), current=2), 0),
    ("in two lines of one", four(refund(2), fulfillments=(in_two_parts(),), current=2), 0),
    ("fulfilled later", four(refund(2), fulfillments=(done({A: 2}, **AFTER),), current=2), 2),
    ("fulfilled in the same moment", four(refund(2), fulfillments=(done({A: 2}, created_at=HOUR),), current=2), 0),
    ("another line was fulfilled", four(refund(2), fulfillments=(done({B: 1}, **BEFORE),), current=2), 2),
    ("fulfilled together with another line", four(refund(2), fulfillments=(done({A: 1, B: 1}, **BEFORE),), current=2), 1),
    ("fulfilled, and cancelled since", four(refund(2), fulfillments=(undone({A: 2}, at=ago(minutes=30), **BEFORE),), current=2), 0),
    ("cancelled before", four(refund(2), fulfillments=(undone({A: 2}, at=ago(minutes=90), **BEFORE),), current=2), 2),
    ("cancelled in the same moment", four(refund(2), fulfillments=(undone({A: 2}, at=HOUR, **BEFORE),), current=2), 2),
    ("made and cancelled since", four(refund(2), fulfillments=(undone({A: 2}, at=ago(minutes=10), **AFTER),), current=2), 2),
    (
        "cancelled, and the store does not say when",
        four(refund(2), fulfillments=(replace(undone({A: 2}, **BEFORE), updated_at=None),), current=2),
        2,
    ),
    (
        "failed at the carrier: it never held any",
        four(refund(2), fulfillments=(done({A: 2}, status=FulfillmentStatus.FAILURE, updated_at=NOW, **BEFORE),), current=2),
        2,
    ),
    ("nobody knows when, and it is fulfilled", four(refund(2, at=None), fulfillments=(done({A: 2}, **AFTER),), current=2), 0),
    ("nobody knows when, and it is cancelled", four(refund(2, at=None), fulfillments=(undone({A: 2}, **BEFORE),), current=2), 2),
    (
        "a refund of fulfilled units is not counted again by the next one",
        four(refund(1), refund(1, at=ago(minutes=50)), fulfillments=(done({A: 1}, **BEFORE),), current=2),
        1,
    ),
    (
        "each refund of fulfilled units leaves fewer for the next one",
        four(refund(1), refund(1, at=ago(minutes=50)), refund(1, at=ago(minutes=40)), fulfillments=(done({A: 2}, **BEFORE),), current=1),
        1,
    ),
    (
        "a return of fulfilled units leaves fewer for the next refund",
        four(refund(2, Restock.RETURN, at=ago(minutes=70)), refund(1), fulfillments=(done({A: 2}, **BEFORE),), current=1),
        1,
    ),
    (
        "refunds count in the order of their times, not of the list",
        four(
            refund(1, at=ago(minutes=20)),
            refund(1, at=ago(minutes=50)),
            fulfillments=(done({A: 1}, created_at=ago(minutes=30)),),
            current=2,
        ),
        1,
    ),
    (
        "one without a time comes last",
        four(refund(1, at=None), refund(1), fulfillments=(undone({A: 1}, at=ago(minutes=30), **BEFORE), done({A: 1}, n=2, **AFTER)), current=2),
        1,
    ),
    (
        "more was returned than was ever fulfilled",
        four(refund(3, Restock.RETURN, at=ago(minutes=70)), refund(1), fulfillments=(done({A: 1}, **BEFORE),), current=0),
        1,
    ),
    ("a refund of another line", four(refund(1, Restock.CANCEL, line_id=B)), 0),
    ("more refunded than taken off", four(refund(2, Restock.RETURN), current=3), 0),
    ("a word that we do not know", four(refund(2, Restock.UNKNOWN), fulfillments=(done({A: 1}, **BEFORE),), current=2), 1),
    ("the word of old", four(refund(2, Restock.LEGACY_RESTOCK), fulfillments=(done({A: 1}, **BEFORE),), current=2), 1),
]  # fmt: skip


def _of(given):
    return next(one for one in given.lines if one.id == A)


@pytest.mark.parametrize(("given", "units"), [row[1:] for row in REMOVED], ids=[row[0] for row in REMOVED])
def test_what_was_taken_off_before_it_was_fulfilled(given, units):
    assert removed(_of(given), order=given) == units
    assert count(given)[A].removed == units


def test_units_are_open_in_work_that_is_not_finished_and_fulfilled_in_what_is_live():
    given = order(
        line(A, 9),
        line(B, 2),
        fulfillment_orders=(
            work({A: 3, B: 2}, 1, remaining={A: 2, B: 1}),
            work({A: 1}, 2, status=FulfillmentOrderStatus.ON_HOLD),
            work({A: 5}, 3, status=FulfillmentOrderStatus.CLOSED),
            work({"gid://shopify/LineItem/99": 1}, 4),
        ),
        fulfillments=(
            done({A: 2}),
            done({A: 1, B: 1}, n=2),
            undone({A: 4}, n=3),
            done({"gid://shopify/LineItem/99": 1}, n=4),
        ),
    )
    assert count(given) == {A: Units(ordered=9, open=3, fulfilled=3), B: Units(ordered=2, open=1, fulfilled=1)}


def test_what_is_too_much_and_what_is_wanted():
    assert Units(ordered=3, open=1, fulfilled=1, removed=2).surplus == 1
    assert Units(ordered=3, open=1, fulfilled=0, removed=1).surplus == -1
    assert Units(ordered=3, open=1, removed=1).wanted == 2
    assert FulfillmentOrderStatus.INCOMPLETE not in FINISHED


GAPS = [
    ("all are accounted for", order(line(A, 2)), False),
    ("one is missing", order(line(A, 2), fulfillment_orders=(work({A: 1}),)), True),
    ("one is missing on the second line only", order(line(A), line(B), fulfillment_orders=(work({A: 1}),)), True),
    ("one too many", order(line(A), fulfillment_orders=(work({A: 2}),)), False),
    ("one is missing, and the order is cancelled", order(line(A), fulfillment_orders=(), cancelled_at=NOW), False),
]


@pytest.mark.parametrize(("given", "is_gap"), [row[1:] for row in GAPS], ids=[row[0] for row in GAPS])
def test_a_gap_is_units_that_are_nowhere(given, is_gap):
    assert has_gap(given) is is_gap


@st.composite
def refunded(draw):
    """An order of which some units were fulfilled, and some refunded, at times drawn; never more than were ordered."""
    ordered = draw(st.integers(1, 6))
    fulfilled = draw(st.integers(0, ordered))
    refunds, left = [], ordered
    for _ in range(draw(st.integers(0, 3))):
        units = draw(st.integers(0, left))
        left -= units
        refunds.append(refund(units, draw(st.sampled_from(list(Restock))), ago(minutes=draw(st.integers(0, 120)))))
    shown = (done({A: fulfilled}, created_at=ago(minutes=draw(st.integers(0, 120)))),) if fulfilled else ()
    return order(line(A, ordered, current=left), fulfillments=shown, refunds=tuple(refunds)), draw(
        st.permutations(refunds)
    )


@given(refunded())
def test_no_more_is_taken_off_than_was_refunded_or_edited_and_the_order_of_refunds_is_irrelevant(drawn):
    given, shuffled = drawn
    units = count(given)[A]
    assert 0 <= units.removed <= units.ordered
    least = sum(one.quantity for one in given.refunds if one.restock is Restock.CANCEL)
    assert units.removed >= least
    if len({one.at for one in shuffled}) == len(shuffled):
        assert count(replace(given, refunds=tuple(shuffled)))[A] == units


def test_a_closed_fulfillment_order_is_no_work_and_gap_is_told():
    assert has_gap(order(fulfillment_orders=(closed({A: 1}),)))
