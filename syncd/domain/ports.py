"""The ports: what a store, supplier, carrier and mailer must and must not do, and how adapters are described.

All may raise the `PortError`s of `syncd.errors`, which say who must act. Ports grow by object, not by keyword.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any, Protocol, runtime_checkable

from syncd.clock import Clock
from syncd.domain.observation import Page, SupplierRead
from syncd.domain.orders import Order
from syncd.domain.shipments import SupplierOrder
from syncd.domain.steps import Effect, Step
from syncd.domain.tracking import Tracking


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of `syncd check`: `state` is ok, warn or fail; `remedy` the next thing to do (empty when ok)."""

    name: str
    state: str
    text: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCapabilities:
    """What a store can do. A read-only store (a file) performs nothing."""

    actions: frozenset[str] = frozenset()
    can_sweep: bool = False
    limits: str = ""
    """Its limits in words, for `syncd check` and `syncd adapters`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The bounds of one write. `deadline_s` is on the clock's monotonic scale; nothing may leave after it."""

    deadline_s: float
    attempt_id: str
    """Identifies this attempt in logs and, where the other side has a place for it, there."""


class Store(Protocol):
    """A shop. Reads are always whole or say what they lack; a write is sent at most once per call."""

    name: str

    def orders_changed(self, since: datetime) -> AsyncIterator[Page[Order]]:
        """Every order that changed, or whose fulfillment orders changed, at or after `since`.

        Must overlap enough for the store's index lag, must not have an upper bound, may repeat orders.
        """
        ...

    def sweep(self) -> AsyncIterator[Page[Order]]:
        """Every order that is open or was touched in the last 60 days, streamed.

        Only nominates: never plan a destructive step from it without `order(id)`.
        """
        ...

    async def order(self, order_id: str) -> Order:
        """One order, read by id (never through the search index). Raises NotFound."""
        ...

    async def orders(self, order_ids: Sequence[str]) -> tuple[Order, ...]:
        """Several orders, read by id, in few requests; those that do not exist are left out."""
        ...

    async def find(self, name: str) -> tuple[Order, ...]:
        """Orders with this name (`#1001` or `1001`); more than one is possible."""
        ...

    async def perform(self, step: Step, call: Call) -> Effect:
        """Send one step. Must never resend after a byte may have left; says UNKNOWN instead.

        `step.target` holds fresh ids. Raises Transient only when certainly nothing was sent.
        """
        ...

    def capabilities(self) -> StoreCapabilities: ...

    async def check(self) -> tuple[Check, ...]:
        """Credentials, scopes, API version, clock and settings that are known to cause trouble."""
        ...

    async def aclose(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What a service sent us unasked: the raw `body`, and the headers by their names in lower case."""

    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a push is about: a hint where to look, and nothing more. It may come late, twice, or in the wrong order.

    `things` are ids of what changed (`orders_of` says whose); none of a topic that is not ours. `is_about_all`: the whole store
    should be looked at. The same `event_id` and topic again is the same event; empty = nobody can tell.
    """

    topic: str
    event_id: str
    things: tuple[str, ...] = ()
    is_about_all: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What is with one topic: kept, created, repaired, or refused, then with why."""

    topic: str
    state: str
    text: str = ""


@runtime_checkable
class Listener(Protocol):
    """A store that tells us of changes by itself."""

    def hear(self, push: Push) -> Heard:
        """What the push is about. Raises AuthRejected when it is not signed, InvalidResponse when it makes no sense."""
        ...

    async def orders_of(self, things: Sequence[str]) -> tuple[str, ...]:
        """Ids of the orders that these things belong to; what does not exist any more is left out."""
        ...

    async def subscribe(self, url: str, *, dry_run: bool) -> tuple[Subscription, ...]:
        """Let the store send its changes to `url`, and put right what is missing; with `dry_run` only look."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A store order about which a supplier is asked. `supplier_order_ids` are those known so far."""

    order_id: str
    order_name: str
    supplier_order_ids: tuple[str, ...] = ()
    known: tuple[SupplierOrder, ...] = ()
    """Those of them that were seen before, as they looked last: where a listing agrees with one, its details need not be
    asked for again. Empty when they are to be read anew whatever was known."""
    units: int | None = None
    """How many units of it the store wants from this supplier. Where his known orders hold fewer, there may be further ones.
    None = not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierQuery:
    """Which orders to look at. `wanted` None = everything that the supplier can list."""

    wanted: tuple[Wanted, ...] | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierCapabilities:
    """What a supplier can do."""

    can_list: bool = True
    lists_everything: bool = False
    can_cancel: bool = False
    confirms_cancel: bool = False
    parcels_have_lines: bool = False
    asks_order_by_order: bool = False
    """Whether parts of an order cost a request each: `Wanted.known` saves many of them."""
    requests_per_second: float | None = None
    limits: str = ""


class Supplier(Protocol):
    """Somebody who ships goods for the store's orders."""

    name: str

    async def orders(self, query: SupplierQuery) -> SupplierRead:
        """What the supplier shows for the query.

        Must mark a cut-off or failed read as not complete; bad rows become `problems` and the good ones count.
        Raises PortError only when nothing at all could be read.
        """
        ...

    async def order(self, ref: str) -> SupplierOrder:
        """One supplier order by the supplier's id, read afresh. Raises NotFound."""
        ...

    async def cancel(self, ref: str, call: Call) -> Effect:
        """Cancel one order where the supplier can; REFUSED with code `unsupported` where it cannot."""
        ...

    def capabilities(self) -> SupplierCapabilities: ...

    async def check(self) -> tuple[Check, ...]: ...

    async def aclose(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What a carrier says about one number."""

    tracking: Tracking
    rung_word: str
    at: datetime | None = None


class Carrier(Protocol):
    """Somebody who can say where a parcel is."""

    async def track(self, numbers: Sequence[Tracking]) -> tuple[Sighting, ...]: ...


class Credentials(Protocol):
    """Where tokens that rotate are kept: encrypted, in the journal, shared by all processes."""

    async def get(self, name: str) -> Mapping[str, str] | None: ...

    async def renew(
        self, name: str, stale: Mapping[str, str] | None, fetch: Callable[[Mapping[str, str] | None], Any]
    ) -> Mapping[str, str]:
        """The value under `name` after renewal, single flight across processes.

        When the kept value differs from `stale`, somebody else renewed it: that one is returned. Otherwise `fetch` (an
        async function that is given the kept value) is called once and its result kept before it is returned.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterPorts:
    """What an adapter is given: never a global."""

    clock: Clock
    rng: Random
    http: Any
    """A `syncd.http.Http`: makes clients with retry, budget, redaction and deadlines."""
    credentials: Credentials
    secret: Callable[[str], str]
    """Resolves a secret reference (`env:NAME`, ...) at the last moment; what it returns is redacted everywhere."""
    base_dir: Path = field(default_factory=Path)
    hash_key: bytes = b""
    """Key for hashing addresses."""
    link_metafields: tuple[str, ...] = ()
    """For a store: metafields (`namespace.key`) of its orders that name supplier orders, to be read along."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """How an adapter describes itself: module attribute `ADAPTER`.

    `kind` is store, supplier, carrier or sandbox; `settings` a pydantic model for its stanza (secrets stay references);
    `build(name, settings, ports)` returns the port.
    """

    name: str
    kind: str
    settings: type[Any]
    build: Callable[[str, Any, AdapterPorts], Any]
    summary: str = ""
