"""When each store gets its next pass, and how the last one ended.

One row per store, shared by all daemons on the journal. A store that was not passed over for hours has missed many turns and
is due once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, select, update

from syncd.journal.intents import UNSETTLED
from syncd.journal.rows import among, insert_new
from syncd.journal.schema import fences, hints, intents, schedules

SETTLES_WITHIN = timedelta(seconds=2)
"""How long hints are left to gather: one act of a person or an app makes several. Our choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A store that is to be passed over now. `things`: only what they are about is to be looked at; empty = the whole store."""

    store: str
    things: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Where a store stands. `right_at`: when the last whole pass ended at which everything could be read and done.

    `failures` passes failed one after another, the last one with `error`.
    """

    store: str
    due_at: datetime
    began_at: datetime | None
    ended_at: datetime | None
    right_at: datetime | None
    failures: int
    error: str


def enter(conn: Connection, *, stores: Iterable[str], now: datetime) -> None:
    """Let stores that are new be due at once."""
    insert_new(conn, schedules, [{"store": store, "due_at": now, "failures": 0, "error": ""} for store in stores])


def turns(conn: Connection, *, stores: Collection[str], now: datetime) -> list[Turn]:
    """Whose turn it is, most urgent first; without those that somebody works on.

    First the stores with effects whose outcome is not known, then those with hints, then who has waited longest.
    """
    these = {"stores": sorted(stores), "now": now}
    held = set(conn.execute(_HELD, these).scalars())
    due = {store: at for store, at in conn.execute(_DUE, these) if store not in held}
    hinted: dict[str, set[str]] = defaultdict(set)
    for store, thing in conn.execute(_HINTS, {**these, "now": now - SETTLES_WITHIN}):
        if store not in held:
            hinted[store].add(thing)
    if not due and not hinted:
        return []
    unsettled = set(conn.execute(_UNSETTLED, these).scalars())
    urgent = sorted(
        due.keys() | hinted.keys(),
        key=lambda store: (store not in unsettled, store not in hinted, due.get(store, now), store),
    )
    return [Turn(store=store, things=() if store in due else tuple(sorted(hinted[store]))) for store in urgent]


_HELD = select(fences.c.store).where(among(fences.c.store, "stores"), fences.c.lease_until > bindparam("now"))
_DUE = select(schedules.c.store, schedules.c.due_at).where(
    among(schedules.c.store, "stores"), schedules.c.due_at <= bindparam("now")
)
_HINTS = select(hints.c.store, hints.c.thing).where(among(hints.c.store, "stores"), hints.c.at <= bindparam("now"))
_UNSETTLED = (
    select(intents.c.store)
    .where(among(intents.c.store, "stores"), intents.c.state.in_([state.value for state in UNSETTLED]))
    .distinct()
)


def due_now(conn: Connection, *, store: str, now: datetime) -> None:
    """Let the store's next pass come at once."""
    conn.execute(update(schedules).where(schedules.c.store == store, schedules.c.due_at > now).values(due_at=now))


def began(conn: Connection, *, store: str, now: datetime) -> None:
    """Note that a pass over the store begins."""
    conn.execute(update(schedules).where(schedules.c.store == store).values(began_at=now))


def ended(
    conn: Connection,
    *,
    turn: Turn,
    began_at: datetime,
    now: datetime,
    due_at: datetime,
    is_right: bool,
    error: str,
) -> None:
    """Note how a turn ended. What was hinted since it began waits for the next; `due_at` counts after a whole pass."""
    seen = [hints.c.store == turn.store, hints.c.at <= began_at]
    if turn.things:
        seen.append(hints.c.thing.in_(turn.things))
    conn.execute(delete(hints).where(*seen))
    if turn.things:
        return
    values: dict[str, object] = {"due_at": due_at, "ended_at": now, "error": error}
    values["failures"] = schedules.c.failures + 1 if error else 0
    if is_right:
        values["right_at"] = now
    conn.execute(update(schedules).where(schedules.c.store == turn.store).values(**values))


def of_store(conn: Connection, *, store: str) -> Schedule | None:
    """Where the store stands; None = no daemon ever passed over it."""
    row = conn.execute(_ONE, {"store": store}).one_or_none()
    if row is None:
        return None
    return Schedule(
        store=row.store,
        due_at=row.due_at,
        began_at=row.began_at,
        ended_at=row.ended_at,
        right_at=row.right_at,
        failures=row.failures,
        error=row.error,
    )


_ONE = select(schedules).where(schedules.c.store == bindparam("store"))
