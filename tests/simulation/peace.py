"""The second part of a world's life: nothing goes wrong any more, and everything must come right."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from tests.simulation.acts import daemon_round, one_pass
from tests.simulation.happenings.machines import restore_tokens
from tests.simulation.invariants import liveness
from tests.simulation.living import lived, tell
from tests.simulation.process import read_journal
from tests.simulation.scene import Scene, Store


async def peace(world: Scene) -> None:
    """Passes until one changes nothing, and the promises about how it is then."""
    await _calm(world)
    silent = _silent(world)
    world.served.clear()
    most = liveness.PASSES + (len(world.truth.goods) if world.shape.policy.max_changes_per_run == 1 else 0)
    for number in range(most + 1):
        await asyncio.sleep(330)
        before = {store.name: liveness.mutations_of(store) for store in world.stores.values()}
        await _everybody_passed_over(world)
        if number and not _changed(world, before):
            break
        if number == most:
            for store in world.stores.values():
                mutations = liveness.mutations_of(store) - before[store.name]
                tell(world, "L2", liveness.l2_then_nothing_is_left_to_do(store, mutations=mutations))
    if silent is not None:
        tell(world, "L4", liveness.l4_one_store_keeps_no_other_waiting(world, silent=silent.name))
    for store in world.stores.values():
        if store is not silent:
            orders = store.twin.world.orders.values()
            tell(world, "L1", *(liveness.l1_everything_shipped_is_fulfilled(world, order) for order in orders))
            tell(world, "L1", *(liveness.l1_stale_requests_are_withdrawn(world, store, order) for order in orders))
    silence = silent.name if silent is not None else ""
    tell(world, "L3", read_journal(lambda conn: liveness.l3_no_intent_stays_open(conn, silent=silence)))


async def _calm(world: Scene) -> None:
    """What is on its way arrives, leases end, machines and credentials are put in order."""
    await asyncio.sleep(150)
    while world.road.on_way:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(10)
    for end in world.passing:
        end()
    world.passing.clear()
    world.disk.make_room()
    restore_tokens(world)
    for store in world.stores.values():
        store.twin.world.settings.index_lag = world.shape.index_lag
    world.road.watch.living = 1
    world.tell("peace")


def _silent(world: Scene) -> Store | None:
    """Of two stores one may go on giving trouble: the other must not suffer from it."""
    if len(world.stores) < 2 or not world.choices.chance("peace/one store stays silent", 0.3):
        return None
    silent = world.choices.among("peace/which", list(world.stores.values()))
    silent.twin.syncd.token = "refused for ever"
    world.tell(f"{silent.name} goes on refusing us")
    return silent


async def _everybody_passed_over(world: Scene) -> None:
    if len(world.stores) > 1:
        process, scope = world.process(), world.choices.within("peace")
        main = next(iter(world.stores.values()))
        await lived(world, process, lambda: daemon_round(world, process, main, scope))
        return
    for store in world.stores.values():
        await _passed_over(world, store)


async def _passed_over(world: Scene, store: Store) -> None:
    process = world.process()
    await lived(world, process, lambda: one_pass(world, process, store, world.choices.within("peace")))


def _changed(world: Scene, before: Mapping[str, int]) -> bool:
    return any(liveness.mutations_of(store) != before[store.name] for store in world.stores.values())
