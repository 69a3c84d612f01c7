"""Which open orders concern which supplier, told from the few columns that its rule looks at."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, or_, select

from syncd.domain.ports import Wanted
from syncd.domain.shipments import SupplierOrder
from syncd.journal.coding import decode
from syncd.journal.rows import among, chunks
from syncd.journal.schema import order_lines, order_links, orders, supplier_orders
from syncd.reconcile.policy import LineRule, Policy, SupplierRules


def wanted(
    conn: Connection,
    *,
    store: str,
    supplier: str,
    policy: Policy,
    with_known: bool = False,
    only: Collection[str] | None = None,
    also: Collection[str] = (),
) -> tuple[Wanted, ...]:
    """The store's open orders about which the supplier should be asked, oldest id first.

    Those with a line that its rule claims, and those with a link to one of its orders. `with_known` adds what those looked
    like last. `also` are asked about though they may not be open; with `only`, exactly those are, open or not.
    """
    rules = [rules for rules in policy.suppliers if rules.name == supplier]
    claimed: dict[str, str] = {}
    units: dict[str, int] = {}
    ids: dict[str, set[str]] = defaultdict(set)
    for which in _which(only=only, also=also):
        found = _claimed(conn, store=store, rules=rules, which=which)[supplier] if rules else {}
        claimed |= {order_id: claim.name for order_id, claim in found.items()}
        units |= {order_id: claim.units for order_id, claim in found.items()}
        linked = conn.execute(_linked(is_open=which is None), {"store": store, "supplier": supplier, "ids": which})
        for order_id, supplier_order_id, name in linked:
            ids[order_id].add(supplier_order_id)
            claimed[order_id] = name
    seen = _seen(conn, supplier=supplier, ids=sorted(set().union(*ids.values()))) if with_known else {}
    return tuple(
        Wanted(
            order_id=order_id,
            order_name=name,
            supplier_order_ids=tuple(sorted(ids[order_id])),
            known=tuple(seen[id_] for id_ in sorted(ids[order_id]) if id_ in seen),
            units=units.get(order_id),
        )
        for order_id, name in sorted(claimed.items(), key=lambda item: (len(item[0]), item[0]))
    )


def _which(*, only: Collection[str] | None, also: Collection[str]) -> Iterable[list[str] | None]:
    """Which orders are to be asked about, one lot after another: None = the open ones, else those of these ids."""
    if only is None:
        yield None
    yield from chunks(sorted(also if only is None else only))


def _these(*, is_open: bool) -> ColumnElement[bool]:
    return orders.c.is_open if is_open else among(orders.c.order_id, "ids")


@cache
def _linked(*, is_open: bool) -> Select[Any]:
    return (
        select(order_links.c.order_id, order_links.c.supplier_order_id, orders.c.name)
        .join(orders, (orders.c.store == order_links.c.store) & (orders.c.order_id == order_links.c.order_id))
        .where(
            orders.c.store == bindparam("store"),
            _these(is_open=is_open),
            order_links.c.supplier == bindparam("supplier"),
        )
    )


def open_orders_by_supplier(conn: Connection, *, store: str, policy: Policy) -> dict[str, int]:
    """How many open orders of the store have a line that each supplier claims; every supplier of the policy is named."""
    claimed = _claimed(conn, store=store, rules=policy.suppliers)
    return {rules.name: len(claimed[rules.name]) for rules in policy.suppliers}


def claims(
    rule: LineRule, *, sku: str | None, vendor: str | None, places: frozenset[str], tags: frozenset[str]
) -> bool:
    """Whether a line is the supplier's. Every part of the rule that is set must hold; a rule without parts claims none.

    Compared case-sensitively after trimming. `places` are the ids and names of the locations where the line is worked on.
    """
    tests = (
        (rule.sku_prefix, lambda prefix: (sku or "").strip().startswith(prefix)),
        (rule.vendor, lambda name: (vendor or "").strip() == name),
        (rule.location, lambda place: place in places),
        (rule.tag, lambda tag: tag in tags),
    )
    wanted_parts = [(part.strip(), holds) for part, holds in tests if part and part.strip()]
    return bool(wanted_parts) and all(holds(part) for part, holds in wanted_parts)


def _seen(conn: Connection, *, supplier: str, ids: Iterable[str]) -> dict[str, SupplierOrder]:
    """These supplier orders as the last read showed them; without those that it should have shown and did not."""
    found: dict[str, SupplierOrder] = {}
    for chunk in chunks(ids):
        shown = conn.execute(_SHOWN(), {"supplier": supplier, "ids": chunk})
        found.update((id_, decode(SupplierOrder, document)) for id_, document in shown)
    return found


_SHOWN = cache(
    lambda: select(supplier_orders.c.id, supplier_orders.c.document).where(
        supplier_orders.c.supplier == bindparam("supplier"),
        among(supplier_orders.c.id, "ids"),
        supplier_orders.c.missing_reads == 0,
    )
)


@dataclass(slots=True, kw_only=True)
class _Claim:
    """An order's lines that a supplier claims, taken together."""

    name: str
    units: int = 0


def _claimed(
    conn: Connection, *, store: str, rules: Iterable[SupplierRules], which: list[str] | None = None
) -> dict[str, dict[str, _Claim]]:
    """By supplier and id: those of the orders (None = the open ones) of which it claims a line."""
    several = tuple(rules)
    prefixes = tuple(rule.lines.sku_prefix.strip() if rule.lines.sku_prefix else "" for rule in several)
    statement = _lines(prefixes, is_open=which is None)
    claimed: dict[str, dict[str, _Claim]] = defaultdict(dict)
    for row in conn.execute(statement, {"store": store, "ids": which}):
        tags = _words(row.tags)
        places = _words(row.places)
        for rule in several:
            if claims(rule.lines, sku=row.sku, vendor=row.vendor, places=places, tags=tags):
                claimed[rule.name].setdefault(row.order_id, _Claim(name=row.name)).units += row.units
    return claimed


@lru_cache(maxsize=64)
def _lines(prefixes: tuple[str, ...], *, is_open: bool) -> Select[Any]:
    """Lines of those orders: those that are worth a closer look. With two suppliers, each looks at half of them at most."""
    statement = (
        select(
            orders.c.order_id,
            orders.c.name,
            orders.c.tags,
            order_lines.c.sku,
            order_lines.c.vendor,
            order_lines.c.places,
            order_lines.c.units,
        )
        .join(order_lines, (order_lines.c.store == orders.c.store) & (order_lines.c.order_id == orders.c.order_id))
        .where(orders.c.store == bindparam("store"), _these(is_open=is_open))
    )
    if not all(prefixes):
        return statement
    return statement.where(or_(*(order_lines.c.sku.contains(prefix, autoescape=True) for prefix in prefixes)))


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    """Orders share few tags and fewer locations, so most of these are known."""
    return frozenset(str(word).strip() for word in json.loads(text))
