"""Global ids of arguments turned into things of the world."""

from __future__ import annotations

from typing import TypeVar

from adapters.sandbox.shopify.api.registry import Request, type_name_of
from adapters.sandbox.shopify.errors import resource_not_found, wrong_kind_of_id
from adapters.sandbox.shopify.world import returned, state

T = TypeVar("T")

_KINDS: dict[type, str] = {
    state.Order: "Order",
    state.FulfillmentOrder: "FulfillmentOrder",
    state.Fulfillment: "Fulfillment",
    state.Location: "Location",
    state.FulfillmentService: "FulfillmentService",
    returned.Return: "Return",
    state.Refund: "Refund",
    state.Line: "LineItem",
}


def kind_of(global_id: str) -> str:
    """`gid://shopify/Order/1` -> `Order`."""
    return global_id.removeprefix("gid://").split("/")[1]


def of_kind(request: Request, global_id: str, kind: type[T]) -> T | None:
    """The thing, or None when there is none. An id of another kind is the service's `Invalid id` error."""
    name = _KINDS.get(kind)
    if name is not None and kind_of(global_id) != name:
        raise resource_not_found(global_id)
    found = request.world.find(global_id, kind)
    if found is not None and type_name_of(found) is None:
        raise wrong_kind_of_id()
    return found


def must(request: Request, global_id: str, kind: type[T]) -> T:
    """The thing. An unknown id is a top-level error, as in every fulfillmentOrder* mutation."""
    found = of_kind(request, global_id, kind)
    if found is None:
        raise resource_not_found(global_id)
    return found
