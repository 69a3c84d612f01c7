"""Whether a write did what it was to do, and whether two steps would do the same."""

from dataclasses import replace

import pytest

from syncd.domain.orders import FulfillmentEvent, Hold, MerchantRequest, RequestStatus
from syncd.domain.shipments import SupplierState
from syncd.domain.steps import Action, Approval, Target
from syncd.domain.tracking import Tracking
from syncd.reconcile.decide import reconcile
from syncd.reconcile.settle import same_effect, verify
from syncd.reconcile.steps import Draft, make_step
from tests.reconcile.world import (
    NOW,
    POLICY,
    A,
    B,
    closed,
    done,
    line,
    order,
    parcel,
    placed,
    side,
    step_lines,
    undone,
    view,
    work,
)

P1, P2 = "LX100000001CN", "LX100000002CN"
F1 = "gid://shopify/Fulfillment/1"
W1, W2 = "gid://shopify/FulfillmentOrder/1", "gid://shopify/FulfillmentOrder/2"
OURS = Hold(id="h1", reason="OTHER", handle="syncd")
THEIRS = Hold(id="h2", reason="OTHER", handle="fraud")


def step(action, *numbers, units=None, notify=False, **target):
    draft = Draft(
        action=action,
        approval=Approval.AUTO,
        lines=step_lines({A: 1} if units is None else units),
        tracking=tuple(Tracking(number=number) for number in numbers),
        target=Target(**target),
        basis="",
        why="",
        notify=notify,
    )
    return make_step(draft, view=view(order(), side()), drift=None)


def shipped(*fulfillments, **more):
    return order(fulfillment_orders=(closed({A: 1}),), fulfillments=fulfillments, **more)


def requested(status, *kinds, n=1):
    asked = tuple(MerchantRequest(kind=kind, sent_at=NOW) for kind in kinds)
    return order(fulfillment_orders=(work({A: 1}, n, request_status=status, requests=asked),))


ACCEPTED, SUBMITTED = requested(RequestStatus.ACCEPTED), requested(RequestStatus.SUBMITTED)
CREATE = step(Action.CREATE_FULFILLMENT, P1)
UPDATE = step(Action.UPDATE_TRACKING, P1, fulfillment_id=F1)
EVENT = step(Action.ADD_EVENT, fulfillment_id=F1, event_status="DELIVERED")
UNFULFILL = step(Action.CANCEL_FULFILLMENT, P1, fulfillment_id=F1)
WITHDRAW = step(Action.CANCEL_FULFILLMENT_ORDER, fulfillment_order_id=W1)
ASK_BACK = step(Action.SUBMIT_CANCELLATION_REQUEST, fulfillment_order_id=W1)
REQUEST = step(Action.SUBMIT_FULFILLMENT_REQUEST, fulfillment_order_id=W1)
HOLD = step(Action.HOLD, fulfillment_order_id=W1, hold_handle="syncd")
RELEASE = step(Action.RELEASE_HOLD, fulfillment_order_id=W1, hold_id="h1", hold_handle="syncd")
DONE, FREE = shipped(done({A: 1}, P1)), order()


def held(*holds, n=1):
    return order(fulfillment_orders=(work({A: 1}, n, holds=holds),))


