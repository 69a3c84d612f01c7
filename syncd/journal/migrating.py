"""Bringing a database to the newest schema, through Alembic's migrations that lie in this package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text

from syncd.journal.engines import BUSY_TIMEOUT_MS, PATIENCE_MS

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 7_319_246_001
"""Any number that nobody else uses: PostgreSQL's advisory lock while migrating."""


def revision(engine: Engine) -> str | None:
    """The schema's revision; None for a database that holds none of our tables."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        if not inspect(conn).has_table("alembic_version"):
            return None
        found: str | None = conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
        return found


def upgrade(engine: Engine) -> None:
    """Run every migration that is missing, all in one transaction; two processes at once do it one after the other."""
    from alembic import command  # noqa: PLC0415  Alembic costs 50 ms, and an up-to-date database needs none of it
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with engine.connect() as conn:
        _be_patient(conn, PATIENCE_MS)
        try:
            with conn.begin():
                if conn.dialect.name == "postgresql":
                    conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
                config.attributes["connection"] = conn
                command.upgrade(config, "head")
        finally:
            _be_patient(conn, BUSY_TIMEOUT_MS)


def _be_patient(conn: Connection, wait_ms: int) -> None:
    """How long SQLite waits for another process on this connection; outside a transaction."""
    if conn.dialect.name == "sqlite":
        connection: Any = conn.connection.driver_connection
        connection.execute(f"PRAGMA busy_timeout = {wait_ms}")
