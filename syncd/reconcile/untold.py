"""What may be said of an order whose store never tells all of it, such as a file of orders.

A part that was cut off in one read comes whole in the next; a part that is never told stays unknown for good. The order
is judged all the same, and what rests on an untold part is taken out. No step is left: what a step did could not be read
back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from syncd.domain.orders import Order
from syncd.reconcile.catalogue import REPORT
from syncd.reconcile.view import Judgement

RESTS_ON: Mapping[str, frozenset[str]] = {
    "fulfillments.tracking": frozenset(
        {
            "extra_parcel_not_in_store",
            "tracking_replaced_at_supplier",
            "last_mile_number_available",
            "store_fulfilled_without_tracking",
            "fulfilled_no_tracking_anywhere",
            "tracking_mismatch",
            "tracking_format_only",
            "carrier_mismatch",
            "foreign_fulfillment",
            "duplicate_fulfillment",
            "fulfillment_cancelled_externally",
            "store_delivered_supplier_not",
        }
    ),
    "fulfillment_orders.requests": frozenset(
        {
            "request_not_submitted",
            "request_not_acknowledged",
            "accepted_no_progress",
            "cancellation_unanswered",
            "cancellation_rejected",
            "request_rejected",
            "fo_incomplete",
        }
    ),
    "fulfillment_orders.holds": frozenset({"on_hold_expired", "scheduled_overdue", "hold_lost_after_unfulfill"}),
    "refunds": frozenset(
        {
            "refunded_line_still_ordered",
            "refunded_but_fulfilled_open",
            "partially_cancelled_mismatch",
            "quantity_invariant_broken",
        }
    ),
    "returns": frozenset({"return_open_during_unfulfill"}),
}
"""Kinds of which nothing can be known where that part is untold."""


def as_told(judgement: Judgement, *, order: Order) -> Judgement:
    """The judgement without what rests on untold parts, and without steps; the same judgement where all is told."""
    if not order.untold:
        return judgement
    unknowable = frozenset[str]().union(*(RESTS_ON.get(part, frozenset()) for part in order.untold))
    drifts = tuple(replace(one, action=REPORT) for one in judgement.drifts if one.kind not in unknowable)
    return replace(judgement, drifts=drifts, steps=())
