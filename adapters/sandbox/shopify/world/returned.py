"""What is sent back: returns and their lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapters.sandbox.shopify.world.state import FulfillmentLine, Order


@dataclass(slots=True, eq=False, kw_only=True)
class ReturnLine:
    id: str
    number: int
    fulfillment_line: FulfillmentLine
    quantity: int
    return_reason: str
    return_reason_note: str
    processed: int = 0


@dataclass(slots=True, eq=False, kw_only=True)
class Return:
    id: str
    number: int
    order: Order
    name: str
    created_at: datetime
    status: str = "OPEN"
    closed_at: datetime | None = None
    request_approved_at: datetime | None = None
    lines: list[ReturnLine] = field(default_factory=list)

    @property
    def is_active(self) -> bool:
        return self.status in {"OPEN", "REQUESTED"}
