"""Returns: their fields, requests for them, and the work of taking goods back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from graphql import GraphQLResolveInfo

from adapters.sandbox.shopify.api.connections import Window, window
from adapters.sandbox.shopify.api.ids import of_kind
from adapters.sandbox.shopify.api.money import priced
from adapters.sandbox.shopify.api.registry import Request, mutation, require, resolves, shows
from adapters.sandbox.shopify.errors import NotModelled, refuse
from adapters.sandbox.shopify.world import returns
from adapters.sandbox.shopify.world.returned import Disposition, Fee, Return, ReturnLine, ReverseLine, ReverseOrder
from adapters.sandbox.shopify.world.state import FulfillmentLine, Location, Order

Info = GraphQLResolveInfo[Any]
WRITE = ("write_returns",)

shows("ReverseFulfillmentOrder", ReverseOrder)
shows("ReverseFulfillmentOrderLineItem", ReverseLine)
shows("ReverseFulfillmentOrderDisposition", Disposition)


@resolves("Return", "returnLineItems")
def return_lines(known: Return, _: Info, *, processing_status: str | None = None, **size: Any) -> Window:
    if processing_status is not None:
        raise NotModelled("Return.returnLineItems(processingStatus:)")
    return window(known.lines, **size)


@resolves("Return", "totalQuantity")
def return_quantity(known: Return, _: Info) -> int:
    return sum(line.quantity for line in known.lines)


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


@resolves("Return", "returnShippingFees")
def fees(known: Return, _: Info) -> list[dict[str, Any]]:
    return [{"id": one.id, "amountSet": priced(one.amount, known.order)} for one in known.fees]


@resolves("Return", "refunds")
def return_refunds(_: Return, _info: Info, **size: Any) -> Window:
    """The sandbox's refunds know of no return."""
    return window((), **size)


@resolves("Return", "reverseFulfillmentOrders")
def reverse_orders(known: Return, _: Info, **size: Any) -> Window:
    return window(known.reverse_orders, **size)


@resolves("QueryRoot", "reverseFulfillmentOrder")
def reverse_order(_: Any, info: Info, *, id: str) -> ReverseOrder | None:  # noqa: A002  # the schema's name
    request: Request = info.context
    require(request, "reverseFulfillmentOrder", ["read_returns"])
    return request.world.find(id, ReverseOrder)


@resolves("ReverseFulfillmentOrder", "lineItems")
def reverse_lines(work: ReverseOrder, _: Info, **size: Any) -> Window:
    return window(work.lines, **size)


@resolves("ReverseFulfillmentOrderLineItem", "totalQuantity")
def reverse_quantity(line: ReverseLine, _: Info) -> int:
    return line.return_line.quantity


@resolves("ReverseFulfillmentOrderLineItem", "fulfillmentLineItem")
def reverse_fulfillment_line(line: ReverseLine, _: Info) -> FulfillmentLine:
    return line.return_line.fulfillment_line


_REASONS = {
    1: ("unknown", "Unknown", "UNKNOWN"),
    2: ("changed-my-mind", "Changed my mind", "UNWANTED"),
    3: ("item-not-as-described", "Item not as described", "NOT_AS_DESCRIBED"),
    4: ("received-the-wrong-item", "Received the wrong item", "WRONG_ITEM"),
    5: ("other-reason", "Other", "OTHER"),
    6: ("damaged-or-defective", "Damaged or defective", "DEFECTIVE"),
    7: ("too-small", "Too small", "SIZE_TOO_SMALL"),
    8: ("too-big", "Too big", "SIZE_TOO_LARGE"),
    9: ("style", "Style", "STYLE"),
    10: ("color", "Color", "COLOR"),
    11: ("absorbency", "Absorbency", "OTHER"),
    12: ("academic-level", "Academic level", "OTHER"),
    13: ("accuracy", "Accuracy", "OTHER"),
    14: ("adhesion", "Adhesion", "OTHER"),
    15: ("adhesive", "Adhesive", "OTHER"),
    16: ("adhesive-strength", "Adhesive strength", "OTHER"),
    17: ("adjustability", "Adjustability", "OTHER"),
    18: ("age-range", "Age range", "OTHER"),
    19: ("amperage", "Amperage", "OTHER"),
    20: ("angle", "Angle", "OTHER"),
}
"""The library of reasons by number: handle, name, and the older enum's word. The real one goes on for hundreds."""


