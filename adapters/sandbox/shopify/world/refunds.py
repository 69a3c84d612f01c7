"""Refunds: money back, and what they say about the goods."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from adapters.sandbox.shopify.errors import refuse
from adapters.sandbox.shopify.world import inventory, orders, payments
from adapters.sandbox.shopify.world.charges import RECEIVING, Transaction
from adapters.sandbox.shopify.world.state import App, Line, Location, Order, Refund, RefundLine
from adapters.sandbox.shopify.world.world import World

REFUNDABLE = frozenset({"PAID", "PARTIALLY_PAID", "PARTIALLY_REFUNDED"})
"""Financial statuses of orders whose money can be given back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Units to refund. `restock_type`: CANCEL (unfulfilled), RETURN (fulfilled), NO_RESTOCK (fulfilled ones first)."""

    line: Line
    quantity: int
    restock_type: str
    location: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repayment:
    """Money to give back of a payment."""

    amount: Decimal
    payment: Transaction | None


def create(
    world: World,
    order: Order,
    wanted: Sequence[Wanted],
    *,
    by: App | None,
    amount: str | None = None,
    repayments: Sequence[Repayment] | None = None,
    shipping: Decimal = Decimal(0),
    note: str | None = None,
) -> Refund:
    """Refund units and take the unfulfilled ones off their fulfillment orders. Raises `Refusal`, nothing written.

    `repayments` say what is given back of which payment; without them it is `amount` (default: what the units cost) of
    the last payment, if there was one.
    """
    _check_quantities(wanted)
    if repayments is None:
        due = sum((Decimal(one.line.price) * one.quantity for one in wanted), Decimal(0))
        repayments = _of_last_payment(order, due if amount is None else Decimal(amount))
    global_id, number = world.new_id("Refund")
    now = world.now()
    refund = Refund(
        id=global_id,
        number=number,
        order=order,
        created_at=now,
        updated_at=now,
        note=note,
        amount=str(sum((one.amount for one in repayments), Decimal(0))),
        shipping=str(shipping),
    )
    for one in wanted:
        refund.lines.append(_refund_line(world, one))
    refund.transactions.extend(_pay_back(world, order, one) for one in repayments)
    order.refunds.append(world.register(refund))
    _book(order, Decimal(refund.amount))
    world.touch_order(order)
    units = {line.line.id: line.quantity for line in refund.lines}
    world.log("refunded", by=by, order=order, thing=refund, units=units, amount=refund.amount)
    orders.archive_if_done(world, order)
    return refund


def _of_last_payment(order: Order, amount: Decimal) -> list[Repayment]:
    if amount <= 0 or order.financial not in REFUNDABLE:
        return []
    good = [one for one in order.charges.transactions if one.kind in RECEIVING and one.status == "SUCCESS"]
    return [Repayment(amount=amount, payment=good[-1] if good else None)]


def _pay_back(world: World, order: Order, one: Repayment) -> Transaction:
    """The money goes the way it came: through the payment's own gateway."""
    gateway = one.payment.gateway if one.payment else "manual"
    made = payments.pay(world, order, one.amount, kind="REFUND", gateway=gateway)
    made.parent = one.payment
    return made


def _check_quantities(wanted: Sequence[Wanted]) -> None:
    asked: Counter[Line] = Counter()
    for at, one in enumerate(wanted):
        asked[one.line] += one.quantity
        if asked[one.line] > one.line.quantity - one.line.refunded:
            raise refuse(
                "Quantity cannot refund more items than were purchased",
                field=["refundLineItems", str(at), "quantity"],
            )


def _refund_line(world: World, one: Wanted) -> RefundLine:
    line = one.line
    unfulfilled = orders.unfulfilled_quantity(line)
    if one.restock_type == "CANCEL":
        open_units = min(one.quantity, unfulfilled)
    else:
        fulfilled = line.quantity - line.removed - unfulfilled - line.refunded_fulfilled
        open_units = min(max(0, one.quantity - max(0, fulfilled)), unfulfilled)
    if open_units:
        orders.remove_unfulfilled(world, line, open_units)
        line.removed += open_units
    line.refunded += one.quantity
    line.refunded_fulfilled += one.quantity - open_units
    global_id, number = world.new_id("RefundLineItem")
    if one.restock_type == "RETURN":
        inventory.restock(line, one.location or world.locations[0], one.quantity - open_units)
    location = one.location or line.location or world.locations[0]
    return RefundLine(
        id=global_id,
        number=number,
        line=line,
        quantity=one.quantity,
        restock_type=one.restock_type,
        location=None if one.restock_type == "NO_RESTOCK" else location,
        unfulfilled=open_units,
    )


def _book(order: Order, amount: Decimal) -> None:
    if amount <= 0 or order.financial not in REFUNDABLE:
        return
    refunded = Decimal(order.refunded) + amount
    order.refunded = str(refunded)
    order.financial = "REFUNDED" if refunded >= Decimal(order.total) else "PARTIALLY_REFUNDED"
