"""Orders made and deleted through the API, with everything that may be given for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from adapters.sandbox.shopify.api.fulfilling import origin
from adapters.sandbox.shopify.api.registry import Request, mutation
from adapters.sandbox.shopify.errors import NotModelled, Refusal, UserError, refuse
from adapters.sandbox.shopify.world import customers, fulfillments, orders, payments, placing
from adapters.sandbox.shopify.world.charges import Charges, ShippingLine, TaxLine, Transaction
from adapters.sandbox.shopify.world.state import Customer, Location, Order, Variant
from adapters.sandbox.shopify.world.world import NewLine, World

WRITE = ("write_orders",)

_NOT_MODELLED = ("company_location_id", "user_id")


@mutation("orderCreate", scopes=WRITE)
def create(request: Request, *, order: Mapping[str, Any], options: Mapping[str, Any] | None = None) -> dict[str, Any]:
    for name in _NOT_MODELLED:
        if order.get(name) is not None:
            raise NotModelled(f"OrderCreateOrderInput.{name}")
    made = placing.place(request.world, _new_order(request, order), by=request.app)
    receipts = options or {}
    if receipts.get("send_receipt"):
        request.world.log("notification", by=request.app, order=made, thing=made, numbers=[], about="order_created")
    _fulfill(request, made, order, notify=bool(receipts.get("send_fulfillment_receipt")))
    return {"order": made}


def _new_order(request: Request, given: Mapping[str, Any]) -> placing.NewOrder:
    lines = tuple(_line(request, one, at) for at, one in enumerate(given.get("line_items") or ()))
    if not lines:
        # No recording shows this text.
        raise refuse("Line items must have at least one line item", field=["order", "lineItems"], code="INVALID")
    processed_at = given.get("processed_at")
    if processed_at is not None and processed_at > request.world.now():
        # Nor this one.
        raise refuse("Processed at is invalid", field=["order", "processedAt"], code="PROCESSED_AT_INVALID")
    charges = _charges(request.world, given)
    due = _due(lines, charges)
    return placing.NewOrder(
        lines=lines,
        name=given.get("name"),
        financial=given.get("financial_status") or payments.status_of(charges.transactions, due=due),
        tags=given.get("tags") or (),
        processed_at=processed_at,
        closed_at=given.get("closed_at"),
        currency=given.get("currency"),
        email=given.get("email"),
        phone=given.get("phone"),
        po_number=given.get("po_number"),
        note=given.get("note"),
        source_name=given.get("source_name") or request.app.handle,
        test=bool(given.get("test")),
        customer=_customer(request.world, given),
        shipping_address=address(given.get("shipping_address")),
        billing_address=address(given.get("billing_address")),
        custom_attributes=[{"key": one["key"], "value": one["value"]} for one in given.get("custom_attributes") or ()],
        metafields={
            f"{one.get('namespace') or 'app'}.{one['key']}": one["value"] for one in given.get("metafields") or ()
        },
        charges=charges,
    )


def _due(lines: Sequence[NewLine], charges: Charges) -> Decimal:
    goods = sum((Decimal(line.price) * line.quantity for line in lines), Decimal(0))
    shipping_taxes = [one for line in charges.shipping_lines for one in line.tax_lines]
    taxes = [*charges.tax_lines, *shipping_taxes, *(one for line in lines for one in line.tax_lines)]
    tax = Decimal(0) if charges.taxes_included else sum((Decimal(one.price) for one in taxes), Decimal(0))
    return goods - charges.discount + charges.shipping + tax


def _line(request: Request, given: Mapping[str, Any], at: int) -> NewLine:
    variant = request.world.find(given["variant_id"], Variant) if given.get("variant_id") else None
    title = given.get("title") or (variant.product.title if variant else None)
    if not title:
        # No recording shows this text.
        raise refuse("Line items title can't be blank", field=["order", "lineItems", str(at), "title"], code="INVALID")
    return NewLine(
        sku=given.get("sku"),
        quantity=given["quantity"],
        title=title,
        price=_amount(given.get("price_set")) or (variant.price if variant else "0.00"),
        vendor=given.get("vendor"),
        requires_shipping=bool(given.get("requires_shipping")),
        is_gift_card=bool(given.get("gift_card")),
        properties={one["name"]: one["value"] for one in given.get("properties") or ()},
        variant=variant,
        is_custom=variant is None,
        variant_title=given.get("variant_title"),
        taxable=given.get("taxable", True) is not False,
        tax_lines=_tax_lines(given.get("tax_lines")),
    )


def _amount(money_bag: Mapping[str, Any] | None) -> str | None:
    return str(money_bag["shop_money"]["amount"]) if money_bag else None


def _tax_lines(given: Sequence[Mapping[str, Any]] | None) -> tuple[TaxLine, ...]:
    return tuple(
        TaxLine(
            title=one["title"],
            rate=float(one["rate"]),
            price=_amount(one.get("price_set")) or "0.00",
            channel_liable=bool(one.get("channel_liable")),
        )
        for one in given or ()
    )


def _charges(world: World, given: Mapping[str, Any]) -> Charges:
    codes, discount = _discount(given)
    return Charges(
        shipping_lines=[_shipping_line(world, one) for one in given.get("shipping_lines") or ()],
        tax_lines=list(_tax_lines(given.get("tax_lines"))),
        discount_codes=codes,
        discount=discount,
        taxes_included=bool(given.get("taxes_included")),
        transactions=[_transaction(world, one) for one in given.get("transactions") or ()],
        presentment_currency=given.get("presentment_currency"),
        presentment_rate=_presentment_rate(given),
    )


def _presentment_rate(given: Mapping[str, Any]) -> Decimal:
    """The rate between the two prices of the first line that names both."""
    for one in given.get("line_items") or ():
        bag = one.get("price_set") or {}
        if bag.get("presentment_money") and Decimal(str(bag["shop_money"]["amount"])):
            return Decimal(str(bag["presentment_money"]["amount"])) / Decimal(str(bag["shop_money"]["amount"]))
    return Decimal(1)


def _shipping_line(world: World, given: Mapping[str, Any]) -> ShippingLine:
    global_id, number = world.new_id("ShippingLine")
    return ShippingLine(
        id=global_id,
        number=number,
        title=given["title"],
        code=given.get("code"),
        source=given.get("source"),
        price=_amount(given["price_set"]) or "0.00",
        tax_lines=list(_tax_lines(given.get("tax_lines"))),
    )


def _transaction(world: World, given: Mapping[str, Any]) -> Transaction:
    global_id, number = world.new_id("OrderTransaction")
    now = world.now()
    return world.register(
        Transaction(
            id=global_id,
            number=number,
            kind=given["kind"],
            status=given["status"],
            gateway=given.get("gateway") or "manual",
            amount=_amount(given["amount_set"]) or "0.00",
            created_at=now,
            processed_at=given.get("processed_at") or now,
            test=bool(given.get("test")),
        )
    )


def _discount(given: Mapping[str, Any]) -> tuple[list[str], Decimal]:
    """Codes, and what they take off the lines."""
    codes: list[str] = []
    off = Decimal(0)
    for kind, one in (given.get("discount_code") or {}).items():
        codes.append(one["code"])
        if kind == "item_fixed_discount_code":
            off += Decimal(_amount(one.get("amount_set")) or "0")
        elif kind == "item_percentage_discount_code":
            goods = (Decimal(_amount(line.get("price_set")) or "0") * line["quantity"] for line in given["line_items"])
            off += sum(goods, Decimal(0)) * Decimal(str(one.get("percentage") or 0)) / 100
    return codes, off


_NAMES = {
    "first_name": "firstName",
    "last_name": "lastName",
    "country_code": "countryCode",
    "province_code": "provinceCode",
}


def address(given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A MailingAddressInput as orders keep it."""
    return None if given is None else {_NAMES.get(key, key): value for key, value in given.items()}


