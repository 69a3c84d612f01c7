"""Group D: cancels, refunds, edits and payments that one side knows and the other does not."""

from dataclasses import replace

from syncd.domain.orders import FinancialStatus, RefundedLine, RequestStatus, Restock
from syncd.domain.shipments import Rung, SupplierLine, SupplierState
from syncd.domain.steps import Action
from syncd.reconcile.view import Placement
from tests.reconcile.tables import Row, check, table
from tests.reconcile.world import (
    CJ,
    SKUS,
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

P1, P2 = "LX100000001CN", "LX100000002CN"
DEAD = SupplierState.CANCELLED
F1 = "gid://shopify/Fulfillment/1"
DONE = {"fulfillment_orders": (closed({A: 1}),), "fulfillments": (done({A: 1}),)}
OFF = {"cancelled_at": ago(minutes=16), "fulfillment_orders": (closed({A: 1}),)}


def refund(units=1, restock=Restock.CANCEL, at=None, line_id=A):
    return RefundedLine(line_id=line_id, quantity=units, restock=restock, at=at or ago(minutes=20))


def of_lines(*given):
    """A supplier order of lines of one unit each: `A`, or `(A, state)`."""
    pairs = [one if isinstance(one, tuple) else (one, None) for one in given]
    lines = tuple(SupplierLine(sku=SKUS[line_id], quantity=1, state=state) for line_id, state in pairs)
    return replace(placed(), lines=lines)


SUPPLIER_CANCELLED = [
    Row(
        "cancelled there, open here",
        view(order(), side(placed(state=DEAD))),
        ["D01 hold"],
        "nobody will ship",
        ["hold A*1"],
    ),
    Row(
        "cancelled at the second supplier, and the first was not read",
        view(
            order(line(A), line(B, sku="DP-B")),
            side(placed(), complete=False),
            side(placed(state=DEAD, supplier="dp", n=2), name="dp"),
        ),
        ["D01 hold"],
        "each rests on its own",
        ["hold B*1"],
        policy=policy(suppliers=(CJ, replace(CJ, name="dp", lines=replace(CJ.lines, sku_prefix="DP-")))),
    ),
    Row(
        "failed there, open here",
        view(order(), side(placed(state=SupplierState.FAILED))),
        ["D01 hold"],
        "nobody will ship",
    ),
    Row(
        "cancelled there, while the supplier is frozen",
        view(order(), side(placed(state=DEAD)), frozen_sources=frozenset({"cj"})),
        ["D01 report"],
        "its word counts for nothing now",
        [],
    ),
    Row(
        "cancelled there, ordered again",
        view(order(), side(placed(state=DEAD, n=1), placed(n=2))),
        [],
        "the new order counts",
    ),
    Row(
        "cancelled there and here, while the store still has work open",
        view(order(cancelled_at=ago(minutes=1)), side(placed(state=DEAD))),
        [],
        "nobody is to ship it",
    ),
    Row(
        "cancelled there, fulfilled here, and scanned once",
        view(
            order(**DONE),
            side(linked(placed(parcel(P1, rung=Rung.LABEL), state=DEAD), max_rungs={P1: Rung.FIRST_SCAN})),
        ),
        [],
        "a parcel may be on its way",
    ),
    Row(
        "one of two lines of a fulfillment was cancelled there",
        view(
            order(line(A), line(B), fulfillment_orders=(closed({A: 1, B: 1}),), fulfillments=(done({A: 1, B: 1}),)),
            side(placed(units={A: 1}, state=DEAD, n=1), placed(units={B: 1}, n=2)),
        ),
        ["D02 report"],
        "the other may still be sent",
        [],
    ),
    Row(
        "cancelled there, half a read",
        view(order(), side(placed(state=DEAD), complete=False)),
        [],
        "an outage looks like this",
    ),
    Row(
        "cancelled there, not shown last time",
        view(order(), side(linked(placed(state=DEAD), missing_reads=1))),
        [],
        "old news",
    ),
    Row("an unknown word", view(order(), side(placed(state=SupplierState.UNKNOWN))), ["F09 report"], "never guessed"),
    Row("cancelled in both", view(order(**OFF), side(placed(state=DEAD))), [], "agreed", skips=["cancelled"]),
    Row(
        "cancelled for one of two lines",
        view(order(line(A), line(B)), side(placed(state=DEAD, units={A: 1}, n=1), placed(units={B: 1}, n=2))),
        ["D01 hold"],
        "only that line",
    ),
    Row(
        "cancelled there, fulfilled here",
        view(order(**DONE), side(placed(state=DEAD))),
        ["D02 cancel_fulfillment"],
        "a parcel that does not exist",
        ["cancel_fulfillment A*1"],
    ),
    Row(
        "its label never moved",
        view(
            order(fulfillment_orders=(closed({A: 1}),), fulfillments=(done({A: 1}, P1),)),
            side(placed(parcel(P1, rung=Rung.LABEL), state=DEAD)),
        ),
        ["D02 cancel_fulfillment"],
        "never scanned",
    ),
    Row(
        "its parcel was scanned",
        view(
            order(fulfillment_orders=(closed({A: 1}),), fulfillments=(done({A: 1}, P1),)),
            side(placed(parcel(P1, rung=Rung.IN_TRANSIT), state=DEAD)),
        ),
        [],
        "it moves, whatever they say",
    ),
    Row(
        "the store shows movement",
        view(
            order(fulfillment_orders=(closed({A: 1}),), fulfillments=(done({A: 1}, display_status="IN_TRANSIT"),)),
            side(placed(state=DEAD)),
        ),
        [],
        "it moves",
    ),
    Row(
        "a person's own number",
        view(
            order(fulfillment_orders=(closed({A: 1}),), fulfillments=(done({A: 1}, "HAND99999999"),)),
            side(placed(state=DEAD)),
        ),
        ["B09 report", "D02 report"],
        "it may have left otherwise",
        [],
    ),
    Row(
        "shipped by another supplier order",
        view(
            order(fulfillment_orders=(closed({A: 1}),), fulfillments=(done({A: 1}, P1),)),
            side(placed(state=DEAD, n=1), placed(parcel(P1), n=2)),
        ),
        [],
        "re-sourced",
    ),
    Row(
        "no create while one is cancelled",
        view(
            order(
                line(A), line(B), fulfillment_orders=(closed({A: 1}, 1), work({B: 1}, 2)), fulfillments=(done({A: 1}),)
            ),
            side(placed(state=DEAD, units={A: 1}, n=1), placed(parcel(P1), units={B: 1}, n=2)),
        ),
        ["A02 report", "D02 cancel_fulfillment"],
        "D02 bars",
        ["cancel_fulfillment A*1"],
    ),
]

STORE_CANCELLED = [
    Row(
        "alive there",
        view(order(**OFF), side(placed())),
        ["D03 supplier_cancel"],
        "they would ship",
        ["supplier_cancel A*1"],
    ),
    Row(
        "alive there, cannot be cancelled by us",
        view(order(**OFF), side(placed())),
        ["D03 report"],
        "a person has to",
        [],
        policy=policy(suppliers=(replace(CJ, can_cancel=False),)),
    ),
    Row(
        "alive there, an unknown word",
        view(order(**OFF), side(placed(state=SupplierState.UNKNOWN))),
        ["D03 report", "F09 report"],
        "never guessed",
        [],
    ),
    Row("alive there, half a read", view(order(**OFF), side(placed(), complete=False)), [], "who knows", []),
    Row(
        "alive there, shared with another order",
        view(order(**OFF), side(linked(placed(), claimed_by=("#1002",)))),
        ["D03 report", "F13 report"],
        "it is not this order's alone",
        [],
    ),
    Row("shipped there", view(order(**OFF), side(placed(parcel(P1)))), ["D04 report"], "double loss", []),
    Row(
        "a label there",
        view(order(**OFF), side(placed(parcel(P1, rung=Rung.LABEL)))),
        ["D03 supplier_cancel"],
        "it can still be stopped",
    ),
    Row(
        "said to be delivered there",
        view(order(**OFF), side(placed(state=SupplierState.DELIVERED))),
        ["D04 report"],
        "too late",
    ),
    Row(
        "shipped there, while the store still has work open",
        view(order(cancelled_at=ago(minutes=1)), side(placed(parcel(P1)))),
        ["A01 report", "D04 report"],
        "nothing is fulfilled in a cancelled order",
        [],
    ),
    Row(
        "cancelled there as well, and scanned once",
        view(order(**OFF), side(placed(parcel(P1, rung=Rung.FIRST_SCAN), state=DEAD))),
        ["D04 report"],
        "it left all the same",
    ),
    Row(
        "the money was given back, but no unit was taken off, and it was shipped",
        view(order(financial=FinancialStatus.REFUNDED), side(placed(parcel(P1)))),
        ["A01 create_fulfillment", "D08 report"],
        "the units are still to be shipped",
    ),
    Row(
        "refunded before it left, shipped",
        view(
            order(line(A, current=0), financial=FinancialStatus.REFUNDED, refunds=(refund(),), fulfillment_orders=()),
            side(placed(parcel(P1))),
        ),
        ["D04 report"],
        "double loss",
    ),
    Row(
        "refunded after delivery",
        view(
            order(
                line(A, current=0),
                financial=FinancialStatus.REFUNDED,
                refunds=(refund(restock=Restock.RETURN),),
                fulfillment_orders=(closed({A: 1}),),
                fulfillments=(done({A: 1}, P1),),
            ),
            side(placed(parcel(P1, rung=Rung.DELIVERED))),
        ),
        [],
        "an ordinary return",
    ),
    Row(
        "refunded without restocking after delivery",
        view(
            order(
                line(A, current=0),
                financial=FinancialStatus.REFUNDED,
                refunds=(refund(restock=Restock.NO_RESTOCK),),
                fulfillment_orders=(closed({A: 1}),),
                fulfillments=(done({A: 1}, P1),),
            ),
            side(placed(parcel(P1, rung=Rung.DELIVERED))),
        ),
        [],
        "an ordinary refund",
    ),
]

GHOSTS = [
    Row(
        "shipped after we took it back",
        view(
            order(fulfillments=(undone({A: 1}),)),
            side(placed(parcel(P1))),
            intents=(intent(Action.CANCEL_FULFILLMENT, {A: 1}, effect_id=F1),),
        ),
        ["A01 report", "D05 report"],
        "we called it off",
        [],
    ),
    Row(
        "shipped though we had shown its label",
        view(
            order(fulfillments=(undone({A: 1}, P1),)),
            side(placed(parcel(P1))),
            intents=(intent(Action.CANCEL_FULFILLMENT, {A: 1}, P1, effect_id=F1),),
        ),
        ["A01 report", "D05 report"],
        "our own unfulfill must not be undone",
        [],
    ),
    Row(
        "shipped after the merchant took it back",
        view(order(fulfillments=(undone({A: 1}),)), side(placed(parcel(P1)))),
        ["A01 report", "D05 report"],
        "any unfulfill",
        [],
    ),
    Row(
        "shipped after an accepted cancellation",
        view(
            order(
                fulfillment_orders=(closed({}, 1, request_status=RequestStatus.CANCELLATION_ACCEPTED), work({A: 1}, 2))
            ),
            side(placed(parcel(P1))),
        ),
        ["A01 report", "D05 report"],
        "they had agreed",
        [],
    ),
    Row(
        "shipped after an accepted cancellation of another line",
        view(
            order(
                line(A),
                line(B),
                fulfillment_orders=(
                    work({B: 1}, 1, request_status=RequestStatus.CANCELLATION_ACCEPTED, supported_actions=frozenset()),
                    work({A: 1}, 2),
                ),
            ),
            side(placed(parcel(P1, units={A: 1}), units={A: 1, B: 1})),
        ),
        ["A02 create_fulfillment"],
        "this one was not called off",
    ),
    Row(
        "ordered again after the cancellation",
        view(
            order(
                fulfillment_orders=(
                    closed({}, 1, request_status=RequestStatus.CANCELLATION_ACCEPTED, updated_at=ago(hours=2)),
                    work({A: 1}, 2),
                )
            ),
            side(placed(parcel(P1), created_at=ago(hours=1))),
        ),
        ["A01 create_fulfillment"],
        "a new order is no ghost",
    ),
    Row(
        "cancelled there, and scanned once",
        view(order(), side(placed(parcel(P1, rung=Rung.FIRST_SCAN), state=DEAD))),
        ["D01 hold", "D05 report"],
        "it left after all",
    ),
    Row(
        "shipped after a request that we took back, a while after it was kept",
        view(
            order(),
            side(placed(parcel(P1))),
            intents=(intent(Action.CANCEL_FULFILLMENT_ORDER, {A: 1}, sent_at=ago(minutes=40)),),
        ),
        ["A01 report", "D05 report"],
        "told with the moment when it was sent",
        [],
    ),
    Row(
        "shipped after a request that we took back, nobody knows when",
        view(
            order(),
            side(placed(parcel(P1))),
            intents=(intent(Action.CANCEL_FULFILLMENT_ORDER, {A: 1}, sent_at=None),),
        ),
        ["A01 report", "D05 report"],
        "told with the moment when it was kept",
        [],
    ),
    *(
        Row(
            name,
            view(
                order(
                    line(A, 2),
                    fulfillment_orders=(work({A: 2}, remaining={A: 1}),),
                    fulfillments=(
                        undone({A: 1}, n=1, at=ago(minutes=40)),
                        done({A: 1}, P1, n=2, created_at=at),
                    ),
                ),
                side(placed(parcel(P1, units={A: 1}), parcel(P2, units={A: 1}))),
            ),
            told,
            because,
        )
        for name, at, told, because in (
            ("fulfilled again at once", ago(minutes=40), ["A02 create_fulfillment"], "the call-off was taken back"),
            ("fulfilled in part before", ago(minutes=41), ["A02 report", "D05 report"], "the rest was called off"),
        )
    ),
    Row(
        "cancelled there, and moving",
        view(order(), side(placed(parcel(P1, rung=Rung.IN_TRANSIT), state=DEAD))),
        ["D01 hold", "D05 report"],
        "it left after all",
    ),
    Row(
        "we cancelled there, and it left",
        view(order(), side(placed(parcel(P1))), intents=(intent(Action.SUPPLIER_CANCEL, {A: 1}, supplier="cj"),)),
        ["A01 report", "D05 report"],
        "called off",
        [],
    ),
    Row(
        "fulfilled again since",
        view(
            order(
                line(A, 2),
                fulfillment_orders=(work({A: 2}, remaining={A: 1}),),
                fulfillments=(
                    undone({A: 1}, n=1, at=ago(minutes=40)),
                    done({A: 1}, P1, n=2, created_at=ago(minutes=30)),
                ),
            ),
            side(placed(parcel(P1, units={A: 1}), parcel(P2, units={A: 1}))),
        ),
        ["A02 create_fulfillment"],
        "the call-off was taken back",
    ),
    Row(
        "a label after we took it back",
        view(order(fulfillments=(undone({A: 1}),)), side(placed(parcel(P1, rung=Rung.LABEL)))),
        ["A07 report"],
        "it has not left",
    ),
]


def at_placement(units=None, address="addr", at=None):
    return Placement(at=at or ago(hours=2), address_hash=address, quantities=tuple((units or {A: 1}).items()))


EDITS = [
    Row("as it was", view(order(), side(placed()), placement=at_placement()), [], "nothing changed"),
    Row(
        "another address",
        view(order(), side(placed()), placement=at_placement(address="old")),
        ["D07 hold"],
        "it would go to the old one",
    ),
    Row(
        "an unknown address",
        view(order(address_hash=None), side(placed()), placement=at_placement(address="old")),
        [],
        "unknown is not different",
    ),
    Row(
        "one more unit",
        view(order(line(A, 2)), side(placed(units={A: 1})), placement=at_placement()),
        ["D07 hold"],
        "they know of one",
    ),
    Row(
        "edited down",
        view(
            order(line(A, 2, current=1), fulfillment_orders=(work({A: 1}),)),
            side(placed()),
            placement=at_placement({A: 2}),
        ),
        ["D07 hold"],
        "they know of two",
    ),
    Row(
        "a line added",
        view(order(line(A), line(B)), side(placed(units={A: 1})), placement=at_placement()),
        ["D07 hold"],
        "they do not know of it",
    ),
    Row(
        "a refund is no edit",
        view(
            order(line(A, 2, current=1), fulfillment_orders=(work({A: 1}),), refunds=(refund(),)),
            side(placed()),
            placement=at_placement({A: 2}),
        ),
        [],
        "told elsewhere",
    ),
    Row(
        "a refund of which nobody knows when",
        view(
            order(line(A, 2, current=1), fulfillment_orders=(work({A: 1}),), refunds=(replace(refund(), at=None),)),
            side(placed()),
            placement=at_placement({A: 2}),
        ),
        [],
        "it may have been since",
    ),
    Row(
        "a refund of which nobody knows when, and it was counted then",
        view(
            order(line(A, 2, current=1), fulfillment_orders=(work({A: 1}),), refunds=(replace(refund(), at=None),)),
            side(placed()),
            placement=at_placement({A: 1}),
        ),
        [],
        "it may have been before",
    ),
    Row(
        "a refund in the moment of the placement",
        view(
            order(line(A, 2, current=1), fulfillment_orders=(work({A: 1}),), refunds=(refund(at=ago(hours=2)),)),
            side(placed()),
            placement=at_placement({A: 1}),
        ),
        [],
        "what was seen then counts it",
    ),
    Row(
        "one more unit, and one that was refunded since",
        view(
            order(line(A, 3, current=2), fulfillment_orders=(work({A: 2}),), refunds=(refund(),)),
            side(placed(units={A: 2})),
            placement=at_placement({A: 2}),
        ),
        ["D07 hold"],
        "three were ordered in between",
    ),
    Row(
        "edited, and cancelled since",
        view(order(cancelled_at=ago(minutes=1)), side(placed()), placement=at_placement(address="old")),
        [],
        "nothing is to be sent anywhere",
    ),
    Row(
        "a return after delivery is no edit",
        view(
            order(
                line(A, current=0),
                financial=FinancialStatus.REFUNDED,
                refunds=(refund(restock=Restock.RETURN),),
                fulfillment_orders=(closed({A: 1}),),
                fulfillments=(done({A: 1}, P1),),
            ),
            side(placed(parcel(P1))),
            placement=at_placement(),
        ),
        [],
        "units that were fulfilled",
    ),
    Row(
        "first seen after the return",
        view(
            order(
                line(A, current=0),
                financial=FinancialStatus.REFUNDED,
                refunds=(refund(restock=Restock.RETURN, at=ago(hours=2, minutes=30)),),
                fulfillment_orders=(closed({A: 1}),),
                fulfillments=(done({A: 1}, P1, created_at=ago(hours=3)),),
            ),
            side(placed(parcel(P1))),
            placement=at_placement({A: 0}),
        ),
        [],
        "so it was then",
    ),
    Row(
        "edited after it left",
        view(order(), side(placed(parcel(P1))), placement=at_placement(address="old")),
        ["A01 create_fulfillment", "D07 report"],
        "a hold stops nothing any more",
    ),
    Row(
        "edited after delivery",
        view(
            order(fulfillment_orders=(closed({A: 1}),), fulfillments=(done({A: 1}, P1),)),
            side(placed(parcel(P1, rung=Rung.DELIVERED), state=SupplierState.DELIVERED)),
            placement=at_placement(address="old"),
        ),
        [],
        "it arrived",
    ),
]

MONEY = [
    Row(
        "wholly refunded, still open",
        view(order(financial=FinancialStatus.REFUNDED), side()),
        ["D08 report"],
        "somebody may ship it",
    ),
    Row(
        "placed, not paid",
        view(order(financial=FinancialStatus.PENDING), side(placed())),
        ["D10 report"],
        "free goods",
        skips=["unpaid"],
    ),
    Row("placed, voided", view(order(financial=FinancialStatus.VOIDED), side(placed())), ["D10 report"], "free goods"),
    Row(
        "placed, authorised",
        view(order(financial=FinancialStatus.AUTHORIZED), side(placed())),
        [],
        "captured on shipping",
    ),
    Row(
        "not paid, not placed", view(order(financial=FinancialStatus.PENDING), side()), [], "in order", skips=["unpaid"]
    ),
    Row(
        "not paid, but shipped",
        view(order(financial=FinancialStatus.PENDING), side(placed(parcel(P1)))),
        ["A01 create_fulfillment", "D10 report"],
        "it left, so the store says so",
    ),
    Row(
        "they took a unit off",
        view(
            order(line(A, 2)),
            side(
                replace(
                    placed(units={A: 1}),
                    lines=(SupplierLine(sku="CJ-A", quantity=1), SupplierLine(sku="CJ-A", quantity=1, state=DEAD)),
                )
            ),
        ),
        ["D11 report"],
        "one will never come",
    ),
    Row(
        "they took a unit off, and the order is cancelled",
        view(order(line(A, 2), **OFF), side(of_lines(A, (A, DEAD)))),
        ["D03 supplier_cancel"],
        "all of it is called off",
    ),
    Row(
        "they took a unit off one order, and have it in another",
        view(order(line(A, 2)), side(of_lines(A, (A, DEAD)), placed(units={A: 1}, n=2))),
        [],
        "it comes all the same",
    ),
    Row(
        "they took a whole line off",
        view(order(line(A), line(B)), side(of_lines((A, DEAD), B))),
        ["D11 report"],
        "it will never come",
    ),
    Row(
        "they took units off two lines, and we off the first",
        view(
            order(line(A, 2, current=1), line(B, 2), fulfillment_orders=(work({A: 1, B: 2}),)),
            side(of_lines(A, (A, DEAD), B, (B, DEAD))),
        ),
        ["D11 report"],
        "each line is looked at",
    ),
    Row(
        "both took a unit off",
        view(
            order(line(A, 2, current=1), fulfillment_orders=(work({A: 1}),)),
            side(
                replace(
                    placed(units={A: 1}),
                    lines=(SupplierLine(sku="CJ-A", quantity=1), SupplierLine(sku="CJ-A", quantity=1, state=DEAD)),
                )
            ),
        ),
        [],
        "agreed",
    ),
]


@table(SUPPLIER_CANCELLED)
def test_cancels_of_the_supplier(row):
    check(row)


@table(STORE_CANCELLED)
def test_cancels_of_the_store(row):
    check(row)


@table(GHOSTS)
def test_what_was_called_off_and_left_is_told(row):
    check(row)


@table(EDITS)
def test_edits_after_placement(row):
    check(row)


@table(MONEY)
def test_money_and_units(row):
    check(row)
