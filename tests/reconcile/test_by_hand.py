"""What a person's commands answer, word for word: every refusal with its reason, every step with all it carries."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from syncd.domain.orders import (
    DeliveryMethod,
    FulfillmentLine,
    FulfillmentOrderStatus,
    Hold,
    MerchantRequest,
    RequestStatus,
    Return,
)
from syncd.domain.shipments import Rung, SupplierState
from syncd.domain.steps import Action
from syncd.domain.tracking import Tracking
from syncd.reconcile.manual import Refused, cancel_request, fulfill, hold, release, unfulfill
from syncd.reconcile.policy import LineRule
from tests.reconcile.telling import told_steps
from tests.reconcile.world import (
    CJ,
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
    policy,
    side,
    undone,
    view,
    work,
)

P1, P2 = "LX100000001CN", "LX100000002CN"
F1, F2 = done({A: 1}, P1), done({B: 1}, P2, n=2, name="")
TWO = {"fulfillment_orders": (closed({A: 1, B: 1}),), "fulfillments": (F2, F1)}
COMMON = {"policy": POLICY, "now": NOW}
OURS, THEIRS = Hold(id="h1", reason="OTHER", handle="syncd"), Hold(id="h0", reason="OTHER", handle="fraud")
SECOND = {"location_id": "gid://shopify/Location/2"}


def one(*fulfillments, **more):
    return view(order(fulfillment_orders=(closed({A: 1}),), fulfillments=fulfillments or (F1,), **more), side(placed()))


def two(*suppliers, **more):
    return view(order(line(A), line(B), **{**TWO, **more}), *(suppliers or (side(placed()),)))


def returned(status, *line_ids):
    parts = tuple(FulfillmentLine(line_id=line_id, quantity=1) for line_id in line_ids)
    return (Return(id="r", status=status, lines=parts),)


def undo(given, reason="premature", **more):
    return unfulfill(given, reason=reason, **COMMON, **more)


def send(given, *numbers, **more):
    return fulfill(given, tracking=[Tracking(number=number, company="UPS") for number in numbers], **COMMON, **more)


def at_service(*standings, kinds=()):
    asked = tuple(MerchantRequest(kind=kind, sent_at=ago(hours=9 - n)) for n, kind in enumerate(kinds))
    works = tuple(work({A: 1}, n, request_status=one, requests=asked) for n, one in enumerate(standings, 1))
    return view(order(line(A, len(works)), fulfillment_orders=tuple(reversed(works))), side())


def held(*holds, **more):
    return view(order(fulfillment_orders=(work({A: 1}, 2, holds=holds), work({A: 1}, 1)), **more), side())


def in_flight(state, **more):
    return {"intents": (intent(Action.HOLD, {A: 1}, state=state, **more),)}


MOVING = parcel(P1, rung=Rung.IN_TRANSIT)
OPEN_TWICE = view(
    order(line(A, 3), line(B), fulfillment_orders=(work({A: 2, B: 1}, 1), work({A: 1}, 2, **SECOND))), side()
)
ALREADY = view(order(line(A, 2), fulfillment_orders=(work({A: 1}),), fulfillments=(done({A: 1}, P1, P2),)), side())
BOTH = policy(suppliers=(CJ, replace(CJ, name="dp", lines=LineRule(sku_prefix="DP-"))))
OF_TWO = order(
    line(A), line(B, sku="DP-B"), fulfillment_orders=(closed({A: 1, B: 1}),), fulfillments=(done({A: 1, B: 1}, P1),)
)
ON_HOLD = {"status": FulfillmentOrderStatus.ON_HOLD}


def commands():
    """Every command with its answer; carried out when it is asked for."""
    return [
        ("no reason", undo(one(), "")),
        ("an unknown reason", undo(one(), "because")),
        ("with a reason", undo(one(), "logistics")),
        ("with a reason and a note", undo(one(), "other", note="a friend asked")),
        ("both, by id", undo(two())),
        ("one of two", undo(two(), fulfillments=[F2.id])),
        ("one of two, named twice", undo(two(), fulfillments=[F1.id, F1.id])),
        ("one that is not there", undo(two(), fulfillments=[F1.id, "gid://shopify/Fulfillment/9"])),
        ("one that is cancelled", undo(one(undone({A: 1}, P1)), fulfillments=[F1.id])),
        ("not read whole", undo(one(cut=("lines", "refunds")))),
        ("the order is cancelled", undo(one(cancelled_at=NOW))),
        ("cancelled, and not read whole", undo(one(cancelled_at=NOW, cut=("lines",)))),
        ("nothing is fulfilled or requested", undo(view(order(), side()))),
        ("a request instead", undo(at_service(RequestStatus.SUBMITTED))),
        ("moved in the store", undo(one(replace(F1, in_transit_at=NOW)))),
        ("moved in the store, without a name", undo(one(replace(F1, in_transit_at=NOW, name="")))),
        ("moved at the supplier", undo(two(side(placed(MOVING))))),
        ("handed over, without a number", undo(two(side(placed(parcel(key="box-1")))))),
        ("a label", undo(two(side(placed(parcel(P1, rung=Rung.LABEL)))))),
        ("scanned once", undo(two(side(linked(placed(parcel(P1, rung=Rung.LABEL)), max_rungs={P1: Rung.FIRST_SCAN}))))),
        ("delivered there", undo(two(side(placed(state=SupplierState.DELIVERED))))),
        ("the parcel of the other fulfillment", undo(two(side(placed(parcel(P2)))), fulfillments=[F1.id])),
        ("a parcel that both fulfillments show", undo(two(side(placed(parcel(P1, P2)))), fulfillments=[F1.id])),
        ("a parcel of a fulfillment that was cancelled", undo(replace(one(F1, undone({A: 1}, P2, n=2)), suppliers=(side(placed(parcel(P2))),)))),
        ("a return is open", undo(one(returns=returned("OPEN", A)))),
        ("a return was asked for, of we do not know what", undo(one(returns=returned("REQUESTED")))),
        ("a return of another line", undo(one(returns=returned("OPEN", B)))),
        ("a return that is closed", undo(one(returns=returned("CLOSED", A)))),
        ("the supplier was not read", undo(two(side(placed(), complete=False)))),
        ("two suppliers were not read", unfulfill(replace(two(side(complete=False), side(name="dp", complete=False)), order=OF_TWO), reason="other", policy=BOTH, now=NOW)),
        ("another supplier was not read", undo(view(two().order, side(placed()), side(name="dp", complete=False)))),
        ("a line of nobody's", undo(view(order(line(A, sku="X"), fulfillments=(F1,), fulfillment_orders=(closed({A: 1}),))))),
        *((f"an effect that is {state}", undo(replace(one(), **in_flight(state)))) for state in ("sent", "unknown", "pending", "refused", "verified")),
        ("an effect that is done, and seen", undo(replace(one(), **in_flight("done")))),
        ("an effect that is done, and not seen", undo(replace(one(), **in_flight("done", observed_after=False)))),
        ("fulfilled by hand", send(OPEN_TWICE, P1, notify=True, note="by courier")),
        ("fulfilled by hand, without a number or a note", send(OPEN_TWICE)),
        ("fulfilled by hand, at one place", send(OPEN_TWICE, P1, at="gid://shopify/Location/2:SHIPPING", notify=True)),
        ("fulfilled by hand, at no such place", send(OPEN_TWICE, P1, at="x")),
        ("two units of three", send(OPEN_TWICE, P1, lines={A: 2})),
        ("three units, from two places", send(OPEN_TWICE, P1, lines={A: 3})),
        ("four units of three", send(OPEN_TWICE, P1, lines={A: 4})),
        ("no units", send(OPEN_TWICE, P1, lines={A: 0})),
        ("a line that is not there", send(OPEN_TWICE, P1, lines={"gid://shopify/LineItem/99": 1})),
        ("a line without a SKU", send(view(order(line(A, sku=None)), side()), P1, lines={A: 2})),
        ("a line that is held, and one that is picked up", send(view(order(line(A, 3), fulfillment_orders=(work({A: 1}, 1, **ON_HOLD), work({A: 1}, 2, delivery_method=DeliveryMethod.PICK_UP), work({A: 1}, 3))), side()), P1, lines={A: 2})),
        ("more than there is, beside held work that is done", send(view(order(line(A, 2), fulfillment_orders=(work({A: 1}, 1, remaining={}, **ON_HOLD), work({A: 1}, 2))), side()), P1, lines={A: 2})),
        ("only what is not held", send(view(order(line(A, 2), fulfillment_orders=(work({A: 1}, 1, **ON_HOLD), work({A: 1}, 2))), side()), P1)),
        ("nothing can be fulfilled", send(view(order(fulfillment_orders=(work({A: 1}, **ON_HOLD),)), side()), P1)),
        ("a parcel that the supplier knows", send(view(order(), side(placed(parcel(P1, key="box-1")), placed(parcel(P2), n=2))), P1, P2, "X1", notify=True)),
        ("a parcel that the customer was told of", send(view(order(), side(placed(parcel(P1))), notified=frozenset({f"cj/S1/{P1}"})), P1, notify=True)),
        ("these units under these numbers, which it shows already", send(ALREADY, P2, P1, lines={A: 1})),
        ("these units under some of these numbers, by a fulfillment without a name", send(replace(ALREADY, order=replace(ALREADY.order, fulfillments=(replace(ALREADY.order.fulfillments[0], name=""),))), P1, lines={A: 1})),
        ("at three places, in the order of the places", send(view(order(line(A, 3), fulfillment_orders=(work({A: 1}, 1, **SECOND), work({A: 1}, 2), work({A: 1}, 3, location_id=None))), side()), P1, notify=True)),
        ("by parcel and by courier at one place", send(view(order(line(A, 2), fulfillment_orders=(work({A: 1}, 1), work({A: 1}, 2, delivery_method=DeliveryMethod.LOCAL))), side()), P1)),
        ("two works at one place are one step", send(view(order(line(A, 3), fulfillment_orders=(work({A: 1}, 1), work({A: 2}, 2))), side()), P1)),
        ("with a page of its own", fulfill(view(order(), side()), tracking=[Tracking(number=P1, company="Somebody", url="https://track.example.com/1")], **COMMON)),
        ("an order that is cancelled cannot be fulfilled", send(view(order(cancelled_at=NOW), side()), P1)),
        ("beside fulfillments that are there", send(view(order(line(A, 2), fulfillment_orders=(work({A: 1}, 2),), fulfillments=(undone({A: 1}, n=2), F1)), side()), P2)),
        ("held", hold(held(), **COMMON)),
        ("held, of which a part is done", hold(view(order(line(A), line(B), fulfillment_orders=(work({A: 1, B: 1}, remaining={B: 1}),)), side()), **COMMON)),
        ("held, with a reason and a note", hold(held(), reason="HIGH_RISK_OF_FRAUD", note="fraud?", **COMMON)),
        ("held already, in part", hold(held(OURS), **COMMON)),
        ("held already", hold(view(order(fulfillment_orders=(work({A: 1}, holds=(OURS,)),)), side()), **COMMON)),
        ("held by another app", hold(held(THEIRS), **COMMON)),
        ("cannot be held", hold(view(order(fulfillment_orders=(work({A: 1}, supported_actions=frozenset({"MOVE"})),)), side()), **COMMON)),
        ("nothing open to hold", hold(view(order(fulfillment_orders=(closed({A: 1}), work({A: 1}, 2, remaining={}))), side()), **COMMON)),
        ("held again after a release", hold(replace(held(), intents=(intent(Action.HOLD, state="verified"), intent(Action.HOLD, id="i2"), intent(Action.HOLD, id="i3", state="refused"), intent(Action.TAG, id="i4"))), **COMMON)),
        ("the order is cancelled: no hold", hold(held(cancelled_at=NOW), **COMMON)),
        ("released", release(held(OURS, THEIRS), **COMMON)),
        ("released, with a note", release(held(OURS), note="cleared", **COMMON)),
        ("released, though the order is cancelled", release(held(OURS, cancelled_at=NOW), **COMMON)),
        ("nothing of ours to release", release(held(THEIRS), **COMMON)),
        ("not released: not read whole", release(held(OURS, cut=("holds",)), **COMMON)),
        ("not released: an effect is not settled", release(replace(held(OURS), **in_flight("unknown")), **COMMON)),
        *((f"a request that is {standing.value}", cancel_request(at_service(standing), **COMMON)) for standing in RequestStatus),
        ("a request that was asked back, which the store does not show yet", cancel_request(at_service(RequestStatus.ACCEPTED, kinds=("FULFILLMENT_REQUEST", "CANCELLATION_REQUEST")), **COMMON)),
        ("two requests, with a note", cancel_request(at_service(RequestStatus.UNSUBMITTED, RequestStatus.ACCEPTED, RequestStatus.SUBMITTED), note="too late", **COMMON)),
        ("a request of a cancelled order", cancel_request(replace(at_service(RequestStatus.SUBMITTED), order=replace(at_service(RequestStatus.SUBMITTED).order, cancelled_at=NOW)), **COMMON)),
    ]  # fmt: skip


def _answered(answer) -> Iterator[str]:
    if isinstance(answer, Refused):
        return iter([f"{answer.code}: {answer.text} {answer.remedy}".rstrip()])
    return told_steps(answer)


def test_every_command_is_answered_as_somebody_found_it_good(is_as_kept):
    lines = []
    for name, answer in commands():
        lines += [f"== {name}", *_answered(answer)]
    is_as_kept("by_hand", lines)


def test_each_command_has_a_name_of_its_own():
    names = [name for name, _ in commands()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("made", [lambda: hold(held(), **COMMON), lambda: undo(one()), lambda: send(OPEN_TWICE, P1)])
def test_what_a_person_typed_rests_on_no_drift_and_needs_no_second_yes(made):
    answer = made()
    assert {(step.drift, step.drift_id, step.approval) for step in answer} == {("manual", None, "auto")}
