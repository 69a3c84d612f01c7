"""Inventory items and their levels, read-only: what fulfilling and undoing did to stock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graphql import GraphQLResolveInfo

from adapters.sandbox.shopify.api.connections import Window, window
from adapters.sandbox.shopify.api.registry import Request, resolves, shows
from adapters.sandbox.shopify.errors import NotModelled
from adapters.sandbox.shopify.world.state import InventoryItem, Location

Info = GraphQLResolveInfo[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """The stock of one item at one location."""

    id: str
    number: int
    item: InventoryItem
    location: Location
    created_at: datetime
    updated_at: datetime
    is_active: bool = True
    can_deactivate: bool = True


shows("InventoryLevel", Level)


def _level(item: InventoryItem, place: Location) -> Level:
    return Level(
        id=f"gid://shopify/InventoryLevel/{place.number}?inventory_item_id={item.number}",
        number=place.number,
        item=item,
        location=place,
        created_at=item.created_at,
        updated_at=item.updated_at,
    )


@resolves("InventoryItem", "inventoryLevel")
def level(item: InventoryItem, info: Info, *, location_id: str, **_: Any) -> Level | None:
    request: Request = info.context
    place = request.world.find(location_id, Location)
    return _level(item, place) if place is not None and place.number in item.levels else None


@resolves("InventoryItem", "inventoryLevels")
def levels(
    item: InventoryItem, info: Info, *, query: str | None = None, include_inactive: bool = False, **size: Any
) -> Window:
    if query:
        raise NotModelled("InventoryItem.inventoryLevels(query:)")
    request: Request = info.context
    places = [
        place
        for place in request.world.locations
        if place.number in item.levels and (place.is_active or include_inactive)
    ]
    return window([_level(item, place) for place in places], **size)


@resolves("InventoryLevel", "quantities")
def quantities(known: Level, _: Info, *, names: Sequence[str]) -> list[dict[str, Any]]:
    stock = known.item.levels[known.location.number]
    return [
        {
            "__typename": "InventoryQuantity",
            "id": f"gid://shopify/InventoryQuantity/{known.number}?name={name}",
            "name": name,
            "quantity": stock.get(name, 0),
            "updatedAt": None,
        }
        for name in names
    ]


@resolves("ProductVariant", "inventoryQuantity")
def inventory_quantity(variant: Any, _: Info) -> int:
    return sum(level["available"] for level in variant.inventory_item.levels.values())
