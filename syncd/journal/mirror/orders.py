"""The mirror's store side: orders as last read, which of them are open, and which fall due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from syncd.domain.numbers import normalise
from syncd.domain.orders import FulfillmentOrder, FulfillmentOrderStatus, Order
from syncd.journal import cursors
from syncd.journal.coding import canonical, digest, order_text
from syncd.journal.mirror.keys import name_key, tail
from syncd.journal.mirror.linking import OrderKey, relink_orders
from syncd.journal.mirror.parts import PARTS, write_parts
from syncd.journal.rows import AnyRow, among, chunks, once, upsert
from syncd.journal.schema import (
    empty_reads,
    intents,
    order_links,
    order_numbers,
    orders,
    placements,
    supplier_numbers,
    supplier_stores,
)
from syncd.reconcile.units import count

WATCHED_FOR = timedelta(days=60)
"""How long an order without open work is still watched after it was last touched."""

_OVER = frozenset({FulfillmentOrderStatus.CLOSED, FulfillmentOrderStatus.CANCELLED})


UNKNOWN_CONTENT = ""
"""The hash of an order whose newest read was not whole: what is kept of it is older, and may not be how it looks now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What became of the orders of one read, by id. In neither set: not kept, because cut or older than what is kept."""

    changed: frozenset[str]
    same: frozenset[str]
    """Those that look just as they are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many orders of a store the mirror holds."""

    orders: int
    open: int
    incomplete: int


def record_orders(conn: Connection, *, store: str, orders: Iterable[Order], now: datetime) -> frozenset[str]:
    """Keep `orders` as what the store shows at `now`; returns the ids of those whose content is new or changed.

    - What is new or changed is due from then on, until `set_due` says that it was judged: a pass that ends between reading and
      judging loses nothing.
    - An order whose content is the kept one costs no write, except that its time of observation moves when an attempt on it
      waits for a newer look.
    - A read that was cut never replaces a whole one, but from then on the kept one counts as cut, too, and is due: it is not
      known any more to be how the order looks. A read older than the kept one (`updated_at`) changes nothing.
    - *Open* is an order with units still to be fulfilled, however old; or one touched within 60 days (`WATCHED_FOR`) that is
      not through, that is: cancelled, or fulfilled with a parcel not yet delivered. Everything else is kept but not watched: no
      supplier is asked about it. Which orders have run out of their 60 days is an indexed question that usually finds none.
    """
    return keep_orders(conn, store=store, orders=orders, now=now).changed


def keep_orders(conn: Connection, *, store: str, orders: Iterable[Order], now: datetime) -> Recorded:
    """The same; tells also which orders look as they did."""
    _close_expired(conn, store=store, now=now)
    changed: set[str] = set()
    same: set[str] = set()
    for chunk in chunks(orders):
        news, known = _record(conn, store=store, read={order.id: order for order in chunk}, now=now)
        changed |= news
        same |= known
    return Recorded(changed=frozenset(changed), same=frozenset(same))


def due(conn: Connection, *, store: str, now: datetime) -> list[str]:
    """Ids of the orders whose judgement time alone could have changed by now, longest overdue first."""
    return list(conn.execute(_DUE(), {"store": store, "now": now}).scalars())


_DUE = once(
    lambda: (
        select(orders.c.order_id)
        .where(orders.c.store == bindparam("store"), orders.c.due_at <= bindparam("now"))
        .order_by(orders.c.due_at, orders.c.order_id)
    )
)


def due_under(conn: Connection, *, store: str, policy: str, now: datetime) -> list[str]:
    """The same; every open order where the store was judged under another policy (its hash) before, or under none.

    That it is judged under this one now is noted in the same transaction in which its orders become due.
    """
    if cursors.judged_by(conn, store=store, policy=policy, at=now):
        make_all_due(conn, store=store, now=now)
    return due(conn, store=store, now=now)


def make_all_due(conn: Connection, *, store: str, now: datetime) -> None:
    """Note that every open order must be judged again: what was decided rested on something that changed for all."""
    conn.execute(update(orders).where(orders.c.store == store, orders.c.is_open).values(due_at=now))


def make_due(conn: Connection, affected: Iterable[OrderKey], *, now: datetime) -> None:
    """Note that these orders must be judged again: something that they rest on has changed."""
    by_store: dict[str, dict[str, datetime | None]] = defaultdict(dict)
    for key in sorted(affected):
        by_store[key.store][key.order_id] = now
    for store, due in by_store.items():
        set_due(conn, store=store, due=due)


def set_due(
    conn: Connection,
    *,
    store: str,
    due: Mapping[str, datetime | None],
    judged_at: Mapping[str, datetime] | None = None,
    now: datetime | None = None,
) -> None:
    """Note when each order must be judged again though nothing changes; None = never.

    One that became due between the moment of `judged_at` and `now` stays due: somebody else saw a change since it was judged.
    """
    for chunk in chunks(due.items()):
        these = {"store": store, "ids": [order_id for order_id, _ in chunk]}
        kept = dict(conn.execute(_DUE_AT(), these).all())
        changed = [
            {"of": store, "key": order_id, "value": at}
            for order_id, at in chunk
            if order_id in kept
            and kept[order_id] != at
            and not _is_news(kept[order_id], since=(judged_at or {}).get(order_id), now=now)
        ]
        if changed:
            conn.execute(_SET_DUE(), changed)


_THESE = once(lambda: (orders.c.store == bindparam("store"), among(orders.c.order_id, "ids")))
_DUE_AT = once(lambda: select(orders.c.order_id, orders.c.due_at).where(*_THESE()))
_SET_DUE = once(
    lambda: (
        update(orders)
        .where(orders.c.store == bindparam("of"), orders.c.order_id == bindparam("key"))
        .values(due_at=bindparam("value"))
    )
)


def _is_news(due_at: datetime | None, *, since: datetime | None, now: datetime | None) -> bool:
    return due_at is not None and since is not None and now is not None and since < due_at <= now


def find(conn: Connection, *, store: str, text: str) -> list[tuple[str, str]]:
    """Orders (id, name) that `text` may mean: a name, an id, a supplier's order id, or a tracking number."""
    text = text.strip()
    number = normalise(text)
    of_store = orders.c.store == store
    linked = select(order_links.c.order_id).where(order_links.c.store == store, order_links.c.supplier_order_id == text)
    shown = select(order_numbers.c.order_id).where(order_numbers.c.store == store, order_numbers.c.number == number)
    shipped = (
        select(order_links.c.order_id)
        .join(
            supplier_numbers,
            (supplier_numbers.c.supplier == order_links.c.supplier)
            & (supplier_numbers.c.supplier_order_id == order_links.c.supplier_order_id),
        )
        .where(order_links.c.store == store, supplier_numbers.c.number == number)
    )
    meanings = (
        orders.c.name_key == name_key(text),
        orders.c.number == tail(text),
        orders.c.order_id.in_(linked),
        orders.c.order_id.in_(shown.union(shipped)) if number else None,
    )
    for meaning in meanings:
        if meaning is None:
            continue
        rows = conn.execute(select(orders.c.order_id, orders.c.name).where(of_store, meaning).order_by(orders.c.name))
        if found := [(row.order_id, row.name) for row in rows]:
            return found
    return []


