"""Links between store orders and supplier orders that people stated: in a links file, or by hand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, delete, select

from syncd.journal import history
from syncd.journal.mirror.keys import name_key, tail
from syncd.journal.mirror.linking import relink
from syncd.journal.mirror.orders import make_due
from syncd.journal.rows import AnyRow, chunks, insert_new
from syncd.journal.schema import links as _links

_KEY = ("supplier", "supplier_order_id", "store", "order_key", "line_sku", "origin")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedLink:
    """One stated link. `store_order` is a name or an id; `store` None = whichever of the supplier's stores has it.

    `line_sku` None = every line of that supplier in the order.
    """

    supplier: str
    supplier_order_id: str
    store_order: str
    store: str | None = None
    line_sku: str | None = None
    origin: str = "file"
    added_by: str = ""
    added_at: datetime | None = None


def replace_file_links(
    conn: Connection, *, supplier: str, links: Iterable[StatedLink], now: datetime
) -> frozenset[tuple[str, str]]:
    """Make the supplier's links file what the journal knows of it; links by hand stay. Rows that are known cost no write.

    Returns (store, order id) of the orders whose links changed; the next pass judges them.
    """
    wanted = {_key(link, origin="file"): link for link in links}
    kept = {
        tuple(getattr(row, name) for name in _KEY): row
        for row in conn.execute(_of(supplier).where(_links.c.origin == "file"))
    }
    gone = [key for key in kept if key not in wanted]
    new = [link for key, link in wanted.items() if key not in kept]
    _remove(conn, gone)
    for chunk in chunks(new):
        insert_new(conn, _links, [_row(link, supplier=supplier, origin="file", by="", now=now) for link in chunk])
    ids = {key[1] for key in gone} | {link.supplier_order_id.strip() for link in new}
    return _relinked(conn, supplier=supplier, ids=sorted(ids), now=now)


def link(
    conn: Connection,
    *,
    store: str,
    store_order: str,
    supplier: str,
    supplier_order_id: str,
    actor: str,
    now: datetime,
    line_sku: str | None = None,
) -> frozenset[tuple[str, str]]:
    """A person says that the two belong together; told to the history.

    Returns the orders whose links changed; the next pass judges them.
    """
    stated = StatedLink(
        supplier=supplier, supplier_order_id=supplier_order_id, store_order=store_order, store=store, line_sku=line_sku
    )
    insert_new(conn, _links, [_row(stated, supplier=supplier, origin="person", by=actor, now=now)])
    _tell(conn, stated, what="linked", actor=actor, now=now)
    return _relinked(conn, supplier=supplier, ids=[supplier_order_id.strip()], now=now)


def unlink(
    conn: Connection,
    *,
    store: str,
    store_order: str,
    supplier: str,
    supplier_order_id: str,
    actor: str,
    now: datetime,
) -> frozenset[tuple[str, str]]:
    """Take back what a person said; told to the history. Returns the orders whose links changed; the next pass judges them.

    Nothing happens when there was no such link by hand. References, metafields and rows of a file are not touched: they would
    be back at the next look.
    """
    gone = conn.execute(
        delete(_links).where(
            _links.c.supplier == supplier,
            _links.c.supplier_order_id == supplier_order_id.strip(),
            _links.c.store == store,
            _links.c.order_key == _order_key(store_order),
            _links.c.origin == "person",
        )
    )
    if not gone.rowcount:
        return frozenset()
    said = StatedLink(supplier=supplier, supplier_order_id=supplier_order_id, store_order=store_order, store=store)
    _tell(conn, said, what="unlinked", actor=actor, now=now)
    return _relinked(conn, supplier=supplier, ids=[supplier_order_id.strip()], now=now)


def all_links(conn: Connection, *, store: str | None = None, supplier: str | None = None) -> list[StatedLink]:
    """Every stated link; with `store`, those of that store and those that name none."""
    statement = select(_links)
    if supplier is not None:
        statement = statement.where(_links.c.supplier == supplier)
    if store is not None:
        statement = statement.where(_links.c.store.in_([store, ""]))
    ordered = statement.order_by(_links.c.supplier, _links.c.order_key, _links.c.line_sku, _links.c.supplier_order_id)
    return [_stated(row) for row in conn.execute(ordered)]


def _relinked(conn: Connection, *, supplier: str, ids: Sequence[str], now: datetime) -> frozenset[tuple[str, str]]:
    affected = relink(conn, supplier=supplier, ids=ids, now=now)
    make_due(conn, affected, now=now)
    return frozenset((order.store, order.order_id) for order in affected)


def _tell(conn: Connection, said: StatedLink, *, what: str, actor: str, now: datetime) -> None:
    after = {"supplier": said.supplier, "order": said.supplier_order_id}
    history.append(
        conn,
        store=said.store or "",
        at=now,
        actor=actor,
        what=what,
        order_id=said.store_order,
        why="said by a person",
        after=after if what == "unlinked" else {**after, "sku": said.line_sku},
    )


def _of(supplier: str) -> Select[Any]:
    return select(_links).where(_links.c.supplier == supplier)


def _order_key(store_order: str) -> str:
    """A gid is found by its number, everything else by name (or as a bare number)."""
    return tail(store_order) if "/" in store_order else name_key(store_order)


def _key(link: StatedLink, *, origin: str) -> tuple[str, ...]:
    return (
        link.supplier,
        link.supplier_order_id.strip(),
        link.store or "",
        _order_key(link.store_order),
        (link.line_sku or "").strip(),
        origin,
    )


def _row(link: StatedLink, *, supplier: str, origin: str, by: str, now: datetime) -> dict[str, Any]:
    key = dict(zip(_KEY, _key(link, origin=origin), strict=True))
    return {**key, "supplier": supplier, "store_order": link.store_order.strip(), "added_by": by, "added_at": now}


def _remove(conn: Connection, keys: Collection[tuple[str, ...]]) -> None:
    if keys:
        is_key = and_(*(_links.c[name] == bindparam(f"the_{name}") for name in _KEY))
        names = [f"the_{name}" for name in _KEY]
        conn.execute(delete(_links).where(is_key), [dict(zip(names, key, strict=True)) for key in sorted(keys)])


def _stated(row: AnyRow) -> StatedLink:
    return StatedLink(
        supplier=row.supplier,
        supplier_order_id=row.supplier_order_id,
        store_order=row.store_order,
        store=row.store or None,
        line_sku=row.line_sku or None,
        origin=row.origin,
        added_by=row.added_by,
        added_at=row.added_at,
    )
