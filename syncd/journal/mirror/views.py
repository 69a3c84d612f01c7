"""Everything that is known about some orders, as the decisions want it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from syncd.domain.observation import StoreRead, SupplierRead
from syncd.journal.intents import IntentRow
from syncd.journal.mirror.facts import Facts, Reads, gather
from syncd.journal.rows import AnyRow, among, chunks, once
from syncd.journal.schema import drifts, sources
from syncd.reconcile.lines import claims_line
from syncd.reconcile.policy import LineRule, Policy
from syncd.reconcile.view import IntentView, Link, OrderView, SupplierView

FREEZING = ("adapter_mass_change", "permission_or_token")
"""Drift kinds (F10, F12) that freeze their source while they are open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """How a supplier's last recorded read went."""

    is_complete: bool
    observed_at: datetime
    error: str | None


def views(
    conn: Connection,
    *,
    store: str,
    order_ids: Iterable[str],
    policy: Policy,
    reads: Mapping[str, SupplierRead],
    observed: Mapping[str, datetime] | None = None,
    fresh: StoreRead | None = None,
) -> list[OrderView]:
    """The orders with all that is known about them, in the order of `order_ids`; unknown ids are left out.

    `reads` are this pass's reads by supplier: they say how fresh and how whole the supplier's side is. For a supplier
    without one, its last recorded read counts. `observed` tells when an order was read in this pass, where that was later than
    the mirror's time (unchanged orders are not written). `fresh` are orders read by id right now, which the views show as they
    were read, also where the mirror would not keep that.
    """
    frozen = _frozen(conn, store=store)
    names = [rules.name for rules in policy.suppliers]
    rules = {one.name: one.lines for one in policy.suppliers}
    kept = source_states(conn, names=names)
    shown = {name: frozenset(order.id for order in read.orders) for name, read in reads.items()}
    looks = Reads(by_supplier=reads, shown=shown, fresh=fresh)
    built: list[OrderView] = []
    for chunk in chunks(dict.fromkeys(order_ids)):
        facts = gather(conn, store=store, order_ids=chunk, suppliers=names, reads=looks)
        for order_id in (id_ for id_ in chunk if id_ in facts.orders):
            at = facts.orders[order_id].observed_at
            suppliers = tuple(
                _supplier_view(name, order_id, facts, looks, kept=kept.get(name), rule=rules[name]) for name in names
            )
            view = _view(store, order_id, facts, observed_at=max(at, (observed or {}).get(order_id, at)))
            built.append(replace(view, suppliers=suppliers, frozen_sources=frozen))
    return built


def source_states(conn: Connection, *, names: Iterable[str]) -> dict[str, SourceRow]:
    """How the last recorded read of each supplier went; those never read are left out."""
    return {
        row.name: SourceRow(is_complete=row.is_complete, observed_at=row.observed_at, error=row.error)
        for row in conn.execute(_SOURCES(), {"names": list(names)})
    }


_SOURCES = once(lambda: select(sources).where(among(sources.c.name, "names")))


def intent_view(row: IntentRow, *, observed_at: datetime) -> IntentView:
    """An intent as the decisions see it; `observed_at` is when its order was last looked at."""
    return IntentView(
        id=row.id,
        action=row.step.action,
        state=row.state.value,
        lines=row.step.lines,
        tracking=row.step.tracking,
        created_at=row.created_at,
        sent_at=row.sent_at,
        deadline_at=row.deadline_at,
        effect_id=row.effect_id or row.step.target.fulfillment_id,
        supplier=row.step.supplier,
        supplier_order_id=row.step.target.supplier_order_id,
        notify_customer=row.step.notify_customer,
        # What was read back is kept after the outcome, which on a coarse clock may be the same instant.
        observed_after=observed_at >= row.touched_at,
        existing=row.step.target.existing,
    )


