"""Only the newest fence of a store may record."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql

from syncd.errors import FenceLost
from syncd.journal import fences, intents, runs
from syncd.journal.database import Database
from syncd.journal.fences import Fence
from tests.journal.builders import NOW, step

LEASE = timedelta(seconds=60)


async def acquire(db: Database, owner: str, *, after: timedelta = timedelta(), store: str = "main") -> Fence | None:
    return await db.run(fences.acquire, store=store, owner=owner, now=NOW + after, lease=LEASE)


async def test_one_owner_at_a_time_and_each_store_by_itself(db: Database) -> None:
    first = await acquire(db, "a")
    assert first == Fence(store="main", number=1, owner="a", lease_until=NOW + LEASE)
    assert await acquire(db, "b", after=LEASE - timedelta(microseconds=1)) is None
    assert await acquire(db, "a") is None
    assert await acquire(db, "b", store="other") is not None


def test_postgresql_is_told_by_which_key_it_knows_a_store() -> None:
    statement = fences._taking("postgresql").compile(dialect=postgresql.dialect())
    assert "ON CONFLICT (store) DO UPDATE" in str(statement), "SQLite would do without"


async def test_a_lease_that_ran_out_goes_to_the_next_with_a_higher_number(db: Database) -> None:
    await acquire(db, "a")
    second = await acquire(db, "b", after=LEASE)
    assert second is not None
    assert (second.number, second.owner) == (2, "b")
    assert await db.run(fences.holder, store="main") == second


async def test_a_renewed_lease_keeps_others_out(db: Database) -> None:
    fence = await acquire(db, "a")
    assert fence is not None
    renewed = await db.run(fences.renew, fence, now=NOW + LEASE / 2, lease=LEASE)
    assert renewed.lease_until == NOW + 1.5 * LEASE
    assert await acquire(db, "b", after=LEASE) is None


async def test_a_released_store_is_free_at_once(db: Database) -> None:
    fence = await acquire(db, "a")
    assert fence is not None
    await db.run(fences.release, fence)
    second = await acquire(db, "b")
    assert second is not None
    await db.run(fences.release, fence)
    assert await acquire(db, "c") is None, "an old fence must not let go what is another's by now"


async def test_who_has_the_store_is_known_also_after_it_was_let_go(db: Database) -> None:
    assert await db.run(fences.holder, store="main") is None
    fence = await acquire(db, "a")
    assert fence is not None
    assert await db.run(fences.holder, store="main") == fence
    assert await db.run(fences.holder, store="other") is None
    await db.run(fences.release, fence)
    let_go = await db.run(fences.holder, store="main")
    assert let_go is not None
    assert (let_go.number, let_go.owner) == (1, "a")
    assert let_go.lease_until < NOW


async def test_a_fence_of_one_store_holds_no_other(db: Database) -> None:
    fence = await acquire(db, "a")
    assert fence is not None
    await acquire(db, "b", store="other")
    for theirs in (replace(fence, store="other"), replace(fence, number=2), replace(fence, owner="b")):
        with pytest.raises(FenceLost):
            await db.run(fences.hold, theirs)
        await db.run(fences.release, theirs)
    await db.run(fences.hold, fence)
    assert await acquire(db, "c") is None, "nothing was let go"


async def test_a_lost_fence_says_whose_it_was_and_what_becomes_of_its_work(db: Database) -> None:
    old = await acquire(db, "a")
    assert old is not None
    await acquire(db, "b", after=LEASE)
    with pytest.raises(FenceLost) as lost:
        await db.run(fences.hold, old)
    assert str(lost.value) == (
        "main: fence 1 of a is no longer the newest; another run took the store over. "
        "Nothing more is recorded by this run; the other one settles what it left open."
    )


async def test_a_renewed_fence_is_kept_as_it_was_given(db: Database) -> None:
    fence = await acquire(db, "a")
    assert fence is not None
    renewed = await db.run(fences.renew, fence, now=NOW + LEASE / 2, lease=LEASE)
    assert renewed == replace(fence, lease_until=NOW + 1.5 * LEASE)
    assert await db.run(fences.holder, store="main") == renewed


async def test_an_old_fence_records_nothing(db: Database) -> None:
    old = await acquire(db, "a")
    new = await acquire(db, "b", after=LEASE)
    assert old is not None
    assert new is not None
    with pytest.raises(FenceLost, match="fence 1 of a"):
        await db.run(intents.begin, fence=old, step=step(), evidence={}, run_id="r", now=NOW)
    with pytest.raises(FenceLost):
        await db.run(fences.renew, old, now=NOW, lease=LEASE)
    with pytest.raises(FenceLost):
        await db.run(runs.start, fence=old, actor="x", now=NOW)
    assert await db.run(intents.load, "a1") is None
    assert await db.run(runs.latest, store="main") == []


async def test_an_owner_that_took_the_store_again_cannot_go_on_with_its_old_fence(db: Database) -> None:
    old = await acquire(db, "a")
    assert old is not None
    assert await acquire(db, "a", after=LEASE) is not None
    with pytest.raises(FenceLost):
        await db.run(fences.hold, old)


async def test_what_a_transaction_wrote_before_it_met_the_newer_fence_is_undone(db: Database) -> None:
    old = await acquire(db, "a")
    assert old is not None
    await db.run(intents.begin, fence=old, step=step(), evidence={}, run_id="r", now=NOW)
    await acquire(db, "b", after=LEASE)

    def late(conn: Connection) -> None:
        fences.acquire(conn, store="third", owner="a", now=NOW, lease=LEASE)
        intents.sent(conn, fence=old, intent_id="a1", deadline_at=NOW, now=NOW)

    with pytest.raises(FenceLost):
        await db.run(late)
    row = await db.run(intents.load, "a1")
    assert row is not None
    assert row.state == "pending"
    assert await db.run(fences.holder, store="third") is None


async def test_runs_of_one_fence_have_ids_of_their_own(db: Database) -> None:
    fence = await acquire(db, "a")
    assert fence is not None
    ids = [await db.run(runs.start, fence=fence, actor="x", now=NOW) for _ in range(2)]
    assert ids == ["main-20260131T120000Z-1", "main-20260131T120000Z-1.1"]
    await db.run(runs.finish, fence=fence, run_id=ids[0], now=NOW + LEASE, document={"schema": 1}, plan_id="p")
    row = await db.run(runs.load, ids[0])
    assert row is not None
    assert (row.finished_at, row.document, row.plan_id) == (NOW + LEASE, {"schema": 1}, "p")
    unfinished = await db.run(runs.load, ids[1])
    assert unfinished is not None
    assert unfinished.finished_at is None
