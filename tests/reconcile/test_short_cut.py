"""The short cut is taken only where nothing has to be weighed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from syncd.domain.orders import (
    DeliveryMethod,
    FinancialStatus,
    FulfillmentEvent,
    FulfillmentOrderStatus,
    MerchantRequest,
    RefundedLine,
    RequestStatus,
    Restock,
    Return,
)
from syncd.domain.periods import Calendar, Period, elapsed
from syncd.domain.shipments import Rung, SupplierLine, SupplierState
from syncd.domain.steps import Action
from syncd.reconcile.decide import full
from syncd.reconcile.policy import LineRule, SupplierRules
from syncd.reconcile.quiet import quiet
from syncd.reconcile.view import Link, NumberUse, Placement
from tests.reconcile.world import (
    CJ,
    NOW,
    POLICY,
    TICK,
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

P1 = "LX100000001CN"
TWIN = "gid://shopify/LineItem/14"
WAITS = placed(units={A: 1})
SENT = order(fulfillment_orders=(closed({A: 1}),), fulfillments=(done({A: 1}, P1),))
CREATE, UPDATE = Action.CREATE_FULFILLMENT, Action.UPDATE_TRACKING
F1 = "gid://shopify/Fulfillment/1"
ON_HOLD, IN_PROGRESS = FulfillmentOrderStatus.ON_HOLD, FulfillmentOrderStatus.IN_PROGRESS
DP = SupplierRules(name="dp", lines=LineRule(vendor="Depot"))
BOTH = policy(suppliers=(CJ, DP))
MONDAY_OFF = replace(CJ, calendar=Calendar(holidays=frozenset({(NOW + timedelta(days=3)).date()})))
BD3, LONG = Period(business_days=3), elapsed(days=99)


def three_business_days(limit):
    """That limit, in business days of a supplier with a holiday; `NOW` is a Friday."""
    limits = {"aging_after": (LONG,) * 3, limit: (BD3, LONG, LONG) if limit == "aging_after" else BD3}
    return policy(suppliers=(MONDAY_OFF,), **limits)


def stated(*lines):
    return replace(placed(), lines=tuple(lines))


def waits(*lines, **more):
    """An order that waits for its supplier, who lists no lines."""
    return view(order(*lines, **more), side(placed()))


def sent(*lines, box=None, **more):
    """An order that is fulfilled with `P1`; `more` is what else its fulfillment shows."""
    held = lines or (line(),)
    units = {one.id: one.quantity for one in held}
    shown = order(*held, fulfillment_orders=(closed(units),), fulfillments=(done(units, P1, **more),))
    return view(shown, side(placed(box or parcel(P1))))


def did(*intents):
    return replace(sent(), intents=intents)


def told(n, **more):
    return intent(CREATE, {A: 1}, P1, id=f"i{n}", effect_id=F1, notify_customer=True, **more)


def asked(standing, *, sent_at=None, kind="FULFILLMENT_REQUEST", there=None, **more):
    """An order whose work was requested of a service an hour ago."""
    request = MerchantRequest(kind=kind, sent_at=sent_at or ago(hours=1))
    given = work({A: 1}, request_status=standing, service="cj", requests=(request,), **more)
    return view(order(fulfillment_orders=(given,)), side(there or WAITS))


def as_placed(units, address="addr"):
    """One unit of A waits; when it was placed it was as said here."""
    return replace(waits(), placement=Placement(at=ago(hours=2), address_hash=address, quantities=((A, units),)))


def number_told():
    """The supplier says "PostNord", and the number says in which country."""
    number = "RR123456785SE"
    shown = done({A: 1}, number, company="PostNord SE")
    box = parcel(number, company="PostNord")
    return view(order(fulfillment_orders=(closed({A: 1}),), fulfillments=(shown,)), side(placed(box)))


def moving(at, **more):
    return sent(box=parcel(P1, rung=Rung.IN_TRANSIT, last_event_at=at), **more)


TAKEN = [
    ("waiting, the supplier lists the line", view(order(), side(WAITS)), True),
    ("waiting, the supplier lists nothing", view(order(), side(placed())), True),
    ("waiting, two lines", view(order(line(A, 2), line(B)), side(placed(units={B: 1, A: 2}))), True),
    ("two lines of one SKU", view(order(line(A), line(TWIN, sku="CJ-A")), side(stated(*(SupplierLine(sku="CJ-A", quantity=1),) * 2))), False),
    ("fewer lines there", view(order(line(A), line(B)), side(WAITS)), False),
    ("more lines there", view(order(), side(placed(units={A: 1, B: 1}))), False),
    ("other units there", view(order(), side(placed(units={A: 2}))), False),
    ("units that are not stated", view(order(), side(placed(units={A: None}))), False),
    ("a line named by its id", view(order(), side(stated(SupplierLine(sku="CJ-A", quantity=1, line_id=A)))), False),
    ("a line without a SKU", view(order(line(A, sku=None)), side(stated(SupplierLine(sku=None, quantity=1)))), False),
    ("a dead line", view(order(), side(stated(SupplierLine(sku="CJ-A", quantity=1, state=SupplierState.CANCELLED)))), False),
    ("a link to all of the order", view(order(), side(linked(WAITS, links=(Link(origin="file", line_sku="CJ-A"), Link(origin="reference"))))), True),
    ("a link to one line", view(order(), side(linked(WAITS, links=(Link(origin="file", line_id=A),)))), False),
    ("no link any more", view(order(), side(linked(WAITS, links=()))), True),
    ("not shown last time", view(order(), side(linked(WAITS, missing_reads=1))), False),
    ("claimed by another order", view(order(), side(linked(WAITS, claimed_by=("#1002",)))), False),
    ("sent, and shown", view(SENT, side(placed(parcel(P1)))), True),
    ("sent, and moving", view(SENT, side(placed(parcel(P1, rung=Rung.IN_TRANSIT, last_event_at=NOW)))), True),
    ("sent, and not shown", view(order(), side(placed(parcel(P1)))), False),
    ("not paid", view(order(financial=FinancialStatus.PENDING), side(WAITS)), False),
    ("at a service", view(order(fulfillment_orders=(work({A: 1}, service="cj"),)), side(WAITS)), True),
    ("a supplier that was not read whole", view(order(), side(WAITS, complete=False)), False),
    ("nobody's", view(order(line(A, sku="X")), side(WAITS)), False),
    ("no supplier order", view(order(), side()), True),
    ("two supplier orders", view(order(), side(WAITS, placed(n=2))), False),
    ("not read whole", waits(cut=("lines",)), False),
    ("cancelled", waits(cancelled_at=ago(minutes=1)), False),
    ("a refund", waits(refunds=(RefundedLine(line_id=B, quantity=1, restock=Restock.RETURN, at=NOW),)), False),
    ("a return", waits(returns=(Return(id="r", status="OPEN", lines=()),)), False),
    ("a number that is used elsewhere", replace(waits(), number_uses=(NumberUse(number=P1, order_id="2", order="#2", address_hash=None, customer_hash=None, where="store"),)), False),
    ("a source that is frozen", replace(waits(), frozen_sources=frozenset({"ali"})), False),
    ("sold in the shop", waits(source="pos"), False),
    ("a tag of ours", waits(tags=frozenset({" Syncd:Manual"})), False),
    ("a tag of the merchant's", waits(tags=frozenset({"vip"})), True),
    ("units taken off", waits(line(A, 2, current=1)), False),
    ("needs no shipping", waits(line(requires_shipping=False)), False),
    ("a gift card", waits(line(is_gift_card=True)), False),
    ("fulfilled by us", did(intent(CREATE, {A: 1}, P1, effect_id=F1)), True),
    ("its number was mended by us", did(intent(UPDATE, {A: 1}, P1, effect_id=F1, state="verified")), True),
    ("an effect that was refused", did(intent(CREATE, {A: 1}, P1, state="refused", observed_after=False)), True),
    ("an effect that is on its way", did(intent(CREATE, {A: 1}, P1, state="sent")), False),
    ("an effect that nobody saw yet", did(intent(CREATE, {A: 1}, P1, effect_id=F1, observed_after=False)), False),
    ("an effect of another kind", did(intent(Action.TAG, {A: 1})), False),
    ("the customer was told", did(told(1), intent(UPDATE, {A: 1}, P1, id="i2", effect_id=F1)), True),
    ("the customer was told twice", did(told(1), told(2)), False),
    ("as it was placed", as_placed(1), True),
    ("placed with other units", as_placed(2), False),
    ("placed for another address", as_placed(1, address="x"), False),
    ("a supplier that is not there", view(order()), False),
    ("nobody's line before ours", waits(line(B, sku="X"), line(A)), False),
    ("nobody's line after ours", waits(line(A), line(B, sku="X")), False),
    ("lines of two suppliers", waits(line(A), line(B, sku="X", vendor="Depot")), False, BOTH),
    ("a line that two suppliers claim", waits(line(A, vendor="Depot")), False, BOTH),
    ("one of two suppliers", waits(line(A), line(B)), True, BOTH),
    ("scanned in the moment of the order", sent(box=parcel(P1, first_scan_at=ago(hours=3))), True),
    ("scanned before the order", sent(box=parcel(P1, first_scan_at=ago(hours=3) - TICK)), False),
    ("a parcel that lists what is in it", sent(box=parcel(P1, units={A: 1})), True),
    ("a parcel with more in it", sent(box=parcel(P1, units={A: 2})), False),
    ("a parcel in trouble", sent(box=parcel(P1, exception="customs")), False),
    ("a label", sent(box=parcel(P1, rung=Rung.LABEL)), False),
    ("a label that was seen further", view(SENT, side(linked(placed(parcel(P1, rung=Rung.LABEL)), max_rungs={P1: Rung.HANDED_OVER}))), True),
    ("delivered there", sent(box=parcel(P1, rung=Rung.DELIVERED, last_event_at=ago(hours=1))), True),
    ("moving there, delivered in the store", moving(ago(hours=2), delivered_at=ago(hours=1)), True),
    ("handed over, and moving in the store", sent(in_transit_at=ago(hours=1)), True),
    ("a carrier that the number tells better", number_told(), True),
    ("handed over, with an event there", sent(box=parcel(P1, last_event_at=ago(hours=1))), True),
    ("moving, and nobody says since when", sent(box=parcel(P1, rung=Rung.IN_TRANSIT)), True),
    ("moving, with news from the store", moving(ago(days=2), events=(FulfillmentEvent(status="IN_TRANSIT", happened_at=ago(hours=1)),)), True),
    ("moving, with a scan after the last event", sent(box=parcel(P1, rung=Rung.IN_TRANSIT, first_scan_at=ago(hours=1), last_event_at=ago(hours=2))), True),
    ("silent up to the limit", moving(ago(days=30)), True),
    ("silent for longer", moving(ago(days=30) - TICK), False),
    ("a fulfillment that was cancelled", view(order(fulfillment_orders=(closed({A: 1}),), fulfillments=(undone({A: 1}, P1),)), side(placed(parcel(P1)))), False),
    ("a fulfillment with more in it", view(order(fulfillment_orders=(closed({A: 1}),), fulfillments=(done({A: 1, B: 1}, P1),)), side(placed(parcel(P1)))), False),
    ("a fulfillment of some of the units", view(order(line(A, 2), fulfillment_orders=(closed({A: 2}),), fulfillments=(done({A: 1}, P1),)), side(placed(parcel(P1)))), False),
    ("fulfilled, and more work is open", view(order(fulfillment_orders=(closed({A: 1}), work({A: 1}, 2)), fulfillments=(done({A: 1}, P1),)), side(placed(parcel(P1)))), False),
    ("fulfilled, by work that is no parcel", view(order(fulfillment_orders=(closed({A: 1}, delivery_method=DeliveryMethod.LOCAL),), fulfillments=(done({A: 1}, P1),)), side(placed(parcel(P1)))), False),
    ("two fulfillments", view(order(line(A, 2), fulfillment_orders=(closed({A: 2}),), fulfillments=(done({A: 1}, P1), done({A: 1}, P1, n=2))), side(placed(parcel(P1)))), False),
    ("waiting up to the first age", waits(created_at=ago(days=3)), True),
    ("waiting for longer", waits(created_at=ago(days=3) - TICK), False),
    ("waiting, in business days", waits(), True, three_business_days("aging_after")),
    ("never placed, in business days", view(order(), side(empty_reads=2)), True, three_business_days("unplaced_after")),
    ("requested, in business days", asked(RequestStatus.SUBMITTED), True, three_business_days("unacknowledged_after")),
    ("accepted, in business days", asked(RequestStatus.ACCEPTED), True, three_business_days("stale_after")),
    ("moving, in business days", moving(ago(hours=1)), True, three_business_days("transit_expired_after")),
    ("on hold", waits(fulfillment_orders=(work({A: 1}, status=ON_HOLD),)), False),
    ("work that is no parcel", waits(fulfillment_orders=(work({A: 1}, delivery_method=DeliveryMethod.LOCAL),)), False),
    ("work in progress", waits(fulfillment_orders=(work({A: 1}, status=IN_PROGRESS),)), True),
    ("work of another line", waits(fulfillment_orders=(work({A: 1, "x": 1}),)), False),
    ("units that are nowhere", waits(line(A, 2), fulfillment_orders=(work({A: 1}),)), False),
    ("requested", asked(RequestStatus.SUBMITTED), True),
    ("requested, and not answered up to the limit", asked(RequestStatus.SUBMITTED, sent_at=ago(hours=24)), True),
    ("requested, and not answered for longer", asked(RequestStatus.SUBMITTED, sent_at=ago(hours=24) - TICK), False),
    ("requested, and rejected", asked(RequestStatus.REJECTED), False),
    ("requested, of one of two works", view(order(line(A), line(B), fulfillment_orders=(work({A: 1}, 1), work({B: 1}, 2, service="cj", request_status=RequestStatus.SUBMITTED, requests=(MerchantRequest(kind="FULFILLMENT_REQUEST", sent_at=ago(hours=1)),)))), side(placed())), True),
    ("asked to stop", asked(RequestStatus.ACCEPTED, kind="CANCELLATION_REQUEST"), False),
    ("accepted", asked(RequestStatus.ACCEPTED), True),
    ("accepted, and the store does not say when", asked(RequestStatus.ACCEPTED, updated_at=None, sent_at=ago(hours=1)), True),
    ("accepted, and changed since", asked(RequestStatus.ACCEPTED, updated_at=ago(minutes=5)), True),
    ("accepted, and the supplier says no time of a change", asked(RequestStatus.ACCEPTED, there=placed(units={A: 1}, changed_at=None, created_at=ago(minutes=2))), True),
    ("accepted, and changed at the supplier", asked(RequestStatus.ACCEPTED, there=placed(units={A: 1}, changed_at=ago(minutes=2))), True),
    ("accepted, and seen to change", asked(RequestStatus.ACCEPTED, there=linked(WAITS, change_seen_at=ago(minutes=1))), True),
]  # fmt: skip


@pytest.mark.parametrize("row", TAKEN, ids=[row[0].replace(" ", "_") for row in TAKEN])
def test_the_short_cut_is_taken_only_where_all_is_plain(row):
    _, given, is_taken, *rules = row
    (rules,) = rules or [POLICY]
    fast = quiet(given, policy=rules, now=NOW)
    assert (fast is not None) is is_taken
    assert fast is None or fast == full(given, policy=rules, now=NOW)
