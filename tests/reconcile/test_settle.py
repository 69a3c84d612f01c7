"""What became of an effect, and whether a write did what it was to do."""

from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.domain.orders import FulfillmentOrderStatus, Hold, MerchantRequest, RequestStatus
from syncd.domain.shipments import SupplierState
from syncd.domain.steps import Action
from syncd.reconcile.decide import reconcile
from syncd.reconcile.settle import same_effect, settle, verify
from tests.reconcile.world import (
    NOW,
    POLICY,
    A,
    B,
    ago,
    closed,
    done,
    intent,
    line,
    order,
    parcel,
    placed,
    policy,
    side,
    undone,
    view,
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
    ("never sent", intent(Action.CREATE_FULFILLMENT, {A: 1}, P1, state="pending"), order(), "retry"),
    ("not read whole", create(P1), order(cut=("fulfillments",)), "wait"),
]


@pytest.mark.parametrize(("given", "shown", "verdict"), [row[1:] for row in CREATES], ids=[row[0] for row in CREATES])
def test_a_create_is_settled_by_its_units_and_numbers(given, shown, verdict):
    assert after(shown, given) == verdict


def act(action, *numbers, **more):
    return intent(action, {A: 1}, *numbers, state="unknown", **{**LATE, **more})


def requested(standing, *kinds, at=None, **more):
    asked = tuple(MerchantRequest(kind=kind, sent_at=at or ago(minutes=50)) for kind in kinds)
    return order(fulfillment_orders=(work({A: 1}, request_status=standing, requests=asked, **{**SERVICE, **more}),))


OTHERS = [
    ("numbers are as meant", act(Action.UPDATE_TRACKING, P1, effect_id=F1), DONE, "done"),
    ("numbers are as before", act(Action.UPDATE_TRACKING, P2, effect_id=F1), DONE, "retry"),
    (
        "numbers of a cancelled one",
        act(Action.UPDATE_TRACKING, P2, effect_id=F1),
        order(fulfillments=(undone({A: 1}, P1),)),
        "person",
    ),
    ("the target is known by its units", act(Action.UPDATE_TRACKING, P1), DONE, "done"),
    (
        "the target cannot be told",
        act(Action.UPDATE_TRACKING, P1),
        order(fulfillments=(done({A: 1}, n=1), done({A: 1}, n=2))),
        "person",
    ),
    ("unfulfilled", act(Action.CANCEL_FULFILLMENT, effect_id=F1), order(fulfillments=(undone({A: 1}, P1),)), "done"),
    ("still fulfilled", act(Action.CANCEL_FULFILLMENT, effect_id=F1), DONE, "retry"),
    (
        "delivered",
        act(Action.ADD_EVENT, effect_id=F1),
        order(fulfillments=(done({A: 1}, delivered_at=ago(hours=1)),)),
        "done",
    ),
    (
        "withdrawn",
        act(Action.CANCEL_FULFILLMENT_ORDER),
        order(fulfillment_orders=(closed({}, 1), work({A: 1}, 2))),
        "done",
    ),
    (
        "not withdrawn",
        act(Action.CANCEL_FULFILLMENT_ORDER),
        requested(RequestStatus.SUBMITTED, status=FulfillmentOrderStatus.OPEN),
        "retry",
    ),
    (
        "withdrawn, and nothing open",
        act(Action.CANCEL_FULFILLMENT_ORDER),
        order(fulfillment_orders=(closed({A: 1}),)),
        "person",
    ),
    (
        "asked back, the store lags",
        act(Action.SUBMIT_CANCELLATION_REQUEST),
        requested(RequestStatus.ACCEPTED, "CANCELLATION_REQUEST"),
        "done",
    ),
    (
        "asked back once before",
        act(Action.SUBMIT_CANCELLATION_REQUEST),
        requested(RequestStatus.ACCEPTED, "CANCELLATION_REQUEST", at=ago(days=3)),
        "retry",
    ),
    (
        "answered already",
        act(Action.SUBMIT_CANCELLATION_REQUEST),
        requested(RequestStatus.CANCELLATION_REJECTED),
        "done",
    ),
    (
        "not asked back",
        act(Action.SUBMIT_CANCELLATION_REQUEST),
        requested(RequestStatus.ACCEPTED, "FULFILLMENT_REQUEST"),
        "retry",
    ),
    ("requested", act(Action.SUBMIT_FULFILLMENT_REQUEST), requested(RequestStatus.SUBMITTED), "done"),
    ("not requested", act(Action.SUBMIT_FULFILLMENT_REQUEST), requested(RequestStatus.UNSUBMITTED), "retry"),
    (
        "held",
        act(Action.HOLD),
        order(fulfillment_orders=(work({A: 1}, holds=(Hold(id="h", reason="OTHER", handle="syncd"),)),)),
        "done",
    ),
    (
        "held by somebody else",
        act(Action.HOLD),
        order(fulfillment_orders=(work({A: 1}, holds=(Hold(id="h", reason="OTHER", handle="x"),)),)),
        "retry",
    ),
    ("released", act(Action.RELEASE_HOLD), order(), "done"),
    ("archived", act(Action.CLOSE_ORDER), order(closed=True), "done"),
    ("not archived", act(Action.CLOSE_ORDER), order(), "retry"),
    ("the order is cancelled", act(Action.CANCEL_ORDER), order(cancelled_at=NOW), "done"),
    ("the order is not cancelled", act(Action.CANCEL_ORDER), order(), "person"),
    ("a tag", act(Action.TAG), order(), "retry"),
]


