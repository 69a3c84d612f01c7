"""Worlds in which a promise was broken once: kept, and lived through again by the suite.

`regressions.txt` has one of them per line: a seed, what was drawn (shrunk, as JSON), and after `#` what was wrong. What was
drawn is kept by name, so that a world stays the same when others of its seed's choices are made in another way; who adds
happenings adds them at the end of their table.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.simulation.choices import Record
from tests.simulation.run import Outcome, simulate

FILE = Path(__file__).with_name("regressions.txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    seed: int
    choices: Record | None
    why: str

    def again(self) -> Outcome:
        return simulate(self.seed, choices=self.choices)


def kept() -> Iterator[Regression]:
    """All of them."""
    for line in FILE.read_text(encoding="utf-8").splitlines():
        told, _, why = line.partition("#")
        if told.strip():
            seed, _, drawn = told.strip().partition(" ")
            yield Regression(seed=int(seed), choices=json.loads(drawn) if drawn else None, why=why.strip())


def line_of(outcome: Outcome) -> str:
    """The line to keep for a failing world, but for the reason."""
    broken = "; ".join(f"{one.code}: {one.text}" for one in outcome.violations[:1])
    drawn = json.dumps(dict(sorted(outcome.choices.items())), separators=(",", ":"))
    return f"{outcome.seed} {drawn} # {broken}"
