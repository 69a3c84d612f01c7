"""What became of an effect other than a create."""

from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.domain.orders import FulfillmentOrderStatus, Hold, MerchantRequest, RequestStatus
from syncd.domain.shipments import Rung, SupplierState
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
    parcel,
    placed,
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


def after(shown, given, supplier_order=None):
    return settle(given, order=shown, supplier_order=supplier_order, now=NOW, margin=MARGIN).verdict


def act(action, *numbers, **more):
    return intent(action, {A: 1}, *numbers, state="unknown", **{**LATE, **more})


def requested(standing, *kinds, at=None, **more):
    asked = tuple(MerchantRequest(kind=kind, sent_at=at or ago(minutes=50)) for kind in kinds)
    return order(fulfillment_orders=(work({A: 1}, request_status=standing, requests=asked, **{**SERVICE, **more}),))


def shows(*numbers):
    return order(fulfillment_orders=(closed({A: 1}),), fulfillments=(done({A: 1}, *numbers, name=""),))


def holding(*works):
    """The last of these is held by us, among others."""
    holds = (Hold(id="x", reason="OTHER", handle="x"), Hold(id="h", reason="OTHER", handle="syncd"))
    return order(fulfillment_orders=(*works[:-1], replace(works[-1], holds=holds)))


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
    ("more numbers than meant", act(Action.UPDATE_TRACKING, P2, effect_id=F1), shows(P1, P2), "retry"),
    (
        "numbers of one that is not there",
        act(Action.UPDATE_TRACKING, P1, effect_id="gid://shopify/Fulfillment/9"),
        DONE,
        "person",
    ),
    (
        "the one that is meant is not the first",
        act(Action.UPDATE_TRACKING, P1, effect_id=F1),
        order(fulfillments=(done({A: 1}, P2, n=2), done({A: 1}, P1))),
        "done",
    ),
    (
        "the target is the live one of two with its units",
        act(Action.UPDATE_TRACKING, P1),
        order(fulfillments=(undone({A: 1}, P2, n=2), done({A: 1}, P1, name=""))),
        "done",
    ),
    (
        "a cancel's target is known by its units, cancelled as it is",
        act(Action.CANCEL_FULFILLMENT),
        order(fulfillments=(undone({A: 1}, P1),)),
        "done",
    ),
    (
        "a cancel's target is one of two that are cancelled",
        act(Action.CANCEL_FULFILLMENT),
        order(fulfillments=(undone({A: 1}, n=1), undone({A: 1}, n=2))),
        "person",
    ),
    (
        "the target has other units",
        act(Action.UPDATE_TRACKING, P1),
        order(line(A, 2), fulfillments=(done({A: 2}, P1),)),
        "person",
    ),
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
    ("not delivered", act(Action.ADD_EVENT, effect_id=F1), DONE, "retry"),
    (
        "delivered, of one that was cancelled",
        act(Action.ADD_EVENT, effect_id=F1),
        order(fulfillments=(undone({A: 1}, P1, name=""),)),
        "person",
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
        "not withdrawn: the service accepted it",
        act(Action.CANCEL_FULFILLMENT_ORDER),
        requested(RequestStatus.ACCEPTED),
        "retry",
    ),
    (
        "not withdrawn: the service was asked to stop",
        act(Action.CANCEL_FULFILLMENT_ORDER),
        requested(RequestStatus.CANCELLATION_REQUESTED),
        "retry",
    ),
    (
        "withdrawn: the service let it go",
        act(Action.CANCEL_FULFILLMENT_ORDER),
        requested(RequestStatus.CANCELLATION_ACCEPTED),
        "done",
    ),
    (
        "withdrawn: another line's request does not matter",
        act(Action.CANCEL_FULFILLMENT_ORDER),
        order(
            line(A),
            line(B),
            fulfillment_orders=(
                work({B: 1}, 1, request_status=RequestStatus.SUBMITTED, **SERVICE),
                work({A: 1}, 3),
                work({A: 1}, 2),
            ),
        ),
        "done",
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
    *(
        (f"asked back: {standing.value}", act(Action.SUBMIT_CANCELLATION_REQUEST), requested(standing), "done")
        for standing in (RequestStatus.CANCELLATION_REQUESTED, RequestStatus.CANCELLATION_ACCEPTED)
    ),
    (
        "asked back in the very second of the attempt, by the store's coarser clock",
        act(Action.SUBMIT_CANCELLATION_REQUEST, sent_at=ago(minutes=50, microseconds=-900)),
        requested(RequestStatus.ACCEPTED, "CANCELLATION_REQUEST"),
        "done",
    ),
    (
        "asked back, and it is not known when it was sent",
        act(Action.SUBMIT_CANCELLATION_REQUEST, sent_at=None, created_at=ago(minutes=50)),
        requested(RequestStatus.ACCEPTED, "CANCELLATION_REQUEST", at=ago(minutes=45)),
        "done",
    ),
    (
        "asked back before it was decided",
        act(Action.SUBMIT_CANCELLATION_REQUEST, sent_at=None, created_at=ago(minutes=50)),
        requested(RequestStatus.ACCEPTED, "CANCELLATION_REQUEST", at=ago(minutes=51)),
        "retry",
    ),
    (
        "nothing to ask back any more",
        act(Action.SUBMIT_CANCELLATION_REQUEST),
        requested(RequestStatus.UNSUBMITTED),
        "person",
    ),
    (
        "asked back: the last of two fulfillment orders with the units",
        act(Action.SUBMIT_CANCELLATION_REQUEST),
        order(
            fulfillment_orders=(
                work({A: 1}, 1, request_status=RequestStatus.CLOSED),
                work({A: 1}, 2, request_status=RequestStatus.CANCELLATION_REQUESTED),
            )
        ),
        "done",
    ),
    ("requested: accepted already", act(Action.SUBMIT_FULFILLMENT_REQUEST), requested(RequestStatus.ACCEPTED), "done"),
    (
        "requested, and rejected since",
        act(Action.SUBMIT_FULFILLMENT_REQUEST),
        requested(RequestStatus.REJECTED, "FULFILLMENT_REQUEST"),
        "done",
    ),
    (
        "rejected once before, and not requested since",
        act(Action.SUBMIT_FULFILLMENT_REQUEST),
        requested(RequestStatus.REJECTED, "FULFILLMENT_REQUEST", at=ago(days=3)),
        "retry",
    ),
    ("requested, and closed", act(Action.SUBMIT_FULFILLMENT_REQUEST), requested(RequestStatus.CLOSED), "person"),
    (
        "requested, and nothing holds the units",
        act(Action.SUBMIT_FULFILLMENT_REQUEST),
        order(line(A), line(B), fulfillment_orders=(work({B: 1}, request_status=RequestStatus.SUBMITTED),)),
        "person",
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
    ("held, and nothing is open", act(Action.HOLD), order(fulfillment_orders=(closed({A: 1}),)), "person"),
    ("held once, on what is finished now", act(Action.HOLD), holding(closed({A: 1}, 1)), "person"),
    ("held under two", act(Action.HOLD), holding(work({A: 1}, 1), work({A: 1}, 2)), "done"),
    ("released", act(Action.RELEASE_HOLD), order(), "done"),
    ("released, and nothing is open", act(Action.RELEASE_HOLD), order(fulfillment_orders=(closed({A: 1}),)), "done"),
    ("not released", act(Action.RELEASE_HOLD), holding(work({A: 1}, 1)), "retry"),
    ("taken from the archive", act(Action.REOPEN_ORDER), order(), "done"),
    ("not taken from the archive", act(Action.REOPEN_ORDER), order(closed=True), "retry"),
    ("archived", act(Action.CLOSE_ORDER), order(closed=True), "done"),
    ("not archived", act(Action.CLOSE_ORDER), order(), "retry"),
    ("the order is cancelled", act(Action.CANCEL_ORDER), order(cancelled_at=NOW), "done"),
    ("the order is not cancelled", act(Action.CANCEL_ORDER), order(), "person"),
    ("a tag", act(Action.TAG), order(), "retry"),
    ("a tag less", act(Action.UNTAG), order(), "retry"),
    ("a tag, just now", act(Action.TAG, **FRESH), order(), "wait"),
]


@pytest.mark.parametrize(("given", "shown", "verdict"), [row[1:] for row in OTHERS], ids=[row[0] for row in OTHERS])
def test_other_effects_are_settled_by_what_the_store_shows(given, shown, verdict):
    assert after(shown, given) == verdict


SUPPLIERS = [
    ("cancelled there", placed(state=SupplierState.CANCELLED), "done"),
    ("failed there", placed(state=SupplierState.FAILED), "done"),
    ("not cancelled there", placed(parcel(P1, rung=Rung.LABEL)), "retry"),
    ("shipped there", placed(parcel(P2, rung=Rung.LABEL), parcel(P1, rung=Rung.HANDED_OVER)), "person"),
    ("not to be read there", None, "person"),
]


@pytest.mark.parametrize(("given", "verdict"), [row[1:] for row in SUPPLIERS], ids=[row[0] for row in SUPPLIERS])
def test_a_suppliers_cancel_is_settled_by_the_supplier(given, verdict):
    assert after(order(), act(Action.SUPPLIER_CANCEL), given) == verdict


def test_what_was_settled_is_told_as_somebody_found_it_good(is_as_kept):
    cases = [(name, given, shown, None) for name, given, shown, _ in OTHERS]
    cases += [(name, act(Action.SUPPLIER_CANCEL), order(), given) for name, given, _ in SUPPLIERS]
    lines = []
    for name, given, shown, supplier_order in cases:
        one = settle(given, order=shown, supplier_order=supplier_order, now=NOW, margin=MARGIN)
        lines.append(f"{name}: {one.verdict} {one.effect_id} | {one.why}")
    is_as_kept("settled", lines)
