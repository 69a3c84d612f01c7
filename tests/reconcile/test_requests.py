"""Group C: requests to fulfillment services, and supplier orders that do not get on."""

from dataclasses import replace

from syncd.domain.orders import FinancialStatus, FulfillmentOrderStatus, Hold, MerchantRequest, RequestStatus
from syncd.domain.shipments import Rung, SupplierState
from syncd.domain.steps import Action, Approval
from syncd.reconcile.decide import reconcile
from syncd.reconcile.view import Placement
from tests.reconcile.tables import Row, check, table, told
from tests.reconcile.world import (
    CJ,
    NOW,
    A,
    B,
    C,
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
    view,
    work,
)

P1 = "LX100000001CN"
IN_PROGRESS = FulfillmentOrderStatus.IN_PROGRESS
LONG = ago(days=2, hours=20)


def request(standing, *, sent=None, back=None, units=None, **more):
    """A fulfillment order at a service, with a request sent at `sent` and a cancellation request at `back`."""
    requests = tuple(
        MerchantRequest(kind=kind, sent_at=at)
        for kind, at in (("FULFILLMENT_REQUEST", sent), ("CANCELLATION_REQUEST", back))
        if at is not None
    )
    accepted = standing in {RequestStatus.ACCEPTED, RequestStatus.CANCELLATION_REQUESTED}
    given = {
        "service": "cj",
        "requests": requests,
        "status": IN_PROGRESS if accepted else FulfillmentOrderStatus.OPEN,
        **more,
    }
    return work(units or {A: 1}, request_status=standing, **given)


def at_service(*works, lines=(), **more):
    return order(*lines, created_at=LONG, fulfillment_orders=works, **more)


def in_two_parts(given):
    """The same work, with its first line once more."""
    return replace(given, lines=(*given.lines, replace(given.lines[0], id="gid://shopify/FOLI/x")))


SUBMITTED = request(RequestStatus.SUBMITTED, sent=ago(hours=25))
ACCEPTED = request(RequestStatus.ACCEPTED, sent=ago(days=6), updated_at=ago(days=6))
ASKED_BACK = request(RequestStatus.CANCELLATION_REQUESTED, sent=ago(days=6), back=ago(hours=49))
CLOSED = FulfillmentOrderStatus.CLOSED
BOTH = policy(suppliers=(CJ, replace(CJ, name="dp", lines=replace(CJ.lines, sku_prefix="DP-"))))
QUIET = {"created_at": ago(days=6), "changed_at": ago(days=6)}

