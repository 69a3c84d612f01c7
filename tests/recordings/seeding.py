"""The world that a recording presupposes, put into the twin from what the recording shows of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from adapters.sandbox.shopify import NewLine
from adapters.sandbox.shopify.bulk import BulkOperation
from adapters.sandbox.shopify.twin import Shop
from adapters.sandbox.shopify.world import state
from tests.recordings.evidence import Evidence, kind_of
from tests.recordings.registering import at, keep, maybe_at, number_of
from tests.recordings.seeding_orders import seed_order
from tests.recordings.seeding_requests import place_at_service


def seed(shop: Shop, evidence: Evidence) -> None:
    """Everything that was there before, under its recorded ids."""
    _locations(shop, evidence)
    _older_orders(shop, evidence)
    for shown in evidence.of("Customer"):
        _customer(shop, shown)
    for gid, shown in evidence.ever.items():
        if kind_of(gid) == "ProductVariant":
            _variant(shop, shown)
    _orders(shop, evidence)
    place_at_service(shop, evidence)
    for shown in evidence.of("BulkOperation"):
        _bulk_operation(shop, {**shown, **evidence.before.get(shown["id"], {})})


def _orders(shop: Shop, evidence: Evidence) -> None:
    """Orders, and fulfillment orders that were shown by themselves, each within its order."""
    known = {shown["id"]: shown for shown in evidence.of("Order")}
    nested = {fo["id"] for shown in known.values() for fo in shown.get("fulfillmentOrders") or ()}
    apart: dict[str, list[Mapping[str, Any]]] = {}
    for shown in evidence.of("FulfillmentOrder"):
        if shown["id"] not in nested:
            owner = (shown.get("order") or {}).get("id") or f"gid://shopify/Order/{number_of(shown['id'])}"
            apart.setdefault(owner, []).append({**shown, **evidence.before.get(shown["id"], {})})
    for gid in sorted({*known, *apart}, key=number_of):
        before = dict(evidence.before.get(gid, {}))
        if gid in apart:
            before["fulfillmentOrders"] = [*(before.get("fulfillmentOrders") or ()), *apart[gid]]
        seed_order(shop, before, {**before, "id": gid, **known.get(gid, {})})


def _locations(shop: Shop, evidence: Evidence) -> None:
    """The shop's own; the first is where new orders go."""
    first = evidence.routed_to
    told = evidence.of("Location")
    named = first if "id" in first or not first else next((one for one in told if one["name"] == first["name"]), first)
    told = [*([named] if named else []), *(one for one in told if one["id"] != named.get("id"))]
    if not told:
        return
    for location in shop.locations:
        del shop.nodes[location.id]
    shop.locations.clear()
    for one in told:
        _location(shop, {**one, **evidence.ever.get(one.get("id", ""), {})})


def _location(shop: Shop, shown: Mapping[str, Any]) -> state.Location:
    address = shown.get("address") or {}
    gid = shown.get("id") or shop.new_id("Location")[0]
    location = state.Location(
        id=gid,
        number=number_of(gid),
        name=shown.get("name") or f"Unnamed {number_of(gid)}",
        created_at=at(shop, shown.get("createdAt")),
        updated_at=at(shop, shown.get("updatedAt")),
        is_active=shown.get("isActive", True),
        fulfills_online_orders=shown.get("fulfillsOnlineOrders", True),
        country_code=address.get("countryCode") or "CA",
        city=address.get("city"),
    )
    if shown.get("isFulfillmentService"):
        location.service = state.FulfillmentService(
            id=f"gid://shopify/FulfillmentService/{location.number}?id=true",
            number=location.number,
            handle=location.name.lower().replace(" ", "-"),
            service_name=location.name,
            type="THIRD_PARTY",
            app=None,
            location=location,
        )
    shop.locations.append(location)
    return keep(shop, location, "Location")


def _customer(shop: Shop, shown: Mapping[str, Any]) -> state.Customer:
    customer = state.Customer(
        id=shown["id"],
        number=number_of(shown["id"]),
        display_name=shown.get("displayName") or "",
        email=shown.get("email"),
        created_at=at(shop, shown.get("createdAt")),
        updated_at=at(shop, shown.get("updatedAt")),
    )
    shop.customers[customer.number] = customer
    return keep(shop, customer, "Customer")


def _variant(shop: Shop, shown: Mapping[str, Any]) -> None:
    """A variant of which little more than its id is ever shown."""
    made = shop.add_variant(shown.get("sku") or shown["id"], title=shown.get("title") or "Item")
    del shop.nodes[made.id]
    made.id, made.number, made.sku = shown["id"], number_of(shown["id"]), shown.get("sku")
    keep(shop, made, "ProductVariant")


def _older_orders(shop: Shop, evidence: Evidence) -> None:
    """As many orders as the shop says that it had, beside those shown; older than all of these."""
    shown = evidence.of("Order")
    oldest = min((_first_day(shop, one) for one in shown), default=shop.now())
    for at_back in range(evidence.orders_before - len(shown)):
        shop.create_order(NewLine(title="Item"), created_at=oldest - timedelta(days=400 - at_back % 300))


def _first_day(shop: Shop, shown: Mapping[str, Any]) -> datetime:
    return at(shop, shown.get("createdAt"))


def _bulk_operation(shop: Shop, shown: Mapping[str, Any]) -> None:
    created = at(shop, shown.get("createdAt"))
    operation = BulkOperation(
        id=shown["id"],
        number=number_of(shown["id"]),
        app=shop.apps[0],
        query=shown.get("query") or "",
        created_at=created,
        type=shown.get("type", "QUERY"),
        status=shown.get("status", "COMPLETED"),
        completed_at=maybe_at(shown.get("completedAt")),
        error_code=shown.get("errorCode"),
        object_count=int(shown.get("objectCount") or 0),
        root_object_count=int(shown.get("rootObjectCount") or 0),
        file_size=int(shown["fileSize"]) if shown.get("fileSize") else None,
        url=shown.get("url"),
        partial_data_url=shown.get("partialDataUrl"),
    )
    shop.bulk_operations.append(keep(shop, operation, "BulkOperation"))
