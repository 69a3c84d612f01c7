"""An order of the world as a JSON value: for the control API, and for looking at what a test left behind."""

from __future__ import annotations

from typing import Any

from adapters.sandbox.shopify.world import orders
from adapters.sandbox.shopify.world.state import Fulfillment, FulfillmentOrder, Line, Order
from syncd.clock import rfc3339


def order_document(order: Order) -> dict[str, Any]:
    """The truth about one order."""
    return {
        "id": order.id,
        "name": order.name,
        "status": orders.fulfillment_status(order),
        "financial": order.financial,
        "closed": order.closed_at is not None,
        "cancelled": order.cancelled_at is not None,
        "tags": order.tags,
        "updated_at": rfc3339(order.updated_at),
        "lines": [_line(line) for line in order.lines],
        "fulfillment_orders": [_fulfillment_order(fo) for fo in order.fulfillment_orders],
        "fulfillments": [_fulfillment(made) for made in order.fulfillments],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "id": line.id,
        "sku": line.sku,
        "quantity": line.quantity,
        "removed": line.removed,
        "unfulfilled": orders.unfulfilled_quantity(line),
    }


def _fulfillment_order(fo: FulfillmentOrder) -> dict[str, Any]:
    return {
        "id": fo.id,
        "status": fo.status,
        "request_status": fo.request_status,
        "location": fo.location.name,
        "lines": [
            {"id": line.id, "sku": line.line.sku, "total": line.total, "remaining": line.remaining} for line in fo.lines
        ],
    }


def _fulfillment(made: Fulfillment) -> dict[str, Any]:
    return {
        "id": made.id,
        "name": made.name,
        "status": made.status,
        "display_status": made.display_status,
        "by": made.by,
        "tracking": [{"number": row.number, "company": row.company, "url": row.url} for row in made.tracking],
        "lines": [{"sku": line.line.sku, "quantity": line.quantity} for line in made.lines],
    }