REQUESTS = [
    Row(
        "never submitted",
        view(at_service(request(RequestStatus.UNSUBMITTED, created_at=ago(hours=5))), side()),
        ["C01 report"],
        "paid and waiting",
    ),
    Row(
        "never submitted, unpaid",
        view(
            at_service(request(RequestStatus.UNSUBMITTED, created_at=ago(hours=5)), financial=FinancialStatus.PENDING),
            side(),
        ),
        [],
        "not to be placed",
        skips=["unpaid"],
    ),
    Row(
        "never submitted, held",
        view(
            at_service(
                request(RequestStatus.UNSUBMITTED, created_at=ago(hours=5), status=FulfillmentOrderStatus.ON_HOLD)
            ),
            side(),
        ),
        [],
        "somebody holds it",
    ),
    Row(
        "never submitted, own location",
        view(at_service(work({A: 1}, created_at=ago(hours=5))), side()),
        [],
        "no service to ask",
    ),
    Row(
        "never submitted, placed by another way",
        view(at_service(request(RequestStatus.UNSUBMITTED, created_at=ago(hours=5))), side(placed())),
        [],
        "the supplier has it",
    ),
    Row(
        "no answer, and no order there",
        view(at_service(SUBMITTED), side(empty_reads=1)),
        ["C02 cancel_fulfillment_order"],
        "withdraw it",
        ["cancel_fulfillment_order A*1"],
    ),
    Row("no answer, never looked", view(at_service(SUBMITTED), side()), ["C02 report"], "absence needs a read", []),
    Row(
        "no answer, half a read",
        view(at_service(SUBMITTED), side(empty_reads=1, complete=False)),
        ["C02 report"],
        "absence needs a whole read",
        [],
    ),
    Row(
        "no answer, a read from before the request",
        view(at_service(SUBMITTED), side(empty_reads=1, observed_at=ago(hours=30))),
        ["C02 report"],
        "it cannot show it",
        [],
    ),
    Row(
        "no answer, but a live order there",
        view(at_service(SUBMITTED), side(placed())),
        ["C02 report"],
        "they have it and did not say so",
        [],
    ),
    Row(
        "no answer, an order missing once",
        view(at_service(SUBMITTED), side(linked(placed(), missing_reads=1))),
        ["C02 report"],
        "perhaps gone, perhaps not",
        [],
    ),
    Row(
        "no answer, and a dead order there",
        view(at_service(SUBMITTED), side(placed(state=SupplierState.CANCELLED))),
        ["C02 cancel_fulfillment_order", "D01 hold"],
        "nothing alive",
    ),
    Row(
        "no answer, a link nobody ever saw",
        view(at_service(SUBMITTED), side(empty_reads=1, unknown_links=("S9",))),
        ["C02 report"],
        "it may be alive",
        [],
    ),
    Row(
        "no answer, an order there that may be ours",
        view(at_service(SUBMITTED), side(empty_reads=1, doubtful={"S9": ("#1001 of other",)})),
        ["C02 report", "F13 report"],
        "it may be alive",
        [],
    ),
    Row(
        "no answer, somebody else's line in it",
        view(
            at_service(request(RequestStatus.SUBMITTED, sent=ago(hours=25), units={A: 1, "x": 1})), side(empty_reads=1)
        ),
        ["C02 report"],
        "it is not ours alone",
        [],
    ),
    Row(
        "no answer, of which somebody else's part is done",
        view(
            at_service(
                request(RequestStatus.SUBMITTED, sent=ago(hours=25), units={A: 1, "x": 1}, remaining={A: 1}),
                lines=(line(A), line("x", sku="OTHER")),
            ),
            side(empty_reads=1),
        ),
        ["C02 cancel_fulfillment_order"],
        "what is left is ours alone",
        ["cancel_fulfillment_order A*1"],
        skips=["not_ours"],
    ),
    Row(
        "no answer, of two lines of which one is asked for in two parts",
        view(
            at_service(
                in_two_parts(request(RequestStatus.SUBMITTED, sent=ago(hours=25), units={A: 2, B: 1})),
                lines=(line(A, 4), line(B)),
            ),
            side(empty_reads=1),
        ),
        ["C02 cancel_fulfillment_order"],
        "with all of their units",
        ["cancel_fulfillment_order A*4+B*1"],
    ),
    Row(
        "no answer, of another supplier's line in work of which ours is done",
        view(
            at_service(
                request(RequestStatus.SUBMITTED, sent=ago(hours=25), units={A: 1, B: 1}, remaining={B: 1}),
                lines=(line(A), line(B, sku="DP-B")),
                fulfillments=(done({A: 1}, P1),),
            ),
            side(placed(parcel(P1), units={A: 1})),
            side(name="dp", empty_reads=1),
        ),
        ["C02 cancel_fulfillment_order"],
        "it is told once, of the other",
        ["cancel_fulfillment_order B*1"],
        policy=BOTH,
    ),
    Row(
        "said to be asked for, and the store shows no request",
        view(at_service(request(RequestStatus.SUBMITTED)), side(empty_reads=1)),
        [],
        "nobody knows since when",
    ),
    Row(
        "a closed one that still shows its units, and a new one",
        view(
            at_service(
                request(RequestStatus.ACCEPTED, sent=ago(days=6), updated_at=ago(days=6), status=CLOSED),
                work({A: 1}, 2),
            ),
            side(placed()),
        ),
        [],
        "a closed one is no work",
    ),
    Row(
        "accepted, and the store does not say when it changed",
        view(at_service(request(RequestStatus.ACCEPTED, sent=ago(days=6), updated_at=None)), side(empty_reads=1)),
        ["C03 submit_cancellation_request"],
        "it was asked for then",
        ["submit_cancellation_request A*1"],
    ),
    Row(
        "accepted, and nobody says when anything changed",
        view(at_service(request(RequestStatus.ACCEPTED, updated_at=None)), side(empty_reads=1)),
        [],
        "no age, no limit",
    ),
    Row(
        "accepted, and changed in the store since",
        view(
            at_service(request(RequestStatus.ACCEPTED, sent=ago(days=6), updated_at=ago(hours=1))),
            side(placed(**QUIET)),
        ),
        [],
        "something moves",
    ),
    Row(
        "accepted, and missing from the last read",
        view(at_service(ACCEPTED), side(linked(placed(**QUIET), missing_reads=1))),
        ["C03 report"],
        "old news",
        [],
    ),
    Row(
        "accepted, and said to be shipped without a number",
        view(at_service(ACCEPTED), side(placed(state=SupplierState.SHIPPED, **QUIET))),
        ["A07 report", "C03 report"],
        "something may have left",
        [],
    ),
    Row(
        "accepted, and a parcel without a number",
        view(at_service(ACCEPTED), side(placed(parcel(rung=Rung.ORDERED), **QUIET))),
        ["C03 submit_cancellation_request"],
        "a box that was packed is no label",
        ["submit_cancellation_request A*1"],
    ),
    Row(
        "accepted, and a number before its label",
        view(at_service(ACCEPTED), side(placed(parcel(P1, rung=Rung.ORDERED), **QUIET))),
        ["C03 report"],
        "a number says that it may leave any moment",
        [],
    ),
    Row(
        "asked back, and a label",
        view(at_service(ASKED_BACK), side(placed(parcel(P1, rung=Rung.LABEL), **QUIET))),
        ["A07 report", "C04 report"],
        "it may leave any moment",
        [],
    ),
    Row(
        "a new request after an old one",
        view(
            at_service(
                work(
                    {A: 1},
                    request_status=RequestStatus.SUBMITTED,
                    service="cj",
                    requests=(
                        MerchantRequest(kind="FULFILLMENT_REQUEST", sent_at=ago(days=9)),
                        MerchantRequest(kind="FULFILLMENT_REQUEST", sent_at=ago(hours=2)),
                    ),
                )
            ),
            side(empty_reads=1),
        ),
        [],
        "the last one counts",
    ),
    Row(
        "accepted, then silence",
        view(at_service(ACCEPTED), side(placed(**QUIET))),
        ["C03 submit_cancellation_request"],
        "nothing moves",
        ["submit_cancellation_request A*1"],
    ),
    Row(
        "accepted, a change since",
        view(at_service(ACCEPTED), side(placed(created_at=ago(days=6), changed_at=ago(days=1)))),
        [],
        "the supplier states news",
    ),
    Row(
        "accepted, a change that the mirror saw",
        view(at_service(ACCEPTED), side(linked(placed(**QUIET), change_seen_at=ago(days=1)))),
        [],
        "the mirror saw news",
    ),
    Row(
        "accepted, a label",
        view(at_service(ACCEPTED), side(placed(parcel(P1, rung=Rung.LABEL), **QUIET))),
        ["A07 report", "C03 report"],
        "it may leave any moment",
        [],
    ),
    Row(
        "accepted, shipped",
        view(at_service(ACCEPTED), side(placed(parcel(P1), **QUIET))),
        ["A01 create_fulfillment"],
        "a shipped parcel outranks a late one",
    ),
    Row("accepted, half a read", view(at_service(ACCEPTED), side(placed(**QUIET), complete=False)), [], "who knows"),
    Row(
        "accepted, no order there",
        view(at_service(ACCEPTED), side(empty_reads=1)),
        ["C03 submit_cancellation_request"],
        "a whole read shows no shipment",
    ),
    Row("accepted, never looked", view(at_service(ACCEPTED), side()), ["C03 report"], "nobody looked", []),
    Row(
        "accepted, and dead at the supplier",
        view(at_service(ACCEPTED), side(placed(state=SupplierState.CANCELLED, **QUIET))),
        ["D01 hold"],
        "nobody will get on with it",
    ),
    Row(
        "asked back, no answer",
        view(at_service(ASKED_BACK), side(placed())),
        ["C04 cancel_fulfillment_order"],
        "escalate",
    ),
    Row(
        "asked back, the store lags",
        view(
            at_service(request(RequestStatus.ACCEPTED, sent=ago(days=6), back=ago(hours=3), updated_at=ago(days=6))),
            side(placed(**QUIET)),
        ),
        [],
        "the request is on its way",
    ),
    Row(
        "asked back, half a read",
        view(at_service(ASKED_BACK), side(placed(), complete=False)),
        ["C04 report"],
        "who knows",
        [],
    ),
    Row(
        "asked back, shipped",
        view(at_service(ASKED_BACK), side(placed(parcel(P1)))),
        ["A01 create_fulfillment", "C04 report"],
        "too late",
        [f"create_fulfillment A*1 {P1}"],
    ),
    Row(
        "rejected",
        view(at_service(request(RequestStatus.REJECTED, sent=ago(hours=2))), side(placed())),
        ["C06 hold"],
        "silent rot",
        ["hold A*1"],
    ),
    Row(
        "rejected, held by us",
        view(
            at_service(
                request(
                    RequestStatus.REJECTED, sent=ago(hours=2), holds=(Hold(id="h", reason="OTHER", handle="syncd"),)
                )
            ),
            side(placed()),
        ),
        ["C06 report"],
        "already held",
        [],
    ),
    Row(
        "rejected, our hold was released",
        view(
            at_service(request(RequestStatus.REJECTED, sent=ago(hours=2))),
            side(placed()),
            intents=(intent(Action.HOLD, {A: 1}),),
        ),
        ["C06 report"],
        "somebody meant it",
        [],
    ),
]

