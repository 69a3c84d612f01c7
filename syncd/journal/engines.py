"""SQLite and PostgreSQL, set up so that they promise the same: a commit survives power loss, a wait is short."""

from __future__ import annotations

import os
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

BUSY_TIMEOUT_MS = 100
"""How long SQLite itself blocks (and the event loop with it) on a lock; further waiting is done outside, asleep."""

PATIENCE_MS = 20_000
"""How long a process waits while another one creates or migrates the same SQLite file; nothing else runs then."""


def parse_url(text: str) -> URL:
    """`sqlite:///path`, `postgresql://…` (also `postgres://`, `postgresql+psycopg://`). Raises ArgumentError for others."""
    url = make_url(text)
    match url.drivername:
        case "sqlite":
            return url
        case "postgresql" | "postgres" | "postgresql+psycopg":
            return url.set(drivername="postgresql+psycopg")
        case other:
            raise ArgumentError(f"{other!r} is no database that syncd knows")


def make_engine(url: URL) -> Engine:
    """An engine for `url`; connects to nothing yet. Raises ImportError when the driver is not installed."""
    if url.get_backend_name() == "sqlite":
        return _sqlite(url)
    # Statements are not prepared on the server: a plan for any 400 ids reads whole tables where one for these 400 does not.
    options = {"connect_timeout": 10, "prepare_threshold": None}
    return create_engine(url, pool_size=4, max_overflow=0, pool_pre_ping=True, connect_args=options)


def _sqlite(url: URL) -> Engine:
    is_memory = url.database in {None, "", ":memory:"}
    engine = (
        create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
        if is_memory
        else create_engine(url, pool_size=1, max_overflow=1, connect_args={"check_same_thread": False})
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    if not is_memory:
        event.listen(engine, "do_connect", lambda *_: _reserve(Path(url.database or "")))
    return engine


def _reserve(path: Path) -> None:
    """Make the file before SQLite does: readable by its owner alone, as its WAL will be."""
    if path.parent.is_dir() and not path.exists():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _prepare(connection: SqliteConnection, _: object) -> None:
    # The driver must not begin transactions by itself: it would begin them too late and without the write lock.
    connection.isolation_level = None
    cursor = connection.cursor()
    # Only the very first connection to a file has to wait here, while another one turns it to WAL.
    cursor.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _begin(conn: Connection) -> None:
    """Take the write lock at once: a transaction that reads first and writes later could otherwise fail half way."""
    if conn.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        conn.exec_driver_sql("BEGIN IMMEDIATE")
