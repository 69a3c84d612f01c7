"""What syncd and people did, for ever: rows that cannot be changed, each bound to the one before by its hash."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select, update

from syncd.clock import rfc3339
from syncd.journal.coding import canonical, digest
from syncd.journal.rows import AnyRow, insert_new, once
from syncd.journal.schema import history, history_heads

START = "0" * 64
"""What the first event of a store names as its predecessor."""

_PAGE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened. `before` and `after` are JSON-ready; `hash` covers all of it and `previous`."""

    store: str
    seq: int
    at: datetime
    actor: str
    what: str
    order_id: str | None
    order: str | None
    why: str
    before: Any
    after: Any
    run_id: str | None
    previous: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainFault:
    """Where a store's history is not what was written. `seq` is the first event that does not fit."""

    store: str
    seq: int
    text: str


def append(
    conn: Connection,
    *,
    store: str,
    at: datetime,
    actor: str,
    what: str,
    order_id: str | None = None,
    order: str | None = None,
    why: str = "",
    before: Any = None,
    after: Any = None,
    run_id: str | None = None,
) -> Event:
    """Add one event to the store's history and return it."""
    head = conn.execute(_LOCK_HEAD(), {"of": store}).one_or_none()
    if head is None:
        insert_new(conn, history_heads, [{"store": store, "seq": 0, "hash": START}])
        head = conn.execute(_LOCK_HEAD(), {"of": store}).one()
    row: dict[str, Any] = {
        "store": store,
        "seq": head.seq + 1,
        "at": at,
        "actor": actor,
        "what": what,
        "order_id": order_id,
        "order_name": order,
        "why": why,
        "before": None if before is None else canonical(before),
        "after": None if after is None else canonical(after),
        "run_id": run_id,
        "previous": head.hash,
    }
    row["hash"] = _hash(row)
    event = conn.execute(_INSERT(), row).one()
    conn.execute(_MOVE_HEAD(), {"of": store, "seq": row["seq"], "hash": row["hash"]})
    return _event(event)


_LOCK_HEAD = once(lambda: select(history_heads).where(history_heads.c.store == bindparam("of")).with_for_update())
_MOVE_HEAD = once(lambda: update(history_heads).where(history_heads.c.store == bindparam("of")))
_INSERT = once(lambda: history.insert().returning(history))


def events(
    conn: Connection, *, store: str, order: str | None = None, since: datetime | None = None, run_id: str | None = None
) -> list[Event]:
    """The store's history, oldest first; `order` is a name or an id."""
    statement = select(history).where(history.c.store == store)
    if order is not None:
        statement = statement.where(or_(history.c.order_name == order, history.c.order_id == order))
    if since is not None:
        statement = statement.where(history.c.at >= since)
    if run_id is not None:
        statement = statement.where(history.c.run_id == run_id)
    return [_event(row) for row in conn.execute(statement.order_by(history.c.seq))]


def stores(conn: Connection) -> list[str]:
    """Stores that have a history."""
    return list(conn.execute(select(history_heads.c.store).order_by(history_heads.c.store)).scalars())


def verify_chain(conn: Connection, *, store: str) -> ChainFault | None:
    """None when the store's history is whole and untouched; otherwise the first place where it is not."""
    previous, seq = START, 0
    for row in _all(conn, store):
        seq += 1
        if row.seq != seq:
            return ChainFault(store=store, seq=seq, text=f"event {seq} is missing")
        if row.previous != previous:
            return ChainFault(store=store, seq=seq, text=f"event {seq} does not follow event {seq - 1}")
        if row.hash != _hash(_values(row)):
            return ChainFault(store=store, seq=seq, text=f"event {seq} was changed")
        previous = row.hash
    head = conn.execute(select(history_heads).where(history_heads.c.store == store)).one_or_none()
    if (head.seq, head.hash) != (seq, previous) if head else seq:
        return ChainFault(store=store, seq=seq + 1, text=f"the newest events, after event {seq}, are missing")
    return None


def _all(conn: Connection, store: str) -> Iterator[AnyRow]:
    """Every event of the store in order, a page at a time: history grows for ever, memory must not."""
    seq = 0
    ahead = select(history).where(history.c.store == store).order_by(history.c.seq).limit(_PAGE)
    while rows := conn.execute(ahead.where(history.c.seq > seq)).all():
        yield from rows
        seq = rows[-1].seq


_HASHED = (
    "store",
    "seq",
    "actor",
    "what",
    "order_id",
    "order_name",
    "why",
    "before",
    "after",
    "run_id",
    "previous",
)


def _hash(row: Mapping[str, Any]) -> str:
    return digest(canonical({"at": rfc3339(row["at"]), **{name: row[name] for name in _HASHED}}))


def _values(row: AnyRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("at", *_HASHED)}


def _event(row: AnyRow) -> Event:
    return Event(
        store=row.store,
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        what=row.what,
        order_id=row.order_id,
        order=row.order_name,
        why=row.why,
        before=None if row.before is None else json.loads(row.before),
        after=None if row.after is None else json.loads(row.after),
        run_id=row.run_id,
        previous=row.previous,
        hash=row.hash,
    )
