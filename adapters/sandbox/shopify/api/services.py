"""Fulfillment services: a simple store with the recorded validations."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from graphql import GraphQLResolveInfo

from adapters.sandbox.shopify.api.registry import Request, mutation
from adapters.sandbox.shopify.errors import Refusal, UserError, refuse
from adapters.sandbox.shopify.world.state import FulfillmentService
from adapters.sandbox.shopify.world.world import service_handle

Info = GraphQLResolveInfo[Any]
WRITE = ("write_fulfillments",)

_RESERVED = frozenset({"manual", "gift_card", "shopify", "amazon"})


def _check_name(request: Request, name: str, *, known: FulfillmentService | None) -> list[UserError]:
    if not name.strip():
        return [UserError("Name can't be blank", ("name",))]
    errors = []
    if name[0].isspace():
        errors.append(UserError("Name cannot begin with a whitespace character", ("name",)))
    if name[-1].isspace():
        errors.append(UserError("Name cannot end with a whitespace character", ("name",)))
    if name.lower() in _RESERVED:
        errors.append(UserError("Name is reserved", ("name",)))
    elif any(one is not known and _is_same(one, name) for one in request.world.services):
        errors.append(UserError("Name has already been taken", ("name",)))
    return errors


def _is_same(known: FulfillmentService, name: str) -> bool:
    return known.service_name.lower() == name.lower() or known.handle == service_handle(name)


def _check_url(request: Request, url: str | None) -> list[UserError]:
    if not url:
        return []
    scheme = url.partition("://")[0]
    if scheme not in {"http", "https"}:
        return [UserError(f"Callback url protocol {scheme}:// is not supported", ("callbackUrl",))]
    hosts = request.app.callback_hosts
    if hosts is not None and urlsplit(url).hostname not in {*hosts, request.world.shop.domain}:
        return [UserError("Callback url is not allowed", ("callbackUrl",))]
    return []


@mutation("fulfillmentServiceCreate", scopes=WRITE)
def create(
    request: Request,
    *,
    name: str,
    callback_url: str | None = None,
    inventory_management: bool = False,
    tracking_support: bool = False,
    requires_shipping_method: bool = True,
    fulfillment_orders_opt_in: bool = True,
    **_: Any,
) -> dict[str, Any]:
    errors = [*_check_name(request, name, known=None), *_check_url(request, callback_url)]
    if errors:
        raise Refusal(*errors)
    made = request.world.add_service(name, app=request.app, callback_url=callback_url)
    made.inventory_management = inventory_management
    made.tracking_support = tracking_support
    made.requires_shipping_method = requires_shipping_method
    made.fulfillment_orders_opt_in = fulfillment_orders_opt_in
    return {"fulfillmentService": made}


def _service(request: Request, global_id: str) -> FulfillmentService:
    found = request.world.find(global_id, FulfillmentService)
    if found is None or found.app is not request.app:
        raise refuse("Fulfillment service could not be found.", field=["id"])
    return found


@mutation("fulfillmentServiceUpdate", scopes=WRITE)
def update(request: Request, *, id: str, **changes: Any) -> dict[str, Any]:  # noqa: A002  # the schema's name
    found = _service(request, id)
    errors = _check_url(request, changes.get("callback_url"))
    if changes.get("name") is not None:
        errors = [*_check_name(request, changes["name"], known=found), *errors]
    if errors:
        raise Refusal(*errors)
    if changes.get("name") is not None:
        found.service_name = changes.pop("name")
        if found.location is not None:
            found.location.name = found.service_name
    for key, value in changes.items():
        if value is not None and key != "permits_sku_sharing":
            setattr(found, key, value)
    return {"fulfillmentService": found}


@mutation("fulfillmentServiceDelete", scopes=WRITE)
def delete(
    request: Request,
    *,
    id: str,  # noqa: A002  # the schema's name
    destination_location_id: str | None = None,
    inventory_action: str = "TRANSFER",
) -> dict[str, Any]:
    found = _service(request, id)
    if destination_location_id is not None and inventory_action != "TRANSFER":
        raise refuse(
            "Inventory action Destination location id should not be present when deleting/keeping the inventory of "
            "the fulfillment service.",
            field=["inventoryAction"],
        )
    if destination_location_id is not None and destination_location_id not in request.world.nodes:
        raise refuse("Invalid destination location.")
    world = request.world
    world.services.remove(found)
    for global_id in (found.id, found.id.partition("?")[0]):
        world.nodes.pop(global_id, None)
    if found.location is not None:
        # KEEP turns the place into one of the merchant's, the other actions remove it.
        found.location.service = None
        if inventory_action != "KEEP":
            world.remove_location(found.location)
    return {"deletedId": found.id.partition("?")[0]}