# What it is about, the step, the order before, the order after, and whether that is what was meant.
VERIFIED = [
    ("a new fulfillment with the units and the number", CREATE, FREE, DONE, True),
    ("no new fulfillment", CREATE, FREE, FREE, False),
    ("it was there before", CREATE, DONE, DONE, False),
    ("another one was there before", CREATE, shipped(done({A: 1}, P1)), shipped(done({A: 1}, P1), done({A: 1}, P1, n=2)), True),
    ("the first of two new ones is named", CREATE, FREE, shipped(done({A: 1}, P1, n=2), done({A: 1}, P1)), True),
    ("new, and cancelled at once", CREATE, FREE, shipped(undone({A: 1}, P1)), False),
    ("more units", CREATE, FREE, shipped(done({A: 2}, P1)), False),
    ("another number", CREATE, FREE, shipped(done({A: 1}, P2)), False),
    ("one number more", CREATE, FREE, shipped(done({A: 1}, P2, P1)), True),
    ("without a name or a number", CREATE, FREE, shipped(done({A: 1}, name=""), done({A: 1}, P1, P2, n=2, name="#F")), True),
    ("two new ones, neither ours", CREATE, FREE, shipped(done({A: 1}, name=""), done({A: 1}, P2, "X1", n=2)), False),
    ("the numbers as meant", UPDATE, FREE, DONE, True),
    ("one number too many", UPDATE, FREE, shipped(done({A: 1}, P1, P2)), False),
    ("numbers of a fulfillment that is gone", UPDATE, FREE, FREE, False),
    ("numbers of the fulfillment that was meant", UPDATE, FREE, shipped(done({A: 1}, P2, n=2), done({A: 1}, P1)), True),
    ("delivered by the event", EVENT, FREE, shipped(done({A: 1}, events=(FulfillmentEvent(status="DELIVERED", happened_at=NOW),))), True),
    ("delivered by its state", EVENT, FREE, shipped(done({A: 1}, delivered_at=NOW)), True),
    ("not delivered", EVENT, FREE, DONE, False),
    (
        "another event than delivered is not shown by the state",
        step(Action.ADD_EVENT, fulfillment_id=F1, event_status="IN_TRANSIT"),
        FREE,
        shipped(done({A: 1}, delivered_at=NOW)),
        False,
    ),
    (
        "another event, among others",
        step(Action.ADD_EVENT, fulfillment_id=F1, event_status="IN_TRANSIT"),
        FREE,
        shipped(done({A: 1}, events=tuple(FulfillmentEvent(status=one, happened_at=NOW) for one in ("CONFIRMED", "IN_TRANSIT")))),
        True,
    ),
    (
        "another event, and not the one that was meant",
        step(Action.ADD_EVENT, fulfillment_id=F1, event_status="IN_TRANSIT"),
        FREE,
        shipped(done({A: 1}, events=(FulfillmentEvent(status="CONFIRMED", happened_at=NOW),))),
        False,
    ),
    ("cancelled, and open again", UNFULFILL, DONE, order(fulfillments=(undone({A: 1}, P1),)), True),
    ("cancelled, and its units are nowhere", UNFULFILL, DONE, shipped(undone({A: 1}, P1)), False),
    ("cancelled together with the order", UNFULFILL, DONE, shipped(undone({A: 1}, P1), cancelled_at=NOW), True),
    ("not cancelled", UNFULFILL, DONE, DONE, False),
    ("withdrawn: closed, and another one holds the units", WITHDRAW, SUBMITTED, order(fulfillment_orders=(closed({}), work({A: 1}, 2))), True),
    ("withdrawn: the same one without its request", WITHDRAW, SUBMITTED, FREE, True),
    ("not withdrawn", WITHDRAW, SUBMITTED, SUBMITTED, False),
    ("withdrawn, and the units are nowhere", WITHDRAW, SUBMITTED, order(fulfillment_orders=(closed({A: 1}),)), False),
    ("withdrawn: the store shows another one only", WITHDRAW, SUBMITTED, order(fulfillment_orders=(work({A: 1}, 2),)), True),
    ("not known before, and still there", WITHDRAW, order(fulfillment_orders=(work({A: 1}, 2),)), SUBMITTED, False),
    ("withdrawn: another line's work is no replacement", WITHDRAW, SUBMITTED, order(line(B), fulfillment_orders=(closed({A: 1}), work({B: 1}, 2))), False),
    ("asked back: the status moved", ASK_BACK, ACCEPTED, requested(RequestStatus.CANCELLATION_REQUESTED), True),
    ("asked back: the store lags, and lists the request", ASK_BACK, ACCEPTED, requested(RequestStatus.ACCEPTED, "CANCELLATION_REQUEST"), True),
    ("not asked back", ASK_BACK, ACCEPTED, ACCEPTED, False),
    ("asked back, and the fulfillment order is gone", ASK_BACK, ACCEPTED, requested(RequestStatus.ACCEPTED, n=2), False),
    ("asked back, and it was not known before", ASK_BACK, requested(RequestStatus.ACCEPTED, n=2), ACCEPTED, False),
    ("asked for the one among others", ASK_BACK,
     order(fulfillment_orders=(work({A: 1}, 2), work({A: 1}, 1, request_status=RequestStatus.ACCEPTED))),
     order(fulfillment_orders=(work({A: 1}, 2), work({A: 1}, 1, request_status=RequestStatus.CANCELLATION_ACCEPTED))), True),
    ("requested", REQUEST, FREE, SUBMITTED, True),
    ("not requested", REQUEST, FREE, FREE, False),
    ("held by us", HOLD, FREE, held(THEIRS, OURS), True),
    ("held by somebody else", HOLD, FREE, held(THEIRS), False),
    ("held: the fulfillment order was replaced", HOLD, FREE, held(OURS, n=2), True),
    ("held: another fulfillment order is not the one", HOLD, FREE,
     order(fulfillment_orders=(work({A: 1}), work({A: 1}, 2, holds=(OURS,)))), False),
    ("held: another line's fulfillment order is no replacement", HOLD, FREE,
     order(line(B), fulfillment_orders=(work({B: 1}, 2, holds=(OURS,)),)), False),
    ("held under the handle that the step names", step(Action.HOLD, fulfillment_order_id=W1, hold_handle="fraud"), FREE, held(THEIRS), True),
    ("held under our handle when the step names none", step(Action.HOLD, fulfillment_order_id=W1), FREE, held(OURS), True),
    ("released", RELEASE, held(OURS), FREE, True),
    ("released, and another's hold stays", RELEASE, held(OURS), held(THEIRS), True),
    ("not released", RELEASE, held(OURS), held(THEIRS, OURS), False),
    ("not released, on a fulfillment order that replaced it", RELEASE, held(OURS), held(OURS, n=2), False),
    ("tagged", step(Action.TAG, tag="Syncd:Manual"), FREE, order(tags=frozenset({"a", "syncd:manual"})), True),
    ("not tagged", step(Action.TAG, tag="syncd:manual"), FREE, order(tags=frozenset({"syncd"})), False),
    ("no tag is not among the tags", step(Action.TAG), FREE, order(tags=frozenset({"None"})), False),
    ("the tag is gone", step(Action.UNTAG, tag="syncd:manual"), FREE, FREE, True),
    ("the tag is not gone", step(Action.UNTAG, tag="syncd:manual"), FREE, order(tags=frozenset({"SYNCD:MANUAL"})), False),
    ("archived", step(Action.CLOSE_ORDER), FREE, order(closed=True), True),
    ("not archived", step(Action.CLOSE_ORDER), FREE, FREE, False),
    ("taken from the archive", step(Action.REOPEN_ORDER), FREE, FREE, True),
    ("not taken from the archive", step(Action.REOPEN_ORDER), FREE, order(closed=True), False),
    ("the order is cancelled", step(Action.CANCEL_ORDER), FREE, order(cancelled_at=NOW), True),
    ("the order is not cancelled", step(Action.CANCEL_ORDER), FREE, FREE, False),
]  # fmt: skip


