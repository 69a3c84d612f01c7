"""What must have been reached by a run that means anything."""

from __future__ import annotations

from collections import Counter


def missing(reached: Counter[str]) -> list[str]:
    """What a run of many seeds did not reach."""
    return [name for name in EXPECTED if not reached[name]]


EXPECTED: tuple[str, ...] = ()
