"""What is sent back: returns and their lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapters.sandbox.shopify.world.state import FulfillmentLine, Location, Order


@dataclass(slots=True, eq=False, kw_only=True)
class ReturnLine:
    id: str
    number: int
    fulfillment_line: FulfillmentLine
    quantity: int
    return_reason: str
    return_reason_note: str
    processed: int = 0
    customer_note: str | None = None


@dataclass(slots=True, eq=False, kw_only=True)
class Disposition:
    """What became of units that came back."""

    id: str
    number: int
    type: str
    quantity: int
    location: Location | None


@dataclass(slots=True, eq=False, kw_only=True)
class ReverseLine:
    id: str
    number: int
    reverse_order: ReverseOrder
    return_line: ReturnLine
    dispositions: list[Disposition] = field(default_factory=list)


@dataclass(slots=True, eq=False, kw_only=True)
class ReverseOrder:
    """The work of taking goods back: a ReverseFulfillmentOrder."""

    id: str
    number: int
    order: Order
    status: str = "OPEN"
    lines: list[ReverseLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """What the customer pays for the way back."""

    id: str
    amount: str


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
    decline: dict[str, str | None] | None = None
    fees: list[Fee] = field(default_factory=list)
    reverse_orders: list[ReverseOrder] = field(default_factory=list)
    lines: list[ReturnLine] = field(default_factory=list)

    @property
    def is_active(self) -> bool:
        return self.status in {"OPEN", "REQUESTED"}
