"""Makes a failing world small: takes away orders, rounds, happenings, deaths, faults and delays while it still fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby

from tests.simulation.choices import Record
from tests.simulation.run import Outcome, simulate
from tests.simulation.stopwatch import stopwatch


def shrink(outcome: Outcome, *, seconds: float = 120) -> Outcome:
    """The smallest world found within the time that breaks one of the same promises."""
    codes = {one.code for one in outcome.violations}
    since = stopwatch()
    best = outcome

    def fails(record: Record) -> bool:
        nonlocal best
        if since() > seconds:
            return False
        found = simulate(outcome.seed, choices=record)
        if codes.isdisjoint(one.code for one in found.violations):
            return False
        best = found  # what it drew is what it needs: choices that were not asked for any more are gone, too
        return True

    before = -1
    while before != len(best.choices) and since() < seconds:
        before = len(best.choices)
        for units in (_things(best.choices, 2), _things(best.choices, 4), _things(best.choices, 9)):
            _without(units, lambda: best.choices, fails)
        _lower(lambda: best.choices, fails)
    return best


def _things(record: Record, depth: int) -> list[list[str]]:
    """The choices by what they are about, as far as `depth` parts of their names tell it."""

    def about(name: str) -> str:
        return "/".join(name.split("/")[:depth])

    return [list(names) for _, names in groupby(sorted(record), key=about)]


def _without(units: list[list[str]], present: Callable[[], Record], fails: Callable[[Record], bool]) -> None:
    """ddmin: take away many at once, then fewer."""
    size = max(1, len(units) // 2)
    while True:
        kept: list[list[str]] = []
        for start in range(0, len(units), size):
            some = units[start : start + size]
            if not fails(_less(present(), (name for names in some for name in names))):
                kept += some
        units = [names for names in kept if any(name in present() for name in names)]
        if size == 1:
            return
        size = max(1, size // 2)


def _less(record: Record, gone: Iterable[str]) -> Record:
    left = dict(record)
    for name in gone:
        left.pop(name, None)
    return left


def _lower(present: Callable[[], Record], fails: Callable[[Record], bool]) -> None:
    """Smaller numbers are simpler."""
    for name, value in sorted(present().items()):
        if isinstance(value, int) and value > 1 and name in present():
            fails({**present(), name: 1}) or fails({**present(), name: value // 2})
