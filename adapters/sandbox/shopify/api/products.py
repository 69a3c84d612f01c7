"""Products: what orders, bulk queries and checks of arguments need of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLResolveInfo

from adapters.sandbox.shopify.api import searches
from adapters.sandbox.shopify.api.connections import Window, window
from adapters.sandbox.shopify.api.orders import counted
from adapters.sandbox.shopify.api.registry import Request, mutation, require, resolves
from adapters.sandbox.shopify.errors import NotModelled, refuse, top_level
from adapters.sandbox.shopify.search import Field, contains, instant, matches_id, starts_or_equals
from adapters.sandbox.shopify.world.state import Product, Variant
from adapters.sandbox.shopify.world.world import ShopInfo, World

Info = GraphQLResolveInfo[Any]

_FIELDS = {
    "default": Field(starts_or_equals, "title"),
    "id": Field(matches_id, "id"),
    "title": Field(starts_or_equals, "title"),
    "vendor": Field(starts_or_equals, "vendor"),
    "status": Field(starts_or_equals, "status"),
    "tag": Field(contains, "tags"),
    "created_at": instant("created_at"),
    "updated_at": instant("updated_at"),
}
_SORT = {"ID": "number", "TITLE": "title", "CREATED_AT": "created_at", "UPDATED_AT": "updated_at", "VENDOR": "vendor"}


def _described(product: Product) -> dict[str, Any]:
    return {
        "id": product.number,
        "title": product.title,
        "vendor": product.vendor,
        "status": product.status.lower(),
        "tags": {tag.lower() for tag in product.tags},
        "created_at": product.created_at,
        "updated_at": product.updated_at,
    }


@resolves("QueryRoot", "products")
def products(
    _: Any,
    info: Info,
    *,
    query: str | None = None,
    sort_key: str = "ID",
    reverse: bool = False,
    saved_search_id: str | None = None,
    **size: Any,
) -> Window:
    request: Request = info.context
    require(request, "products", ["read_products"])
    if sort_key not in _SORT or saved_search_id is not None:
        raise NotModelled(f"products(sortKey: {sort_key}, savedSearchId: {saved_search_id})")
    search = searches.searched(info, query, _FIELDS)
    chosen = [one for one in request.world.products.values() if search.test(_described(one))]
    return window(chosen, key=lambda one: getattr(one, _SORT[sort_key]), reverse=reverse, **size)


@resolves("QueryRoot", "productsCount")
def products_count(
    _: Any, info: Info, *, query: str | None = None, limit: int | None = 10000, saved_search_id: str | None = None
) -> dict[str, Any]:
    request: Request = info.context
    require(request, "productsCount", ["read_products"])
    if saved_search_id is not None:
        raise NotModelled("productsCount(savedSearchId:)")
    search = searches.searched(info, query, _FIELDS)
    return counted(sum(search.test(_described(one)) for one in request.world.products.values()), limit)


@resolves("Shop", "products")
def shop_products(_: ShopInfo, info: Info, **size: Any) -> Window:
    found: Window = products(None, info, **size)
    return found


@resolves("Product", "variants")
def variants(product: Product, _: Info, *, sort_key: str = "POSITION", **size: Any) -> Window:
    if sort_key not in {"POSITION", "ID"}:
        raise NotModelled(f"Product.variants(sortKey: {sort_key})")
    return window(product.variants, **size)


@resolves("Product", "collections", "media")
@resolves("ProductVariant", "media")
def none_of_it(
    _: Product | Variant, _info: Info, *, first: int | None = None, last: int | None = None, **_a: Any
) -> Window:
    """The sandbox has neither collections nor pictures."""
    return window((), first=first, last=last)


@resolves("Product", "totalInventory")
def total_inventory(product: Product, _: Info) -> int:
    levels = (level for one in product.variants for level in one.inventory_item.levels.values())
    return sum(level["available"] for level in levels)


@mutation("productCreate", scopes=["write_products"])
def create(
    request: Request,
    *,
    product: Mapping[str, Any] | None = None,
    input: Mapping[str, Any] | None = None,  # noqa: A002
) -> dict[str, Any]:
    if (product is None) == (input is None):
        text = "productCreate must include exactly one of the following arguments: input, product."
        raise top_level(text, "INVALID_FIELD_ARGUMENTS")
    given = product if product is not None else input
    assert given is not None
    title = (given.get("title") or "").strip()
    if not title:
        raise refuse("Title can't be blank", field=["title"])
    made = _make(request.world, title)
    made.handle = given.get("handle") or made.handle
    made.vendor = given.get("vendor") or request.world.shop.name
    made.status = given.get("status") or "ACTIVE"
    made.tags = sorted(given.get("tags") or (), key=str.lower)
    return {"product": made, "shop": request.world.shop}


def _make(world: World, title: str) -> Product:
    variant = world.add_variant(f"untitled-{len(world.variants) + 1}", title=title, price="0.00")
    product, variant.sku = variant.product, None
    variant.inventory_item.sku = None
    product.handle = "-".join(title.lower().split())
    return product