def counts(conn: Connection, *, store: str) -> Counts:
    """How many orders of the store are kept, open, and were never read whole."""
    row = conn.execute(
        select(
            func.count().label("orders"),
            func.count().filter(orders.c.is_open).label("open"),
            func.count().filter(orders.c.is_complete.is_(False)).label("incomplete"),
        ).where(orders.c.store == store)
    ).one()
    return Counts(orders=row.orders, open=row.open, incomplete=row.incomplete)


def forget(conn: Connection, *, store: str) -> None:
    """Throw the store's mirror away, and the watermarks with it: the next pass reads everything anew.

    Intents, notifications, history, drift episodes and links that people made stay.
    """
    for table in (*PARTS, order_links, placements, empty_reads, supplier_stores, orders):
        conn.execute(delete(table).where(table.c.store == store))
    cursors.clear(conn, store=store)


def _close_expired(conn: Connection, *, store: str, now: datetime) -> None:
    if conn.execute(_ONE_EXPIRED(), {"of": store, "now": now}).first():
        conn.execute(update(orders).where(*_EXPIRED()).values(is_open=False), {"of": store, "now": now})


_EXPIRED = once(lambda: (orders.c.store == bindparam("of"), orders.c.open_until <= bindparam("now"), orders.c.is_open))
_ONE_EXPIRED = once(lambda: select(orders.c.order_id).where(*_EXPIRED()).limit(1))


def _record(conn: Connection, *, store: str, read: Mapping[str, Order], now: datetime) -> tuple[set[str], set[str]]:
    """Ids of the orders that changed, and of those that are just as they were."""
    kept = _kept(conn, store=store, order_ids=read.keys())
    rows: list[dict[str, Any]] = []
    seen_again: list[str] = []
    doubtful: list[str] = []
    for order in read.values():
        text = order_text(order)
        content_hash = digest(text)
        old = kept.get(order.id)
        if old is not None and old.content_hash == content_hash:
            seen_again.append(order.id)
        elif old is None or _replaces(order, old):
            gap_since = _gap_since(order, old=old, now=now)
            rows.append(_row(store, order, text=text, content_hash=content_hash, gap_since=gap_since, now=now))
        elif order.updated_at >= old.updated_at:  # not kept because it was cut
            doubtful.append(order.id)
    _doubt(conn, store=store, order_ids=doubtful, now=now)
    _move_observation(conn, store=store, order_ids=seen_again, kept=kept, now=now)
    changed = [read[row["order_id"]] for row in rows]
    if rows:
        # In one order by everybody, so that two passes cannot wait for each other.
        upsert(conn, orders, sorted(rows, key=_order_id))
        write_parts(conn, store=store, changed=changed)
        relink_orders(conn, store=store, order_ids={order.id for order in changed}, now=now)
    return {order.id for order in changed}, set(seen_again)


