"""What differs between API versions: members that came, members that went, members whose type changed.

Read from the published schemas 2025-10 to 2026-10 (npm package @shopify/dev-mcp 1.16.0, dist/data/admin_*.json.gz), for
what the shipped schema has. Versions before 2025-10 are taken to be like it. A member is named `Type`, `Type.field`,
`Type.field(argument)` or `@directive`.
"""

from __future__ import annotations

from collections.abc import Mapping

INTRODUCED: Mapping[str, str] = {
    "@idempotent": "2026-01",
    "BulkOperationConnection": "2026-01",
    "BulkOperationEdge": "2026-01",
    "BulkOperationsSortKeys": "2026-01",
    "InventoryAdjustQuantitiesUserErrorCode.CHANGE_FROM_QUANTITY_STALE": "2026-01",
    "InventoryAdjustQuantitiesUserErrorCode.IDEMPOTENCY_CONCURRENT_REQUEST": "2026-01",
    "InventoryAdjustQuantitiesUserErrorCode.IDEMPOTENCY_KEY_PARAMETER_MISMATCH": "2026-01",
    "InventoryAdjustQuantitiesUserErrorCode.IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED": "2026-01",
    "InventoryAdjustQuantitiesUserErrorCode.SERVICE_UNAVAILABLE": "2026-01",
    "InventoryChangeInput.changeFromQuantity": "2026-01",
    "InventoryQuantityInput.changeFromQuantity": "2026-01",
    "InventorySetQuantitiesUserErrorCode.CHANGE_FROM_QUANTITY_STALE": "2026-01",
    "InventorySetQuantitiesUserErrorCode.IDEMPOTENCY_CONCURRENT_REQUEST": "2026-01",
    "InventorySetQuantitiesUserErrorCode.IDEMPOTENCY_KEY_PARAMETER_MISMATCH": "2026-01",
    "InventorySetQuantitiesUserErrorCode.IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED": "2026-01",
    "LocationActivateUserErrorCode.IDEMPOTENCY_CONCURRENT_REQUEST": "2026-01",
    "LocationActivateUserErrorCode.IDEMPOTENCY_KEY_PARAMETER_MISMATCH": "2026-01",
    "LocationDeactivateUserErrorCode.IDEMPOTENCY_CONCURRENT_REQUEST": "2026-01",
    "LocationDeactivateUserErrorCode.IDEMPOTENCY_KEY_PARAMETER_MISMATCH": "2026-01",
    "OrderInput.phone": "2026-01",
    "QueryRoot.bulkOperation": "2026-01",
    "QueryRoot.bulkOperations": "2026-01",
    "QueryRoot.returnReasonDefinitions": "2026-01",
    "RefundInput.processedAt": "2026-01",
    "ReturnLineItemInput.returnReasonDefinitionId": "2026-01",
    "ReturnReasonDefinition": "2026-01",
    "ReturnReasonDefinitionConnection": "2026-01",
    "ReturnReasonDefinitionEdge": "2026-01",
    "ReturnReasonDefinitionSortKeys": "2026-01",
    "ReturnRequestLineItemInput.returnReasonDefinitionId": "2026-01",
    "WebhookSubscriptionTopic.ORDERS_LINK_REQUESTED": "2026-01",
    "EventBridgeWebhookSubscriptionInput.name": "2026-04",
    "FulfillmentOrder.remainingLineItemsWeight": "2026-04",
    "FulfillmentOrderAction.REPORT_PROGRESS": "2026-04",
    "FulfillmentOrderCancelError": "2026-04",
    "FulfillmentOrderCancelErrorCode": "2026-04",
    "FulfillmentOrderMoveFulfillmentOrderMoveUserError": "2026-04",
    "FulfillmentOrderMoveFulfillmentOrderMoveUserErrorCode": "2026-04",
    "FulfillmentOrderReportProgressInput": "2026-04",
    "FulfillmentOrderReportProgressPayload": "2026-04",
    "FulfillmentOrderReportProgressUserError": "2026-04",
    "FulfillmentOrderReportProgressUserErrorCode": "2026-04",
    "InventoryItem.inventoryLevel(includeInactive)": "2026-04",
    "InventoryItem.inventoryLevels(includeInactive)": "2026-04",
    "InventoryLevel.isActive": "2026-04",
    "Location.inventoryLevel(includeInactive)": "2026-04",
    "Location.inventoryLevels(includeInactive)": "2026-04",
    "Mutation.fulfillmentOrderReportProgress": "2026-04",
    "PubSubWebhookSubscriptionInput.name": "2026-04",
    "WebhookSubscription.name": "2026-04",
    "WebhookSubscriptionInput.name": "2026-04",
    "WebhookSubscriptionTopic.FULFILLMENT_ORDERS_MANUALLY_REPORTED_PROGRESS_STOPPED": "2026-04",
    "WebhookSubscriptionTopic.FULFILLMENT_ORDERS_PROGRESS_REPORTED": "2026-04",
    "FulfillmentOrderLineItem.shippingLine": "2026-07",
    "MetafieldOwnerType.TRANSFER": "2026-07",
    "WebhookSubscriptionTopic.CUSTOMERS_WHATS_APP_MARKETING_CONSENT_UPDATE": "2026-07",
    "WebhookSubscriptionTopic.INVENTORY_TRANSFERS_UPDATED": "2026-07",
    "OrderCancelJobResult": "2026-10",
    "OrderCancelPayload.jobResult": "2026-10",
    "OrderCancelStatus": "2026-10",
    "OrderCreateFulfillmentInput.trackingNumbers": "2026-10",
    "OrderDisplayFulfillmentStatus.FULFILLMENT_NOT_REQUIRED": "2026-10",
}
"""From which version on a member exists."""

