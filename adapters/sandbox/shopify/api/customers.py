"""Customers: who orders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLResolveInfo

from adapters.sandbox.shopify.api.connections import Window, window
from adapters.sandbox.shopify.api.registry import Request, mutation, resolves
from adapters.sandbox.shopify.errors import Refusal, UserError, refuse
from adapters.sandbox.shopify.world import customers
from adapters.sandbox.shopify.world.state import Customer

Info = GraphQLResolveInfo[Any]
WRITE = ("write_customers",)


@resolves("Customer", "orders")
def customer_orders(known: Customer, info: Info, *, reverse: bool = False, **size: Any) -> Window:
    request: Request = info.context
    chosen = [order for order in request.world.orders.values() if order.customer is known]
    return window(chosen, reverse=reverse, **{key: value for key, value in size.items() if key in _SIZE})


_SIZE = frozenset({"first", "last", "after", "before"})


@mutation("customerCreate", scopes=WRITE)
def create(request: Request, *, input: Mapping[str, Any]) -> dict[str, Any]:  # noqa: A002  # the schema's name
    email = input.get("email")
    if not any(input.get(key) for key in ("email", "phone", "first_name", "last_name")):
        raise refuse("A name, phone number, or email address must be present")
    if email and customers.with_email(request.world, email) is not None:
        raise Refusal(UserError("Email has already been taken", ("email",)))
    made = customers.add(
        request.world, email=email, first_name=input.get("first_name"), last_name=input.get("last_name")
    )
    made.note = input.get("note")
    made.tags = sorted(input.get("tags") or (), key=str.lower)
    return {"customer": made}


@mutation("customerDelete", scopes=WRITE)
def delete(request: Request, *, input: Mapping[str, Any]) -> dict[str, Any]:  # noqa: A002  # the schema's name
    found = request.world.find(input["id"], Customer)
    if found is None:
        raise refuse("Customer can't be found", field=["id"])
    if any(order.customer is found for order in request.world.orders.values()):
        raise refuse("Customer can't be deleted because they have associated orders", field=["id"])
    customers.remove(request.world, found)
    return {"deletedCustomerId": found.id, "shop": request.world.shop}
