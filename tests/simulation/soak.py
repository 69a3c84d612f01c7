"""Many worlds on many cores."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

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
    context = multiprocessing.get_context("spawn")
    found: Any = context.SimpleQueue()
    shares: list[Iterable[int]] = [
        seeds[place::jobs] if seeds is not None else count(first + place, jobs) for place in range(jobs)
    ]
    workers = [context.Process(target=_work, args=(found, share, seconds), daemon=True) for share in shares]
    tally, since, said = Tally(), stopwatch(), 30.0
    for worker in workers:
        worker.start()
    left = jobs
    while left:
        one = found.get()
        if one is None:
            left -= 1
            continue
        _add(tally, one)
        if since() > said:
            said += 30.0
            told(tally)
    for worker in workers:
        worker.join()
    tally.seconds = since()
    return tally


Found = tuple[int, str, "Counter[str]"]


def _add(tally: Tally, found: Found) -> None:
    seed, broken, reached = found
    tally.seeds += 1
    tally.reached.update(reached)
    if broken:
        tally.failing[seed] = broken


def _work(found: Any, seeds: Iterable[int], seconds: float) -> None:
    """These seeds, as long as there is time; None at the end."""
    since = stopwatch()
    for seed in seeds:
        if since() > seconds:
            break
        found.put(_one(seed))
    found.put(None)


def _one(seed: int) -> Found:
    try:
        outcome = simulate(seed)
    except Exception as error:  # noqa: BLE001 - a mistake of the simulator's own: it must not end the others
        return seed, f"the simulator fell over: {type(error).__name__}: {error}", Counter()
    told = "; ".join(f"{one.code} {one.text}" for one in outcome.violations)
    return seed, told, outcome.reached