@resolves("QueryRoot", "returnReasonDefinitions")
def reasons(
    _: Any,
    info: Info,
    *,
    ids: Sequence[str] | None = None,
    handles: Sequence[str] | None = None,
    query: str | None = None,
    sort_key: str = "ID",
    **size: Any,
) -> Window:
    if query or sort_key != "ID":
        raise NotModelled("returnReasonDefinitions(query:, sortKey:)")
    request: Request = info.context
    require(request, "returnReasonDefinitions", ["read_returns"])
    known = [
        number
        for number, (handle, _name, _word) in _REASONS.items()
        if (ids is None or _reason_id(number) in ids) and (handles is None or handle in handles)
    ]
    found = window(known, key=lambda number: number, number=lambda number: number, **size)
    return Window([_reason(one) for one in found.nodes], found.cursors, found.has_next_page, found.has_previous_page)


def _reason_id(number: int) -> str:
    return f"gid://shopify/ReturnReasonDefinition/{number}"


def _reason(number: int) -> dict[str, Any]:
    handle, name, _word = _REASONS[number]
    return {
        "__typename": "ReturnReasonDefinition",
        "id": _reason_id(number),
        "name": name,
        "handle": handle,
        "deleted": False,
    }


def _word_of(definition_id: str) -> str | None:
    return next((word for number, (_, _, word) in _REASONS.items() if _reason_id(number) == definition_id), None)


@resolves("QueryRoot", "returnableFulfillments")
def returnable_fulfillments(_: Any, info: Info, *, order_id: str, **size: Any) -> Window:
    request: Request = info.context
    require(request, "returnableFulfillments", ["read_returns"])
    order = of_kind(request, order_id, Order)
    made = order.fulfillments if order is not None else []
    chosen = [one for one in made if any(returns.returnable(line) for line in one.lines)]
    found = window(chosen, **size)
    nodes = [
        {
            "__typename": "ReturnableFulfillment",
            "id": one.id.replace("/Fulfillment/", "/ReturnableFulfillment/"),
            "fulfillment": one,
        }
        for one in found.nodes
    ]
    return Window(nodes, found.cursors, found.has_next_page, found.has_previous_page)


@resolves("ReturnableFulfillment", "returnableFulfillmentLineItems")
def returnable_lines(node: Mapping[str, Any], _: Info, **size: Any) -> Window:
    found = window([line for line in node["fulfillment"].lines if returns.returnable(line)], **size)
    nodes = [{"fulfillmentLineItem": line, "quantity": returns.returnable(line)} for line in found.nodes]
    return Window(nodes, found.cursors, found.has_next_page, found.has_previous_page)


@resolves("QueryRoot", "returnCalculate")
def calculate(_: Any, info: Info, *, input: Mapping[str, Any]) -> dict[str, Any] | None:  # noqa: A002
    """What a return would be worth; money to the customer is negative."""
    request: Request = info.context
    require(request, "returnCalculate", ["read_returns"])
    order = request.world.find(input["order_id"], Order)
    if order is None:
        return None
    if input.get("exchange_line_items"):
        raise NotModelled("CalculateReturnInput.exchangeLineItems")
    fee = input.get("return_shipping_fee")
    return {
        "id": f"gid://shopify/CalculatedReturn/{request.world.uuid()}",
        "returnLineItems": [_calculated(request, order, one) for one in input["return_line_items"]],
        "returnShippingFee": None
        if fee is None
        else {
            "id": f"gid://shopify/CalculatedReturnShippingFee/{request.world.uuid()}",
            "amountSet": priced(str(fee["amount"]["amount"]), order),
        },
    }


