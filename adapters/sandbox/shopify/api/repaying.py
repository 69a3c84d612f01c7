"""refundCreate, and what refunds show of their money."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from graphql import GraphQLResolveInfo

from adapters.sandbox.shopify.api.connections import Window, window
from adapters.sandbox.shopify.api.money import priced
from adapters.sandbox.shopify.api.registry import Request, mutation, resolves
from adapters.sandbox.shopify.errors import Refusal, refuse
from adapters.sandbox.shopify.world import payments, refunds
from adapters.sandbox.shopify.world.charges import Transaction
from adapters.sandbox.shopify.world.state import Line, Location, Order, Refund, RefundLine

Info = GraphQLResolveInfo[Any]


@resolves("Order", "totalRefundedShippingSet")
def refunded_shipping(order: Order, _: Info) -> dict[str, Any]:
    return priced(sum((Decimal(one.shipping) for one in order.refunds), Decimal(0)), order)


@resolves("Refund", "transactions")
def transactions(refund: Refund, _: Info, **size: Any) -> Window:
    return window(refund.transactions, **size)


@resolves("RefundLineItem", "priceSet")
def price(line: RefundLine, _: Info) -> dict[str, Any]:
    return priced(line.line.price, line.line.order)


@resolves("RefundLineItem", "subtotalSet")
def subtotal(line: RefundLine, _: Info) -> dict[str, Any]:
    """Recorded: units that leave the order unfulfilled and without a restock show none."""
    units = line.quantity - line.unfulfilled if line.restock_type == "NO_RESTOCK" else line.quantity
    return priced(Decimal(line.line.price) * units, line.line.order)


@mutation("refundCreate", scopes=["write_orders"])
def create(request: Request, *, input: Mapping[str, Any]) -> dict[str, Any]:  # noqa: A002  # the schema's name
    order = request.world.find(input["order_id"], Order)
    if order is None:
        raise refuse("Order does not exist", field=["orderId"])
    try:
        return {"order": order, "refund": _create(request, order, input)}
    except Refusal as refusal:
        return {"order": order, "userErrors": list(refusal.errors)}


def _create(request: Request, order: Order, given: Mapping[str, Any]) -> Refund:
    wanted = [_wanted(request, order, at, one) for at, one in enumerate(given.get("refund_line_items") or ())]
    return refunds.create(
        request.world,
        order,
        wanted,
        by=request.app,
        repayments=_repayments(request, order, given),
        shipping=_shipping(order, given.get("shipping") or {}),
        note=given.get("note"),
    )


def _wanted(request: Request, order: Order, at: int, one: Mapping[str, Any]) -> refunds.Wanted:
    line = request.world.find(one["line_item_id"], Line)
    if line is None or line.order is not order:
        raise refuse("Line item does not exist", field=["refundLineItems", str(at), "lineItemId"])
    place = request.world.find(one["location_id"], Location) if one.get("location_id") else None
    restock = one.get("restock_type") or "NO_RESTOCK"
    return refunds.Wanted(line=line, quantity=one["quantity"], restock_type=restock, location=place)


def _repayments(request: Request, order: Order, given: Mapping[str, Any]) -> list[refunds.Repayment]:
    """Recorded: more than was received is refused even with `allowOverRefunding`."""
    asked = given.get("transactions") or ()
    for one in asked:
        if one["kind"] != "REFUND":
            raise refuse(f"Kind {one['kind'].lower()} is not a valid transaction")
    found = [
        refunds.Repayment(amount=Decimal(str(one["amount"])), payment=_payment(request, order, one)) for one in asked
    ]
    amount, net = sum((one.amount for one in found), Decimal(0)), payments.net(order)
    if amount > net:
        raise refuse(f"Refund amount ${amount:.2f} is greater than net payment received ${net:.2f}")
    return found


def _payment(request: Request, order: Order, one: Mapping[str, Any]) -> Transaction:
    found = request.world.find(one.get("parent_id") or "", Transaction)
    if found is None or found.order is not order:
        raise refuse("Transactions require a parent_id associated with the order", field=["transactions"])
    return found


def _shipping(order: Order, given: Mapping[str, Any]) -> Decimal:
    if given.get("full_refund"):
        return order.charges.shipping - sum((Decimal(one.shipping) for one in order.refunds), Decimal(0))
    return Decimal(str(given.get("amount") or 0))