SUPPLIERS = [
    Row("missing twice", view(order(), side(linked(placed(), missing_reads=2))), ["C10 report"], "it was there", []),
    Row("missing once", view(order(), side(linked(placed(), missing_reads=1))), [], "once is nothing"),
    Row(
        "missing, but split into parts that are there",
        view(order(), side(linked(placed(n=1), missing_reads=2), placed(n=2, parent_id="S1"))),
        ["A08 report"],
        "the parts are what became of it",
    ),
    Row(
        "missing, half a read",
        view(order(), side(linked(placed(), missing_reads=2), complete=False)),
        [],
        "a partial page is not absence",
    ),
    Row(
        "missing, all fulfilled",
        view(
            order(fulfillment_orders=(closed({A: 1}),), fulfillments=(done({A: 1}, P1),)),
            side(linked(placed(parcel(P1)), missing_reads=2)),
        ),
        [],
        "nothing hangs on it",
    ),
    Row(
        "missing, cancelled before",
        view(order(), side(linked(placed(state=SupplierState.CANCELLED), missing_reads=2))),
        [],
        "it was dead",
    ),
    Row(
        "a link to nothing",
        view(order(), side(empty_reads=2, unknown_links=("S9",))),
        ["C10 report"],
        "the link names an order that is not there",
    ),
    Row(
        "another parcel while one is missing",
        view(
            order(line(A), line(B)),
            side(linked(placed(units={A: 1}, n=1), missing_reads=2), placed(parcel(P1), units={B: 1}, n=2)),
        ),
        ["A02 report", "C10 report"],
        "no create meanwhile",
        [],
    ),
    Row(
        "a placement nobody knows of",
        view(order(), side(), intents=(intent(Action.SUBMIT_FULFILLMENT_REQUEST, {A: 1}, state="unknown"),)),
        ["C11 report"],
        "bought or not",
    ),
    Row(
        "unpaid at the supplier",
        view(order(created_at=ago(hours=14)), side(placed(state=SupplierState.UNPAID, created_at=ago(hours=13)))),
        ["C12 report"],
        "it will lapse",
    ),
    Row(
        "unpaid for a moment",
        view(order(created_at=ago(hours=14)), side(placed(state=SupplierState.UNPAID, created_at=ago(hours=11)))),
        [],
        "soon enough",
    ),
    Row("later than promised", view(order(), side(placed(promised_by=ago(minutes=1)))), ["C13 report"], "late"),
    Row(
        "promised, and said to be shipped without a number",
        view(order(), side(placed(promised_by=ago(hours=1), state=SupplierState.SHIPPED))),
        ["A07 report"],
        "so it is not late",
    ),
    Row(
        "promised, and cancelled in the store",
        view(order(cancelled_at=ago(minutes=1)), side(placed(promised_by=ago(hours=1)))),
        [],
        "nobody waits for it",
    ),
    Row(
        "promised, and cancelled there",
        view(order(), side(placed(promised_by=ago(hours=1), state=SupplierState.CANCELLED))),
        ["D01 hold"],
        "it will not come at all",
    ),
    Row(
        "promised, and fulfilled by a person",
        view(
            order(fulfillment_orders=(closed({A: 1}),), fulfillments=(done({A: 1}, "HAND99999999"),)),
            side(placed(promised_by=ago(hours=1))),
        ),
        ["B09 report"],
        "nobody waits for it",
    ),
    Row(
        "promised, and its parcel left",
        view(order(), side(placed(parcel(P1), promised_by=ago(hours=1), state=SupplierState.PROCESSING))),
        ["A01 create_fulfillment"],
        "it left",
    ),
    Row(
        "old, in two works",
        view(
            order(line(A, 2), created_at=ago(days=4), fulfillment_orders=(work({A: 1}, 1), work({A: 1}, 2))),
            side(placed()),
        ),
        ["C14 report"],
        "told with all of its units",
    ),
    Row(
        "promised, and shipped",
        view(order(), side(placed(parcel(P1), promised_by=ago(minutes=1)))),
        ["A01 create_fulfillment"],
        "it left",
    ),
    Row("old and open", view(order(created_at=ago(days=4)), side(placed())), ["C14 report"], "a customer waits"),
    Row(
        "old and held",
        view(
            order(created_at=ago(days=4), fulfillment_orders=(work({A: 1}, status=FulfillmentOrderStatus.ON_HOLD),)),
            side(placed()),
        ),
        [],
        "not counted stale",
    ),
    Row(
        "old and unpaid",
        view(order(created_at=ago(days=4), financial=FinancialStatus.AUTHORIZED), side()),
        [],
        "not to be placed",
        skips=["unpaid"],
    ),
    Row(
        "old and cancelled",
        view(order(created_at=ago(days=4), cancelled_at=ago(days=1)), side()),
        [],
        "over",
        skips=["cancelled"],
    ),
    Row(
        "old, supplier unread",
        view(order(created_at=ago(days=4)), side(placed(), complete=False)),
        [],
        "it may have left",
    ),
]


