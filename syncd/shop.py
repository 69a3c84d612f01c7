"""One store with everything that a pass over it needs; made by `compose`, handed down, never global."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from syncd.brake import Brake
from syncd.clock import Clock
from syncd.domain.ports import Store, Supplier
from syncd.journal.database import Database
from syncd.reconcile.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How a run may go about its reads and writes.

    A call must end before the fence's lease does. After an unknown outcome nothing is tried again before the call's
    deadline plus `settle_margin` has passed; together at most a minute.
    """

    lease: timedelta = timedelta(seconds=60)
    call_timeout: timedelta = timedelta(seconds=20)
    settle_margin: timedelta = timedelta(seconds=30)
    orders_in_flight: int = 8
    read_due: int = 250
    """How many of the orders that fell due a pass reads by id: five requests to Shopify. Our choice. The others are judged on what
    was seen of them last; what is to be done about them is decided on reads made right before it, as always."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A store, its suppliers, its policy and the journal.

    `mode` is `observe` (nothing is ever written) or `act`. `actor` is who is to be named in the history, `owner` the
    process in the fence.
    """

    name: str
    port: Store
    suppliers: Mapping[str, Supplier]
    policy: Policy
    mode: str
    db: Database
    clock: Clock
    actor: str
    owner: str
    limits: Limits = field(default_factory=Limits)
    sharing: Mapping[str, Collection[str]] | None = None
    """By supplier, every store that it ships for; None = not known, then only what the journal knows of other stores counts."""
    brake: Brake = field(default_factory=Brake)
    """What may stop every write of this process."""
