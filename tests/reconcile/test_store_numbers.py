"""Group B, the numbers: which ones stand on a fulfillment, whose they are, and what is written there."""

from dataclasses import replace

from syncd.domain.orders import FulfillmentLine as Part
from syncd.domain.shipments import Rung, SupplierState
from syncd.domain.steps import Action
from syncd.domain.tracking import Tracking
from syncd.reconcile.decide import reconcile
from tests.reconcile.fulfilled import BOTH, F1, HAND, P1, P2, shared, shown
from tests.reconcile.tables import Row, check, table
from tests.reconcile.world import (
    NOW,
    A,
    B,
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


@table(NUMBERS)
def test_numbers_are_mended_only_where_they_are_the_suppliers(row):
    check(row)


def test_an_update_names_the_carrier_as_shopify_does():
    given = view(shown(done({A: 1}, P1, company="UPS")), side(placed(parcel(P1, company="china post"))))
    (step,) = reconcile(given, policy=policy(), now=NOW).steps
    assert [one.company for one in step.tracking] == ["China Post"]