def _view(
    store: str,
    order_id: str,
    facts: Facts,
    *,
    observed_at: datetime,
) -> OrderView:
    row = facts.orders[order_id]
    return OrderView(
        store=store,
        order=row.order,
        observed_at=observed_at,
        intents=tuple(intent_view(intent, observed_at=observed_at) for intent in facts.intents.get(order_id, ())),
        notified=facts.notified.get(order_id, frozenset()),
        placement=facts.placements.get(order_id),
        number_uses=facts.uses.get(order_id, ()),
        quantity_gap_since=row.quantity_gap_since,
    )


def _supplier_view(
    name: str, order_id: str, facts: Facts, reads: Reads, *, kept: SourceRow | None, rule: LineRule
) -> SupplierView:
    read = reads.by_supplier.get(name)
    links: dict[str, list[AnyRow]] = defaultdict(list)
    for link in facts.links.get(order_id, ()):
        if link.supplier == name:
            links[link.supplier_order_id].append(link)
    linked = {id_: facts.supplier_orders[name, id_] for id_ in sorted(links) if (name, id_) in facts.supplier_orders}
    last = read or kept
    shown = reads.shown.get(name, frozenset())
    order = facts.orders[order_id].order
    was_asked = _is_about(read, order_id) or not (
        links or any(claims_line(rule, line=line, order=order) for line in order.lines)
    )
    return SupplierView(
        name=name,
        complete=was_asked and _is_whole(read, kept, order_id=order_id, links=links.keys(), shown=shown),
        observed_at=last.observed_at if last else None,
        error=last.error if last else None,
        orders=tuple(
            replace(
                order,
                links=tuple(_link(row) for row in links[id_]),
                claimed_by=_others(facts.owners.get((name, id_), ()), links[id_][0]),
            )
            for id_, order in linked.items()
        ),
        empty_reads=facts.empty.get((order_id, name), 0),
        unknown_links=tuple(id_ for id_ in sorted(links) if id_ not in linked),
        doubtful={one.supplier_order_id: one.others for one in facts.doubts.get(order_id, ()) if one.supplier == name},
        was_asked=was_asked,
    )


def _is_about(read: SupplierRead | None, order_id: str) -> bool:
    """Whether the read would have shown what the supplier has for the order; one that does not say counts as such."""
    if read is None or read.about is None or read.lists_everything:
        return True
    return order_id in read.about or order_id in read.answered


def _is_whole(
    read: SupplierRead | None, kept: SourceRow | None, *, order_id: str, links: Collection[str], shown: frozenset[str]
) -> bool:
    """Whether the last read was whole so far as one order goes.

    A read that failed for others is whole for an order about which the supplier answered by the store's reference; where the
    supplier cannot be asked so, for one whose supplier orders were all asked for by id and shown. A listing that was cut
    may hide another supplier order, so it is whole for nobody.
    """
    if read is None:
        return kept is not None and kept.is_complete
    if read.complete or read.error is not None or read.lists_everything:
        return read.complete and read.error is None
    if read.answered:
        return order_id in read.answered
    return bool(links) and read.asked.issuperset(links) and shown.issuperset(links)


def _others(owners: Iterable[tuple[str, str, str]], link: AnyRow) -> tuple[str, ...]:
    return tuple(sorted({name for store, order_id, name in owners if (store, order_id) != (link.store, link.order_id)}))


def _link(row: AnyRow) -> Link:
    return Link(origin=row.origin, line_id=row.line_id or None, line_sku=row.line_sku or None)


def _frozen(conn: Connection, *, store: str) -> frozenset[str]:
    return frozenset(conn.execute(_FROZEN(), {"store": store}).scalars())


_FROZEN = once(
    lambda: select(drifts.c.source).where(
        drifts.c.store == bindparam("store"),
        drifts.c.state != "resolved",
        drifts.c.order_id.is_(None),
        drifts.c.kind.in_(FREEZING),
        drifts.c.source.is_not(None),
    )
)
