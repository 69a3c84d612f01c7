"""Worlds by seed: no promise is broken in any, and they show enough of what can happen."""

import subprocess
import sys
from pathlib import Path

import pytest

from syncd.reconcile.placing import _Work
from tests.simulation.choices import Choices
from tests.simulation.regressions import kept, line_of
from tests.simulation.run import simulate
from tests.simulation.shrink import shrink
from tests.simulation.soak import soak
from tests.simulation.sometimes import EXPECTED, OFTEN, missing

SEEDS = range(500)
ROOT = Path(__file__).parents[2]


def test_no_promise_is_broken_in_any_world_of_the_suite() -> None:
    tally = soak(SEEDS, first=0, seconds=3600, jobs=2)
    assert tally.failing == {}, "replay one: python -m tests.simulation --seed N"
    assert tally.seeds == len(SEEDS)
    assert missing(tally.reached, among=OFTEN) == []


@pytest.mark.parametrize("known", list(kept()), ids=lambda known: f"{known.seed} {known.why[:60]}")
def test_what_was_wrong_once_stays_right(known) -> None:
    assert known.again().violations == (), known.why


def test_a_seed_makes_the_same_world_in_every_process() -> None:
    program = "from tests.simulation.run import simulate; print(*(simulate(seed).trace_hash for seed in (8, 21)))"
    environment = {"PYTHONHASHSEED": "1", "PYTHONPATH": str(ROOT)}
    asked = [sys.executable, "-c", program]
    said = subprocess.run(asked, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout
    assert said.split() == [simulate(seed).trace_hash for seed in (8, 21)]


def test_what_was_drawn_makes_the_same_world_without_the_seed() -> None:
    drawn = simulate(8)
    again = simulate(8, choices=drawn.choices)
    assert again.trace_hash == drawn.trace_hash
    assert again.choices == drawn.choices


def test_the_simplest_world_is_one_order_and_peace() -> None:
    story = simulate(8, choices={}).story
    assert len(story) <= 3
    assert "order #1001 with 1 DP-HAT" in story[0]


def test_a_choice_that_is_taken_away_changes_no_other() -> None:
    drawn = Choices(5)
    first = [drawn.number(f"a/{n}", 100) for n in range(20)]
    record = {name: value for name, value in drawn.made.items() if name != "a/7"}
    again = Choices(5, record)
    assert [again.number(f"a/{n}", 100) for n in range(20)] == [*first[:7], 0, *first[8:]]


def test_a_run_that_reached_nothing_says_all_that_it_missed() -> None:
    assert missing(simulate(8, choices={}).reached) != []
    assert len(set(EXPECTED)) == len(EXPECTED) > 60


def test_a_failing_world_is_made_small(monkeypatch: pytest.MonkeyPatch) -> None:
    known = next(iter(kept()))
    monkeypatch.setattr(_Work, "onto_old_number", lambda *_: None)
    monkeypatch.setattr(_Work, "onto_overwritten", lambda *_: None)  # it knows old numbers, too
    beside = dict.fromkeys(["order/1/there", "order/2/there", "round/2/there", "round/3/there"], 1)
    found = simulate(known.seed, choices={**(known.choices or {}), **beside})
    assert {one.code for one in found.violations} >= {"S1"}
    small = shrink(found, seconds=30)
    assert {one.code for one in small.violations} & {"S1", "L1"}
    assert small.choices.keys() <= (known.choices or {}).keys()


def test_a_world_is_kept_by_what_was_drawn() -> None:
    outcome = simulate(8)
    assert line_of(outcome).startswith('8 {"')
