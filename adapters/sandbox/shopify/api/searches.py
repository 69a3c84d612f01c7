"""What searches for orders and fulfillment orders may name, and lists that come from the index."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from graphql import GraphQLResolveInfo

from adapters.sandbox.shopify.api.connections import Window, window
from adapters.sandbox.shopify.api.registry import Request
from adapters.sandbox.shopify.search import (
    Field,
    Search,
    contains,
    equals,
    instant,
    matches_id,
    parse,
    starts_or_equals,
)
from adapters.sandbox.shopify.world import orders
from adapters.sandbox.shopify.world.index import Row, SearchIndex
from adapters.sandbox.shopify.world.state import FulfillmentOrder, Order

VISIBLE_WITHOUT_ALL_ORDERS = timedelta(days=60)


def describe_order(order: Order) -> dict[str, Any]:
    """The indexed values of an order."""
    return {
        "id": order.number,
        "created_at": order.created_at,
        "processed_at": order.processed_at,
        "updated_at": order.updated_at,
        "name": order.name,
        "order_number": order.order_number,
        "total_price": float(order.total),
        "status": _status_words(order),
        "fulfillment_status": _fulfillment_words(order),
        "financial_status": (order.financial or "").lower(),
        "tags": {tag.lower() for tag in order.tags},
        "email": order.email or "",
        "source_name": order.source_name or "",
        "skus": {(line.sku or "").lower() for line in order.lines},
        "test": str(order.test).lower(),
        "default": {order.name.lower(), order.name.lower().lstrip("#"), (order.email or "").lower()},
    }


def _status_words(order: Order) -> set[str]:
    state = "cancelled" if order.cancelled_at else "closed" if order.closed_at else "open"
    return {state, "any"} | ({"not_closed"} if order.closed_at is None else set())


def _fulfillment_words(order: Order) -> set[str]:
    match orders.fulfillment_status(order):
        case "FULFILLED":
            return {"shipped", "fulfilled"}
        case "PARTIALLY_FULFILLED":
            return {"partial", "partially_fulfilled", "unfulfilled"}
        case "UNFULFILLED":
            return {"unshipped", "unfulfilled"}
        case other:
            return {other.lower(), "unshipped", "unfulfilled"}


def describe_fulfillment_order(fo: FulfillmentOrder) -> dict[str, Any]:
    """The indexed values of a fulfillment order."""
    return {
        "id": fo.number,
        "updated_at": fo.updated_at,
        "status": fo.status.lower(),
        "is_open": fo.is_open,
        "assigned_location_id": fo.location.number,
    }


ORDER_FIELDS: Mapping[str, Field] = {
    "default": Field(contains, "default"),
    "id": Field(matches_id, "id"),
    "name": Field(lambda value, text: equals(value.lstrip("#"), text.lstrip("#")), "name"),
    "status": Field(contains, "status", frozenset({"open", "closed", "cancelled", "not_closed", "any"})),
    "fulfillment_status": Field(
        contains,
        "fulfillment_status",
        frozenset(
            {"unshipped", "shipped", "fulfilled", "partial", "scheduled", "on_hold", "unfulfilled", "request_declined"}
        ),
    ),
    "financial_status": Field(starts_or_equals, "financial_status"),
    "tag": Field(contains, "tags"),
    "tag_not": Field(lambda tags, text: text.lower() not in tags, "tags"),
    "sku": Field(contains, "skus"),
    "email": Field(starts_or_equals, "email"),
    "source_name": Field(starts_or_equals, "source_name"),
    "test": Field(equals, "test"),
    "created_at": instant("created_at"),
    "processed_at": instant("processed_at"),
    "updated_at": instant("updated_at"),
}
FULFILLMENT_ORDER_FIELDS: Mapping[str, Field] = {
    "id": Field(matches_id, "id"),
    "status": Field(equals, "status"),
    "assigned_location_id": Field(matches_id, "assigned_location_id"),
    "updated_at": instant("updated_at"),
}
ORDER_SORT = {
    "CREATED_AT": "created_at",
    "PROCESSED_AT": "processed_at",
    "UPDATED_AT": "updated_at",
    "ORDER_NUMBER": "order_number",
    "TOTAL_PRICE": "total_price",
    "ID": "id",
    "RELEVANCE": "processed_at",
}
FULFILLMENT_ORDER_SORT = {"ID": "id", "UPDATED_AT": "updated_at"}


def searched(info: GraphQLResolveInfo[Any], query: str | None, fields: Mapping[str, Field]) -> Search:
    """Parse a query and put its warnings into the reply's extensions."""
    search = parse(query, fields)
    if search.warnings:
        request: Request = info.context
        path = list(info.path.as_list())
        request.searches.append({"path": path, "query": query, "parsed": search.parsed, "warnings": search.warnings})
    return search


def page(
    index: SearchIndex,
    search: Search,
    request: Request,
    *,
    sort: str,
    reverse: bool,
    only: Callable[[Row], bool],
    **size: Any,
) -> Window:
    """A page of things from the index, filtered and sorted by what the index knows of them."""
    _settle(index, request)

    def rows() -> Iterator[Row]:
        source: Iterator[Row]
        if sort == "updated_at" and search.updated_since is not None and not reverse:
            source = index.from_value("updated_at", search.updated_since)
        else:
            source = index.in_order(sort, reverse=reverse)
        return (row for row in source if only(row) and search.test(row.values))

    found = window(rows(), key=lambda row: row.values[sort], reverse=reverse, is_sorted=True, **size)
    return Window(
        [row.thing for row in found.nodes],
        found.cursors,
        has_next_page=found.has_next_page,
        has_previous_page=found.has_previous_page,
    )


def _settle(index: SearchIndex, request: Request) -> None:
    if not (request.is_stale or request.world.settings.index_frozen):
        index.settle(request.world.now())


def count(index: SearchIndex, search: Search, request: Request, *, only: Callable[[Row], bool]) -> int:
    """How many rows match."""
    _settle(index, request)
    return sum(1 for row in index.rows.values() if only(row) and search.test(row.values))


def sees_order(request: Request, order: Order) -> bool:
    """Whether the app may see an order of that age."""
    if "read_all_orders" in request.app.scopes:
        return True
    return order.created_at >= request.world.now() - VISIBLE_WITHOUT_ALL_ORDERS
