"""Whether every branch of the core is taken by the tests that are there for it: `python -m tests.coverage`.

Not by the whole suite: that a run of the daemon passes a line says nothing about who would notice if it were wrong.
"""

from __future__ import annotations

import sys

import pytest

CORE = (
    "syncd.domain",
    "syncd.reconcile",
    "syncd.journal.fences",
    "syncd.journal.intents",
    "syncd.journal.notifications",
    "syncd.journal.outcomes",
)
TESTS = (
    "tests/domain",
    "tests/reconcile",
    "tests/plan",
    "tests/tracking",
    "tests/journal/test_fences.py",
    "tests/journal/test_history.py",
    "tests/journal/test_intents.py",
    "tests/journal/test_outcomes.py",
)


def main(arguments: list[str]) -> int:
    measured = [f"--cov={module}" for module in CORE]
    # SQLite is enough to take every branch, and the same examples every time make an answer that can be relied on.
    chosen = ["-m", "not postgres", "-p", "no:randomly", "-p", "tests.mutation.quick"]
    judged = ["--cov-report=term", "--cov-fail-under=100"]
    return int(pytest.main([*TESTS, *measured, *chosen, *judged, *arguments]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
