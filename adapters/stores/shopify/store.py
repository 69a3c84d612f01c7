"""The store port for one Shopify shop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from adapters.stores.shopify import listening, subscribing, writing
from adapters.stores.shopify.auth import tokens
from adapters.stores.shopify.checks import checks
from adapters.stores.shopify.graphql import Session
from adapters.stores.shopify.mapping import Mapper
from adapters.stores.shopify.privacy import Hasher
from adapters.stores.shopify.reading import Reader
from adapters.stores.shopify.searching import OVERLAP, Searcher
from adapters.stores.shopify.settings import ShopifySettings
from adapters.stores.shopify.sweeping import Sweeper
from syncd.domain.observation import Page, Problem
from syncd.domain.orders import Order
from syncd.domain.ports import AdapterPorts, Call, Check, Heard, Push, StoreCapabilities, Subscription
from syncd.domain.steps import Effect, Step
from syncd.http import Lane

log = structlog.get_logger(__name__)

LIMITS = (
    "Apps of one's own organisation: a custom app's token, or the client credentials grant. Orders older than 60 days "
    "need read_all_orders. Fulfillment orders at another app's fulfillment service can be read, not fulfilled."
)


class ShopifyStore:
    """One shop."""

    def __init__(self, name: str, settings: ShopifySettings, ports: AdapterPorts) -> None:
        self.name = name
        self.settings = settings
        self._ports = ports
        http = ports.http.client(source=name, base_url=settings.base_url)
        self._session = Session(
            http=http,
            tokens=tokens(ports, settings, http),
            budget=ports.http.budget(f"shopify:{settings.base_url}:{settings.shop}"),
            clock=ports.clock,
            version=settings.api_version,
        )
        self._mapper = Mapper(hasher=Hasher(key=ports.hash_key))
        self._reader = Reader(self._session, self._mapper, links=ports.link_metafields)
        self._searcher = Searcher(self._session)
        self._sweeper = Sweeper(
            session=self._session,
            http=http,
            reader=self._reader,
            searcher=self._searcher,
            mapper=self._mapper,
            clock=ports.clock,
        )

    async def orders_changed(self, since: datetime) -> AsyncIterator[Page[Order]]:
        """Every order that changed at or after `since`, from 2 minutes earlier on; the last page is empty."""
        seen: set[str] = set()
        async for ids in self._searcher.changed(since - OVERLAP):
            new = [each for each in dict.fromkeys(ids) if each not in seen]
            seen.update(new)
            for start in range(0, len(new), 50):
                batch = new[start : start + 50]
                unread: list[Problem] = []
                orders = await self._reader.orders(batch, lane=Lane.POLL, unread=unread)
                seen_now = {*(order.id for order in orders), *(problem.place for problem in unread)}
                yield Page(items=orders, is_last=False, problems=(*unread, *self._invisible(batch, seen_now)))
        problems = self._version_problem()
        yield Page(items=(), is_last=True, complete=True, problems=problems, ahead=self._session.ahead)

    async def sweep(self) -> AsyncIterator[Page[Order]]:
        """Every order that is open or was touched in 60 days; see Sweeper."""
        async for page in self._sweeper.pages():
            yield replace(page, ahead=self._session.ahead)

    async def order(self, order_id: str) -> Order:
        return await self._reader.order(order_id, lane=Lane.READ_BACK)

    async def orders(self, order_ids: Sequence[str]) -> tuple[Order, ...]:
        return await self._reader.orders(order_ids, lane=Lane.READ_BACK)

    async def find(self, name: str) -> tuple[Order, ...]:
        return await self._reader.orders(await self._searcher.named(name), lane=Lane.READ_BACK)

    def hear(self, push: Push) -> Heard:
        secrets = [self._ports.secret(reference) for reference in self.settings.webhook_secrets]
        return listening.heard(push, settings=self.settings, secrets=secrets)

    async def orders_of(self, things: Sequence[str]) -> tuple[str, ...]:
        return await listening.orders_of(things, session=self._session)

    async def subscribe(self, url: str, *, dry_run: bool) -> tuple[Subscription, ...]:
        return await subscribing.subscribe(url, session=self._session, clock=self._ports.clock, dry_run=dry_run)

    async def perform(self, step: Step, call: Call) -> Effect:
        return await writing.perform(step, call, session=self._session, clock=self._ports.clock)

    def capabilities(self) -> StoreCapabilities:
        return StoreCapabilities(
            actions=frozenset(action.value for action in writing.ACTIONS), can_sweep=True, limits=LIMITS
        )

    async def check(self) -> tuple[Check, ...]:
        return await checks(self._session, shop=self.settings.shop, clock=self._ports.clock)

    async def aclose(self) -> None:
        """Nothing of our own is open: the connections belong to `Http`."""

    def _invisible(self, asked: Sequence[str], found: Collection[str]) -> tuple[Problem, ...]:
        """Orders that a search named and that cannot be read: out of our window, or deleted meanwhile."""
        missing = set(asked).difference(found)
        text = "the search names it, but it cannot be read: older than 60 days without read_all_orders, or deleted"
        return tuple(Problem(place=each, text=text) for each in sorted(missing))

    def _version_problem(self) -> tuple[Problem, ...]:
        served = self._session.served_version
        if served is None or served == self._session.version:
            return ()
        text = f"shopify serves API version {served}, not {self._session.version} as configured"
        return (Problem(place="api_version", text=text),)


def build(name: str, settings: ShopifySettings, ports: AdapterPorts) -> ShopifyStore:
    """The store of one stanza."""
    return ShopifyStore(name, settings, ports)
