"""What a store's owner wants: when an order counts as shipped, how long is too long, and what may be done alone."""

from __future__ import annotations

from dataclasses import dataclass, field

from syncd.domain.periods import WEEKDAYS, Calendar, Period, elapsed
from syncd.domain.shipments import Rung
from syncd.domain.steps import Approval


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRule:
    """Which order lines belong to a supplier. Every part that is set must hold (AND); a rule without parts claims none."""

    sku_prefix: str | None = None
    vendor: str | None = None
    location: str | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierRules:
    """What reconcile needs to know about a supplier that the supplier itself does not say."""

    name: str
    lines: LineRule
    calendar: Calendar = WEEKDAYS
    can_cancel: bool = False
    link_metafield: str | None = None
    """`namespace.key` of the metafield that links orders to this supplier's orders."""
    snapshot: bool = False
    """What it shows of an order is all of it: an old number gone plus a new one is a replaced number (A04). Feeds say so
    of themselves; of an order asked for by id it is always so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One store's policy. Defaults are those of the configuration reference."""

    fulfill_on: Rung = Rung.HANDED_OVER
    notify_customer: str = "never"
    """`never`, or `once`: on the create that first shows a parcel whose evidence is under 7 days old."""
    unplaced_after: Period = elapsed(hours=24)
    unacknowledged_after: Period = elapsed(hours=24)
    stale_after: Period = elapsed(days=5)
    create_fulfillments: Approval = Approval.AUTO
    update_tracking: Approval = Approval.AUTO
    cancel_stale_requests: Approval = Approval.REQUIRED
    unfulfill: Approval = Approval.REQUIRED
    holds: Approval = Approval.REPORT
    supplier_cancel: Approval = Approval.REQUIRED
    delivery_events: Approval = Approval.REPORT
    tags: Approval = Approval.REPORT
    max_changes_per_run: int = 500
    max_destructive_share: float = 0.3
    fulfilled_without_shipment_after: Period = elapsed(hours=48)
    """B01, from the fulfillment's createdAt."""
    no_tracking_anywhere_after: Period = elapsed(days=7)
    """B03, from the fulfillment's createdAt."""
    unsubmitted_after: Period = elapsed(hours=4)
    """C01."""
    cancellation_unanswered_after: Period = elapsed(hours=48)
    """C04, from the CANCELLATION_REQUEST's sentAt."""
    unpaid_after: Period = elapsed(hours=12)
    """C12, from the supplier order's creation."""
    aging_after: tuple[Period, Period, Period] = (elapsed(days=3), elapsed(days=7), elapsed(days=14))
    """C14, from the order's createdAt."""
    label_stale_after: Period = elapsed(days=7)
    """E01, from the time the label was first seen."""
    transit_expired_after: Period = elapsed(days=30)
    """E03, from the parcel's last event."""
    supplier_cancel_grace: Period = elapsed(minutes=15)
    """D03, from the order's cancelledAt."""
    auto_fulfilled_within: Period = elapsed(minutes=2)
    """B07, from the order's createdAt to the fulfillment's."""
    suppliers: tuple[SupplierRules, ...] = field(default_factory=tuple)
