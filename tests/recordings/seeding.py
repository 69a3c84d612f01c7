"""The world that a recording presupposes, put into the twin from what the recording shows of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from adapters.sandbox.shopify import NewLine
from adapters.sandbox.shopify.bulk import BulkOperation
from adapters.sandbox.shopify.twin import Shop
from adapters.sandbox.shopify.world import state
from tests.recordings.evidence import Evidence, kind_of, merged
from tests.recordings.registering import at, keep, maybe_at, number_of
from tests.recordings.seeding_orders import seed_order
from tests.recordings.seeding_requests import place_at_service


def seed(shop: Shop, evidence: Evidence) -> None:
    """Everything that was there before, under its recorded ids."""
    shop.shop.currency = evidence.currency or shop.shop.currency
    for at_number in range(evidence.products):
        shop.add_variant(f"SKU-{at_number}")
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
        within = [merged(evidence.before.get(fo["id"], {}), fo) for fo in before.get("fulfillmentOrders") or ()]
        if within or gid in apart:
            before["fulfillmentOrders"] = [*within, *apart.get(gid, ())]
        ever = {**before, "id": gid, **known.get(gid, {})}
        if within:
            ever["fulfillmentOrders"] = [
                *before["fulfillmentOrders"],
                *(fo for fo in ever["fulfillmentOrders"] if fo["id"] not in {one["id"] for one in within}),
            ]
        seed_order(shop, before, ever)


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
    services = {(one.get("location") or {}).get("id"): one for one in evidence.of("FulfillmentService")}
    for one in told:
        served = {"fulfillmentService": services[one["id"]]} if one.get("id") in services else {}
        _location(shop, {**one, **evidence.ever.get(one.get("id", ""), {}), **served})


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
        _service(shop, location, shown.get("fulfillmentService") or {})
    shop.locations.append(location)
    return keep(shop, location, "Location")


def _service(shop: Shop, location: state.Location, shown: Mapping[str, Any]) -> None:
    """Somebody else's fulfillment service, at its location."""
    gid = shown.get("id") or f"gid://shopify/FulfillmentService/{location.number}?id=true"
    location.service = state.FulfillmentService(
        id=gid,
        number=number_of(gid),
        handle=shown.get("handle") or location.name.lower().replace(" ", "-"),
        service_name=shown.get("serviceName") or location.name,
        type="THIRD_PARTY",
        app=None,
        location=location,
        callback_url=shown.get("callbackUrl"),
        tracking_support=bool(shown.get("trackingSupport")),
        inventory_management=bool(shown.get("inventoryManagement")),
        requires_shipping_method=shown.get("requiresShippingMethod", True),
    )
    shop.services.append(keep(shop, location.service, "FulfillmentService"))


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
