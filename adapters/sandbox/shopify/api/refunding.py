"""Fields of refunds."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLResolveInfo

from adapters.sandbox.shopify.api.connections import Window, window
from adapters.sandbox.shopify.api.money import money
from adapters.sandbox.shopify.api.registry import resolves
from adapters.sandbox.shopify.world.state import Line, Refund, RefundLine

Info = GraphQLResolveInfo[Any]


@resolves("Refund", "refundLineItems")
def refund_lines(refund: Refund, _: Info, **size: Any) -> Window:
    return window(refund.lines, **size)


@resolves("Refund", "totalRefundedSet")
def refund_total(refund: Refund, _: Info) -> dict[str, Any]:
    return money(refund.amount, refund.order.currency)


@resolves("Refund", "return")
def refund_return(_: Refund, _info: Info) -> None:
    return None


@resolves("RefundLineItem", "lineItem")
def refund_line_item(line: RefundLine, _: Info) -> Line:
    return line.line


@resolves("RefundLineItem", "restocked")
def restocked(line: RefundLine, _: Info) -> bool:
    return line.restock_type != "NO_RESTOCK"
