"""Amounts: how they are written, and the money fields of orders and their lines."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from graphql import GraphQLResolveInfo

from adapters.sandbox.shopify.api.connections import Window, window
from adapters.sandbox.shopify.api.registry import resolves, shows
from adapters.sandbox.shopify.world import payments
from adapters.sandbox.shopify.world.charges import ShippingLine, TaxLine, Transaction
from adapters.sandbox.shopify.world.state import Line, Order

Info = GraphQLResolveInfo[Any]

shows("OrderTransaction", Transaction)


def money(amount: str | Decimal, currency: str) -> dict[str, Any]:
    """A MoneyBag; amounts as the service writes them (`12.0`, `25.98`)."""
    value = {"amount": decimal(amount), "currencyCode": currency}
    return {"shopMoney": value, "presentmentMoney": value}


def decimal(amount: str | Decimal) -> str:
    """At least one digit after the point, no more zeros than needed."""
    text = f"{Decimal(amount).normalize():f}"
    return text if "." in text else f"{text}.0"


def priced(amount: str | Decimal, order: Order) -> dict[str, Any]:
    """A MoneyBag of an order: what the customer sees beside what the shop sees."""
    bag = money(amount, order.currency)
    charges = order.charges
    if charges.presentment_currency not in {None, order.currency}:
        shown = (Decimal(amount) * charges.presentment_rate).quantize(Decimal("0.01"))
        bag["presentmentMoney"] = {"amount": decimal(shown), "currencyCode": charges.presentment_currency}
    return bag


@resolves("Order", "presentmentCurrencyCode")
def presentment_currency(order: Order, _: Info) -> str:
    return order.charges.presentment_currency or order.currency


@resolves("Order", "totalPriceSet", "originalTotalPriceSet")
def total(order: Order, _: Info) -> dict[str, Any]:
    return priced(order.total, order)


@resolves("Order", "currentTotalPriceSet")
def current_total(order: Order, _: Info) -> dict[str, Any]:
    return priced(payments.current_total(order), order)


@resolves("Order", "subtotalPriceSet")
def subtotal(order: Order, _: Info) -> dict[str, Any]:
    return priced(payments.subtotal(order), order)


@resolves("Order", "currentSubtotalPriceSet")
def current_subtotal(order: Order, _: Info) -> dict[str, Any]:
    return priced(payments.current_subtotal(order), order)


@resolves("Order", "totalTaxSet", "currentTotalTaxSet")
def total_tax(order: Order, _: Info) -> dict[str, Any]:
    return priced(payments.tax(order), order)


@resolves("Order", "totalDiscountsSet", "currentTotalDiscountsSet")
def total_discounts(order: Order, _: Info) -> dict[str, Any]:
    return priced(order.charges.discount, order)


@resolves("Order", "totalShippingPriceSet")
def total_shipping(order: Order, _: Info) -> dict[str, Any]:
    return priced(order.charges.shipping, order)


@resolves("Order", "totalTipReceivedSet")
def total_tip(order: Order, _: Info) -> dict[str, Any]:
    return priced("0", order)


@resolves("Order", "totalReceivedSet")
def total_received(order: Order, _: Info) -> dict[str, Any]:
    return priced(order.charges.received, order)


@resolves("Order", "netPaymentSet")
def net_payment(order: Order, _: Info) -> dict[str, Any]:
    return priced(payments.net(order), order)


@resolves("Order", "totalRefundedSet")
def total_refunded(order: Order, _: Info) -> dict[str, Any]:
    return priced(order.refunded, order)


@resolves("Order", "totalOutstandingSet")
def total_outstanding(order: Order, _: Info) -> dict[str, Any]:
    return priced(payments.outstanding(order), order)


@resolves("Order", "fullyPaid")
def fully_paid(order: Order, _: Info) -> bool:
    return order.financial in payments.PAID_STATES


@resolves("Order", "unpaid")
def unpaid(order: Order, _: Info) -> bool:
    return order.financial in {"PENDING", "AUTHORIZED", None}


@resolves("Order", "taxesIncluded")
def taxes_included(order: Order, _: Info) -> bool:
    return order.charges.taxes_included


@resolves("Order", "discountCodes")
def discount_codes(order: Order, _: Info) -> list[str]:
    return order.charges.discount_codes


@resolves("Order", "transactions")
def transactions(
    order: Order, _: Info, *, first: int | None = None, capturable: bool | None = None, **_more: Any
) -> list[Transaction]:
    found = order.charges.transactions
    if capturable is not None:
        found = [one for one in found if (one.kind == "AUTHORIZATION") is capturable]
    return found if first is None else found[:first]


@resolves("Order", "paymentGatewayNames")
def gateways(order: Order, _: Info) -> list[str]:
    return list(dict.fromkeys(one.gateway for one in order.charges.transactions))


@resolves("Order", "shippingLine")
def shipping_line(order: Order, _: Info) -> dict[str, Any] | None:
    known = order.charges.shipping_lines
    return _shipping_line(known[0], order) if known else None


@resolves("Order", "shippingLines")
def shipping_lines(order: Order, _: Info, *, include_removals: bool = False, **size: Any) -> Window:
    del include_removals  # The sandbox never removes one.
    found = window(order.charges.shipping_lines, **size)
    nodes = [_shipping_line(one, order) for one in found.nodes]
    return Window(nodes, found.cursors, found.has_next_page, found.has_previous_page)


def _shipping_line(line: ShippingLine, order: Order) -> dict[str, Any]:
    return {
        "__typename": "ShippingLine",
        "id": line.id,
        "title": line.title,
        "code": line.code,
        "source": line.source,
        "carrierIdentifier": None,
        "deliveryCategory": None,
        "isRemoved": False,
        "originalPriceSet": priced(line.price, order),
        "discountedPriceSet": priced(line.price, order),
        "taxLines": [_tax_line(one, order) for one in line.tax_lines],
    }


def _tax_line(line: TaxLine, order: Order) -> dict[str, Any]:
    return {
        "title": line.title,
        "rate": line.rate,
        "priceSet": priced(line.price, order),
        "channelLiable": line.channel_liable,
    }


@resolves("LineItem", "taxLines")
def tax_lines(line: Line, _: Info, *, first: int | None = None) -> list[dict[str, Any]]:
    found = [_tax_line(one, line.order) for one in line.tax_lines]
    return found if first is None else found[:first]


@resolves("LineItem", "originalUnitPriceSet")
def unit_price(line: Line, _: Info) -> dict[str, Any]:
    return priced(line.price, line.order)


@resolves("LineItem", "originalTotalSet", "discountedTotalSet")
def line_total(line: Line, _: Info, **_arguments: Any) -> dict[str, Any]:
    return priced(Decimal(line.price) * line.quantity, line.order)


@resolves("OrderTransaction", "amountSet")
def amount(made: Transaction, _: Info) -> dict[str, Any]:
    assert made.order is not None
    return priced(made.amount, made.order)


@resolves("OrderTransaction", "parentTransaction")
def parent(made: Transaction, _: Info) -> Transaction | None:
    return made.parent