@pytest.mark.parametrize("row", VERIFIED, ids=[row[0] for row in VERIFIED])
def test_a_write_is_verified_by_what_the_store_shows_after_it(row):
    _, given, before, after, is_ok = row
    found = verify(given, before=before, after=after, supplier_order=None)
    assert (found.ok, found.effect_id is not None) == (is_ok, is_ok)


@pytest.mark.parametrize(
    ("supplier_order", "effect"), [(placed(state=SupplierState.CANCELLED), "S1"), (placed(), None), (None, None)]
)
def test_a_suppliers_cancel_is_verified_by_the_supplier(supplier_order, effect):
    found = verify(step(Action.SUPPLIER_CANCEL), before=FREE, after=FREE, supplier_order=supplier_order)
    assert (found.ok, found.effect_id) == (effect is not None, effect)
    assert found.why == f"The supplier order is {'as' if effect else 'not as'} intended."


def test_what_was_verified_is_told_as_somebody_found_it_good(is_as_kept):
    found = [
        (name, verify(given, before=before, after=after, supplier_order=None))
        for name, given, before, after, _ in VERIFIED
    ]
    is_as_kept("verified", [f"{name}: {one.effect_id} | {one.why}" for name, one in found])


CHANGED = [
    ("another action", replace(CREATE, action=Action.TAG)),
    ("another store", replace(CREATE, store="other")),
    ("another order", replace(CREATE, order_id="gid://shopify/Order/2")),
    ("more units", replace(CREATE, lines=step_lines({A: 2}))),
    ("another line", replace(CREATE, lines=step_lines({B: 1}))),
    ("another number", replace(CREATE, tracking=(Tracking(number=P2),))),
    ("no number", replace(CREATE, tracking=())),
    ("louder", replace(CREATE, notify_customer=True)),
    *(
        (f"another {name}", replace(CREATE, target=Target(**{name: "other"})))
        for name in ("fulfillment_id", "hold_handle", "event_status", "tag", "supplier", "supplier_order_id", "place")
    ),
]


@pytest.mark.parametrize("other", [row[1] for row in CHANGED], ids=[row[0] for row in CHANGED])
def test_what_makes_another_effect(other):
    assert same_effect(CREATE, CREATE)
    assert not same_effect(CREATE, other)
    assert not same_effect(other, CREATE)


SAME = [
    ("the number in another spelling", replace(CREATE, tracking=(Tracking(number="lx 100000001 cn", company="UPS"),))),
    ("another fulfillment order", replace(CREATE, target=Target(fulfillment_order_id=W2, hold_id="h9"))),
    ("another reason", replace(CREATE, why="x", basis="y", drift="z", approval=Approval.REQUIRED)),
]


def test_what_makes_no_other_effect():
    for name, other in SAME:
        assert same_effect(CREATE, other), name
    two = replace(CREATE, lines=step_lines({A: 2}))
    assert same_effect(two, replace(CREATE, lines=(*step_lines({A: 1}), *step_lines({A: 1}))))
    tagged = replace(CREATE, target=Target(tag="syncd:Manual"))
    assert same_effect(tagged, replace(CREATE, target=Target(tag="SYNCD:manual")))
    assert same_effect(replace(CREATE, target=Target(tag="")), CREATE)


def _create_step(given=None):
    return reconcile(given or view(order(), side(placed(parcel(P1)))), policy=POLICY, now=NOW).steps[0]


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
        return reconcile(view(shown, side(placed(parcel(P1)))), policy=POLICY, now=NOW).steps[0]

    assert same_effect(step(1), step(1))
    assert not same_effect(step(1), step(2))
