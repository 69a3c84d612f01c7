"""How far a source has been read: watermarks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select

from syncd.journal.rows import among, once, upsert
from syncd.journal.schema import cursors

WATERMARK = "orders_changed"
"""The cursor up to which a store's orders were read."""


def get(conn: Connection, *, store: str, name: str) -> datetime | None:
    """The watermark, or None when there is none: then everything has to be read."""
    return conn.execute(_GET(), {"store": store, "name": name}).scalar_one_or_none()


_GET = once(
    lambda: select(cursors.c.at).where(cursors.c.store == bindparam("store"), cursors.c.name == bindparam("name"))
)


def put(conn: Connection, *, store: str, name: str, at: datetime) -> None:
    """Set the watermark. Only after a read that was complete up to it."""
    if get(conn, store=store, name=name) != at:
        upsert(conn, cursors, [{"store": store, "name": name, "at": at}])


def never_read(conn: Connection, *, stores: Collection[str]) -> frozenset[str]:
    """Those of these stores whose orders were never read whole: what they have is not known."""
    return frozenset(stores) - frozenset(conn.execute(_READ(), {"stores": list(stores)}).scalars())


_READ = once(lambda: select(cursors.c.store).where(cursors.c.name == WATERMARK, among(cursors.c.store, "stores")))


def judged_by(conn: Connection, *, store: str, policy: str, at: datetime) -> bool:
    """Note under which policy (its hash) the store is judged now; says whether it was another one before, or none."""
    mark = f"policy:{policy}"
    if set(conn.execute(_POLICIES(), {"of": store}).scalars()) == {mark}:
        return False
    conn.execute(delete(cursors).where(*_OF_POLICIES()), {"of": store})
    put(conn, store=store, name=mark, at=at)
    return True


_OF_POLICIES = once(lambda: (cursors.c.store == bindparam("of"), cursors.c.name.startswith("policy:", autoescape=True)))
_POLICIES = once(lambda: select(cursors.c.name).where(*_OF_POLICIES()))


def clear(conn: Connection, *, store: str) -> None:
    """Forget how far the store was read, so that the next pass reads everything."""
    conn.execute(delete(cursors).where(cursors.c.store == store))
