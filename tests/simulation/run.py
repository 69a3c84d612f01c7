"""One seed, one world: trouble first, then peace, then the promises about how it ends."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy.exc import OperationalError

from syncd.errors import SyncdError
from tests.crash.lives import Inline
from tests.simulation import happenings, scene, shape
from tests.simulation.acts import ACTS, one_pass
from tests.simulation.choices import Choices, Scope
from tests.simulation.invariants import Watch, liveness, secrets
from tests.simulation.process import Process, begin_journal, known_tasks, read_journal
from tests.simulation.road import Road
from tests.simulation.scene import Scene, Store, Violation
from tests.simulation.speaking import listening
from tests.simulation.stopwatch import stopwatch
from tests.simulation.timeline import Stuck, TimeLoop

__all__ = ["Outcome", "Violation", "first_failure", "simulate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a seed showed. `choices` is what was drawn: the same again, with or without some of it, is `simulate(choices=...)`."""

    seed: int
    violations: tuple[Violation, ...]
    trace_hash: str
    reached: Counter[str]
    story: list[str]
    choices: Mapping[str, int] = field(repr=False)


def simulate(seed: int, *, choices: Mapping[str, int] | None = None) -> Outcome:
    """Let the world of this seed happen. With `choices` what is not among them is 0, the simplest there is."""
    drawn = Choices(seed, choices)
    loop = TimeLoop()
    try:
        world = loop.run_until_complete(_world(drawn, loop))
    finally:
        loop.close()
    return Outcome(
        seed=seed,
        violations=tuple(world.violations),
        trace_hash=world.digest.hexdigest(),
        reached=world.reached,
        story=world.story,
        choices=drawn.made,
    )


def first_failure(seeds: Iterable[int], *, seconds: float) -> Outcome | None:
    """The first of these seeds that breaks a promise, tried for so long at most; None = none did."""
    since = stopwatch()
    for seed in seeds:
        outcome = simulate(seed)
        if outcome.violations:
            return outcome
        if since() > seconds:
            return None
    return None


async def _world(drawn: Choices, loop: TimeLoop) -> Scene:
    loop.set_default_executor(Inline())
    known_tasks(loop)
    begin_journal()
    world = scene.build(drawn, shape.draw(drawn, (*happenings.ALL, *happenings.TRAITS)), loop)
    world.road = Road(world)
    world.road.watch = Watch(world)
    with listening(world):
        try:
            await _trouble(world)
            await _peace(world)
        except Stuck as stuck:
            world.broke("broken", str(stuck))
    _tell(world, "S9", secrets.s9_no_secret_is_told_or_kept(world))
    return world


# Trouble


async def _trouble(world: Scene) -> None:
    choices, road = world.choices, world.road
    for store in world.stores.values():
        store.twin.world.settings.index_lag = world.shape.index_lag
    for number in range(shape.ORDERS):
        if number == 0 or choices.chance(f"order/{number}/there", 0.45):
            happenings.place_order(world, choices.within(f"order/{number}"))
    road.rate, road.slow = world.shape.fault_rate, world.shape.slow_rate
    road.between = partial(_meanwhile, world)
    for number in range(shape.ROUNDS):
        scope = choices.within(f"round/{number}")
        if scope.chance("there", 0.6):
            await _round(world, scope)
    road.rate = road.slow = 0.0
    road.between = None


def _meanwhile(world: Scene, scope: Scope) -> None:
    """While a request is on its way."""
    if scope.chance("meanwhile", world.shape.meanwhile):
        happen(world, scope.within("meanwhile"))


async def _round(world: Scene, scope: Scope) -> None:
    for number in range(shape.EVENTS):
        happen(world, scope.within(f"event/{number}"))
    await asyncio.sleep(scope.among("rest_s", (60, 60, 1, 600, 7_200, 90_000)))
    workers = 2 if world.shape.two_workers and scope.chance("both", 0.7) else 1
    watch = world.road.watch
    watch.living = workers
    await asyncio.gather(*(_life(world, scope.within(f"worker/{number}")) for number in range(workers)))
    watch.living = 0


