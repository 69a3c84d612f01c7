"""Group F: our own ledger, our reading, the quantity law, and the mapping between the sides."""

from dataclasses import replace

from syncd.domain.orders import DeliveryMethod, FulfillmentOrderStatus, RefundedLine, Restock
from syncd.domain.shipments import SupplierState
from syncd.domain.steps import Action
from syncd.reconcile.decide import reconcile
from syncd.reconcile.policy import LineRule, SupplierRules
from syncd.reconcile.view import Link
from tests.reconcile.tables import Row, check, table
from tests.reconcile.world import (
    CJ,
    NOW,
    POLICY,
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
    undone,
    view,
    work,
)

P1 = "LX100000001CN"
F1 = "gid://shopify/Fulfillment/1"
CREATE, CANCEL = Action.CREATE_FULFILLMENT, Action.CANCEL_FULFILLMENT
PARTLY = FulfillmentOrderStatus.IN_PROGRESS
GAP = {"quantity_gap_since": ago(hours=2)}


def refund(units=1, restock=Restock.NO_RESTOCK, at=None):
    return RefundedLine(line_id=A, quantity=units, restock=restock, at=at or ago(minutes=30))


LEDGER = [
    Row(
        "an unknown effect",
        view(order(), side(placed(parcel(P1))), intents=(intent(CREATE, {A: 1}, P1, state="unknown"),)),
        ["A01 report", "F01 report"],
        "read back, never resend",
        [],
    ),
    Row(
        "an unknown effect after one that is known",
        view(order(), side(), intents=(intent(CREATE), intent(CREATE, id="i2", state="unknown"))),
        ["F01 report"],
        "each is looked at",
        [],
    ),
    Row(
        "an unknown effect, and a number that is missing in the store",
        view(
            order(fulfillment_orders=(closed({A: 1}),), fulfillments=(done({A: 1}),)),
            side(placed(parcel(P1))),
            intents=(intent(Action.TAG, state="unknown"),),
        ),
        ["B02 report", "F01 report"],
        "nothing at all is done before it is settled",
        [],
    ),
    Row(
        "sent, and its deadline is over",
        view(order(), side(placed(parcel(P1))), intents=(intent(CREATE, {A: 1}, P1, state="sent"),)),
        ["A01 report", "F01 report"],
        "as good as unknown",
        [],
    ),
    Row(
        "sent, and still on its way",
        view(
            order(),
            side(placed(parcel(P1))),
            intents=(intent(CREATE, {A: 1}, P1, state="sent", deadline_at=ago(minutes=-1)),),
        ),
        ["A01 create_fulfillment"],
        "apply waits for it itself",
    ),
    Row(
        "refused before",
        view(order(), side(placed(parcel(P1))), intents=(intent(CREATE, {A: 1}, P1, state="refused"),)),
        ["A01 create_fulfillment"],
        "nothing happened",
    ),
    Row(
        "done, and this view is older",
        view(
            order(),
            side(placed(parcel(P1))),
            observed_at=ago(minutes=55),
            intents=(intent(CREATE, {A: 1}, P1, observed_after=False),),
        ),
        ["A01 report"],
        "the view cannot show it yet",
        [],
    ),
    Row(
        "done after it was kept, and this view is from between",
        view(
            order(),
            side(placed(parcel(P1))),
            observed_at=ago(minutes=45),
            intents=(intent(CREATE, {A: 1}, P1, sent_at=ago(minutes=40), observed_after=False),),
        ),
        ["A01 report"],
        "what counts is when it was sent",
        [],
    ),
    Row(
        "done in the very moment of this view",
        view(
            order(),
            side(placed(parcel(P1))),
            observed_at=ago(minutes=50),
            intents=(intent(CREATE, {A: 1}, P1, observed_after=False),),
        ),
        ["A01 create_fulfillment"],
        "the view shows what came of it",
    ),
    Row(
        "an unknown effect with a mail",
        view(
            order(),
            side(placed(parcel(P1))),
            intents=(intent(CREATE, {A: 1}, P1, state="unknown", notify_customer=True),),
        ),
        ["A01 report", "F01 report", "F05 report"],
        "told or not",
        [],
    ),
    Row(
        "done, and this view was made after it",
        view(order(), side(placed(parcel(P1))), intents=(intent(CREATE, {A: 1}, P1, observed_after=False),)),
        ["A01 create_fulfillment"],
        "the view shows what came of it",
    ),
    Row(
        "a hold that was never sent, and this view is older",
        view(
            order(),
            side(placed(parcel(P1))),
            observed_at=ago(minutes=55),
            intents=(intent(Action.HOLD, observed_after=False, state="pending"),),
        ),
        ["A01 create_fulfillment"],
        "nothing happened that the view could lack",
    ),
    Row(
        "told of two parcels, one of them twice",
        view(
            order(),
            side(placed()),
            intents=(
                intent(CREATE, {A: 1}, P1, "LX100000002CN", id="i2", notify_customer=True, state="done"),
                intent(CREATE, {A: 1}, P1.lower(), id="i1", notify_customer=True, state="verified"),
                intent(CREATE, {A: 1}, "LX100000002CN", id="i3", notify_customer=True, state="refused"),
                intent(CREATE, {A: 1}, "LX100000002CN", id="i4", notify_customer=False, state="done"),
            ),
        ),
        ["F05 report"],
        "only what was sent and told counts",
    ),
    Row(
        "told twice of one parcel",
        view(
            order(),
            side(placed()),
            intents=(
                intent(CREATE, {A: 1}, P1, id="i1", notify_customer=True, state="verified"),
                intent(CREATE, {A: 1}, P1, id="i2", notify_customer=True, state="verified"),
            ),
        ),
        ["F05 report"],
        "once is the law",
    ),
    Row(
        "told twice of one parcel, with other lines the second time",
        view(
            order(line(A), line(B)),
            side(placed()),
            intents=(
                intent(CREATE, {A: 1}, P1, id="i1", notify_customer=True),
                intent(CREATE, {B: 1}, P1, id="i2", notify_customer=True),
            ),
        ),
        ["F05 report"],
        "the first mail was right",
    ),
    Row(
        "an order that was cut off, with an unknown effect",
        view(order(cut=("lines",)), side(placed(parcel(P1))), intents=(intent(CREATE, {A: 1}, P1, state="unknown"),)),
        ["F01 report", "F09 report"],
        "the ledger speaks for itself",
        [],
    ),
    Row(
        "an order that was cut off, while an effect is still on its way",
        view(order(cut=("lines",)), side(), intents=(intent(CREATE, state="sent", deadline_at=ago(minutes=-1)),)),
        ["F09 report"],
        "nobody can know yet what came of it",
        [],
    ),
    Row(
        "an order that was cut off",
        view(order(cut=("refunds",)), side(placed(parcel(P1)))),
        ["F09 report"],
        "nothing else may be concluded",
        [],
    ),
    Row(
        "the fulfillment order that we held is gone",
        view(
            order(fulfillment_orders=(closed({}, 1), work({A: 1}, 2))),
            side(placed()),
            intents=(intent(Action.HOLD, {A: 1}, effect_id="gid://shopify/FulfillmentOrder/1", state="verified"),),
        ),
        ["F02 report"],
        "re-bind by line",
    ),
    Row(
        "of several that we held one is gone, and of several others one has its line",
        view(
            order(
                line(A, 2),
                line(B, 3),
                fulfillment_orders=(
                    work({A: 1}, 2),
                    work({B: 1}, 3),
                    work({A: 1, B: 1}, 4, remaining={B: 1}),
                    work({A: 1}, 5, status=FulfillmentOrderStatus.CANCELLED),
                    work({A: 1, B: 1}, 6),
                ),
            ),
            side(placed()),
            intents=(
                intent(CREATE, {A: 1}, id="i1", effect_id=F1),
                intent(Action.HOLD, {B: 1}, id="i2", effect_id="gid://shopify/FulfillmentOrder/3"),
                intent(Action.HOLD, {A: 1}, id="i3", effect_id="gid://shopify/FulfillmentOrder/1"),
            ),
        ),
        ["F02 report"],
        "those with open units of it are told",
    ),
    Row(
        "the fulfillment order that we held is there",
        view(
            order(),
            side(placed()),
            intents=(intent(Action.HOLD, {A: 1}, effect_id="gid://shopify/FulfillmentOrder/1", state="verified"),),
        ),
        [],
        "in order",
    ),
    Row(
        "the fulfillment order that we held is finished, and nothing took its place",
        view(
            order(fulfillment_orders=(closed({A: 1}, 1),), fulfillments=(done({A: 1}, P1),)),
            side(placed(parcel(P1))),
            intents=(intent(Action.HOLD, {A: 1}, effect_id="gid://shopify/FulfillmentOrder/1", state="verified"),),
        ),
        [],
        "its units are done",
    ),
    Row(
        "an unfulfill of we do not know which",
        view(
            order(fulfillment_orders=(closed({A: 1}),), fulfillments=(done({A: 1}, P1),)),
            side(placed(parcel(P1))),
            intents=(intent(CANCEL, {A: 1}, effect_id=None), intent(CANCEL, {A: 1}, id="i2", effect_id="gone")),
        ),
        [],
        "nothing to look at",
    ),
    Row(
        "an unfulfill that did not take",
        view(
            order(fulfillment_orders=(closed({A: 1}),), fulfillments=(done({A: 1}),)),
            side(placed()),
            intents=(intent(CANCEL, {A: 1}, effect_id=F1),),
        ),
        ["F07 report"],
        "still live",
    ),
    Row(
        "the last of several unfulfills did not take",
        view(
            order(
                line(A, 2), fulfillment_orders=(work({A: 1}),), fulfillments=(undone({A: 1}, n=1), done({A: 1}, n=2))
            ),
            side(placed()),
            intents=(
                intent(CREATE, {A: 1}, id="i1", effect_id="gid://shopify/Fulfillment/2"),
                intent(CANCEL, {A: 1}, id="i2", effect_id=None),
                intent(CANCEL, {A: 1}, id="i3", effect_id="gone"),
                intent(CANCEL, {A: 1}, id="i4", effect_id=F1),
                intent(CANCEL, {A: 1}, id="i5", effect_id="gid://shopify/Fulfillment/2"),
            ),
        ),
        ["F07 report"],
        "each is looked at",
    ),
    Row(
        "an unfulfill without open units",
        view(
            order(fulfillment_orders=(closed({A: 1}),), fulfillments=(undone({A: 1}),)),
            side(placed()),
            intents=(intent(CANCEL, {A: 1}, effect_id=F1),),
        ),
        ["F07 report"],
        "nobody will ship it again",
    ),
    Row(
        "an unfulfill that took",
        view(order(fulfillments=(undone({A: 1}),)), side(placed()), intents=(intent(CANCEL, {A: 1}, effect_id=F1),)),
        [],
        "as intended",
    ),
]

