"""The crash sweep: one run counts the boundaries, then one run dies at each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.crash.edges import Edge
from tests.crash.lives import Lives, new_lives
from tests.crash.scenario import Scenario
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
    files: Mapping[str, bytes] = field(default_factory=dict)
    """What was in the files that it wrote."""

    @property
    def different(self) -> tuple[Point, ...]:
        """The points that leave different worlds.

        A transaction that is lost leaves what there was before it, and so does a read that is not made; only one for a token
        leaves something behind.
        """
        kept = [point for point in self.points if point.number == 1 or _leaves_something(point)]
        return tuple(kept)


def _leaves_something(point: Point) -> bool:
    is_late_write = point.arrives_after is not None
    is_token = "getAccessToken" in point.what
    return is_late_write or is_token or not point.what.startswith(("in ", "before ")) or point.what in _FILES


_FILES = frozenset({"before write", "in write", "before replace", "before add"})
"""Boundaries of files, each with something else on the disk."""


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
        files = files_of(lives)
        lives.world.clock.advance(scenario.rest)
        await go_on(lives, scenario)
        ending = await ending_of(lives)
        assert not (wrong := await faults_of(lives, like=ending)), f"{scenario.name} is wrong undisturbed: {wrong}"
    return Counted(points=tuple(_points(edge.passed)), ending=ending, files=files)


def _points(passed: list[str]) -> list[Point]:
    points = []
    for number, what in enumerate(passed, 1):
        points.append(Point(number=number, what=what))
        is_write = f"after {what.removeprefix('before ')}" in passed[number : number + 1]
        if what.startswith("before ") and is_write and what not in _FILES:
            points += [Point(number=number, what=what, arrives_after=share) for share in (0.0, 0.5, 1.0)]
    return points


async def crash(scenario: Scenario, point: Point, *, like: Counted) -> list[str]:
    """Run the scenario, die at `point`, let lives go on; what is wrong then."""
    async with new_lives() as lives:
        await scenario.prepare(lives)
        before = files_of(lives)
        lives.wire.arrives_after = point.arrives_after
        edge = Edge(dies_at=point.number)
        survived = await lives.live(scenario.act, edge=edge)
        if survived or edge.passed[-1] != point.what:
            return [f"the run did not come to {point} again, but passed {edge.passed}"]
        found = _half_written(files_of(lives), before=before, after=like.files)
        lives.world.clock.advance(scenario.after)
        await lives.live(scenario.act)
        lives.world.clock.advance(scenario.rest)
        await go_on(lives, scenario)
        return found + await faults_of(lives, like=like.ending)


def files_of(lives: Lives) -> dict[str, bytes]:
    """What is in the files that people find; drafts that a dead life left are none."""
    return {file.name: file.read_bytes() for file in lives.desk.iterdir() if not file.name.startswith(".")}


def _half_written(files: Mapping[str, bytes], *, before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[str]:
    """Files that are neither as they were nor as they were to be."""
    return [
        f"{name} is neither old nor new"
        for name, content in files.items()
        if content not in {before.get(name), after.get(name)}
    ]


async def go_on(lives: Lives, scenario: Scenario) -> None:
    """As many further lives as must be enough."""
    for _ in range(AFTER):
        await lives.live(scenario.then)
