"""SQLite and PostgreSQL as ever, but what one engine compiled the next one need not compile again.

Each test opens a journal of its own, most of them more than one; compiling its hundred statements anew takes longer than the
rest of such a test. A program opens one, so this is nothing for the product.
"""

from __future__ import annotations

from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache


class _Alike:
    """Every instance stands for every other one: they have the same settings, and so has what they compile."""

    compiled: LRUCache

    def __hash__(self) -> int:
        return hash(type(self))

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=cls.compiled)


class Sqlite(_Alike, SQLiteDialect_pysqlite):
    supports_statement_cache = True
    compiled = LRUCache(1000)


class Postgresql(_Alike, PGDialect_psycopg):
    supports_statement_cache = True
    compiled = LRUCache(1000)


def share_what_is_compiled() -> None:
    """From now on, for all engines that are made in this process."""
    registry.register("sqlite", __name__, Sqlite.__name__)
    registry.register("postgresql.psycopg", __name__, Postgresql.__name__)
