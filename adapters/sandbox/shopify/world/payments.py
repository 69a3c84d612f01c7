"""What an order is worth, what was paid for it, and what is still owed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from adapters.sandbox.shopify.world.charges import Charges, Transaction
from adapters.sandbox.shopify.world.state import Order
from adapters.sandbox.shopify.world.world import World

PAID_STATES = frozenset({"PAID", "PARTIALLY_REFUNDED", "REFUNDED"})


def subtotal(order: Order) -> Decimal:
    """Lines as ordered, less the discount."""
    lines = sum((Decimal(line.price) * line.quantity for line in order.lines), Decimal(0))
    return lines - order.charges.discount


def tax(order: Order) -> Decimal:
    """All taxes: of the order, its lines and its shipping."""
    charges = order.charges
    lines = [one for line in order.lines for one in line.tax_lines]
    shipping = [one for line in charges.shipping_lines for one in line.tax_lines]
    return sum((Decimal(one.price) for one in [*charges.tax_lines, *lines, *shipping]), Decimal(0))


def total(order: Order) -> Decimal:
    """What the order costs as ordered."""
    charges = order.charges
    return subtotal(order) + charges.shipping + (Decimal(0) if charges.taxes_included else tax(order))


def current_subtotal(order: Order) -> Decimal:
    """Lines as they are now: without removed and refunded units. A cancelled order that kept no money costs nothing."""
    is_void = order.cancelled_at is not None and net(order) <= 0
    if is_void or not any(line.current_quantity for line in order.lines):
        return Decimal(0)
    lines = sum((Decimal(line.price) * line.current_quantity for line in order.lines), Decimal(0))
    return lines - order.charges.discount


def current_total(order: Order) -> Decimal:
    """What the order costs now; nothing when no unit is left."""
    now = current_subtotal(order)
    return now + Decimal(order.total) - subtotal(order) if now else now


def net(order: Order) -> Decimal:
    """Received less refunded."""
    return order.charges.received - Decimal(order.refunded)


def outstanding(order: Order) -> Decimal:
    """Still owed by the customer; negative when it is owed to them."""
    return current_total(order) - net(order)


def status_of(transactions: Sequence[Transaction], *, due: Decimal) -> str | None:
    """The financial status that payments alone make; None when there are none (recorded)."""
    received = Charges(transactions=list(transactions)).received
    if received:
        return "PAID" if received >= due else "PARTIALLY_PAID"
    if any(one.kind == "AUTHORIZATION" and one.status == "SUCCESS" for one in transactions):
        return "AUTHORIZED"
    return "PENDING" if any(one.status == "PENDING" for one in transactions) else None


def pay(world: World, order: Order, amount: Decimal, *, kind: str = "SALE", gateway: str = "manual") -> Transaction:
    """Book a payment that went through."""
    global_id, number = world.new_id("OrderTransaction")
    now = world.now()
    made = Transaction(
        id=global_id,
        number=number,
        kind=kind,
        status="SUCCESS",
        gateway=gateway,
        amount=str(amount),
        created_at=now,
        processed_at=now,
        test=order.test,
        order=order,
    )
    order.charges.transactions.append(world.register(made))
    return made


def rebalance(order: Order) -> None:
    """After an edit: a paid order that costs more than was received is paid in part."""
    if order.financial in {"PAID", "PARTIALLY_PAID"}:
        order.financial = "PARTIALLY_PAID" if outstanding(order) > 0 else "PAID"
