"""Supplier orders that speak of an order by a name which is not, or not yet known to be, its alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, exists, or_, select

from syncd.domain.shipments import DEAD
from syncd.journal import cursors
from syncd.journal.mirror.keys import name_key
from syncd.journal.rows import among, chunks, once
from syncd.journal.schema import links, order_links, orders, supplier_orders, supplier_refs, supplier_stores

_DEAD = [state.value for state in DEAD]


class Doubt(NamedTuple):
    """A supplier order that may be this one's; `others` are whose else it may be, in words."""

    supplier: str
    supplier_order_id: str
    others: tuple[str, ...]


def doubts(
    conn: Connection, *, store: str, names: Mapping[str, str], suppliers: Collection[str]
) -> dict[str, list[Doubt]]:
    """By order id, what cannot be said to be its own nor another's. `names` are the orders' names by id."""
    keys = {name_key(name) for name in names.values()}
    unclear = [row for chunk in chunks(sorted(keys)) for row in _unclear(conn, chunk, suppliers=suppliers)]
    if not unclear:
        return {}
    serving = _serving(conn, {supplier for supplier, _, _ in unclear})
    unread = cursors.never_read(conn, stores={one for several in serving.values() for one in several})
    namesakes = _namesakes(conn, {key for _, _, key in unclear})
    found: dict[str, list[Doubt]] = defaultdict(list)
    for order_id, name in names.items():
        for supplier, supplier_order_id, _ in (one for one in unclear if one[2] == name_key(name)):
            others = [
                other
                for at, id_, other in namesakes[name_key(name)]
                if at in serving[supplier] and (at, id_) != (store, order_id)
            ]
            others += [f"{one} (not read yet)" for one in sorted(serving[supplier] & unread - {store})]
            found[order_id].append(Doubt(supplier, supplier_order_id, tuple(others)))
    return found


def _unclear(conn: Connection, keys: list[str], *, suppliers: Collection[str]) -> Iterable[tuple[str, str, str]]:
    """(supplier, supplier order, name) of what is alive, says nothing but a name, and is linked to nobody."""
    given = conn.execute(_GIVEN(), {"keys": [f"name:{key}" for key in keys], "suppliers": list(suppliers)})
    named = {(row.supplier, row.supplier_order_id, row.key.removeprefix("name:")) for row in given}
    stated = conn.execute(_STATED(), {"keys": keys, "suppliers": list(suppliers)})
    named |= {(row.supplier, row.supplier_order_id, row.order_key) for row in stated}
    return sorted(named)


def _is_linked(supplier: ColumnElement[str], supplier_order_id: ColumnElement[str]) -> ColumnElement[bool]:
    return exists().where(order_links.c.supplier == supplier, order_links.c.supplier_order_id == supplier_order_id)


_OWN = once(supplier_refs.alias)
_GIVEN = once(
    lambda: select(supplier_refs.c.supplier, supplier_refs.c.supplier_order_id, supplier_refs.c.key).where(
        among(supplier_refs.c.key, "keys"),
        among(supplier_refs.c.supplier, "suppliers"),
        ~exists().where(
            _OWN().c.supplier == supplier_refs.c.supplier,
            _OWN().c.supplier_order_id == supplier_refs.c.supplier_order_id,
            or_(_OWN().c.key.startswith("id:"), _OWN().c.key.startswith("line:")),
        ),
        ~_is_linked(supplier_refs.c.supplier, supplier_refs.c.supplier_order_id),
        exists().where(
            supplier_orders.c.supplier == supplier_refs.c.supplier,
            supplier_orders.c.id == supplier_refs.c.supplier_order_id,
            supplier_orders.c.state.not_in(_DEAD),
        ),
    )
)
_STATED = once(
    lambda: select(links.c.supplier, links.c.supplier_order_id, links.c.order_key).where(
        among(links.c.order_key, "keys"),
        among(links.c.supplier, "suppliers"),
        links.c.store == "",
        ~_is_linked(links.c.supplier, links.c.supplier_order_id),
    )
)


def _serving(conn: Connection, suppliers: Collection[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for supplier, store in conn.execute(_SERVING(), {"suppliers": sorted(suppliers)}):
        found[supplier].add(store)
    return found


_SERVING = once(
    lambda: select(supplier_stores.c.supplier, supplier_stores.c.store).where(
        among(supplier_stores.c.supplier, "suppliers")
    )
)


def _namesakes(conn: Connection, keys: Collection[str]) -> dict[str, list[tuple[str, str, str]]]:
    """By name, every mirrored order that has it: store, id, and how to call it."""
    found: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for chunk in chunks(sorted(keys)):
        for key, store, order_id, name in conn.execute(_NAMESAKES(), {"keys": chunk}):
            found[key].append((store, order_id, f"{name} of {store}"))
    return found


_NAMESAKES = once(
    lambda: select(orders.c.name_key, orders.c.store, orders.c.order_id, orders.c.name).where(
        among(orders.c.name_key, "keys")
    )
)
