"""What became of a create: settled by its units, its numbers and what was there before."""

from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.domain.orders import FulfillmentOrderStatus
from syncd.domain.steps import Action
from syncd.reconcile.settle import settle
from tests.reconcile.world import (
    NOW,
    A,
    B,
    ago,
    closed,
    done,
    intent,
    line,
    order,
    undone,
    work,
)

P1, P2 = "LX100000001CN", "LX100000002CN"
MARGIN = timedelta(seconds=30)
F1 = "gid://shopify/Fulfillment/1"
DONE = order(fulfillment_orders=(closed({A: 1}),), fulfillments=(done({A: 1}, P1, created_at=ago(minutes=50)),))
LATE = {"sent_at": ago(minutes=50), "deadline_at": ago(minutes=49)}
FRESH = {"sent_at": ago(seconds=10), "deadline_at": ago(seconds=-10)}
SERVICE = {"service": "cj", "status": FulfillmentOrderStatus.IN_PROGRESS}


def create(*numbers, units=None, **more):
    return intent(Action.CREATE_FULFILLMENT, units or {A: 1}, *numbers, state="unknown", **{**LATE, **more})


def after(shown, given, supplier_order=None):
    return settle(given, order=shown, supplier_order=supplier_order, now=NOW, margin=MARGIN).verdict


def THREE(*fulfillments):  # noqa: N802 - stands among the constants of a table
    """Three units of which two are still open: a create that is repeated would find some."""
    return order(line(A, 3), fulfillment_orders=(work({A: 2}),), fulfillments=fulfillments)


def _in_two_parts():
    one = done({A: 1}, P1)
    return replace(one, lines=one.lines * 2)


