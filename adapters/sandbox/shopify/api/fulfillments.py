"""Fields of fulfillments and their events."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from graphql import GraphQLResolveInfo

from adapters.sandbox.shopify.api.connections import Window, window
from adapters.sandbox.shopify.api.ids import of_kind
from adapters.sandbox.shopify.api.money import money
from adapters.sandbox.shopify.api.orders import READS
from adapters.sandbox.shopify.api.registry import Request, require, resolves
from adapters.sandbox.shopify.world.state import Fulfillment, FulfillmentLine, Line, TrackingRow

Info = GraphQLResolveInfo[Any]


@resolves("QueryRoot", "fulfillment")
def fulfillment(_: Any, info: Info, *, id: str) -> Fulfillment | None:  # noqa: A002  # the schema's name
    request: Request = info.context
    require(request, "fulfillment", ["read_orders", "read_fulfillments", *READS])
    return of_kind(request, id, Fulfillment)


@resolves("Fulfillment", "trackingInfo")
def tracking_info(made: Fulfillment, _: Info, *, first: int | None = None) -> Sequence[TrackingRow]:
    return made.tracking if first is None else made.tracking[:first]


@resolves("Fulfillment", "events")
def events(made: Fulfillment, _: Info, *, sort_key: str = "HAPPENED_AT", **size: Any) -> Window:
    if sort_key == "ID":
        return window(made.events, **size)
    return window(made.events, key=lambda event: event.happened_at, **size)


@resolves("Fulfillment", "fulfillmentLineItems")
def fulfillment_lines(made: Fulfillment, _: Info, **size: Any) -> Window:
    return window(made.lines, **size)


@resolves("Fulfillment", "fulfillmentOrders")
def fulfillment_orders(made: Fulfillment, _: Info, **size: Any) -> Window:
    sources = list(dict.fromkeys(take.fo_line.fulfillment_order for take in made.takes))
    return window(sources, **size)


@resolves("Fulfillment", "totalQuantity")
def total_quantity(made: Fulfillment, _: Info) -> int:
    return sum(line.quantity for line in made.lines)


@resolves("Fulfillment", "requiresShipping")
def requires_shipping(made: Fulfillment, _: Info) -> bool:
    return any(line.line.requires_shipping for line in made.lines)


@resolves("FulfillmentLineItem", "lineItem")
def line_item(line: FulfillmentLine, _: Info) -> Line:
    return line.line


@resolves("FulfillmentLineItem", "originalTotalSet", "discountedTotalSet")
def line_total(line: FulfillmentLine, _: Info) -> dict[str, Any]:
    return money(Decimal(line.line.price) * line.quantity, line.line.order.currency)
