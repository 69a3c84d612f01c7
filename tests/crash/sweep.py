"""The crash sweep: one run counts the boundaries, then one run dies at each of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from tests.crash.edges import Edge
from tests.crash.lives import Lives, new_lives
from tests.crash.scenarios import Scenario, one_pass
from tests.crash.truth import Ending, ending_of, faults_of

AFTER = 1
"""Passes after the first life that follows a crash, which waits for the dead life's fence: two in all must be enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One boundary. `arrives_after`: what the dying life was about to send arrives after this share of its time."""

    number: int
    what: str
    arrives_after: float | None = None

    def __str__(self) -> str:
        late = "" if self.arrives_after is None else f", arriving late ({self.arrives_after:.0%})"
        return f"{self.number} {self.what}{late}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A scenario that nobody disturbed: where it could have been, and how it ends."""

    points: tuple[Point, ...]
    ending: Ending

    @property
    def different(self) -> tuple[Point, ...]:
        """The points that leave different worlds: a transaction that is lost right after another leaves what that one left."""
        before = (None, *self.points[:-1])
        return tuple(
            point
            for last, point in zip(before, self.points, strict=True)
            if last is None or not (point.what.startswith("in ") and last.what.startswith("after "))
        )


_COUNTED: dict[str, Counted] = {}


async def count(scenario: Scenario) -> Counted:
    """Run the scenario undisturbed, once in each process."""
    if scenario.name not in _COUNTED:
        _COUNTED[scenario.name] = await _count(scenario)
    return _COUNTED[scenario.name]


async def _count(scenario: Scenario) -> Counted:
    async with new_lives() as lives:
        await scenario.prepare(lives)
        edge = Edge()
        await lives.live(scenario.act, edge=edge)
        lives.world.clock.advance(scenario.rest)
        await _go_on(lives)
        ending = await ending_of(lives)
        assert not (wrong := await faults_of(lives, like=ending)), f"{scenario.name} is wrong undisturbed: {wrong}"
    return Counted(points=tuple(_points(edge.passed)), ending=ending)


def _points(passed: list[str]) -> list[Point]:
    points = []
    for number, what in enumerate(passed, 1):
        points.append(Point(number=number, what=what))
        is_write = f"after {what.removeprefix('before ')}" in passed[number : number + 1]
        if what.startswith("before ") and is_write:
            points += [Point(number=number, what=what, arrives_after=share) for share in (0.0, 0.5, 1.0)]
    return points


async def crash(scenario: Scenario, point: Point, *, like: Ending) -> list[str]:
    """Run the scenario, die at `point`, let lives go on; what is wrong then."""
    async with new_lives() as lives:
        await scenario.prepare(lives)
        lives.wire.arrives_after = point.arrives_after
        edge = Edge(dies_at=point.number)
        survived = await lives.live(scenario.act, edge=edge)
        if survived or edge.passed[-1] != point.what:
            return [f"the run did not come to {point} again, but passed {edge.passed}"]
        lives.world.clock.advance(timedelta(seconds=1))
        await lives.live(scenario.act)
        lives.world.clock.advance(scenario.rest)
        await _go_on(lives)
        return await faults_of(lives, like=like)


async def _go_on(lives: Lives) -> None:
    for _ in range(AFTER):
        await lives.live(one_pass)