CREATES = [
    ("the very units under the very number", create(P1), DONE, "done"),
    ("the number in another spelling", create("lx 100000001 cn"), DONE, "done"),
    ("nothing there, long ago", create(P1), order(), "retry"),
    ("nothing there, just now", create(P1, **FRESH), order(), "wait"),
    ("at the end of the margin", create(P1, deadline_at=NOW - MARGIN), order(), "wait"),
    ("just after the margin", create(P1, deadline_at=NOW - MARGIN - timedelta(microseconds=1)), order(), "retry"),
    (
        "other units under the number, and ours still open",
        create(P1, units={B: 1}),
        order(
            line(A), line(B), fulfillment_orders=(closed({A: 1}, 1), work({B: 1}, 2)), fulfillments=(done({A: 1}, P1),)
        ),
        "retry",
    ),
    (
        "more units than ours",
        create(P1),
        order(line(A, 2), fulfillment_orders=(closed({A: 2}),), fulfillments=(done({A: 2}, P1),)),
        "person",
    ),
    (
        "another line beside ours",
        create(P1),
        order(line(A), line(B), fulfillment_orders=(closed({A: 1, B: 1}),), fulfillments=(done({A: 1, B: 1}, P1),)),
        "person",
    ),
    (
        "our units under another number",
        create(P1),
        order(fulfillment_orders=(closed({A: 1}),), fulfillments=(done({A: 1}, P2),)),
        "person",
    ),
    (
        "ours, and cancelled since",
        create(P1),
        order(fulfillment_orders=(closed({A: 1}),), fulfillments=(undone({A: 1}, P1),)),
        "person",
    ),
    (
        "one more number than ours",
        create(P1),
        order(fulfillment_orders=(closed({A: 1}),), fulfillments=(done({A: 1}, P1, P2),)),
        "done",
    ),
    (
        "without a number, made since",
        create(),
        order(fulfillment_orders=(closed({A: 1}),), fulfillments=(done({A: 1}, created_at=ago(minutes=50)),)),
        "done",
    ),
    (
        "without a number, made before",
        create(),
        order(fulfillment_orders=(closed({A: 1}),), fulfillments=(done({A: 1}, created_at=ago(hours=2)),)),
        "person",
    ),
    (
        "the same parcel's other location, made before",
        create(P1),
        order(
            line(A, 2),
            fulfillment_orders=(closed({A: 1}, 1), work({A: 1}, 2)),
            fulfillments=(done({A: 1}, P1, created_at=ago(hours=2)),),
        ),
        "retry",
    ),
    (
        "somebody else was quicker",
        create(P1),
        order(fulfillment_orders=(closed({A: 1}),), fulfillments=(done({A: 1}, P1, created_at=ago(hours=2)),)),
        "done",
    ),
    (
        "new by its id, though the store's clock says that it is older",
        create(P1, existing=("gid://shopify/Fulfillment/7",)),
        THREE(done({A: 1}, P1, created_at=ago(hours=2))),
        "done",
    ),
    (
        "there before by its id, though the store's clock says that it is newer",
        create(P1, existing=(F1,)),
        THREE(done({A: 1}, P1, created_at=ago(minutes=40))),
        "retry",
    ),
    (
        "new by its id, and cancelled since: made again only by a new decision",
        create(P1, existing=()),
        THREE(undone({A: 1}, P1)),
        "done",
    ),
    ("the store named what it made, and it is cancelled", create(P1, effect_id=F1), THREE(undone({A: 1}, P1)), "done"),
    ("the store named what it made, and does not show it", create(P1, effect_id=F1, existing=()), THREE(), "person"),
    (
        "made and cancelled before the attempt: it may still arrive",
        create(P1, existing=(F1,), **FRESH),
        THREE(undone({A: 1}, P1)),
        "wait",
    ),
    (
        "it is not known what was there before, and one like it was cancelled",
        create(P1),
        THREE(undone({A: 1}, P1)),
        "retry",
    ),
    (
        "nothing came after the attempt, and some of the units were refunded meanwhile",
        create(P1, existing=()),
        order(line(A, 1, current=0), fulfillment_orders=(closed({A: 1}),)),
        "retry",
    ),
    (
        "nothing came after the attempt, and the units are not open any more: it may still arrive",
        create(P1, existing=(), **FRESH),
        order(fulfillment_orders=(closed({A: 1}),)),
        "wait",
    ),
    (
        "something else came after the attempt, and the units are not open any more",
        create(P1, existing=()),
        order(fulfillment_orders=(closed({A: 1}),), fulfillments=(done({A: 1}, P2),)),
        "person",
    ),
    (
        "the first of two that came after the attempt",
        create(P1),
        THREE(done({A: 1}, P1, n=2, created_at=ago(minutes=20)), done({A: 1}, P1, n=1, created_at=ago(minutes=10))),
        "done",
    ),
    (
        "the first by its id of two that came in one second",
        create(P1),
        THREE(
            done({A: 1}, P1, n=2, name="", created_at=ago(minutes=40)),
            done({A: 1}, P1, n=1, name="", created_at=ago(minutes=40)),
        ),
        "done",
    ),
    (
        "made in the very second of the attempt, by the store's coarser clock",
        create(P1, sent_at=ago(minutes=50, microseconds=-900)),
        THREE(done({A: 1}, P1, created_at=ago(minutes=50))),
        "done",
    ),
    (
        "made a second before the attempt",
        create(P1, sent_at=ago(minutes=50, microseconds=-900)),
        THREE(done({A: 1}, P1, created_at=ago(minutes=50, seconds=1))),
        "retry",
    ),
    (
        "it is not known when it was sent: counted from when it was decided",
        create(P1, sent_at=None, created_at=ago(minutes=50)),
        THREE(done({A: 1}, P1, created_at=ago(minutes=45))),
        "done",
    ),
    (
        "without a deadline, sent just now",
        create(P1, deadline_at=None, sent_at=ago(seconds=29), created_at=ago(days=1)),
        order(),
        "wait",
    ),
    (
        "without a deadline and a time of sending, decided just now",
        create(P1, deadline_at=None, sent_at=None, created_at=ago(seconds=29)),
        order(),
        "wait",
    ),
    (
        "the deadline counts, not the time of sending",
        create(P1, deadline_at=ago(seconds=29), sent_at=ago(minutes=50), created_at=ago(minutes=50)),
        order(),
        "wait",
    ),
    (
        "one number of two is shown",
        create(P1, P2),
        order(fulfillment_orders=(closed({A: 1}),), fulfillments=(done({A: 1}, P1),)),
        "person",
    ),
    (
        "not all of the units are still open",
        create(P1, units={A: 2}),
        order(line(A, 2), fulfillment_orders=(work({A: 1}, 2),), fulfillments=(done({A: 1}),)),
        "person",
    ),
    (
        "the units are open in two fulfillment orders",
        create(P1, units={A: 2}),
        order(line(A, 2), fulfillment_orders=(work({A: 1}, 1), work({A: 1}, 2))),
        "retry",
    ),
    (
        "the units in two lines of one fulfillment",
        create(P1, units={A: 2}),
        order(line(A, 2), fulfillment_orders=(closed({A: 2}),), fulfillments=(_in_two_parts(),)),
        "done",
    ),
    ("done, though not read whole", create(P1), replace(DONE, cut=("lines", "refunds")), "done"),
    ("two parts not read whole", create(P1), order(cut=("lines", "refunds")), "wait"),
    ("never sent", intent(Action.CREATE_FULFILLMENT, {A: 1}, P1, state="pending"), order(), "retry"),
    ("not read whole", create(P1), order(cut=("fulfillments",)), "wait"),
]


@pytest.mark.parametrize(("given", "shown", "verdict"), [row[1:] for row in CREATES], ids=[row[0] for row in CREATES])
def test_a_create_is_settled_by_its_units_and_numbers(given, shown, verdict):
    assert after(shown, given) == verdict


def test_what_was_settled_is_told_as_somebody_found_it_good(is_as_kept):
    lines = []
    for name, given, shown, _ in CREATES:
        one = settle(given, order=shown, supplier_order=None, now=NOW, margin=MARGIN)
        lines.append(f"{name}: {one.verdict} {one.effect_id} | {one.why}")
    is_as_kept("settled_creates", lines)
