"""History is written once, in a chain that shows every change."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from syncd.journal import history
from syncd.journal.database import Database
from syncd.journal.history import Event
from tests.journal.builders import NOW


async def append(db: Database, what: str = "step.verified", **more: Any) -> Event:
    return await db.run(history.append, store="main", at=NOW, actor="kim", what=what, **more)


async def three(db: Database) -> None:
    for number in range(3):
        await append(db, order_id=f"o{number}", order=f"#{number}", before={"n": number}, after={"é": None})


async def test_events_come_back_as_they_were_written(db: Database) -> None:
    event = await append(db, order_id="o1", order="#1", why="it left", before=None, after={"b": [1, None]}, run_id="r")
    assert await db.run(history.events, store="main") == [event]
    assert (event.seq, event.previous, event.before, event.after) == (1, history.START, None, {"b": [1, None]})
    assert await db.run(history.events, store="main", order="#1") == [event]
    assert await db.run(history.events, store="main", order="o2") == []
    assert await db.run(history.events, store="main", since=NOW + timedelta(seconds=1)) == []
    assert await db.run(history.events, store="other") == []


async def test_each_store_has_a_chain_of_its_own(db: Database) -> None:
    await three(db)
    other = await db.run(history.append, store="other", at=NOW, actor="kim", what="x")
    assert other.seq == 1
    events = await db.run(history.events, store="main")
    assert [event.previous for event in events[1:]] == [event.hash for event in events[:-1]]
    assert await db.run(history.verify_chain, store="main") is None
    assert await db.run(history.verify_chain, store="nobody") is None


@pytest.mark.parametrize("statement", ["UPDATE history SET actor = 'eve'", "DELETE FROM history"])
async def test_the_database_itself_refuses_to_change_history(db: Database, statement: str) -> None:
    await three(db)
    with pytest.raises(DBAPIError, match="append-only"):
        await db.run(lambda conn: conn.execute(text(statement)))
    assert len(await db.run(history.events, store="main")) == 3


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE history SET actor = 'eve' WHERE seq = 2", "event 2 was changed"),
        ("UPDATE history SET before = NULL WHERE seq = 2", "event 2 was changed"),
        ("UPDATE history SET at = '2026-01-31 12:00:01' WHERE seq = 2", "event 2 was changed"),
        ("DELETE FROM history WHERE seq = 1", "event 1 is missing"),
        ("DELETE FROM history WHERE seq = 3", "the newest events, after event 2, are missing"),
        ("DELETE FROM history", "the newest events, after event 0, are missing"),
        ("UPDATE history SET previous = 'x' WHERE seq = 2", "event 2 does not follow event 1"),
    ],
)
async def test_who_gets_past_the_triggers_is_seen_in_the_chain(db: Database, statement: str, told: str) -> None:
    await three(db)
    await db.run(_tamper, statement)
    fault = await db.run(history.verify_chain, store="main")
    assert fault is not None
    assert fault.text == told
    assert db.check()[1].state == "fail"


async def test_rewriting_an_event_with_a_fitting_hash_breaks_the_next_one(db: Database) -> None:
    await three(db)

    def rewrite(conn: Connection) -> None:
        second = list(history._all(conn, "main"))[1]
        forged = history._hash({**history._values(second), "actor": "eve"})
        _tamper(conn, f"UPDATE history SET actor = 'eve', hash = '{forged}' WHERE seq = 2")
        _tamper(conn, f"UPDATE history SET previous = '{forged}' WHERE seq = 3")

    await db.run(rewrite)
    fault = await db.run(history.verify_chain, store="main")
    assert fault is not None
    assert fault.text == "event 3 was changed"


def _tamper(conn: Connection, statement: str) -> None:
    if conn.dialect.name == "sqlite":
        kept = conn.execute(text("SELECT sql FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
        for name in ("history_no_update", "history_no_delete"):
            conn.execute(text(f"DROP TRIGGER {name}"))
        conn.execute(text(statement))
        for trigger in kept:
            conn.exec_driver_sql(trigger)
    else:
        conn.execute(text("SET LOCAL session_replication_role = replica"))
        conn.execute(text(statement.replace("12:00:01'", "12:00:01+00'")))


async def test_two_writers_make_one_chain(url: str, db: Database) -> None:
    async with Database.open(url, key_file=None, clock=db.clock) as other:
        for _ in range(5):
            await append(db)
            await append(other)
    assert await db.run(history.verify_chain, store="main") is None
    assert [event.seq for event in await db.run(history.events, store="main")] == list(range(1, 11))
