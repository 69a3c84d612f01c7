"""The pause sweep: a pass is stopped, longer than its lease, at each place; another one does the work meanwhile."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from syncd import cycle
from syncd.errors import FenceLost
from tests.crash.edges import Edge
from tests.crash.lives import Lives, new_lives
from tests.crash.scenario import Scenario
from tests.crash.sweep import AFTER
from tests.crash.truth import Ending, faults_of

PAUSE = timedelta(seconds=75)
"""Longer than a lease, a call's deadline and the margin after it."""


async def places(scenario: Scenario) -> list[str]:
    """Where a pass may be stopped: after each transaction and after each answer."""
    async with new_lives() as lives:
        await scenario.prepare(lives)
        edge = Edge()
        await lives.live(scenario.act, edge=edge)
        return edge.stopped_at


def ends_at(stops: list[str]) -> int:
    """The last place after which a run still has something to record; 0 = it works without a fence."""
    return len(stops) - stops[::-1].index("after finish") if "after finish" in stops else 0


def other_pass(lives: Lives) -> Callable[[], Awaitable[None]]:
    """What happens during the pause: time passes, and another process makes a whole pass."""

    async def happen() -> None:
        lives.world.clock.advance(PAUSE)
        await cycle.reconcile(lives.beside(), agree=lambda _: True)

    return happen


async def pause(scenario: Scenario, place: int | str, *, like: Ending, must_stop: bool) -> list[str]:
    """Run the scenario, stop it at `place`; what is wrong then. `must_stop`: the paused pass had something left to record."""
    async with new_lives() as lives:
        await scenario.prepare(lives)
        edge = Edge(pauses_at=place, pause=other_pass(lives))
        finished = await lives.live(scenario.act, edge=edge, may_fail=True)
        assert finished, "nobody dies in this sweep"
        lives.world.clock.advance(scenario.rest)
        for _ in range(AFTER):
            await lives.live(scenario.then)
        found = await faults_of(lives, like=like)
        stopped = any(death.startswith(FenceLost.__name__) for death in lives.deaths)
        if must_stop and not stopped:
            found.append(f"the paused pass went on; it ended with {lives.deaths or 'no error'}")
        return found