def _doubt(conn: Connection, *, store: str, order_ids: Collection[str], now: datetime) -> None:
    """Note of orders kept whole that the store showed anew, but not whole: how they look now is not known."""
    if order_ids:
        conn.execute(
            update(orders)
            .where(orders.c.store == store, orders.c.order_id.in_(order_ids))
            .values(content_hash=UNKNOWN_CONTENT, due_at=now)
        )


def _order_id(row: Mapping[str, Any]) -> str:
    return str(row["order_id"])


def _kept(conn: Connection, *, store: str, order_ids: Collection[str]) -> dict[str, AnyRow]:
    return {row.order_id: row for row in conn.execute(_KEPT(), {"store": store, "ids": list(order_ids)})}


_KEPT = once(
    lambda: select(
        orders.c.order_id,
        orders.c.content_hash,
        orders.c.updated_at,
        orders.c.observed_at,
        orders.c.is_complete,
        orders.c.quantity_gap_since,
    ).where(*_THESE())
)


def _replaces(order: Order, old: AnyRow) -> bool:
    if order.updated_at < old.updated_at and old.is_complete:
        return False
    return order.is_complete or not old.is_complete


def _gap_since(order: Order, *, old: AnyRow | None, now: datetime) -> datetime | None:
    """Since when fewer units than ordered are accounted for, so far as the mirror saw it (F04, the lag case)."""
    kept: datetime | None = old.quantity_gap_since if old is not None else None
    if order.cut:
        return kept
    has_gap = any(units.surplus < 0 for units in count(order).values())
    return (kept or now) if has_gap else None


def _row(
    store: str, order: Order, *, text: str, content_hash: str, gap_since: datetime | None, now: datetime
) -> dict[str, Any]:
    open_until = _open_until(order)
    return {
        "store": store,
        "order_id": order.id,
        "name": order.name,
        "name_key": name_key(order.name),
        "number": tail(order.id),
        "address_hash": order.address_hash,
        "customer_hash": order.customer_hash,
        "tags": canonical(sorted(order.tags)),
        "updated_at": order.updated_at,
        "observed_at": now,
        "due_at": now,
        "open_until": open_until,
        "quantity_gap_since": gap_since,
        "is_complete": order.is_complete,
        "is_open": open_until is None or open_until > now,
        "content_hash": content_hash,
        "document": text,
    }


def _open_until(order: Order) -> datetime | None:
    """When the order stops being watched; None = not before something is done about it."""
    if _has_open_work(order):
        return None
    live = [fulfillment for fulfillment in order.fulfillments if fulfillment.is_live]
    touches = [order.updated_at, *(fulfillment.updated_at or fulfillment.created_at for fulfillment in live)]
    if live and all(fulfillment.delivered_at for fulfillment in live):
        return order.created_at
    return max(touches) + WATCHED_FOR


def _has_open_work(order: Order) -> bool:
    if order.cut and not order.fulfillment_orders:
        return True
    return any(_is_work(fulfillment_order) for fulfillment_order in order.fulfillment_orders)


def _is_work(fulfillment_order: FulfillmentOrder) -> bool:
    return fulfillment_order.status not in _OVER and any(line.remaining > 0 for line in fulfillment_order.lines)


def _move_observation(
    conn: Connection, *, store: str, order_ids: list[str], kept: Mapping[str, AnyRow], now: datetime
) -> None:
    """Move the time of observation of unchanged orders, only where an attempt was made since the kept one."""
    if not order_ids:
        return
    attempts = conn.execute(_ATTEMPTS(), {"store": store, "ids": order_ids})
    waiting = [row.order_id for row in attempts if kept[row.order_id].observed_at <= row.at < now]
    if waiting:
        conn.execute(
            update(orders).where(orders.c.store == store, orders.c.order_id.in_(waiting)).values(observed_at=now)
        )


_ATTEMPTS = once(
    lambda: (
        select(intents.c.order_id, func.max(intents.c.touched_at).label("at"))
        .where(intents.c.store == bindparam("store"), among(intents.c.order_id, "ids"))
        .group_by(intents.c.order_id)
    )
)
