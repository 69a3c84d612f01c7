"""Fields of orders, lines, refunds and returns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphql import GraphQLResolveInfo

from adapters.sandbox.shopify.api import searches
from adapters.sandbox.shopify.api.connections import Window, window
from adapters.sandbox.shopify.api.ids import of_kind
from adapters.sandbox.shopify.api.registry import Request, require, resolves
from adapters.sandbox.shopify.errors import NotModelled
from adapters.sandbox.shopify.world import orders, returns
from adapters.sandbox.shopify.world.fulfillment_orders import may_see
from adapters.sandbox.shopify.world.state import (
    Fulfillment,
    FulfillmentOrder,
    Line,
    Order,
    Refund,
)

Info = GraphQLResolveInfo[Any]

READS = (
    "read_assigned_fulfillment_orders",
    "read_merchant_managed_fulfillment_orders",
    "read_third_party_fulfillment_orders",
)


@resolves("QueryRoot", "order")
def order(_: Any, info: Info, *, id: str) -> Order | None:  # noqa: A002  # the schema's name
    request: Request = info.context
    require(request, "order", ["read_orders"])
    found = of_kind(request, id, Order)
    return found if found is not None and searches.sees_order(request, found) else None


@resolves("QueryRoot", "orderByIdentifier")
def order_by_identifier(_: Any, info: Info, *, identifier: dict[str, Any]) -> Order | None:
    if "id" not in identifier:
        raise NotModelled("orderByIdentifier by customId")
    found: Order | None = order(None, info, id=identifier["id"])
    return found


@resolves("QueryRoot", "orders")
def order_list(
    _: Any,
    info: Info,
    *,
    query: str | None = None,
    sort_key: str = "PROCESSED_AT",
    reverse: bool = False,
    saved_search_id: str | None = None,
    **size: Any,
) -> Window:
    request: Request = info.context
    require(request, "orders", ["read_orders"])
    if sort_key not in searches.ORDER_SORT:
        raise NotModelled(f"orders(sortKey: {sort_key})")
    if saved_search_id is not None:
        raise NotModelled("orders(savedSearchId:)")
    return searches.page(
        request.world.order_index,
        searches.searched(info, query, searches.ORDER_FIELDS),
        request,
        sort=searches.ORDER_SORT[sort_key],
        reverse=reverse,
        only=lambda row: searches.sees_order(request, row.thing),
        **size,
    )


@resolves("QueryRoot", "ordersCount")
def orders_count(
    _: Any, info: Info, *, query: str | None = None, limit: int | None = 10000, saved_search_id: str | None = None
) -> dict[str, Any]:
    request: Request = info.context
    require(request, "ordersCount", ["read_orders"])
    if saved_search_id is not None:
        raise NotModelled("ordersCount(savedSearchId:)")
    total = searches.count(
        request.world.order_index,
        searches.searched(info, query, searches.ORDER_FIELDS),
        request,
        only=lambda row: searches.sees_order(request, row.thing),
    )
    return counted(total, limit)


def counted(total: int, limit: int | None) -> dict[str, Any]:
    """A Count, capped at the limit."""
    if limit is not None and total > limit:
        return {"count": limit, "precision": "AT_LEAST"}
    return {"count": total, "precision": "EXACT"}


@resolves("Order", "displayFulfillmentStatus")
def display_fulfillment_status(order: Order, info: Info) -> str:
    status = orders.fulfillment_status(order)
    request: Request = info.context
    return "UNFULFILLED" if status == "FULFILLMENT_NOT_REQUIRED" and request.version < "2026-10" else status


@resolves("Order", "displayFinancialStatus")
def display_financial_status(order: Order, _: Info) -> str | None:
    return order.financial


@resolves("Order", "fulfillmentOrders")
def fulfillment_orders(
    order: Order, info: Info, *, displayable: bool = False, query: str | None = None, reverse: bool = False, **size: Any
) -> Window:
    request: Request = info.context
    require(request, "fulfillmentOrders", READS)
    search = searches.searched(info, query, searches.FULFILLMENT_ORDER_FIELDS)
    chosen = [
        fo
        for fo in order.fulfillment_orders
        if may_see(fo, request.app)
        and (not displayable or _is_displayable(fo))
        and search.test(searches.describe_fulfillment_order(fo))
    ]
    return window(chosen, reverse=reverse, **size)


def _is_displayable(fo: FulfillmentOrder) -> bool:
    """Without the emptied and the undone ones: what the admin shows."""
    return fo.is_open or 0 < fo.total != fo.remaining


@resolves("Order", "fulfillments")
def fulfillments(order: Order, _: Info, *, first: int | None = None, query: str | None = None) -> Sequence[Fulfillment]:
    if query:
        raise NotModelled("Order.fulfillments(query:)")
    return order.fulfillments if first is None else order.fulfillments[:first]


@resolves("Order", "fulfillmentsCount")
def fulfillments_count(order: Order, _: Info) -> dict[str, Any]:
    return counted(len(order.fulfillments), None)


@resolves("Order", "lineItems")
def line_items(order: Order, _: Info, **size: Any) -> Window:
    return window(order.lines, **size)


@resolves("Order", "refunds")
def refund_list(order: Order, _: Info, *, first: int | None = None) -> Sequence[Refund]:
    return order.refunds if first is None else order.refunds[:first]


@resolves("Order", "returns")
def return_list(order: Order, info: Info, *, query: str | None = None, **size: Any) -> Window:
    request: Request = info.context
    require(request, "returns", ["read_returns"])
    if query:
        raise NotModelled("Order.returns(query:)")
    return window(order.returns, **size)


@resolves("Order", "returnStatus")
def return_status(order: Order, _: Info) -> str:
    return returns.status_of(order)


@resolves("Order", "closed")
def closed(order: Order, _: Info) -> bool:
    return order.closed_at is not None


@resolves("Order", "confirmed")
def confirmed(_: Order, _info: Info) -> bool:
    return True


@resolves("Order", "number")
def number(order: Order, _: Info) -> int:
    return order.order_number


@resolves("Order", "cancellation")
def cancellation(order: Order, _: Info) -> dict[str, Any] | None:
    return {"staffNote": order.staff_note} if order.cancelled_at else None


@resolves("Order", "currencyCode")
def currency_code(order: Order, _: Info) -> str:
    return order.currency


@resolves("Order", "fulfillable")
def fulfillable(order: Order, _: Info) -> bool:
    return bool(orders.open_fulfillment_orders(order))


@resolves("Order", "requiresShipping")
def requires_shipping(order: Order, _: Info) -> bool:
    return any(line.requires_shipping for line in order.lines)


@resolves("Order", "currentSubtotalLineItemsQuantity")
def current_quantity(order: Order, _: Info) -> int:
    return sum(line.current_quantity for line in order.lines)


@resolves("Order", "subtotalLineItemsQuantity")
def ordered_quantity(order: Order, _: Info) -> int:
    return sum(line.quantity for line in order.lines)


@resolves("Order", "shippingAddress", "displayAddress")
def shipping_address(order: Order, _: Info) -> dict[str, Any] | None:
    return _address(order, order.shipping_address)


@resolves("Order", "billingAddress")
def billing_address(order: Order, _: Info) -> dict[str, Any] | None:
    return _address(order, order.billing_address)


def _address(order: Order, given: dict[str, Any] | None) -> dict[str, Any] | None:
    if given is None:
        return None
    names = " ".join(part for part in (given.get("firstName"), given.get("lastName")) if part)
    known = ("address1", "address2", "city", "company", "country", "firstName", "lastName", "phone", "zip")
    country = given.get("countryCode")
    return {
        **{key: given.get(key) for key in known},
        "id": f"gid://shopify/MailingAddress/{order.number}?model_name=Address",
        "name": names,
        "province": given.get("province") or given.get("provinceCode"),
        "provinceCode": given.get("provinceCode"),
        "countryCode": country,
        "countryCodeV2": country,
        "coordinatesValidated": False,
    }


@resolves("Order", "nonFulfillableLineItems")
def non_fulfillable(order: Order, _: Info, **size: Any) -> Window:
    return window([line for line in order.lines if line.quantity == line.removed], **size)


@resolves("LineItem", "name")
def line_name(line: Line, _: Info) -> str:
    return line.title if not line.variant_title else f"{line.title} - {line.variant_title}"


@resolves("LineItem", "fulfillableQuantity")
def line_fulfillable(line: Line, _: Info) -> int:
    return orders.fulfillable_quantity(line)


@resolves("LineItem", "unfulfilledQuantity")
def line_unfulfilled(line: Line, _: Info) -> int:
    return orders.unfulfilled_quantity(line)


@resolves("LineItem", "nonFulfillableQuantity")
def line_non_fulfillable(line: Line, _: Info) -> int:
    return line.removed


@resolves("LineItem", "refundableQuantity")
def line_refundable(line: Line, _: Info) -> int:
    return line.quantity - line.refunded


@resolves("LineItem", "fulfillmentStatus")
def line_status(line: Line, _: Info) -> str:
    open_units = orders.unfulfilled_quantity(line)
    if open_units == 0:
        return "fulfilled"
    return "unfulfilled" if open_units == line.quantity - line.removed else "partial"


@resolves("LineItem", "lineItemGroup")
def line_group(_: Line, _info: Info) -> None:
    return None


@resolves("LineItem", "merchantEditable", "restockable")
def always(_: Any, _info: Info) -> bool:
    return True