@table(REQUESTS)
def test_requests_do_not_hang(row):
    check(row)


@table(SUPPLIERS)
def test_supplier_orders_get_on(row):
    check(row)


def _approval(given, **more):
    return reconcile(given, policy=policy(**more), now=NOW).steps[0].approval


def test_cancelling_after_an_unanswered_cancellation_request_is_never_automatic():
    given = view(at_service(ASKED_BACK), side(placed()))
    assert _approval(given, cancel_stale_requests=Approval.AUTO) is Approval.REQUIRED
    assert _approval(given, cancel_stale_requests=Approval.REPORT) is Approval.REPORT
    assert (
        _approval(view(at_service(SUBMITTED), side(empty_reads=1)), cancel_stale_requests=Approval.AUTO)
        is Approval.AUTO
    )


def test_holds_carry_our_own_handle():
    given = view(at_service(request(RequestStatus.REJECTED, sent=ago(hours=2))), side(placed()))
    (step,) = reconcile(given, policy=policy(), now=NOW).steps
    assert (step.target.hold_handle, step.approval) == ("syncd", Approval.REPORT)


def test_one_hold_answers_several_drifts():
    edited = Placement(at=ago(hours=2), address_hash="old", quantities=((A, 1),))
    given = view(at_service(request(RequestStatus.REJECTED, sent=ago(hours=2))), side(placed()), placement=edited)
    judgement = reconcile(given, policy=policy(), now=NOW)
    assert told(judgement) == ["C06 hold", "D07 hold"]
    assert [step.action for step in judgement.steps] == [Action.HOLD]


