"""Mass changes of a source (F10), remembered until they are over.

The pass after a mass change would see nothing unusual: all those orders were dead before it. So the first one keeps how many
orders were open, and every later read is compared with that, until enough of them are back or a person accepts the change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, exists, func, or_, select, update

from syncd.domain.observation import SupplierRead
from syncd.domain.shipments import SupplierState
from syncd.journal.rows import AnyRow, once
from syncd.journal.schema import order_links, sources, supplier_orders
from syncd.reconcile.sources import SourceChange, is_mass_change


@dataclass(frozen=True, slots=True, kw_only=True)
class Mass:
    """How many orders were open, and how many of those died; `at` is set while that is a mass change."""

    open_before: int
    became_dead: int
    at: datetime | None = None

    @property
    def kept_open_before(self) -> int | None:
        return self.open_before if self.at else None


def judge_mass(conn: Connection, *, read: SupplierRead, source: AnyRow | None, open_before: int) -> Mass:
    """What this read did to the source's open orders, or what the mass change before it still does."""
    is_first = source is None or source.completed_at is None
    if source is not None and source.mass_at is not None:
        dead, at = conn.execute(_DIED_FROM(), {"supplier": read.supplier, "at": source.mass_at}).one()
        before = source.mass_open_before
    else:
        dead, at = _died_since(conn, read=read, source=source)
        before = open_before
    change = SourceChange(source=read.supplier, open_before=before, became_dead=dead, first_pass=is_first)
    kept_at = source.mass_at if source is not None and source.mass_at is not None else at
    return Mass(open_before=before, became_dead=dead, at=kept_at if is_mass_change(change) else None)


def died_meanwhile(conn: Connection, *, read: SupplierRead, source: AnyRow | None) -> int:
    """How many orders that were open at the last full read are known to have died since: reads of single orders told."""
    return 0 if source is None else _died_since(conn, read=read, source=source)[0]


def _died_since(conn: Connection, *, read: SupplierRead, source: AnyRow | None) -> tuple[int, datetime | None]:
    """Since the last full read of the source: reads of single orders in between would break a mass into small parts."""
    last: datetime | None = source.observed_at if source is not None else None
    is_later = last is None or last >= read.observed_at
    died = conn.execute(
        _DIED_FROM() if is_later else _DIED_AFTER(),
        {"supplier": read.supplier, "at": read.observed_at if is_later else last},
    )
    count, first = died.one()
    return count, first


def accept_mass_change(conn: Connection, *, supplier: str) -> bool:
    """A person says that the mass change is real. Returns whether there was one."""
    was = conn.execute(
        update(sources)
        .where(sources.c.name == supplier, sources.c.mass_at.is_not(None))
        .values(mass_at=None, mass_open_before=None)
    )
    return was.rowcount > 0


IS_LINKED = once(
    lambda: exists().where(
        order_links.c.supplier == supplier_orders.c.supplier, order_links.c.supplier_order_id == supplier_orders.c.id
    )
)


def _died(when: ColumnElement[bool]) -> Select[int, Any]:
    """How many linked orders died or went missing then and still are, and when the first did.

    A shipped one that goes missing is no loss.
    """
    is_shipped_and_missing = and_(
        supplier_orders.c.missing_reads > 0, supplier_orders.c.state == SupplierState.SHIPPED.value
    )
    return select(func.count(), func.min(supplier_orders.c.died_at)).where(
        supplier_orders.c.supplier == bindparam("supplier"),
        when,
        or_(supplier_orders.c.missing_reads > 0, ~supplier_orders.c.is_live),
        ~is_shipped_and_missing,
        IS_LINKED(),
    )


_DIED_FROM = once(lambda: _died(supplier_orders.c.died_at >= bindparam("at")))
_DIED_AFTER = once(lambda: _died(supplier_orders.c.died_at > bindparam("at")))
