"""A look at everything: bulk for big shops, page by page for small ones and where bulk fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from adapters.stores.shopify.bulk import Bulk, Result
from adapters.stores.shopify.graphql import Session
from adapters.stores.shopify.joining import Join
from adapters.stores.shopify.mapping import Mapper
from adapters.stores.shopify.reading import BATCH, Reader
from adapters.stores.shopify.searching import OVERLAP, Searcher, since_text, updated_since
from syncd.clock import Clock
from syncd.domain.observation import Page, Problem
from syncd.domain.orders import Order
from syncd.errors import InvalidResponse, NotFound, OutcomeUnknown, Refused, Transient
from syncd.http import HttpClient, Lane

log = structlog.get_logger(__name__)

WINDOW = timedelta(days=60)
SMALL = 500
"""Up to this many orders are read by id: complete, and sooner than a bulk operation would begin."""
_PAGE = 250
_FAILURES = (InvalidResponse, NotFound, OutcomeUnknown, Refused, Transient)


class Sweeper:
    """Yields every order that is open or was touched in the last 60 days.

    1. Count them. Few: read each by id, whole.
    2. Many: two bulk operations, orders and fulfillment orders, joined on disk. What bulk cannot give is named in `cut`.
    3. Open orders that nobody touched for 60 days, and orders of which only fulfillment orders were touched: by id.
    4. Where bulk cannot be had at all: as in 1. Where it broke off: what there is, and the last page is not complete.
    """

    def __init__(
        self,
        *,
        session: Session,
        http: HttpClient,
        reader: Reader,
        searcher: Searcher,
        mapper: Mapper,
        clock: Clock,
    ) -> None:
        self._bulk = Bulk(session, http, clock)
        self._reader = reader
        self._searcher = searcher
        self._mapper = mapper
        self._clock = clock

    async def pages(self) -> AsyncIterator[Page[Order]]:
        since = self._clock.now() - WINDOW
        count = await self._searcher.count(updated_since(since), limit=SMALL + 1)
        if count is not None and count <= SMALL:
            async for page in self._by_id(since):
                yield page
            return
        with TemporaryDirectory(prefix="syncd-sweep-") as folder:
            join = Join(Path(folder) / "join.db")
            try:
                problems = await self._fill(join, since)
            except _FAILURES as exc:
                log.warning("shopify.bulk_failed", error=str(exc))
                problems = None
            try:
                async for page in self._by_id(since) if problems is None else self._joined(join, since, problems):
                    yield page
            finally:
                join.close()

    async def _by_id(self, since: datetime) -> AsyncIterator[Page[Order]]:
        """Everything in the window, and what is open but older: found by search, read by id."""
        seen: set[str] = set()
        async for ids in self._searcher.changed(since - OVERLAP):
            async for page in self._read(ids, seen):
                yield page
        async for ids in self._searcher.open_and_untouched(since):
            async for page in self._read(ids, seen):
                yield page
        yield Page(items=(), is_last=True)

    async def _read(self, ids: Sequence[str], seen: set[str]) -> AsyncIterator[Page[Order]]:
        new = [each for each in dict.fromkeys(ids) if each not in seen]
        seen.update(new)
        for start in range(0, len(new), BATCH):
            unread: list[Problem] = []
            orders = await self._reader.orders(new[start : start + BATCH], lane=Lane.POLL, unread=unread)
            yield Page(items=orders, is_last=False, problems=tuple(unread))

    async def _fill(self, join: Join, since: datetime) -> tuple[Problem, ...]:
        """Run both operations and take their lines; what was not whole comes back as problems."""
        text = since_text(since)
        first = await self._bulk.start("bulk_orders", since=text)
        second = await self._start_second(first, text)
        problems = []
        for operation_id, take in ((first, join.take_order_line), (second, join.take_fulfillment_order_line)):
            result = await self._bulk.wait(operation_id)
            if trouble := await self._take(result, take, join):
                problems.append(Problem(place=operation_id, text=trouble))
        join.seal()
        return tuple(problems)

    async def _start_second(self, first: str, since: str) -> str:
        try:
            return await self._bulk.start("bulk_fulfillment_orders", since=since)
        except Refused as exc:
            if exc.code != "bulk_busy":
                raise
        # API versions up to 2025-10 run one at a time.
        await self._bulk.wait(first)
        return await self._bulk.start("bulk_fulfillment_orders", since=since)

    async def _take(self, result: Result, take: Callable[[bytes], None], join: Join) -> str:
        """Store the lines of one result; what was wrong with it in words, empty when it was whole."""
        if not result.is_whole and result.url is None:
            raise Refused(f"{result.trouble}, without data.", code="bulk_failed")
        before = join.taken
        try:
            async for line in self._bulk.lines(result):
                take(line)
                if join.taken % 2000 == 0:
                    await asyncio.sleep(0)  # let webhooks and other stores in
        except (InvalidResponse, Transient) as exc:
            return f"its result broke off after {join.taken - before} objects: {exc}"
        if not result.is_whole:
            return result.trouble
        if result.objects is not None and join.taken - before != result.objects:
            return f"its result has {join.taken - before} objects instead of {result.objects}"
        return ""

    async def _joined(self, join: Join, since: datetime, problems: tuple[Problem, ...]) -> AsyncIterator[Page[Order]]:
        found, batch, unread = set[str](), list[Order](), list[Problem]()
        unseen = ("links",) if self._reader.links else ()
        for node, cut in join.orders():
            found.add(str(node["id"]))
            try:
                batch.append(self._mapper.order(node, cut=(*cut, *unseen)))
            except InvalidResponse as exc:
                unread.append(Problem(place=str(node["id"]), text=exc.text, order_id=str(node["id"])))
            if len(batch) == _PAGE:
                yield Page(items=tuple(batch), is_last=False)
                batch.clear()
                await asyncio.sleep(0)
        yield Page(items=tuple(batch), is_last=False)
        async for page in self._read(list(join.strangers()), found):
            yield page
        async for ids in self._searcher.open_and_untouched(since):
            async for page in self._read(ids, found):
                yield page
        # An order that cannot be understood would be as strange in the next sweep: nothing was cut off.
        yield Page(items=(), is_last=True, complete=not problems, problems=(*problems, *unread))