def _calculated(request: Request, order: Order, given: Mapping[str, Any]) -> dict[str, Any]:
    line = _fulfillment_line(request, order, given, ["input", "returnLineItems"])
    quantity = given["quantity"]
    worth = Decimal(line.line.price) * quantity
    taxes = sum((Decimal(one.price) for one in line.line.tax_lines), Decimal(0)) * quantity / line.line.quantity
    percentage = (given.get("restocking_fee") or {}).get("percentage")
    fee = None
    if percentage is not None:
        fee = {
            "id": f"gid://shopify/CalculatedRestockingFee/{request.world.uuid()}",
            "percentage": percentage,
            "amountSet": priced(worth * Decimal(str(percentage)) / 100, order),
        }
    return {
        "id": None,
        "fulfillmentLineItem": line,
        "quantity": quantity,
        "restockingFee": fee,
        "subtotalBeforeOrderDiscountsSet": priced(-worth, order),
        "subtotalSet": priced(-worth, order),
        "totalTaxSet": priced(-taxes, order),
    }


def _fulfillment_line(request: Request, order: Order, given: Mapping[str, Any], at: Sequence[str]) -> FulfillmentLine:
    line = request.world.find(given["fulfillment_line_item_id"], FulfillmentLine)
    if line is None or line.line.order is not order:
        raise refuse("Fulfillment Line Item was not found.", field=[*at, "fulfillmentLineItemId"], code="NOT_FOUND")
    return line


@mutation("returnCreate", scopes=WRITE)
def create(request: Request, *, return_input: Mapping[str, Any]) -> dict[str, Any]:
    order = request.world.find(return_input["order_id"], Order)
    if order is None:
        raise refuse("Order does not exist.", field=["returnInput", "orderId"], code="NOT_FOUND")
    if return_input.get("exchange_line_items"):
        raise NotModelled("ReturnInput.exchangeLineItems")
    wanted = []
    for at, one in enumerate(return_input["return_line_items"]):
        field = ["returnInput", "returnLineItems", str(at)]
        line = _fulfillment_line(request, order, one, field)
        reason, note = _reason_and_note(one, field)
        wanted.append(returns.Wanted(line=line, quantity=one["quantity"], reason=reason, note=note))
    made = returns.create(request.world, order, wanted, by=request.app)
    _charge(request, made, return_input)
    return {"return": made}


def _charge(request: Request, made: Return, given: Mapping[str, Any]) -> None:
    fee = given.get("return_shipping_fee")
    if fee is not None:
        _, number = request.world.new_id("Fee")
        made.fees.append(Fee(id=f"gid://shopify/Fee/{number}", amount=str(fee["amount"]["amount"])))


def _reason_and_note(one: Mapping[str, Any], field: Sequence[str]) -> tuple[str, str]:
    definition = one.get("return_reason_definition_id")
    reason = one.get("return_reason") or (_word_of(definition) if definition else None)
    note = one.get("return_reason_note") or ""
    if reason is None:
        text = "Return line items Either return reason or return reason definition must be provided"
        raise refuse(text, field=field, code="NOT_FOUND")
    if one.get("return_reason") == "OTHER" and not note:
        text = 'Return line items return reason note The note is required when the return reason is "Other"'
        raise refuse(text, field=[*field, "returnReasonNote"], code="BLANK")
    return reason, note


@mutation("returnRequest", scopes=WRITE)
def request_return(request: Request, *, input: Mapping[str, Any]) -> dict[str, Any]:  # noqa: A002
    order = request.world.find(input["order_id"], Order)
    if order is None:
        raise refuse("Order does not exist.", field=["input", "orderId"], code="NOT_FOUND")
    wanted = []
    for at, one in enumerate(input["return_line_items"]):
        field = ["input", "returnLineItems", str(at)]
        line = _fulfillment_line(request, order, one, field)
        definition = one.get("return_reason_definition_id")
        reason = one.get("return_reason") or (_word_of(definition) if definition else None)
        if reason is None:
            raise refuse("Return reason can't be blank", field=[*field, "returnReason"], code="BLANK")
        note = one.get("customer_note")
        wanted.append(returns.Wanted(line=line, quantity=one["quantity"], reason=reason, customer_note=note))
    made = returns.create(request.world, order, wanted, by=request.app, status="REQUESTED")
    _charge(request, made, input)
    return {"return": made}