def test_a_hold_on_some_of_the_units_is_the_same_in_whatever_order_the_store_lists_them():
    edited = Placement(at=ago(hours=2), address_hash="old", quantities=((A, 1), (B, 1), (C, 1)))

    def held(listed):
        whole = work({A: 1, B: 1, C: 1}, supported_actions=frozenset({"HOLD", "SPLIT"}))
        shown = order(
            line(A), line(B), line(C, sku="X"), fulfillment_orders=(replace(whole, lines=listed(whole.lines)),)
        )
        return reconcile(view(shown, side(placed()), placement=edited), policy=policy(), now=NOW).steps

    (step,) = held(tuple)
    assert [one.line_item_id for one in step.target.allocations] == [A, B]
    assert held(lambda parts: tuple(reversed(parts))) == (step,)


def test_an_order_grows_more_urgent_with_age():
    def severity(days):
        found = reconcile(view(order(created_at=ago(days=days, seconds=1)), side(placed())), policy=policy(), now=NOW)
        return [drift.severity for drift in found.drifts]

    assert [severity(days) for days in (2, 3, 7, 14)] == [[], ["medium"], ["medium"], ["high"]]


def test_a_drift_about_a_request_keeps_its_id_when_the_fulfillment_order_is_replaced():
    first = view(at_service(SUBMITTED), side(placed()))
    other = work({A: 1}, 9, request_status=RequestStatus.SUBMITTED, service="cj", requests=SUBMITTED.requests)
    again = view(at_service(other), side(placed()))
    ids = {reconcile(one, policy=policy(), now=NOW).drifts[0].id for one in (first, again)}
    assert len(ids) == 1


_ = done
