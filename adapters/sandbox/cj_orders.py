"""Orders as CJ's twin keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class CjLine:
    """Units of one store line in a CJ order. `store_line_id` None = ordered by hand."""

    store_line_id: str | None
    quantity: int = 1
    sku: str | None = None
    vid: str = "1392053744945991680"


@dataclass(slots=True, kw_only=True)
class CjOrder:
    """One order as CJ keeps it. `status` is CJ's word; `number` may be anything that CJ ever sent: "0", None, ..."""

    id: str
    name: str
    store_order_id: str | None
    lines: tuple[CjLine, ...]
    status: str
    created_at: datetime
    paid_at: datetime | None = None
    left_at: datetime | None = None
    number: Any = None
    carrier: str | None = "CJPacket Ordinary"
    url: str | None = None
    parent_id: str | None = None
    dispute_id: str | None = None
