"""`python -m tests.simulation --seed N | --seeds A..B | --minutes M`: worlds by seed, and what was found in them.

`--seed N` replays one world and prints its story and the hash of its trace (the same every time). `--seeds A..B` and
`--minutes M` (from `--from`) run many, on every core; each failing seed is replayed, shrunk and told in plain words.
"""

# ruff: noqa: T201 - a program for people

from __future__ import annotations

import argparse
import sys

from tests.simulation.run import Outcome, simulate
from tests.simulation.shrink import shrink
from tests.simulation.soak import Tally, soak
from tests.simulation.sometimes import missing


def _one(seed: int, *, shrinks: bool) -> int:
    outcome = simulate(seed)
    _tell(outcome)
    if outcome.violations and shrinks:
        print(f"\nshrunk from {len(outcome.choices)} choices:")
        _tell(shrink(outcome))
    return 1 if outcome.violations else 0


def _tell(outcome: Outcome) -> None:
    print("\n".join(outcome.story))
    for one in outcome.violations:
        print(f"{one.code}: {one.text}")
    print(f"seed {outcome.seed}, {len(outcome.choices)} choices, trace {outcome.trace_hash}")


def _many(seeds: range | None, *, first: int, minutes: float, jobs: int, sometimes: bool, shrinks: bool) -> int:
    tally = soak(seeds, first=first, seconds=minutes * 60, jobs=jobs, told=_progress)
    print(f"{tally.seeds} seeds in {tally.seconds:.0f} s on {jobs} cores: {tally.seeds / tally.seconds:.1f} seeds/s")
    for seed, found in sorted(tally.failing.items())[:20]:
        print(f"seed {seed}: {found}\n  replay: python -m tests.simulation --seed {seed}")
    if shrinks:
        for seed in sorted(tally.failing)[:3]:
            print(f"\nseed {seed}, shrunk:")
            _tell(shrink(simulate(seed)))
    missed = missing(tally.reached) if sometimes else []
    if missed:
        print("never reached: " + ", ".join(missed))
    return 1 if tally.failing or missed else 0


def _progress(tally: Tally) -> None:
    print(f"  {tally.seeds} seeds, {len(tally.failing)} failing", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="replay one world and tell its story")
    parser.add_argument("--seeds", help="A..B: these seeds, B not included")
    parser.add_argument("--minutes", type=float, default=0.0, help="as many seeds as fit into this time")
    parser.add_argument("--from", dest="first", type=int, default=0, help="where --minutes begins")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time (default: 2)")
    parser.add_argument("--reached", action="store_true", help="say what was never reached, and fail then")
    parser.add_argument("--no-shrink", action="store_true", help="do not make failing worlds small")
    asked = parser.parse_args()
    if asked.seed is not None:
        return _one(asked.seed, shrinks=not asked.no_shrink)
    seeds = None
    if asked.seeds:
        low, _, high = asked.seeds.partition("..")
        seeds = range(int(low), int(high))
    elif not asked.minutes:
        parser.error("one of --seed, --seeds and --minutes is needed")
    return _many(
        seeds,
        first=asked.first,
        minutes=asked.minutes or 1e6,
        jobs=asked.jobs,
        sometimes=asked.reached or bool(asked.minutes),
        shrinks=not asked.no_shrink,
    )


if __name__ == "__main__":
    sys.exit(main())
