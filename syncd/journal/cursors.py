"""How far a source has been read: watermarks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete, select

from syncd.journal.rows import upsert
from syncd.journal.schema import cursors

WATERMARK = "orders_changed"
"""The cursor up to which a store's orders were read."""


def get(conn: Connection, *, store: str, name: str) -> datetime | None:
    """The watermark, or None when there is none: then everything has to be read."""
    return conn.execute(
        select(cursors.c.at).where(cursors.c.store == store, cursors.c.name == name)
    ).scalar_one_or_none()


def put(conn: Connection, *, store: str, name: str, at: datetime) -> None:
    """Set the watermark. Only after a read that was complete up to it."""
    if get(conn, store=store, name=name) != at:
        upsert(conn, cursors, [{"store": store, "name": name, "at": at}])


def never_read(conn: Connection, *, stores: Collection[str]) -> frozenset[str]:
    """Those of these stores whose orders were never read whole: what they have is not known."""
    statement = select(cursors.c.store).where(cursors.c.name == WATERMARK, cursors.c.store.in_(stores))
    return frozenset(stores) - frozenset(conn.execute(statement).scalars())


def judged_by(conn: Connection, *, store: str, policy: str, at: datetime) -> bool:
    """Note under which policy (its hash) the store is judged now; says whether it was another one before, or none."""
    mark = f"policy:{policy}"
    kept = cursors.c.store == store, cursors.c.name.startswith("policy:", autoescape=True)
    if set(conn.execute(select(cursors.c.name).where(*kept)).scalars()) == {mark}:
        return False
    conn.execute(delete(cursors).where(*kept))
    put(conn, store=store, name=mark, at=at)
    return True


def clear(conn: Connection, *, store: str) -> None:
    """Forget how far the store was read, so that the next pass reads everything."""
    conn.execute(delete(cursors).where(cursors.c.store == store))
