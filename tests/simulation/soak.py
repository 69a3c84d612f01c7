"""Many worlds on many cores."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count

from tests.simulation.run import simulate
from tests.simulation.stopwatch import stopwatch


@dataclass(slots=True, kw_only=True)
class Tally:
    """What many seeds showed together. `failing`: by seed, which promises were broken."""

    seeds: int = 0
    seconds: float = 0.0
    failing: dict[int, str] = field(default_factory=dict)
    reached: Counter[str] = field(default_factory=Counter)


def soak(
    seeds: range | None, *, first: int, seconds: float, jobs: int, told: Callable[[Tally], None] = lambda _: None
) -> Tally:
    """Run these seeds (None = all from `first` on) until they or the time are over."""
    tally, since, said = Tally(), stopwatch(), 30.0
    endless: Iterator[int] = iter(seeds) if seeds is not None else count(first)
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        for seed, found, reached in pool.imap_unordered(_one, _until(endless, since, seconds), chunksize=1):
            tally.seeds += 1
            tally.reached.update(reached)
            if found:
                tally.failing[seed] = found
            if since() > said:
                said += 30.0
                told(tally)
    tally.seconds = since()
    return tally


def _until(seeds: Iterator[int], since: Callable[[], float], seconds: float) -> Iterator[list[int]]:
    """The seeds, as long as there is time. A pool reads ahead: seeds are handed out a second's worth at a time."""
    for seed in seeds:
        if since() > seconds:
            return
        yield [seed]


def _one(seeds: list[int]) -> tuple[int, str, Counter[str]]:
    (seed,) = seeds
    try:
        outcome = simulate(seed)
    except Exception as error:  # noqa: BLE001 - a mistake of the simulator's own: told like a find, it must not end the others
        return seed, f"the simulator fell over: {type(error).__name__}: {error}", Counter()
    told = "; ".join(f"{one.code} {one.text}" for one in outcome.violations)
    return seed, told, outcome.reached
