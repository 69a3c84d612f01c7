"""The first part of a world's life: things happen, processes do things, and much of it goes wrong."""

from __future__ import annotations

import asyncio
from functools import partial

from tests.simulation import happenings, shape
from tests.simulation.acts import ACTS
from tests.simulation.choices import Scope
from tests.simulation.commands import COMMANDS
from tests.simulation.living import lived
from tests.simulation.scene import Scene

DONE_OFTEN = (*("pass",) * 8, "plan", "no", "apply", "decide", "run --once")
EVERYTHING = {**ACTS, **COMMANDS}


async def trouble(world: Scene) -> None:
    """Some rounds of it."""
    choices, road = world.choices, world.road
    for store in world.stores.values():
        store.twin.world.settings.index_lag = world.shape.index_lag
    for number in range(min(shape.ORDERS, world.shape.theme.orders)):
        if number == 0 or choices.chance(f"order/{number}/there", 0.45):
            happenings.place_order(world, choices.within(f"order/{number}"))
    road.rate, road.write_rate, road.slow = world.shape.fault_rate, world.shape.write_fault_rate, world.shape.slow_rate
    road.between = partial(_meanwhile, world)
    world.disk.busy = _Locks(world).meets_one
    for number in range(shape.ROUNDS):
        scope = choices.within(f"round/{number}")
        if scope.chance("there", world.shape.theme.rounds):
            await _round(world, scope)
    road.rate = road.write_rate = road.slow = 0.0
    road.between = None
    world.disk.busy = lambda: False


class _Locks:
    """Transactions that meet another process's lock."""

    def __init__(self, world: Scene) -> None:
        self._world = world
        self._transactions = 0

    def meets_one(self) -> bool:
        self._transactions += 1
        rate = self._world.shape.lock_rate
        met = rate > 0 and self._world.choices.chance(f"transaction/{self._transactions}/locked", rate)
        self._world.reached["journal locked"] += met
        return met


def _meanwhile(world: Scene, scope: Scope) -> None:
    """While a request is on its way."""
    if scope.chance("meanwhile", world.shape.meanwhile):
        happen(world, scope.within("meanwhile"))


async def _round(world: Scene, scope: Scope) -> None:
    for number in range(shape.EVENTS):
        happen(world, scope.within(f"event/{number}"))
    theme = world.shape.theme
    rest_s = max(world.waits_s, scope.among("rest_s", theme.rests or (60, 1, 7_200, 600, 7_200, 90_000)))
    # Whoever had no answer tries once more, while the request may still be on its way.
    at_once = world.road.on_way > 0 and scope.chance("at once", theme.at_once)
    await asyncio.sleep(1 if at_once else rest_s)
    world.waits_s = 0.0
    workers = 2 if world.shape.two_workers and scope.chance("both", 0.7) else 1
    watch = world.road.watch
    watch.living = workers
    await asyncio.gather(*(_life(world, scope.within(f"worker/{number}")) for number in range(workers)))
    watch.living = 0


def happen(world: Scene, scope: Scope) -> None:
    """Perhaps something happens."""
    if not scope.chance("there", 0.5):
        return
    odd = [name for name in happenings.ALL if name in world.shape.features and name not in happenings.ALWAYS]
    # Most promises are about what follows when goods leave.
    name = scope.among(
        "what", [*happenings.ALWAYS, "ships", "ships", *odd, *world.shape.theme.often * world.shape.theme.weight]
    )
    told = happenings.ALL[name](world, scope.within(name))
    if told:
        world.reached[name] += 1
        world.tell(told)
        world.road.watch.world_changed()


async def _life(world: Scene, scope: Scope) -> None:
    """One process does one thing, and may die of it."""
    theme = world.shape.theme
    typed = "commands" in world.shape.features and scope.chance("typed", 0.25)
    name = scope.among("command", tuple(COMMANDS)) if typed else scope.among("act", (*DONE_OFTEN, *theme.acts))
    store = scope.among("store", list(world.stores.values()))
    if store.name in world.plans and scope.chance("applies it", 0.3):
        name = "apply"
    if world.asks and scope.chance("somebody answers", 0.5):
        name, world.asks = "decide", False
    if world.road.on_way and scope.chance("once more", 0.7):
        name = "pass"
    process = world.process()
    world.reached[f"command {name}"] += typed
    if scope.chance("dies", world.shape.crash_rate):
        place = scope.among("dies_in", (None, "before CreateFulfillment", None, *theme.deaths))
        process.dies_at = place or 1 + scope.number("dies_at", 60)
    elif scope.chance("interrupted", world.shape.crash_rate / 4):
        process.interrupted_at = 1 + scope.number("interrupted_at", 60)
    if scope.chance("pauses", world.shape.pause_rate):
        # Between what is noted and what leaves is where it hurts most.
        place = scope.among("pauses_in", ("after sent", "after begin", None, *theme.pauses))
        process.pauses_at = place or 1 + scope.number("pauses_at", 60)
        process.pauses_after = scope.number("after", 6) if place == "after views" else 0
        process.pause_s = (75.0, 5.0, 30.0, 75.0, 75.0, 75.0)[scope.number("s", 6)]
    world.tell(f"process {process.number}: {name} for {store.name}")
    await lived(world, process, lambda: EVERYTHING[name](world, process, store, scope))
