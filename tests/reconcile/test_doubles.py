"""Group B, too much or taken back: units that are fulfilled twice, and fulfillments that somebody cancelled."""

from syncd.domain.orders import FulfillmentOrderStatus
from syncd.domain.shipments import Rung, SupplierState
from syncd.domain.steps import Action
from tests.reconcile.fulfilled import F1, HAND, P1, P2, P3, shown
from tests.reconcile.tables import Row, check, table
from tests.reconcile.world import (
    A,
    B,
    ago,
    closed,
    done,
    intent,
    line,
    order,
    parcel,
    placed,
    side,
    undone,
    view,
    work,
)


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


@table(TWICE)
def test_doubles_and_foreign_cancels_freeze_the_order(row):
    check(row)
