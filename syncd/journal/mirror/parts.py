"""The parts of store orders by which they are found: lines, tracking numbers, link metafields."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete

from syncd.domain.numbers import normalise
from syncd.domain.orders import Order
from syncd.journal.coding import canonical
from syncd.journal.mirror.keys import tail
from syncd.journal.mirror.metafields import link_values
from syncd.journal.rows import among, upsert
from syncd.journal.schema import order_lines, order_metafields, order_numbers
from syncd.reconcile.lines import places


def write_parts(conn: Connection, *, store: str, changed: Collection[Order]) -> None:
    """Keep the parts of these orders instead of what was kept of theirs."""
    these = {"store": store, "ids": [order.id for order in changed]}
    for table, part_rows in _ROWS.items():
        conn.execute(_REMOVE()[table], these)
        upsert(conn, table, [row for order in changed for row in part_rows(store, order)])


def _line_rows(store: str, order: Order) -> list[dict[str, Any]]:
    return [
        {
            "store": store,
            "order_id": order.id,
            "line_id": line.id,
            "line_key": tail(line.id),
            "sku": line.sku,
            "vendor": line.vendor,
            "places": canonical(sorted(places(line, order=order))),
            "units": line.current_quantity,
        }
        for line in order.lines
    ]


def _number_rows(store: str, order: Order) -> list[dict[str, Any]]:
    numbers = {
        normalise(tracking.number)
        for fulfillment in order.fulfillments
        if fulfillment.is_live
        for tracking in fulfillment.tracking
    }
    return [{"store": store, "order_id": order.id, "number": number} for number in sorted(numbers) if number]


def _metafield_rows(store: str, order: Order) -> list[dict[str, Any]]:
    return [
        {"store": store, "order_id": order.id, "key": key, "supplier_order_id": supplier_order_id, "line_sku": sku}
        for key, value in order.links
        for supplier_order_id, sku in link_values(value)
    ]


_ROWS: dict[Table, Callable[[str, Order], list[dict[str, Any]]]] = {
    order_lines: _line_rows,
    order_numbers: _number_rows,
    order_metafields: _metafield_rows,
}
_REMOVE = cache(
    lambda: {
        table: delete(table).where(table.c.store == bindparam("store"), among(table.c.order_id, "ids"))
        for table in _ROWS
    }
)
PARTS = tuple(_ROWS)
