"""Steps that a person types, and what even a person is refused."""

from dataclasses import replace

import pytest

from syncd.domain.orders import (
    FulfillmentEvent,
    FulfillmentLine,
    FulfillmentOrderStatus,
    FulfillmentStatus,
    Hold,
    MerchantRequest,
    RequestStatus,
    Return,
)
from syncd.domain.shipments import Rung, SupplierState
from syncd.domain.steps import Action, Approval
from syncd.domain.tracking import Tracking
from syncd.reconcile.manual import REASONS, Refused, cancel_request, fulfill, hold, release, unfulfill
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
    linked,
    order,
    parcel,
    placed,
    side,
    view,
    work,
)

P1, P2 = "LX100000001CN", "LX100000002CN"
F1 = done({A: 1}, P1)


def shown(*fulfillments, **more):
    return order(fulfillment_orders=(closed({A: 1}),), fulfillments=fulfillments or (F1,), **more)


def undo(given, reason="premature", **more):
    return unfulfill(given, policy=POLICY, reason=reason, now=NOW, **more)


@pytest.mark.parametrize("reason", REASONS)
def test_a_fulfillment_without_movement_is_taken_back(reason):
    steps = undo(view(shown(), side(placed())), reason, note="typed by mistake")
    assert not isinstance(steps, Refused)
    (step,) = steps
    assert (step.action, step.target.fulfillment_id, step.approval) == (Action.CANCEL_FULFILLMENT, F1.id, Approval.AUTO)
    assert (step.drift, step.drift_id, step.why) == ("manual", None, f"{reason}: typed by mistake")


REFUSED = [
    ("no reason", view(shown(), side(placed())), "", "reason"),
    ("an unknown reason", view(shown(), side(placed())), "because", "reason"),
    ("in transit in the store", view(shown(replace(F1, in_transit_at=NOW)), side(placed())), "other", "moved"),
    ("delivered in the store", view(shown(replace(F1, delivered_at=NOW)), side(placed())), "other", "moved"),
    (
        "shown as out for delivery",
        view(shown(replace(F1, display_status="OUT_FOR_DELIVERY")), side(placed())),
        "other",
        "moved",
    ),
    (
        "an event of movement",
        view(
            shown(replace(F1, events=(FulfillmentEvent(status="CARRIER_PICKED_UP", happened_at=NOW),))), side(placed())
        ),
        "other",
        "moved",
    ),
    ("scanned at the supplier", view(shown(), side(placed(parcel(P1, rung=Rung.FIRST_SCAN)))), "other", "moved"),
    (
        "scanned once, whatever is said now",
        view(shown(), side(linked(placed(parcel(P1, rung=Rung.LABEL)), max_rungs={P1: Rung.IN_TRANSIT}))),
        "other",
        "moved",
    ),
    (
        "delivered at the supplier, without a number",
        view(shown(), side(placed(state=SupplierState.DELIVERED))),
        "other",
        "moved",
    ),
    (
        "another parcel that may hold it moves",
        view(shown(), side(placed(parcel(P2, rung=Rung.IN_TRANSIT)))),
        "other",
        "moved",
    ),
    (
        "a return is open",
        view(
            shown(returns=(Return(id="r", status="OPEN", lines=(FulfillmentLine(line_id=A, quantity=1),)),)),
            side(placed()),
        ),
        "other",
        "return_open",
    ),
    ("cancelled", view(shown(cancelled_at=NOW), side(placed())), "other", "cancelled"),
    ("not read whole", view(shown(cut=("fulfillments",)), side(placed())), "other", "incomplete"),
    ("the supplier was not read", view(shown(), side(placed(), complete=False)), "other", "incomplete"),
    (
        "an effect is not settled",
        view(shown(), side(placed()), intents=(intent(Action.CREATE_FULFILLMENT, {A: 1}, state="unknown"),)),
        "other",
        "unsettled",
    ),
    ("nothing is fulfilled", view(order(), side(placed())), "other", "nothing"),
]


