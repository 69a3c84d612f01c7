"""Writing and reading many rows with few statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import Connection, Row, Table
from sqlalchemy.dialects import postgresql, sqlite

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


def upsert(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`; where the primary key exists, overwrite the columns that the rows name. All rows name the same ones."""
    if not rows:
        return
    statement = _insert(conn, table)
    keys = [column.name for column in table.primary_key]
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    if changed:
        conn.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), [dict(row) for row in rows])
    else:
        conn.execute(statement.on_conflict_do_nothing(index_elements=keys), [dict(row) for row in rows])


def insert_new(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`; leave those alone whose primary key exists."""
    if rows:
        conn.execute(_insert(conn, table).on_conflict_do_nothing(), [dict(row) for row in rows])


def _insert(conn: Connection, table: Table) -> Any:
    return (sqlite if conn.dialect.name == "sqlite" else postgresql).insert(table)