QUANTITIES = [
    Row(
        "open and fulfilled are ordered",
        view(
            order(
                line(A, 3),
                fulfillment_orders=(work({A: 3}, remaining={A: 1}, status=PARTLY),),
                fulfillments=(done({A: 2}, P1),),
            ),
            side(placed(parcel(P1, units={A: 2}), units={A: 3})),
        ),
        [],
        "the law holds",
    ),
    Row(
        "more than ordered",
        view(order(fulfillment_orders=(work({A: 1}),), fulfillments=(done({A: 1}, P1),)), side(placed(parcel(P1)))),
        ["F04 report"],
        "freeze",
        [],
    ),
    Row(
        "more than ordered bars a create",
        view(
            order(line(A), line(B), fulfillment_orders=(work({A: 1, B: 1}),), fulfillments=(done({A: 1}, P1),)),
            side(placed(parcel(P1, units={A: 1}), parcel("LX100000002CN", units={B: 1}), units={A: 1, B: 1})),
        ),
        ["A02 report", "F04 report"],
        "frozen",
        [],
    ),
    Row(
        "a closed one's remaining is no work",
        view(
            order(
                fulfillment_orders=(work({A: 1}, 1, status=FulfillmentOrderStatus.CLOSED), work({A: 1}, 2)),
                fulfillments=(undone({A: 1}),),
            ),
            side(placed()),
        ),
        [],
        "recorded trap",
    ),
    Row(
        "a cancelled one's remaining is no work",
        view(
            order(fulfillment_orders=(work({A: 1}, 1, status=FulfillmentOrderStatus.CANCELLED), work({A: 1}, 2))),
            side(placed()),
        ),
        [],
        "not counted",
    ),
    Row("fewer, for a while", view(order(fulfillment_orders=()), side(placed())), [], "routing lags"),
    Row("fewer, for long", view(order(fulfillment_orders=()), side(placed()), **GAP), ["F04 report"], "units are lost"),
    Row(
        "fewer, cancelled",
        view(order(fulfillment_orders=(), cancelled_at=ago(minutes=1)), side(), **GAP),
        [],
        "nothing is to be shipped",
    ),
    Row(
        "edited down",
        view(order(line(A, 3, current=1), fulfillment_orders=(work({A: 1}),)), side(placed(units={A: 1})), **GAP),
        [],
        "taken off unfulfilled",
    ),
    Row(
        "refunded before fulfillment",
        view(
            order(line(A, 2, current=1), fulfillment_orders=(work({A: 1}),), refunds=(refund(restock=Restock.CANCEL),)),
            side(placed(units={A: 1})),
            **GAP,
        ),
        [],
        "taken off unfulfilled",
    ),
    Row(
        "refund after delivery",
        view(
            order(
                line(A, 1, current=0),
                fulfillment_orders=(closed({A: 1}),),
                fulfillments=(done({A: 1}, P1),),
                refunds=(refund(restock=Restock.RETURN),),
            ),
            side(placed(parcel(P1))),
            **GAP,
        ),
        [],
        "fulfilled units change nothing",
    ),
    Row(
        "refund of one unit, half fulfilled",
        view(
            order(
                line(A, 2, current=1),
                fulfillment_orders=(work({A: 2}, remaining={A: 1}, status=PARTLY),),
                fulfillments=(done({A: 1}, P1),),
                refunds=(refund(),),
            ),
            side(placed(parcel(P1, units={A: 1}), state=SupplierState.PART_SHIPPED, units={A: 2})),
            **GAP,
        ),
        [],
        "it hits the fulfilled unit first",
    ),
    Row(
        "refund of two units, half fulfilled",
        view(
            order(
                line(A, 2, current=0),
                fulfillment_orders=(closed({A: 2}),),
                fulfillments=(done({A: 1}, P1),),
                refunds=(refund(2),),
            ),
            side(placed(parcel(P1, units={A: 1}), state=SupplierState.PART_SHIPPED, units={A: 1})),
            **GAP,
        ),
        [],
        "the fulfilled one, then the open one",
    ),
    Row(
        "refunded, then fulfilled",
        view(
            order(
                line(A, 2, current=1),
                fulfillment_orders=(closed({A: 1}),),
                fulfillments=(done({A: 1}, P1, created_at=ago(minutes=10)),),
                refunds=(refund(),),
            ),
            side(placed(parcel(P1), units={A: 1})),
            **GAP,
        ),
        [],
        "nothing was fulfilled then",
    ),
    Row(
        "fulfilled, cancelled, refunded",
        view(
            order(
                line(A, 2, current=1),
                fulfillment_orders=(closed({A: 2}, 1), work({A: 1}, 2)),
                fulfillments=(undone({A: 2}, at=ago(minutes=45)),),
                refunds=(refund(),),
            ),
            side(placed(units={A: 1})),
            **GAP,
        ),
        [],
        "nothing stood fulfilled then",
    ),
    Row(
        "fulfilled, cancelled, fulfilled again",
        view(
            order(
                fulfillment_orders=(closed({A: 1}, 1), closed({A: 1}, 2)),
                fulfillments=(undone({A: 1}, P1, n=1), done({A: 1}, P1, n=2, created_at=ago(minutes=10))),
            ),
            side(placed(parcel(P1))),
            **GAP,
        ),
        [],
        "only the live one counts",
    ),
]

