"""The world that a recording presupposes, put into the twin from what the recording shows of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from adapters.sandbox.shopify.twin import Shop
from adapters.sandbox.shopify.world import state
from tests.recordings.evidence import Evidence

T = TypeVar("T")


def seed(shop: Shop, evidence: Evidence) -> None:
    """Everything that was there before, under its recorded ids."""
    _locations(shop, evidence.of("Location"))
    for shown in evidence.of("Customer"):
        _customer(shop, shown)
    for shown in evidence.of("ProductVariant"):
        _variant(shop, shown)
    for shown in sorted(evidence.of("Order"), key=lambda one: _number(one["id"])):
        if len(shown) > 2 or "name" in shown:
            _order(shop, shown)


def _number(gid: str) -> int:
    digits = gid.partition("?")[0].rpartition("/")[2]
    return int(digits) if digits.isdigit() else 0


def _known(shop: Shop, gid: str) -> Any:
    return shop.nodes.get(gid)


def _keep(shop: Shop, thing: T, kind: str) -> T:
    """Register under the recorded id; what is made later gets later ids."""
    number: int = thing.number  # type: ignore[attr-defined]
    shop._last_number[kind] = max(shop._last_number.get(kind, 0), number)
    return shop.register(thing)


def _at(shop: Shop, text: str | None) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC) if text else shop.now()


def _locations(shop: Shop, shown: Iterable[Mapping[str, Any]]) -> None:
    told = list(shown)
    if not told:
        return
    for location in shop.locations:
        del shop.nodes[location.id]
    shop.locations.clear()
    for one in told:
        _location(shop, one)


def _location(shop: Shop, shown: Mapping[str, Any]) -> state.Location:
    address = shown.get("address") or {}
    location = state.Location(
        id=shown["id"],
        number=_number(shown["id"]),
        name=shown.get("name") or "Elsewhere",
        created_at=_at(shop, shown.get("createdAt")),
        updated_at=_at(shop, shown.get("updatedAt")),
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
    return _keep(shop, location, "Location")


def _customer(shop: Shop, shown: Mapping[str, Any]) -> state.Customer:
    return _keep(
        shop,
        state.Customer(
            id=shown["id"],
            number=_number(shown["id"]),
            display_name=shown.get("displayName") or "",
            created_at=_at(shop, shown.get("createdAt")),
            updated_at=_at(shop, shown.get("updatedAt")),
        ),
        "Customer",
    )


def _variant(shop: Shop, shown: Mapping[str, Any]) -> None:
    return


def _order(shop: Shop, shown: Mapping[str, Any]) -> state.Order:
    number = _number(shown["id"])
    name = shown.get("name") or f"#{shop.next_order_number()}"
    order = state.Order(
        id=shown["id"],
        number=number,
        name=name,
        order_number=int("".join(filter(str.isdigit, name)) or 0),
        created_at=_at(shop, shown.get("createdAt")),
        updated_at=_at(shop, shown.get("updatedAt")),
        processed_at=_at(shop, shown.get("processedAt") or shown.get("createdAt")),
        closed_at=_at(shop, shown["closedAt"]) if shown.get("closedAt") else None,
        cancelled_at=_at(shop, shown["cancelledAt"]) if shown.get("cancelledAt") else None,
        cancel_reason=shown.get("cancelReason"),
        financial=shown.get("displayFinancialStatus"),
        email=shown.get("email"),
        note=shown.get("note"),
        tags=list(shown.get("tags") or ()),
    )
    shop.add_order(order)
    shop.touch_order(order, bump=False)
    return _keep(shop, order, "Order")
