"""Reading JSON as it was promised: each reader raises InvalidResponse with the path where it was not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from syncd.clock import parse_instant
from syncd.errors import InvalidResponse

Json = Mapping[str, Any]
Word = TypeVar("Word", bound=StrEnum)


def obj(node: Json, name: str) -> Json:
    """An object that must be there."""
    value = node.get(name)
    if not isinstance(value, Mapping):
        raise _wrong(node, name, "an object")
    return value


def maybe_obj(node: Json, name: str) -> Json | None:
    """An object that may be null, or missing because our scopes do not reach it."""
    value = node.get(name)
    return value if isinstance(value, Mapping) else None


def text(node: Json, name: str) -> str:
    """A text that must be there."""
    value = node.get(name)
    if not isinstance(value, str):
        raise _wrong(node, name, "a text")
    return value


def maybe_text(node: Json, name: str) -> str | None:
    """A text, or None when it is null, missing or empty."""
    value = node.get(name)
    return value if isinstance(value, str) and value else None


def number(node: Json, name: str) -> int:
    """A whole number that must be there."""
    value = node.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong(node, name, "a whole number")
    return value


def flag(node: Json, name: str, *, default: bool) -> bool:
    """True or false; `default` when it is missing."""
    value = node.get(name)
    return value if isinstance(value, bool) else default


def instant(node: Json, name: str) -> datetime:
    """A time that must be there."""
    at = maybe_instant(node, name)
    if at is None:
        raise _wrong(node, name, "a time")
    return at


def maybe_instant(node: Json, name: str) -> datetime | None:
    """A time as aware UTC, or None."""
    value = maybe_text(node, name)
    if value is None:
        return None
    try:
        return parse_instant(value)
    except ValueError as exc:
        raise _wrong(node, name, "a time with a zone") from exc


def word(node: Json, name: str, kind: type[Word]) -> Word:
    """A word of an enum; one that we do not know, or null, is UNKNOWN: reported, never guessed."""
    value = node.get(name)
    try:
        return kind(str(value))
    except ValueError:
        return kind("UNKNOWN")


def texts(node: Json, name: str) -> tuple[str, ...]:
    """The texts of a list; what is none is left out, and none are in what is no list."""
    value = node.get(name)
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def items(node: Json, name: str) -> Iterator[Json]:
    """The objects of a list; nulls in it are left out."""
    value = node.get(name)
    if value is None:
        return
    if not isinstance(value, list):
        raise _wrong(node, name, "a list")
    for item in value:
        if isinstance(item, Mapping):
            yield item


def nodes(node: Json, name: str) -> Iterator[Json]:
    """The nodes of a connection; none when the connection itself is not there."""
    connection = maybe_obj(node, name)
    if connection is not None:
        yield from items(connection, "nodes")


def next_cursor(connection: Json | None) -> str | None:
    """Where the next page begins; None when this was the last one."""
    page = maybe_obj(connection or {}, "pageInfo")
    if page is None or page.get("hasNextPage") is not True:
        return None
    return text(page, "endCursor")


def _wrong(node: Json, name: str, expected: str) -> InvalidResponse:
    place = f"{node['id']}.{name}" if isinstance(node.get("id"), str) else name
    return InvalidResponse(f"shopify: {place} is not {expected}.", path=place)
