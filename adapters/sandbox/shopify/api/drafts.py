"""Draft orders: enough of them to make an order of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from graphql import GraphQLResolveInfo

from adapters.sandbox.shopify.api.connections import Window, window
from adapters.sandbox.shopify.api.money import money
from adapters.sandbox.shopify.api.placing import address
from adapters.sandbox.shopify.api.registry import Request, mutation, resolves, shows
from adapters.sandbox.shopify.errors import NotModelled, refuse
from adapters.sandbox.shopify.world import customers, placing
from adapters.sandbox.shopify.world.state import Order, Variant
from adapters.sandbox.shopify.world.world import NewLine

Info = GraphQLResolveInfo[Any]
WRITE = ("write_draft_orders", "write_orders")


@dataclass(slots=True, eq=False, kw_only=True)
class DraftOrder:
    """An order that nobody has confirmed yet."""

    id: str
    number: int
    name: str
    new: placing.NewOrder
    currency: str
    created_at: datetime
    updated_at: datetime
    status: str = "OPEN"
    order: Order | None = None
    warnings: list[dict[str, str]] = field(default_factory=list)

    @property
    def email(self) -> str | None:
        return self.new.email

    @property
    def tags(self) -> list[str]:
        return sorted(self.new.tags, key=str.lower)


shows("DraftOrder", DraftOrder)


@resolves("DraftOrder", "totalPriceSet")
def total(draft: DraftOrder, _: Info) -> dict[str, Any]:
    worth = sum((Decimal(line.price) * line.quantity for line in draft.new.lines), Decimal(0))
    return money(worth, draft.currency)


@resolves("QueryRoot", "draftOrders")
def drafts(_: Any, info: Info, *, query: str | None = None, sort_key: str = "ID", **size: Any) -> Window:
    if query or sort_key not in {"ID", "NUMBER"}:
        raise NotModelled("draftOrders(query:, sortKey:)")
    request: Request = info.context
    return window([one for one in request.world.nodes.values() if isinstance(one, DraftOrder)], **size)


@mutation("draftOrderCreate", scopes=WRITE)
def create(request: Request, *, input: Mapping[str, Any]) -> dict[str, Any]:  # noqa: A002  # the schema's name
    lines = [_line(request, one) for one in input.get("line_items") or ()]
    if not lines:
        raise refuse("Add at least 1 product", field=None)
    world = request.world
    global_id, number = world.new_id("DraftOrder")
    now = world.now()
    drafted = sum(isinstance(one, DraftOrder) for one in world.nodes.values())
    email = input.get("email")
    new = placing.NewOrder(
        lines=lines,
        email=email,
        note=input.get("note"),
        tags=input.get("tags") or (),
        currency=_currency(input) or world.shop.currency,
        po_number=input.get("po_number"),
        phone=input.get("phone"),
        shipping_address=address(input.get("shipping_address")),
        billing_address=address(input.get("billing_address")),
        customer=(customers.with_email(world, email) or customers.add(world, email=email)) if email else None,
    )
    made = DraftOrder(
        id=global_id,
        number=number,
        name=f"#D{drafted + 1}",
        new=new,
        currency=new.currency or world.shop.currency,
        created_at=now,
        updated_at=now,
    )
    return {"draftOrder": world.register(made)}


def _currency(given: Mapping[str, Any]) -> str | None:
    prices = (one.get("original_unit_price_with_currency") for one in given["line_items"])
    return next((price["currency_code"] for price in prices if price), None)


def _line(request: Request, given: Mapping[str, Any]) -> NewLine:
    variant = request.world.find(given["variant_id"], Variant) if given.get("variant_id") else None
    price = (given.get("original_unit_price_with_currency") or {}).get("amount") or given.get("original_unit_price")
    return NewLine(
        sku=given.get("sku"),
        title=given.get("title") or "",
        quantity=given["quantity"],
        price=str(price if price is not None else variant.price if variant else "0.00"),
        requires_shipping=given.get("requires_shipping") is not False,
        taxable=given.get("taxable") is not False,
        properties={one["key"]: one["value"] for one in given.get("custom_attributes") or ()},
        variant=variant,
        is_custom=variant is None,
    )


@mutation("draftOrderComplete", scopes=WRITE)
def complete(
    request: Request,
    *,
    id: str,  # noqa: A002  # the schema's name
    payment_pending: bool | None = None,
    **_: Any,
) -> dict[str, Any]:
    found = request.world.find(id, DraftOrder)
    if found is None:
        raise refuse("Draft order does not exist", field=["id"])
    if found.status == "COMPLETED":
        raise refuse("This order has been paid", field=["id"])
    status = "PENDING" if payment_pending else "PAID"
    found.order = placing.place(request.world, placing.with_payment(found.new, status), by=request.app)
    found.status, found.updated_at = "COMPLETED", request.world.now()
    return {"draftOrder": found}
