"""Group B: the store is ahead of the supplier, or says something else."""

from dataclasses import replace

from syncd.domain.orders import FulfillmentEvent, FulfillmentStatus, Return
from syncd.domain.orders import FulfillmentLine as Part
from syncd.domain.shipments import Rung, SupplierState
from syncd.domain.steps import Action, Approval
from syncd.reconcile.decide import reconcile
from tests.reconcile.fulfilled import BEFORE, BOTH, F1, HAND, OLD, P1, shared, shown
from tests.reconcile.tables import Row, check, table
from tests.reconcile.world import (
    CJ,
    NOW,
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
    view,
    work,
)

WITHOUT_SHIPMENT = [
    Row(
        "fulfilled and nothing left",
        view(shown(done({A: 1}, **OLD)), side(placed())),
        ["B01 cancel_fulfillment"],
        "two days and no parcel",
        ["cancel_fulfillment A*1"],
    ),
    Row(
        "a label only",
        view(shown(done({A: 1}, P1, **OLD)), side(placed(parcel(P1, rung=Rung.LABEL)))),
        ["B01 cancel_fulfillment"],
        "a label is no shipment",
        [f"cancel_fulfillment A*1 {P1}"],
    ),
    Row(
        "never ordered there",
        view(shown(done({A: 1}, **OLD)), side(empty_reads=1)),
        ["B01 cancel_fulfillment"],
        "the supplier knows no such order",
    ),
    Row(
        "nobody can say whether it was ordered",
        view(shown(done({A: 1}, **OLD)), side()),
        [],
        "no read would have shown it",
    ),
    Row(
        "an unknown link",
        view(shown(done({A: 1}, **OLD)), side(empty_reads=1, unknown_links=("S9",))),
        [],
        "the linked order was not seen",
    ),
    Row(
        "an order there that may be ours",
        view(shown(done({A: 1}, **OLD)), side(empty_reads=1, doubtful={"S9": ("#1001 of other",)})),
        [],
        "it may have shipped",
    ),
    Row(
        "the supplier was not read",
        view(shown(done({A: 1}, **OLD)), side(placed(), complete=False)),
        [],
        "absence needs a whole read",
    ),
    Row(
        "missing from the last read",
        view(shown(done({A: 1}, **OLD)), side(linked(placed(), missing_reads=1))),
        [],
        "old news",
    ),
    Row(
        "the supplier says shipped, without a number",
        view(shown(done({A: 1}, **OLD)), side(placed(state=SupplierState.SHIPPED))),
        [],
        "not shown to be unshipped",
    ),
    Row(
        "the store shows movement",
        view(shown(done({A: 1}, in_transit_at=ago(hours=9), **OLD)), side(placed())),
        [],
        "something moves",
    ),
    Row(
        "an event shows movement",
        view(
            shown(done({A: 1}, events=(FulfillmentEvent(status="OUT_FOR_DELIVERY", happened_at=ago(hours=1)),), **OLD)),
            side(placed()),
        ),
        [],
        "something moves",
    ),
    Row(
        "a label event only",
        view(
            shown(done({A: 1}, events=(FulfillmentEvent(status="LABEL_PURCHASED", happened_at=ago(hours=1)),), **OLD)),
            side(placed()),
        ),
        ["B01 cancel_fulfillment"],
        "a label is no movement",
    ),
    Row(
        "a person's own number",
        view(shown(done({A: 1}, HAND, **OLD)), side(placed())),
        ["B01 report", "B09 report"],
        "it stays untouched",
        [],
    ),
    Row(
        "a return is open",
        view(
            shown(done({A: 1}, **OLD), returns=(Return(id="r", status="OPEN", lines=(Part(line_id=A, quantity=1),)),)),
            side(placed()),
        ),
        ["B01 report"],
        "stock would be counted twice",
        [],
    ),
    Row(
        "nothing left, and the supplier is frozen",
        view(shown(done({A: 1}, **OLD)), side(placed()), frozen_sources=frozenset({"cj"})),
        ["B01 report"],
        "its word counts for nothing now",
        [],
    ),
    *(
        Row(
            f"nothing left of what two suppliers were to send, and {frozen} is frozen",
            shared(cj=(), dp=(), frozen={frozen}, **OLD),
            ["B01 report"],
            "it takes both to know it",
            [],
            policy=BOTH,
        )
        for frozen in ("cj", "dp")
    ),
    Row(
        "a closed return",
        view(
            shown(
                done({A: 1}, **OLD), returns=(Return(id="r", status="CLOSED", lines=(Part(line_id=A, quantity=1),)),)
            ),
            side(placed()),
        ),
        ["B01 cancel_fulfillment"],
        "that is over",
    ),
    Row(
        "only one of two units left",
        view(
            shown(done({A: 2}, P1, **OLD), lines=(line(A, 2),), fulfillment_orders=(closed({A: 2}),)),
            side(placed(parcel(P1, units={A: 1}), state=SupplierState.PART_SHIPPED)),
        ),
        [],
        "the supplier says that something left",
    ),
    Row(
        "only one of two units left, and the supplier's word does not say so",
        view(
            shown(done({A: 2}, P1, **OLD), lines=(line(A, 2),), fulfillment_orders=(closed({A: 2}),)),
            side(placed(parcel(P1, units={A: 1}), state=SupplierState.PROCESSING, units={A: 2})),
        ),
        ["B01 report"],
        "the other one did not, and its parcel must not be taken back with it",
        [],
    ),
    Row(
        "a parcel left of which nobody knows which of two fulfillments it is",
        view(
            shown(
                done({A: 1}, n=1, **OLD),
                done({B: 1}, n=2, **OLD),
                lines=(line(A), line(B)),
                fulfillment_orders=(closed({A: 1, B: 1}),),
            ),
            side(placed(parcel(P1), state=SupplierState.PROCESSING)),
        ),
        ["B02 report"] * 2,
        "either may have left",
        [],
    ),
    Row(
        "another unit of the line left",
        view(
            shown(
                done({A: 1}, HAND, **OLD), lines=(line(A, 2),), fulfillment_orders=(closed({A: 1}, 1), work({A: 1}, 2))
            ),
            side(placed(parcel(P1, units={A: 1}), state=SupplierState.PROCESSING, units={A: 2})),
        ),
        ["A02 create_fulfillment", "B01 report", "B09 report"],
        "that one is accounted for by itself",
        [f"create_fulfillment A*1 {P1}"],
    ),
    Row(
        "nothing left of what two suppliers were to send",
        shared(cj=(), dp=(), **OLD),
        ["B01 cancel_fulfillment"],
        "both say so",
        ["cancel_fulfillment A*1+B*1"],
        policy=BOTH,
    ),
    Row(
        "nothing left under a number of one of two suppliers",
        shared(P1, cj=[parcel(P1, rung=Rung.LABEL)], dp=(), **OLD),
        ["B01 cancel_fulfillment"],
        "it is no stranger's number",
        [f"cancel_fulfillment A*1+B*1 {P1}"],
        policy=BOTH,
    ),
    Row(
        "no number anywhere for a week",
        view(
            shown(done({A: 1}, created_at=ago(days=8)), created_at=ago(days=9)),
            side(placed(state=SupplierState.SHIPPED)),
        ),
        ["B03 report"],
        "nobody can follow it",
        [],
    ),
    Row(
        "no number anywhere for a week, and it was delivered",
        view(
            shown(done({A: 1}, created_at=ago(days=8), delivered_at=ago(days=2)), created_at=ago(days=9)),
            side(placed(state=SupplierState.SHIPPED)),
        ),
        [],
        "it arrived",
    ),
    Row(
        "no number for a week, and a label at the supplier",
        view(
            shown(done({A: 1}, created_at=ago(days=8)), created_at=ago(days=9)),
            side(placed(parcel(P1, rung=Rung.LABEL), state=SupplierState.SHIPPED)),
        ),
        ["B02 update_tracking"],
        "there is one to show",
        [f"update_tracking A*1 {P1}"],
    ),
    Row(
        "no number for a week, and one of another line at the supplier",
        view(
            shown(
                done({A: 1}, created_at=ago(days=8)),
                created_at=ago(days=9),
                lines=(line(A), line(B)),
                fulfillment_orders=(closed({A: 1}, 1), work({B: 1}, 2)),
            ),
            side(placed(parcel(P1, units={B: 1}), state=SupplierState.SHIPPED)),
        ),
        ["A02 create_fulfillment", "B03 report"],
        "that is not this one's",
        [f"create_fulfillment B*1 {P1}"],
    ),
    Row(
        "somebody else's line in it",
        view(shown(done({A: 1, "x": 1}, **OLD), lines=(line(A), line("x", sku="OTHER"))), side(placed())),
        ["B01 report"],
        "it would take back what is not ours",
        [],
    ),
    Row(
        "failed, so not live",
        view(
            shown(done({A: 1}, status=FulfillmentStatus.FAILURE, **OLD), fulfillment_orders=(work({A: 1}),)),
            side(placed()),
        ),
        [],
        "it counts for nothing",
    ),
    Row(
        "delivered in the store",
        view(shown(done({A: 1}, HAND, delivered_at=ago(hours=3), **OLD)), side(placed())),
        ["B09 report", "B11 report"],
        "somebody delivered something",
        [],
    ),
    Row(
        "report only",
        view(shown(done({A: 1}, **OLD)), side(placed())),
        ["B01 cancel_fulfillment"],
        "shown, never sent",
        policy=policy(unfulfill=Approval.REPORT),
    ),
]

