"""The shop, its apps, locations, products and metafields, and reads by global id of any kind."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from graphql import GraphQLResolveInfo

from adapters.sandbox.shopify import sdl
from adapters.sandbox.shopify.api import searches
from adapters.sandbox.shopify.api.connections import Window, window
from adapters.sandbox.shopify.api.ids import of_kind
from adapters.sandbox.shopify.api.registry import Request, require, resolves, shows, type_name_of
from adapters.sandbox.shopify.errors import NotModelled
from adapters.sandbox.shopify.world.fulfillment_orders import may_see
from adapters.sandbox.shopify.world.metafields import digest
from adapters.sandbox.shopify.world.returned import Return
from adapters.sandbox.shopify.world.state import (
    FulfillmentOrder,
    FulfillmentService,
    InventoryItem,
    Job,
    Location,
    Metafield,
    Order,
    Product,
    Refund,
    Variant,
)
from adapters.sandbox.shopify.world.world import ShopInfo, World

Info = GraphQLResolveInfo[Any]

shows("Shop", ShopInfo)
shows("Job", Job)


@resolves("QueryRoot", "shop")
def shop(_: Any, info: Info) -> ShopInfo:
    request: Request = info.context
    return request.world.shop


@resolves("Shop", "id")
def shop_id(_: ShopInfo, _info: Info) -> str:
    return "gid://shopify/Shop/1"


@resolves("Shop", "myshopifyDomain")
def domain(known: ShopInfo, _: Info) -> str:
    return known.domain


@resolves("Shop", "url")
def url(known: ShopInfo, _: Info) -> str:
    return f"https://{known.domain}"


@resolves("Shop", "currencyCode")
def currency(known: ShopInfo, _: Info) -> str:
    return known.currency


@resolves("Shop", "ianaTimezone")
def timezone(known: ShopInfo, _: Info) -> str:
    return known.timezone


@resolves("Shop", "contactEmail")
def contact(known: ShopInfo, _: Info) -> str:
    return known.email


@resolves("Shop", "updatedAt")
def shop_updated(known: ShopInfo, _: Info) -> Any:
    return known.created_at


@resolves("Shop", "primaryDomain")
def primary_domain(known: ShopInfo, _: Info) -> dict[str, Any]:
    return {
        "__typename": "Domain",
        "id": "gid://shopify/Domain/1",
        "host": known.domain,
        "sslEnabled": True,
        "url": f"https://{known.domain}",
    }


@resolves("Shop", "plan")
def plan(_: ShopInfo, _info: Info) -> dict[str, Any]:
    return {
        "displayName": "Developer Preview",
        "publicDisplayName": "Development",
        "partnerDevelopment": True,
        "shopifyPlus": False,
    }


@resolves("Shop", "fulfillmentServices")
def services(_: ShopInfo, info: Info) -> list[FulfillmentService]:
    request: Request = info.context
    return [request.world.manual_service, *request.world.services]


@resolves("QueryRoot", "currentAppInstallation", "appInstallation")
def installation(_: Any, info: Info, **arguments: Any) -> dict[str, Any]:
    if arguments.get("id"):
        raise NotModelled("appInstallation(id:)")
    request: Request = info.context
    scopes = [{"handle": scope, "description": scope.replace("_", " ")} for scope in sorted(request.app.scopes)]
    return {
        "__typename": "AppInstallation",
        "id": f"gid://shopify/AppInstallation/{request.app.number}",
        "app": request.app,
        "accessScopes": scopes,
        "launchUrl": f"https://{request.world.shop.domain}/admin/apps/{request.app.handle}",
    }


@resolves("QueryRoot", "publicApiVersions")
def versions(_: Any, _info: Info) -> list[dict[str, Any]]:
    return [{"handle": one, "displayName": one, "supported": True} for one in sdl.SUPPORTED]


@resolves("App", "apiKey")
def api_key(app: Any, _: Info) -> str:
    return f"key-of-{app.handle}"


@resolves("QueryRoot", "fulfillmentService")
def service(_: Any, info: Info, *, id: str) -> FulfillmentService | None:  # noqa: A002  # the schema's name
    request: Request = info.context
    return request.world.find(id, FulfillmentService)


@resolves("FulfillmentService", "location")
def service_location(known: FulfillmentService, info: Info) -> Location | None:
    world: World = info.context.world
    return known.location or world.locations[0]


@resolves("QueryRoot", "node")
def node(_: Any, info: Info, *, id: str) -> Any:  # noqa: A002  # the schema's name
    return read_node(info.context, id)


@resolves("QueryRoot", "nodes")
def nodes(_: Any, info: Info, *, ids: Sequence[str]) -> list[Any]:
    return [read_node(info.context, one) for one in ids]


def read_node(request: Request, global_id: str) -> Any:
    """The thing with that id, as far as the app may see it; else null without an error."""
    found = request.world.nodes.get(global_id)
    if found is None or type_name_of(found) is None:
        return None
    if isinstance(found, Order) and not searches.sees_order(request, found):
        return None
    if isinstance(found, FulfillmentOrder) and not may_see(found, request.app):
        return None
    return found


@resolves("QueryRoot", "job")
def job(_: Any, info: Info, *, id: str) -> Job | None:  # noqa: A002  # the schema's name
    request: Request = info.context
    return request.world.jobs.get(id)


@resolves("Job", "query")
def job_query(_: Job, _info: Info) -> dict[str, Any]:
    return {}


@resolves("QueryRoot", "refund")
def refund(_: Any, info: Info, *, id: str) -> Refund | None:  # noqa: A002  # the schema's name
    return of_kind(info.context, id, Refund)


@resolves("QueryRoot", "return")
def return_(_: Any, info: Info, *, id: str) -> Return | None:  # noqa: A002  # the schema's name
    return of_kind(info.context, id, Return)


@resolves("QueryRoot", "productVariant")
def product_variant(_: Any, info: Info, *, id: str) -> Variant | None:  # noqa: A002  # the schema's name
    request: Request = info.context
    require(request, "productVariant", ["read_products"])
    return request.world.find(id, Variant)


@resolves("QueryRoot", "inventoryItem")
def inventory_item(_: Any, info: Info, *, id: str) -> InventoryItem | None:  # noqa: A002  # the schema's name
    request: Request = info.context
    require(request, "inventoryItem", ["read_inventory"])
    return request.world.find(id, InventoryItem)


@resolves("ProductVariant", "displayName")
def variant_name(known: Variant, _: Info) -> str:
    return f"{known.product.title} - {known.title}"


def legacy_id(thing: Any, _: Info) -> str:
    return str(thing.number)


for _type in [
    "Order",
    "Fulfillment",
    "Location",
    "Metafield",
    "Product",
    "ProductVariant",
    "InventoryItem",
    "Refund",
    "Customer",
]:
    resolves(_type, "legacyResourceId")(legacy_id)


_OWNER_TYPES = {
    Order: "ORDER",
    Location: "LOCATION",
    Product: "PRODUCT",
    Variant: "PRODUCTVARIANT",
    ShopInfo: "SHOP",
}


def metafields_of(request: Request, owner: Any) -> dict[tuple[str, str], Metafield]:
    """The owner's metafields; the shop keeps its own in the world."""
    found: dict[tuple[str, str], Metafield] = (
        request.world.shop_metafields if isinstance(owner, ShopInfo) else owner.metafields
    )
    return found


