"""A database that fails: what was not kept is done again, what may have been kept is not, and the user is told which."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError

from syncd.clock import ManualClock
from syncd.errors import SyncdError
from syncd.files import Disk
from syncd.journal import cursors, history
from syncd.journal.database import Database, JournalFailed
from tests.journal.builders import NOW


def _fill(database: Database) -> None:
    """The journal's disk is full: no page more than there is."""

    def limit(connection: object, _: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        (pages,) = cursor.execute("PRAGMA page_count").fetchone()
        cursor.execute(f"PRAGMA max_page_count = {pages}")

    database.engine.dispose()
    event.listen(database.engine, "connect", limit)


def _much(conn: Connection) -> None:
    for number in range(2_000):
        cursors.put(conn, store=f"store {number}", name="orders", at=NOW)


async def test_a_full_disk_is_told_as_one_and_nothing_is_kept(tmp_path: Path, clock: ManualClock) -> None:
    async with Database.open(f"sqlite:///{tmp_path / 'syncd.db'}", key_file=None, clock=clock) as database:
        _fill(database)
        with pytest.raises(JournalFailed, match=r"database or disk is full.*Make room"):
            await database.run(_much)
        assert await database.run(cursors.get, store="store 0", name="orders") is None
        await database.run(cursors.put, store="main", name="orders", at=NOW)
        assert await database.run(cursors.get, store="main", name="orders") == NOW


async def test_a_journal_that_is_no_database_any_more_is_told_as_that(tmp_path: Path, clock: ManualClock) -> None:
    file = tmp_path / "syncd.db"
    async with Database.open(f"sqlite:///{file}", key_file=None, clock=clock) as database:
        database.engine.dispose()
        content = bytearray(file.read_bytes())
        content[:2048] = bytes(2048)
        file.write_bytes(content)
        with pytest.raises(JournalFailed, match="not a database"):
            await database.run(cursors.get, store="main", name="orders")


async def test_a_mistake_of_ours_is_not_told_as_a_failure_of_the_database(db: Database) -> None:
    with pytest.raises(DBAPIError):
        await db.run(lambda conn: conn.execute(text("INSERT INTO cursors (store) VALUES (1, 2)")))


_LEAVE = text("SELECT pg_terminate_backend(pg_backend_pid())")


@pytest.mark.postgres
@pytest.mark.parametrize("engine_name", ["postgresql"])
async def test_a_transaction_whose_connection_broke_on_the_way_is_done_again(db: Database) -> None:
    tries: list[int] = []

    def note(conn: Connection) -> None:
        tries.append(len(tries))
        history.append(conn, store="main", at=NOW, actor="kim", what="noted")
        if len(tries) == 1:
            conn.execute(_LEAVE)

    await db.run(note)
    assert len(tries) == 2
    assert [event.what for event in await db.run(history.events, store="main")] == ["noted"]


@pytest.mark.postgres
@pytest.mark.parametrize("engine_name", ["postgresql"])
async def test_what_may_have_been_kept_is_not_done_again(db: Database) -> None:
    tries: list[int] = []

    def note(conn: Connection) -> None:
        """A transaction whose connection breaks while it is being committed."""
        tries.append(len(tries))
        conn.execute(text("CREATE TEMP TABLE t (x int) ON COMMIT DROP"))
        conn.execute(
            text(
                "CREATE FUNCTION pg_temp.leave() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'"
            )
        )
        conn.execute(
            text(
                "CREATE CONSTRAINT TRIGGER leave AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pg_temp.leave()"
            )
        )
        conn.execute(text("INSERT INTO t VALUES (1)"))

    with pytest.raises(JournalFailed, match="terminating connection"):
        await db.run(note)
    assert tries == [0]
    await db.run(cursors.put, store="main", name="orders", at=NOW)


class _Hasty(ManualClock):
    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds + 10)


@pytest.mark.postgres
@pytest.mark.parametrize("engine_name", ["postgresql"])
async def test_a_server_that_stays_away_is_told_after_half_a_minute(db: Database) -> None:
    away = Database("postgresql://postgres@127.0.0.1:1/none", key_file=None, clock=_Hasty(at=NOW))
    with pytest.raises(JournalFailed, match=r"did not answer for 30 s.*refused"):
        await away.run(cursors.get, store="main", name="orders")
    await away.aclose()


def test_a_backup_onto_a_full_disk_leaves_nothing(tmp_path: Path, clock: ManualClock) -> None:
    class Full(Disk):
        def keep(self, draft: Path) -> None:
            raise OSError(28, "No space left on device")

    database = Database.open(f"sqlite:///{tmp_path / 'syncd.db'}", key_file=None, clock=clock)
    with pytest.raises(SyncdError, match="No space left on device"):
        database.backup(tmp_path / "copy.db", disk=Full())
    database.engine.dispose()
    assert not [file.name for file in tmp_path.iterdir() if "copy" in file.name]
