"""Two stores share a supplier who knows their orders by name alone, and both number from #1001."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from adapters.sandbox.shopify.twin import ShopifyTwin
from adapters.sandbox.shopify.world.world import NewLine
from adapters.stores.shopify import ADAPTER as SHOPIFY
from syncd import cycle
from syncd.cycle import Look
from syncd.domain.ports import AdapterPorts
from syncd.http import Http
from syncd.journal.credentials import KeptCredentials
from syncd.shop import Shop
from tests.cycle.shopworld import ShopWorld, Streets, shop_world, states

SHARING = {"depot": ("main", "other"), "cj": ("main",)}


@dataclass(kw_only=True)
class TwoShops:
    """The world of every story, and a second shop that the depot ships for, too."""

    world: ShopWorld
    store: ShopifyTwin
    shop: Shop

    async def pass_(self) -> cycle.Run:
        self.world.later(minutes=1)
        return await cycle.reconcile(self.shop, agree=lambda _: True)

    def order(self, sku: str) -> Any:
        return self.store.world.create_order(NewLine(sku=sku))


@pytest.fixture
async def two(url: str, tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with shop_world(tmp_path, url=url) as world:
        store = ShopifyTwin(world.clock, Random(2), shop="other.myshopify.com", token="shpat_other")
        ports = AdapterPorts(
            clock=world.clock,
            rng=Random(3),
            http=Http(world.clock, Random(4), Streets({"other.test": store.app})),
            credentials=KeptCredentials(world.db),
            secret={"env:TOKEN": "shpat_other"}.__getitem__,
            hash_key=b"k" * 32,
        )
        settings = SHOPIFY.settings(shop="other.myshopify.com", endpoint="https://other.test", token="env:TOKEN")
        world.shop = replace(world.shop, sharing=SHARING)
        other = replace(
            world.shop,
            name="other",
            port=SHOPIFY.build("other", settings, ports),
            suppliers={"depot": world.shop.suppliers["depot"]},
            policy=replace(
                world.shop.policy, suppliers=tuple(one for one in world.shop.policy.suppliers if one.name == "depot")
            ),
        )
        yield TwoShops(world=world, store=store, shop=other)


def kinds(look: Look) -> list[str]:
    return sorted(drift.kind for drift in look.judged.drifts)


async def test_the_first_store_that_is_read_does_not_take_the_parcel_of_the_other(two: TwoShops) -> None:
    mine, theirs = two.world.order("DP-HAT"), two.order("DP-HAT")
    assert mine.name == theirs.name
    two.world.depot.ship(mine.name, "YT2600000000000001", sku="DP-HAT", quantity="1")
    run = await two.world.pass_()
    assert states(run) == {}
    assert two.world.fulfillments(mine) == []
    await two.pass_()
    look = await two.world.look()
    assert (look.plan.steps, two.store.world.fulfillments) == ((), {})
    (drift,) = (one for one in look.judged.drifts if one.kind == "mapping_missing_or_ambiguous")
    assert drift.evidence["candidates"] == [mine.name, f"{theirs.name} of other"]


async def test_a_name_that_only_one_store_has_is_its_own_once_both_were_read(two: TwoShops) -> None:
    two.order("DP-HAT")
    two.world.order("DP-HAT")
    mine = two.world.order("DP-HAT")
    two.world.depot.ship(mine.name, "YT2600000000000001", sku="DP-HAT", quantity="1")
    look = await two.world.look()
    assert look.plan.steps == ()
    told = [one.evidence["candidates"] for one in look.judged.drifts if one.kind == "mapping_missing_or_ambiguous"]
    assert told == [[mine.name, "other (not read yet)"]]
    await two.pass_()
    await two.world.pass_()
    assert [one.tracking[0].number for one in two.world.fulfillments(mine)] == ["YT2600000000000001"]
    assert two.store.world.fulfillments == {}
