"""Writing and reading many rows with few statements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import Column, ColumnElement, Connection, Row, Table, bindparam
from sqlalchemy.dialects import sqlite

T = TypeVar("T")
AnyRow: TypeAlias = Row[*tuple[Any, ...]]
"""A row of a query whose columns are read by name."""

CHUNK = 400
"""Values per `IN (...)` and orders per round: far below SQLite's limit of 32,766 variables, large enough to be cheap."""


def chunks(items: Iterable[T], *, size: int = CHUNK) -> Iterator[list[T]]:
    """`items` in lists of at most `size`, without ever holding more than one of them."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def once(make: Callable[[], T]) -> Callable[[], T]:
    """Gives what `make` makes at the first call: a statement takes longer to be made than to be carried out.

    Not while modules are imported, since most commands need few of them.
    """
    return cache(make)


def among(column: Column[Any], name: str) -> ColumnElement[bool]:
    """`column IN (...)` of a statement that is made once; the values are given as the list `name` when it is carried out."""
    return column.in_(bindparam(name, expanding=True))


def upsert(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`; where the primary key exists, overwrite the columns that the rows name. All rows name the same ones."""
    if rows:
        conn.execute(_upsert(conn.dialect.name, table, tuple(rows[0])), [dict(row) for row in rows])


def insert_new(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`; leave those alone whose primary key exists."""
    if rows:
        conn.execute(_insert_new(conn.dialect.name, table), [dict(row) for row in rows])


@cache
def _upsert(dialect: str, table: Table, named: tuple[str, ...]) -> Any:
    """The statement. Making one takes four times as long as carrying it out."""
    statement = insert(dialect, table)
    keys = [column.name for column in table.primary_key]
    changed = {name: statement.excluded[name] for name in named if name not in keys}
    if not changed:
        return statement.on_conflict_do_nothing(index_elements=keys)
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)


@cache
def _insert_new(dialect: str, table: Table) -> Any:
    return insert(dialect, table).on_conflict_do_nothing()


def insert(dialect: str, table: Table) -> Any:
    """An INSERT that may say what is to happen where the row exists."""
    if dialect == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415  it takes as long as all of ours, and few journals need it

    return postgresql.insert(table)
