"""What `reconcile` is given about one order, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from syncd.domain.orders import Order
from syncd.domain.shipments import Rung, SupplierOrder
from syncd.domain.steps import Action, Step, StepLine
from syncd.domain.tracking import Tracking

APART = timedelta(minutes=1)
"""Two reads count as two only when they are at least this far apart: closer ones may share one hiccup of the source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """How a supplier order came to belong to this store order.

    `origin`: reference (the supplier gave our order back), metafield, file, person.
    `line_id`/`line_sku` narrow it to one line; both None = every line of that supplier in the order.
    """

    origin: str
    line_id: str | None = None
    line_sku: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedOrder:
    """A supplier order that belongs to the store order at hand, with what the mirror remembers of it."""

    order: SupplierOrder
    observed_at: datetime
    links: tuple[Link, ...]
    change_seen_at: datetime | None = None
    """When the mirror itself last saw it change (not when it was first read)."""
    missing_reads: int = 0
    """Complete reads in different passes, at least a minute apart, that asked for it and did not show it."""
    first_seen_at: datetime | None = None
    label_seen_at: datetime | None = None
    """When a number was first seen on it."""
    max_rungs: Mapping[str, Rung] = field(default_factory=dict)
    """Highest rung ever seen, by parcel key: evidence never goes down."""
    past_numbers: frozenset[str] = frozenset()
    """Every normalised number that this supplier order ever showed."""
    claimed_by: tuple[str, ...] = ()
    """Names of *other* store orders to which the same supplier order is linked (F13 when not empty)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierView:
    """One configured supplier as seen from the order at hand."""

    name: str
    complete: bool
    """Whether the last read of this supplier, so far as this order goes, was whole."""
    observed_at: datetime | None
    error: str | None = None
    orders: tuple[LinkedOrder, ...] = ()
    empty_reads: int = 0
    """Complete reads, at least a minute apart, that would have shown an order for this store order and did not."""
    unknown_links: tuple[str, ...] = ()
    """Supplier order ids that a link names but the mirror has never seen."""
    doubtful: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Supplier order ids that come with this order's name alone, and whose else they may be: orders of other stores, or of
    stores that were never read (F13)."""
    was_asked: bool = True
    """False: the order is the supplier's, but the last read was not about it, so it is not whole so far as it goes."""

    @property
    def may_have_more(self) -> bool:
        """Whether it may have orders of ours that are not among `orders`: then nothing is absent there."""
        return bool(self.unknown_links or self.doubtful)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentView:
    """A past or pending effect on this order, from the journal. `state`: pending sent done refused unknown verified."""

    id: str
    action: Action
    state: str
    lines: tuple[StepLine, ...]
    tracking: tuple[Tracking, ...]
    created_at: datetime
    sent_at: datetime | None = None
    deadline_at: datetime | None = None
    effect_id: str | None = None
    """Fulfillment that it made or touched."""
    supplier: str | None = None
    supplier_order_id: str | None = None
    notify_customer: bool = False
    observed_after: bool = False
    """Whether an observation of the order newer than the attempt exists."""
    existing: tuple[str, ...] | None = None
    """Fulfillments that the order had right before the attempt; None = not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """How the order looked when the first supplier order for it was seen (D07)."""

    at: datetime
    address_hash: str | None
    quantities: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberUse:
    """Another order, in the store or in a supplier's report, that carries one of this order's numbers (E06)."""

    number: str
    """Normalised."""
    order_id: str
    order: str
    address_hash: str | None
    customer_hash: str | None
    where: str
    """`store`, or the supplier's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """One store order with all that is known about it: the input of `reconcile`."""

    store: str
    order: Order
    observed_at: datetime
    suppliers: tuple[SupplierView, ...] = ()
    intents: tuple[IntentView, ...] = ()
    notified: frozenset[str] = frozenset()
    """Parcel keys about which the customer was told, or may have been told."""
    placement: Placement | None = None
    number_uses: tuple[NumberUse, ...] = ()
    frozen_sources: frozenset[str] = frozenset()
    """Sources whose mass change (F10) or refused credentials (F12) are open."""
    quantity_gap_since: datetime | None = None
    """Since when fewer units than ordered are accounted for (F04, the lag case)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One disagreement.

    `id` is stable over passes: hash(store, order or source, line or parcel, kind). `thing` is the line, parcel, fulfillment
    or source that it is about. `confirmed`: seen by two complete observations at least a minute apart (filled by the journal).
    """

    id: str
    kind: str
    """The catalogue's name: `shipped_not_fulfilled`."""
    severity: str
    order_id: str | None
    order: str | None
    thing: str
    lines: tuple[StepLine, ...]
    evidence: Mapping[str, Any]
    """JSON-ready facts that a person can check; always has `observed_at`."""
    source: str | None = None
    """Supplier or store that it is about."""
    since: datetime | None = None
    """Since when it is so, where the evidence tells (not when we first saw it)."""
    action: str = "report"
    """Action of the step that answers it, or `report`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """Lines or an order that were left alone on purpose. `reason` is a stable word: not_ours, pickup, unpaid, manual, ..."""

    reason: str
    lines: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What `reconcile` found for one order.

    `due_at` is the next moment at which time alone could change this judgement; None = never.
    """

    drifts: tuple[Drift, ...] = ()
    steps: tuple[Step, ...] = ()
    skips: tuple[Skip, ...] = ()
    due_at: datetime | None = None
