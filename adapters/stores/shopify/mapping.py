"""From Shopify's JSON to syncd's order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from adapters.stores.shopify.fields import (
    Json,
    flag,
    instant,
    items,
    maybe_instant,
    maybe_obj,
    maybe_text,
    nodes,
    number,
    obj,
    text,
    texts,
    word,
)
from adapters.stores.shopify.privacy import Hasher
from syncd.domain.money import Money
from syncd.domain.orders import (
    DeliveryMethod,
    FinancialStatus,
    Fulfillment,
    FulfillmentEvent,
    FulfillmentLine,
    FulfillmentOrder,
    FulfillmentOrderLine,
    FulfillmentOrderStatus,
    FulfillmentStatus,
    Hold,
    Line,
    MerchantRequest,
    Order,
    RefundedLine,
    RequestStatus,
    Restock,
    Return,
)
from syncd.domain.tracking import Tracking

_NO_CENTS = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
_THOUSANDTHS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])

_LARGEST = 15
"""Powers of ten in an amount of money."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapper:
    """Maps orders; `hasher` is how addresses and customers become comparable without being kept."""

    hasher: Hasher

    def order(self, node: Json, *, cut: Iterable[str] = ()) -> Order:
        """The order in `node`, all pages of its parts already put together. Raises InvalidResponse."""
        return Order(
            id=text(node, "id"),
            name=text(node, "name"),
            created_at=instant(node, "createdAt"),
            updated_at=instant(node, "updatedAt"),
            financial=word(node, "displayFinancialStatus", FinancialStatus),
            lines=tuple(line(each) for each in nodes(node, "lineItems")),
            fulfillment_orders=tuple(fulfillment_order(each) for each in nodes(node, "fulfillmentOrders")),
            fulfillments=tuple(fulfillment(each) for each in items(node, "fulfillments")),
            refunds=tuple(part for each in items(node, "refunds") for part in refunded(each)),
            returns=tuple(return_(each) for each in nodes(node, "returns")),
            cancelled_at=maybe_instant(node, "cancelledAt"),
            closed=flag(node, "closed", default=False),
            tags=frozenset(texts(node, "tags")),
            source=maybe_text(node, "sourceName"),
            total=money(node.get("totalPriceSet")),
            address_hash=self.hasher.address(maybe_obj(node, "shippingAddress")),
            customer_hash=self.hasher.customer(maybe_obj(node, "customer")),
            links=tuple(
                (f"{text(each, 'namespace')}.{text(each, 'key')}", text(each, "value"))
                for each in nodes(node, "metafields")
            ),
            cut=tuple(sorted(set(cut))),
        )


def line(node: Json) -> Line:
    """A LineItem."""
    return Line(
        id=text(node, "id"),
        sku=maybe_text(node, "sku"),
        quantity=number(node, "quantity"),
        current_quantity=number(node, "currentQuantity"),
        requires_shipping=flag(node, "requiresShipping", default=True),
        is_gift_card=flag(node, "isGiftCard", default=False),
        vendor=maybe_text(node, "vendor"),
        title=maybe_text(node, "title") or "",
    )


def fulfillment_order(node: Json) -> FulfillmentOrder:
    """A FulfillmentOrder. A location that is null (deleted, or out of our scopes) leaves its id None."""
    assigned = maybe_obj(node, "assignedLocation") or {}
    location = maybe_obj(assigned, "location") or {}
    method = maybe_obj(node, "deliveryMethod")
    return FulfillmentOrder(
        id=text(node, "id"),
        status=word(node, "status", FulfillmentOrderStatus),
        request_status=word(node, "requestStatus", RequestStatus),
        location_id=maybe_text(location, "id"),
        location_name=maybe_text(assigned, "name") or "",
        service=_service(location),
        delivery_method=word(method, "methodType", DeliveryMethod) if method else DeliveryMethod.SHIPPING,
        supported_actions=frozenset(text(each, "action") for each in items(node, "supportedActions")),
        fulfill_at=maybe_instant(node, "fulfillAt"),
        created_at=maybe_instant(node, "createdAt"),
        updated_at=maybe_instant(node, "updatedAt"),
        holds=tuple(hold(each) for each in items(node, "fulfillmentHolds")),
        requests=tuple(request(each) for each in nodes(node, "merchantRequests")),
        lines=tuple(fulfillment_order_line(each) for each in nodes(node, "lineItems")),
    )


def _service(location: Json) -> str | None:
    if not flag(location, "isFulfillmentService", default=False):
        return None
    return maybe_text(maybe_obj(location, "fulfillmentService") or {}, "handle") or "unknown"


