"""Searches: they only say which orders to read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from adapters.stores.shopify.documents import operation
from adapters.stores.shopify.fields import Json, maybe_instant, maybe_obj, next_cursor, nodes, text
from adapters.stores.shopify.graphql import Session
from syncd.errors import InvalidResponse
from syncd.http import Lane

OVERLAP = timedelta(minutes=2)
"""How far a search goes back behind the watermark: the index lags, and its times are cut to whole seconds."""
DEEPEST = 24_000
"""Shopify pages no further than 25,000 objects: the search begins anew at the last time seen before that."""


def since_text(at: datetime) -> str:
    """`at` as searches and bulk queries take it: UTC, whole seconds, rounded down."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def updated_since(at: datetime) -> str:
    """The search for what changed at or after `at`. The quotes matter: unquoted, the time is cut at its colons."""
    return f"updated_at:>='{since_text(at)}'"


def quoted(value: str) -> str:
    """A value for a search, in quotes."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


class Searcher:
    """Finds ids of orders."""

    def __init__(self, session: Session, *, deepest: int = DEEPEST) -> None:
        self._session = session
        self._deepest = deepest

    async def changed(self, since: datetime) -> AsyncIterator[list[str]]:
        """Ids of orders that changed, or whose fulfillment orders did, at or after `since`; page by page."""
        async for page in self._ascending("changed_orders", since):
            yield [text(node, "id") for node in page]
        async for page in self._ascending("changed_fulfillment_orders", since):
            yield [text(node, "orderId") for node in page]

    async def open_and_untouched(self, before: datetime) -> AsyncIterator[list[str]]:
        """Ids of open orders that nobody has touched since `before`."""
        query = f"status:open updated_at:<'{since_text(before)}'"
        async for page in self._pages("changed_orders", query):
            yield [text(node, "id") for node in page]

    async def named(self, name: str) -> list[str]:
        """Ids of orders with exactly this name, with or without `#`, in any case; else of the order with this number as its id."""
        bare = name.strip().lstrip("#")
        wanted = bare.casefold()
        if not bare.isprintable():
            return []  # no order is called so, and what a search makes of a line break is not known
        found: dict[str, None] = {}
        for form in (bare, f"#{bare}"):
            async for page in self._pages("find_orders", f"name:{quoted(form)}"):
                for node in page:
                    if text(node, "name").strip().lstrip("#").casefold() == wanted:
                        found[text(node, "id")] = None
            if found:
                break
        if not found and bare.isascii() and bare.isdigit():
            async for page in self._pages("find_orders", f"id:{bare}"):
                found |= {text(node, "id"): None for node in page if text(node, "id").endswith(f"/{bare}")}
        return list(found)

    async def count(self, query: str, *, limit: int) -> int | None:
        """How many orders match, counted up to `limit`; None when the shop does not say."""
        reply = await self._session.read("count_orders", {"query": query, "limit": limit})
        counted = maybe_obj(reply.data, "ordersCount")
        number = counted.get("count") if counted else None
        return number if isinstance(number, int) else None

    async def _ascending(self, file: str, since: datetime) -> AsyncIterator[list[Json]]:
        """All pages of what changed, oldest first: rows that move while we page go to the end and are seen again."""
        start: datetime | None = since
        while start is not None:
            begun, start, seen = start, None, 0
            async for page in self._pages(file, updated_since(begun)):
                yield page
                seen += len(page)
                last = maybe_instant(page[-1], "updatedAt") if page else None
                if seen >= self._deepest and last is not None and last > begun:
                    start = last
                    break

    async def _pages(self, file: str, query: str) -> AsyncIterator[list[Json]]:
        cursor: str | None = None
        seen: set[str | None] = {None}
        while True:
            reply = await self._session.read(file, {"query": query, "after": cursor}, lane=Lane.POLL)
            root = operation(file).root
            connection = maybe_obj(reply.data, root)
            if connection is None:
                raise InvalidResponse(f"{file}: shopify gave no {root}.", path=f"$.data.{root}")
            yield list(nodes({root: connection}, root))
            cursor = next_cursor(connection)
            if cursor is None:
                return
            if cursor in seen:
                raise InvalidResponse(f"{file}: shopify's pages go round in circles.", path=f"$.data.{root}.pageInfo")
            seen.add(cursor)
