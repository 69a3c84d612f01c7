"""Orders that a recording presupposes: what is shown of them before anything was done, and of their making at any time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from adapters.sandbox.shopify.twin import Shop
from adapters.sandbox.shopify.world import orders, state
from adapters.sandbox.shopify.world.charges import Charges, ShippingLine, TaxLine, Transaction
from tests.recordings.registering import at, keep, maybe_at, number_of

Shown = Mapping[str, Any]


def seed_order(shop: Shop, before: Shown, ever: Shown) -> state.Order:
    """One order with its lines, its work and its money, as it was before the dialogue."""
    order = _order(shop, before, ever)
    for shown in _lines(ever):
        _line(shop, order, shown, before)
    if not order.lines:
        _stand_in(shop, order, before)
    _charges(shop, order, before)
    _refunds(shop, order, before)
    order.total = str(_amount(before, "totalPriceSet") or _cost(order))
    shop.add_order(order)
    _work(shop, order, before, ever)
    _keep_all(shop, order)
    shop.touch_order(order, bump=False)
    return order


def _order(shop: Shop, before: Shown, ever: Shown) -> state.Order:
    name = ever.get("name") or f"#{shop.next_order_number()}"
    created = at(shop, ever.get("createdAt"))
    return state.Order(
        id=ever["id"],
        number=number_of(ever["id"]),
        name=name,
        order_number=int("".join(filter(str.isdigit, name)) or 0),
        created_at=created,
        updated_at=maybe_at(before.get("updatedAt")) or created,
        processed_at=maybe_at(ever.get("processedAt")) or created,
        currency=_currency(ever) or shop.shop.currency,
        closed_at=maybe_at(before.get("closedAt")),
        cancelled_at=maybe_at(before.get("cancelledAt")),
        cancel_reason=before.get("cancelReason"),
        financial=before.get("displayFinancialStatus", ever.get("displayFinancialStatus")),
        email=ever.get("email"),
        phone=ever.get("phone"),
        po_number=ever.get("poNumber"),
        note=before.get("note"),
        tags=list(before.get("tags") or ()),
        custom_attributes=list(ever.get("customAttributes") or ()),
        shipping_address=ever.get("shippingAddress"),
        billing_address=ever.get("billingAddress"),
        customer=shop.find((ever.get("customer") or {}).get("id", ""), state.Customer),
    )


def _lines(ever: Shown) -> Iterable[Shown]:
    """Lines by id, wherever they are shown."""
    found: dict[str, dict[str, Any]] = {}
    work = (row for fo in ever.get("fulfillmentOrders") or () for row in fo.get("lineItems") or ())
    sent = (row for one in ever.get("fulfillments") or () for row in one.get("fulfillmentLineItems") or ())
    back = (row for one in ever.get("refunds") or () for row in one.get("refundLineItems") or ())
    for row in (*(ever.get("lineItems") or ()), *(one.get("lineItem") or {} for one in (*work, *sent, *back))):
        if "id" in row:
            found[row["id"]] = {**row, **found.get(row["id"], {})}
    return found.values()


def _line(shop: Shop, order: state.Order, shown: Shown, before: Shown) -> None:
    units = shown.get("quantity") or shown.get("fulfillableQuantity") or 1
    gone = units - next(
        (
            row["currentQuantity"]
            for row in before.get("lineItems") or ()
            if row["id"] == shown["id"] and "currentQuantity" in row
        ),
        units,
    )
    variant = shop.find((shown.get("variant") or {}).get("id", ""), state.Variant)
    order.lines.append(
        state.Line(
            id=shown["id"],
            number=number_of(shown["id"]),
            order=order,
            title=shown.get("title") or "Item",
            sku=shown.get("sku"),
            quantity=units,
            price=str(_amount(shown, "originalUnitPriceSet") or "10.0"),
            variant_title=shown.get("variantTitle"),
            variant=variant,
            requires_shipping=shown.get("requiresShipping", True),
            taxable=shown.get("taxable", True),
            tax_lines=_taxes(shown),
            removed=gone,
            refunded=gone if before.get("refunds") else 0,
        )
    )


def _stand_in(shop: Shop, order: state.Order, before: Shown) -> None:
    """An order whose lines are never shown still costs what it shows."""
    gid, number = shop.new_id("LineItem")
    total = _amount(before, "currentTotalPriceSet") or _amount(before, "totalPriceSet") or Decimal(0)
    order.lines.append(
        state.Line(id=gid, number=number, order=order, title="Item", sku=None, quantity=1, price=str(total))
    )


def _charges(shop: Shop, order: state.Order, before: Shown) -> None:
    order.charges = Charges(
        shipping_lines=[_shipping(shop, one) for one in before.get("shippingLines") or ()],
        discount_codes=list(before.get("discountCodes") or ()),
        discount=_amount(before, "totalDiscountsSet") or Decimal(0),
        taxes_included=bool(before.get("taxesIncluded")),
    )
    shown = before.get("transactions") or ()
    for one in shown:
        parent = order.charges.transactions[0] if one["kind"] == "REFUND" and order.charges.transactions else None
        order.charges.transactions.append(_transaction(shop, one, parent))


def _shipping(shop: Shop, shown: Shown) -> ShippingLine:
    gid, number = (shown["id"], number_of(shown["id"])) if "id" in shown else shop.new_id("ShippingLine")
    return ShippingLine(
        id=gid,
        number=number,
        title=shown.get("title") or "Standard",
        code=shown.get("code"),
        source=shown.get("source"),
        price=str(_amount(shown, "originalPriceSet") or "0.0"),
        tax_lines=_taxes(shown),
    )


def _transaction(shop: Shop, shown: Shown, parent: Transaction | None) -> Transaction:
    gid, number = (shown["id"], number_of(shown["id"])) if "id" in shown else shop.new_id("OrderTransaction")
    return Transaction(
        id=gid,
        number=number,
        kind=shown["kind"],
        status=shown["status"],
        gateway=shown["gateway"],
        amount=str(_amount(shown, "amountSet")),
        created_at=shop.now(),
        processed_at=shop.now(),
        parent=parent,
    )


def _refunds(shop: Shop, order: state.Order, before: Shown) -> None:
    for shown in before.get("refunds") or ():
        refund = state.Refund(
            id=shown["id"],
            number=number_of(shown["id"]),
            order=order,
            created_at=at(shop, shown.get("createdAt")),
            updated_at=at(shop, shown.get("updatedAt")),
            note=shown.get("note"),
            amount=str(_amount(shown, "totalRefundedSet") or "0.0"),
        )
        order.refunds.append(refund)
    order.refunded = str(_amount(before, "totalRefundedSet") or "0.0")


def _work(shop: Shop, order: state.Order, before: Shown, ever: Shown) -> None:
    """Its fulfillment orders: those shown, or what routing would have made."""
    shown = before.get("fulfillmentOrders") or ever.get("fulfillmentOrders") or ()
    for one in shown:
        _fulfillment_order(shop, order, one, was_shown="fulfillmentOrders" in before)
    for one in before.get("fulfillments") or ():
        _fulfillment(shop, order, one)
    if shown:
        order.routed = True
    elif order.cancelled_at is None:
        orders.route(shop, order)
        if ever.get("displayFulfillmentStatus") == "FULFILLED":
            _fulfill_all(shop, order)


def _fulfillment_order(shop: Shop, order: state.Order, shown: Shown, *, was_shown: bool) -> None:
    """As it was shown before the dialogue; one that is shown only later had its units then."""
    made = state.FulfillmentOrder(
        id=shown["id"],
        number=number_of(shown["id"]),
        order=order,
        location=_place(shop, shown),
        created_at=at(shop, shown.get("createdAt")),
        updated_at=at(shop, shown.get("updatedAt")),
        fulfill_at=maybe_at(shown.get("fulfillAt")),
        fulfill_by=maybe_at(shown.get("fulfillBy")),
        status=shown.get("status", "OPEN") if was_shown else "OPEN",
        request_status=shown.get("requestStatus", "UNSUBMITTED") if was_shown else "UNSUBMITTED",
    )
    made.progress_reported = made.status == "IN_PROGRESS" and made.request_status == "UNSUBMITTED"
    shop.add_fulfillment_order(keep(shop, made, "FulfillmentOrder"))
    for row in shown.get("lineItems") or ():
        line = next(one for one in order.lines if one.id == row["lineItem"]["id"])
        units = line.quantity - line.removed
        made.lines.append(
            state.FoLine(
                id=row["id"],
                number=number_of(row["id"]),
                fulfillment_order=made,
                line=line,
                total=row["totalQuantity"] if was_shown else units,
                remaining=row["remainingQuantity"] if was_shown else units,
            )
        )
    shop.touch_fulfillment_order(made, bump=False)


def _place(shop: Shop, shown: Shown) -> state.Location:
    told = shown.get("assignedLocation") or {}
    wanted = (told.get("location") or {}).get("id"), told.get("name")
    return next((one for one in shop.locations if one.id == wanted[0] or one.name == wanted[1]), shop.locations[0])


def _fulfillment(shop: Shop, order: state.Order, shown: Shown) -> None:
    gid = shown.get("id") or shop.new_id("Fulfillment")[0]
    fulfillment = state.Fulfillment(
        id=gid,
        number=number_of(gid),
        order=order,
        name=shown.get("name") or f"{order.name}-F{len(order.fulfillments) + 1}",
        created_at=at(shop, shown.get("createdAt")),
        updated_at=at(shop, shown.get("updatedAt")),
        location=shop.locations[0],
        service=shop.manual_service,
        by="merchant",
        status=shown.get("status", "SUCCESS"),
        display_status=shown.get("displayStatus", "FULFILLED"),
        tracking=[
            state.TrackingRow(number=row.get("number"), company=row.get("company"), url=row.get("url"))
            for row in shown.get("trackingInfo") or ()
        ],
    )
    for row in shown.get("fulfillmentLineItems") or ():
        line = next(one for one in order.lines if one.id == row["lineItem"]["id"])
        fulfillment.lines.append(
            state.FulfillmentLine(
                id=row["id"], number=number_of(row["id"]), fulfillment=fulfillment, line=line, quantity=row["quantity"]
            )
        )
        keep(shop, fulfillment.lines[-1], "FulfillmentLineItem")
    order.fulfillments.append(keep(shop, fulfillment, "Fulfillment"))
    shop.fulfillments[fulfillment.number] = fulfillment


def _fulfill_all(shop: Shop, order: state.Order) -> None:
    for fo in order.fulfillment_orders:
        shop.merchant.fulfill(fo)


def _keep_all(shop: Shop, order: state.Order) -> None:
    keep(shop, order, "Order")
    for line in order.lines:
        keep(shop, line, "LineItem")
    for fo in order.fulfillment_orders:
        for fo_line in fo.lines:
            keep(shop, fo_line, "FulfillmentOrderLineItem")
    for refund in order.refunds:
        keep(shop, refund, "Refund")
    for one in order.charges.transactions:
        one.order = order
        keep(shop, one, "OrderTransaction")


def _taxes(shown: Shown) -> list[TaxLine]:
    return [
        TaxLine(title=one["title"], rate=one.get("rate"), price=str(_amount(one, "priceSet") or "0.0"))
        for one in shown.get("taxLines") or ()
    ]


def _cost(order: state.Order) -> Decimal:
    lines = sum((Decimal(one.price) * one.quantity for one in order.lines), Decimal(0))
    taxes = (one for owner in (*order.lines, *order.charges.shipping_lines) for one in owner.tax_lines)
    return (
        lines + order.charges.shipping + sum((Decimal(one.price) for one in taxes), Decimal(0)) - order.charges.discount
    )


def _amount(shown: Shown, name: str) -> Decimal | None:
    told = (shown.get(name) or {}).get("shopMoney") or {}
    return Decimal(told["amount"]) if "amount" in told else None


def _currency(shown: Shown) -> str | None:
    sets = (one for key, one in shown.items() if key.endswith("Set") and isinstance(one, dict))
    return next((one["shopMoney"]["currencyCode"] for one in sets if "currencyCode" in one.get("shopMoney", {})), None)
