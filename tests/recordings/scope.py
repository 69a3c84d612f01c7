"""Which steps are in scope: what syncd's work rests on, and what recordings use to set it up."""

from __future__ import annotations

from tests.recordings.dialogue import Step

ROOTS = frozenset(
    {
        "assignedFulfillmentOrders", "bulkOperation", "bulkOperationCancel", "bulkOperationRunMutation",
        "bulkOperationRunQuery", "bulkOperations", "currentBulkOperation", "eventBridgeWebhookSubscriptionCreate",
        "eventBridgeWebhookSubscriptionUpdate", "fulfillment", "fulfillmentCancel", "fulfillmentCreate",
        "fulfillmentCreateV2", "fulfillmentEventCreate", "fulfillmentOrder", "fulfillmentOrderAcceptCancellationRequest",
        "fulfillmentOrderAcceptFulfillmentRequest", "fulfillmentOrderCancel", "fulfillmentOrderClose",
        "fulfillmentOrderHold", "fulfillmentOrderLineItemsPreparedForPickup", "fulfillmentOrderMerge",
        "fulfillmentOrderMove", "fulfillmentOrderOpen", "fulfillmentOrderRejectCancellationRequest",
        "fulfillmentOrderRejectFulfillmentRequest", "fulfillmentOrderReleaseHold", "fulfillmentOrderReportProgress",
        "fulfillmentOrderReschedule", "fulfillmentOrderSplit", "fulfillmentOrderSubmitCancellationRequest",
        "fulfillmentOrderSubmitFulfillmentRequest", "fulfillmentOrders", "fulfillmentOrdersReroute",
        "fulfillmentOrdersSetFulfillmentDeadline", "fulfillmentService", "fulfillmentServiceCreate",
        "fulfillmentServiceDelete", "fulfillmentServiceUpdate", "fulfillmentTrackingInfoUpdate",
        "fulfillmentTrackingInfoUpdateV2", "location", "locations", "manualHoldsFulfillmentOrders", "order", "orderCancel",
        "orderClose", "orderCreate", "orderDelete", "orderOpen", "orders", "ordersCount", "pubSubWebhookSubscriptionCreate",
        "pubSubWebhookSubscriptionUpdate", "shop", "webhookSubscription", "webhookSubscriptionCreate",
        "webhookSubscriptionDelete", "webhookSubscriptionUpdate", "webhookSubscriptions", "webhookSubscriptionsCount",
    }
)  # fmt: skip


def is_in_scope(step: Step) -> bool:
    """Whether everything asked for belongs to it."""
    return bool(step.roots) and set(step.roots) <= ROOTS
