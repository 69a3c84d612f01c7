"""What services told us unasked: where to look soon. Losing all of it changes nothing but when things are seen."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete

from syncd.domain.ports import Heard
from syncd.journal.rows import insert, upsert
from syncd.journal.schedules import due_now
from syncd.journal.schema import deliveries, hints

REMEMBERED = timedelta(days=7)
"""How long an event is known that came before: senders try again for hours, not for days. Our choice."""


def keep(conn: Connection, *, store: str, heard: Heard, now: datetime) -> bool:
    """Keep where to look. Returns False where this very event came before: then there is nothing new to look at."""
    if heard.event_id and not _is_first(conn, store=store, heard=heard, now=now):
        return False
    note(conn, store=store, things=heard.things, now=now)
    if heard.is_about_all:
        due_now(conn, store=store, now=now)
    return True


def note(conn: Connection, *, store: str, things: Collection[str], now: datetime) -> None:
    """Note that these things may have changed."""
    upsert(conn, hints, [{"store": store, "thing": thing, "at": now} for thing in sorted(set(things))])


def forget(conn: Connection, *, now: datetime) -> None:
    """Drop what is known of events that nobody sends again."""
    conn.execute(delete(deliveries).where(deliveries.c.at < now - REMEMBERED))


def _is_first(conn: Connection, *, store: str, heard: Heard, now: datetime) -> bool:
    statement = insert(conn.dialect.name, deliveries).on_conflict_do_nothing()
    row = {"store": store, "topic": heard.topic, "event_id": heard.event_id, "at": now}
    return conn.execute(statement, row).rowcount == 1
