"""Steps whose answers differ, each with the reason. A step that is equal again must be taken off the list."""

from __future__ import annotations

from collections.abc import Mapping

ROUNDED = "how the service rounds what a query cost after it ran is not known; ours is at most three points off"
INTROSPECTION = "introspection: the schema is pruned, and its publisher sorts members, arguments and values by name"
CATALOGUE = "counts of a running operation are how far it had come through the recorded shop's products"
CANCELLED = (
    "the order had been cancelled, which leaves fulfillable units on it; this recording does not show that it was"
)
INCOMING = (
    "stock was on its way to the location from a fulfillment service just deleted; the sandbox moves stock at once"
)
LATER = "what the recorder's proxy read, which shows a part of the world, is of a later day than this dialogue"
BY_HAND = "not a real reply: ids of four digits, pages with nodes but without cursors, totals that do not add up"

_STEPS: Mapping[str, tuple[str, ...]] = {
    CATALOGUE: (
        "storeA/2026-04/bulk-operations/bulk-operation-cancel-preserves-fields.json::lifecycle.cancelAttempt",
        "storeA/2026-04/bulk-operations/bulk-operation-cancel-preserves-fields.json::lifecycle.preCancelObservation",
        "storeA/2026-04/bulk-operations/bulk-operation-cancel-preserves-fields.json::lifecycle.progressPolls.19",
        "storeA/2026-04/bulk-operations/bulk-operation-cancel-preserves-fields.json::lifecycle.readAfterCancel",
        "storeA/2026-04/bulk-operations/bulk-operation-run-query-concurrency-limit.json::cancelAttempts.0",
        "storeA/2026-04/bulk-operations/bulk-operation-run-query-concurrency-limit.json::cancelAttempts.1",
        "storeA/2026-04/bulk-operations/bulk-operation-run-query-concurrency-limit.json::cancelAttempts.2",
        "storeA/2026-04/bulk-operations/bulk-operation-run-query-concurrency-limit.json::cancelAttempts.3",
        "storeA/2026-04/bulk-operations/bulk-operation-run-query-concurrency-limit.json::cancelAttempts.4",
    ),
    INTROSPECTION: (
        "storeA/2026-04/orders/refund-create-attribution-validation.json::schemaProbe",
        "storeA/2026-04/orders/return-customer-note-recorded.json::schema",
        "storeA/2026-04/orders/return-reason-validation.json::schema",
        "storeA/2026-04/orders/return-shipping-fee-recorded.json::schema",
        "storeA/2026-04/shipping-fulfillments/fulfillment-event-create-validation.json::fulfillmentEventStatusEnum",
        "storeA/2026-04/shipping-fulfillments/fulfillment-service-permits-sku-sharing-validation.json::schemaProbe",
    ),
    CANCELLED: (
        "storeA/2026-04/shipping-fulfillments/fulfillment-order-open-report-progress-preconditions.json::closed.hydrate",
    ),
    INCOMING: (
        "storeA/2026-04/shipping-fulfillments/fulfillment-service-delete-transfer.json::captures.cleanup.destinationDeactivate",
        "storeA/2026-04/shipping-fulfillments/fulfillment-service-delete-transfer.json::captures.cleanup.destinationDelete",
    ),
    LATER: ("storeA/2026-04/shipping-fulfillments/fulfillment-top-level-reads.json::catalogRead",),
    BY_HAND: ("storeB/2026-04/orders/order-merchant-detail-read.json::",),
    ROUNDED: (
        "storeA/2025-01/admin-platform/connection-sort-key-coverage.json::operations.orders.read",
        "storeA/2025-01/orders/order-create-fulfillment-assigned-location.json::operations.create",
        "storeA/2025-01/orders/order-create-fulfillment-assigned-location.json::operations.downstreamRead",
        "storeA/2026-04/orders/fulfillment-create-multi-group.json::cases.validMultiGroup.downstreamRead",
        "storeA/2026-04/orders/fulfillment-create-multi-group.json::setup.differentLocation.move",
        "storeA/2026-04/orders/fulfillment-create-multi-group.json::setup.valid.split",
        "storeA/2026-04/orders/return-query-roots-recorded.json::returnableFulfillments",
        "storeA/2026-04/orders/return-query-roots-recorded.json::setup.orderCreate",
        "storeA/2026-04/orders/return-query-roots-recorded.json::setup.orderReadAfterFulfillment",
        "storeA/2026-04/orders/return-reverse-logistics-dispose-validation.json::firstReturnApproveRequest",
        "storeA/2026-04/orders/return-reverse-logistics-dispose-validation.json::secondReturnApproveRequest",
        "storeA/2026-04/orders/return-reverse-logistics-dispose-validation.json::setup.fulfillmentCreate",
        "storeA/2026-04/orders/return-reverse-logistics-dispose-validation.json::setup.orderReadAfterFulfillment",
        "storeA/2026-04/shipping-fulfillments/fulfillment-order-hold-validation.json::setup.create",
        "storeA/2026-04/shipping-fulfillments/fulfillment-order-lifecycle.json::workflows.holdRelease.afterHold.topLevelRead",
        "storeA/2026-04/shipping-fulfillments/fulfillment-order-lifecycle.json::workflows.reroute.afterCancel.orderRead",
        "storeA/2026-04/shipping-fulfillments/fulfillment-order-merge-validation.json::workflows.nonOpen.orderRead",
        "storeA/2026-04/shipping-fulfillments/fulfillment-order-merge-validation.json::workflows.nonOpen.split",
        "storeA/2026-04/shipping-fulfillments/fulfillment-order-merge-validation.json::workflows.validation.split",
        "storeA/2026-04/shipping-fulfillments/fulfillment-order-open-report-progress-preconditions.json::onHold.create",
    ),
}

REVIEWED: Mapping[str, str] = {step: reason for reason, steps in _STEPS.items() for step in steps}
"""Reasons by `file::place`."""
