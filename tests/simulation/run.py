"""One seed, one world: trouble first, then peace, then the promises about how it ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from syncd.journal.schema import drifts
from tests.crash.lives import Inline
from tests.simulation import happenings, scene, shape
from tests.simulation.choices import Choices, Record
from tests.simulation.invariants import Watch, secrets
from tests.simulation.living import tell
from tests.simulation.peace import peace
from tests.simulation.process import begin_journal, known_tasks, read_journal
from tests.simulation.road import Road
from tests.simulation.scene import Scene, Violation
from tests.simulation.speaking import listening
from tests.simulation.stopwatch import stopwatch
from tests.simulation.timeline import Stuck, TimeLoop
from tests.simulation.trouble import trouble

__all__ = ["Outcome", "Violation", "first_failure", "simulate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a seed showed. `choices` is what was drawn: the same again, with or without some of it, is `simulate(choices=...)`."""

    seed: int
    violations: tuple[Violation, ...]
    trace_hash: str
    reached: Counter[str]
    story: list[str]
    choices: Record = field(repr=False)


def simulate(seed: int, *, choices: Record | None = None) -> Outcome:
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
    world = scene.build(drawn, shape.draw(drawn, (*happenings.ALL, *happenings.TRAITS, "commands")), loop)
    world.road = Road(world)
    world.road.watch = Watch(world)
    with listening(world):
        try:
            await trouble(world)
            await peace(world)
        except Stuck as stuck:
            world.broke("broken", str(stuck))
    tell(world, "S9", secrets.s9_no_secret_is_told_or_kept(world))
    world.reached.update(f"drift {kind}" for kind in read_journal(_kinds_seen))
    tell(world, "S11", secrets.s11_no_store_hears_of_another(world))
    return world


def _kinds_seen(conn: Connection) -> Iterable[str]:
    return conn.execute(select(drifts.c.kind)).scalars()