AT_CREATION = [
    Row(
        "at once",
        view(
            order(
                created_at=ago(hours=1),
                fulfillment_orders=(closed({A: 1}),),
                fulfillments=(done({A: 1}, created_at=ago(hours=1)),),
            ),
            side(placed()),
        ),
        ["B07 report"],
        "store automation",
    ),
    *(
        Row(
            f"at once, where ours is {state}",
            view(
                order(
                    created_at=ago(hours=1),
                    fulfillment_orders=(closed({A: 1}),),
                    fulfillments=(done({A: 1}, P1, created_at=ago(hours=1)),),
                ),
                side(placed(parcel(P1, rung=Rung.LABEL))),
                intents=(intent(Action.CREATE_FULFILLMENT, {A: 1}, P1, effect_id=F1, state=state),),
            ),
            ["B07 report"],
            "so somebody else did it",
        )
        for state in ("pending", "refused")
    ),
    Row(
        "at once, by us",
        view(
            order(
                created_at=ago(hours=1),
                fulfillment_orders=(closed({A: 1}),),
                fulfillments=(done({A: 1}, P1, created_at=ago(hours=1)),),
            ),
            side(placed(parcel(P1, rung=Rung.LABEL))),
            intents=(intent(Action.CREATE_FULFILLMENT, {A: 1}, P1, effect_id=F1),),
        ),
        [],
        "where labels count",
    ),
    Row(
        "in the shop",
        view(
            order(
                source="pos",
                created_at=ago(hours=1),
                fulfillment_orders=(closed({A: 1}),),
                fulfillments=(done({A: 1}, created_at=ago(hours=1)),),
            ),
            side(placed()),
        ),
        [],
        "the customer took it along",
    ),
    Row(
        "at once and shipped since",
        view(
            order(
                created_at=ago(hours=1),
                fulfillment_orders=(closed({A: 1}),),
                fulfillments=(done({A: 1}, P1, created_at=ago(hours=1)),),
            ),
            side(placed(parcel(P1))),
        ),
        [],
        "true by now",
    ),
]


