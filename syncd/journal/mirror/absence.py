"""What complete reads did not show. Absence is counted, never concluded, and only between reads at least a minute apart."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, update

from syncd.domain.observation import SupplierRead
from syncd.journal.mirror.linking import OrderKey
from syncd.journal.rows import AnyRow, among, chunks, once, upsert
from syncd.journal.schema import empty_reads, order_links, orders, supplier_orders
from syncd.reconcile.view import APART

COUNTED_TO = 3
"""Rules ask for two; counting for ever would write a row per pass for an order that is simply gone."""


def count_missing(conn: Connection, *, read: SupplierRead) -> set[str]:
    """Count one more miss for every order that a complete read should have shown and did not; returns their ids.

    Only orders that were neither dead nor delivered: nobody asks where those went.
    """
    if not read.complete:
        return set()
    shown = {order.id for order in read.orders}
    missing: set[str] = set()
    for rows in _expected(conn, read=read, shown=shown):
        new = [
            {
                "of": read.supplier,
                "key": row.id,
                "count": row.missing_reads + 1,
                "at": read.observed_at,
                "died": row.died_at or read.observed_at,
            }
            for row in rows
            if row.id not in shown and _counts(row.missing_reads, row.missed_at, at=read.observed_at)
        ]
        if new:
            conn.execute(_COUNT_MISSING(), new)
        missing.update(row["key"] for row in new)
    return missing


_COUNT_MISSING = once(
    lambda: (
        update(supplier_orders)
        .where(supplier_orders.c.supplier == bindparam("of"), supplier_orders.c.id == bindparam("key"))
        .values(missing_reads=bindparam("count"), missed_at=bindparam("at"), died_at=bindparam("died"))
    )
)


def count_empty_reads(conn: Connection, *, read: SupplierRead, store: str, order_ids: Iterable[str]) -> set[OrderKey]:
    """Count one more empty read for every one of these orders that has no order at this supplier; returns those."""
    counted: set[OrderKey] = set()
    for ids in chunks(order_ids):
        unseen = _without_supplier_order(conn, supplier=read.supplier, store=store, order_ids=ids)
        kept = _empty_counts(conn, supplier=read.supplier, store=store, order_ids=unseen)
        rows = [
            {
                "store": store,
                "order_id": id_,
                "supplier": read.supplier,
                "count": count + 1,
                "counted_at": read.observed_at,
            }
            for id_ in sorted(unseen)
            for count, at in [kept.get(id_, (0, None))]
            if _counts(count, at, at=read.observed_at)
        ]
        upsert(conn, empty_reads, rows)
        counted.update(OrderKey(store, str(row["order_id"])) for row in rows)
    return counted


def named_in_vain(conn: Connection, *, read: SupplierRead, store: str) -> set[str]:
    """Orders of the store with a link to a supplier order that this read asked for by id and did not show."""
    found: set[str] = set()
    for ids in chunks(sorted(read.asked - {order.id for order in read.orders})):
        found.update(conn.execute(_LINKED_TO(), {"supplier": read.supplier, "ids": ids, "store": store}).scalars())
    return found


_LINKED_TO = once(
    lambda: select(order_links.c.order_id).where(
        order_links.c.supplier == bindparam("supplier"),
        among(order_links.c.supplier_order_id, "ids"),
        order_links.c.store == bindparam("store"),
    )
)


def _without_supplier_order(conn: Connection, *, supplier: str, store: str, order_ids: Collection[str]) -> set[str]:
    """Those mirrored orders that no supplier order which was ever seen belongs to."""
    these = {"store": store, "ids": order_ids}
    with_one = set(conn.execute(_WITH_SUPPLIER_ORDER(), {**these, "supplier": supplier}).scalars())
    if with_one.issuperset(order_ids):
        return set()
    return set(conn.execute(_MIRRORED(), these).scalars()) - with_one


_MIRRORED = once(
    lambda: select(orders.c.order_id).where(orders.c.store == bindparam("store"), among(orders.c.order_id, "ids"))
)
_WITH_SUPPLIER_ORDER = once(
    lambda: (
        select(order_links.c.order_id)
        .join(
            supplier_orders,
            (supplier_orders.c.supplier == order_links.c.supplier)
            & (supplier_orders.c.id == order_links.c.supplier_order_id),
        )
        .where(
            order_links.c.store == bindparam("store"),
            among(order_links.c.order_id, "ids"),
            order_links.c.supplier == bindparam("supplier"),
        )
    )
)


def forget_empty_reads(conn: Connection, *, supplier: str, linked: Iterable[OrderKey]) -> None:
    """An order with a supplier order has no empty reads (any more)."""
    for chunk in chunks(sorted(linked)):
        by_store: dict[str, list[str]] = {}
        for order in chunk:
            by_store.setdefault(order.store, []).append(order.order_id)
        for store, ids in by_store.items():
            kept = _empty_counts(conn, supplier=supplier, store=store, order_ids=ids)
            if kept:
                conn.execute(_FORGET(), {"supplier": supplier, "store": store, "ids": list(kept)})


_OF_ORDERS = once(
    lambda: (
        empty_reads.c.store == bindparam("store"),
        among(empty_reads.c.order_id, "ids"),
        empty_reads.c.supplier == bindparam("supplier"),
    )
)
_FORGET = once(lambda: delete(empty_reads).where(*_OF_ORDERS()))


def _expected(conn: Connection, *, read: SupplierRead, shown: Collection[str]) -> Iterable[list[AnyRow]]:
    """The live orders, in chunks, that this read would have shown if they existed."""
    if read.lists_everything:
        yield from chunks(conn.execute(_LIVE(), {"supplier": read.supplier}).all())
        return
    for ids in chunks(sorted(read.asked - set(shown))):
        yield list(conn.execute(_LIVE_AMONG(), {"supplier": read.supplier, "ids": ids}).all())


_LIVE = once(
    lambda: select(
        supplier_orders.c.id, supplier_orders.c.missing_reads, supplier_orders.c.missed_at, supplier_orders.c.died_at
    ).where(supplier_orders.c.supplier == bindparam("supplier"), supplier_orders.c.is_live)
)
_LIVE_AMONG = once(lambda: _LIVE().where(among(supplier_orders.c.id, "ids")))


def _counts(count: int, last: datetime | None, *, at: datetime) -> bool:
    return count < COUNTED_TO and (last is None or at - last >= APART)


def _empty_counts(
    conn: Connection, *, supplier: str, store: str, order_ids: Collection[str]
) -> Mapping[str, tuple[int, datetime]]:
    if not order_ids:
        return {}
    kept = conn.execute(_COUNTED(), {"supplier": supplier, "store": store, "ids": sorted(order_ids)})
    return {order_id: (count, at) for order_id, count, at in kept}


_COUNTED = once(
    lambda: select(empty_reads.c.order_id, empty_reads.c.count, empty_reads.c.counted_at).where(*_OF_ORDERS())
)
