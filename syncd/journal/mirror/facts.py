"""What the mirror knows of some orders, fetched with a handful of queries for each few hundred of them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, bindparam, select

from syncd.domain.numbers import normalise
from syncd.domain.observation import StoreRead, SupplierRead
from syncd.domain.orders import Order
from syncd.domain.shipments import Rung, SupplierOrder
from syncd.journal.coding import decode
from syncd.journal.intents import IntentRow, of_orders
from syncd.journal.mirror.doubts import Doubt, doubts
from syncd.journal.mirror.orders import UNKNOWN_CONTENT
from syncd.journal.mirror.uses import number_uses
from syncd.journal.notifications import notified_parcels
from syncd.journal.rows import AnyRow, among, chunks
from syncd.journal.schema import empty_reads, order_links, orders, placements, supplier_orders
from syncd.reconcile.view import LinkedOrder, NumberUse, Placement


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """This pass's reads, and the ids of the supplier orders that each one showed."""

    by_supplier: Mapping[str, SupplierRead]
    shown: Mapping[str, frozenset[str]]
    fresh: StoreRead | None = None
    """Orders that were read by id right now: they count, whatever was written down of them or by others since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptOrder:
    """One row of the mirror."""

    order: Order
    observed_at: datetime
    quantity_gap_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What one round of queries brought, by order id."""

    orders: Mapping[str, KeptOrder]
    links: Mapping[str, Sequence[AnyRow]]
    doubts: Mapping[str, Sequence[Doubt]]
    supplier_orders: Mapping[tuple[str, str], LinkedOrder]
    owners: Mapping[tuple[str, str], Sequence[tuple[str, str, str]]]
    empty: Mapping[tuple[str, str], int]
    intents: Mapping[str, Sequence[IntentRow]]
    notified: Mapping[str, frozenset[str]]
    placements: Mapping[str, Placement]
    uses: Mapping[str, tuple[NumberUse, ...]]


def gather(
    conn: Connection, *, store: str, order_ids: Sequence[str], suppliers: Collection[str], reads: Reads
) -> Facts:
    """Everything about these orders (at most `CHUNK`), so far as it concerns these suppliers."""
    kept = _kept(conn, store=store, order_ids=order_ids, fresh=reads.fresh)
    links: dict[str, list[AnyRow]] = defaultdict(list)
    for link in conn.execute(_LINKS(), {"store": store, "ids": order_ids, "suppliers": list(suppliers)}):
        links[link.order_id].append(link)
    linked = _linked_orders(conn, {_pair(link) for several in links.values() for link in several}, reads=reads)
    return Facts(
        orders=kept,
        links=links,
        doubts=doubts(conn, store=store, names={id_: row.order.name for id_, row in kept.items()}, suppliers=suppliers),
        supplier_orders=linked,
        owners=_owners(conn, linked.keys()),
        empty=_empty(conn, store=store, order_ids=order_ids),
        intents=of_orders(conn, store=store, order_ids=order_ids),
        notified=notified_parcels(conn, store=store, order_ids=order_ids),
        placements=_placements(conn, store=store, order_ids=order_ids),
        uses=number_uses(conn, store=store, numbers=_numbers(kept, links, linked)),
    )


_LINKS = cache(
    lambda: select(order_links).where(
        order_links.c.store == bindparam("store"),
        among(order_links.c.order_id, "ids"),
        among(order_links.c.supplier, "suppliers"),
    )
)


def _kept(conn: Connection, *, store: str, order_ids: Sequence[str], fresh: StoreRead | None) -> dict[str, KeptOrder]:
    read = {order.id: order for order in fresh.orders} if fresh else {}
    found: dict[str, KeptOrder] = {}
    for row in conn.execute(_KEPT(), {"store": store, "ids": order_ids}):
        order = decode(Order, row.document)
        if row.content_hash == UNKNOWN_CONTENT:
            order = _in_doubt(order)
        kept = KeptOrder(order=order, observed_at=row.observed_at, quantity_gap_since=row.quantity_gap_since)
        shown = read.get(row.order_id)
        found[row.order_id] = kept if shown is None or fresh is None else _fresher(kept, shown, at=fresh.observed_at)
    return found


