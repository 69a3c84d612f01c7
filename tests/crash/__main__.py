"""`python -m tests.crash [--scenario NAME] [--faults] [--pauses] [--double N] [--all] [--jobs N]`: sweeps, as a table.

Without more it kills a run at every boundary of every scenario. `--faults`: every kind of trouble at every call;
`--pauses`: a run that is stopped at every place, longer than its lease; `--double N`: N times two deaths drawn by
`--seed`. `--all` does all of them over all scenarios, with 300 double crashes.
"""

# ruff: noqa: T201 - a program for people

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass

import structlog

from tests.crash.doubles import crash_twice, drawn
from tests.crash.pauses import must_stop, pause, places
from tests.crash.scenario import Scenario
from tests.crash.scenarios import SCENARIOS
from tests.crash.sweep import count, crash
from tests.crash.troubles import cases_of, trouble

DOUBLES = 300
"""How many double crashes `--all` draws."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """One scenario, one kind of sweep. `twice`: double crashes that did die twice."""

    kind: str
    name: str
    points: int
    wrong: tuple[str, ...]
    seconds: float
    twice: int = 0

    def __str__(self) -> str:
        told = f"{self.kind:<8}{self.name:<20}{self.points:>7}{len(self.wrong):>7}{self.seconds:>9.1f}"
        return "\n".join([told, *(f"    {one}" for one in self.wrong)])


Found = list[tuple[str, list[str]]]
"""What was tried, and what was wrong then."""


async def crashes(scenario: Scenario) -> Found:
    counted = await count(scenario)
    return [(str(point), await crash(scenario, point, like=counted)) for point in counted.points]


async def different(scenario: Scenario) -> Found:
    counted = await count(scenario)
    return [(str(point), await crash(scenario, point, like=counted)) for point in counted.different]


async def faults(scenario: Scenario) -> Found:
    cases, ending = await cases_of(scenario)
    return [(str(case), await trouble(scenario, case, like=ending)) for case in cases]


async def pauses(scenario: Scenario) -> Found:
    like = (await count(scenario)).ending
    stops = await places(scenario)
    held = must_stop(scenario, stops)
    tried = enumerate(stops, 1)
    return [(f"{n} {what}", await pause(scenario, n, like=like, is_held=n in held)) for n, what in tried]


SWEEPS: dict[str, Callable[[Scenario], Awaitable[Found]]] = {
    "crash": crashes,
    "quick": different,
    "pause": pauses,
    "fault": faults,
}


def swept(kind: str, name: str) -> Swept:
    """One sweep, whole."""
    began = time.perf_counter()
    _quiet()
    found = asyncio.run(_awaited(SWEEPS[kind](SCENARIOS[name])))
    return _told(kind, name, found, began=began)


def doubled(name: str, seeds: tuple[str, ...]) -> Swept:
    """The double crashes of these seeds."""
    began = time.perf_counter()
    _quiet()

    async def whole() -> tuple[int, Found]:
        counted, twice, found = await count(SCENARIOS[name]), 0, []
        for seed in seeds:
            double = drawn(counted, seed=seed)
            deaths, wrong = await crash_twice(SCENARIOS[name], double)
            twice += deaths == 2
            found.append((f"seed {seed}: {double}", wrong))
        return twice, found

    twice, found = asyncio.run(whole())
    return _told("double", name, found, began=began, twice=twice)


async def _awaited(found: Awaitable[Found]) -> Found:
    return await found


def _told(kind: str, name: str, found: Found, *, began: float, twice: int = 0) -> Swept:
    wrong = tuple(f"{what}: {'; '.join(faults)}" for what, faults in found if faults)
    seconds = time.perf_counter() - began
    return Swept(kind=kind, name=name, points=len(found), wrong=wrong, seconds=seconds, twice=twice)


def _quiet() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))


Task = tuple[Callable[..., Swept], tuple[object, ...]]


def tasks(asked: argparse.Namespace) -> Iterator[Task]:
    """What was asked for, piece by piece; the cheapest first."""
    names = asked.scenario or list(SCENARIOS)
    kinds = [kind for kind, is_asked in (("pause", asked.pauses), ("fault", asked.faults)) if is_asked or asked.all]
    if asked.all or not (kinds or asked.double):
        yield from ((swept, ("quick" if asked.quick else "crash", name)) for name in names)
    many = asked.double or (DOUBLES if asked.all else 0)
    for place, name in enumerate(names):
        seeds = tuple(f"{asked.seed}/{number}" for number in range(place, many, len(names)))
        if seeds:
            yield doubled, (name, seeds)
    yield from ((swept, (kind, name)) for kind in kinds for name in names)


def done(todo: list[Task], *, jobs: int) -> Iterator[Swept]:
    """Each as soon as it is done."""
    if jobs == 1:
        yield from (work(*arguments) for work, arguments in todo)
        return
    with ProcessPoolExecutor(jobs) as pool:
        running = [pool.submit(work, *arguments) for work, arguments in todo]
        yield from (one.result() for one in as_completed(running))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--scenario", choices=sorted(SCENARIOS), action="append")
    parser.add_argument("--all", action="store_true", help="crashes, double crashes, pauses and faults")
    parser.add_argument("--faults", action="store_true", help="trouble at every call instead of crashes")
    parser.add_argument("--pauses", action="store_true", help="runs that are stopped instead of crashes")
    parser.add_argument(
        "--quick", action="store_true", help="crash only where what is left differs from the point before"
    )
    parser.add_argument("--double", type=int, default=0, metavar="N", help="N double crashes instead of crashes")
    parser.add_argument("--seed", default="1", help="what double crashes are drawn from")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes at once")
    asked = parser.parse_args()
    began = time.perf_counter()
    print(f"{'sweep':<8}{'scenario':<20}{'points':>7}{'wrong':>7}{'seconds':>9}")
    every: list[Swept] = []
    for one in done(list(tasks(asked)), jobs=asked.jobs):
        every.append(one)
        print(one, flush=True)
    print()
    for kind in dict.fromkeys(one.kind for one in every):
        of_kind = [one for one in every if one.kind == kind]
        points, wrong = sum(one.points for one in of_kind), sum(len(one.wrong) for one in of_kind)
        twice = f", {sum(one.twice for one in of_kind)} died twice" if kind == "double" else ""
        print(f"total {kind}: {len(of_kind)} scenarios, {points} points, {wrong} wrong{twice}")
    print(f"total: {sum(one.points for one in every)} points, {time.perf_counter() - began:.0f} s")
    return 1 if any(one.wrong for one in every) else 0


if __name__ == "__main__":
    sys.exit(main())