DP = SupplierRules(name="dp", lines=LineRule(vendor="Depot"))
BOTH = policy(suppliers=(CJ, DP))
OLD = {"created_at": ago(hours=25)}

MAPPING = [
    Row(
        "claimed twice",
        view(order(line(A, vendor="Depot")), side(placed()), side(name="dp")),
        ["F13 report"],
        "whose is it",
        [],
        policy=BOTH,
    ),
    Row(
        "claimed twice bars only that line",
        view(order(line(A, vendor="Depot"), line(B)), side(placed(parcel(P1))), side(name="dp")),
        ["A01 create_fulfillment", "F13 report"],
        "the other goes on",
        [f"create_fulfillment B*1 {P1}"],
        policy=BOTH,
    ),
    Row(
        "a supplier order of two store orders",
        view(order(), side(linked(placed(parcel(P1)), claimed_by=("#1002",)))),
        ["A01 report", "F13 report"],
        "whose parcel is it",
        [],
    ),
    Row(
        "a dead supplier order, and one of two store orders",
        view(
            order(),
            side(
                placed(n=1, state=SupplierState.CANCELLED),
                linked(placed(parcel(P1), n=2), claimed_by=("#1002",)),
            ),
        ),
        ["A01 report", "F13 report"],
        "each is looked at",
        [],
    ),
    Row(
        "its name alone, and another store has it too",
        view(order(**OLD), side(empty_reads=2, doubtful={"S9": ("#1001 of other",)})),
        ["F13 report"],
        "it may be ours, or theirs",
        [],
    ),
    Row(
        "its name alone, with nothing open",
        view(
            order(fulfillments=(done({A: 1}, P1),), fulfillment_orders=(closed({A: 1}),)), side(doubtful={"S9": ("x",)})
        ),
        ["B09 report"],
        "nothing is left to be sent",
    ),
    Row("never placed", view(order(**OLD), side(empty_reads=2)), ["F13 report"], "was it ever placed?"),
    Row(
        "never placed, and the supplier was never read",
        view(order(**OLD), side(empty_reads=2, observed_at=None)),
        [],
        "nothing is known",
    ),
    Row("never placed, seen once", view(order(**OLD), side(empty_reads=1)), [], "once is nothing"),
    Row("never placed, half a read", view(order(**OLD), side(empty_reads=2, complete=False)), [], "half a truth"),
    Row(
        "one line was forgotten",
        view(order(line(A), line(B), **OLD), side(placed(units={A: 1}))),
        ["F13 report"],
        "they have only the other",
    ),
    Row(
        "one line was forgotten, first look",
        view(order(line(A), line(B), **OLD), side(linked(placed(units={A: 1}), first_seen_at=NOW))),
        [],
        "two looks are needed",
    ),
    Row(
        "one line was forgotten, a minute after the first look",
        view(order(line(A), line(B), **OLD), side(linked(placed(units={A: 1}), first_seen_at=ago(minutes=1)))),
        ["F13 report"],
        "two looks were made",
    ),
    Row(
        "one line was forgotten, and the last look was soon after the first",
        view(
            order(line(A), line(B), **OLD),
            side(linked(placed(units={A: 1}), first_seen_at=ago(seconds=90)), observed_at=ago(seconds=60)),
        ),
        [],
        "the next look is the second",
    ),
    Row(
        "one line was forgotten, and nobody knows since when they have the other",
        view(order(line(A), line(B), **OLD), side(linked(placed(units={A: 1}), first_seen_at=None))),
        [],
        "two looks are needed",
    ),
    Row(
        "one line was forgotten, and they do not show the other any more",
        view(order(line(A), line(B), **OLD), side(linked(placed(units={A: 1}), missing_reads=1))),
        [],
        "the look that showed it is not the last",
    ),
    Row(
        "one line was forgotten, and of the other they show a new order alone",
        view(
            order(line(A), line(B), **OLD),
            side(
                linked(placed(units={A: 1}, n=1), missing_reads=1),
                linked(placed(units={A: 1}, n=2), first_seen_at=NOW),
            ),
        ),
        [],
        "what is shown was seen once",
    ),
    Row(
        "a parcel with a line that its order does not list",
        view(order(line(A), line(B), **OLD), side(placed(parcel(P1, units={B: 1}), units={A: 1}))),
        ["A02 report", "F13 report"],
        "the supplier contradicts itself: a person looks",
        [],
    ),
    Row(
        "a line that is not ours, and one of ours that was taken off",
        view(
            order(line(A), line(B, current=0), fulfillment_orders=(work({A: 1}),)),
            side(placed(units={A: 1, "GIFT": 1})),
        ),
        [],
        "what is taken off is not missing",
    ),
    Row(
        "too few of two lines with one SKU, and a third that is missing",
        view(
            order(line(A, sku="CJ-X"), line(B, sku="CJ-X"), line(C)),
            side(placed(units={"CJ-X": 1})),
        ),
        ["F13 report"],
        "told among which nobody can choose",
        [],
    ),
    Row(
        "the supplier's SKU is not ours",
        view(order(), side(placed(parcel(P1), units={"8139:red": 1}))),
        ["A02 report", "F13 report"],
        "what did they ship?",
        [],
    ),
    Row(
        "a gift that nobody ordered",
        view(order(), side(placed(parcel(P1, units={A: 1, "GIFT": 1}), units={A: 1, "GIFT": 1}))),
        ["A01 create_fulfillment"],
        "ours is all there",
    ),
    Row(
        "a link names the line",
        view(
            order(),
            side(linked(placed(parcel(P1), units={"8139:red": 1}), links=(Link(origin="file", line_sku="CJ-A"),))),
        ),
        ["A01 create_fulfillment"],
        "a person said so",
    ),
]