def _customer(world: World, given: Mapping[str, Any]) -> Customer | None:
    """The one that is named, or the one with the order's address, made when there is none."""
    told = given.get("customer") or {}
    if told and given.get("customer_id"):
        # No recording shows this text.
        text = "Only one of customerId and customer may be given."
        raise Refusal(UserError(text, ("order", "customer"), "REDUNDANT_CUSTOMER_FIELDS"))
    known = told.get("to_associate") or told.get("to_upsert") or {"id": given.get("customer_id")}
    if known.get("id"):
        found = world.find(known["id"], Customer)
        if found is None:
            raise refuse("Customer does not exist", field=["order", "customer"], code="INVALID")
        return found
    email = known.get("email") or given.get("email")
    if not email:
        return None
    return customers.with_email(world, email) or customers.add(
        world, email=email, first_name=known.get("first_name"), last_name=known.get("last_name")
    )


def _fulfill(request: Request, order: Order, given: Mapping[str, Any], *, notify: bool) -> None:
    """Orders may be born fulfilled: whole, at the location that is named."""
    details = given.get("fulfillment")
    status = given.get("fulfillment_status")
    if status not in {None, "FULFILLED"}:
        raise NotModelled(f"OrderCreateOrderInput.fulfillmentStatus: {status}")
    if details is None and status is None:
        return
    details = details or {}
    orders.route(request.world, order)
    place = request.world.find(details["location_id"], Location) if details.get("location_id") else None
    numbers = details.get("tracking_numbers") or [details.get("tracking_number")]
    company = details.get("tracking_company")
    for fo in list(order.fulfillment_orders):
        fo.location = place or fo.location
    fulfillments.create(
        request.world,
        [fulfillments.Group(fulfillment_order_id=fo.id) for fo in order.fulfillment_orders],
        by=request.app,
        tracking=fulfillments.tracking_rows(company=company, numbers=[one for one in numbers if one]),
        notify=notify or bool(details.get("notify_customer")),
        origin_address=origin(details.get("origin_address")),
    )
    if details.get("shipment_status"):
        fulfillments.add_event(request.world, order.fulfillments[-1], status=details["shipment_status"], by=request.app)


