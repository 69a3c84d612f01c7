"""Group A: the supplier is ahead of the store."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from syncd.domain.orders import DeliveryMethod, FulfillmentOrderStatus
from syncd.domain.periods import elapsed
from syncd.domain.shipments import Rung, SupplierLine, SupplierState
from syncd.domain.steps import Approval
from syncd.domain.tracking import Tracking
from syncd.reconcile.decide import reconcile
from syncd.reconcile.view import Link
from tests.reconcile.tables import Row, check, table
from tests.reconcile.world import (
    CJ,
    NOW,
    TICK,
    A,
    B,
    ago,
    closed,
    done,
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

P1, P2, P3 = "LX100000001CN", "LX100000002CN", "LX100000003CN"
ON_HOLD = FulfillmentOrderStatus.ON_HOLD
TWO = (line(A), line(B))
PART = SupplierState.PART_SHIPPED
F1 = "gid://shopify/Fulfillment/1"
SECOND = {"location_id": "gid://shopify/Location/2"}
FEED = policy(suppliers=(replace(CJ, snapshot=False),))
SHOWN = {"fulfillment_orders": (closed({A: 1}),), "fulfillments": (done({A: 1}, P1),)}
TWO_PLACES = (work({A: 1}, 1), work({B: 1}, 2, location_id="gid://shopify/Location/2"))

SHIPPED = [
    Row(
        "shipped with a number",
        view(order(), side(placed(parcel(P1)))),
        ["A01 create_fulfillment"],
        "it left",
        [f"create_fulfillment A*1 {P1}"],
    ),
    Row(
        "a number that looks wrong for its carrier",
        view(order(), side(placed(parcel("RB123456786GB", company="royal mail")))),
        ["A01 create_fulfillment"],
        "a warning beside it, and no more",
        ["create_fulfillment A*1 RB123456786GB"],
    ),
    Row(
        "two numbers that look wrong for their carrier",
        view(order(), side(placed(parcel("RB123456786GB", "RB123456787GB", company="royal mail")))),
        ["A01 create_fulfillment"],
        "a warning for each",
    ),
    Row(
        "a carrier that the store does not know, with a page of its own",
        view(
            order(),
            side(
                placed(
                    replace(
                        parcel(P1),
                        tracking=(Tracking(number=P1, company="Somebody", url="https://track.example.com/1"),),
                    )
                )
            ),
        ),
        ["A01 create_fulfillment"],
        "the customer gets that page",
    ),
    Row(
        "news for the customer",
        view(order(), side(placed(parcel(P1)))),
        ["A01 create_fulfillment"],
        "told once, while it is news",
        [f"create_fulfillment A*1 {P1} mail"],
        policy=policy(notify_customer="once"),
    ),
    Row(
        "one supplier was not read, the other's parcel left",
        view(
            order(line(A), line(B, sku="DP-B")),
            side(placed(parcel(P1)), complete=False),
            side(placed(parcel(P2), supplier="dp", n=2), name="dp"),
        ),
        ["A01 create_fulfillment"],
        "each rests on its own",
        [f"create_fulfillment B*1 {P2}"],
        policy=policy(suppliers=(CJ, replace(CJ, name="dp", lines=replace(CJ.lines, sku_prefix="DP-")))),
    ),
    Row(
        "nobody says when it left, and its number came after the first look",
        view(order(), side(linked(placed(parcel(P1, shipped_at=None)), label_seen_at=ago(minutes=70)))),
        ["A01 create_fulfillment"],
        "it left at the latest when its number came",
    ),
    Row(
        "nobody says when it left, and its number was there at the first look",
        view(order(), side(linked(placed(parcel(P1, shipped_at=None)), label_seen_at=ago(hours=3)))),
        ["A01 create_fulfillment"],
        "the supplier's last change is all that is known",
    ),
    Row(
        "it was scanned first, and nobody says when it left",
        view(order(), side(placed(parcel(P1, shipped_at=None, first_scan_at=ago(minutes=80))))),
        ["A01 create_fulfillment"],
        "it left at the latest then",
    ),
    Row(
        "a label only",
        view(order(), side(placed(parcel(P1, rung=Rung.LABEL)))),
        ["A07 report"],
        "a label is no shipment",
        [],
    ),
    Row(
        "shipped without a number",
        view(order(), side(placed(parcel(), state=SupplierState.SHIPPED))),
        ["A07 report"],
        "the word alone is no rung",
        [],
    ),
    Row(
        "a word instead of a number",
        view(order(), side(placed(parcel("pending"), state=SupplierState.PROCESSING))),
        [],
        "no number at all",
        [],
    ),
    Row(
        "a label where labels count",
        view(order(), side(placed(parcel(P1, rung=Rung.LABEL)))),
        ["A01 create_fulfillment"],
        "the policy says so",
        policy=policy(fulfill_on=Rung.LABEL),
    ),
    Row(
        "below the policy's rung",
        view(order(), side(placed(parcel(P1)))),
        ["A07 report"],
        "waits for the scan",
        [],
        policy=policy(fulfill_on=Rung.FIRST_SCAN),
    ),
    Row(
        "seen higher before",
        view(order(), side(linked(placed(parcel(P1, rung=Rung.LABEL)), max_rungs={P1: Rung.IN_TRANSIT}))),
        ["A01 create_fulfillment"],
        "evidence never goes down",
    ),
    Row(
        "an incomplete supplier read",
        view(order(), side(placed(parcel(P1)), complete=False)),
        [],
        "half a truth is none",
        [],
    ),
    Row(
        "not in the last complete read",
        view(order(), side(linked(placed(parcel(P1)), missing_reads=1))),
        [],
        "old news is no evidence",
        [],
    ),
    Row(
        "work on hold",
        view(order(fulfillment_orders=(work({A: 1}, status=ON_HOLD),)), side(placed(parcel(P1)))),
        ["A01 report"],
        "told, but the store does not let us",
        [],
    ),
    Row(
        "another app's service",
        view(
            order(fulfillment_orders=(work({A: 1}, supported_actions=frozenset({"HOLD"})),)), side(placed(parcel(P1)))
        ),
        ["A01 report"],
        "CREATE_FULFILLMENT is not offered",
        [],
    ),
    Row(
        "scheduled work",
        view(
            order(fulfillment_orders=(work({A: 1}, status=FulfillmentOrderStatus.SCHEDULED),)), side(placed(parcel(P1)))
        ),
        ["A01 report"],
        "not before its date",
        [],
    ),
    Row(
        "incomplete work",
        view(
            order(
                fulfillment_orders=(
                    work(
                        {A: 1},
                        status=FulfillmentOrderStatus.INCOMPLETE,
                        supported_actions=frozenset({"CREATE_FULFILLMENT"}),
                    ),
                )
            ),
            side(placed(parcel(P1))),
        ),
        ["A01 create_fulfillment"],
        "the store offers it",
    ),
    Row(
        "report only",
        view(order(), side(placed(parcel(P1)))),
        ["A01 create_fulfillment"],
        "shown, never sent",
        policy=policy(create_fulfillments=Approval.REPORT),
    ),
    Row(
        "manual",
        view(order(tags=frozenset({"syncd:manual"})), side(placed(parcel(P1)))),
        ["A01 report"],
        "the merchant's own",
        [],
        skips=["manual"],
    ),
    Row(
        "before its date",
        view(order(tags=frozenset({"syncd:hold-until=2026-12-01"})), side(placed(parcel(P1)))),
        ["A01 report"],
        "staged shipping",
        [],
        skips=["until"],
    ),
    Row(
        "after its date",
        view(order(tags=frozenset({"syncd:hold-until=2026-11-01"})), side(placed(parcel(P1)))),
        ["A01 create_fulfillment"],
        "the date is over",
    ),
    Row(
        "manual in other letters",
        view(order(tags=frozenset({" Syncd:Manual"})), side(placed(parcel(P1)))),
        ["A01 report"],
        "stores keep a tag as it was typed",
        [],
        skips=["manual"],
    ),
    Row(
        "before a date in other letters",
        view(order(tags=frozenset({"Syncd:Hold-Until=2026-12-01t08:00z"})), side(placed(parcel(P1)))),
        ["A01 report"],
        "stores keep a tag as it was typed",
        [],
        skips=["until"],
    ),
    Row(
        "a date that is none",
        view(order(tags=frozenset({"syncd:hold-until=01.12.2026"})), side(placed(parcel(P1)))),
        ["A01 report"],
        "when it ends cannot be told, that it was wanted can",
        [],
        skips=["until"],
    ),
    Row(
        "two dates",
        view(
            order(tags=frozenset({"syncd:hold-until=2026-11-01", "syncd:hold-until=2026-12-01"})),
            side(placed(parcel(P1))),
        ),
        ["A01 report"],
        "the later one",
        [],
        skips=["until"],
    ),
    Row(
        "two locations, one parcel",
        view(order(*TWO, fulfillment_orders=TWO_PLACES), side(placed(parcel(P1)))),
        ["A01 create_fulfillment"],
        "one create per location",
        [f"create_fulfillment A*1 {P1}", f"create_fulfillment B*1 {P1}"],
    ),
    Row(
        "two locations with two delivery methods, and a mail",
        view(
            order(
                *TWO,
                fulfillment_orders=(work({B: 1}, 1, delivery_method=DeliveryMethod.LOCAL, **SECOND), work({A: 1}, 2)),
            ),
            side(placed(parcel(P1))),
        ),
        ["A01 create_fulfillment"],
        "the first place tells the customer",
        [f"create_fulfillment A*1 {P1} mail", f"create_fulfillment B*1 {P1}"],
        policy=policy(notify_customer="once"),
    ),
    Row(
        "two locations, and at the first a line that the supplier's order does not list",
        view(
            order(*TWO, fulfillment_orders=TWO_PLACES, created_at=ago(hours=25)),
            side(placed(parcel(P1, units={A: 1, B: 1}), units={B: 1})),
        ),
        ["A01 create_fulfillment", "F13 report"],
        "the other place goes on",
        [f"create_fulfillment B*1 {P1}"],
    ),
    Row(
        "finished works beside the open one, which still show their units",
        view(
            order(
                fulfillment_orders=(
                    work({A: 1}, 1, status=FulfillmentOrderStatus.CLOSED),
                    work({A: 1}, 2, status=FulfillmentOrderStatus.CANCELLED),
                    work({A: 1}, 3),
                )
            ),
            side(placed(parcel(P1))),
        ),
        ["A01 create_fulfillment"],
        "only the open one is what the step rests on",
        [f"create_fulfillment A*1 {P1}"],
    ),
    Row(
        "two delivery methods",
        view(
            order(*TWO, fulfillment_orders=(work({A: 1}, 1), work({B: 1}, 2, delivery_method=DeliveryMethod.LOCAL))),
            side(placed(parcel(P1))),
        ),
        ["A01 create_fulfillment"],
        "one create per delivery method",
        [f"create_fulfillment A*1 {P1}", f"create_fulfillment B*1 {P1}"],
    ),
    Row(
        "half of it is in the store",
        view(
            order(*TWO, fulfillment_orders=(closed({A: 1}, 1), work({B: 1}, 2)), fulfillments=(done({A: 1}, P1),)),
            side(placed(parcel(P1))),
        ),
        ["A01 create_fulfillment"],
        "a number alone proves nothing",
        [f"create_fulfillment B*1 {P1}"],
    ),
    Row(
        "several works of one place before one each of two places",
        view(
            order(
                line(A, 3),
                fulfillment_orders=(work({A: 1}, 1, **SECOND), work({A: 1}, 2), work({A: 1}, 3)),
            ),
            side(placed(parcel(P1, units={A: 2}), units={A: 3}, state=PART)),
        ),
        ["A02 create_fulfillment"],
        "one fulfillment where one is enough",
        [f"create_fulfillment A*2 {P1}"],
    ),
    Row(
        "a place with room for all before one that has less and came first",
        view(
            order(line(A, 3), fulfillment_orders=(work({A: 1}, 1), work({A: 2}, 2, **SECOND))),
            side(placed(parcel(P1, units={A: 2}), units={A: 3}, state=PART)),
        ),
        ["A02 create_fulfillment"],
        "one fulfillment where one is enough",
        [f"create_fulfillment A*2 {P1}"],
    ),
    Row(
        "a place with both lines before one that has one of them and came first",
        view(
            order(line(A, 2), line(B), fulfillment_orders=(work({A: 1}, 1), work({A: 1, B: 1}, 2, **SECOND))),
            side(placed(parcel(P1, units={A: 1, B: 1}), units={A: 2, B: 1}, state=PART)),
        ),
        ["A02 create_fulfillment"],
        "one fulfillment where one is enough",
        [f"create_fulfillment A*1+B*1 {P1}"],
    ),
    Row(
        "two units in two works on hold",
        view(
            order(line(A, 2), fulfillment_orders=(work({A: 1}, 1, status=ON_HOLD), work({A: 1}, 2, status=ON_HOLD))),
            side(placed(parcel(P1))),
        ),
        ["A01 report"],
        "told with all of its units",
        [],
    ),
    Row(
        "two orders at one place",
        view(order(*TWO, fulfillment_orders=(work({A: 1}, 1), work({B: 1}, 2))), side(placed(parcel(P1)))),
        ["A01 create_fulfillment"],
        "several fulfillment orders, one fulfillment",
        [f"create_fulfillment A*1+B*1 {P1}"],
    ),
    Row(
        "a refunded line is left out",
        view(order(line(A), line(B, current=0), fulfillment_orders=(work({A: 1}),)), side(placed(parcel(P1)))),
        ["A01 create_fulfillment"],
        "only what is open",
        [f"create_fulfillment A*1 {P1}"],
    ),
    Row(
        "only three of five left",
        view(
            order(
                line(A, 5),
                fulfillment_orders=(work({A: 5}, remaining={A: 3}, status=FulfillmentOrderStatus.IN_PROGRESS),),
                fulfillments=(done({A: 2}, P1),),
            ),
            side(placed(parcel(P1, units={A: 2}), parcel(P2, units={A: 3}), units={A: 5})),
        ),
        ["A02 create_fulfillment"],
        "the second parcel",
        [f"create_fulfillment A*3 {P2}"],
    ),
    Row(
        "several numbers per parcel",
        view(order(), side(placed(replace(parcel(P1), tracking=(*parcel(P1).tracking, *parcel(P2).tracking))))),
        ["A01 create_fulfillment"],
        "first and last mile",
        [f"create_fulfillment A*1 {P1},{P2}"],
    ),
    Row(
        "two parcels for one unit",
        view(order(), side(placed(parcel(P1), parcel(P2)))),
        ["A01 create_fulfillment"],
        "all of it left in two boxes",
        [f"create_fulfillment A*1 {P1},{P2}"],
    ),
    Row(
        "one parcel in two supplier orders",
        view(order(*TWO), side(placed(parcel(P1), units={A: 1}, n=1), placed(parcel(P1), units={B: 1}, n=2))),
        ["A01 create_fulfillment"],
        "one fulfillment for one parcel",
        [f"create_fulfillment A*1+B*1 {P1}"],
    ),
    Row(
        "linked to one line by file",
        view(
            order(*TWO),
            side(linked(placed(parcel(P1), units={"8139:red": 1}), links=(Link(origin="file", line_sku="CJ-B"),))),
        ),
        ["A02 create_fulfillment"],
        "the link says which line",
        [f"create_fulfillment B*1 {P1}"],
    ),
]

PARTS = [
    Row(
        "one of two lines",
        view(order(*TWO), side(placed(parcel(P1, units={A: 1}), state=PART, units={A: 1, B: 1}))),
        ["A02 create_fulfillment"],
        "a subset",
        [f"create_fulfillment A*1 {P1}"],
    ),
    Row(
        "two of three units",
        view(order(line(A, 3)), side(placed(parcel(P1, units={A: 2}), state=PART))),
        ["A02 create_fulfillment"],
        "a subset",
        [f"create_fulfillment A*2 {P1}"],
    ),
    Row(
        "one parcel per line",
        view(order(*TWO), side(placed(parcel(P1, units={A: 1}), parcel(P2, units={B: 1})))),
        ["A02 create_fulfillment"] * 2,
        "one fulfillment per parcel",
        [f"create_fulfillment A*1 {P1}", f"create_fulfillment B*1 {P2}"],
    ),
    Row(
        "unknown contents, two lines open",
        view(order(*TWO), side(placed(parcel(P1), state=PART))),
        ["A02 report"],
        "never guess",
        [],
    ),
    Row(
        "unknown contents, all shipped",
        view(order(*TWO), side(placed(parcel(P1), state=SupplierState.SHIPPED))),
        ["A01 create_fulfillment"],
        "whatever is where, all of it left",
        [f"create_fulfillment A*1+B*1 {P1}"],
    ),
    Row(
        "unknown contents, one unit",
        view(order(), side(placed(parcel(P1), state=SupplierState.PROCESSING))),
        ["A01 create_fulfillment"],
        "it can hold nothing else",
    ),
    Row(
        "unknown contents, part of three units",
        view(order(line(A, 3)), side(placed(parcel(P1), state=PART))),
        ["A02 report"],
        "how many nobody knows",
        [],
    ),
    Row(
        "one SKU on two lines, all of it",
        view(order(line(A, sku="CJ-X"), line(B, sku="CJ-X")), side(placed(parcel(P1, units={"CJ-X": 2})))),
        ["A01 create_fulfillment"],
        "the whole heap",
        [f"create_fulfillment A*1+B*1 {P1}"],
    ),
    Row(
        "one SKU on two lines, half of it",
        view(order(line(A, sku="CJ-X"), line(B, sku="CJ-X")), side(placed(parcel(P1, units={"CJ-X": 1}), state=PART))),
        ["F13 report"],
        "which one nobody knows",
        [],
    ),
    Row(
        "a blank quantity, one number",
        view(order(line(A, 3)), side(placed(parcel(P1, units={A: None}), state=PART))),
        ["A01 create_fulfillment"],
        "all open units",
        [f"create_fulfillment A*3 {P1}"],
    ),
    Row(
        "a blank quantity, two numbers",
        view(order(line(A, 3)), side(placed(parcel(P1, units={A: None}), parcel(P2, units={A: None}), state=PART))),
        ["F13 report", "F13 report"],
        "ambiguous",
        [],
    ),
    Row(
        "the supplier gives line ids back",
        view(
            order(*TWO),
            side(placed(replace(parcel(P1), lines=(SupplierLine(line_id="12", sku="?", quantity=1),)), state=PART)),
        ),
        ["A02 create_fulfillment"],
        "by bare id",
        [f"create_fulfillment B*1 {P1}"],
    ),
]

OTHERS = [
    Row(
        "delivered",
        view(order(), side(placed(parcel(P1, rung=Rung.DELIVERED)))),
        ["A06 create_fulfillment"],
        "no mail after delivery",
        [f"create_fulfillment A*1 {P1}"],
        policy=policy(notify_customer="once"),
    ),
    Row(
        "a last mile number",
        view(order(**SHOWN), side(placed(replace(parcel(P1), tracking=(*parcel(P1).tracking, *parcel(P2).tracking))))),
        ["A05 report"],
        "told",
        [],
    ),
    Row(
        "says shipped, shows a label",
        view(order(), side(placed(parcel(P1, rung=Rung.LABEL), state=SupplierState.SHIPPED))),
        ["A07 report"],
        "wait",
        [],
    ),
    Row(
        "one supplier order is missing, the other has a label",
        view(order(), side(linked(placed(n=1), missing_reads=1), placed(parcel(P2, rung=Rung.LABEL), n=2))),
        ["A07 report"],
        "each is looked at",
        [],
    ),
    Row(
        "split into parts that add up, and all of them are in the store",
        view(
            order(line(A, 2), fulfillment_orders=(closed({A: 2}),), fulfillments=(done({A: 2}, P1, P2),)),
            side(
                placed(units={A: 2}, n=1),
                placed(parcel(P1), units={A: 1}, n=2, parent_id="S1"),
                placed(parcel(P2), units={A: 1}, n=3, parent_id="S1"),
            ),
        ),
        [],
        "it is no news any more",
    ),
    Row(
        "one supplier was not read, the other has a label",
        view(
            order(line(A), line(B, sku="DP-B")),
            side(placed(), complete=False),
            side(placed(parcel(P2, rung=Rung.LABEL), supplier="dp", n=2), name="dp"),
        ),
        ["A07 report"],
        "each is looked at",
        policy=policy(suppliers=(CJ, replace(CJ, name="dp", lines=replace(CJ.lines, sku_prefix="DP-")))),
    ),
    Row(
        "fulfilled already, a label",
        view(order(**SHOWN), side(placed(parcel(P1, rung=Rung.LABEL)))),
        [],
        "nothing is open",
    ),
    Row(
        "two supplier orders, too many units",
        view(order(), side(placed(units={A: 1}, n=1), placed(units={A: 1}, n=2))),
        ["A08 report"],
        "bought twice?",
    ),
    Row(
        "two supplier orders that add up",
        view(order(line(A, 2)), side(placed(units={A: 1}, n=1), placed(units={A: 1}, n=2))),
        [],
        "split, nothing lost",
    ),
]


@table(SHIPPED)
def test_what_left_is_fulfilled(row):
    check(row)


@table(PARTS)
def test_parts_are_fulfilled_without_guessing(row):
    check(row)


@table(OTHERS)
def test_other_ways_in_which_a_supplier_is_ahead(row):
    check(row)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-12-01", datetime(2026, 12, 1, tzinfo=UTC)),
        ("2026-12-01T08:00", datetime(2026, 12, 1, 8, tzinfo=UTC)),
        ("2026-12-01T08:00+02:00", datetime(2026, 12, 1, 6, tzinfo=UTC)),
        ("2026-12-01t08:00z", datetime(2026, 12, 1, 8, tzinfo=UTC)),
    ],
)
def test_what_is_held_until_a_moment_is_looked_at_right_after_it(written, moment):
    given = view(order(tags=frozenset({f"syncd:hold-until={written}"})), side(placed(parcel(P1))))
    rules = policy(aging_after=(elapsed(days=99),) * 3)
    due = reconcile(given, policy=rules, now=moment - TICK).due_at
    assert due == moment + TICK
    assert due.tzinfo is UTC, "all moments are kept in UTC"
    assert [bool(reconcile(given, policy=rules, now=now).steps) for now in (moment, moment + TICK)] == [False, True]


def _mails(given, **more):
    judgement = reconcile(given, policy=policy(notify_customer="once", **more), now=NOW)
    return [step.notify_customer for step in judgement.steps]


def test_the_customer_is_told_once_per_parcel():
    fresh = side(placed(parcel(P1)))
    assert _mails(view(order(), fresh)) == [True]
    assert _mails(view(order(), fresh, notified=frozenset({f"cj/S1/{P1}"}))) == [False]
    assert sorted(_mails(view(order(*TWO, fulfillment_orders=TWO_PLACES), fresh))) == [False, True]
    assert reconcile(view(order(), fresh), policy=policy(), now=NOW).steps[0].notify_customer is False


def test_the_customer_is_not_told_of_old_news():
    def sent(at):
        return view(order(created_at=ago(days=9)), side(placed(parcel(P1, shipped_at=at), created_at=ago(days=9))))

    assert _mails(sent(ago(days=7))) == [False]
    assert _mails(sent(ago(days=6, hours=23))) == [True]
    unknown = view(
        order(), side(linked(placed(parcel(P1, shipped_at=None), changed_at=None), label_seen_at=ago(hours=3)))
    )
    assert _mails(unknown) == [False], "the first read of an order tells nothing of when its number appeared"


def test_the_customer_is_not_told_of_a_parcel_that_the_store_shows_in_part():
    shown = order(*TWO, fulfillment_orders=(closed({A: 1}, 1), work({B: 1}, 2)), fulfillments=(done({A: 1}, P1),))
    assert _mails(view(shown, side(placed(parcel(P1))))) == [False]


def test_an_order_is_looked_at_again_when_its_parcel_is_no_news_any_more():
    left = ago(days=3)
    given = view(order(created_at=ago(days=4)), side(placed(parcel(P1, shipped_at=left))))
    rules = policy(notify_customer="once", aging_after=(elapsed(days=99),) * 3)
    assert reconcile(given, policy=rules, now=NOW).due_at == left + timedelta(days=7)


def test_updates_never_tell_the_customer():
    given = view(order(**SHOWN), side(placed(parcel(P1), parcel(P2))))
    assert _mails(given) == [False]


def test_a_delivery_of_long_ago_is_filled_in_only_after_a_person_agreed():
    def delivered(at):
        box = parcel(P1, rung=Rung.DELIVERED, delivered_at=at)
        given = view(order(created_at=ago(days=40)), side(placed(box)))
        return reconcile(given, policy=policy(aging_after=(elapsed(days=99),) * 3), now=NOW).steps[0].approval

    assert delivered(ago(days=30)) is Approval.AUTO
    assert delivered(ago(days=30, seconds=1)) is Approval.REQUIRED


def test_a_step_keeps_its_id_while_the_situation_is_the_same():
    given = view(order(), side(placed(parcel(P1))))
    first = reconcile(given, policy=policy(), now=NOW).steps[0]
    churned = replace(given.order.fulfillment_orders[0], id="gid://shopify/FulfillmentOrder/77")
    again = replace(given, order=replace(given.order, fulfillment_orders=(churned,)))
    assert reconcile(again, policy=policy(), now=NOW).steps[0].id == first.id
    other = view(order(line(A, 2), fulfillment_orders=(work({A: 2}),)), side(placed(parcel(P1))))
    assert reconcile(other, policy=policy(), now=NOW).steps[0].id != first.id


def test_two_locations_make_two_different_steps():
    same = (work({A: 1}, 1), work({A: 1}, 2, location_id="gid://shopify/Location/2"))
    given = view(order(line(A, 2), fulfillment_orders=same), side(placed(parcel(P1))))
    steps = reconcile(given, policy=policy(), now=NOW).steps
    assert len({step.id for step in steps}) == 2
