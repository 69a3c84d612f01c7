"""What one shop consists of. Mutable on purpose: this is the sandbox's database.

`id` is the global id as the API shows it, `number` its numeric part. Times keep microseconds inside, as the real
service does; the API shows whole seconds. Enum values are the API's words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from adapters.sandbox.shopify.world.charges import Charges, TaxLine, Transaction

if TYPE_CHECKING:
    from adapters.sandbox.shopify.world.returned import Return

CLOSED_STATES = frozenset({"CLOSED", "CANCELLED"})
"""Statuses of fulfillment orders whose quantities must not be counted."""


@dataclass(slots=True, eq=False, kw_only=True)
class App:
    """An app installed in the shop; its scopes bound what it may see and do."""

    id: str
    number: int
    title: str
    handle: str
    token: str
    scopes: frozenset[str]
    webhook_version: str | None = None
    """The API version of its webhooks, a setting of the app; None: the version that is asked."""
    callback_hosts: frozenset[str] | None = None
    """Hosts that its fulfillment services may be called back at, beside the shop's own; None: any."""
    token_expires_at: datetime | None = None


@dataclass(slots=True, eq=False, kw_only=True)
class Metafield:
    id: str
    number: int
    namespace: str
    key: str
    type: str
    value: str
    owner: Any
    created_at: datetime
    updated_at: datetime


@dataclass(slots=True, eq=False, kw_only=True)
class FulfillmentService:
    """A fulfillment service; `app` is who registered it. `manual` is the merchant's own."""

    id: str
    number: int
    handle: str
    service_name: str
    type: str
    app: App | None
    callback_url: str | None = None
    location: Location | None = None
    inventory_management: bool = False
    tracking_support: bool = False
    requires_shipping_method: bool = True
    fulfillment_orders_opt_in: bool = True


@dataclass(slots=True, eq=False, kw_only=True)
class Location:
    id: str
    number: int
    name: str
    created_at: datetime
    updated_at: datetime
    service: FulfillmentService | None = None
    is_active: bool = True
    fulfills_online_orders: bool = True
    country_code: str = "CA"
    city: str | None = "Toronto"
    metafields: dict[tuple[str, str], Metafield] = field(default_factory=dict)


@dataclass(slots=True, eq=False, kw_only=True)
class Product:
    id: str
    number: int
    title: str
    handle: str
    vendor: str
    created_at: datetime
    updated_at: datetime
    status: str = "ACTIVE"
    tags: list[str] = field(default_factory=list)
    variants: list[Variant] = field(default_factory=list)
    metafields: dict[tuple[str, str], Metafield] = field(default_factory=dict)


@dataclass(slots=True, eq=False, kw_only=True)
class InventoryItem:
    id: str
    number: int
    sku: str | None
    created_at: datetime
    updated_at: datetime
    tracked: bool = True
    requires_shipping: bool = True
    variant: Variant | None = None
    levels: dict[int, dict[str, int]] = field(default_factory=dict)
    """Quantities by location number and name (`available`, `committed`, `on_hand`)."""


@dataclass(slots=True, eq=False, kw_only=True)
class Variant:
    id: str
    number: int
    product: Product
    title: str
    sku: str | None
    price: str
    inventory_item: InventoryItem
    created_at: datetime
    updated_at: datetime
    barcode: str | None = None
    metafields: dict[tuple[str, str], Metafield] = field(default_factory=dict)


@dataclass(slots=True, eq=False, kw_only=True)
class Line:
    """One order line. `quantity` is what was ordered, added units included; removals are kept apart."""

    id: str
    number: int
    order: Order
    title: str
    sku: str | None
    quantity: int
    price: str
    vendor: str | None = None
    variant_title: str | None = None
    variant: Variant | None = None
    product: Product | None = None
    requires_shipping: bool = True
    is_gift_card: bool = False
    taxable: bool = True
    custom_attributes: list[dict[str, str | None]] = field(default_factory=list)
    tax_lines: list[TaxLine] = field(default_factory=list)
    removed: int = 0
    """Units taken off before fulfillment, by an edit or a refund."""
    refunded: int = 0
    """Units refunded, fulfilled or not."""
    location: Location | None = None
    delivery_method: str = "SHIPPING"

    refunded_fulfilled: int = 0
    """Units refunded after they were fulfilled."""

    @property
    def current_quantity(self) -> int:
        return self.quantity - self.removed - self.refunded_fulfilled


@dataclass(slots=True, eq=False, kw_only=True)
class FoLine:
    """Units of one order line inside a fulfillment order."""

    id: str
    number: int
    fulfillment_order: FulfillmentOrder
    line: Line
    total: int
    remaining: int


@dataclass(slots=True, eq=False, kw_only=True)
class Hold:
    id: str
    number: int
    reason: str
    app: App | None  # None: placed by a person in the admin.
    handle: str = ""
    reason_notes: str | None = None
    external_id: str | None = None


@dataclass(slots=True, eq=False, kw_only=True)
class MerchantRequest:
    id: str
    number: int
    fulfillment_order: FulfillmentOrder
    kind: str
    message: str | None
    sent_at: datetime
    request_options: dict[str, Any] = field(default_factory=dict)
    response_data: dict[str, Any] | None = None