@mutation("orderDelete", scopes=WRITE)
def delete(request: Request, *, order_id: str) -> dict[str, Any]:
    found = request.world.find(order_id, Order)
    if found is None:
        raise refuse("Order does not exist", field=["orderId"], code="NOT_FOUND")
    request.world.remove_order(found)
    request.world.log("order_deleted", by=request.app, order=found, thing=found)
    return {"deletedId": found.id}


@mutation("orderCreateManualPayment", scopes=WRITE)
def pay_by_hand(
    request: Request,
    *,
    id: str,  # noqa: A002  # the schema's name
    amount: Mapping[str, Any] | None = None,
    payment_method_name: str | None = None,
    processed_at: Any = None,
) -> dict[str, Any]:
    order = request.world.find(id, Order)
    if order is None:
        raise refuse("Order does not exist", field=["id"], code="ORDER_NOT_FOUND")
    owed = payments.outstanding(order)
    paid = Decimal(str(amount["amount"])) if amount else owed
    if paid <= 0:
        raise refuse("Amount must be positive", field=["amount"], code="AMOUNT_NOT_POSITIVE")
    if paid > owed:
        raise refuse("Amount exceeds the balance", field=["amount"], code="AMOUNT_EXCEEDS_BALANCE")
    made = payments.pay(request.world, order, paid, gateway=payment_method_name or "manual")
    made.processed_at = processed_at or made.processed_at
    order.financial = "PAID" if paid == owed else "PARTIALLY_PAID"
    request.world.touch_order(order)
    orders.archive_if_done(request.world, order)
    return {"order": order}
