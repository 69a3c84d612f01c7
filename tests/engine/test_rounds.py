"""A round of the daemon: every store gets its turn, and what a round ends with says how the passes went."""

from pathlib import Path
from typing import Any

from syncd.cli.exit_codes import of_run, worst
from syncd.cycle import Run
from syncd.daemon import serve
from syncd.errors import CredentialsRejected
from syncd.shop import Shop
from tests.cycle.shopworld import ShopWorld, shop_world


class Broken:
    """As much of a runtime as a round needs; each store is a shop or an error."""

    def __init__(self, **stores: Shop | Exception) -> None:
        self.stores, self.asked = stores, list[str]()

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


async def test_a_round_that_could_not_ask_everybody_says_so(tmp_path: Path) -> None:
    async with shop_world(tmp_path) as world:
        assert await ended(Broken(main=world.shop)) == 0
        _break_cj(world)
        assert await ended(Broken(main=world.shop)) == 3


def _break_cj(world: ShopWorld) -> None:
    world.order("CJ-MUG")
    world.later(minutes=1)
    world.cj.faults.add("status", status=503, times=0)
