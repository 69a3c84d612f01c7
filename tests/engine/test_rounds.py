"""A round of the daemon: every store gets its turn, and what a round ends with says how the passes went."""

import asyncio
import os
import signal
from datetime import timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from syncd import cycle
from syncd.cli.exit_codes import of_run, worst
from syncd.cycle import Run
from syncd.daemon import serve
from syncd.errors import CredentialsRejected
from syncd.shop import Shop
from tests.cycle.shopworld import ShopWorld, shop_world


class Broken:
    """As much of a runtime as a round needs; each store is a shop or an error."""

    def __init__(self, *, stop_within: timedelta = timedelta(seconds=25), **stores: Shop | Exception) -> None:
        self.stores, self.asked = stores, list[str]()
        daemon = SimpleNamespace(every=timedelta(hours=1), stop_within=stop_within, passes_at_once=4)
        self.config = SimpleNamespace(document=SimpleNamespace(daemon=daemon, web=SimpleNamespace(listen=None)))
        shops = [shop for shop in stores.values() if isinstance(shop, Shop)]
        self.env: dict[str, str] = {}
        self.db, self.clock, self.http = shops[0].db, shops[0].clock, SimpleNamespace(rng=Random(1))

    async def shop(self, name: str) -> Shop:
        self.asked.append(name)
        found = self.stores[name]
        if isinstance(found, Exception):
            raise found
        return found


def code_of(run: Run) -> int:
    return of_run(run, detailed=False)


async def ended(runtime: Any) -> int:
    return await serve(runtime, list(runtime.stores), once=True, code_of=code_of, worst=worst)


async def test_a_store_that_breaks_in_an_unforeseen_way_keeps_no_other_waiting(tmp_path: Path) -> None:
    async with shop_world(tmp_path) as world:
        runtime = Broken(a=KeyError("broken"), b=CredentialsRejected("no"), main=world.shop)
        assert await ended(runtime) == 77
        assert runtime.asked == ["a", "b", "main"]
        assert world.streets.calls, "the last one was passed over"


@pytest.mark.parametrize("once", [True, False])
async def test_a_pass_that_does_not_end_is_parked_in_time_and_lets_its_store_go(tmp_path: Path, *, once: bool) -> None:
    async with shop_world(tmp_path) as world:
        order = world.order("DP-HAT")
        await world.pass_()
        world.depot.ship(order.name, "YT2229521272164446", sku="DP-HAT", quantity="1")

        async def hang(request: httpx.Request) -> None:
            if b"fulfillmentCreate(" in request.content:
                os.kill(os.getpid(), signal.SIGTERM)
                await asyncio.Event().wait()

        world.streets.before = hang
        world.later(minutes=5)
        runtime = Broken(main=world.shop, stop_within=timedelta(seconds=0.05))
        async with asyncio.timeout(10):
            code = await serve(runtime, ["main"], once=once, code_of=code_of, worst=worst)
        assert code == (3 if once else 0)
        world.streets.before = None
        world.later(minutes=5)
        run = await cycle.reconcile(world.shop, agree=lambda _: True, wait=timedelta(0))
        assert [one.code for one in run.settled] == ["without_effect"], "the store was free, and nothing was forgotten"
        assert len(world.fulfillments(order)) == 1


async def test_a_round_that_could_not_ask_everybody_says_so(tmp_path: Path) -> None:
    async with shop_world(tmp_path) as world:
        assert await ended(Broken(main=world.shop)) == 0
        _break_cj(world)
        assert await ended(Broken(main=world.shop)) == 3


def _break_cj(world: ShopWorld) -> None:
    world.order("CJ-MUG")
    world.later(minutes=1)
    world.cj.faults.add("status", status=503, times=0)
