"""Putting the two bulk results together, on disk: memory stays flat however many orders there are."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from adapters.stores.shopify.fields import Json, flag, items, maybe_obj, maybe_text, number
from syncd.errors import InvalidResponse
from syncd.http import read_json

_SCHEMA = """
CREATE TABLE orders (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE parts (parent TEXT NOT NULL, kind TEXT NOT NULL, seq INTEGER NOT NULL, id TEXT, body TEXT NOT NULL);
"""
_ROWS = 2000
_QUIET = frozenset({None, "FULFILLED", "MARKED_AS_FULFILLED", "SUBMITTED", "CANCELED"})
"""Display statuses that come without tracking events."""


class Join:
    """A temporary database that takes lines in any order and gives whole orders."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path)
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.execute("PRAGMA journal_mode=OFF")
        self._db.executescript(_SCHEMA)
        self._orders: list[tuple[str, str]] = []
        self._parts: list[tuple[str, str, int, str, str]] = []
        self._odd: list[str] = []
        self.taken = 0

    def take_order_line(self, line: bytes) -> None:
        """A line of the orders' result: an order, or a line or fulfillment order id of one."""
        node = self._parse(line)
        parent = node.pop("__parentId", None)
        if parent is None:
            self._orders.append((node["id"], json.dumps(node)))
        else:
            kind = "named" if "/FulfillmentOrder/" in node["id"] else "line"
            self._add(parent, kind, node)
        self._flush(_ROWS)

    def take_fulfillment_order_line(self, line: bytes) -> None:
        """A line of the fulfillment orders' result: one, or a line or fulfillment of one."""
        node = self._parse(line)
        parent = node.pop("__parentId", None)
        if parent is None:
            self._add(str(node.get("orderId")), "fulfillment_order", node)
        else:
            kind = "fulfillment" if "/Fulfillment/" in node["id"] else "order_line"
            self._add(parent, kind, node)
        self._flush(_ROWS)

    def seal(self) -> None:
        """No more lines will come."""
        self._flush(0)
        self._db.execute("CREATE INDEX parts_by_parent ON parts (parent, kind, seq)")

    def orders(self) -> Iterator[tuple[Json, tuple[str, ...]]]:
        """Every order as the ordinary read would give it, with the names of the parts that are not whole."""
        for (body,) in self._db.execute("SELECT body FROM orders ORDER BY id"):
            node = json.loads(body)
            try:
                joined = self._joined(node)
            except InvalidResponse:
                # Its parts cannot be understood: it is read by id, and costs the others nothing.
                self._odd.append(node["id"])
                continue
            yield joined

    def strangers(self) -> Iterator[str]:
        """Ids of orders to be read by themselves: only their fulfillment orders were in the result, or they made no sense."""
        yield from self._odd
        query = "SELECT DISTINCT parent FROM parts WHERE kind = 'fulfillment_order' AND parent NOT IN (SELECT id FROM orders)"
        for (parent,) in self._db.execute(query):
            yield parent

    def close(self) -> None:
        self._db.close()

    def _parse(self, line: bytes) -> dict[str, Any]:
        self.taken += 1
        try:
            node = read_json(line)
        except ValueError as exc:
            raise InvalidResponse(f"line {self.taken} of a bulk result is no JSON.", path=f"line {self.taken}") from exc
        if not isinstance(node, dict) or not isinstance(node.get("id"), str):
            raise InvalidResponse(f"line {self.taken} of a bulk result has no id.", path=f"line {self.taken}")
        if not isinstance(node.get("__parentId"), str | None):
            raise InvalidResponse(f"line {self.taken} of a bulk result names no parent.", path=f"line {self.taken}")
        return node

    def _add(self, parent: str, kind: str, node: Mapping[str, Any]) -> None:
        self._parts.append((parent, kind, self.taken, node["id"], json.dumps(node)))

    def _flush(self, rows: int) -> None:
        if len(self._orders) + len(self._parts) < max(1, rows):
            return
        self._db.executemany("INSERT OR REPLACE INTO orders VALUES (?, ?)", self._orders)
        self._db.executemany("INSERT INTO parts VALUES (?, ?, ?, ?, ?)", self._parts)
        self._db.commit()
        self._orders.clear()
        self._parts.clear()

    def _children(self, parent: str, kind: str) -> list[dict[str, Any]]:
        query = "SELECT body FROM parts WHERE parent = ? AND kind = ? ORDER BY seq"
        return [json.loads(body) for (body,) in self._db.execute(query, (parent, kind))]

    def _joined(self, order: dict[str, Any]) -> tuple[Json, tuple[str, ...]]:
        order["lineItems"] = {"nodes": self._children(order["id"], "line")}
        orders = self._children(order["id"], "fulfillment_order")
        shipped: dict[str, list[dict[str, Any]]] = {}
        for each in orders:
            each["lineItems"] = {"nodes": self._children(each["id"], "order_line")}
            shipped[each["id"]] = self._children(each["id"], "fulfillment")
        order["fulfillmentOrders"] = {"nodes": orders}
        named = {each["id"] for each in self._children(order["id"], "named")}
        cut = set(_missing(order, orders))
        if named != {each["id"] for each in orders}:
            cut.add("fulfillment_orders")
        if not _give_lines(order, orders, shipped):
            cut.add("fulfillments")
        order["refunds"] = []
        return order, tuple(sorted(cut))


def _missing(order: Json, orders: Sequence[Json]) -> Iterator[str]:
    """Parts that bulk could not bring for this order."""
    if any(True for _ in items(order, "refunds")):
        yield "refunds"
    if order.get("returnStatus") != "NO_RETURN":
        yield "returns"
    if any(_was_requested(each) for each in orders):
        yield "requests"
    if any(each.get("displayStatus") not in _QUIET for each in items(order, "fulfillments")):
        yield "events"


def _was_requested(order: Json) -> bool:
    """Whether requests may have been sent: only a fulfillment service gets any."""
    location = maybe_obj(maybe_obj(order, "assignedLocation") or {}, "location") or {}
    return order.get("requestStatus") != "UNSUBMITTED" or flag(location, "isFulfillmentService", default=False)


def _give_lines(order: Json, orders: Sequence[Json], shipped: Mapping[str, Sequence[Json]]) -> bool:
    """Work out what is inside each fulfillment, which bulk does not tell; False where that cannot be known.

    A fulfillment order with exactly one fulfillment, a live one, has its missing units in that one. Anything else (several,
    a cancelled one whose units went back) is read by id.
    """
    known: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    try:
        gone = [(each, list(_gone(each))) for each in orders]
    except InvalidResponse:
        return False
    for each, lines in gone:
        for line_id, quantity in lines:
            only = shipped[each["id"]]
            if len(only) == 1:
                known[only[0]["id"]][line_id] += quantity
    for each in items(order, "fulfillments"):
        if maybe_text(each, "status") != "SUCCESS" or not known.get(each["id"]):
            return False
    if any(len(each) > 1 for each in shipped.values()):
        return False
    for each in items(order, "fulfillments"):
        _put_lines(each, known[each["id"]].items())
    return True


def _gone(order: Json) -> Iterator[tuple[str, int]]:
    """Units per line that have left a fulfillment order."""
    for each in items(maybe_obj(order, "lineItems") or {}, "nodes"):
        line_id = maybe_text(maybe_obj(each, "lineItem") or {}, "id")
        quantity = number(each, "totalQuantity") - number(each, "remainingQuantity")
        if line_id and quantity > 0:
            yield line_id, quantity


def _put_lines(fulfillment: Json, lines: Iterable[tuple[str, int]]) -> None:
    rows = [{"quantity": quantity, "lineItem": {"id": line_id}} for line_id, quantity in lines]
    if isinstance(fulfillment, dict):
        fulfillment["fulfillmentLineItems"] = {"nodes": rows}
