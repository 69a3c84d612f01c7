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
from functools import cache
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, select

from syncd.domain.orders import Order
from syncd.journal import cursors
from syncd.journal.coding import canonical, decode
from syncd.journal.rows import AnyRow, among, chunks, insert_new
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


def relink(conn: Connection, *, supplier: str, ids: Collection[str], now: datetime) -> set[OrderKey]:
    """Work out the links of these supplier orders anew.

    Returns the store orders that gained or lost one, or that have the name with which one of those comes.
    """
    if not ids:
        return set()
    stores = stores_of(conn, supplier)
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
    served = dict(conn.execute(_SUPPLIERS(), {"store": store}).all())
    concerned = _concerned(conn, served=served, store=store, order_ids=list(order_ids))
    touched: set[OrderKey] = set()
    for supplier in served:
        touched |= relink(conn, supplier=supplier, ids=sorted(concerned[supplier]), now=now)
    return touched


def relink_all(conn: Connection, *, supplier: str, now: datetime) -> set[OrderKey]:
    """Work out every link of a supplier anew: which stores it serves, or its metafield, changed."""
    metafields = [key for key in stores_of(conn, supplier).values() if key]
    ids = {found for reason in _ALL() for found in conn.execute(reason, {"supplier": supplier}).scalars()}
    if metafields:
        ids.update(conn.execute(_ALL_IN_METAFIELDS(), {"keys": metafields}).scalars())
    return relink(conn, supplier=supplier, ids=sorted(ids), now=now)


_ALL = cache(
    lambda: [
        select(column).where(table.c.supplier == bindparam("supplier"))
        for table, column in (
            (supplier_orders, supplier_orders.c.id),
            (links, links.c.supplier_order_id),
            (order_links, order_links.c.supplier_order_id),
        )
    ]
)
_ALL_IN_METAFIELDS = cache(
    lambda: select(order_metafields.c.supplier_order_id).where(among(order_metafields.c.key, "keys"))
)


def orders_of(conn: Connection, *, supplier: str, ids: Iterable[str]) -> set[OrderKey]:
    """The store orders that these supplier orders belong to."""
    return {link.order for chunk in chunks(ids) for link in _existing(conn, supplier, chunk)}


def stores_of(conn: Connection, supplier: str) -> dict[str, str | None]:
    """The stores that the supplier ships for, with the metafield that links their orders to its own."""
    return dict(conn.execute(_STORES(), {"supplier": supplier}).all())


_STORES = cache(
    lambda: select(supplier_stores.c.store, supplier_stores.c.link_metafield).where(
        supplier_stores.c.supplier == bindparam("supplier")
    )
)
_SUPPLIERS = cache(
    lambda: select(supplier_stores.c.supplier, supplier_stores.c.link_metafield).where(
        supplier_stores.c.store == bindparam("store")
    )
)


def _existing(conn: Connection, supplier: str, ids: Collection[str]) -> set[LinkKey]:
    return {LinkKey(*row) for row in conn.execute(_EXISTING(), {"supplier": supplier, "ids": ids})}


_EXISTING = cache(
    lambda: select(*(order_links.c[name] for name in LinkKey._fields)).where(
        order_links.c.supplier == bindparam("supplier"), among(order_links.c.supplier_order_id, "ids")
    )
)


def _remove(conn: Connection, gone: Collection[LinkKey]) -> None:
    if gone:
        rows = [{f"the_{name}": value for name, value in link._asdict().items()} for link in sorted(gone)]
        conn.execute(_REMOVE(), rows)


_REMOVE = cache(
    lambda: delete(order_links).where(*(order_links.c[name] == bindparam(f"the_{name}") for name in LinkKey._fields))
)


def _referenced(
    conn: Connection, supplier: str, ids: Collection[str], stores: Mapping[str, str | None], *, known: _Known
) -> Iterable[LinkKey]:
    """By what the supplier gave back. A name counts where no id was given, and only if exactly one order has it."""
    refs: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for supplier_order_id, key in conn.execute(_REFS(), {"supplier": supplier, "ids": ids}):
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


