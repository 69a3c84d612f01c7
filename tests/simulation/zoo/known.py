"""Worlds in which each planted bug shows: kept in `known.txt`, one per line, shrunk; found anew by `--refresh`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.simulation.run import Outcome, simulate

FILE = Path(__file__).with_name("known.txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A world in which the bug of that name breaks `promise`."""

    name: str
    promise: str
    seed: int
    choices: dict[str, int]

    def live(self) -> Outcome:
        return simulate(self.seed, choices=self.choices)


def read() -> dict[str, Known]:
    """All of them, by the bug's name."""
    known = {}
    for line in FILE.read_text(encoding="utf-8").splitlines() if FILE.exists() else ():
        name, promise, seed, drawn = line.split(" | ")
        known[name] = Known(name=name, promise=promise, seed=int(seed), choices=json.loads(drawn))
    return known


def write(several: Iterable[Known]) -> None:
    """Keep these, and no others."""
    lines = [
        " | ".join(
            (one.name, one.promise, str(one.seed), json.dumps(one.choices, separators=(",", ":"), sort_keys=True))
        )
        for one in several
    ]
    FILE.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