def hold(node: Json) -> Hold:
    """A FulfillmentHold."""
    return Hold(
        id=text(node, "id"),
        reason=text(node, "reason"),
        handle=maybe_text(node, "handle"),
        is_ours=flag(node, "heldByRequestingApp", default=False),
        notes=maybe_text(node, "reasonNotes"),
    )


def request(node: Json) -> MerchantRequest:
    """A FulfillmentOrderMerchantRequest."""
    return MerchantRequest(
        kind=text(node, "kind"), sent_at=instant(node, "sentAt"), message=maybe_text(node, "message")
    )


def fulfillment_order_line(node: Json) -> FulfillmentOrderLine:
    """A FulfillmentOrderLineItem."""
    return FulfillmentOrderLine(
        id=text(node, "id"),
        line_id=text(obj(node, "lineItem"), "id"),
        total=number(node, "totalQuantity"),
        remaining=number(node, "remainingQuantity"),
    )


def fulfillment(node: Json) -> Fulfillment:
    """A Fulfillment. Rows of tracking without a number say nothing and are left out."""
    service = maybe_obj(node, "service") or {}
    return Fulfillment(
        id=text(node, "id"),
        name=maybe_text(node, "name") or "",
        status=word(node, "status", FulfillmentStatus),
        display_status=maybe_text(node, "displayStatus"),
        created_at=instant(node, "createdAt"),
        updated_at=maybe_instant(node, "updatedAt"),
        in_transit_at=maybe_instant(node, "inTransitAt"),
        delivered_at=maybe_instant(node, "deliveredAt"),
        location_id=maybe_text(maybe_obj(node, "location") or {}, "id"),
        service=None if service.get("type") == "MANUAL" else maybe_text(service, "handle"),
        tracking=tuple(_tracking(items(node, "trackingInfo"))),
        lines=tuple(fulfillment_line(each) for each in nodes(node, "fulfillmentLineItems")),
        events=tuple(sorted((event(each) for each in nodes(node, "events")), key=lambda e: (e.happened_at, e.status))),
    )


def _tracking(rows: Iterable[Json]) -> Iterable[Tracking]:
    for row in rows:
        shown = maybe_text(row, "number")
        if shown and shown.strip():
            yield Tracking(number=shown.strip(), company=maybe_text(row, "company"), url=maybe_text(row, "url"))


def fulfillment_line(node: Json) -> FulfillmentLine:
    """A FulfillmentLineItem; its quantity is nullable in the schema, null counting as none."""
    quantity = node.get("quantity")
    return FulfillmentLine(
        line_id=text(obj(node, "lineItem"), "id"), quantity=quantity if isinstance(quantity, int) else 0
    )


def event(node: Json) -> FulfillmentEvent:
    """A FulfillmentEvent."""
    return FulfillmentEvent(status=text(node, "status"), happened_at=instant(node, "happenedAt"))


def refunded(node: Json) -> Iterable[RefundedLine]:
    """The lines of one Refund."""
    at = maybe_instant(node, "createdAt")
    for each in nodes(node, "refundLineItems"):
        yield RefundedLine(
            line_id=text(obj(each, "lineItem"), "id"),
            quantity=number(each, "quantity"),
            restock=word(each, "restockType", Restock),
            at=at,
        )


def return_(node: Json) -> Return:
    """A Return; lines that Shopify could not verify belong to no line of the order and are left out."""
    lines = []
    for each in nodes(node, "returnLineItems"):
        fulfilled = maybe_obj(each, "fulfillmentLineItem")
        if fulfilled is not None:
            line_id = text(obj(fulfilled, "lineItem"), "id")
            lines.append(FulfillmentLine(line_id=line_id, quantity=number(each, "quantity")))
    return Return(id=text(node, "id"), status=text(node, "status"), lines=tuple(lines))


def money(bag: object) -> Money | None:
    """A MoneyBag's shop money in minor units; None when it is not there or no amount."""
    shop = maybe_obj(bag, "shopMoney") if isinstance(bag, dict) else None
    if shop is None:
        return None
    currency = text(shop, "currencyCode")
    digits = 0 if currency in _NO_CENTS else 3 if currency in _THOUSANDTHS else 2
    try:
        amount = Decimal(str(shop.get("amount")))
    except InvalidOperation:
        return None
    # NaN and infinities are no amounts, and a number like 1e999999 would take forever to write out.
    if not amount.is_finite() or amount.adjusted() > _LARGEST:
        return None
    return Money(minor=int((amount * 10**digits).to_integral_value()), currency=currency)
