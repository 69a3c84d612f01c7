"""Who may record for a store: a numbered lease. A newer number makes every older one worthless."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Update, bindparam, select, update

from syncd.errors import FenceLost
from syncd.journal.rows import insert
from syncd.journal.schema import fences

_FREE = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """The right to record for `store` until `lease_until`, or until a higher `number` is given out."""

    store: str
    number: int
    owner: str
    lease_until: datetime


def acquire(conn: Connection, *, store: str, owner: str, now: datetime, lease: timedelta) -> Fence | None:
    """The store's next fence, or None while somebody's lease runs (our own from before included)."""
    first = {"store": store, "number": 1, "owner": owner, "lease_until": now + lease}
    number = conn.execute(_taking(conn.dialect.name), {**first, "now": now}).scalar_one_or_none()
    return None if number is None else Fence(store=store, number=number, owner=owner, lease_until=now + lease)


@cache
def _taking(dialect: str) -> Any:
    """Takes a store, and says the fence's number; takes none whose lease still runs."""
    statement = insert(dialect, fences)
    changed = {
        "number": fences.c.number + 1,
        "owner": statement.excluded.owner,
        "lease_until": statement.excluded.lease_until,
    }
    is_free = fences.c.lease_until <= bindparam("now")
    return statement.on_conflict_do_update(index_elements=[fences.c.store], set_=changed, where=is_free).returning(
        fences.c.number
    )


def renew(conn: Connection, fence: Fence, *, now: datetime, lease: timedelta) -> Fence:
    """The same fence with a lease that ends `lease` from now. Raises FenceLost when a newer one exists."""
    _touch(conn, fence, lease_until=now + lease)
    return replace(fence, lease_until=now + lease)


def hold(conn: Connection, fence: Fence) -> None:
    """Make this transaction impossible for anybody but the newest fence's holder; first thing in each writing transaction.

    The row stays locked until the transaction ends, so nobody can take the store over in between. Raises FenceLost.
    """
    _touch(conn, fence, number=fence.number)


def release(conn: Connection, fence: Fence) -> None:
    """Let the store go at once. A fence that is already lost is let go silently."""
    _update(conn, fence, lease_until=_FREE)


def holder(conn: Connection, *, store: str) -> Fence | None:
    """The newest fence of the store, whether its lease still runs or not; None when nobody ever worked for it."""
    row = conn.execute(select(fences).where(fences.c.store == store)).one_or_none()
    if row is None or row.number == 0:
        return None
    return Fence(store=row.store, number=row.number, owner=row.owner, lease_until=row.lease_until)


def _update(conn: Connection, fence: Fence, **values: object) -> int:
    """How many rows that were: one, or none when the fence is not the newest."""
    its = {"of_store": fence.store, "of_number": fence.number, "of_owner": fence.owner}
    return conn.execute(_updating(), {**its, **values}).rowcount


@cache
def _updating() -> Update:
    return update(fences).where(
        fences.c.store == bindparam("of_store"),
        fences.c.number == bindparam("of_number"),
        fences.c.owner == bindparam("of_owner"),
    )


def _touch(conn: Connection, fence: Fence, **values: object) -> None:
    if _update(conn, fence, **values) != 1:
        raise FenceLost(
            f"{fence.store}: fence {fence.number} of {fence.owner} is no longer the newest; another run took the store over.",
            remedy="Nothing more is recorded by this run; the other one settles what it left open.",
        )