@table(WITHOUT_SHIPMENT)
def test_what_did_not_leave_is_told(row):
    check(row)


@table(AT_CREATION)
def test_fulfilling_at_creation_is_told(row):
    check(row)


def test_an_unfulfill_always_waits_for_a_person_by_default():
    given = view(shown(done({A: 1}, **OLD)), side(placed()))
    assert reconcile(given, policy=policy(), now=NOW).steps[0].approval is Approval.REQUIRED


def test_two_suppliers_have_to_be_read_before_a_shared_fulfillment_is_judged():
    dp = replace(CJ, name="dp", lines=replace(CJ.lines, sku_prefix="DP-"))
    lines = (line(A), line(B, sku="DP-B"))
    both = policy(suppliers=(CJ, dp))
    shared = order(
        *lines, created_at=BEFORE, fulfillment_orders=(closed({A: 1, B: 1}),), fulfillments=(done({A: 1, B: 1}, **OLD),)
    )
    there = (side(placed()), side(placed(n=2), name="dp"))
    away = (side(placed()), side(placed(n=2), name="dp", complete=False))
    assert [drift.action for drift in reconcile(view(shared, *there), policy=both, now=NOW).drifts] == [
        "cancel_fulfillment"
    ]
    assert reconcile(view(shared, *away), policy=both, now=NOW).drifts == ()
