"""Group B: the store is ahead of the supplier, or says something else."""

from dataclasses import replace

from syncd.domain.orders import FulfillmentEvent, FulfillmentOrderStatus, FulfillmentStatus, Return
from syncd.domain.orders import FulfillmentLine as Part
from syncd.domain.shipments import Rung, SupplierState
from syncd.domain.steps import Action, Approval
from syncd.domain.tracking import Tracking
from syncd.reconcile.decide import reconcile
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
    undone,
    view,
    work,
)

P1, P2, P3 = "LX100000001CN", "LX100000002CN", "LX100000003CN"
HAND = "HAND99999999"
OLD = {"created_at": ago(hours=49)}
BEFORE = ago(days=2, hours=12)
F1 = "gid://shopify/Fulfillment/1"


def shown(*fulfillments, lines=None, **more):
    """An order whose units are all fulfilled by these fulfillments."""
    more.setdefault("created_at", BEFORE)
    more.setdefault("fulfillment_orders", (closed({A: 1}),))
    return order(*(lines or (line(A),)), fulfillments=fulfillments, **more)


DP = replace(CJ, name="dp", lines=replace(CJ.lines, sku_prefix="DP-"))
BOTH = policy(suppliers=(CJ, DP))


def shared(*numbers, cj, dp, frozen=(), **more):
    """A fulfillment of two lines, one of each supplier."""
    given = done({A: 1, B: 1}, *numbers, **more)
    lines = (line(A), line(B, sku="DP-B"))
    there = (side(placed(*cj)), side(placed(*dp, supplier="dp", n=2), name="dp"))
    found = shown(given, lines=lines, fulfillment_orders=(closed({A: 1, B: 1}),))
    return view(found, *there, frozen_sources=frozenset(frozen))


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