LEFT_ALONE = [
    Row(
        "nobody's line",
        view(order(line(A, sku="OTHER")), side(placed(parcel(P1)))),
        [],
        "not ours",
        [],
        skips=["not_ours"],
    ),
    Row(
        "another case",
        view(order(line(A, sku="cj-A")), side(placed(parcel(P1)))),
        [],
        "case counts",
        [],
        skips=["not_ours"],
    ),
    Row(
        "blanks around",
        view(order(line(A, sku=" CJ-A ")), side(placed(parcel(P1, units={A: 1})))),
        ["A01 create_fulfillment"],
        "blanks do not count",
    ),
    Row(
        "a gift card",
        view(order(line(A, is_gift_card=True)), side(placed(parcel(P1)))),
        [],
        "not shipped",
        skips=["gift_card"],
    ),
    Row(
        "a service",
        view(order(line(A, requires_shipping=False)), side(placed(parcel(P1)))),
        [],
        "not shipped",
        skips=["not_shippable"],
    ),
    Row(
        "picked up",
        view(
            order(fulfillment_orders=(work({A: 1}, delivery_method=DeliveryMethod.PICK_UP),)), side(placed(parcel(P1)))
        ),
        [],
        "the customer comes",
        skips=["pickup"],
    ),
    Row(
        "carried out",
        view(
            order(
                source="pos",
                fulfillment_orders=(closed({A: 1}, delivery_method=DeliveryMethod.RETAIL),),
                fulfillments=(done({A: 1}),),
            ),
            side(),
        ),
        [],
        "gone with the customer",
        skips=["carry_out"],
    ),
    Row(
        "sold in the shop, sent home",
        view(order(source="pos"), side(placed(parcel(P1)))),
        ["A01 create_fulfillment"],
        "a parcel after all",
    ),
    Row(
        "a pickup point",
        view(
            order(fulfillment_orders=(work({A: 1}, delivery_method=DeliveryMethod.PICKUP_POINT),)),
            side(placed(parcel(P1))),
        ),
        ["A01 create_fulfillment"],
        "a parcel after all",
    ),
    Row(
        "a frozen supplier",
        view(order(), side(placed(parcel(P1))), frozen_sources=frozenset({"cj"})),
        ["A01 report"],
        "nothing rests on it",
        [],
    ),
    Row(
        "a frozen store",
        view(order(), side(placed(parcel(P1))), frozen_sources=frozenset({"main"})),
        ["A01 report"],
        "nothing is written",
        [],
    ),
    Row(
        "another supplier is frozen",
        view(order(), side(placed(parcel(P1))), frozen_sources=frozenset({"dp"})),
        ["A01 create_fulfillment"],
        "not this order's",
    ),
    Row(
        "a mass change at one of two suppliers",
        view(
            order(line(A), line(B, sku="X", vendor="Depot")),
            side(placed(parcel(P1))),
            side(name="dp"),
            frozen_sources=frozenset({"dp"}),
        ),
        ["A01 report"],
        "F10 bars creates on the order",
        [],
        policy=BOTH,
    ),
]


