"""Group E: parcels that exist on paper only, are lost, come back, or bear somebody else's number."""

from dataclasses import replace

from syncd.domain.orders import FulfillmentEvent
from syncd.domain.shipments import Rung
from syncd.reconcile.decide import reconcile
from syncd.reconcile.view import NumberUse
from tests.reconcile.tables import Row, check, table
from tests.reconcile.world import NOW, POLICY, A, ago, closed, done, linked, order, parcel, placed, side, view

P1, P2 = "LX100000001CN", "LX100000002CN"
EARLY = ago(days=60)


def shown(fulfillment=None):
    return order(
        created_at=EARLY, fulfillment_orders=(closed({A: 1}),), fulfillments=(fulfillment or done({A: 1}, P1),)
    )


def use(**more):
    given = {
        "number": P1,
        "order_id": "gid://shopify/Order/2",
        "order": "#1002",
        "address_hash": "addr",
        "customer_hash": "cust",
    }
    return NumberUse(where="store", **{**given, **more})


def label(**more):
    return side(linked(placed(parcel(P1, rung=Rung.LABEL)), **{"label_seen_at": ago(days=8), **more}))


def moving(**more):
    return side(placed(parcel(P1, rung=Rung.IN_TRANSIT, **{"last_event_at": ago(days=31), **more})))


HEALTH = [
    Row("a label that never moved", view(shown(), label()), ["E01 report"], "on paper only"),
    Row(
        "a label, but the store shows movement",
        view(shown(done({A: 1}, P1, in_transit_at=ago(days=1))), label()),
        [],
        "it moves",
    ),
    Row("a label scanned since", view(shown(), label(max_rungs={P1: Rung.FIRST_SCAN})), [], "evidence never goes down"),
    Row("a label of unknown age", view(shown(), label(label_seen_at=None)), [], "nobody knows since when"),
    Row("a label, half a read", view(shown(), replace(label(), complete=False)), [], "half a truth"),
    Row("silent in transit", view(shown(), moving()), ["E03 report"], "likely lost"),
    Row(
        "silent since its first scan",
        view(shown(), side(placed(parcel(P1, rung=Rung.FIRST_SCAN, first_scan_at=ago(days=31))))),
        ["E03 report"],
        "one scan is enough to be on its way",
    ),
    Row(
        "silent at the supplier, not in the store",
        view(
            shown(done({A: 1}, P1, events=(FulfillmentEvent(status="IN_TRANSIT", happened_at=ago(days=2)),))), moving()
        ),
        [],
        "news from another side",
    ),
    Row(
        "silent, delivered in the store",
        view(shown(done({A: 1}, P1, delivered_at=ago(days=20))), moving()),
        [],
        "it arrived",
    ),
    Row(
        "silent since handed over",
        view(shown(), side(placed(parcel(P1, shipped_at=ago(days=40))))),
        [],
        "no event was ever seen to age",
    ),
    Row(
        "silent after delivery",
        view(shown(), side(placed(parcel(P1, rung=Rung.DELIVERED, last_event_at=ago(days=40))))),
        [],
        "it arrived",
    ),
    Row(
        "on its way back",
        view(shown(), side(placed(parcel(P1, rung=Rung.IN_TRANSIT, exception="returned", last_event_at=ago(days=1))))),
        ["E05 report"],
        "it comes back",
    ),
    Row(
        "another trouble",
        view(shown(), side(placed(parcel(P1, rung=Rung.IN_TRANSIT, exception="customs", last_event_at=ago(days=1))))),
        [],
        "not this kind",
    ),
]

REUSED = [
    Row(
        "another customer's order",
        view(order(), side(placed(parcel(P1))), number_uses=(use(address_hash="else"),)),
        ["A01 report", "E06 report"],
        "somebody else's parcel",
        [],
    ),
    Row(
        "the same customer and address",
        view(order(), side(placed(parcel(P1))), number_uses=(use(),)),
        ["A01 create_fulfillment", "E06 report"],
        "one parcel for two orders",
    ),
    Row(
        "the same customer, address unknown",
        view(order(), side(placed(parcel(P1))), number_uses=(use(address_hash=None),)),
        ["A01 report", "E06 report"],
        "unknown is not equal",
        [],
    ),
    Row(
        "our own address unknown",
        view(order(address_hash=None), side(placed(parcel(P1))), number_uses=(use(address_hash=None),)),
        ["A01 report", "E06 report"],
        "two unknowns are not equal",
        [],
    ),
    Row(
        "the same address, another customer",
        view(order(), side(placed(parcel(P1))), number_uses=(use(customer_hash="else"),)),
        ["A01 report", "E06 report"],
        "neighbours",
        [],
    ),
    Row(
        "one of two uses is another's",
        view(
            order(),
            side(placed(parcel(P1))),
            number_uses=(use(), use(order_id="3", order="#1003", address_hash="else")),
        ),
        ["A01 report", "E06 report"],
        "one is enough",
        [],
    ),
    Row(
        "a number of no parcel of ours",
        view(order(), side(placed(parcel(P1))), number_uses=(use(number="ELSE12345678"),)),
        ["A01 create_fulfillment"],
        "not this order's",
    ),
    Row(
        "its own use",
        view(order(), side(placed(parcel(P1))), number_uses=(use(order_id="gid://shopify/Order/1"),)),
        ["A01 create_fulfillment"],
        "itself",
    ),
    Row(
        "scanned before it was ordered",
        view(order(), side(placed(parcel(P1, rung=Rung.FIRST_SCAN, first_scan_at=ago(days=3))))),
        ["A01 report", "E06 report"],
        "it cannot be this order's",
        [],
    ),
    Row(
        "scanned in the very moment",
        view(order(), side(placed(parcel(P1, rung=Rung.FIRST_SCAN, first_scan_at=ago(hours=3))))),
        ["A01 create_fulfillment"],
        "not before it",
    ),
    Row(
        "a number that the store alone shows",
        view(
            order(fulfillment_orders=(closed({A: 1}),), fulfillments=(done({A: 1}, "HAND99999999"),)),
            side(placed()),
            number_uses=(use(number="HAND99999999", address_hash="else"),),
        ),
        ["B09 report", "E06 report"],
        "whoever typed it, it is somebody else's parcel",
        [],
    ),
    Row(
        "two numbers, of which this order alone has the first",
        view(
            order(),
            side(placed(parcel(P1, P2))),
            number_uses=(use(order_id="gid://shopify/Order/1"), use(number=P2, address_hash="else")),
        ),
        ["A01 report", "E06 report"],
        "the second is another's",
        [],
    ),
    Row(
        "scanned right after",
        view(order(), side(placed(parcel(P1, rung=Rung.FIRST_SCAN, first_scan_at=ago(hours=2))))),
        ["A01 create_fulfillment"],
        "it can",
    ),
]


@table(HEALTH)
def test_parcels_that_go_nowhere_are_told(row):
    check(row)


@table(REUSED)
def test_reused_numbers_bar_a_create(row):
    check(row)


def test_a_combined_parcel_weighs_little():
    def severity(*uses):
        found = reconcile(view(order(), side(placed(parcel(P1))), number_uses=uses), policy=POLICY, now=NOW)
        return [drift.severity for drift in found.drifts if drift.kind == "tracking_reused"]

    assert severity(use()) == ["low"]
    assert severity(use(address_hash="else")) == ["critical"]
