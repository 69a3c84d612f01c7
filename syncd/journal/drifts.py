"""Drift episodes: what disagrees, since when, and what people said to it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, or_, select, update

from syncd.errors import UsageError
from syncd.journal.coding import decode, encode
from syncd.journal.rows import AnyRow, among, chunks, once, upsert
from syncd.journal.schema import drifts as episodes
from syncd.reconcile.view import APART, Drift


class DriftState(StrEnum):
    """Where an episode stands. A resolved one that comes back is open again and counts a regression."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftRecord:
    """A drift with its story. `first_seen` is of the first episode, `opened_at` of the present one."""

    drift: Drift
    store: str
    first_seen: datetime
    last_seen: datetime
    opened_at: datetime
    state: DriftState
    confirmed: bool
    regressions: int
    resolved_at: datetime | None = None
    snoozed_until: datetime | None = None
    decided_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftChanges:
    """What one pass changed; what stayed open is in none of them."""

    opened: tuple[DriftRecord, ...] = ()
    resolved: tuple[DriftRecord, ...] = ()
    regressed: tuple[DriftRecord, ...] = ()


def record(
    conn: Connection,
    *,
    store: str,
    judged: Collection[str],
    drifts: Iterable[Drift],
    now: datetime,
    run_id: str,
    complete_sources: Collection[str],
    answered: Collection[str] = (),
    is_part: bool = False,
) -> DriftChanges:
    """Keep what a pass found.

    `judged` are the orders that were judged on whole reads of themselves; of those, every supplier told all about the ones
    that are `answered`. An order's drift that is no longer found is resolved only if its order is judged, and its source, where
    it names one, is in `complete_sources` or the order answered; a drift of a source itself only if that source is complete, and
    was not asked for some orders only (`is_part`). A drift is confirmed by two finds on complete sources at least a minute apart.
    """
    _wake(conn, store=store, now=now)
    found = {drift.id: drift for drift in drifts}
    whole = frozenset(complete_sources)
    kept = _kept(conn, store=store, ids=found)
    rows = [
        _row(store, drift, old=kept.get(drift.id), now=now, run_id=run_id, is_complete=_is_complete(drift, whole))
        for drift in found.values()
    ]
    for chunk in chunks(rows):
        upsert(conn, episodes, chunk)
    opened = [id_ for id_ in found if id_ not in kept]
    regressed = [id_ for id_ in found if id_ in kept and kept[id_].state == DriftState.RESOLVED]
    told = frozenset(answered)
    gone = _gone(
        conn, store=store, judged=frozenset(judged), found=found.keys(), whole=whole, answered=told, is_part=is_part
    )
    _resolve(conn, store=store, ids=gone, now=now, run_id=run_id)
    return DriftChanges(
        opened=_records(conn, store=store, ids=opened),
        resolved=_records(conn, store=store, ids=gone),
        regressed=_records(conn, store=store, ids=regressed),
    )


def open_drifts(
    conn: Connection, *, store: str, order: str | None = None, kind: str | None = None
) -> list[DriftRecord]:
    """Every drift of the store that is not resolved, oldest first; `order` is a name or an id."""
    statement = _listing(has_order=order is not None, has_kind=kind is not None)
    return [_record(row) for row in conn.execute(statement, {"store": store, "order": order, "kind": kind})]


@cache
def _listing(*, has_order: bool, has_kind: bool) -> Select[Any]:
    statement = select(episodes).where(*_IS_OPEN())
    if has_order:
        is_its = or_(episodes.c.order_id == bindparam("order"), episodes.c.order_name == bindparam("order"))
        statement = statement.where(is_its)
    if has_kind:
        statement = statement.where(episodes.c.kind == bindparam("kind"))
    return statement.order_by(episodes.c.opened_at, episodes.c.id)


def opened_since(conn: Connection, *, store: str, at: datetime) -> list[DriftRecord]:
    """Every drift whose present or last episode began then or later, oldest first; resolved ones too."""
    statement = select(episodes).where(episodes.c.store == store, episodes.c.opened_at >= at)
    return [_record(row) for row in conn.execute(statement.order_by(episodes.c.opened_at, episodes.c.id))]


def load(conn: Connection, *, store: str, drift_id: str) -> DriftRecord | None:
    """One drift, whatever its state, or None."""
    return next(iter(_records(conn, store=store, ids=[drift_id])), None)


def decide(
    conn: Connection,
    *,
    store: str,
    drift_id: str,
    state: DriftState,
    actor: str,
    now: datetime,
    until: datetime | None = None,
) -> DriftRecord:
    """A person acknowledges, snoozes (`until`), resolves or opens a drift.

    Raises UsageError when there is no such drift, or when a snooze has no end.
    """
    if state is DriftState.SNOOZED and (until is None or until <= now):
        raise UsageError("A snooze needs an end that lies ahead.", remedy="For example: 7d.")
    values: dict[str, Any] = {
        "state": state.value,
        "decided_by": actor,
        "snoozed_until": until if state is DriftState.SNOOZED else None,
        "resolved_at": now if state is DriftState.RESOLVED else None,
    }
    changed = conn.execute(
        update(episodes).where(episodes.c.store == store, episodes.c.id == drift_id).values(**values)
    )
    if changed.rowcount != 1:
        raise UsageError(f"{store} has no drift {drift_id}.", remedy="See: syncd drift --format json")
    return _records(conn, store=store, ids=[drift_id])[0]


