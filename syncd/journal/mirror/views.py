"""Everything that is known about some orders, put together with a handful of queries for each few hundred of them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select, tuple_

from syncd.domain.numbers import normalise
from syncd.domain.observation import SupplierRead
from syncd.domain.orders import Order
from syncd.domain.shipments import Rung, SupplierOrder
from syncd.journal.coding import decode
from syncd.journal.intents import IntentRow, of_orders
from syncd.journal.mirror.uses import number_uses
from syncd.journal.notifications import notified_parcels
from syncd.journal.rows import AnyRow, chunks
from syncd.journal.schema import (
    drifts,
    empty_reads,
    order_links,
    orders,
    placements,
    sources,
    supplier_orders,
)
from syncd.reconcile.policy import Policy
from syncd.reconcile.view import IntentView, Link, LinkedOrder, NumberUse, OrderView, Placement, SupplierView

FREEZING = ("adapter_mass_change", "permission_or_token")
"""Drift kinds (F10, F12) that freeze their source while they are open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """How a supplier's last recorded read went."""

    is_complete: bool
    observed_at: datetime
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """One row of the mirror."""

    order: Order
    observed_at: datetime
    quantity_gap_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What one round of queries brought, by order id."""

    orders: Mapping[str, _Kept]
    links: Mapping[str, Sequence[AnyRow]]
    supplier_orders: Mapping[tuple[str, str], LinkedOrder]
    owners: Mapping[tuple[str, str], Sequence[tuple[str, str, str]]]
    empty: Mapping[tuple[str, str], int]
    intents: Mapping[str, Sequence[IntentRow]]
    notified: Mapping[str, frozenset[str]]
    placements: Mapping[str, Placement]
    uses: Mapping[str, tuple[NumberUse, ...]]


def views(
    conn: Connection,
    *,
    store: str,
    order_ids: Iterable[str],
    policy: Policy,
    reads: Mapping[str, SupplierRead],
    observed: Mapping[str, datetime] | None = None,
) -> list[OrderView]:
    """The orders with all that is known about them, in the order of `order_ids`; unknown ids are left out.

    `reads` are this pass's reads by supplier: they say how fresh and how whole the supplier's side is. For a supplier
    without one, its last recorded read counts. `observed` tells when an order was read in this pass, where that was later than
    the mirror's time (unchanged orders are not written).
    """
    frozen = _frozen(conn, store=store)
    kept = _sources(conn, [rules.name for rules in policy.suppliers])
    built: list[OrderView] = []
    for chunk in chunks(dict.fromkeys(order_ids)):
        facts = _facts(conn, store=store, order_ids=chunk, policy=policy, reads=reads)
        for order_id in chunk:
            if order_id in facts.orders:
                at = facts.orders[order_id].observed_at
                at = max(at, (observed or {}).get(order_id, at))
                suppliers = tuple(
                    _supplier_view(rules.name, order_id, facts, read=reads.get(rules.name), kept=kept.get(rules.name))
                    for rules in policy.suppliers
                )
                built.append(_view(store, order_id, facts, suppliers=suppliers, frozen=frozen, observed_at=at))
    return built


def source_states(conn: Connection, *, names: Iterable[str]) -> dict[str, SourceRow]:
    """How the last recorded read of each supplier went; those never read are left out."""
    return _sources(conn, list(names))


def _facts(
    conn: Connection, *, store: str, order_ids: Sequence[str], policy: Policy, reads: Mapping[str, SupplierRead]
) -> _Facts:
    kept = _kept(conn, store=store, order_ids=order_ids)
    names = [rules.name for rules in policy.suppliers]
    links = _by_order(
        conn,
        select(order_links).where(
            order_links.c.store == store, order_links.c.order_id.in_(order_ids), order_links.c.supplier.in_(names)
        ),
    )
    linked = _linked_orders(conn, {_pair(link) for several in links.values() for link in several}, reads=reads)
    return _Facts(
        orders=kept,
        links=links,
        supplier_orders=linked,
        owners=_owners(conn, linked.keys()),
        empty=_empty(conn, store=store, order_ids=order_ids),
        intents=of_orders(conn, store=store, order_ids=order_ids),
        notified=notified_parcels(conn, store=store, order_ids=order_ids),
        placements=_placements(conn, store=store, order_ids=order_ids),
        uses=number_uses(conn, store=store, numbers=_numbers(kept, links, linked)),
    )


def _view(
    store: str,
    order_id: str,
    facts: _Facts,
    *,
    suppliers: tuple[SupplierView, ...],
    frozen: frozenset[str],
    observed_at: datetime,
) -> OrderView:
    row = facts.orders[order_id]
    return OrderView(
        store=store,
        order=row.order,
        observed_at=observed_at,
        suppliers=suppliers,
        intents=tuple(intent_view(intent, observed_at=observed_at) for intent in facts.intents.get(order_id, ())),
        notified=facts.notified.get(order_id, frozenset()),
        placement=facts.placements.get(order_id),
        number_uses=facts.uses.get(order_id, ()),
        frozen_sources=frozen,
        quantity_gap_since=row.quantity_gap_since,
    )


def intent_view(row: IntentRow, *, observed_at: datetime) -> IntentView:
    """An intent as the decisions see it; `observed_at` is when its order was last looked at."""
    return IntentView(
        id=row.id,
        action=row.step.action,
        state=row.state.value,
        lines=row.step.lines,
        tracking=row.step.tracking,
        created_at=row.created_at,
        sent_at=row.sent_at,
        deadline_at=row.deadline_at,
        effect_id=row.effect_id or row.step.target.fulfillment_id,
        supplier=row.step.supplier,
        supplier_order_id=row.step.target.supplier_order_id,
        notify_customer=row.step.notify_customer,
        observed_after=observed_at > row.touched_at,
    )


def _supplier_view(
    name: str, order_id: str, facts: _Facts, *, read: SupplierRead | None, kept: SourceRow | None
) -> SupplierView:
    links: dict[str, list[AnyRow]] = defaultdict(list)
    for link in facts.links.get(order_id, ()):
        if link.supplier == name:
            links[link.supplier_order_id].append(link)
    linked = {id_: facts.supplier_orders[name, id_] for id_ in sorted(links) if (name, id_) in facts.supplier_orders}
    last = read or kept
    return SupplierView(
        name=name,
        complete=_is_whole(read, kept, linked=linked, links=links),
        observed_at=last.observed_at if last else None,
        error=last.error if last else None,
        orders=tuple(
            replace(
                order,
                links=tuple(_link(row) for row in links[id_]),
                claimed_by=_others(facts.owners.get((name, id_), ()), links[id_][0]),
            )
            for id_, order in linked.items()
        ),
        empty_reads=facts.empty.get((order_id, name), 0),
        unknown_links=tuple(id_ for id_ in sorted(links) if id_ not in linked),
    )


def _is_whole(
    read: SupplierRead | None, kept: SourceRow | None, *, linked: Iterable[str], links: Iterable[str]
) -> bool:
    """Whether the last read was whole so far as one order goes.

    A read by id that failed for others is whole for an order all of whose supplier orders were asked for and shown; a listing
    that was cut may hide another supplier order for it.
    """
    if read is None:
        return kept is not None and kept.is_complete
    ids = set(links)
    shown = {order.id for order in read.orders} if ids and not read.complete else set()
    by_id = bool(ids) and not read.lists_everything and ids <= (read.asked & shown) and ids <= set(linked)
    return read.complete or (by_id and read.error is None)


def _kept(conn: Connection, *, store: str, order_ids: Sequence[str]) -> dict[str, _Kept]:
    statement = select(orders.c.order_id, orders.c.document, orders.c.observed_at, orders.c.quantity_gap_since).where(
        orders.c.store == store, orders.c.order_id.in_(order_ids)
    )
    return {
        row.order_id: _Kept(
            order=decode(Order, row.document),
            observed_at=row.observed_at,
            quantity_gap_since=row.quantity_gap_since,
        )
        for row in conn.execute(statement)
    }


def _by_order(conn: Connection, statement: Select[Any]) -> dict[str, list[AnyRow]]:
    found: dict[str, list[AnyRow]] = defaultdict(list)
    for row in conn.execute(statement):
        found[row.order_id].append(row)
    return found


def _pair(link: AnyRow) -> tuple[str, str]:
    return (link.supplier, link.supplier_order_id)


def _linked_orders(
    conn: Connection, pairs: Iterable[tuple[str, str]], *, reads: Mapping[str, SupplierRead]
) -> dict[tuple[str, str], LinkedOrder]:
    """The supplier orders, without their links. One that this pass showed unchanged is as fresh as this pass."""
    shown = {name: frozenset(order.id for order in read.orders) for name, read in reads.items()}
    found: dict[tuple[str, str], LinkedOrder] = {}
    key = tuple_(supplier_orders.c.supplier, supplier_orders.c.id)
    for chunk in chunks(sorted(pairs)):
        for row in conn.execute(select(supplier_orders).where(key.in_(chunk))):
            read = reads.get(row.supplier)
            is_fresh = read is not None and row.id in shown[row.supplier] and read.observed_at > row.observed_at
            found[row.supplier, row.id] = LinkedOrder(
                order=decode(SupplierOrder, row.document),
                observed_at=read.observed_at if read is not None and is_fresh else row.observed_at,
                links=(),
                change_seen_at=row.change_seen_at,
                missing_reads=row.missing_reads,
                first_seen_at=row.first_seen_at,
                label_seen_at=row.label_seen_at,
                max_rungs={key: Rung(rung) for key, rung in json.loads(row.max_rungs).items()},
                past_numbers=frozenset(json.loads(row.past_numbers)),
            )
    return found


def _owners(conn: Connection, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[tuple[str, str, str]]]:
    """(store, order id, name) of every store order that each supplier order is linked to."""
    found: dict[tuple[str, str], list[tuple[str, str, str]]] = defaultdict(list)
    key = tuple_(order_links.c.supplier, order_links.c.supplier_order_id)
    for chunk in chunks(sorted(pairs)):
        statement = (
            select(
                order_links.c.supplier,
                order_links.c.supplier_order_id,
                orders.c.store,
                orders.c.order_id,
                orders.c.name,
            )
            .join(orders, (orders.c.store == order_links.c.store) & (orders.c.order_id == order_links.c.order_id))
            .where(key.in_(chunk))
        )
        for supplier, supplier_order_id, *owner in conn.execute(statement):
            found[supplier, supplier_order_id].append((owner[0], owner[1], owner[2]))
    return found


def _others(owners: Iterable[tuple[str, str, str]], link: AnyRow) -> tuple[str, ...]:
    return tuple(sorted({name for store, order_id, name in owners if (store, order_id) != (link.store, link.order_id)}))


def _link(row: AnyRow) -> Link:
    return Link(origin=row.origin, line_id=row.line_id or None, line_sku=row.line_sku or None)


def _empty(conn: Connection, *, store: str, order_ids: Sequence[str]) -> dict[tuple[str, str], int]:
    statement = select(empty_reads.c.order_id, empty_reads.c.supplier, empty_reads.c.count).where(
        empty_reads.c.store == store, empty_reads.c.order_id.in_(order_ids)
    )
    return {(order_id, supplier): count for order_id, supplier, count in conn.execute(statement)}


def _placements(conn: Connection, *, store: str, order_ids: Sequence[str]) -> dict[str, Placement]:
    statement = select(placements).where(placements.c.store == store, placements.c.order_id.in_(order_ids))
    return {
        row.order_id: Placement(
            at=row.at,
            address_hash=row.address_hash,
            quantities=tuple((line_id, quantity) for line_id, quantity in json.loads(row.quantities)),
        )
        for row in conn.execute(statement)
    }


def _numbers(
    kept: Mapping[str, _Kept],
    links: Mapping[str, Sequence[AnyRow]],
    linked: Mapping[tuple[str, str], LinkedOrder],
) -> dict[str, set[str]]:
    """Every number that an order carries itself, or that its supplier orders show now."""
    found: dict[str, set[str]] = {}
    for order_id, row in kept.items():
        of_order = {_pair(link) for link in links.get(order_id, ())}
        shown = [linked[pair].order for pair in of_order if pair in linked]
        tracking = [tracking for fulfillment in row.order.fulfillments for tracking in fulfillment.tracking]
        tracking += [tracking for order in shown for parcel in order.parcels for tracking in parcel.tracking]
        found[order_id] = {normalise(one.number) for one in tracking} - {""}
    return found


def _sources(conn: Connection, names: Sequence[str]) -> dict[str, SourceRow]:
    statement = select(sources).where(sources.c.name.in_(names))
    return {
        row.name: SourceRow(is_complete=row.is_complete, observed_at=row.observed_at, error=row.error)
        for row in conn.execute(statement)
    }


def _frozen(conn: Connection, *, store: str) -> frozenset[str]:
    statement = select(drifts.c.source).where(
        drifts.c.store == store,
        drifts.c.state != "resolved",
        drifts.c.order_id.is_(None),
        drifts.c.kind.in_(FREEZING),
        drifts.c.source.is_not(None),
    )
    return frozenset(conn.execute(statement).scalars())