_KEPT = cache(
    lambda: select(
        *(orders.c[name] for name in ("order_id", "document", "observed_at", "quantity_gap_since", "content_hash"))
    ).where(orders.c.store == bindparam("store"), among(orders.c.order_id, "ids"))
)


def _fresher(kept: KeptOrder, read: Order, *, at: datetime) -> KeptOrder:
    """What was read at `at`. Should that be older than what is kept, neither is known to be how the order looks now."""
    if read.updated_at >= kept.order.updated_at:
        return replace(kept, order=read, observed_at=at)
    return kept if kept.observed_at > at else replace(kept, order=_in_doubt(kept.order))


def _in_doubt(order: Order) -> Order:
    return replace(order, cut=(*order.cut, "newest_changes"))


def _pair(link: AnyRow) -> tuple[str, str]:
    return (link.supplier, link.supplier_order_id)


def _linked_orders(
    conn: Connection, pairs: Iterable[tuple[str, str]], *, reads: Reads
) -> dict[tuple[str, str], LinkedOrder]:
    """The supplier orders, without their links. One that this pass showed unchanged is as fresh as this pass."""
    found: dict[tuple[str, str], LinkedOrder] = {}
    for supplier, ids in _by_supplier(pairs):
        for row in conn.execute(_LINKED(), {"supplier": supplier, "ids": ids}):
            read = reads.by_supplier.get(row.supplier)
            is_fresh = read is not None and row.id in reads.shown[row.supplier] and read.observed_at > row.observed_at
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


_LINKED = cache(
    lambda: select(supplier_orders).where(
        supplier_orders.c.supplier == bindparam("supplier"), among(supplier_orders.c.id, "ids")
    )
)


def _owners(conn: Connection, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[tuple[str, str, str]]]:
    """(store, order id, name) of every store order that each supplier order is linked to."""
    found: dict[tuple[str, str], list[tuple[str, str, str]]] = defaultdict(list)
    for supplier, ids in _by_supplier(pairs):
        for id_, store, order_id, name in conn.execute(_OWNERS(), {"supplier": supplier, "ids": ids}):
            found[supplier, id_].append((store, order_id, name))
    return found


_OWNERS = cache(
    lambda: (
        select(order_links.c.supplier_order_id, orders.c.store, orders.c.order_id, orders.c.name)
        .join(orders, (orders.c.store == order_links.c.store) & (orders.c.order_id == order_links.c.order_id))
        .where(order_links.c.supplier == bindparam("supplier"), among(order_links.c.supplier_order_id, "ids"))
    )
)


def _by_supplier(pairs: Iterable[tuple[str, str]]) -> Iterable[tuple[str, list[str]]]:
    """The ids of each supplier in chunks: PostgreSQL looks pairs up one by one, ids of one supplier through the index."""
    ids: dict[str, list[str]] = defaultdict(list)
    for supplier, id_ in sorted(pairs):
        ids[supplier].append(id_)
    for supplier, several in ids.items():
        for chunk in chunks(several):
            yield supplier, chunk


def _empty(conn: Connection, *, store: str, order_ids: Sequence[str]) -> dict[tuple[str, str], int]:
    counted = conn.execute(_EMPTY(), {"store": store, "ids": order_ids})
    return {(order_id, supplier): count for order_id, supplier, count in counted}


_EMPTY = cache(
    lambda: select(empty_reads.c.order_id, empty_reads.c.supplier, empty_reads.c.count).where(
        empty_reads.c.store == bindparam("store"), among(empty_reads.c.order_id, "ids")
    )
)


def _placements(conn: Connection, *, store: str, order_ids: Sequence[str]) -> dict[str, Placement]:
    return {
        row.order_id: Placement(
            at=row.at,
            address_hash=row.address_hash,
            quantities=tuple((line_id, quantity) for line_id, quantity in json.loads(row.quantities)),
        )
        for row in conn.execute(_PLACEMENTS(), {"store": store, "ids": order_ids})
    }


_PLACEMENTS = cache(
    lambda: select(placements).where(placements.c.store == bindparam("store"), among(placements.c.order_id, "ids"))
)


def _numbers(
    kept: Mapping[str, KeptOrder],
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
