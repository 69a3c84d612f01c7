"""What people paused: while a pause is in force nothing is written to the store, by whatever process works on this journal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select

from syncd.clock import rfc3339
from syncd.errors import Paused
from syncd.journal import history
from syncd.journal.rows import upsert
from syncd.journal.schema import pauses
from syncd.reconcile.guard import Halt

EVERYWHERE = ""
"""The scope of a pause of every store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """One pause. `store` None = all of them; `until` None = until somebody resumes."""

    store: str | None
    actor: str
    reason: str
    since: datetime
    until: datetime | None

    @property
    def halt(self) -> Halt:
        """What a plan that may not go is told."""
        until = f" until {rfc3339(self.until)}" if self.until else ""
        what = "everything is" if self.store is None else f"{self.store} is"
        why = f"{what} paused by {self.actor} since {rfc3339(self.since)}{until}"
        remedy = "syncd resume" if self.store is None else f"syncd resume --store {self.store}"
        return Halt(why=f"{why}: {self.reason}" if self.reason else why, remedy=f"When it may go on: {remedy}")


def pause(
    conn: Connection,
    *,
    store: str | None,
    stores: Iterable[str],
    actor: str,
    reason: str,
    now: datetime,
    until: datetime | None = None,
) -> None:
    """Let nothing be written to `store` (None = to any) from now on. `stores` are those whose history tells of it."""
    row = {"scope": store or EVERYWHERE, "actor": actor, "reason": reason, "since": now, "until": until}
    upsert(conn, pauses, [row])
    for one in sorted(stores):
        history.append(
            conn,
            store=one,
            at=now,
            actor=actor,
            what="writes.paused",
            why=reason,
            after=rfc3339(until) if until else None,
        )


def resume(
    conn: Connection, *, store: str | None, stores: Iterable[str], actor: str, reason: str, now: datetime
) -> bool:
    """Lift the pause of `store` (None = the one of all). Returns whether there was one."""
    gone = conn.execute(delete(pauses).where(pauses.c.scope == (store or EVERYWHERE))).rowcount
    for one in sorted(stores) if gone else ():
        history.append(conn, store=one, at=now, actor=actor, what="writes.resumed", why=reason)
    return bool(gone)


def in_force(conn: Connection, *, store: str, now: datetime) -> Pause | None:
    """The pause that binds the store now: the one of all stores before its own."""
    row = conn.execute(_IN_FORCE, {"scopes": [EVERYWHERE, store], "now": now}).first()
    if row is None:
        return None
    return Pause(store=row.scope or None, actor=row.actor, reason=row.reason, since=row.since, until=row.until)


_IN_FORCE = (
    select(pauses)
    .where(
        pauses.c.scope.in_(bindparam("scopes", expanding=True)),
        pauses.c.until.is_(None) | (pauses.c.until > bindparam("now")),
    )
    .order_by(pauses.c.scope)
)


def must_not_be(conn: Connection, *, store: str, now: datetime) -> None:
    """Raises Paused while a pause binds the store."""
    found = in_force(conn, store=store, now=now)
    if found is not None:
        raise Paused(f"{found.halt.why}; nothing was sent.", remedy=found.halt.remedy)