REMOVED: Mapping[str, tuple[str, str]] = {
    "InventoryAdjustQuantitiesUserErrorCode.ITEM_NOT_STOCKED_AT_LOCATION": ("2026-10", ""),
    "InventoryQuantityInput.compareQuantity": ("2026-04", "Int"),
    "InventorySetQuantitiesInput.ignoreCompareQuantity": ("2026-04", "Boolean"),
    "InventorySetQuantitiesUserErrorCode.ITEM_NOT_STOCKED_AT_LOCATION": ("2026-10", ""),
    "Mutation.fulfillmentServiceCreate(permitsSkuSharing)": ("2026-04", "Boolean = false"),
    "Mutation.fulfillmentServiceUpdate(permitsSkuSharing)": ("2026-04", "Boolean"),
}
"""From which version on a member is gone, and its type before (none for values of enums)."""

RETYPED: Mapping[str, tuple[str, str]] = {
    "FulfillmentOrderCancelPayload.userErrors": ("2026-04", "[UserError!]!"),
    "FulfillmentOrderMovePayload.userErrors": ("2026-04", "[UserError!]!"),
    "Mutation.bulkOperationRunMutation(groupObjects)": ("2026-01", "Boolean! = true"),
    "Mutation.bulkOperationRunQuery(groupObjects)": ("2026-01", "Boolean! = true"),
    "Mutation.fulfillmentServiceCreate(callbackUrl)": ("2026-01", "URL!"),
    "ReturnLineItemInput.returnReason": ("2026-01", "ReturnReason!"),
    "ReturnRequestLineItemInput.returnReason": ("2026-01", "ReturnReason!"),
}
"""From which version on a member has the type of the shipped schema, and its type before."""


def exists(member: str, version: str) -> bool:
    """Whether a member of the shipped schema exists in a version."""
    return INTRODUCED.get(member, "") <= version


def earlier_type(member: str, version: str) -> str | None:
    """The type that a member had in a version, when it was another than now."""
    changed_in, before = RETYPED.get(member, ("", ""))
    return before if version < changed_in else None


def gone_since(owner: str, version: str, *, is_argument: bool = False) -> dict[str, str]:
    """Members of `owner` (a type, or `Type.field` for arguments) that a version still has, with their types."""
    found = {}
    for member, (removed_in, type_) in REMOVED.items():
        name = member.removeprefix(owner)
        fits = name.startswith("(") if is_argument else name.startswith(".") and "(" not in name
        if name != member and fits and version < removed_in:
            found[name.strip(".()")] = type_
    return found
