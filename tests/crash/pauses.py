"""The pause sweep: a pass is stopped, longer than its lease, at each place; another one does the work meanwhile."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from syncd import cycle
from tests.crash.edges import Edge
from tests.crash.lives import Lives, new_lives
from tests.crash.scenario import Scenario
from tests.crash.sweep import AFTER
from tests.crash.truth import Ending, faults_of

_LOST = "is no longer the newest"
"""What a run says that lost its store."""
PAUSE = timedelta(seconds=75)
"""Longer than a lease, a call's deadline and the margin after it."""


async def places(scenario: Scenario) -> list[str]:
    """Where a pass may be stopped: after each transaction and after each answer."""
    async with new_lives() as lives:
        await scenario.prepare(lives)
        edge = Edge()
        await lives.live(scenario.act, edge=edge)
        return edge.stopped_at


def must_stop(scenario: Scenario, stops: list[str]) -> range:
    """The places (from 1) after which a run that lost its store has something left to record, and says that it may not."""
    if scenario.goes_on or "after finish" not in stops:
        return range(0)
    return range(stops.index("after acquire") + 1, len(stops) - stops[::-1].index("after finish"))


def other_pass(lives: Lives) -> Callable[[], Awaitable[None]]:
    """What happens during the pause: time passes, and another process makes a whole pass."""

    async def happen() -> None:
        lives.world.clock.advance(PAUSE)
        await cycle.reconcile(lives.beside(), agree=lambda _: True)

    return happen


async def pause(scenario: Scenario, place: int | str, *, like: Ending, is_held: bool) -> list[str]:
    """Run the scenario, stop it at `place`; what is wrong then. `is_held`: the paused run had something left to record."""
    async with new_lives() as lives:
        await scenario.prepare(lives)
        edge = Edge(pauses_at=place, pause=other_pass(lives))
        finished = await lives.live(scenario.act, edge=edge, may_fail=True)
        assert finished, "nobody dies in this sweep"
        stopped = any(_LOST in death for death in lives.deaths)
        if stopped:  # whoever was told so does it again
            await lives.live(scenario.act)
        lives.world.clock.advance(scenario.rest)
        for _ in range(AFTER):
            await lives.live(scenario.then)
        found = await faults_of(lives, like=like)
        if is_held and not stopped:
            found.append(f"the paused pass went on; it ended with {lives.deaths or 'no error'}")
        return found
