"""Order edits as mutations, and the calculated order that they show."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from graphql import GraphQLResolveInfo

from adapters.sandbox.shopify.api.connections import Window, window
from adapters.sandbox.shopify.api.money import priced
from adapters.sandbox.shopify.api.registry import Request, mutation, resolves, shows
from adapters.sandbox.shopify.errors import refuse
from adapters.sandbox.shopify.world import order_edits, orders, payments
from adapters.sandbox.shopify.world.order_edits import AddedLine, OrderEdit
from adapters.sandbox.shopify.world.state import Line, Location, Order, Variant
from adapters.sandbox.shopify.world.world import NewLine

Info = GraphQLResolveInfo[Any]
WRITE = ("write_order_edits", "write_orders")
"""The real service wants the first; the sandbox's apps rarely ask for it."""

shows("CalculatedOrder", OrderEdit)

_OWN_LINE = "gid://shopify/CalculatedLineItem/"
"""Lines of the order keep their number under this kind."""


@mutation("orderEditBegin", scopes=WRITE)
def begin(request: Request, *, id: str) -> dict[str, Any]:  # noqa: A002  # the schema's name
    order = request.world.find(id, Order)
    if order is None:
        raise refuse("The order does not exist.", field=["id"])
    if order.cancelled_at is not None:
        raise refuse("The order cannot be edited.", field=["id"])
    return {"calculatedOrder": order_edits.begin(request.world, order)}


def _edit(request: Request, global_id: str) -> OrderEdit:
    found = request.world.find(global_id, OrderEdit)
    if found is None or found.committed:
        raise refuse("The calculated order does not exist.", field=["id"])
    return found


@mutation("orderEditAddCustomItem", scopes=WRITE)
def add_custom_item(
    request: Request,
    *,
    id: str,  # noqa: A002  # the schema's name
    title: str,
    quantity: int,
    price: Mapping[str, Any],
    requires_shipping: bool | None = None,
    taxable: bool | None = None,
    location_id: str | None = None,
) -> dict[str, Any]:
    edit = _edit(request, id)
    _check_positive(quantity)
    spec = NewLine(
        title=title,
        quantity=quantity,
        price=str(price["amount"]),
        requires_shipping=requires_shipping is not False,
        taxable=taxable is not False,
        is_custom=True,
        location=request.world.find(location_id, Location) if location_id else None,
    )
    line = order_edits.add_custom(request.world, edit, spec)
    return {"calculatedOrder": edit, "calculatedLineItem": _added(line)}


@mutation("orderEditAddVariant", scopes=WRITE)
def add_variant(
    request: Request,
    *,
    id: str,  # noqa: A002  # the schema's name
    variant_id: str,
    quantity: int,
    allow_duplicates: bool = False,
    **_: Any,
) -> dict[str, Any]:
    edit = _edit(request, id)
    _check_positive(quantity)
    variant = request.world.find(variant_id, Variant)
    if variant is None:
        raise refuse("can't convert Integer[] to ProductVariant", field=["variantId"])
    if not allow_duplicates and any(line.variant is variant for line in edit.order.lines):
        raise refuse("The variant is already on the order.", field=["variantId"])
    line = order_edits.add_variant(request.world, edit, variant, quantity=quantity)
    return {"calculatedOrder": edit, "calculatedLineItem": _added(line)}


def _check_positive(quantity: int) -> None:
    if quantity <= 0:
        raise refuse("must be greater than 0", field=["quantity"])


