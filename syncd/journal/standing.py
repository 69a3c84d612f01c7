"""Where stores stand, in figures: for health checks and metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from syncd.journal import pauses, schedules
from syncd.journal.rows import among
from syncd.journal.schema import drifts, hints, intents, sources, supplier_stores


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One store's figures; ages in seconds, None = it never was. `sources`: by supplier, the age of its last whole read."""

    store: str
    right_age_s: float | None
    passed_age_s: float | None
    lag_s: float
    failures: int
    is_paused: bool
    hints: int
    drifts: Mapping[str, int]
    steps: Mapping[str, int]
    sources: Mapping[str, float]


def of_stores(conn: Connection, *, stores: Sequence[str], now: datetime) -> tuple[Standing, ...]:
    """The figures of these stores."""
    return tuple(_of_store(conn, store=store, now=now) for store in stores)


def _of_store(conn: Connection, *, store: str, now: datetime) -> Standing:
    these = {"store": store, "stores": [store]}
    schedule = schedules.of_store(conn, store=store)
    ages = {name: (now - at).total_seconds() for name, at in conn.execute(_SOURCES, these) if at is not None}
    return Standing(
        store=store,
        right_age_s=_age(schedule.right_at if schedule else None, now),
        passed_age_s=_age(schedule.ended_at if schedule else None, now),
        lag_s=max(0.0, (now - schedule.due_at).total_seconds()) if schedule else 0.0,
        failures=schedule.failures if schedule else 0,
        is_paused=pauses.in_force(conn, store=store, now=now) is not None,
        hints=conn.execute(_HINTS, these).scalar_one(),
        drifts=dict(conn.execute(_DRIFTS, these).all()),
        steps=dict(conn.execute(_STEPS, these).all()),
        sources=ages,
    )


def _age(at: datetime | None, now: datetime) -> float | None:
    return None if at is None else (now - at).total_seconds()


_HINTS = select(func.count()).select_from(hints).where(hints.c.store == bindparam("store"))
_DRIFTS = (
    select(drifts.c.kind, func.count())
    .where(drifts.c.store == bindparam("store"), drifts.c.state != "resolved")
    .group_by(drifts.c.kind)
)
_STEPS = select(intents.c.state, func.count()).where(intents.c.store == bindparam("store")).group_by(intents.c.state)
_SOURCES = (
    select(sources.c.name, sources.c.completed_at)
    .join(supplier_stores, supplier_stores.c.supplier == sources.c.name)
    .where(among(supplier_stores.c.store, "stores"))
)
