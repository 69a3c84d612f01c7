"""The store's side: orders, their lines, fulfillment orders, fulfillments, refunds and returns.

The nouns are Shopify's (Admin GraphQL 2026-10). Enum values are Shopify's words where Shopify has them.
Nothing here identifies a customer: addresses appear only as keyed hashes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from syncd.domain.money import Money
from syncd.domain.tracking import Tracking


class FinancialStatus(StrEnum):
    """Shopify's OrderDisplayFinancialStatus; UNKNOWN stands for a word that is not in the list."""

    AUTHORIZED = "AUTHORIZED"
    EXPIRED = "EXPIRED"
    PAID = "PAID"
    PARTIALLY_PAID = "PARTIALLY_PAID"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    PENDING = "PENDING"
    REFUNDED = "REFUNDED"
    VOIDED = "VOIDED"
    UNKNOWN = "UNKNOWN"


class FulfillmentOrderStatus(StrEnum):
    """Shopify's FulfillmentOrderStatus."""

    OPEN = "OPEN"
    IN_PROGRESS = "IN_PROGRESS"
    SCHEDULED = "SCHEDULED"
    ON_HOLD = "ON_HOLD"
    INCOMPLETE = "INCOMPLETE"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"
    UNKNOWN = "UNKNOWN"


class RequestStatus(StrEnum):
    """Shopify's FulfillmentOrderRequestStatus."""

    UNSUBMITTED = "UNSUBMITTED"
    SUBMITTED = "SUBMITTED"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    CANCELLATION_REQUESTED = "CANCELLATION_REQUESTED"
    CANCELLATION_ACCEPTED = "CANCELLATION_ACCEPTED"
    CANCELLATION_REJECTED = "CANCELLATION_REJECTED"
    CLOSED = "CLOSED"
    UNKNOWN = "UNKNOWN"


class FulfillmentStatus(StrEnum):
    """Shopify's FulfillmentStatus. Live means SUCCESS, OPEN or PENDING."""

    SUCCESS = "SUCCESS"
    OPEN = "OPEN"
    PENDING = "PENDING"
    CANCELLED = "CANCELLED"
    ERROR = "ERROR"
    FAILURE = "FAILURE"
    UNKNOWN = "UNKNOWN"


class DeliveryMethod(StrEnum):
    """Shopify's DeliveryMethodType."""

    SHIPPING = "SHIPPING"
    LOCAL = "LOCAL"
    PICK_UP = "PICK_UP"
    PICKUP_POINT = "PICKUP_POINT"
    RETAIL = "RETAIL"
    NONE = "NONE"
    UNKNOWN = "UNKNOWN"


class Restock(StrEnum):
    """Shopify's RefundLineItemRestockType: what a refund said about the goods."""

    CANCEL = "CANCEL"
    RETURN = "RETURN"
    NO_RESTOCK = "NO_RESTOCK"
    LEGACY_RESTOCK = "LEGACY_RESTOCK"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of an order. `quantity` is what was ordered (edits that add units included, removals not taken off).

    `current_quantity` is `quantity` less what edits and refunds took off, fulfilled or not.
    """

    id: str
    sku: str | None
    quantity: int
    current_quantity: int
    requires_shipping: bool = True
    is_gift_card: bool = False
    vendor: str | None = None
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FulfillmentOrderLine:
    """Units of one order line inside one fulfillment order. `id` is the FulfillmentOrderLineItem's."""

    id: str
    line_id: str
    total: int
    remaining: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A fulfillment hold. `is_ours`: placed by the app whose credentials we use."""

    id: str
    reason: str
    handle: str | None = None
    is_ours: bool = False
    notes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantRequest:
    """A request that was sent to a fulfillment service; `kind` FULFILLMENT_REQUEST or CANCELLATION_REQUEST."""

    kind: str
    sent_at: datetime
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FulfillmentOrder:
    """Work that is planned at one location. Its id changes on cancel, move, split and merge; lines do not."""

    id: str
    status: FulfillmentOrderStatus
    request_status: RequestStatus
    location_id: str | None
    location_name: str = ""
    service: str | None = None
    """Handle of the fulfillment service that owns the location; None for the merchant's own locations."""
    delivery_method: DeliveryMethod = DeliveryMethod.SHIPPING
    supported_actions: frozenset[str] = frozenset()
    fulfill_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    holds: tuple[Hold, ...] = ()
    requests: tuple[MerchantRequest, ...] = ()
    lines: tuple[FulfillmentOrderLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FulfillmentLine:
    """Units of one order line inside one fulfillment."""

    line_id: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FulfillmentEvent:
    """A tracking event that the store shows for a fulfillment; `status` is Shopify's FulfillmentEventStatus."""

    status: str
    happened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfillment:
    """Work that the store says is done."""

    id: str
    name: str = ""
    status: FulfillmentStatus
    display_status: str | None = None
    """Shopify's FulfillmentDisplayStatus, as sent."""
    created_at: datetime
    updated_at: datetime | None = None
    in_transit_at: datetime | None = None
    delivered_at: datetime | None = None
    location_id: str | None = None
    service: str | None = None
    tracking: tuple[Tracking, ...] = ()
    lines: tuple[FulfillmentLine, ...] = ()
    events: tuple[FulfillmentEvent, ...] = ()

    @property
    def is_live(self) -> bool:
        """Whether it counts as fulfilled: not cancelled, not failed."""
        return self.status in _LIVE


_LIVE = frozenset({FulfillmentStatus.SUCCESS, FulfillmentStatus.OPEN, FulfillmentStatus.PENDING})


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundedLine:
    """Units of one line in one refund."""

    line_id: str
    quantity: int
    restock: Restock
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """A return of fulfilled units; `status` is Shopify's ReturnStatus (OPEN and REQUESTED are active)."""

    id: str
    status: str
    lines: tuple[FulfillmentLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order as the store shows it in one read.

    `cut` names the parts that this read did not get whole (`"fulfillment_orders"`, `"fulfillments"`, `"lines"`,
    `"refunds"`, `"returns"`, ...): nothing may be concluded from their absence. Empty = complete.
    """

    id: str
    name: str
    created_at: datetime
    updated_at: datetime
    financial: FinancialStatus
    lines: tuple[Line, ...]
    fulfillment_orders: tuple[FulfillmentOrder, ...] = ()
    fulfillments: tuple[Fulfillment, ...] = ()
    refunds: tuple[RefundedLine, ...] = ()
    returns: tuple[Return, ...] = ()
    cancelled_at: datetime | None = None
    closed: bool = False
    tags: frozenset[str] = frozenset()
    source: str | None = None
    """Shopify's sourceName: `web`, `pos`, ..."""
    total: Money | None = None
    address_hash: str | None = None
    """Keyed hash of the shipping address; None = not known, which is not the same as equal."""
    customer_hash: str | None = None
    links: tuple[tuple[str, str], ...] = ()
    """Link metafields that were asked for: (namespace.key, value)."""
    cut: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()
    """Parts that this store never tells, in any read (`"fulfillments.tracking"` in a file of orders): what rests on them
    is not looked for, and no step is made, since nothing could be read back."""

    @property
    def is_complete(self) -> bool:
        """Whether every part of the order was read whole."""
        return not self.cut

    @property
    def number(self) -> str:
        """The numeric part of the gid: `gid://shopify/Order/1` -> `1`."""
        return self.id.rpartition("/")[2]