@mutation("orderEditSetQuantity", scopes=WRITE)
def set_quantity(
    request: Request,
    *,
    id: str,  # noqa: A002  # the schema's name
    line_item_id: str,
    quantity: int,
    **_: Any,
) -> dict[str, Any]:
    edit = _edit(request, id)
    if quantity < 0:
        raise refuse("must be greater than or equal to 0", field=["quantity"])
    for one in edit.added:
        if one.id == line_item_id:
            one.quantity = quantity
            return {"calculatedOrder": edit, "calculatedLineItem": _added(one)}
    for line in edit.quantities:
        if f"{_OWN_LINE}{line.number}" == line_item_id:
            if line.current_quantity - quantity > orders.unfulfilled_quantity(line):
                raise refuse("Only unfulfilled units can be removed.", field=["quantity"])
            edit.quantities[line] = quantity
            return {"calculatedOrder": edit, "calculatedLineItem": _own(edit, line)}
    raise refuse("The line item does not exist.", field=["lineItemId"])


@mutation("orderEditCommit", scopes=WRITE)
def commit(
    request: Request,
    *,
    id: str,  # noqa: A002  # the schema's name
    notify_customer: bool | None = None,
    staff_note: str | None = None,
) -> dict[str, Any]:
    edit = _edit(request, id)
    said = order_edits.commit(request.world, edit, by=request.app, notify=bool(notify_customer), staff_note=staff_note)
    return {"order": edit.order, "successMessages": said}


@resolves("CalculatedOrder", "originalOrder")
def original(edit: OrderEdit, _: Info) -> Order:
    return edit.order


@resolves("CalculatedOrder", "lineItems")
def lines(edit: OrderEdit, _: Info, *, query: str | None = None, **size: Any) -> Window:
    del query
    found = window(list(edit.quantities), **size)
    shown = [_own(edit, line) for line in found.nodes]
    return Window(shown, found.cursors, found.has_next_page, found.has_previous_page)


@resolves("CalculatedOrder", "addedLineItems")
def added_lines(edit: OrderEdit, _: Info, **size: Any) -> Window:
    place = {one.id: at for at, one in enumerate(edit.added)}
    found = window(edit.added, key=lambda one: place[one.id], number=lambda one: place[one.id], **size)
    return Window([_added(one) for one in found.nodes], found.cursors, found.has_next_page, found.has_previous_page)


def _own(edit: OrderEdit, line: Line) -> dict[str, Any]:
    return {
        "__typename": "CalculatedLineItem",
        "id": f"{_OWN_LINE}{line.number}",
        "title": line.title,
        "sku": line.sku,
        "variant": line.variant,
        "variantTitle": line.variant_title,
        "quantity": edit.quantities[line],
        "editableQuantity": min(edit.quantities[line], orders.unfulfilled_quantity(line)),
        "customAttributes": line.custom_attributes,
        "restockable": line.variant is not None,
        "restocking": False,
        "originalUnitPriceSet": priced(line.price, line.order),
    }


def _added(line: AddedLine) -> dict[str, Any]:
    spec = line.spec
    return {
        "__typename": "CalculatedLineItem",
        "id": line.id,
        "title": spec.title or (spec.variant.product.title if spec.variant else ""),
        "sku": spec.sku,
        "variant": spec.variant,
        "variantTitle": spec.variant_title,
        "quantity": line.quantity,
        "editableQuantity": line.quantity,
        "customAttributes": [],
        "restockable": False,
        "restocking": False,
        "originalUnitPriceSet": priced(spec.price, line.edit.order),
    }


@resolves("CalculatedOrder", "totalPriceSet")
def total(edit: OrderEdit, _: Info) -> dict[str, Any]:
    return priced(edit.total, edit.order)


@resolves("CalculatedOrder", "subtotalPriceSet")
def subtotal(edit: OrderEdit, _: Info) -> dict[str, Any]:
    beside = Decimal(edit.order.total) - payments.subtotal(edit.order)
    return priced(edit.total - beside, edit.order)


@resolves("CalculatedOrder", "totalOutstandingSet")
def outstanding(edit: OrderEdit, _: Info) -> dict[str, Any]:
    return priced(edit.total - payments.net(edit.order), edit.order)


@resolves("CalculatedOrder", "subtotalLineItemsQuantity")
def quantity(edit: OrderEdit, _: Info) -> int:
    return sum(edit.quantities.values()) + sum(one.quantity for one in edit.added)