@pytest.mark.parametrize(("given", "shown", "verdict"), [row[1:] for row in OTHERS], ids=[row[0] for row in OTHERS])
def test_other_effects_are_settled_by_what_the_store_shows(given, shown, verdict):
    assert after(shown, given) == verdict


def test_a_suppliers_cancel_is_settled_by_the_supplier():
    given = act(Action.SUPPLIER_CANCEL)
    assert after(order(), given, placed(state=SupplierState.CANCELLED)) == "done"
    assert after(order(), given, placed()) == "retry"
    assert after(order(), given, placed(parcel(P1))) == "person"
    assert after(order(), given, None) == "person"


def _create_step(given=None):
    return reconcile(given or view(order(), side(placed(parcel(P1)))), policy=POLICY, now=NOW).steps[0]


def test_a_create_is_verified_by_a_new_fulfillment_with_exactly_its_units():
    step = _create_step()
    assert verify(step, before=order(), after=DONE, supplier_order=None).effect_id == F1
    assert not verify(step, before=order(), after=order(), supplier_order=None).ok
    assert not verify(step, before=DONE, after=DONE, supplier_order=None).ok, "it was there before"
    other = order(line(A, 2), fulfillment_orders=(closed({A: 2}),), fulfillments=(done({A: 2}, P1),))
    assert not verify(step, before=order(), after=other, supplier_order=None).ok


def test_an_unfulfill_is_verified_by_the_units_being_open_again():
    given = view(
        order(
            created_at=ago(days=4),
            fulfillment_orders=(closed({A: 1}),),
            fulfillments=(done({A: 1}, created_at=ago(days=3)),),
        ),
        side(placed()),
    )
    step = next(
        step for step in reconcile(given, policy=POLICY, now=NOW).steps if step.action is Action.CANCEL_FULFILLMENT
    )
    opened = order(fulfillment_orders=(closed({A: 1}, 1), work({A: 1}, 2)), fulfillments=(undone({A: 1}),))
    assert verify(step, before=given.order, after=opened, supplier_order=None).ok
    shut = replace(opened, fulfillment_orders=(closed({A: 1}),))
    assert not verify(step, before=given.order, after=shut, supplier_order=None).ok
    assert not verify(step, before=given.order, after=given.order, supplier_order=None).ok


def test_the_same_effect_is_known_by_what_it_does_not_by_ids_that_churn():
    step = _create_step()
    churned = order(fulfillment_orders=(work({A: 1}, 5),))
    assert same_effect(step, _create_step(view(churned, side(placed(parcel(P1))))))
    assert not same_effect(step, _create_step(view(order(), side(placed(parcel(P2))))))
    more = order(line(A, 2), fulfillment_orders=(work({A: 2}),))
    assert not same_effect(step, _create_step(view(more, side(placed(parcel(P1))))))


def test_the_same_numbers_on_another_fulfillment_are_another_effect():
    def step(n):
        shown = order(fulfillment_orders=(closed({A: 1}),), fulfillments=(done({A: 1}, n=n),))
        return reconcile(view(shown, side(placed(parcel(P1)))), policy=policy(), now=NOW).steps[0]

    assert same_effect(step(1), step(1))
    assert not same_effect(step(1), step(2))
