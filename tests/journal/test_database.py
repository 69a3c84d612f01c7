"""Opening, migrating, sharing and copying the journal."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, select, text

from syncd.clock import ManualClock, SystemClock
from syncd.errors import SyncdError
from syncd.files import Disk
from syncd.journal import cursors, fences, mirror
from syncd.journal.database import Database, JournalBusy, JournalUnusable
from syncd.journal.keys import KeyUnusable, load_key
from syncd.journal.migrating import MIGRATIONS
from syncd.journal.schema import HEAD, metadata
from tests.journal.builders import NOW, order


async def test_migrations_end_in_the_tables_that_the_code_uses(db: Database) -> None:
    def differences(conn: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(conn), metadata))

    assert await db.run(differences) == []


def test_the_newest_migration_is_the_one_that_the_code_names() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


async def test_upgrading_twice_changes_nothing(db: Database) -> None:
    assert db.upgrade() == (HEAD, HEAD)


async def test_an_instant_comes_back_aware_and_the_same(db: Database) -> None:
    copenhagen = timezone(timedelta(hours=1))
    at = datetime(2026, 1, 31, 13, 30, 0, 123456, tzinfo=copenhagen)
    await db.run(cursors.put, store="main", name="orders", at=at)
    kept = await db.run(cursors.get, store="main", name="orders")
    assert kept == at
    assert kept is not None
    assert kept.utcoffset() == timedelta()


async def test_an_instant_without_a_zone_is_refused(db: Database) -> None:
    with pytest.raises(Exception, match="no time zone"):
        await db.run(cursors.put, store="main", name="orders", at=datetime(2026, 1, 31))


async def test_a_transaction_is_kept_whole_or_not_at_all(db: Database) -> None:
    def half(conn: Connection) -> None:
        cursors.put(conn, store="main", name="orders", at=NOW)
        raise LookupError("half way")

    with pytest.raises(LookupError):
        await db.run(half)
    assert await db.run(cursors.get, store="main", name="orders") is None


async def test_a_check_says_that_all_is_well(db: Database) -> None:
    assert [check.state for check in db.check()] == ["ok", "ok"]


@pytest.mark.postgres
def test_postgresql_that_is_behind_is_refused_until_it_is_upgraded(postgres_url: str, clock: ManualClock) -> None:
    name = postgres_url.rpartition("/")[2] + "_behind"
    with _server(postgres_url) as server:
        server.execute(text(f"CREATE DATABASE {name}"))
        address = f"{postgres_url.rpartition('/')[0]}/{name}".replace("+psycopg", "")
        with pytest.raises(JournalUnusable, match="syncd db upgrade"):
            Database.open(address, key_file=None, clock=clock)
        behind = Database(address, key_file=None, clock=clock)
        assert behind.check()[0].remedy == "syncd db upgrade"
        assert behind.upgrade() == (None, HEAD)
        behind.engine.dispose()
        Database.open(address, key_file=None, clock=clock).engine.dispose()
        server.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@contextmanager
def _server(url: str) -> Iterator[Connection]:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        yield conn
    engine.dispose()


def test_a_journal_of_a_newer_syncd_is_refused(tmp_path: Path, clock: ManualClock) -> None:
    address = f"sqlite:///{tmp_path / 'syncd.db'}"
    database = Database.open(address, key_file=None, clock=clock)
    database.run_now(lambda conn: conn.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    database.engine.dispose()
    with pytest.raises(JournalUnusable, match="newer syncd"):
        Database.open(address, key_file=None, clock=clock)


@pytest.mark.parametrize("url", ["mysql://x", "no url", "postgresql://nobody@127.0.0.1:1/none"])
def test_an_address_that_does_not_work_says_so(url: str, clock: ManualClock) -> None:
    with pytest.raises(JournalUnusable, match=r"database|sqlite|Check"):
        Database.open(url, key_file=None, clock=clock)


def test_the_sqlite_file_is_its_owners_alone_and_survives_power_loss(tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / "syncd.db"
    database = Database.open(f"sqlite:///{path}", key_file=None, clock=clock)
    assert path.stat().st_mode & 0o777 == 0o600

    def settings(conn: Connection) -> tuple[object, ...]:
        names = ("journal_mode", "synchronous", "busy_timeout")
        return tuple(conn.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names)

    mode, synchronous, busy_ms = database.run_now(settings)
    assert (mode, synchronous) == ("wal", 2)
    assert 0 < busy_ms <= 250
    database.engine.dispose()


async def test_a_lock_is_waited_out_asleep_and_outside_the_transaction(tmp_path: Path) -> None:
    path = tmp_path / "syncd.db"
    other = sqlite3.connect(path, isolation_level=None)

    class LettingGo(ManualClock):
        async def sleep(self, seconds: float) -> None:
            if self.elapsed_s > 0.05 and other.in_transaction:
                other.execute("COMMIT")
            await super().sleep(seconds)

    clock = LettingGo(at=NOW)
    async with Database.open(f"sqlite:///{path}", key_file=None, clock=clock) as database:
        other.execute("BEGIN IMMEDIATE")
        await database.run(cursors.put, store="main", name="orders", at=NOW)
        assert clock.elapsed_s > 0
        assert await database.run(cursors.get, store="main", name="orders") == NOW
    other.close()


async def test_a_lock_that_never_ends_is_an_error_that_says_so(tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / "syncd.db"
    async with Database.open(f"sqlite:///{path}", key_file=None, clock=_Hasty(at=NOW)) as database:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalBusy, match="30 s"):
            await database.run(cursors.put, store="main", name="orders", at=NOW)
        other.close()


class _Hasty(ManualClock):
    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds + 10)


async def test_a_transaction_that_reads_first_can_still_write(tmp_path: Path, clock: ManualClock) -> None:
    """It holds the write lock from its first statement on, so nobody can slip in between."""
    path = tmp_path / "syncd.db"
    async with Database.open(f"sqlite:///{path}", key_file=None, clock=clock) as database:
        other = sqlite3.connect(path, isolation_level=None, timeout=0)

        def read_then_write(conn: Connection) -> None:
            cursors.get(conn, store="main", name="orders")
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("DELETE FROM cursors")
            cursors.put(conn, store="main", name="orders", at=NOW)

        await database.run(read_then_write)
        other.close()
        assert await database.run(cursors.get, store="main", name="orders") == NOW


async def test_two_connections_take_turns(url: str, db: Database, clock: ManualClock) -> None:
    async with Database.open(url, key_file=None, clock=clock) as other:
        for number in range(10):
            for one in (db, other):
                await one.run(cursors.put, store=f"s{number}", name=str(id(one)), at=NOW)
        count = select(text("count(*)")).select_from(metadata.tables["cursors"])
        assert await db.run(lambda conn: conn.execute(count).scalar_one()) == 20


_OPEN = """
import asyncio, sys
from syncd.clock import SystemClock
from syncd.journal.database import Database
db = Database.open(sys.argv[1], key_file=None, clock=SystemClock())
print(db.check()[0].state)
"""


def test_processes_that_open_a_new_file_at_once_all_succeed(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", _OPEN, f"sqlite:///{tmp_path / 'syncd.db'}"]
    several = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.communicate()[0].strip() for process in several] == ["ok"] * 3


async def test_a_backup_is_whole_while_others_work(tmp_path: Path, clock: ManualClock) -> None:
    async with Database.open(f"sqlite:///{tmp_path / 'syncd.db'}", key_file=None, clock=clock) as database:
        await database.run(mirror.record_orders, store="main", orders=[order(1)], now=NOW)
        reader = sqlite3.connect(tmp_path / "syncd.db", isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM orders").fetchone()
        copy = tmp_path / "copy.db"
        database.backup(copy, disk=Disk())
        reader.close()
        assert copy.stat().st_mode & 0o777 == 0o600
        with pytest.raises(SyncdError, match="not overwritten"):
            database.backup(copy, disk=Disk())
    async with Database.open(f"sqlite:///{copy}", key_file=None, clock=clock) as restored:
        assert (await restored.run(mirror.counts, store="main")).orders == 1


async def test_postgresql_is_backed_up_with_its_own_tool(db: Database, tmp_path: Path) -> None:
    if not db.is_sqlite:
        with pytest.raises(SyncdError, match="pg_dump"):
            db.backup(tmp_path / "copy", disk=Disk())


def test_a_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "syncd.key"
    key = load_key(path)
    assert load_key(path) == key
    assert path.stat().st_mode & 0o777 == 0o600
    assert str(key.secret) not in repr(key)
    assert key.derive("addresses") != key.derive("webhooks")
    assert [entry.name for entry in tmp_path.iterdir()] == ["syncd.key"]


@pytest.mark.parametrize("content", [b"", b"no key", b"YWJj"])
def test_a_file_that_is_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "syncd.key"
    path.write_bytes(content)
    with pytest.raises(KeyUnusable, match="key"):
        load_key(path)


async def test_personal_data_has_no_place_in_the_file(tmp_path: Path, clock: ManualClock) -> None:
    """Orders are built from what the store says; names and addresses have no field to be kept in."""
    path = tmp_path / "syncd.db"
    async with Database.open(f"sqlite:///{path}", key_file=None, clock=clock) as database:
        kept = order(1, address_hash="4f2a", customer_hash="77aa")
        await database.run(mirror.record_orders, store="main", orders=[kept], now=NOW)
    words = {"email", "phone", "address1", "first_name", "last_name", "zip", "city"}
    names = {column.name for table in metadata.sorted_tables for column in table.columns}
    assert not words & names
    content = path.read_bytes()
    assert not [word for word in words if f'"{word}"'.encode() in content]


class WrongClock(SystemClock):
    """The clock of a machine that nobody set right."""

    def now(self) -> datetime:
        return super().now() + timedelta(minutes=5)


async def test_a_machine_whose_clock_is_ahead_takes_no_lease_for_over(db: Database) -> None:
    lease = timedelta(seconds=60)
    right, wrong = [await db.shared_clock(clock) for clock in (SystemClock(), WrongClock())]
    if db.is_sqlite:
        assert isinstance(wrong, WrongClock), "there is no other clock, and all who share the file have this one"
        return
    assert abs(wrong.now() - right.now()) < timedelta(seconds=5)
    assert await db.run(fences.acquire, store="main", owner="a", now=right.now(), lease=lease) is not None
    assert await db.run(fences.acquire, store="main", owner="b", now=wrong.now(), lease=lease) is None


async def test_a_clock_that_was_stated_to_all_is_left_alone(db: Database, clock: ManualClock) -> None:
    assert await db.shared_clock(clock) is clock