NUMBERS = [
    Row(
        "no number, one parcel",
        view(shown(done({A: 1})), side(placed(parcel(P1)))),
        ["B02 update_tracking"],
        "the parcel is known",
        [f"update_tracking A*1 {P1}"],
    ),
    Row(
        "no number, a label",
        view(shown(done({A: 1})), side(placed(parcel(P1, rung=Rung.LABEL)))),
        ["B02 update_tracking"],
        "fulfilled anyway",
    ),
    Row(
        "no number on two, a parcel for both",
        view(
            shown(
                done({A: 1}, n=1),
                done({B: 1}, n=2),
                lines=(line(A), line(B)),
                fulfillment_orders=(closed({A: 1, B: 1}),),
            ),
            side(placed(parcel(P1))),
        ),
        ["B02 update_tracking"] * 2,
        "both are in it",
        [f"update_tracking A*1 {P1}", f"update_tracking B*1 {P1}"],
    ),
    Row(
        "no number on two, a parcel for one",
        view(
            shown(done({A: 1}, n=1), done({A: 1}, n=2), lines=(line(A, 2),), fulfillment_orders=(closed({A: 2}),)),
            side(placed(parcel(P1, units={A: 1}), state=SupplierState.PART_SHIPPED)),
        ),
        ["B02 report"] * 2,
        "never guess",
        [],
    ),
    Row(
        "no number on one, a parcel for a part of it and for an open line",
        view(
            shown(done({A: 2}), lines=(line(A, 2), line(B)), fulfillment_orders=(closed({A: 2}, 1), work({B: 1}, 2))),
            side(placed(parcel(P1, units={A: 1, B: 1}), units={A: 2, B: 1}, state=SupplierState.PART_SHIPPED)),
        ),
        ["B02 report"],
        "the person meant something else",
        [],
    ),
    Row(
        "no number on one, open units beside",
        view(
            shown(done({A: 1}), lines=(line(A, 2),), fulfillment_orders=(work({A: 2}, remaining={A: 1}),)),
            side(placed(parcel(P1, units={A: 1}), state=SupplierState.PART_SHIPPED)),
        ),
        ["B02 update_tracking"],
        "the person meant this parcel",
        [f"update_tracking A*1 {P1}"],
    ),
    Row(
        "we set it before and it was taken off",
        view(
            shown(done({A: 1})),
            side(placed(parcel(P1))),
            intents=(intent(Action.UPDATE_TRACKING, {A: 1}, P1, effect_id=F1),),
        ),
        ["B02 report"],
        "no quarrel",
        [],
    ),
    Row(
        "both have numbers",
        view(shown(done({A: 1}, HAND)), side(placed(parcel(P1)))),
        ["B04 report"],
        "a person's number stays",
        [],
    ),
    Row(
        "we fulfilled it, a person typed another number over ours, and more units of the line are open",
        view(
            order(line(A, 3), fulfillment_orders=(work({A: 3}, remaining={A: 2}),), fulfillments=(done({A: 1}, HAND),)),
            side(placed(parcel(P1, units={A: 1}), units={A: 1})),
            intents=(intent(Action.CREATE_FULFILLMENT, {A: 1}, P1, state="verified", effect_id=F1),),
        ),
        ["B04 report"],
        "its units are fulfilled, under whatever number",
        [],
    ),
    *(
        Row(
            name,
            view(
                order(
                    line(A, 3), fulfillment_orders=(work({A: 3}, remaining={A: 2}),), fulfillments=(done({A: 1}, HAND),)
                ),
                side(placed(parcel(P1, units={A: 1}), units={A: 3}, state=SupplierState.PART_SHIPPED)),
                intents=(intent(action, {A: 1}, P1, state=state, effect_id=F1),),
            ),
            told,
            because,
        )
        for name, action, state, told, because in (
            (
                "a person typed another number over ours, and nobody looked at ours again",
                Action.CREATE_FULFILLMENT,
                "done",
                ["B04 report"],
                "it was fulfilled all the same",
            ),
            (
                "a person fulfilled a part, and the store refused it of us",
                Action.UPDATE_TRACKING,
                "refused",
                ["A02 create_fulfillment", "B09 report"],
                "our parcel never stood there",
            ),
            (
                "a person fulfilled a part, and we told an event of it",
                Action.ADD_EVENT,
                "verified",
                ["A02 create_fulfillment", "B09 report"],
                "our parcel never stood there",
            ),
        )
    ),
    Row(
        "the same, and the supplier gave the parcel another number meanwhile",
        view(
            order(line(A, 3), fulfillment_orders=(work({A: 3}, remaining={A: 2}),), fulfillments=(done({A: 1}, HAND),)),
            side(linked(placed(parcel(P2, units={A: 1}), units={A: 1}), past_numbers=frozenset({P1, P2}))),
            intents=(intent(Action.CREATE_FULFILLMENT, {A: 1}, P1, state="verified", effect_id=F1),),
        ),
        ["B04 report"],
        "neither side shows what we wrote, and still it is one parcel",
        [],
    ),
    Row(
        "the supplier's number, typed by hand",
        view(shown(done({A: 1}, P1)), side(placed(parcel(P1)))),
        [],
        "whoever typed it",
    ),
    Row(
        "written with blanks",
        view(shown(done({A: 1}, "LX 1000 0000 1CN")), side(placed(parcel(P1)))),
        ["B05 report"],
        "the same number",
        [],
    ),
    Row(
        "the second of two numbers, written with blanks",
        view(shown(done({A: 1}, "LX 1000 0000 2CN")), side(placed(parcel(P1, P2)))),
        ["A05 report", "B05 report"],
        "each number is looked at",
        [],
    ),
    Row(
        "written as it should be, and the supplier writes it otherwise",
        view(shown(done({A: 1}, P1)), side(placed(parcel("lx 1000 0000 1cn")))),
        [],
        "the store is in order",
    ),
    Row(
        "another listed carrier, with a page of the supplier's",
        view(
            shown(done({A: 1}, P1, company="UPS")),
            side(
                placed(
                    replace(
                        parcel(P1),
                        tracking=(Tracking(number=P1, company="China Post", url="https://track.example.com/1"),),
                    )
                )
            ),
        ),
        ["B06 update_tracking"],
        "the customer gets that page",
    ),
    Row(
        "a carrier that only the number tells",
        view(
            shown(done({A: 1}, "RR123456785SE", company="PostNord SE")),
            side(placed(parcel("RR123456785SE", company="PostNord"))),
        ),
        [],
        "the store names it better than the supplier does",
    ),
    Row(
        "another carrier for two numbers, of one and the same carrier",
        view(
            shown(done({A: 1}, P1, P2, company="UPS")),
            side(placed(parcel(P1, P2, company="China Post"))),
        ),
        ["B06 update_tracking"] * 2,
        "one carrier is meant for both",
        [f"update_tracking A*1 {P1},{P2}"],
    ),
    Row(
        "two numbers with a page each and no carrier",
        view(
            shown(
                replace(
                    done({A: 1}),
                    tracking=tuple(Tracking(number=one, url=f"https://track.example.com/{one}") for one in (P1, P2)),
                )
            ),
            side(placed(parcel(P1, P2, company="China Post"))),
        ),
        [],
        "a list names one carrier, or gives each its page",
    ),
    Row(
        "a number with a page and no carrier",
        view(
            shown(replace(done({A: 1}), tracking=(Tracking(number=P1, url="https://track.example.com/1"),))),
            side(placed(parcel(P1, company="China Post"))),
        ),
        ["B06 update_tracking"],
        "there is room for its carrier",
        [f"update_tracking A*1 {P1}"],
    ),
    Row(
        "two numbers without page or carrier",
        view(shown(done({A: 1}, P1, P2)), side(placed(parcel(P1, P2, company="China Post")))),
        ["B06 update_tracking"] * 2,
        "there is room for their carrier",
        [f"update_tracking A*1 {P1},{P2}"],
    ),
    Row(
        "two suppliers name two carriers for one parcel, and the store a third",
        shared(P1, cj=[parcel(P1, company="China Post")], dp=[parcel(P1, company="USPS")], company="UPS"),
        ["B06 report"],
        "told once; a person chooses",
        [],
        policy=BOTH,
    ),
    Row(
        "two suppliers name two carriers for one parcel, and the store what the number tells of one",
        shared(
            "RR123456785SE",
            cj=[parcel("RR123456785SE", company="UPS")],
            dp=[parcel("RR123456785SE", company="PostNord")],
            company="PostNord SE",
        ),
        [],
        "one of them is right",
        policy=BOTH,
    ),
    Row(
        "a fulfillment that lists its line twice",
        view(
            shown(
                replace(done({A: 2}), lines=(Part(line_id=A, quantity=1), Part(line_id=A, quantity=1))),
                lines=(line(A, 2),),
            ),
            side(placed(parcel(P1))),
        ),
        ["B02 update_tracking"],
        "both parts are meant",
        [f"update_tracking A*2 {P1}"],
    ),
    Row(
        "another listed carrier",
        view(shown(done({A: 1}, P1, company="UPS")), side(placed(parcel(P1, company="China Post")))),
        ["B06 update_tracking"],
        "the link leads nowhere",
        [f"update_tracking A*1 {P1}"],
    ),
    Row(
        "the same carrier",
        view(shown(done({A: 1}, P1, company="China Post")), side(placed(parcel(P1, company="China Post")))),
        [],
        "in order",
    ),
    Row(
        "a carrier that is not listed",
        view(shown(done({A: 1}, P1, company="UPS")), side(placed(parcel(P1, company="Moon Parcels")))),
        [],
        "nothing better to say",
    ),
    Row(
        "the supplier names no carrier",
        view(shown(done({A: 1}, P1, company="UPS")), side(placed(parcel(P1)))),
        [],
        "nothing better to say",
    ),
    Row(
        "two suppliers name two carriers for one parcel, and the store shows one of them",
        view(
            order(
                line(A),
                line(B, sku="DP-B"),
                fulfillment_orders=(closed({A: 1, B: 1}),),
                fulfillments=(done({A: 1, B: 1}, P1, company="UPS"),),
            ),
            side(placed(parcel(P1, company="China Post"))),
            side(placed(parcel(P1, company="UPS"), supplier="dp", n=2), name="dp"),
        ),
        [],
        "one of them is right",
        policy=BOTH,
    ),
    Row(
        "two carriers on one fulfillment",
        view(
            shown(done({A: 1}, P1, P2, company="UPS")),
            side(placed(parcel(P1, units={A: 1}, company="China Post"), parcel(P2, units={A: 1}, company="USPS"))),
        ),
        ["B06 report"] * 2,
        "a person chooses",
        [],
    ),
    *(
        Row(
            f"no number on a fulfillment of two suppliers, and {frozen} is frozen",
            shared(cj=[parcel(P1)], dp=[parcel(P2)], frozen={frozen}),
            ["B02 report", "B02 update_tracking"],
            "only the other's word counts",
            [f"update_tracking A*1+B*1 {number}"],
            policy=BOTH,
        )
        for frozen, number in (("cj", P2), ("dp", P1))
    ),
    Row(
        "one more parcel of a frozen supplier",
        view(
            shown(done({A: 1}, P1)),
            side(placed(parcel(P1, units={A: 1}), parcel(P2, units={A: 1}))),
            frozen_sources=frozenset({"cj"}),
        ),
        ["A03 report"],
        "its word counts for nothing now",
        [],
    ),
    Row(
        "another carrier named by a frozen supplier",
        view(
            shown(done({A: 1}, P1, company="UPS")),
            side(placed(parcel(P1, company="China Post"))),
            frozen_sources=frozenset({"cj"}),
        ),
        ["B06 report"],
        "its word counts for nothing now",
        [],
    ),
    Row(
        "made by another app",
        view(shown(done({A: 1}, HAND)), side(placed())),
        ["B09 report"],
        "its units are taken",
        [],
    ),
    Row(
        "another app's part, the rest goes on",
        view(
            shown(done({A: 1}, HAND), lines=(line(A, 2),), fulfillment_orders=(work({A: 2}, remaining={A: 1}),)),
            side(placed(parcel(P1, units={A: 1}), state=SupplierState.PART_SHIPPED, units={A: 2})),
        ),
        ["A02 create_fulfillment", "B09 report"],
        "open units go on",
        [f"create_fulfillment A*1 {P1}"],
    ),
    Row(
        "ours, so not foreign",
        view(
            shown(done({A: 1}, HAND)),
            side(placed()),
            intents=(intent(Action.CREATE_FULFILLMENT, {A: 1}, HAND, effect_id=F1),),
        ),
        [],
        "we wrote it",
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


def twice(*fulfillments, boxes):
    """Three units of one line, fulfilled so; what is not is done elsewhere."""
    held = shown(*fulfillments, lines=(line(A, 3),), fulfillment_orders=(closed({A: 3}),))
    return view(held, side(placed(*boxes, state=SupplierState.PART_SHIPPED)))


TWICE = [
    Row(
        "more than ordered",
        view(shown(done({A: 1}, P1, n=1), done({A: 1}, P2, n=2)), side(placed(parcel(P1), parcel(P2)))),
        ["B08 report", "F04 report"],
        "two fulfillments for one unit",
        [],
    ),
    Row(
        "one unit of one parcel twice",
        view(
            shown(
                done({A: 1}, P1, n=1), done({A: 1}, P1, n=2), lines=(line(A, 2),), fulfillment_orders=(closed({A: 2}),)
            ),
            side(placed(parcel(P1, units={A: 1}), state=SupplierState.PART_SHIPPED)),
        ),
        ["B08 report"],
        "the parcel holds one",
        [],
    ),
    Row(
        "one unit of one parcel on three",
        twice(done({A: 1}, P1, n=1), done({A: 1}, P1, n=2), done({A: 1}, P1, n=3), boxes=[parcel(P1, units={A: 1})]),
        ["B08 report"],
        "told once",
        [],
    ),
    Row(
        "one unit of one parcel twice, beside a parcel of a dead order and one that is in order",
        view(
            shown(
                done({A: 1}, P3, n=1),
                done({A: 1}, P3, n=2),
                done({A: 1}, P2, n=3),
                lines=(line(A, 3),),
                fulfillment_orders=(closed({A: 3}),),
            ),
            side(
                placed(parcel(P1, units={A: 1}), n=1, state=SupplierState.CANCELLED),
                placed(parcel(P2, units={A: 1}), parcel(P3, units={A: 1}), n=2, state=SupplierState.PART_SHIPPED),
            ),
        ),
        ["B08 report"],
        "each parcel is looked at",
        [],
    ),
    Row(
        "a parcel of unknown contents on two fulfillments",
        twice(done({A: 1}, P1, n=1), done({A: 1}, P1, n=2), boxes=[parcel(P1)]),
        [],
        "it may hold both",
    ),
    Row(
        "one line of a parcel more than ordered, the other twice",
        view(
            shown(
                done({A: 1, B: 1}, P1, n=1),
                done({A: 1, B: 1}, P1, n=2),
                lines=(line(A), line(B, 2)),
                fulfillment_orders=(closed({A: 1, B: 2}),),
            ),
            side(placed(parcel(P1, units={A: 1, B: 1}), state=SupplierState.PART_SHIPPED)),
        ),
        ["B08 report", "B08 report", "F04 report"],
        "each line is looked at",
        [],
    ),
    Row(
        "more of a line than the parcel holds, on one of its two fulfillments",
        view(
            shown(
                done({A: 2}, P1, n=1),
                done({B: 1}, P1, n=2),
                lines=(line(A, 2), line(B)),
                fulfillment_orders=(closed({A: 2, B: 1}),),
            ),
            side(placed(parcel(P1, units={A: 1, B: 1}), state=SupplierState.PART_SHIPPED)),
        ),
        [],
        "no unit stands there twice",
    ),
    Row(
        "one unit of one parcel twice, and a second parcel on one of them",
        twice(
            done({A: 1}, P1, P2, n=1),
            done({A: 1}, P1, n=2),
            boxes=[parcel(P1, units={A: 1}), parcel(P2, units={A: 1})],
        ),
        ["A03 update_tracking"],
        "together they hold two",
    ),
    Row(
        "one unit of one parcel twice, and a second parcel for what is open",
        view(
            order(
                line(A, 3),
                fulfillment_orders=(work({A: 3}, remaining={A: 1}),),
                fulfillments=(done({A: 1}, P1, n=1), done({A: 1}, P1, n=2)),
            ),
            side(placed(parcel(P1, units={A: 1}), parcel(P2, units={A: 1}), state=SupplierState.PART_SHIPPED)),
        ),
        ["A02 report", "B08 report"],
        "nothing more is fulfilled before somebody looked",
        [],
    ),
    Row(
        "two units of one parcel, one each",
        view(
            shown(
                done({A: 1}, P1, n=1), done({A: 1}, P1, n=2), lines=(line(A, 2),), fulfillment_orders=(closed({A: 2}),)
            ),
            side(placed(parcel(P1, units={A: 2}))),
        ),
        [],
        "the parcel holds two",
    ),
    Row(
        "at two locations",
        view(
            shown(
                done({A: 1}, P1, n=1),
                done({A: 1}, P1, n=2, location_id="gid://shopify/Location/2"),
                lines=(line(A, 2),),
                fulfillment_orders=(closed({A: 2}),),
            ),
            side(placed(parcel(P1))),
        ),
        [],
        "one fulfillment per location",
    ),
    Row(
        "scheduled",
        view(
            order(fulfillment_orders=(work({A: 1}, status=FulfillmentOrderStatus.SCHEDULED, fulfill_at=ago(days=-2)),)),
            side(placed(parcel(P1))),
        ),
        ["A01 report"],
        "the store lets nobody fulfill it yet",
        [],
    ),
    Row(
        "the last of several fulfillments was cancelled by hand",
        view(
            order(
                line(A),
                line(B),
                fulfillment_orders=(closed({B: 1}, 1), work({A: 1}, 2)),
                fulfillments=(done({B: 1}, P2, n=1), undone({B: 1}, P2, n=2), undone({A: 1}, P1, n=3)),
            ),
            side(placed(parcel(P1, units={A: 1}), parcel(P2, units={B: 1}))),
        ),
        ["A02 report", "B10 report"],
        "each is looked at",
        [],
    ),
    *(
        Row(
            name,
            view(
                order(
                    line(A, 2),
                    line(B),
                    fulfillment_orders=(work({A: 2, B: 1}, remaining={A: 1}),),
                    fulfillments=(
                        done({B: 1}, P3, n=1),
                        done({A: 1}, number, n=2, created_at=at),
                        undone({A: 1}, P1, n=3, at=ago(minutes=30)),
                    ),
                ),
                side(
                    placed(
                        parcel(P1, units={A: 1}),
                        parcel(P2, units={A: 1}),
                        parcel(P3, units={B: 1}),
                        state=SupplierState.PART_SHIPPED,
                    )
                ),
            ),
            told,
            because,
        )
        for name, number, at, told, because in (
            (
                "cancelled by hand, and fulfilled again under its number",
                P1,
                ago(minutes=40),
                ["A02 report", "D05 report"],
                "somebody redid it; that more left since is told by itself",
            ),
            (
                "cancelled by hand, and fulfilled again under another number",
                P2,
                ago(minutes=20),
                ["A02 create_fulfillment"],
                "somebody redid it",
            ),
            (
                "cancelled by hand in the second in which another one was made",
                P2,
                ago(minutes=30),
                ["A02 report", "B10 report"],
                "that one may have been there before",
            ),
        )
    ),
    Row(
        "cancelled by hand",
        view(order(fulfillments=(undone({A: 1}, P1),)), side(placed(parcel(P1)))),
        ["A01 report", "B10 report"],
        "a person undid it; a person redoes it",
        [],
    ),
    Row(
        "ours was cancelled, under another number",
        view(
            order(fulfillments=(undone({A: 1}, HAND),)),
            side(placed()),
            intents=(intent(Action.CREATE_FULFILLMENT, {A: 1}, HAND, effect_id=F1),),
        ),
        ["B10 report"],
        "we made it",
    ),
    Row(
        "a bare one was cancelled by hand",
        view(order(fulfillments=(undone({A: 1}),)), side(placed())),
        [],
        "not ours, and no parcel",
    ),
    Row(
        "cancelled by us",
        view(
            order(fulfillments=(undone({A: 1}, P1),)),
            side(placed(parcel(P1, rung=Rung.LABEL))),
            intents=(intent(Action.CANCEL_FULFILLMENT, {A: 1}, P1, effect_id=F1),),
        ),
        ["A07 report"],
        "we know why",
    ),
    Row(
        "cancelled and fulfilled again",
        view(shown(undone({A: 1}, P1, n=1), done({A: 1}, P1, n=2)), side(placed(parcel(P1)))),
        [],
        "redone",
    ),
    Row(
        "cancelled, and fulfilled again in part under the same number",
        view(
            order(
                line(A, 2),
                fulfillment_orders=(work({A: 2}, remaining={A: 1}),),
                fulfillments=(undone({A: 2}, P1, n=1), done({A: 1}, P1, n=2, created_at=ago(minutes=40))),
            ),
            side(placed(parcel(P1, units={A: 1}), units={A: 2}, state=SupplierState.PART_SHIPPED)),
        ),
        [],
        "somebody sorts it out by hand",
    ),
    Row(
        "cancelled, and fulfilled again in part under another number",
        view(
            order(
                line(A, 2),
                fulfillment_orders=(work({A: 2}, remaining={A: 1}),),
                fulfillments=(undone({A: 2}, P1, n=1), done({A: 1}, P2, n=2, created_at=ago(minutes=20))),
            ),
            side(placed(parcel(P1, units={A: 1}), parcel(P2, units={A: 1}))),
        ),
        ["A02 report", "B10 report"],
        "one unit still waits",
        [],
    ),
    Row(
        "cancelled, and another fulfillment was there before",
        view(
            order(
                line(A, 2),
                fulfillment_orders=(work({A: 2}, remaining={A: 1}),),
                fulfillments=(undone({A: 1}, P1, n=1), done({A: 1}, P2, n=2, created_at=ago(minutes=50))),
            ),
            side(placed(parcel(P1, units={A: 1}), parcel(P2, units={A: 1}))),
        ),
        ["A02 report", "B10 report"],
        "it is not what took its place",
        [],
    ),
    Row(
        "cancelled, and another line was fulfilled since",
        view(
            order(
                line(A),
                line(B),
                fulfillments=(undone({A: 1}, P1, n=1), done({B: 1}, P2, n=2, created_at=ago(minutes=20))),
                fulfillment_orders=(work({A: 1}, 1), closed({B: 1}, 2)),
            ),
            side(placed(parcel(P1, units={A: 1}), parcel(P2, units={B: 1}))),
        ),
        ["A02 report", "B10 report"],
        "that is no replacement",
        [],
    ),
    Row(
        "cancelled, and nothing is wanted any more",
        view(
            order(line(A, current=0), fulfillment_orders=(), fulfillments=(undone({A: 1}, P1),)),
            side(placed(parcel(P1))),
        ),
        [],
        "taken off",
    ),
]


@table(WITHOUT_SHIPMENT)
def test_what_did_not_leave_is_told(row):
    check(row)


@table(NUMBERS)
def test_numbers_are_mended_only_where_they_are_the_suppliers(row):
    check(row)


@table(AT_CREATION)
def test_fulfilling_at_creation_is_told(row):
    check(row)


@table(TWICE)
def test_doubles_and_foreign_cancels_freeze_the_order(row):
    check(row)


def test_an_unfulfill_always_waits_for_a_person_by_default():
    given = view(shown(done({A: 1}, **OLD)), side(placed()))
    assert reconcile(given, policy=policy(), now=NOW).steps[0].approval is Approval.REQUIRED


def test_an_update_names_the_carrier_as_shopify_does():
    given = view(shown(done({A: 1}, P1, company="UPS")), side(placed(parcel(P1, company="china post"))))
    (step,) = reconcile(given, policy=policy(), now=NOW).steps
    assert [one.company for one in step.tracking] == ["China Post"]


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
