"""Which open orders concern which supplier, told from the few columns that its rule looks at."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import lru_cache

from sqlalchemy import ColumnElement, Connection, or_, select, true

from syncd.domain.ports import Wanted
from syncd.domain.shipments import SupplierOrder
from syncd.journal.coding import decode
from syncd.journal.rows import chunks
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
    ids: dict[str, set[str]] = defaultdict(set)
    for which in _which(only=only, also=also):
        claimed |= _claimed(conn, store=store, rules=rules, which=which)[supplier] if rules else {}
        linked = (
            select(order_links.c.order_id, order_links.c.supplier_order_id, orders.c.name)
            .join(orders, (orders.c.store == order_links.c.store) & (orders.c.order_id == order_links.c.order_id))
            .where(orders.c.store == store, which, order_links.c.supplier == supplier)
        )
        for order_id, supplier_order_id, name in conn.execute(linked):
            ids[order_id].add(supplier_order_id)
            claimed[order_id] = name
    seen = _seen(conn, supplier=supplier, ids=sorted(set().union(*ids.values()))) if with_known else {}
    return tuple(
        Wanted(
            order_id=order_id,
            order_name=name,
            supplier_order_ids=tuple(sorted(ids[order_id])),
            known=tuple(seen[id_] for id_ in sorted(ids[order_id]) if id_ in seen),
        )
        for order_id, name in sorted(claimed.items(), key=lambda item: (len(item[0]), item[0]))
    )


def _which(*, only: Collection[str] | None, also: Collection[str]) -> Iterable[ColumnElement[bool]]:
    """Conditions on the orders, to be asked one after another."""
    if only is None:
        yield _OPEN
    for chunk in chunks(sorted(also if only is None else only)):
        yield orders.c.order_id.in_(chunk)


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
        statement = select(supplier_orders.c.id, supplier_orders.c.document).where(
            supplier_orders.c.supplier == supplier,
            supplier_orders.c.id.in_(chunk),
            supplier_orders.c.missing_reads == 0,
        )
        found.update((id_, decode(SupplierOrder, document)) for id_, document in conn.execute(statement))
    return found


_OPEN: ColumnElement[bool] = orders.c.is_open


def _claimed(
    conn: Connection, *, store: str, rules: Iterable[SupplierRules], which: ColumnElement[bool] = _OPEN
) -> dict[str, dict[str, str]]:
    """By supplier: id and name of each of those orders (as a rule the open ones) with a line that it claims."""
    several = tuple(rules)
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
        .where(orders.c.store == store, which, _may_claim(rule.lines for rule in several))
    )
    claimed: dict[str, dict[str, str]] = defaultdict(dict)
    for row in conn.execute(statement):
        tags = _words(row.tags)
        places = _words(row.places)
        for rule in several:
            if claims(rule.lines, sku=row.sku, vendor=row.vendor, places=places, tags=tags):
                claimed[rule.name][row.order_id] = row.name
    return claimed


def _may_claim(rules: Iterable[LineRule]) -> ColumnElement[bool]:
    """The lines that are worth a closer look: with two suppliers, each looks at half of the lines at most."""
    prefixes = [rule.sku_prefix.strip() if rule.sku_prefix else "" for rule in rules]
    if not all(prefixes):
        return true()
    return or_(*(order_lines.c.sku.contains(prefix, autoescape=True) for prefix in prefixes))


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    """Orders share few tags and fewer locations, so most of these are known."""
    return frozenset(str(word).strip() for word in json.loads(text))
