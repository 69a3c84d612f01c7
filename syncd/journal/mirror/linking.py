"""Which supplier order belongs to which store order, worked out anew for those whose reasons changed.

Reasons, each kept apart as `origin`: the supplier gave our order, its name or its line back (`reference`), a metafield of the
order names the supplier's (`metafield`), a row of a links file does (`file`), or a person said so (`person`).

A bare name (`#1001`) is a reason only where exactly one order has it. Where several stores share the supplier nobody knows that
before each of them was read: until then no link is made by name alone, and one that was made earlier stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, bindparam, delete, or_, select

from syncd.domain.orders import Order
from syncd.journal import cursors
from syncd.journal.coding import canonical, decode
from syncd.journal.rows import chunks, insert_new
from syncd.journal.schema import (
    links,
    order_lines,
    order_links,
    order_metafields,
    orders,
    placements,
    supplier_orders,
    supplier_refs,
    supplier_stores,
)


class OrderKey(NamedTuple):
    """A store order, wherever several stores are looked at together."""

    store: str
    order_id: str


class LinkKey(NamedTuple):
    """One resolved link; `line_id` and `line_sku` are "" where it means the whole order."""

    supplier: str
    supplier_order_id: str
    store: str
    order_id: str
    origin: str
    line_id: str
    line_sku: str

    @property
    def order(self) -> OrderKey:
        """The store order that it points to."""
        return OrderKey(self.store, self.order_id)


class _Known(NamedTuple):
    """What decides whether a bare name may be taken for an order: the links there are, and the stores that were never read."""

    links: Collection[LinkKey]
    unread: frozenset[str]

    def suffices_for(self, link: LinkKey) -> bool:
        """Whether no store may have another order of that name, or it was linked before one of them came along."""
        return self.unread <= {link.store} or link in self.links


def relink(conn: Connection, *, supplier: str, ids: Iterable[str], now: datetime) -> set[OrderKey]:
    """Work out the links of these supplier orders anew.

    Returns the store orders that gained or lost one, or that have the name with which one of those comes.
    """
    stores = _stores(conn, supplier)
    unread = cursors.never_read(conn, stores=stores) if len(stores) > 1 else frozenset[str]()
    touched: set[OrderKey] = set()
    for chunk in chunks(ids):
        existing = _existing(conn, supplier, chunk)
        known = _Known(existing, unread)
        wanted = {
            *_referenced(conn, supplier, chunk, stores, known=known),
            *_in_metafields(conn, supplier, chunk, stores),
            *_stated(conn, supplier, chunk, stores, known=known),
        }
        _remove(conn, existing - wanted)
        insert_new(conn, order_links, [link._asdict() for link in sorted(wanted - existing)])
        # Also for links that stay: the supplier order that they name may be seen only now.
        _place(conn, supplier, wanted, now=now)
        moved = wanted ^ existing
        touched |= {link.order for link in moved}
        touched |= _namesakes(conn, supplier, {link.supplier_order_id for link in moved}, stores)
    return touched


def relink_orders(conn: Connection, *, store: str, order_ids: Collection[str], now: datetime) -> set[OrderKey]:
    """Work out the links of these store orders anew, after they changed."""
    served = select(supplier_stores.c.supplier, supplier_stores.c.link_metafield).where(
        supplier_stores.c.store == store
    )
    touched: set[OrderKey] = set()
    for supplier, metafield in conn.execute(served).all():
        ids = _concerned(conn, supplier=supplier, metafield=metafield, store=store, order_ids=order_ids)
        touched |= relink(conn, supplier=supplier, ids=sorted(ids), now=now)
    return touched


def relink_all(conn: Connection, *, supplier: str, now: datetime) -> set[OrderKey]:
    """Work out every link of a supplier anew: which stores it serves, or its metafield, changed."""
    metafields = [key for key in _stores(conn, supplier).values() if key]
    reasons = (
        select(supplier_orders.c.id).where(supplier_orders.c.supplier == supplier),
        select(order_metafields.c.supplier_order_id).where(order_metafields.c.key.in_(metafields)),
        select(links.c.supplier_order_id).where(links.c.supplier == supplier),
        select(order_links.c.supplier_order_id).where(order_links.c.supplier == supplier),
    )
    ids = {found for reason in reasons for found in conn.execute(reason).scalars()}
    return relink(conn, supplier=supplier, ids=sorted(ids), now=now)


def orders_of(conn: Connection, *, supplier: str, ids: Iterable[str]) -> set[OrderKey]:
    """The store orders that these supplier orders belong to."""
    return {link.order for chunk in chunks(ids) for link in _existing(conn, supplier, chunk)}


def _stores(conn: Connection, supplier: str) -> dict[str, str | None]:
    statement = select(supplier_stores.c.store, supplier_stores.c.link_metafield)
    return dict(conn.execute(statement.where(supplier_stores.c.supplier == supplier)).all())


def _existing(conn: Connection, supplier: str, ids: Collection[str]) -> set[LinkKey]:
    statement = select(*(order_links.c[name] for name in LinkKey._fields)).where(
        order_links.c.supplier == supplier, order_links.c.supplier_order_id.in_(ids)
    )
    return {LinkKey(*row) for row in conn.execute(statement)}


def _remove(conn: Connection, gone: Collection[LinkKey]) -> None:
    if gone:
        is_key = and_(*(order_links.c[name] == bindparam(f"the_{name}") for name in LinkKey._fields))
        rows = [{f"the_{name}": value for name, value in link._asdict().items()} for link in sorted(gone)]
        conn.execute(delete(order_links).where(is_key), rows)


def _referenced(
    conn: Connection, supplier: str, ids: Collection[str], stores: Mapping[str, str | None], *, known: _Known
) -> Iterable[LinkKey]:
    """By what the supplier gave back. A name counts where no id was given, and only if exactly one order has it."""
    statement = select(supplier_refs.c.supplier_order_id, supplier_refs.c.key).where(
        supplier_refs.c.supplier == supplier, supplier_refs.c.supplier_order_id.in_(ids)
    )
    refs: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for supplier_order_id, key in conn.execute(statement):
        kind, _, value = key.partition(":")
        refs[supplier_order_id][kind].add(value)
    by_id = _orders_by(conn, "number", _values(refs, "id"), stores)
    by_name = _orders_by(conn, "name_key", _values(refs, "name"), stores)
    by_line = _lines_by_key(conn, _values(refs, "line"), stores)
    for supplier_order_id, given in refs.items():
        found = {order for value in given["id"] for order in by_id[value]}
        if not given["id"]:
            found = {by_name[value][0] for value in given["name"] if len(by_name[value]) == 1}
        for order in found:
            link = LinkKey(supplier, supplier_order_id, *order, "reference", "", "")
            if given["id"] or known.suffices_for(link):
                yield link
        for order, line_id in (match for value in given["line"] for match in by_line[value]):
            if order not in found:
                yield LinkKey(supplier, supplier_order_id, *order, "reference", line_id, "")


def _namesakes(
    conn: Connection, supplier: str, ids: Collection[str], stores: Mapping[str, str | None]
) -> set[OrderKey]:
    """Whatever was in doubt for the sake of a name, is not any more, or is from now on."""
    if not ids:
        return set()
    statement = select(supplier_refs.c.key).where(
        supplier_refs.c.supplier == supplier,
        supplier_refs.c.supplier_order_id.in_(ids),
        supplier_refs.c.key.startswith("name:"),
    )
    names = {key.removeprefix("name:") for key in conn.execute(statement).scalars()}
    return {order for several in _orders_by(conn, "name_key", names, stores).values() for order in several}


def _values(refs: Mapping[str, Mapping[str, set[str]]], kind: str) -> set[str]:
    return {value for given in refs.values() for value in given.get(kind, ())}


def _orders_by(
    conn: Connection, column: str, values: Collection[str], stores: Collection[str]
) -> dict[str, list[OrderKey]]:
    found: dict[str, list[OrderKey]] = defaultdict(list)
    for chunk in chunks(sorted(values)):
        statement = select(orders.c[column], orders.c.store, orders.c.order_id).where(
            orders.c.store.in_(stores), orders.c[column].in_(chunk)
        )
        for value, store, order_id in conn.execute(statement):
            found[value].append(OrderKey(store, order_id))
    return found


def _lines_by_key(
    conn: Connection, keys: Collection[str], stores: Collection[str]
) -> dict[str, list[tuple[OrderKey, str]]]:
    found: dict[str, list[tuple[OrderKey, str]]] = defaultdict(list)
    for chunk in chunks(sorted(keys)):
        statement = select(
            order_lines.c.line_key, order_lines.c.store, order_lines.c.order_id, order_lines.c.line_id
        ).where(order_lines.c.store.in_(stores), order_lines.c.line_key.in_(chunk))
        for key, store, order_id, line_id in conn.execute(statement):
            found[key].append((OrderKey(store, order_id), line_id))
    return found


def _in_metafields(
    conn: Connection, supplier: str, ids: Collection[str], stores: Mapping[str, str | None]
) -> Iterable[LinkKey]:
    statement = select(order_metafields).where(
        order_metafields.c.supplier_order_id.in_(ids), order_metafields.c.store.in_(stores)
    )
    for row in conn.execute(statement):
        if row.key == stores[row.store]:
            yield LinkKey(supplier, row.supplier_order_id, row.store, row.order_id, "metafield", "", row.line_sku)


def _stated(
    conn: Connection, supplier: str, ids: Collection[str], stores: Collection[str], *, known: _Known
) -> Iterable[LinkKey]:
    """By links file and by hand. A row that names no store may mean any of the supplier's; exactly one must match."""
    statement = select(links).where(links.c.supplier == supplier, links.c.supplier_order_id.in_(ids))
    rows = conn.execute(statement).all()
    keys = {row.order_key for row in rows}
    everywhere = {*stores, *(row.store for row in rows if row.store)}
    by_name = _orders_by(conn, "name_key", keys, everywhere)
    by_id = _orders_by(conn, "number", keys, everywhere)
    for row in rows:
        meant = {row.store} if row.store else set(stores)
        named = [order for order in by_name[row.order_key] if order.store in meant]
        found = named or [order for order in by_id[row.order_key] if order.store in meant]
        if len(found) == 1:
            link = LinkKey(supplier, row.supplier_order_id, *found[0], row.origin, "", row.line_sku)
            if row.store or not named or known.suffices_for(link):
                yield link


