"""Asks the store and the suppliers what they show, and keeps it in the mirror. A failed source is a value.

This is one of the two places (with `apply`) where any error of a source is caught: one bad source must not stop the
pass over the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from syncd.domain.observation import Page, Problem, StoreRead, SupplierRead
from syncd.domain.orders import Order
from syncd.domain.ports import Supplier, SupplierQuery
from syncd.errors import AuthRejected, InvalidResponse, NotFound, PortError, SyncdError, Transient
from syncd.journal import cursors, drifts, mirror
from syncd.reconcile.sources import SourceChange, SourceLook, source_drifts
from syncd.secrets import redact
from syncd.shop import Shop

log = structlog.get_logger()

INDEX_LAG = timedelta(seconds=60)
"""How far behind the present the watermark stays: the store's search index lags by an undocumented time.
A minute: our choice; the adapter's own overlap comes on top."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """How one look at one source went. `error` None = it answered; `complete` = and answered whole."""

    name: str
    kind: str
    complete: bool
    observed_at: datetime
    seen: int = 0
    error: PortError | None = None
    problems: tuple[Problem, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Orders that the store has and that cannot be understood, by id, with why."""
    is_part: bool = False
    """Only some orders were asked for: what the source shows elsewhere is not known from this look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What one pass saw: which orders changed on any side, and how far each source can be believed."""

    sources: tuple[Source, ...]
    touched: frozenset[str]
    reads: Mapping[str, SupplierRead] = field(default_factory=dict)
    changes: tuple[SourceChange, ...] = ()
    read_at: Mapping[str, datetime] = field(default_factory=dict)
    """When the store showed each unchanged order in this look; the mirror does not write down that nothing changed."""
    fresh: StoreRead | None = None
    """The orders themselves, where they were read by id: a step that is about to be sent rests on nothing else."""

    def source(self, name: str) -> Source | None:
        """The look at the source of this name, if it was looked at."""
        return next((source for source in self.sources if source.name == name), None)

    def without(self, name: str, error: PortError) -> Observed:
        """The same look, in the course of which the source of this name gave no more answers."""
        sources = tuple(
            replace(source, complete=False, error=error) if source.name == name else source for source in self.sources
        )
        return replace(self, sources=sources)


async def observe(shop: Shop) -> Observed:
    """Look at the store for what changed, then at every supplier for every mirrored open order."""
    await _announce(shop)
    due = await _due(shop)
    is_first = await shop.db.run(cursors.get, store=shop.name, name=cursors.WATERMARK) is None
    store, changed, read_at = await _observe_store(shop)
    if store.error is None:
        store = await _observe_due(shop, store, set(due) - changed - read_at.keys(), changed=changed, read_at=read_at)
        store = await _observe_left_out(shop, store, changed=changed, read_at=read_at)
    # What changed is judged once more on both sides, also where it ended its being watched (delivered, cancelled); all
    # that a first sweep shows is too much to ask about.
    also = frozenset(due) if is_first else frozenset(due) | changed
    looks = await asyncio.gather(*(_observe_supplier(shop, name, also=also) for name in sorted(shop.suppliers)))
    for look in looks:
        changed |= look.affected
    return Observed(
        sources=(store, *(look.source for look in looks)),
        touched=frozenset(changed),
        reads={look.read.supplier: look.read for look in looks},
        changes=tuple(look.change for look in looks if look.change),
        read_at=read_at,
    )


async def _due(shop: Shop) -> Collection[str]:
    """The orders to be read by id because time alone brought them up, longest overdue first; told when they are not all."""
    due = await shop.db.run(mirror.due, store=shop.name, now=shop.clock.now())
    most = shop.limits.read_due
    if len(due) > most:
        log.info("orders.due", store=shop.name, due=len(due), read_by_id=most)
    return due[:most]


async def observe_orders(
    shop: Shop, order_ids: Collection[str], *, suppliers: Collection[str] | None = None
) -> Observed:
    """Look at these orders alone, by id, and at what `suppliers` (None = all) show for them.

    Raises what the store raises; a supplier that fails is a value.
    """
    now = shop.clock.now()
    if not order_ids:
        return Observed(sources=(), touched=frozenset())
    await _announce(shop)
    orders = await shop.port.orders(sorted(order_ids))
    kept = await shop.db.run(mirror.keep_orders, store=shop.name, orders=orders, now=now)
    ids = frozenset(order.id for order in orders)
    names = sorted(shop.suppliers if suppliers is None else suppliers)
    looks = await asyncio.gather(*(_observe_supplier(shop, name, only=ids) for name in names))
    left_out = {id_: text for id_, text in (await _left_out(shop)).items() if id_ not in ids}
    store = Source(
        name=shop.name,
        kind="store",
        complete=True,
        observed_at=now,
        seen=len(orders),
        left_out=left_out,
        is_part=True,
    )
    return Observed(
        sources=(store, *(look.source for look in looks)),
        touched=ids,
        reads={look.read.supplier: look.read for look in looks},
        changes=tuple(look.change for look in looks if look.change),
        read_at=dict.fromkeys(kept.same, now),
        fresh=StoreRead(
            store=shop.name, observed_at=now, complete=all(order.is_complete for order in orders), orders=tuple(orders)
        ),
    )


async def _announce(shop: Shop) -> None:
    """Who ships for the store is known before anything is read, so that stated links count from the first look on."""
    await shop.db.run(mirror.serves, store=shop.name, policy=shop.policy, now=shop.clock.now(), sharing=shop.sharing)


async def _observe_store(shop: Shop) -> tuple[Source, set[str], dict[str, datetime]]:
    started = shop.clock.now()
    since = await shop.db.run(cursors.get, store=shop.name, name=cursors.WATERMARK)
    changed: set[str] = set()
    read_at: dict[str, datetime] = {}
    seen, complete = 0, True
    problems: list[Problem] = []
    behind = timedelta(0)
    try:
        async for page in shop.port.orders_changed(since) if since else shop.port.sweep():
            news = await _keep(shop, page)
            changed |= news.changed
            # What is news was written down with its time; for the rest only this look knows that it was seen again.
            read_at.update((order.id, started) for order in page.items if order.id in news.same)
            seen += len(page.items)
            complete = complete and page.complete
            problems.extend(page.problems)
            if page.ahead is not None:
                behind = max(behind, -page.ahead)
    except Exception as error:  # noqa: BLE001 (the source boundary: a broken adapter is a failed source)
        return _failed(shop.name, "store", _told(shop.name, error), started), changed, read_at
    if complete:
        # The store stamps changes by its own clock. One that is ahead only makes us read some of them twice.
        until = started - behind - INDEX_LAG
        await _keep_left_out(shop, problems)
        await shop.db.run(mirror.store_was_read, store=shop.name, until=until, now=shop.clock.now())
    source = Source(
        name=shop.name,
        kind="store",
        complete=complete,
        observed_at=started,
        seen=seen,
        problems=tuple(problems),
    )
    return source, changed, read_at


async def _keep(shop: Shop, page: Page[Order]) -> mirror.Recorded:
    return await shop.db.run(mirror.keep_orders, store=shop.name, orders=page.items, now=shop.clock.now())


async def _observe_due(
    shop: Shop, store: Source, due: Collection[str], *, changed: set[str], read_at: dict[str, datetime]
) -> Source:
    """Read by id the orders that time alone brought up: the search index may have kept a change of theirs from us."""
    if not due:
        return store
    started = shop.clock.now()
    try:
        orders = await shop.port.orders(sorted(due))
    except Exception as error:  # noqa: BLE001 (the source boundary, as above)
        return replace(store, complete=False, error=_told(shop.name, error))
    kept = await shop.db.run(mirror.keep_orders, store=shop.name, orders=orders, now=started)
    changed |= kept.changed
    read_at.update(dict.fromkeys(kept.same, started))
    return store


async def _observe_left_out(shop: Shop, store: Source, *, changed: set[str], read_at: dict[str, datetime]) -> Source:
    """Read what could not be understood again, each by itself, until it reads well or is gone: no search names it again."""
    left_out = {problem.order_id: problem.text for problem in store.problems if problem.order_id}
    kept = {id_: text for id_, text in (await _left_out(shop)).items() if id_ not in {*left_out, *changed, *read_at}}
    for number, (order_id, text) in enumerate(sorted(kept.items())):
        if number >= shop.limits.read_due:
            left_out[order_id] = text
            continue
        try:
            order = await shop.port.order(order_id)
        except NotFound:
            continue
        except Exception as error:  # noqa: BLE001 (the source boundary, as above)
            left_out[order_id] = _told(shop.name, error).text if isinstance(error, InvalidResponse) else text
            continue
        await shop.db.run(mirror.keep_orders, store=shop.name, orders=[order], now=shop.clock.now())
        changed.add(order_id)
    return replace(store, left_out=left_out)


async def _keep_left_out(shop: Shop, problems: Iterable[Problem]) -> None:
    """Tell what could not be understood before the search goes on from here: after a crash nothing else would name it."""
    now = shop.clock.now()
    left_out = {problem.order_id: problem.text for problem in problems if problem.order_id}
    look = SourceLook(source=shop.name, complete=True, observed_at=now, left_out=left_out)
    found = source_drifts(store=shop.name, states=[look], now=now)
    if found:
        await shop.db.run(
            drifts.record,
            store=shop.name,
            judged=(),
            drifts=found,
            now=now,
            run_id=f"{shop.name}-look",
            complete_sources=(),
        )


async def _left_out(shop: Shop) -> dict[str, str]:
    """The orders that earlier looks could not understand."""
    open_ones = await shop.db.run(drifts.open_drifts, store=shop.name, kind="observation_incomplete")
    found = (one.drift for one in open_ones if one.drift.source == shop.name and one.drift.order_id is None)
    return {drift.thing: str(drift.evidence["error"]) for drift in found if drift.thing != shop.name}


def _told(name: str, error: Exception) -> PortError:
    """Why a source failed, as a value. Raises again what is no failure of a source."""
    if isinstance(error, PortError):
        log.warning("source.unreachable", source=name, error=str(error))
        return error
    if isinstance(error, SyncdError):
        raise error
    log.error("source.broken", source=name, exc_info=error)
    return Transient(redact(f"{name}: {type(error).__name__}: {error}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _SupplierLook:
    source: Source
    read: SupplierRead
    affected: frozenset[str]
    change: SourceChange | None


async def _observe_supplier(
    shop: Shop, name: str, *, only: frozenset[str] | None = None, also: frozenset[str] = frozenset()
) -> _SupplierLook:
    """Ask about every open order and those of `also`; or about `only` these, whether they are still watched or not."""
    supplier = shop.suppliers[name]
    # What a step is about to rest on is read anew, whatever is known of it.
    with_known = only is None and supplier.capabilities().asks_order_by_order
    wanted = await shop.db.run(
        mirror.wanted,
        store=shop.name,
        supplier=name,
        policy=shop.policy,
        with_known=with_known,
        only=only,
        also=also,
    )
    read, error = await _ask(shop, supplier, SupplierQuery(wanted=wanted))
    read = replace(read, about=frozenset(one.order_id for one in wanted))
    source = Source(
        name=name,
        kind="supplier",
        complete=read.complete,
        observed_at=read.observed_at,
        seen=len(read.orders),
        error=error,
        problems=(*read.problems, *_doubts(read)),
    )
    if error is not None:
        return _SupplierLook(source=source, read=read, affected=frozenset(), change=None)
    delta = await shop.db.run(
        mirror.record_supplier_read,
        read=read,
        store=shop.name,
        policy=shop.policy,
        now=shop.clock.now(),
        is_part=only is not None,
    )
    change = SourceChange(
        source=name, open_before=delta.open_before, became_dead=delta.became_dead, first_pass=delta.first_pass
    )
    affected = frozenset(order_id for store, order_id in delta.affected if store == shop.name)
    return _SupplierLook(source=source, read=read, affected=affected, change=change)


def _doubts(read: SupplierRead) -> Iterator[Problem]:
    """What single orders said that could not be understood: unknown status words, words for no number, ..."""
    return (Problem(place=f"order {order.id}", text=text) for order in read.orders for text in order.problems)


async def _ask(shop: Shop, supplier: Supplier, query: SupplierQuery) -> tuple[SupplierRead, PortError | None]:
    started = shop.clock.now()
    try:
        return await supplier.orders(query), None
    except PortError as error:
        caught: PortError = error
    except Exception as error:  # the source boundary: a broken adapter must not stop the others
        log.exception("source.broken", source=supplier.name)
        caught = Transient(redact(f"{supplier.name}: {type(error).__name__}: {error}"))
    log.warning("source.unreachable", source=supplier.name, error=str(caught))
    empty = SupplierRead(supplier=supplier.name, observed_at=started, complete=False, error=str(caught))
    return empty, caught


def _failed(name: str, kind: str, error: PortError, at: datetime) -> Source:
    return Source(name=name, kind=kind, complete=False, observed_at=at, error=error)


def needs_credentials(source: Source) -> bool:
    """Whether the source refused our credentials rather than the question."""
    return isinstance(source.error, AuthRejected)