_REFS = cache(
    lambda: select(supplier_refs.c.supplier_order_id, supplier_refs.c.key).where(
        supplier_refs.c.supplier == bindparam("supplier"), among(supplier_refs.c.supplier_order_id, "ids")
    )
)


def _namesakes(
    conn: Connection, supplier: str, ids: Collection[str], stores: Mapping[str, str | None]
) -> set[OrderKey]:
    """Whatever was in doubt for the sake of a name, is not any more, or is from now on."""
    if not ids:
        return set()
    given = {key for _, key in conn.execute(_REFS(), {"supplier": supplier, "ids": sorted(ids)})}
    names = {key.removeprefix("name:") for key in given if key.startswith("name:")}
    return {order for several in _orders_by(conn, "name_key", names, stores).values() for order in several}


def _values(refs: Mapping[str, Mapping[str, set[str]]], kind: str) -> set[str]:
    return {value for given in refs.values() for value in given.get(kind, ())}


def _orders_by(
    conn: Connection, column: str, values: Collection[str], stores: Collection[str]
) -> dict[str, list[OrderKey]]:
    found: dict[str, list[OrderKey]] = defaultdict(list)
    for chunk in chunks(sorted(values)):
        for value, store, order_id in conn.execute(_ORDERS_BY()[column], {"stores": list(stores), "values": chunk}):
            found[value].append(OrderKey(store, order_id))
    return found


_ORDERS_BY = cache(
    lambda: {
        column.name: select(column, orders.c.store, orders.c.order_id).where(
            among(orders.c.store, "stores"), among(column, "values")
        )
        for column in (orders.c.number, orders.c.name_key)
    }
)


def _lines_by_key(
    conn: Connection, keys: Collection[str], stores: Collection[str]
) -> dict[str, list[tuple[OrderKey, str]]]:
    found: dict[str, list[tuple[OrderKey, str]]] = defaultdict(list)
    for chunk in chunks(sorted(keys)):
        for key, store, order_id, line_id in conn.execute(_LINES(), {"stores": list(stores), "keys": chunk}):
            found[key].append((OrderKey(store, order_id), line_id))
    return found


_LINES = cache(
    lambda: select(order_lines.c.line_key, order_lines.c.store, order_lines.c.order_id, order_lines.c.line_id).where(
        among(order_lines.c.store, "stores"), among(order_lines.c.line_key, "keys")
    )
)


def _in_metafields(
    conn: Connection, supplier: str, ids: Collection[str], stores: Mapping[str, str | None]
) -> Iterable[LinkKey]:
    if not any(stores.values()):
        return
    for row in conn.execute(_METAFIELDS(), {"ids": ids, "stores": list(stores)}):
        if row.key == stores[row.store]:
            yield LinkKey(supplier, row.supplier_order_id, row.store, row.order_id, "metafield", "", row.line_sku)


_METAFIELDS = cache(
    lambda: select(order_metafields).where(
        among(order_metafields.c.supplier_order_id, "ids"), among(order_metafields.c.store, "stores")
    )
)


def _stated(
    conn: Connection, supplier: str, ids: Collection[str], stores: Collection[str], *, known: _Known
) -> Iterable[LinkKey]:
    """By links file and by hand. A row that names no store may mean any of the supplier's; exactly one must match."""
    rows = conn.execute(_STATED(), {"supplier": supplier, "ids": ids}).all()
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


_STATED = cache(
    lambda: select(links).where(links.c.supplier == bindparam("supplier"), among(links.c.supplier_order_id, "ids"))
)


