"""Fields of refunds and returns."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLResolveInfo

from adapters.sandbox.shopify.api.connections import Window, window
from adapters.sandbox.shopify.api.money import money
from adapters.sandbox.shopify.api.registry import resolves
from adapters.sandbox.shopify.errors import NotModelled
from adapters.sandbox.shopify.world.returned import Return, ReturnLine
from adapters.sandbox.shopify.world.state import FulfillmentLine, Line, Refund, RefundLine

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


@resolves("Return", "returnLineItems")
def return_lines(known: Return, _: Info, *, processing_status: str | None = None, **size: Any) -> Window:
    if processing_status is not None:
        raise NotModelled("Return.returnLineItems(processingStatus:)")
    return window(known.lines, **size)


@resolves("Return", "totalQuantity")
def return_quantity(known: Return, _: Info) -> int:
    return sum(line.quantity for line in known.lines)


@resolves("Return", "decline")
def return_decline(_: Return, _info: Info) -> None:
    return None


@resolves("ReturnLineItem", "fulfillmentLineItem")
def returned_line(line: ReturnLine, _: Info) -> FulfillmentLine:
    return line.fulfillment_line


@resolves("ReturnLineItem", "processedQuantity")
def processed(line: ReturnLine, _: Info) -> int:
    return line.processed


@resolves("ReturnLineItem", "unprocessedQuantity", "processableQuantity")
def unprocessed(line: ReturnLine, _: Info) -> int:
    return line.quantity - line.processed


@resolves("ReturnLineItem", "refundableQuantity")
def return_refundable(line: ReturnLine, _: Info) -> int:
    return line.quantity


@resolves("ReturnLineItem", "refundedQuantity")
def return_refunded(_: ReturnLine, _info: Info) -> int:
    return 0


@resolves("ReturnLineItem", "customerNote")
def customer_note(_: ReturnLine, _info: Info) -> None:
    return None
