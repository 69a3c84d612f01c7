"""Looks for a world in which a planted bug breaks a promise, and makes it small."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count

import pytest

from tests.simulation.run import Outcome, Violation, simulate
from tests.simulation.shrink import shrink
from tests.simulation.stopwatch import worked
from tests.simulation.zoo import ALL
from tests.simulation.zoo.bug import Bug
from tests.simulation.zoo.known import Known

MINUTE = 60.0
"""Seconds of one core within which a bug must be found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """How the search for one bug went. `outcome` None = it was not found."""

    bug: Bug
    tried: int
    seconds: float
    outcome: Outcome | None = None

    @property
    def broken(self) -> Violation | None:
        """The promise that it broke."""
        return self.outcome.violations[0] if self.outcome else None


@contextmanager
def planted(bug: Bug) -> Iterator[None]:
    """The product with this mistake in it."""
    with pytest.MonkeyPatch.context() as patcher:
        bug.plant(patcher)
        yield


def find(bug: Bug, *, seeds: Iterable[int], seconds: float = MINUTE) -> Search:
    """The first of these worlds in which `bug` breaks a promise that it must break, and which is right without it."""
    since, tried = worked(), 0
    for seed in seeds:
        tried += 1
        with planted(bug):
            outcome = _as_expected(bug, simulate(seed))
        if outcome is not None and not simulate(seed).violations:
            return Search(bug=bug, tried=tried, seconds=since(), outcome=outcome)
        if since() > seconds:
            break
    return Search(bug=bug, tried=tried, seconds=since())


def _as_expected(bug: Bug, outcome: Outcome) -> Outcome | None:
    """The outcome with the promises that the bug must break alone; None when it broke none of those."""
    expected = tuple(one for one in outcome.violations if one.code in bug.breaks)
    return replace(outcome, violations=expected) if expected else None


def search_for(task: tuple[str, int, float, bool]) -> tuple[Search, Known | None]:
    """One search as a pool hands it out: the bug's name, the first seed, seconds, and whether to keep a small world."""
    name, first, seconds, keeps = task
    search = find(ALL[name], seeds=count(first), seconds=seconds)
    return search, small(search) if keeps and search.outcome else None


def small(found: Search, *, seconds: float = 20.0) -> Known:
    """The world that was found, with little in it."""
    assert found.outcome is not None
    with planted(found.bug):
        best = shrink(found.outcome, seconds=seconds)
    if simulate(best.seed, choices=best.choices).violations:
        best = found.outcome  # the smaller world breaks something by itself
    broken = _as_expected(found.bug, best)
    assert broken is not None
    choices = dict(best.choices)
    return Known(name=found.bug.name, promise=broken.violations[0].code, seed=best.seed, choices=choices)