@table(LEDGER)
def test_our_own_ledger(row):
    check(row)


@table(QUANTITIES)
def test_the_quantity_law(row):
    check(row)


@table(MAPPING)
def test_mapping(row):
    check(row)


@table(LEFT_ALONE)
def test_what_is_left_alone(row):
    check(row)


def test_more_than_ordered_is_critical_and_fewer_is_not():
    def severity(shown, **more):
        return [
            drift.severity
            for drift in reconcile(view(shown, side(placed()), **more), policy=POLICY, now=NOW).drifts
            if drift.kind == "quantity_invariant_broken"
        ]

    assert severity(order(line(A), fulfillment_orders=(work({A: 1}, 1), work({A: 1}, 2)))) == ["critical"]
    assert severity(order(fulfillment_orders=()), **GAP) == ["medium"]


def test_lines_by_location_and_tag():
    rules = SupplierRules(name="cj", lines=LineRule(location="Cellar", tag="drop"))
    here = (work({A: 1}, location_name="Cellar"),)
    given = view(order(fulfillment_orders=here, tags=frozenset({"drop "})), side(placed(parcel(P1))))
    assert len(reconcile(given, policy=policy(suppliers=(rules,)), now=NOW).steps) == 1
    moved = replace(given, order=replace(given.order, tags=frozenset()))
    assert [skip.reason for skip in reconcile(moved, policy=policy(suppliers=(rules,)), now=NOW).skips] == ["not_ours"]


def test_a_rule_without_parts_claims_nothing():
    rules = SupplierRules(name="cj", lines=LineRule())
    found = reconcile(view(order(), side(placed(parcel(P1)))), policy=policy(suppliers=(rules,)), now=NOW)
    assert (found.drifts, [skip.reason for skip in found.skips]) == ((), ["not_ours"])
