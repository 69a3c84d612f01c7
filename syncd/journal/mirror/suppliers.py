"""The mirror's supplier side: what each supplier showed last, what it ever showed, and what it stopped showing."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select

from syncd.domain.numbers import normalise
from syncd.domain.observation import SupplierRead
from syncd.domain.shipments import DEAD, Rung, SupplierOrder, SupplierState
from syncd.journal import cursors
from syncd.journal.coding import canonical, digest, supplier_order_text
from syncd.journal.mirror.absence import count_empty_reads, count_missing, forget_empty_reads, named_in_vain
from syncd.journal.mirror.claims import wanted
from syncd.journal.mirror.keys import name_key, tail
from syncd.journal.mirror.linking import OrderKey, orders_of, relink, relink_all, stores_of
from syncd.journal.mirror.masses import IS_LINKED, Mass, died_meanwhile, judge_mass
from syncd.journal.mirror.orders import make_all_due, make_due
from syncd.journal.rows import AnyRow, among, chunks, insert_new, once, upsert
from syncd.journal.schema import (
    sources,
    supplier_numbers,
    supplier_orders,
    supplier_refs,
    supplier_stores,
)
from syncd.reconcile.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierDelta:
    """What one read of a supplier changed.

    `open_before` supplier orders were linked, neither dead nor delivered, and not missing before it; `became_dead` of those
    are cancelled, failed or absent now. While a mass change is not over (see `masses`), both still describe it.
    """

    changed: frozenset[str]
    """Ids of the supplier orders that are new or look different."""
    affected: frozenset[tuple[str, str]]
    """(store, order id) of every store order that should be judged again because of it."""
    open_before: int
    became_dead: int
    first_pass: bool
    """Whether no complete read of this supplier was recorded before."""


def record_supplier_read(
    conn: Connection,
    *,
    read: SupplierRead,
    store: str,
    policy: Policy,
    now: datetime,
    is_part: bool = False,
) -> SupplierDelta:
    """Keep what a supplier showed to a pass over `store`.

    Unchanged rows cost no write; a row that a later read changed is not set back by this one. Absence is counted for
    supplier orders after a complete read, and for store orders (`empty_reads`) that the read `answered`, that a complete
    snapshot would have shown, or whose links a complete read asked for in vain. Every affected store order, of whatever store,
    is due from then on, until `set_due` says that it was judged. `is_part`: only some orders were asked for, which says
    nothing of how the source as a whole was read last.
    """
    supplier = read.supplier
    source = conn.execute(_SOURCE(), {"name": supplier}).one_or_none()
    kept = stores_of(conn, supplier)
    affected = _configure(conn, supplier=supplier, store=store, policy=policy, kept=kept, now=now)
    open_before = _open_orders(conn, supplier) + died_meanwhile(conn, read=read, source=source)
    changed: set[str] = set()
    for chunk in chunks(read.orders):
        new = sorted(_record(conn, read=read, shown={order.id: order for order in chunk}))
        affected |= relink(conn, supplier=supplier, ids=new, now=now)
        changed.update(new)
    missing = count_missing(conn, read=read)
    affected |= orders_of(conn, supplier=supplier, ids=sorted(changed | missing))
    forget_empty_reads(conn, supplier=supplier, linked=affected)
    would_show = _would_show(conn, read=read, store=store, policy=policy)
    affected |= count_empty_reads(conn, read=read, store=store, order_ids=sorted(would_show))
    mass = judge_mass(conn, read=read, source=source, open_before=open_before)
    if not is_part:
        _record_source(conn, read=read, source=source, mass=mass)
    make_due(conn, affected, now=now)
    return SupplierDelta(
        changed=frozenset(changed),
        affected=frozenset((order.store, order.order_id) for order in affected),
        open_before=mass.open_before,
        became_dead=mass.became_dead,
        first_pass=source is None or source.completed_at is None,
    )


_SOURCE = once(lambda: select(sources).where(sources.c.name == bindparam("name")))


def serves(
    conn: Connection,
    *,
    store: str,
    policy: Policy,
    now: datetime,
    sharing: Mapping[str, Collection[str]] | None = None,
) -> None:
    """Note which suppliers ship for the store, and how orders are linked to theirs, before anybody is asked.

    `sharing` names by supplier all the stores that it ships for: what it says of `#1001` may be about any of them. Orders were
    read without a metafield that is asked for only now: then the store is to be read anew.
    """
    served: dict[str, dict[str, str | None]] = defaultdict(dict)
    for supplier, one, metafield in conn.execute(_SERVED()):
        served[supplier][one] = metafield
    for rules in policy.suppliers:
        kept = served[rules.name]
        stores = {store, *(sharing or {}).get(rules.name, ())}
        for one in sorted(stores):
            make_due(conn, _configure(conn, supplier=rules.name, store=one, policy=policy, kept=kept, now=now), now=now)
        if sharing is not None:
            make_due(conn, _dismiss(conn, supplier=rules.name, stores=kept.keys() - stores, now=now), now=now)


_SERVED = once(lambda: select(supplier_stores.c.supplier, supplier_stores.c.store, supplier_stores.c.link_metafield))


def store_was_read(conn: Connection, *, store: str, until: datetime, now: datetime) -> None:
    """Note that the store was read whole up to `until`; for the first time, that is what links of other stores waited for."""
    is_first = bool(cursors.never_read(conn, stores=[store]))
    cursors.put(conn, store=store, name=cursors.WATERMARK, at=until)
    if is_first:
        for supplier, others in _shared(conn, store=store).items():
            relink_all(conn, supplier=supplier, now=now)
            for one in others:
                make_all_due(conn, store=one, now=now)


def _shared(conn: Connection, *, store: str) -> dict[str, list[str]]:
    """The suppliers that ship for this store and for others, with these others."""
    own = select(supplier_stores.c.supplier).where(supplier_stores.c.store == store)
    statement = select(supplier_stores.c.supplier, supplier_stores.c.store).where(
        supplier_stores.c.supplier.in_(own), supplier_stores.c.store != store
    )
    found: dict[str, list[str]] = defaultdict(list)
    for supplier, other in conn.execute(statement.order_by(supplier_stores.c.supplier, supplier_stores.c.store)):
        found[supplier].append(other)
    return found


def _dismiss(conn: Connection, *, supplier: str, stores: Collection[str], now: datetime) -> set[OrderKey]:
    """The supplier ships for these stores no more: no link should wait for those of them that were never read."""
    gone = cursors.never_read(conn, stores=stores) if stores else frozenset[str]()
    if not gone:
        return set()
    conn.execute(
        delete(supplier_stores).where(supplier_stores.c.supplier == supplier, supplier_stores.c.store.in_(gone))
    )
    return relink_all(conn, supplier=supplier, now=now)


def _configure(
    conn: Connection, *, supplier: str, store: str, policy: Policy, kept: Mapping[str, str | None], now: datetime
) -> set[OrderKey]:
    """Keep that the supplier serves the store, and how; when that is news, all of its links are worked out anew.

    `kept` are the stores that it was known to serve, with their metafield.
    """
    rules = next((rules for rules in policy.suppliers if rules.name == supplier), None)
    metafield = rules.link_metafield if rules else None
    if store in kept and kept[store] == metafield:
        return set()
    upsert(conn, supplier_stores, [{"supplier": supplier, "store": store, "link_metafield": metafield}])
    if store in kept and metafield:
        cursors.clear(conn, store=store)
    return relink_all(conn, supplier=supplier, now=now)


def _would_show(conn: Connection, *, read: SupplierRead, store: str, policy: Policy) -> set[str]:
    """The store orders for which this read would have shown a supplier order if there were one."""
    ids = set(read.answered)
    if read.complete:
        ids |= named_in_vain(conn, read=read, store=store)
    if read.complete and read.lists_everything:
        claimed = wanted(conn, store=store, supplier=read.supplier, policy=policy)
        ids.update(one.order_id for one in claimed)
    return ids


def _open_orders(conn: Connection, supplier: str) -> int:
    return conn.execute(_OPEN(), {"supplier": supplier}).scalar_one()


_OPEN = once(
    lambda: select(func.count()).where(
        supplier_orders.c.supplier == bindparam("supplier"),
        supplier_orders.c.is_live,
        supplier_orders.c.missing_reads == 0,
        IS_LINKED(),
    )
)


def _record(conn: Connection, *, read: SupplierRead, shown: Mapping[str, SupplierOrder]) -> set[str]:
    """Keep one chunk of orders; returns the ids of those that are new, changed or back."""
    texts = {id_: supplier_order_text(order) for id_, order in shown.items()}
    seen = conn.execute(_SEEN(), {"supplier": read.supplier, "ids": list(shown)}).all()
    unchanged = {row.id for row in seen if row.observed_at > read.observed_at or _is_same(row, texts[row.id])}
    news = [order for id_, order in shown.items() if id_ not in unchanged]
    differing = [row.id for row in seen if row.id not in unchanged]
    kept = (
        {row.id: row for row in conn.execute(_KEPT(), {"supplier": read.supplier, "ids": differing})}
        if differing
        else {}
    )
    rows = [_row(order, text=texts[order.id], old=kept.get(order.id), at=read.observed_at) for order in news]
    upsert(conn, supplier_orders, sorted(rows, key=_id))
    changed = {row["id"]: shown[row["id"]] for row in rows}
    _write_parts(conn, supplier=read.supplier, changed=changed)
    return set(changed)


_KEPT = once(
    lambda: select(supplier_orders).where(
        supplier_orders.c.supplier == bindparam("supplier"), among(supplier_orders.c.id, "ids")
    )
)
_SEEN = once(
    lambda: _KEPT().with_only_columns(
        *(supplier_orders.c[name] for name in ("id", "observed_at", "content_hash", "missing_reads"))
    )
)


def _id(row: Mapping[str, Any]) -> str:
    """Rows are written in one order by everybody, so that two workers cannot wait for each other."""
    return str(row["id"])


def _is_same(old: AnyRow, text: str) -> bool:
    return bool(old.content_hash == digest(text)) and old.missing_reads == 0


def _row(order: SupplierOrder, *, text: str, old: AnyRow | None, at: datetime) -> dict[str, Any]:
    is_live = order.state not in DEAD and order.state is not SupplierState.DELIVERED
    has_died = old is not None and old.is_live and not old.missing_reads and order.state in DEAD
    is_changed = old is not None and old.content_hash != digest(text)
    return {
        "supplier": order.supplier,
        "id": order.id,
        "state": order.state.value,
        "is_live": is_live,
        "observed_at": at,
        "first_seen_at": old.first_seen_at if old else at,
        "change_seen_at": at if is_changed else old and old.change_seen_at,
        "label_seen_at": (old and old.label_seen_at) or (at if _numbers(order) else None),
        "missed_at": None,
        "died_at": at if has_died else (None if order.state not in DEAD else old and old.died_at),
        "missing_reads": 0,
        "max_rungs": canonical(_highest(order, old)),
        "past_numbers": canonical(sorted(_numbers(order) | set(json.loads(old.past_numbers) if old else ()))),
        "content_hash": digest(text),
        "document": text,
    }


def _highest(order: SupplierOrder, old: AnyRow | None) -> dict[str, int]:
    rungs: dict[str, int] = json.loads(old.max_rungs) if old else {}
    for parcel in order.parcels:
        rungs[parcel.key] = max(parcel.rung, rungs.get(parcel.key, Rung.ORDERED))
    return rungs


def _numbers(order: SupplierOrder) -> set[str]:
    numbers = {normalise(tracking.number) for parcel in order.parcels for tracking in parcel.tracking}
    return {number for number in numbers if number}


def _write_parts(conn: Connection, *, supplier: str, changed: Mapping[str, SupplierOrder]) -> None:
    if not changed:
        return
    for statement in _REMOVE_PARTS():
        conn.execute(statement, {"supplier": supplier, "ids": list(changed)})
    insert_new(conn, supplier_refs, _part_rows(supplier, "key", {id_: _refs(o) for id_, o in changed.items()}))
    insert_new(conn, supplier_numbers, _part_rows(supplier, "number", {id_: _numbers(o) for id_, o in changed.items()}))


_REMOVE_PARTS = once(
    lambda: [
        delete(table).where(table.c.supplier == bindparam("supplier"), among(table.c.supplier_order_id, "ids"))
        for table in (supplier_refs, supplier_numbers)
    ]
)


def _part_rows(supplier: str, column: str, values: Mapping[str, Collection[str]]) -> Sequence[Mapping[str, str]]:
    return [
        {"supplier": supplier, "supplier_order_id": id_, column: value}
        for id_, several in sorted(values.items())
        for value in sorted(several)
    ]


def _refs(order: SupplierOrder) -> set[str]:
    """Under which keys the supplier order can be found from the store's side."""
    lines = [*(order.lines or ()), *(line for parcel in order.parcels for line in parcel.lines or ())]
    return {
        *(f"id:{tail(given)}" for given in order.store_order_ids if tail(given)),
        *(f"name:{name_key(given)}" for given in order.store_order_names if name_key(given)),
        *(f"line:{tail(line.line_id)}" for line in lines if line.line_id),
    }


def _record_source(conn: Connection, *, read: SupplierRead, source: AnyRow | None, mass: Mass) -> None:
    if source is not None and source.observed_at > read.observed_at:
        return
    completed_at = read.observed_at if read.complete else source and source.completed_at
    row = {
        "name": read.supplier,
        "observed_at": read.observed_at,
        "is_complete": read.complete,
        "error": read.error,
        "completed_at": completed_at,
        "mass_at": mass.at,
        "mass_open_before": mass.kept_open_before,
    }
    upsert(conn, sources, [row])
