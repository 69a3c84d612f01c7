"""Placing orders: by a customer, by an app, or for a test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from adapters.sandbox.shopify.world import customers, orders, payments
from adapters.sandbox.shopify.world.charges import Charges
from adapters.sandbox.shopify.world.metafields import put_metafield
from adapters.sandbox.shopify.world.state import App, Customer, Order
from adapters.sandbox.shopify.world.world import NewLine, World

_ADDRESS = {
    "firstName": "Ada",
    "lastName": "Lovelace",
    "address1": "12 Analytical Way",
    "city": "Toronto",
    "provinceCode": "ON",
    "countryCode": "CA",
    "zip": "M5V 2T6",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """An order that is to be made. `financial` None is what the API shows for an order without any payment."""

    lines: Sequence[NewLine]
    name: str | None = None
    financial: str | None = None
    tags: Sequence[str] = ()
    created_at: datetime | None = None
    processed_at: datetime | None = None
    closed_at: datetime | None = None
    currency: str | None = None
    email: str | None = None
    phone: str | None = None
    po_number: str | None = None
    note: str | None = None
    source_name: str | None = "web"
    test: bool = False
    customer: Customer | None = None
    shipping_address: Mapping[str, Any] | None = None
    billing_address: Mapping[str, Any] | None = None
    custom_attributes: Sequence[dict[str, str | None]] = ()
    metafields: Mapping[str, str] = field(default_factory=dict)
    """Values by `namespace.key`."""
    charges: Charges = field(default_factory=Charges)


def place(world: World, new: NewOrder, *, by: App | None = None) -> Order:
    """Make the order. Its fulfillment orders appear after `settings.routing_delay`."""
    order = _made(world, new)
    for spec in new.lines:
        orders.put_line(world, order, spec)
    for transaction in order.charges.transactions:
        transaction.order = order
    order.total = str(payments.total(order))
    if order.financial in payments.PAID_STATES and not order.charges.transactions:
        payments.pay(world, order, payments.total(order))
    world.add_order(order)
    for key, value in new.metafields.items():
        namespace, _, short = key.rpartition(".")
        put_metafield(world, order, namespace=namespace, key=short, value=value)
    world.touch_order(order, bump=False)
    world.log("order_created", by=by, order=order, thing=order, name=order.name)
    world.later(world.settings.routing_delay, lambda: orders.route(world, order))
    return order


def with_payment(new: NewOrder, financial: str) -> NewOrder:
    """The same order in another financial state."""
    return replace(new, financial=financial)


def _made(world: World, new: NewOrder) -> Order:
    global_id, number = world.new_id("Order")
    order_number = world.next_order_number()
    at = new.created_at or world.now()
    return Order(
        id=global_id,
        number=number,
        name=new.name or f"#{order_number}",
        order_number=order_number,
        created_at=at,
        updated_at=at,
        processed_at=new.processed_at or at,
        closed_at=new.closed_at,
        currency=new.currency or world.shop.currency,
        financial=new.financial,
        tags=orders.sorted_tags(new.tags),
        note=new.note,
        email=new.email,
        phone=new.phone,
        po_number=new.po_number,
        source_name=new.source_name,
        test=new.test,
        shipping_address=dict(new.shipping_address) if new.shipping_address is not None else None,
        billing_address=dict(new.billing_address) if new.billing_address is not None else None,
        customer=new.customer,
        custom_attributes=list(new.custom_attributes),
        charges=new.charges,
    )


def create_order(
    world: World,
    lines: Sequence[NewLine],
    *,
    financial: str | None = "PAID",
    shipping_address: Mapping[str, Any] | None = None,
    email: str | None = "customer@example.com",
    metafields: Mapping[str, str] | None = None,
    with_customer: bool = True,
    **details: Any,
) -> Order:
    """A paid order of a customer with an address, unless told otherwise; see `NewOrder` for the details.

    `created_at` may lie in the past, for orders that the shop had before the sandbox began.
    """
    return place(
        world,
        NewOrder(
            lines=lines,
            financial=financial,
            email=email,
            shipping_address=_ADDRESS if shipping_address is None else shipping_address,
            metafields=metafields or {},
            customer=customers.add(world, email=email) if with_customer and email else None,
            **details,
        ),
    )
