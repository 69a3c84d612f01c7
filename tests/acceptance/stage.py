"""The small world of `tests.cycle.shopworld`, and the questions that an acceptance test asks of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from adapters.suppliers.cj import ADAPTER as CJ
from adapters.suppliers.feed import ADAPTER as FEED
from syncd import cycle
from syncd.domain.ports import AdapterPorts
from syncd.domain.shipments import Rung
from syncd.domain.steps import Approval
from syncd.http import Http, HttpClient
from syncd.journal import drifts
from syncd.journal.credentials import KeptCredentials
from syncd.journal.drifts import DriftRecord
from syncd.reconcile.policy import LineRule, SupplierRules
from tests.cycle.shopworld import FEED_STANZA, ShopWorld, shop_world

NUMBER, SECOND, THIRD = "YT2229521272164446", "YT2229521272164447", "YT2229521272164448"
UPS = "1Z999AA10123456784"


@asynccontextmanager
async def stage(folder: Path, *, feed: dict[str, Any] | None = None, **policy: Any) -> AsyncIterator[ShopWorld]:
    """A world; `feed` changes the feed's stanza (None takes a key out), `policy` the policy."""
    async with shop_world(folder) as world:
        world.cj.requests_per_second = 1e9
        cj = CJ.settings(base_url="https://cj.test", api_key="env:CJ")
        _use(world, cj=CJ.build("cj", cj, ports_of(world)))
        use_feed(world, feed or {})
        if policy:
            world.with_policy(**policy)
        yield world


def use_feed(world: ShopWorld, changes: dict[str, Any]) -> None:
    """Read the depot's feed by another stanza from now on."""
    stanza = {key: value for key, value in {**FEED_STANZA, **changes}.items() if value is not None}
    settings = FEED.settings(source="https://depot.test/tracking.csv", **stanza)
    _use(world, depot=FEED.build("depot", settings, ports_of(world)))
    rules = [
        replace(one, snapshot=settings.snapshot) if one.name == "depot" else one for one in world.shop.policy.suppliers
    ]
    world.with_policy(suppliers=tuple(rules))


class AtOnce(Http):
    """Nobody waits for a turn here, so that a look takes no time on the world's clock."""

    def client(self, **wishes: Any) -> HttpClient:
        return super().client(**{**wishes, "limit": None})


def _use(world: ShopWorld, **suppliers: Any) -> None:
    world.shop = replace(world.shop, suppliers={**world.shop.suppliers, **suppliers})


def ports_of(world: ShopWorld) -> AdapterPorts:
    return AdapterPorts(
        clock=world.clock,
        rng=world.store.world.rng,
        http=AtOnce(world.clock, world.store.world.rng, world.streets),
        credentials=KeptCredentials(world.db),
        secret=lambda _: world.cj.api_key,
        hash_key=b"k" * 32,
    )


async def records(world: ShopWorld, order: Any = None) -> list[DriftRecord]:
    """The drift that is open now, as the journal keeps it."""
    return await world.db.run(drifts.open_drifts, store="main", order=order.id if order else None)


async def found(world: ShopWorld, order: Any = None) -> set[str]:
    """Look once, and the kinds that are open after it (of one order)."""
    await world.look()
    return await open_kinds(world, order)


async def at(world: ShopWorld, moment: datetime, order: Any = None) -> set[str]:
    """Look at exactly this moment, and the kinds that are open then (of one order)."""
    world.clock.advance(moment - world.clock.now())
    assert world.clock.now() == moment
    await cycle.look(world.shop)
    assert world.clock.now() == moment, "the look itself took time"
    return await open_kinds(world, order)


async def open_kinds(world: ShopWorld, order: Any = None) -> set[str]:
    kept = await records(world)
    return {one.drift.kind for one in kept if order is None or one.drift.order_id == order.id}


async def evidence(world: ShopWorld, order: Any, kind: str) -> dict[str, Any]:
    (one,) = [one for one in await records(world) if one.drift.kind == kind and one.drift.order_id == order.id]
    return dict(one.drift.evidence)


async def planned(world: ShopWorld, order: Any = None) -> list[tuple[str, str]]:
    """Look once; the steps of its plan as (action, approval)."""
    look = await world.look()
    return [(s.action.value, s.approval.value) for s in look.plan.steps if order is None or s.order_id == order.id]


async def actions(world: ShopWorld, order: Any = None) -> list[str]:
    return [action for action, _ in await planned(world, order)]


def shown(world: ShopWorld, order: Any) -> list[tuple[tuple[str, ...], int]]:
    """The live fulfillments of an order: numbers and units."""
    return [
        (tuple(row.number for row in one.tracking), sum(line.quantity for line in one.lines))
        for one in world.fulfillments(order)
        if one.status == "SUCCESS"
    ]


def dead(host: str, status: int | None = None) -> Any:
    """A `streets.before` under which a host cannot be reached."""

    async def refuse(request: httpx.Request) -> None:
        if request.url.host == host:
            raise httpx.ConnectError("connection refused", request=request)

    return refuse


def requested(world: ShopWorld, *skus: str, accepted: bool = False, quantity: int = 1) -> Any:
    """An order at a fulfillment service, with its request submitted (and accepted)."""
    twin = world.store.world
    service = next(iter(twin.services[1:]), None) or twin.add_service(
        "CJ service", app=twin.add_app("cj-app", token="shpat_service")
    )
    order = world.order(*skus, quantity=quantity)
    assert service.location is not None
    twin.merchant.move(order, to=service.location)
    twin.merchant.submit_request(order)
    if accepted:
        twin.merchant.accept_request(order)
    return order


__all__ = [
    "NUMBER",
    "SECOND",
    "THIRD",
    "UPS",
    "Approval",
    "LineRule",
    "Rung",
    "ShopWorld",
    "SupplierRules",
    "actions",
    "at",
    "dead",
    "evidence",
    "found",
    "open_kinds",
    "planned",
    "ports_of",
    "records",
    "requested",
    "shown",
    "stage",
    "use_feed",
]