def _wake(conn: Connection, *, store: str, now: datetime) -> None:
    if conn.execute(_ONE_OVER(), {"of": store, "now": now}).first():
        woken = update(episodes).where(*_OVER()).values(state=DriftState.OPEN.value, snoozed_until=None)
        conn.execute(woken, {"of": store, "now": now})


_OVER = once(
    lambda: (
        episodes.c.store == bindparam("of"),
        episodes.c.state == DriftState.SNOOZED.value,
        episodes.c.snoozed_until <= bindparam("now"),
    )
)
_ONE_OVER = once(lambda: select(episodes.c.id).where(*_OVER()).limit(1))


def _kept(conn: Connection, *, store: str, ids: Iterable[str]) -> dict[str, AnyRow]:
    found: dict[str, AnyRow] = {}
    for chunk in chunks(ids):
        found |= {row.id: row for row in conn.execute(_KEPT(), {"store": store, "ids": chunk})}
    return found


_KEPT = once(lambda: select(episodes).where(episodes.c.store == bindparam("store"), among(episodes.c.id, "ids")))


def _is_complete(drift: Drift, whole: frozenset[str]) -> bool:
    return drift.source is None or drift.source in whole


def _row(
    store: str, drift: Drift, *, old: AnyRow | None, now: datetime, run_id: str, is_complete: bool
) -> dict[str, Any]:
    is_new = old is None or old.state == DriftState.RESOLVED
    first_complete = None if is_new else old and old.complete_at
    was_confirmed = not is_new and bool(old and old.is_confirmed)
    return {
        "store": store,
        "id": drift.id,
        "kind": drift.kind,
        "order_id": drift.order_id,
        "order_name": drift.order,
        "source": drift.source,
        "state": DriftState.OPEN.value if old is None or is_new else old.state,
        "first_seen": old.first_seen if old else now,
        "last_seen": now,
        "opened_at": now if old is None or is_new else old.opened_at,
        "complete_at": first_complete or (now if is_complete else None),
        "resolved_at": None,
        "snoozed_until": None if old is None or is_new else old.snoozed_until,
        "decided_by": None if old is None or is_new else old.decided_by,
        "is_confirmed": was_confirmed or bool(is_complete and first_complete and now - first_complete >= APART),
        "regressions": (old.regressions if old else 0) + int(old is not None and is_new),
        "run_id": run_id,
        "document": encode(drift),
    }


def _gone(
    conn: Connection,
    *,
    store: str,
    judged: frozenset[str],
    found: Collection[str],
    whole: frozenset[str],
    answered: frozenset[str],
    is_part: bool,
) -> list[str]:
    """Ids of the kept drifts that a pass which could have found them did not find."""
    return [
        row.id
        for row in conn.execute(_OPEN(), {"store": store})
        if row.id not in found
        and (row.source is None or row.source in whole or row.order_id in answered)
        and (row.order_id in judged if row.order_id is not None else row.source is not None and not is_part)
    ]


_IS_OPEN = once(lambda: (episodes.c.store == bindparam("store"), episodes.c.state != DriftState.RESOLVED.value))
_OPEN = once(lambda: select(episodes.c.id, episodes.c.order_id, episodes.c.source).where(*_IS_OPEN()))


def _resolve(conn: Connection, *, store: str, ids: Iterable[str], now: datetime, run_id: str) -> None:
    for chunk in chunks(ids):
        conn.execute(_RESOLVE(), {"of": store, "ids": chunk, "now": now, "run": run_id})


_RESOLVE = once(
    lambda: (
        update(episodes)
        .where(episodes.c.store == bindparam("of"), among(episodes.c.id, "ids"))
        .values(
            state=DriftState.RESOLVED.value, resolved_at=bindparam("now"), snoozed_until=None, run_id=bindparam("run")
        )
    )
)


def _records(conn: Connection, *, store: str, ids: Iterable[str]) -> tuple[DriftRecord, ...]:
    ids = list(ids)
    rows: Mapping[str, AnyRow] = _kept(conn, store=store, ids=ids)
    return tuple(_record(rows[id_]) for id_ in ids if id_ in rows)


def _record(row: AnyRow) -> DriftRecord:
    return DriftRecord(
        drift=decode(Drift, row.document),
        store=row.store,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        opened_at=row.opened_at,
        state=DriftState(row.state),
        confirmed=row.is_confirmed,
        regressions=row.regressions,
        resolved_at=row.resolved_at,
        snoozed_until=row.snoozed_until,
        decided_by=row.decided_by,
    )
