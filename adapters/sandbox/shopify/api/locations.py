"""Locations: reads, searches, and the merchant's changes to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLResolveInfo

from adapters.sandbox.shopify.api import searches
from adapters.sandbox.shopify.api.connections import Window, window
from adapters.sandbox.shopify.api.ids import of_kind
from adapters.sandbox.shopify.api.orders import counted
from adapters.sandbox.shopify.api.registry import Request, mutation, require, resolves
from adapters.sandbox.shopify.errors import Refusal, UserError, refuse
from adapters.sandbox.shopify.search import Field, equals, matches_id, starts_or_equals
from adapters.sandbox.shopify.world.state import Location
from adapters.sandbox.shopify.world.world import World

Info = GraphQLResolveInfo[Any]
WRITE = ("write_locations", "write_inventory")
"""The real service wants the first; the sandbox's apps rarely ask for it."""

_FIELDS = {
    "default": Field(starts_or_equals, "name"),
    "id": Field(matches_id, "id"),
    "name": Field(starts_or_equals, "name"),
    "active": Field(equals, "active"),
    "legacy": Field(equals, "legacy"),
}


@resolves("QueryRoot", "locations")
def locations(
    _: Any,
    info: Info,
    *,
    include_legacy: bool = False,
    include_inactive: bool = False,
    query: str | None = None,
    sort_key: str = "NAME",
    **size: Any,
) -> Window:
    request: Request = info.context
    require(request, "locations", ["read_locations"])
    search = searches.searched(info, query, _FIELDS)
    chosen = [
        place
        for place in request.world.locations
        if (include_legacy or place.service is None)
        and (include_inactive or place.is_active)
        and search.test(_described(place))
    ]
    if sort_key == "ID":
        return window(chosen, **size)
    return window(chosen, key=lambda place: place.name.lower(), **size)


def _described(place: Location) -> dict[str, Any]:
    return {
        "id": place.number,
        "name": place.name,
        "active": str(place.is_active).lower(),
        "legacy": str(place.service is not None).lower(),
    }


@resolves("QueryRoot", "locationsCount")
def locations_count(_: Any, info: Info, *, query: str | None = None, limit: int | None = 10000) -> dict[str, Any]:
    """Recorded: counts inactive locations and those of services too."""
    request: Request = info.context
    require(request, "locationsCount", ["read_locations"])
    search = searches.searched(info, query, _FIELDS)
    return counted(sum(search.test(_described(place)) for place in request.world.locations), limit)


@resolves("QueryRoot", "locationsAvailableForDeliveryProfilesConnection")
def for_delivery_profiles(_: Any, info: Info, **size: Any) -> Window:
    request: Request = info.context
    require(request, "locationsAvailableForDeliveryProfilesConnection", ["read_locations"])
    return window([place for place in request.world.locations if place.is_active and place.service is None], **size)


@resolves("QueryRoot", "location")
def location(_: Any, info: Info, *, id: str | None = None) -> Location | None:  # noqa: A002  # the schema's name
    request: Request = info.context
    require(request, "location", ["read_locations"])
    return request.world.locations[0] if id is None else of_kind(request, id, Location)


@resolves("Location", "address")
def location_address(place: Location, _: Info) -> dict[str, Any]:
    empty = dict.fromkeys(
        ("address1", "address2", "country", "latitude", "longitude", "phone", "province", "provinceCode", "zip")
    )
    lines = [line for line in (place.city, place.country_code) if line]
    return {**empty, "city": place.city, "countryCode": place.country_code, "formatted": lines}


@resolves("Location", "shipsInventory")
def ships(place: Location, _: Info) -> bool:
    """Recorded: never at the location of a fulfillment service."""
    return place.is_active and place.service is None


@resolves("Location", "hasActiveInventory")
def has_stock(place: Location, _: Info) -> bool:
    return place.is_active


@resolves("Location", "activatable", "deactivatable")
def switchable(place: Location, _: Info) -> bool:
    return place.service is None


@resolves("Location", "deactivatedAt")
def deactivated(_: Location, _info: Info) -> None:
    return None


@resolves("Location", "hasUnfulfilledOrders")
def has_work(place: Location, info: Info) -> bool:
    world: World = info.context.world
    return any(fo.is_open and fo.location is place for fo in world.fulfillment_orders.values())


@resolves("Location", "isPrimary")
def is_primary(place: Location, info: Info) -> bool:
    world: World = info.context.world
    return place is world.locations[0]


@mutation("locationAdd", scopes=WRITE)
def add(request: Request, *, input: Mapping[str, Any]) -> dict[str, Any]:  # noqa: A002  # the schema's name
    name = input["name"].strip()
    if not name:
        raise refuse("Add a location name", field=["input", "name"], code="BLANK")
    if any(place.name == name for place in request.world.locations):
        raise refuse("You already have a location with this name", field=["input", "name"], code="TAKEN")
    address = input.get("address") or {}
    made = request.world.add_location(name, fulfills_online_orders=input.get("fulfills_online_orders") is not False)
    made.country_code, made.city = address.get("country_code") or made.country_code, address.get("city")
    return {"location": made}


def _place(request: Request, global_id: str) -> Location:
    found = request.world.find(global_id, Location)
    if found is None:
        raise Refusal(UserError("Location not found.", ("locationId",), "LOCATION_NOT_FOUND"))
    return found


def _with_errors(name: str, place: Location, *errors: UserError) -> dict[str, Any]:
    """These payloads show the location beside the error."""
    return {"location": place, name: list(errors), "userErrors": list(errors)}


@mutation("locationActivate", scopes=WRITE)
def activate(request: Request, *, location_id: str) -> dict[str, Any]:
    place = _place(request, location_id)
    if place.service is not None:
        # Recorded: a service's location is not found, and shown all the same.
        error = UserError("Location not found.", ("locationId",), "LOCATION_NOT_FOUND")
        return _with_errors("locationActivateUserErrors", place, error)
    place.is_active, place.updated_at = True, request.world.now()
    return {"location": place}


@mutation("locationDeactivate", scopes=WRITE)
def deactivate(request: Request, *, location_id: str, destination_location_id: str | None = None) -> dict[str, Any]:
    place = _place(request, location_id)
    others = [one for one in request.world.locations if one is not place and one.is_active and one.service is None]
    if place.service is not None or not others:
        text = (
            "Location could not be deactivated because it either has a fulfillment service or is the only location "
            "with a shipping address."
        )
        error = UserError(text, ("locationId",), "PERMANENTLY_BLOCKED_FROM_DEACTIVATION_ERROR")
        return _with_errors("locationDeactivateUserErrors", place, error)
    if destination_location_id is not None:
        _move_stock(request.world, place, _place(request, destination_location_id))
    place.is_active, place.updated_at = False, request.world.now()
    return {"location": place}


def _move_stock(world: World, place: Location, to: Location) -> None:
    for variant in world.variants.values():
        levels = variant.inventory_item.levels
        for name, quantity in levels.pop(place.number, {}).items():
            there = levels.setdefault(to.number, {})
            there[name] = there.get(name, 0) + quantity


@mutation("locationDelete", scopes=WRITE)
def delete(request: Request, *, location_id: str) -> dict[str, Any]:
    place = _place(request, location_id)
    if place.is_active:
        text = "The location cannot be deleted while it is active."
        raise refuse(text, field=["locationId"], code="LOCATION_IS_ACTIVE")
    request.world.remove_location(place)
    return {"deletedLocationId": place.id}