@dataclass(slots=True, eq=False, kw_only=True)
class FulfillmentOrder:
    id: str
    number: int
    order: Order
    location: Location
    created_at: datetime
    updated_at: datetime
    fulfill_at: datetime | None
    delivery_method: str = "SHIPPING"
    status: str = "OPEN"
    request_status: str = "UNSUBMITTED"
    fulfill_by: datetime | None = None
    lines: list[FoLine] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    requests: list[MerchantRequest] = field(default_factory=list)
    progress_reported: bool = False
    held_from: FulfillmentOrder | None = None
    """The fulfillment order with the units that a partial hold left over; merged back at release."""

    @property
    def is_open(self) -> bool:
        return self.status not in CLOSED_STATES

    @property
    def remaining(self) -> int:
        return sum(line.remaining for line in self.lines)

    @property
    def total(self) -> int:
        return sum(line.total for line in self.lines)


@dataclass(slots=True, eq=False, kw_only=True)
class Take:
    """Units that a fulfillment took from one line of a fulfillment order."""

    fo_line: FoLine
    quantity: int


@dataclass(slots=True, eq=False, kw_only=True)
class FulfillmentLine:
    id: str
    number: int
    fulfillment: Fulfillment
    line: Line
    quantity: int


@dataclass(slots=True, eq=False, kw_only=True)
class FulfillmentEvent:
    id: str
    number: int
    status: str
    happened_at: datetime
    created_at: datetime
    message: str | None = None
    address1: str | None = None
    city: str | None = None
    province: str | None = None
    country: str | None = None
    zip: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    estimated_delivery_at: datetime | None = None


@dataclass(slots=True, frozen=True, kw_only=True)
class TrackingRow:
    number: str | None
    company: str | None
    url: str | None


@dataclass(slots=True, eq=False, kw_only=True)
class Fulfillment:
    id: str
    number: int
    order: Order
    name: str
    created_at: datetime
    updated_at: datetime
    location: Location
    service: FulfillmentService
    by: str  # Handle of the app that made it, or `merchant`.
    status: str = "SUCCESS"
    display_status: str = "FULFILLED"
    lines: list[FulfillmentLine] = field(default_factory=list)
    takes: list[Take] = field(default_factory=list)
    tracking: list[TrackingRow] = field(default_factory=list)
    events: list[FulfillmentEvent] = field(default_factory=list)
    origin_address: dict[str, Any] | None = None
    in_transit_at: datetime | None = None
    delivered_at: datetime | None = None
    estimated_delivery_at: datetime | None = None

    @property
    def is_live(self) -> bool:
        return self.status in {"SUCCESS", "OPEN", "PENDING"}


@dataclass(slots=True, eq=False, kw_only=True)
class RefundLine:
    id: str
    number: int
    line: Line
    quantity: int
    restock_type: str
    location: Location | None
    unfulfilled: int
    """How many of `quantity` were not fulfilled yet."""


@dataclass(slots=True, eq=False, kw_only=True)
class Refund:
    id: str
    number: int
    order: Order
    created_at: datetime
    updated_at: datetime
    note: str | None
    amount: str
    lines: list[RefundLine] = field(default_factory=list)
    shipping: str = "0.0"
    """What of the shipping was refunded."""
    transactions: list[Transaction] = field(default_factory=list)


@dataclass(slots=True, eq=False, kw_only=True)
class Customer:
    id: str
    number: int
    display_name: str
    created_at: datetime
    updated_at: datetime
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    locale: str = "en"
    note: str | None = None
    tags: list[str] = field(default_factory=list)
    metafields: dict[tuple[str, str], Metafield] = field(default_factory=dict)


@dataclass(slots=True, eq=False, kw_only=True)
class Order:
    id: str
    number: int
    name: str
    order_number: int
    created_at: datetime
    updated_at: datetime
    processed_at: datetime
    currency: str = "USD"
    financial: str | None = "PAID"
    total: str = "0.0"
    refunded: str = "0.0"
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    staff_note: str | None = None
    closed_at: datetime | None = None
    edited: bool = False
    test: bool = False
    note: str | None = None
    email: str | None = None
    phone: str | None = None
    po_number: str | None = None
    source_name: str | None = "web"
    tags: list[str] = field(default_factory=list)
    custom_attributes: list[dict[str, str | None]] = field(default_factory=list)
    shipping_address: dict[str, Any] | None = None
    billing_address: dict[str, Any] | None = None
    charges: Charges = field(default_factory=Charges)
    customer: Customer | None = None
    lines: list[Line] = field(default_factory=list)
    fulfillment_orders: list[FulfillmentOrder] = field(default_factory=list)
    fulfillments: list[Fulfillment] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    returns: list[Return] = field(default_factory=list)
    metafields: dict[tuple[str, str], Metafield] = field(default_factory=dict)
    routed: bool = False


@dataclass(slots=True, eq=False, kw_only=True)
class Job:
    """An asynchronous job; `due` is when its work is done."""

    id: str
    due: datetime
    done: bool = False
    order: Order | None = None
