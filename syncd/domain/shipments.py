"""The supplier's side: orders, their lines and parcels, and how much evidence there is that goods moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from syncd.domain.tracking import Tracking


class Rung(IntEnum):
    """The evidence ladder. A supplier's word "fulfilled" is no rung; a number alone is LABEL at most."""

    ORDERED = 0
    LABEL = 1
    HANDED_OVER = 2
    FIRST_SCAN = 3
    IN_TRANSIT = 4
    DELIVERED = 5

    @property
    def word(self) -> str:
        """The rung as configuration and reports spell it: `handed_over`."""
        return self.name.lower()


class SupplierState(StrEnum):
    """What the supplier says of its order as a whole. UNKNOWN = a word that we do not know; never guessed."""

    UNPAID = "unpaid"
    HELD = "held"
    PROCESSING = "processing"
    PART_SHIPPED = "part_shipped"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    FAILED = "failed"
    UNKNOWN = "unknown"


DEAD = frozenset({SupplierState.CANCELLED, SupplierState.FAILED})
"""States in which the supplier will not ship (any more)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierLine:
    """Units that the supplier has in one of its orders.

    `line_id` is the store's line id where the supplier gave it back (gid), else None and `sku` has to match.
    `quantity` None = the supplier does not say.
    """

    line_id: str | None = None
    sku: str | None = None
    quantity: int | None = None
    state: SupplierState | None = None
    """The line's own state where the supplier tells one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One parcel. `tracking` may hold several numbers of the same parcel (first and last mile), best first.

    `lines` None = the supplier does not say what is inside.
    """

    key: str
    """Stable within the supplier order: the number, or the supplier's shipment id."""
    rung: Rung
    tracking: tuple[Tracking, ...] = ()
    lines: tuple[SupplierLine, ...] | None = None
    shipped_at: datetime | None = None
    first_scan_at: datetime | None = None
    last_event_at: datetime | None = None
    delivered_at: datetime | None = None
    exception: str | None = None
    """A carrier's or supplier's word for trouble: `exception`, `returned`, `failed`, ... None = none known."""
    is_reshipment: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierOrder:
    """One order as the supplier shows it in one read."""

    supplier: str
    id: str
    state: SupplierState
    raw_status: str
    store_order_ids: tuple[str, ...] = ()
    """Store order gids (or bare numeric ids) that the supplier gave back as reference."""
    store_order_names: tuple[str, ...] = ()
    """Store order names that the supplier gave back, as written there (`1001`, `#1001`)."""
    lines: tuple[SupplierLine, ...] | None = None
    """None = the supplier does not list lines."""
    parcels: tuple[Parcel, ...] = ()
    created_at: datetime | None = None
    changed_at: datetime | None = None
    """The newest time that the supplier itself states for this order; None when it states none."""
    promised_by: datetime | None = None
    parent_id: str | None = None
    problems: tuple[str, ...] = ()
    """What could not be understood, in words: unknown status words, unusable numbers, ..."""