def metafield(owner: Any, info: Info, *, key: str, namespace: str | None = None) -> Metafield | None:
    place, short = (namespace, key) if namespace else _parts(key)
    return metafields_of(info.context, owner).get((place, short))


def _parts(key: str) -> tuple[str, str]:
    namespace, _, short = key.rpartition(".")
    return namespace or "app", short


def metafield_list(
    owner: Any, info: Info, *, namespace: str | None = None, keys: Sequence[str] | None = None, **size: Any
) -> Window:
    chosen = [
        one
        for one in metafields_of(info.context, owner).values()
        if (namespace is None or one.namespace == namespace) and (keys is None or f"{one.namespace}.{one.key}" in keys)
    ]
    return window(chosen, **size)


for _type in ["Order", "Location", "Product", "ProductVariant", "Customer", "Shop"]:
    resolves(_type, "metafield")(metafield)
    resolves(_type, "metafields")(metafield_list)


@resolves("Metafield", "ownerType")
def owner_type(known: Metafield, _: Info) -> str:
    return _OWNER_TYPES[type(known.owner)]


@resolves("Metafield", "compareDigest")
def compare_digest(known: Metafield, _: Info) -> str:
    return digest(known)


@resolves("Metafield", "jsonValue")
def json_value(known: Metafield, _: Info) -> Any:
    return json.loads(known.value) if known.type == "json" else known.value
