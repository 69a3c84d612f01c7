"""Connections: a window on a list, with cursors like the service's."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from adapters.sandbox.shopify.errors import bad_request

MOST = 250

Key = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Window:
    """One page."""

    nodes: Sequence[Any]
    cursors: Sequence[str]
    has_next_page: bool
    has_previous_page: bool

    @property
    def edges(self) -> list[dict[str, Any]]:
        return [{"cursor": cursor, "node": node} for node, cursor in zip(self.nodes, self.cursors, strict=True)]

    @property
    def page_info(self) -> dict[str, Any]:
        return {
            "hasNextPage": self.has_next_page,
            "hasPreviousPage": self.has_previous_page,
            "startCursor": self.cursors[0] if self.cursors else None,
            "endCursor": self.cursors[-1] if self.cursors else None,
        }


class Whole(int):
    """The size of a connection inside a bulk query, which names none and is answered whole."""


EVERYTHING = Whole(2**31 - 1)


def check_size(first: int | None, last: int | None) -> int:
    """How many nodes are wanted. Raises the service's errors for none, both, or too many."""
    if first is None and last is None:
        raise bad_request("you must provide one of first or last")
    if first is not None and last is not None:
        raise bad_request("providing both first and last is not supported")
    name, size = ("first", first) if first is not None else ("last", last)
    if size is None or size < 0:
        raise bad_request(f"{name} must be a positive integer")
    if size > MOST and not isinstance(size, Whole):
        raise bad_request(
            f"{name} cannot exceed {MOST}. To query larger amounts of data with fewer limits, bulk operations should "
            "be used instead."
        )
    return size


def make_cursor(number: int, value: Any) -> str:
    """base64 of the last id and the last value of the sort key."""
    shown = value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else value
    text = json.dumps({"last_id": number, "last_value": shown}, separators=(",", ":"))
    return base64.b64encode(text.encode()).decode()


def read_cursor(cursor: str) -> tuple[Any, int]:
    """The sort value and the id. Raises the service's error when it is not one."""
    try:
        document = json.loads(base64.b64decode(cursor, validate=True))
        value, number = document["last_value"], int(document["last_id"])
    except (binascii.Error, ValueError, KeyError, TypeError) as exc:
        raise bad_request(f"`{cursor}` is not a valid cursor.") from exc
    if isinstance(value, str):
        with suppress(ValueError):
            value = datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value, number


def window(
    items: Iterable[Any],
    *,
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
    before: str | None = None,
    reverse: bool = False,
    key: Key = lambda node: node.number,
    is_sorted: bool = False,
    number: Key = lambda node: node.number,
) -> Window:
    """A page of `items`, which are sorted by `key` and number here unless they come so (lazily, in wanted order)."""
    size = check_size(first, last)
    if not is_sorted:
        items = sorted(items, key=lambda node: (key(node), number(node)), reverse=reverse)
    rows: Iterable[Any] = items
    if after is not None:
        rows = _beyond(rows, read_cursor(after), key, number, reverse=reverse)
    if before is not None:
        rows = _short_of(rows, read_cursor(before), key, number, reverse=reverse)
    if last is not None:
        everything = list(rows)
        nodes = everything[-size:] if size else []
        more_before, more_after = len(everything) > size, before is not None
    else:
        taken = list(islice(rows, size + 1))
        nodes = taken[:size]
        more_before, more_after = after is not None, len(taken) > size
    cursors = [make_cursor(number(node), key(node)) for node in nodes]
    return Window(nodes, cursors, has_next_page=more_after, has_previous_page=more_before)


def _beyond(rows: Iterable[Any], mark: tuple[Any, int], key: Key, number: Key, *, reverse: bool) -> Iterable[Any]:
    for node in rows:
        place = (key(node), number(node))
        if place < mark if reverse else place > mark:
            yield node


def _short_of(rows: Iterable[Any], mark: tuple[Any, int], key: Key, number: Key, *, reverse: bool) -> Iterable[Any]:
    for node in rows:
        place = (key(node), number(node))
        if place > mark if reverse else place < mark:
            yield node