def happen(world: Scene, scope: Scope) -> None:
    """Perhaps something happens."""
    if not scope.chance("there", 0.5):
        return
    names = [name for name in happenings.ALL if name in world.shape.features or name in happenings.ALWAYS]
    names = [*happenings.ALWAYS, *names]
    name = scope.among("what", names)
    told = happenings.ALL[name](world, scope.within(name))
    if told:
        world.reached[name] += 1
        world.tell(told)
        world.road.watch.world_changed()


async def _life(world: Scene, scope: Scope) -> None:
    """One process does one thing, and may die of it."""
    name = scope.among("act", ("pass", "pass", "pass", "pass", "plan", "no", "apply", "decide"))
    store = scope.among("store", list(world.stores.values()))
    process = world.process()
    if scope.chance("dies", world.shape.crash_rate):
        process.dies_at = 1 + scope.number("dies_at", 60)
    if scope.chance("pauses", world.shape.pause_rate):
        # Between what is noted and what leaves is where it hurts most.
        place = scope.among("pauses_in", ("after sent", None))
        process.pauses_at = place or 1 + scope.number("pauses_at", 60)
        process.pause_s = (5.0, 30.0, 75.0)[scope.number("s", 3)]
    world.tell(f"process {process.number}: {name} for {store.name}")
    await _lived(world, process, lambda: ACTS[name](world, process, store, scope))


async def _lived(world: Scene, process: Process, work: object) -> None:
    try:
        await process.live(work)  # type: ignore[arg-type]
    except SyncdError as error:
        world.reached[f"error {type(error).__name__}"] += 1
        world.told.append(str(error))
        world.tell(f"  process {process.number} ends: {type(error).__name__}: {error}")
    except OperationalError as error:
        world.tell(f"  process {process.number} ends: {error}")
    except BaseException as error:
        if not process.is_dead:
            if isinstance(error, Stuck | asyncio.CancelledError):
                raise
            world.broke("broken", f"process {process.number} ends with {type(error).__name__}: {error}")
            return
        world.road.watch.deaths += 1
        last = process.passed[-1]
        world.reached[f"died {last.partition(' ')[0]}"] += 1
        world.tell(f"  process {process.number} dies: {len(process.passed)} {last}")
    if process.stopped_at and process.paused_until_s:
        world.reached["paused"] += 1


# Peace


async def _peace(world: Scene) -> None:
    await asyncio.sleep(150)
    while world.road.on_way:
        await asyncio.sleep(10)
    world.tell("peace")
    watch = world.road.watch
    watch.living = 1
    most = liveness.PASSES + (len(world.truth.goods) if world.shape.policy.max_changes_per_run == 1 else 0)
    for number in range(most + 1):
        await asyncio.sleep(330)
        before = {store.name: liveness.mutations_of(store) for store in world.stores.values()}
        for store in world.stores.values():
            await _lived_in_peace(world, store)
        if number and not _changed(world, before):
            break
        if number == most:
            _tell(
                world,
                "L2",
                *(
                    liveness.l2_then_nothing_is_left_to_do(
                        store, mutations=liveness.mutations_of(store) - before[store.name]
                    )
                    for store in world.stores.values()
                ),
            )
    _judge(world)


def _changed(world: Scene, before: Mapping[str, int]) -> bool:
    return any(liveness.mutations_of(store) != before[store.name] for store in world.stores.values())


async def _lived_in_peace(world: Scene, store: Store) -> None:
    process = world.process()
    await _lived(world, process, lambda: one_pass(world, process, store, world.choices.within("peace")))


def _judge(world: Scene) -> None:
    _tell(world, "L1", *(liveness.l1_everything_shipped_is_fulfilled(world, order) for order in world.orders))
    _tell(world, "L3", read_journal(liveness.l3_no_intent_stays_open))


def _tell(world: Scene, code: str, *found: Iterable[str]) -> None:
    for texts in found:
        for text in texts:
            world.broke(code, text)