def _concerned(
    conn: Connection, *, supplier: str, metafield: str | None, store: str, order_ids: Collection[str]
) -> set[str]:
    """Ids of the supplier orders that have, had or may now have a link to one of these store orders."""
    names = conn.execute(
        select(orders.c.name_key, orders.c.number).where(orders.c.store == store, orders.c.order_id.in_(order_ids))
    ).all()
    lines = conn.execute(
        select(order_lines.c.line_key).where(order_lines.c.store == store, order_lines.c.order_id.in_(order_ids))
    ).scalars()
    keys = [f"name:{row.name_key}" for row in names] + [f"id:{row.number}" for row in names]
    keys += [f"line:{key}" for key in lines]
    ids: set[str] = set()
    for chunk in chunks(keys):
        ids.update(
            conn.execute(
                select(supplier_refs.c.supplier_order_id).where(
                    supplier_refs.c.key.in_(chunk), supplier_refs.c.supplier == supplier
                )
            ).scalars()
        )
    stated = [row.name_key for row in names] + [row.number for row in names]
    of_orders = and_(order_metafields.c.store == store, order_metafields.c.order_id.in_(order_ids))
    linked = and_(order_links.c.store == store, order_links.c.order_id.in_(order_ids))
    for reason in (
        select(order_metafields.c.supplier_order_id).where(of_orders, order_metafields.c.key == (metafield or "")),
        select(order_links.c.supplier_order_id).where(linked, order_links.c.supplier == supplier),
        select(links.c.supplier_order_id).where(
            links.c.order_key.in_(stated),
            links.c.supplier == supplier,
            or_(links.c.store == store, links.c.store == ""),
        ),
    ):
        ids.update(conn.execute(reason).scalars())
    return ids


