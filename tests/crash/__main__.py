"""`python -m tests.crash [--scenario NAME] [--all] [--faults | --pauses]`: every crash point of every scenario, as a table.

With `--faults` every kind of trouble at every call instead; with `--pauses` a pass that is stopped at every place.
"""

# ruff: noqa: T201 - a program for people

from __future__ import annotations

import argparse
import asyncio
import sys
import time

import structlog

from tests.crash.pauses import pause, places
from tests.crash.scenarios import SCENARIOS, Scenario
from tests.crash.sweep import count, crash
from tests.crash.troubles import cases_of, trouble


async def crashes(scenario: Scenario, *, verbose: bool) -> tuple[int, int]:
    """Points swept and points at which something is wrong."""
    counted = await count(scenario)
    wrong = 0
    for point in counted.points:
        found = await crash(scenario, point, like=counted.ending)
        wrong += _told(f"{scenario.name}: {point}", found, verbose=verbose)
    return len(counted.points), wrong


async def faults(scenario: Scenario, *, verbose: bool) -> tuple[int, int]:
    """Cases tried and cases in which something is wrong."""
    cases, ending = await cases_of(scenario)
    wrong = 0
    for case in cases:
        found = await trouble(scenario, case, like=ending)
        wrong += _told(f"{scenario.name}: {case}", found, verbose=verbose)
    return len(cases), wrong


async def pauses(scenario: Scenario, *, verbose: bool) -> tuple[int, int]:
    """Places at which a pass was stopped, and those after which something is wrong."""
    like = (await count(scenario)).ending
    stops = await places(scenario)
    wrong = 0
    for number, what in enumerate(stops, 1):
        found = await pause(scenario, number, like=like, must_stop=number <= stops.index("after finish"))
        wrong += _told(f"{scenario.name}: stopped at {number} {what}", found, verbose=verbose)
    return len(stops), wrong


def _told(what: str, found: list[str], *, verbose: bool) -> bool:
    if found or verbose:
        print(f"  {what}: {'; '.join(found) or 'fine'}", flush=True)
    return bool(found)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--scenario", choices=sorted(SCENARIOS), action="append")
    parser.add_argument("--all", action="store_true", help="every scenario (the default when none is named)")
    parser.add_argument("--faults", action="store_true", help="trouble at every call instead of crashes")
    parser.add_argument("--pauses", action="store_true", help="passes that are stopped instead of crashes")
    parser.add_argument("--verbose", action="store_true", help="tell every point")
    asked = parser.parse_args()
    names = list(SCENARIOS) if asked.all or not asked.scenario else asked.scenario
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    sweep = faults if asked.faults else pauses if asked.pauses else crashes
    bad = 0
    print(f"{'scenario':<18}{'points':>7}{'wrong':>7}{'seconds':>9}")
    for name in names:
        began = time.perf_counter()
        points, wrong = asyncio.run(sweep(SCENARIOS[name], verbose=asked.verbose))
        bad += wrong
        print(f"{name:<18}{points:>7}{wrong:>7}{time.perf_counter() - began:>9.1f}", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
