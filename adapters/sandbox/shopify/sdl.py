"""The schema, per API version: the shipped one of 2026-10, less what came later than the version asked for."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any

from graphql import (
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    GraphQLSchema,
    NameNode,
    ObjectTypeDefinitionNode,
    build_ast_schema,
    parse,
)

NEWEST = "2026-10"
SUPPORTED = ("2026-01", "2026-04", "2026-07", "2026-10")
"""Versions that the service answers in November 2026; older requests fall forward to the first."""

INTRODUCED = {
    ("directive", "idempotent"): "2026-01",
    ("QueryRoot", "bulkOperation"): "2026-01",
    ("QueryRoot", "bulkOperations"): "2026-01",
    ("Mutation", "fulfillmentOrderReportProgress"): "2026-04",
    ("FulfillmentOrderAction", "REPORT_PROGRESS"): "2026-04",
    ("WebhookSubscriptionTopic", "FULFILLMENT_ORDERS_PROGRESS_REPORTED"): "2026-04",
    ("WebhookSubscriptionTopic", "FULFILLMENT_ORDERS_MANUALLY_REPORTED_PROGRESS_STOPPED"): "2026-04",
    ("FulfillmentOrder", "remainingLineItemsWeight"): "2026-04",
    ("FulfillmentOrderLineItem", "shippingLine"): "2026-04",
    ("OrderCancelPayload", "jobResult"): "2026-10",
    ("OrderDisplayFulfillmentStatus", "FULFILLMENT_NOT_REQUIRED"): "2026-10",
}
"""From which version on a member of the schema exists (differences of the published schemas 2025-10 to 2026-10)."""


def served_version(asked: str, *, oldest: str = SUPPORTED[0]) -> str | None:
    """The version that answers a request for `asked`: itself, or the oldest one; None when it does not exist yet."""
    if asked == "unstable":
        return NEWEST
    if asked > NEWEST or len(asked) != len(NEWEST):
        return None
    return max(asked, oldest)


@lru_cache(maxsize=1)
def _document() -> DocumentNode:
    folder = files("adapters.sandbox.shopify") / "schema"
    texts = [entry.read_text(encoding="utf-8") for entry in folder.iterdir() if entry.name.endswith(".graphql")]
    return parse("\n".join(sorted(texts, key=len, reverse=True)), no_location=True)


@lru_cache(maxsize=8)
def bare_schema(version: str) -> GraphQLSchema:
    """The schema of a version without resolvers; for checking queries."""
    return build_ast_schema(schema_document(version))


def schema_document(version: str) -> DocumentNode:
    """The definitions that exist in a version."""
    kept = [_trimmed(node, version) for node in _document().definitions if not _is_later("directive", node, version)]
    return DocumentNode(definitions=tuple(kept))


def _is_later(owner: str, node: Any, version: str) -> bool:
    if owner == "directive" and not isinstance(node, DirectiveDefinitionNode):
        return False
    name = node.name.value
    return INTRODUCED.get((owner, name), "") > version


def _trimmed(node: Any, version: str) -> Any:
    match node:
        case ObjectTypeDefinitionNode(name=NameNode(value=name), fields=fields):
            kept = tuple(member for member in fields or () if not _is_later(name, member, version))
            return _copy(node, fields=kept)
        case EnumTypeDefinitionNode(name=NameNode(value=name), values=values):
            kept_values = tuple(member for member in values or () if not _is_later(name, member, version))
            return _copy(node, values=kept_values)
        case _:
            return node


def _copy(node: Any, **changes: Any) -> Any:
    values = {key: getattr(node, key) for key in node.keys if key != "loc"}
    return type(node)(**{**values, **changes})