def _place(conn: Connection, supplier: str, linked: Collection[LinkKey], *, now: datetime) -> None:
    if not linked:
        return
    ids = sorted({link.supplier_order_id for link in linked})
    seen = set(
        conn.execute(
            select(supplier_orders.c.id).where(supplier_orders.c.supplier == supplier, supplier_orders.c.id.in_(ids))
        ).scalars()
    )
    placed: dict[str, list[str]] = defaultdict(list)
    for store, order_id in sorted({link.order for link in linked if link.supplier_order_id in seen}):
        placed[store].append(order_id)
    for store, order_ids in placed.items():
        known = select(placements.c.order_id).where(placements.c.store == store, placements.c.order_id.in_(order_ids))
        statement = select(orders.c.document).where(
            orders.c.store == store,
            orders.c.order_id.in_(set(order_ids) - set(conn.execute(known).scalars())),
            orders.c.is_complete,
        )
        documents = conn.execute(statement).scalars()
        rows = [_placement(store, decode(Order, document), now=now) for document in documents]
        insert_new(conn, placements, rows)


def _placement(store: str, order: Order, *, now: datetime) -> dict[str, object]:
    return {
        "store": store,
        "order_id": order.id,
        "at": now,
        "address_hash": order.address_hash,
        "quantities": canonical([(line.id, line.current_quantity) for line in order.lines]),
    }