def _concerned(
    conn: Connection, *, served: Mapping[str, str | None], store: str, order_ids: list[str]
) -> dict[str, set[str]]:
    """By supplier: ids of the supplier orders that have, had or may now have a link to one of these store orders.

    `served` are the suppliers that ship for the store, with their metafield.
    """
    found: dict[str, set[str]] = defaultdict(set)
    of_orders = {"store": store, "ids": order_ids}
    names = conn.execute(_NAMES(), of_orders).all()
    keys = [f"name:{row.name_key}" for row in names] + [f"id:{row.number}" for row in names]
    keys += [f"line:{key}" for key in conn.execute(_LINE_KEYS(), of_orders).scalars()]
    for chunk in chunks(keys):
        _add(found, conn.execute(_BY_REF(), {"keys": chunk}))
    _add(found, conn.execute(_BY_LINK(), of_orders))
    stated = [row.name_key for row in names] + [row.number for row in names]
    _add(found, conn.execute(_BY_STATEMENT(), {"keys": stated, "stores": [store, ""]}))
    for key, supplier_order_id in conn.execute(_BY_METAFIELD(), of_orders) if any(served.values()) else ():
        for supplier in (name for name, metafield in served.items() if metafield == key):
            found[supplier].add(supplier_order_id)
    return found


def _add(found: dict[str, set[str]], rows: Iterable[AnyRow]) -> None:
    for supplier, supplier_order_id in rows:
        found[supplier].add(supplier_order_id)


_NAMES = cache(
    lambda: select(orders.c.name_key, orders.c.number).where(
        orders.c.store == bindparam("store"), among(orders.c.order_id, "ids")
    )
)
_LINE_KEYS = cache(
    lambda: select(order_lines.c.line_key).where(
        order_lines.c.store == bindparam("store"), among(order_lines.c.order_id, "ids")
    )
)
_BY_REF = cache(
    lambda: select(supplier_refs.c.supplier, supplier_refs.c.supplier_order_id).where(
        among(supplier_refs.c.key, "keys")
    )
)
_BY_LINK = cache(
    lambda: select(order_links.c.supplier, order_links.c.supplier_order_id).where(
        order_links.c.store == bindparam("store"), among(order_links.c.order_id, "ids")
    )
)
_BY_STATEMENT = cache(
    lambda: select(links.c.supplier, links.c.supplier_order_id).where(
        among(links.c.order_key, "keys"), among(links.c.store, "stores")
    )
)
_BY_METAFIELD = cache(
    lambda: select(order_metafields.c.key, order_metafields.c.supplier_order_id).where(
        order_metafields.c.store == bindparam("store"), among(order_metafields.c.order_id, "ids")
    )
)


def _place(conn: Connection, supplier: str, linked: Collection[LinkKey], *, now: datetime) -> None:
    if not linked:
        return
    ids = sorted({link.supplier_order_id for link in linked})
    seen = set(conn.execute(_SEEN(), {"supplier": supplier, "ids": ids}).scalars())
    placed: dict[str, list[str]] = defaultdict(list)
    for store, order_id in sorted({link.order for link in linked if link.supplier_order_id in seen}):
        placed[store].append(order_id)
    for store, order_ids in placed.items():
        known = set(conn.execute(_PLACED(), {"store": store, "ids": order_ids}).scalars())
        new = [order_id for order_id in order_ids if order_id not in known]
        documents = conn.execute(_DOCUMENTS(), {"store": store, "ids": new}).scalars() if new else ()
        rows = [_placement(store, decode(Order, document), now=now) for document in documents]
        insert_new(conn, placements, rows)


_SEEN = cache(
    lambda: select(supplier_orders.c.id).where(
        supplier_orders.c.supplier == bindparam("supplier"), among(supplier_orders.c.id, "ids")
    )
)
_PLACED = cache(
    lambda: select(placements.c.order_id).where(
        placements.c.store == bindparam("store"), among(placements.c.order_id, "ids")
    )
)
_DOCUMENTS = cache(
    lambda: select(orders.c.document).where(
        orders.c.store == bindparam("store"), among(orders.c.order_id, "ids"), orders.c.is_complete
    )
)


def _placement(store: str, order: Order, *, now: datetime) -> dict[str, object]:
    return {
        "store": store,
        "order_id": order.id,
        "at": now,
        "address_hash": order.address_hash,
        "quantities": canonical([(line.id, line.current_quantity) for line in order.lines]),
    }
