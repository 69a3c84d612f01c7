"""Tracking numbers that occur on more than one order (E06)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import Connection, bindparam, select

from syncd.journal.rows import among, chunks, once
from syncd.journal.schema import order_links, order_numbers, orders, supplier_numbers
from syncd.reconcile.view import NumberUse


def number_uses(
    conn: Connection, *, store: str, numbers: Mapping[str, Collection[str]]
) -> dict[str, tuple[NumberUse, ...]]:
    """By order: the *other* orders that carry one of its normalised `numbers`.

    In the store: on a fulfillment that is not cancelled. At a supplier: shown now, in a supplier order that is linked to another
    order of any store; one that is linked to none cannot be another order's.
    """
    owners: dict[str, set[str]] = defaultdict(set)
    for order_id, several in numbers.items():
        for number in several:
            owners[number].add(order_id)
    found: dict[str, set[NumberUse]] = defaultdict(set)
    for chunk in chunks(sorted(owners)):
        for use_store, use in (*_in_store(conn, store, chunk), *_at_suppliers(conn, chunk)):
            for order_id in owners[use.number]:
                if (use_store, use.order_id) != (store, order_id):
                    found[order_id].add(use)
    return {order_id: tuple(sorted(uses, key=_place)) for order_id, uses in found.items()}


def _place(use: NumberUse) -> tuple[str, str, str]:
    return (use.number, use.order_id, use.where)


def _in_store(conn: Connection, store: str, numbers: Collection[str]) -> list[tuple[str, NumberUse]]:
    found = conn.execute(_IN_STORE(), {"store": store, "numbers": numbers})
    return [(row[1], _use(*row, where="store")) for row in found]


def _at_suppliers(conn: Connection, numbers: Collection[str]) -> list[tuple[str, NumberUse]]:
    found = conn.execute(_AT_SUPPLIERS(), {"numbers": numbers})
    return [(row[1], _use(*row[:6], where=row.supplier)) for row in found]


_WHO = once(lambda: (orders.c.store, orders.c.order_id, orders.c.name, orders.c.address_hash, orders.c.customer_hash))
_IN_STORE = once(
    lambda: (
        select(order_numbers.c.number, *_WHO())
        .join(orders, (orders.c.store == order_numbers.c.store) & (orders.c.order_id == order_numbers.c.order_id))
        .where(among(order_numbers.c.number, "numbers"), order_numbers.c.store == bindparam("store"))
    )
)
_AT_SUPPLIERS = once(
    lambda: (
        select(supplier_numbers.c.number, *_WHO(), supplier_numbers.c.supplier)
        .join(
            order_links,
            (order_links.c.supplier == supplier_numbers.c.supplier)
            & (order_links.c.supplier_order_id == supplier_numbers.c.supplier_order_id),
        )
        .join(orders, (orders.c.store == order_links.c.store) & (orders.c.order_id == order_links.c.order_id))
        .where(among(supplier_numbers.c.number, "numbers"))
    )
)


def _use(
    number: str, _: str, order_id: str, name: str, address: str | None, customer: str | None, *, where: str
) -> NumberUse:
    return NumberUse(
        number=number, order_id=order_id, order=name, address_hash=address, customer_hash=customer, where=where
    )
