"""A fresh journal on both engines."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from syncd.clock import ManualClock
from syncd.journal.database import Database
from syncd.journal.schema import metadata
from tests.journals import put_empty

SERVER = os.environ.get("SYNCD_TEST_POSTGRESQL", "postgresql+psycopg://postgres@127.0.0.1:5432")
_NUMBERS = count()
START = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgres_url(worker_id: str) -> Iterator[str]:
    """A database of this worker's own, dropped at the end."""
    # Numbered, since every folder that imports this fixture has one of its own.
    with own_database(f"syncd_test_{worker_id}_{os.getpid()}_{next(_NUMBERS)}") as address:
        yield address


@contextmanager
def own_database(name: str) -> Iterator[str]:
    """The address of a database of this name while it lasts; skips the test where no PostgreSQL answers."""
    admin = create_engine(f"{SERVER}/test", isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
    try:
        _execute(admin, f"CREATE DATABASE {name}")
    except OperationalError as error:
        pytest.skip(f"no PostgreSQL at {SERVER}: {str(error.orig).splitlines()[0]}")
    yield f"{SERVER}/{name}"
    _execute(admin, f"DROP DATABASE {name} WITH (FORCE)")
    admin.dispose()


def _execute(engine: Engine, statement: str) -> None:
    with engine.connect() as conn:
        conn.execute(text(statement))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(at=START)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def url(engine_name: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The address of an up-to-date, empty journal."""
    if engine_name == "sqlite":
        put_empty(tmp_path / "syncd.db")
        return f"sqlite:///{tmp_path / 'syncd.db'}"
    address: str = request.getfixturevalue("postgres_url")
    make_empty(address)
    return address


def make_empty(address: str) -> None:
    """Leave the journal there up to date and with nothing in it."""
    engine = create_engine(address)
    with engine.begin() as conn:
        migrated = conn.execute(text("SELECT to_regclass('alembic_version')")).scalar_one()
        if migrated:
            # Without triggers, or the history could not be emptied; far quicker than TRUNCATE.
            deletes = "; ".join(f"DELETE FROM {table.name}" for table in metadata.sorted_tables)
            conn.exec_driver_sql(f"SET LOCAL session_replication_role = replica; {deletes}")
    engine.dispose()
    if not migrated:
        database = Database(address, key_file=None, clock=ManualClock(at=START))
        database.upgrade()
        database.engine.dispose()


@pytest.fixture
async def db(url: str, tmp_path: Path, clock: ManualClock) -> AsyncIterator[Database]:
    async with Database.open(url, key_file=tmp_path / "syncd.key", clock=clock) as database:
        yield database
