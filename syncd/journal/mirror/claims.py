"""Which open orders concern which supplier, told from the few columns that its rule looks at."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from sqlalchemy import Connection, select

from syncd.domain.ports import Wanted
from syncd.journal.schema import order_lines, order_links, orders
from syncd.reconcile.policy import LineRule, Policy, SupplierRules


def wanted(conn: Connection, *, store: str, supplier: str, policy: Policy) -> tuple[Wanted, ...]:
    """The store's open orders about which the supplier should be asked, oldest id first.

    Those with a line that its rule claims, and those with a link to one of its orders.
    """
    rule = next((rules for rules in policy.suppliers if rules.name == supplier), None)
    claimed = {} if rule is None else _claimed(conn, store=store, rules=(rule,))[supplier]
    ids: dict[str, set[str]] = defaultdict(set)
    linked = (
        select(order_links.c.order_id, order_links.c.supplier_order_id, orders.c.name)
        .join(orders, (orders.c.store == order_links.c.store) & (orders.c.order_id == order_links.c.order_id))
        .where(orders.c.store == store, orders.c.is_open, order_links.c.supplier == supplier)
    )
    for order_id, supplier_order_id, name in conn.execute(linked):
        ids[order_id].add(supplier_order_id)
        claimed[order_id] = name
    return tuple(
        Wanted(order_id=order_id, order_name=name, supplier_order_ids=tuple(sorted(ids[order_id])))
        for order_id, name in sorted(claimed.items(), key=lambda item: (len(item[0]), item[0]))
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


def _claimed(conn: Connection, *, store: str, rules: Iterable[SupplierRules]) -> dict[str, dict[str, str]]:
    """By supplier: id and name of each open order with a line that it claims."""
    statement = (
        select(
            orders.c.order_id,
            orders.c.name,
            orders.c.tags,
            order_lines.c.sku,
            order_lines.c.vendor,
            order_lines.c.places,
        )
        .join(order_lines, (order_lines.c.store == orders.c.store) & (order_lines.c.order_id == orders.c.order_id))
        .where(orders.c.store == store, orders.c.is_open)
    )
    claimed: dict[str, dict[str, str]] = defaultdict(dict)
    several = tuple(rules)
    for row in conn.execute(statement):
        tags = _words(row.tags)
        places = _words(row.places)
        for rule in several:
            if claims(rule.lines, sku=row.sku, vendor=row.vendor, places=places, tags=tags):
                claimed[rule.name][row.order_id] = row.name
    return claimed


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    """Orders share few tags and fewer locations, so most of these are known."""
    return frozenset(str(word).strip() for word in json.loads(text))