@mutation("returnApproveRequest", scopes=WRITE)
def approve(request: Request, *, input: Mapping[str, Any]) -> dict[str, Any]:  # noqa: A002  # the schema's name
    found = _return(request, input["id"], {"REQUESTED"}, "approvable", at=["input", "id"])
    returns.approve(request.world, found)
    return {"return": found}


@mutation("returnDeclineRequest", scopes=WRITE)
def decline(request: Request, *, input: Mapping[str, Any]) -> dict[str, Any]:  # noqa: A002  # the schema's name
    found = _return(request, input["id"], {"REQUESTED"}, "declinable", at=["input", "id"])
    found.decline = {"reason": input["decline_reason"], "note": input.get("decline_note")}
    returns.set_status(request.world, found, "DECLINED")
    return {"return": found}


def _return(request: Request, global_id: str, states: set[str], what: str, *, at: Sequence[str] = ("id",)) -> Return:
    found = request.world.find(global_id, Return)
    if found is None:
        raise refuse("Return not found.", field=at, code="NOT_FOUND")
    if found.status not in states:
        raise refuse(f"Return is not {what}.", field=at, code="INVALID_STATE")
    return found


@mutation("returnClose", scopes=WRITE)
def close(request: Request, *, id: str) -> dict[str, Any]:  # noqa: A002  # the schema's name
    found = _return(request, id, {"OPEN", "CLOSED"}, "closeable")
    returns.set_status(request.world, found, "CLOSED")
    return {"return": found}


@mutation("returnReopen", scopes=WRITE)
def reopen(request: Request, *, id: str) -> dict[str, Any]:  # noqa: A002  # the schema's name
    found = _return(request, id, {"OPEN", "CLOSED"}, "reopenable")
    returns.set_status(request.world, found, "OPEN")
    return {"return": found}


@mutation("returnCancel", scopes=WRITE)
def cancel(request: Request, *, id: str, **_: Any) -> dict[str, Any]:  # noqa: A002  # notifyCustomer does nothing
    found = _return(request, id, {"OPEN", "REQUESTED", "CANCELED"}, "cancelable")
    returns.set_status(request.world, found, "CANCELED")
    return {"return": found}


@mutation("reverseFulfillmentOrderDispose", scopes=WRITE)
def dispose(request: Request, *, disposition_inputs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    at = ["dispositionInputs"]
    if not disposition_inputs:
        raise refuse("The array cannot be empty.", field=at, code="BLANK")
    lines = [
        request.world.find(one["reverse_fulfillment_order_line_item_id"], ReverseLine) for one in disposition_inputs
    ]
    known = [line for line in lines if line is not None]
    if len(known) < len(lines) or len({line.reverse_order.id for line in known}) > 1:
        text = "Cannot dispose items from more than one reverse fulfillment order."
        raise refuse(text, field=at, code="INVALID")
    for place, (line, one) in enumerate(zip(known, disposition_inputs, strict=True)):
        _check_disposition(line, one, [*at, str(place)])
    for line, one in zip(known, disposition_inputs, strict=True):
        location = request.world.find(one["location_id"], Location) if one.get("location_id") else None
        returns.dispose(request.world, line, quantity=one["quantity"], type_=one["disposition_type"], location=location)
    return {"reverseFulfillmentOrderLineItems": known}


def _check_disposition(line: ReverseLine, one: Mapping[str, Any], at: Sequence[str]) -> None:
    type_ = one["disposition_type"]
    if type_ == "RESTOCKED" and line.return_line.fulfillment_line.line.variant is None:
        text = f"{type_} is an invalid disposition type for a custom line item."
        raise refuse(text, field=[*at, "dispositionType"], code="INVALID")
    left = line.return_line.quantity - sum(done.quantity for done in line.dispositions)
    if not 0 < one["quantity"] <= left:
        # No recording shows this text.
        raise refuse("Quantity is invalid.", field=[*at, "quantity"], code="INVALID")