@pytest.mark.parametrize(("given", "reason", "code"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_would_hide_something_true_is_refused(given, reason, code):
    refused = undo(given, reason)
    assert isinstance(refused, Refused)
    assert (refused.code, bool(refused.text)) == (code, True)


def test_a_label_is_no_movement():
    assert not isinstance(undo(view(shown(), side(placed(parcel(P1, rung=Rung.LABEL))))), Refused)


def test_a_handover_is_movement_for_a_person_who_takes_back():
    refused = undo(view(shown(), side(placed(parcel(P1, rung=Rung.HANDED_OVER)))))
    assert isinstance(refused, Refused)
    assert refused.code == "moved"


def test_a_parcel_of_another_fulfillment_may_move():
    two = order(line(A), line(B), fulfillment_orders=(closed({A: 1, B: 1}),), fulfillments=(F1, done({B: 1}, P2, n=2)))
    given = view(
        two, side(placed(parcel(P1, rung=Rung.LABEL, units={A: 1}), parcel(P2, rung=Rung.IN_TRANSIT, units={B: 1})))
    )
    steps = undo(given, fulfillments={F1.id})
    assert not isinstance(steps, Refused)
    assert [step.target.fulfillment_id for step in steps] == [F1.id]
    assert isinstance(undo(given), Refused), "all of them includes the one that moves"


def _requested(status, *kinds):
    asked = tuple(MerchantRequest(kind=kind, sent_at=ago(days=1)) for kind in kinds)
    state = FulfillmentOrderStatus.OPEN if status is RequestStatus.SUBMITTED else FulfillmentOrderStatus.IN_PROGRESS
    return view(order(fulfillment_orders=(work({A: 1}, request_status=status, requests=asked, status=state),)), side())


@pytest.mark.parametrize(
    ("status", "action"),
    [
        (RequestStatus.SUBMITTED, Action.CANCEL_FULFILLMENT_ORDER),
        (RequestStatus.ACCEPTED, Action.SUBMIT_CANCELLATION_REQUEST),
        (RequestStatus.CANCELLATION_REJECTED, Action.SUBMIT_CANCELLATION_REQUEST),
        (RequestStatus.CANCELLATION_REQUESTED, Action.CANCEL_FULFILLMENT_ORDER),
    ],
)
def test_a_request_is_taken_back_by_its_state(status, action):
    for steps in (cancel_request(_requested(status), policy=POLICY, now=NOW), undo(_requested(status))):
        assert not isinstance(steps, Refused)
        assert [step.action for step in steps] == [action]


def test_a_request_that_was_never_sent_cannot_be_taken_back():
    assert isinstance(cancel_request(view(order(), side()), policy=POLICY, now=NOW), Refused)


def test_fulfilling_by_hand_takes_one_step_per_location():
    works = (work({A: 1}, 1), work({B: 1}, 2, location_id="gid://shopify/Location/2"))
    given = view(order(line(A), line(B), fulfillment_orders=works), side())
    steps = fulfill(given, policy=POLICY, tracking=[Tracking(number=P1)], notify=True, now=NOW)
    assert not isinstance(steps, Refused)
    assert [step.notify_customer for step in steps] == [True, False]
    assert len({step.id for step in steps}) == 2


def test_fulfilling_by_hand_knows_the_suppliers_parcel():
    given = view(order(), side(placed(parcel(P1))), notified=frozenset({f"cj/S1/{P1}"}))
    steps = fulfill(given, policy=POLICY, tracking=[Tracking(number=P1)], notify=True, now=NOW)
    assert not isinstance(steps, Refused)
    assert [(step.notify_customer, step.parcels) for step in steps] == [(False, (f"cj/S1/{P1}",))]


ONE_OF_TWO = order(line(A, quantity=2), fulfillment_orders=(work({A: 1}),), fulfillments=(done({A: 1}, P1),))


@pytest.mark.parametrize(
    ("why", "given", "numbers", "lines", "code"),
    [
        ("the very same units and number: it was typed before", ONE_OF_TWO, (P1,), {A: 1}, "already"),
        ("however the number is written", ONE_OF_TWO, (f" {P1.lower()} ",), {A: 1}, "already"),
        ("another number is another parcel", ONE_OF_TWO, (P2,), {A: 1}, None),
        ("without a number nothing tells them apart", ONE_OF_TWO, (), {A: 1}, None),
        ("all that is left cannot be what is done", ONE_OF_TWO, (P1,), None, None),
        (
            "what was taken back may be done again",
            replace(ONE_OF_TWO, fulfillments=(replace(done({A: 1}, P1), status=FulfillmentStatus.CANCELLED),)),
            (P1,),
            {A: 1},
            None,
        ),
    ],
)
def test_units_that_were_fulfilled_under_a_number_are_not_fulfilled_under_it_again(why, given, numbers, lines, code):
    tracking = [Tracking(number=number) for number in numbers]
    steps = fulfill(view(given, side()), policy=POLICY, tracking=tracking, lines=lines, now=NOW)
    assert (steps.code if isinstance(steps, Refused) else None) == code, why


def test_a_step_of_several_is_not_kept_by_what_the_others_did():
    (step,) = fulfill(view(ONE_OF_TWO, side()), policy=POLICY, tracking=[Tracking(number=P1)], now=NOW)
    again = fulfill(
        view(ONE_OF_TWO, side()),
        policy=POLICY,
        tracking=[Tracking(number=P1)],
        lines={A: 1},
        at=step.target.place,
        now=NOW,
    )
    assert again == (step,)


def test_no_more_is_fulfilled_by_hand_than_is_open():
    refused = fulfill(view(order(), side()), policy=POLICY, tracking=(), lines={A: 2}, now=NOW)
    assert isinstance(refused, Refused)
    held = view(order(fulfillment_orders=(work({A: 1}, status=FulfillmentOrderStatus.ON_HOLD),)), side())
    assert isinstance(fulfill(held, policy=POLICY, tracking=(), now=NOW), Refused)


def test_only_our_own_holds_are_released():
    ours, others = Hold(id="h1", reason="OTHER", handle="syncd"), Hold(id="h2", reason="OTHER", handle="fraud")
    held = work({A: 1}, status=FulfillmentOrderStatus.ON_HOLD, holds=(ours, others))
    steps = release(view(order(fulfillment_orders=(held,)), side()), policy=POLICY, now=NOW)
    assert not isinstance(steps, Refused)
    assert [step.target.hold_id for step in steps] == ["h1"]
    foreign = replace(held, holds=(others,))
    assert isinstance(release(view(order(fulfillment_orders=(foreign,)), side()), policy=POLICY, now=NOW), Refused)


def test_holding_twice_is_refused():
    steps = hold(view(order(), side()), policy=POLICY, now=NOW, note="fraud?")
    assert not isinstance(steps, Refused)
    assert (steps[0].target.hold_handle, steps[0].why) == ("syncd", "fraud?")
    held = work({A: 1}, holds=(Hold(id="h", reason="OTHER", handle="syncd"),))
    assert isinstance(hold(view(order(fulfillment_orders=(held,)), side()), policy=POLICY, now=NOW), Refused)
