"""Group A, the numbers: further ones and new ones that a supplier shows for what the store has fulfilled."""

from dataclasses import replace

from syncd.domain.orders import FulfillmentOrderStatus, RefundedLine, Restock
from syncd.domain.shipments import Rung, SupplierState
from syncd.domain.steps import Action
from tests.reconcile.tables import Row, check, table
from tests.reconcile.world import (
    CJ,
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

P1, P2, P3 = "LX100000001CN", "LX100000002CN", "LX100000003CN"
ON_HOLD = FulfillmentOrderStatus.ON_HOLD
TWO = (line(A), line(B))
PART = SupplierState.PART_SHIPPED
F1 = "gid://shopify/Fulfillment/1"
SECOND = {"location_id": "gid://shopify/Location/2"}
FEED = policy(suppliers=(replace(CJ, snapshot=False),))
SHOWN = {"fulfillment_orders": (closed({A: 1}),), "fulfillments": (done({A: 1}, P1),)}
TWO_PLACES = (work({A: 1}, 1), work({B: 1}, 2, location_id="gid://shopify/Location/2"))

MORE_NUMBERS = [
    Row(
        "a second parcel for the same units",
        view(order(**SHOWN), side(placed(parcel(P1), parcel(P2)))),
        ["A03 update_tracking"],
        "append, keep the first",
        [f"update_tracking A*1 {P1},{P2}"],
    ),
    Row(
        "a third one with a second",
        view(
            order(**SHOWN), side(placed(parcel(P1, units={A: 1}), parcel(P2, units={A: 1}), parcel(P3, units={A: 1})))
        ),
        ["A03 update_tracking"] * 2,
        "one update with all",
        [f"update_tracking A*1 {P1},{P2},{P3}"],
    ),
    Row(
        "labels of two parcels of which one is shown",
        view(order(**SHOWN), side(placed(parcel(P1, rung=Rung.LABEL), parcel(P2, rung=Rung.LABEL)))),
        [],
        "they have not left yet",
        [],
    ),
    Row(
        "labels of an order that has left as a whole, of which one is shown",
        view(
            order(**SHOWN),
            side(
                placed(
                    parcel(P1, rung=Rung.LABEL), parcel(P2, rung=Rung.LABEL), state=SupplierState.SHIPPED, units={A: 1}
                )
            ),
        ),
        [],
        "what is not scanned yet is not shown yet",
        [],
    ),
    Row(
        "a label that may belong to either of two fulfillments",
        view(
            order(
                line(A),
                line(B),
                fulfillment_orders=(closed({A: 1, B: 1}),),
                fulfillments=(done({A: 1}, P1, n=1), done({B: 1}, P2, n=2)),
            ),
            side(placed(parcel(P1), parcel(P2), parcel(P3, rung=Rung.LABEL), state=SupplierState.PART_SHIPPED)),
        ),
        [],
        "it has not left yet",
        [],
    ),
    Row(
        "a parcel that may belong to either of two fulfillments",
        view(
            order(
                line(A),
                line(B),
                fulfillment_orders=(closed({A: 1, B: 1}),),
                fulfillments=(done({A: 1}, P1, n=1), done({B: 1}, P2, n=2)),
            ),
            side(placed(parcel(P1), parcel(P2), parcel(P3), state=SupplierState.PART_SHIPPED)),
        ),
        ["A03 report"],
        "never guess",
        [],
    ),
    Row(
        "a second label",
        view(order(**SHOWN), side(placed(parcel(P1, units={A: 1}), parcel(P2, units={A: 1}, rung=Rung.LABEL)))),
        [],
        "a label is no parcel yet",
        [],
    ),
    Row(
        "a foreign number stays beside ours",
        view(
            order(fulfillment_orders=(closed({A: 1}),), fulfillments=(done({A: 1}, P1, "HAND99999999"),)),
            side(placed(parcel(P1, units={A: 1}), parcel(P2, units={A: 1}))),
        ),
        ["A03 update_tracking"],
        "nothing is dropped",
        [f"update_tracking A*1 {P1},HAND99999999,{P2}"],
    ),
    Row(
        "somebody took it off again",
        view(
            order(**SHOWN),
            side(placed(parcel(P1), parcel(P2))),
            intents=(intent(Action.UPDATE_TRACKING, {A: 1}, P1, P2, effect_id="gid://shopify/Fulfillment/1"),),
        ),
        ["A03 report"],
        "no quarrel between two apps",
        [],
    ),
    *(
        Row(
            name,
            view(
                order(**SHOWN),
                side(placed(parcel(P1), parcel(P2))),
                intents=(intent(Action.UPDATE_TRACKING, {A: 1}, P1, P2, state=state, effect_id=where),),
            ),
            [told],
            because,
        )
        for name, where, state, told, because in (
            ("it was seen there, and is off again", F1, "verified", "A03 report", "no quarrel between two apps"),
            ("the store did not take it before", F1, "refused", "A03 update_tracking", "it never stood there"),
            ("it stood on another fulfillment", f"{F1}7", "verified", "A03 update_tracking", "it never stood on this"),
        )
    ),
    Row(
        "two fulfillments could be meant",
        view(
            order(
                line(A, 2),
                fulfillment_orders=(closed({A: 2}),),
                fulfillments=(done({A: 1}, P1, n=1), done({A: 1}, P2, n=2)),
            ),
            side(placed(parcel(P1, units={A: 1}), parcel(P2, units={A: 1}), parcel(P3, units={A: 1}))),
        ),
        ["A03 report"],
        "never guess",
        [],
    ),
]


def _replaced(*, past: str = "LX000000009CN", rules=CJ, fulfillment=None, **more):
    shown = order(fulfillment_orders=(closed({A: 1}),), fulfillments=(fulfillment or done({A: 1}, "LX000000009CN"),))
    return view(shown, side(linked(placed(parcel(P1, **more)), past_numbers=frozenset({past, P1}))))


REPLACED = [
    Row("the old number is gone", _replaced(), ["A04 update_tracking"], "a new label", [f"update_tracking A*1 {P1}"]),
    Row("even before it left", _replaced(rung=Rung.LABEL), ["A04 update_tracking"], "the old one is dead"),
    Row(
        "we wrote the old one",
        replace(
            _replaced(past="?"),
            intents=(
                intent(
                    Action.CREATE_FULFILLMENT,
                    {A: 1},
                    "LX000000009CN",
                    effect_id="gid://shopify/Fulfillment/1",
                    supplier="cj",
                ),
            ),
        ),
        ["A04 update_tracking"],
        "the ledger shows whose it was",
    ),
    Row(
        "a person had us write the old one",
        replace(
            _replaced(past="?"),
            intents=(
                intent(Action.CREATE_FULFILLMENT, {A: 1}, "LX000000009CN", effect_id="gid://shopify/Fulfillment/1"),
            ),
        ),
        ["B04 report"],
        "it stays the person's",
        [],
    ),
    *(
        Row(
            f"an update to the old one that is {state}",
            replace(
                _replaced(past="?"),
                intents=(
                    intent(Action.UPDATE_TRACKING, {A: 1}, "LX000000009CN", effect_id=F1, supplier="cj", state=state),
                ),
            ),
            ["B04 report"],
            "somebody else wrote it",
            [],
        )
        for state in ("pending", "refused")
    ),
    Row("nobody knows the old one", _replaced(past="?"), ["B04 report"], "a person's number stays", []),
    Row(
        "the old one was scanned",
        _replaced(fulfillment=done({A: 1}, "LX000000009CN", in_transit_at=ago(hours=5))),
        ["A04 report"],
        "a parcel on its way",
        [],
    ),
    Row(
        "the old one was seen moving",
        view(
            order(fulfillment_orders=(closed({A: 1}),), fulfillments=(done({A: 1}, "LX000000009CN"),)),
            side(
                linked(
                    placed(parcel(P1)),
                    past_numbers=frozenset({"LX000000009CN"}),
                    max_rungs={"LX000000009CN": Rung.FIRST_SCAN},
                )
            ),
        ),
        ["A04 report"],
        "a parcel on its way",
        [],
    ),
    Row(
        "only a label of the old one was ever seen",
        view(
            order(fulfillment_orders=(closed({A: 1}),), fulfillments=(done({A: 1}, "LX000000009CN"),)),
            side(
                linked(
                    placed(parcel(P1)),
                    past_numbers=frozenset({"LX000000009CN"}),
                    max_rungs={"LX000000009CN": Rung.HANDED_OVER, P1: Rung.IN_TRANSIT},
                )
            ),
        ),
        ["A04 update_tracking"],
        "the scans are the new one's",
        [f"update_tracking A*1 {P1}"],
    ),
    Row(
        "a parcel that keeps its key was scanned under the old one",
        view(
            order(fulfillment_orders=(closed({A: 1}),), fulfillments=(done({A: 1}, "LX000000009CN"),)),
            side(
                linked(
                    placed(parcel(P1, key="box-1")),
                    past_numbers=frozenset({"LX000000009CN"}),
                    max_rungs={"box-1": Rung.FIRST_SCAN},
                )
            ),
        ),
        ["A04 report"],
        "it is on its way",
        [],
    ),
    Row(
        "delivered under the old one",
        _replaced(fulfillment=done({A: 1}, "LX000000009CN", delivered_at=ago(hours=5))),
        ["A04 report"],
        "it arrived",
        [],
    ),
    Row(
        "a feed whose missing rows mean nothing",
        _replaced(),
        ["A03 update_tracking"],
        "append instead",
        [f"update_tracking A*1 LX000000009CN,{P1}"],
        policy=policy(suppliers=(replace(CJ, snapshot=False),)),
    ),
    Row(
        "while other units of the line are open",
        view(
            order(
                line(quantity=2),
                fulfillment_orders=(work({A: 2}, remaining={A: 1}),),
                fulfillments=(done({A: 1}, "LX000000009CN"),),
            ),
            side(
                linked(placed(parcel(P1), units={A: 1}), past_numbers=frozenset({"LX000000009CN", P1})),
                placed(units={A: 1}, n=2),
            ),
        ),
        ["A04 update_tracking"],
        "the same parcel; the open unit is the other supplier order's",
        [f"update_tracking A*1 {P1}"],
    ),
    Row(
        "one of two that had a number together gets its own, while a third unit is open",
        view(
            order(
                line(A, 3),
                fulfillment_orders=(work({A: 3}, remaining={A: 1}),),
                fulfillments=(done({A: 2}, P1),),
            ),
            side(
                placed(parcel(P1), units={A: 1}),
                linked(placed(parcel(P2), units={A: 1}, n=2), past_numbers=frozenset({P1, P2})),
                placed(units={A: 1}, n=3),
            ),
        ),
        ["A03 update_tracking"],
        "both are there already; the open unit is the third order's",
        [f"update_tracking A*2 {P1},{P2}"],
    ),
    Row(
        "of two on one fulfillment one gets another number, while a third unit is open",
        view(
            order(
                line(A, 3),
                fulfillment_orders=(work({A: 3}, remaining={A: 1}),),
                fulfillments=(done({A: 2}, P1, P2),),
            ),
            side(
                linked(placed(parcel(P3), units={A: 1}), past_numbers=frozenset({P1, P3})),
                placed(parcel(P2), units={A: 1}, n=2),
                placed(units={A: 1}, n=3),
            ),
        ),
        ["A04 update_tracking"],
        "the other keeps its own",
        [f"update_tracking A*2 {P2},{P3}"],
    ),
    Row(
        "one of two that had a number together gets its own, and the other is all that the store shows",
        view(
            order(
                line(A, 2),
                fulfillment_orders=(work({A: 2}, remaining={A: 1}),),
                fulfillments=(done({A: 1}, P1),),
            ),
            side(
                placed(parcel(P1), units={A: 1}),
                linked(placed(parcel(P2), units={A: 1}, n=2), past_numbers=frozenset({P1, P2})),
            ),
        ),
        ["A02 create_fulfillment"],
        "nothing there is left unexplained",
        [f"create_fulfillment A*1 {P2}"],
    ),
    Row(
        "one of two that a label is to replace, nobody knows which, while a third unit is open",
        view(
            order(
                line(A, 3),
                fulfillment_orders=(work({A: 3}, remaining={A: 1}),),
                fulfillments=(done({A: 1}, "LX000000008CN", n=1), done({A: 1}, "LX000000009CN", n=2)),
            ),
            side(
                linked(
                    placed(parcel(P1, units={A: 1}, rung=Rung.LABEL), units={A: 3}),
                    past_numbers=frozenset({"LX000000008CN", "LX000000009CN", P1}),
                )
            ),
        ),
        ["A04 report", "A07 report"],
        "it may be either",
        [],
    ),
    Row(
        "an old number and a person's on one fulfillment, while a further unit is open",
        view(
            order(
                line(A, 2),
                fulfillment_orders=(work({A: 2}, remaining={A: 1}),),
                fulfillments=(done({A: 1}, "LX000000009CN", "HAND99999999"),),
            ),
            side(
                linked(
                    placed(parcel(P1, units={A: 1}), units={A: 2}, state=PART),
                    past_numbers=frozenset({"LX000000009CN", P1}),
                )
            ),
        ),
        ["A02 create_fulfillment"],
        "the person knows of another parcel there",
        [f"create_fulfillment A*1 {P1}"],
    ),
    Row(
        "a feed whose missing rows mean nothing, while a further unit is open",
        view(
            order(
                line(A, 2),
                fulfillment_orders=(work({A: 2}, remaining={A: 1}),),
                fulfillments=(done({A: 1}, "LX000000009CN"),),
            ),
            side(
                linked(
                    placed(parcel(P1, units={A: 1}), units={A: 2}, state=PART),
                    past_numbers=frozenset({"LX000000009CN", P1}),
                )
            ),
        ),
        ["A02 create_fulfillment"],
        "the old parcel may be as true as the new one",
        [f"create_fulfillment A*1 {P1}"],
        policy=FEED,
    ),
    Row(
        "a parcel of open units and of some that another number shows",
        view(
            order(
                line(A, 2),
                line(B),
                fulfillment_orders=(work({A: 2, B: 1}, remaining={A: 2}),),
                fulfillments=(done({B: 1}, "LX000000009CN"),),
            ),
            side(
                linked(
                    placed(parcel(P1, units={A: 1, B: 1}), units={A: 2, B: 1}, state=PART),
                    past_numbers=frozenset({"LX000000009CN", P1}),
                )
            ),
        ),
        ["A02 create_fulfillment", "A03 update_tracking"],
        "each of its units is where it is",
        [f"create_fulfillment A*1 {P1}", f"update_tracking B*1 LX000000009CN,{P1}"],
        policy=FEED,
    ),
    Row(
        "a parcel of all that two fulfillments have left beside other parcels",
        view(
            order(
                line(A, 3),
                fulfillment_orders=(closed({A: 3}),),
                fulfillments=(done({A: 2}, "LX000000009CN", P2, n=1), done({A: 1}, "LX000000008CN", n=2)),
            ),
            side(
                linked(
                    placed(parcel(P1, units={A: 2}), parcel(P2, units={A: 1})),
                    past_numbers=frozenset({"LX000000008CN", "LX000000009CN", P1, P2}),
                )
            ),
        ),
        ["A03 update_tracking"] * 2,
        "there is nothing to choose",
        [f"update_tracking A*2 LX000000009CN,{P2},{P1}", f"update_tracking A*1 LX000000008CN,{P1}"],
        policy=FEED,
    ),
    Row(
        "unknown contents, and one of two fulfillments is explained",
        view(
            order(
                line(A),
                line(B, 2),
                fulfillment_orders=(closed({A: 1, B: 2}),),
                fulfillments=(done({A: 1}, P1, n=1), done({B: 2}, "LX000000009CN", n=2)),
            ),
            side(
                linked(
                    placed(parcel(P1, units={A: 1}), parcel(P2), state=PART),
                    past_numbers=frozenset({"LX000000009CN", P1, P2}),
                )
            ),
        ),
        ["A04 update_tracking"],
        "it can only be the other's",
        [f"update_tracking B*2 {P2}"],
    ),
    Row(
        "unknown contents, and one of two lines was taken off though a person fulfilled it",
        view(
            order(
                line(A, current=0),
                line(B),
                fulfillment_orders=(closed({A: 1, B: 1}),),
                fulfillments=(done({A: 1}, "HAND99999999", n=1), done({B: 1}, n=2)),
                refunds=(RefundedLine(line_id=A, quantity=1, restock=Restock.CANCEL, at=ago(minutes=5)),),
            ),
            side(placed(parcel(P1), parcel(P2), units={A: 1, B: 1}, state=PART)),
        ),
        ["B02 update_tracking", "B02 update_tracking", "B09 report", "F04 report"],
        "they are of what is wanted",
    ),
    Row(
        "one of two is replaced, nobody knows which, while a third unit is open",
        view(
            order(
                line(A, 3),
                fulfillment_orders=(work({A: 3}, remaining={A: 1}),),
                fulfillments=(done({A: 1}, "LX000000008CN", n=1), done({A: 1}, "LX000000009CN", n=2)),
            ),
            side(
                linked(
                    placed(parcel(P1, units={A: 1}), units={A: 3}, state=PART),
                    past_numbers=frozenset({"LX000000008CN", "LX000000009CN", P1}),
                )
            ),
        ),
        ["A04 report"],
        "it may be either, and then the third has not left",
        [],
    ),
    Row(
        "set back by somebody",
        replace(
            _replaced(), intents=(intent(Action.UPDATE_TRACKING, {A: 1}, P1, effect_id="gid://shopify/Fulfillment/1"),)
        ),
        ["A04 report"],
        "no loop between two apps",
        [],
    ),
]


@table(MORE_NUMBERS)
def test_more_numbers_are_added(row):
    check(row)


@table(REPLACED)
def test_replaced_numbers_are_followed_where_they_are_the_suppliers(row):
    check(row)
