"""Every planted bug breaks its promise in a world that is kept for it, and in that world nothing is broken without it."""

import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest

from tests.simulation.run import simulate
from tests.simulation.zoo import ALL, UNSEEN, known
from tests.simulation.zoo.bug import everywhere
from tests.simulation.zoo.find import find, planted

KNOWN = known.read()
ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", KNOWN)
def test_a_planted_bug_is_found(name: str) -> None:
    world = KNOWN[name]
    assert world.live().violations == (), "this world is wrong without the bug: mend that first"
    with planted(ALL[name]):
        broken = {one.code for one in world.live().violations}
    assert world.promise in ALL[name].breaks
    assert world.promise in broken, "this world shows the bug no more: python -m tests.simulation.zoo --refresh --stale"


def test_every_bug_has_its_world_or_is_named_as_unseen() -> None:
    assert KNOWN.keys() | UNSEEN == ALL.keys()
    assert KNOWN.keys().isdisjoint(UNSEEN)
    assert len(KNOWN) >= 40
    assert {world.promise for world in KNOWN.values()} >= {"S1", "S3", "S7", "S9", "L1"}


def test_a_bug_is_gone_when_its_world_is_over() -> None:
    before = simulate(8).trace_hash
    for bug in ALL.values():
        with planted(bug):
            pass
    assert simulate(8).trace_hash == before


def test_a_bug_that_cannot_be_planted_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LookupError):
        everywhere(monkeypatch, object(), None)


def test_a_bug_that_breaks_nothing_is_not_found() -> None:
    bug = ALL["one fulfillment for several places"]
    found = find(bug, seeds=count(0), seconds=0)
    assert found.tried == 1
    assert found.broken is None


def test_the_command_tells_how_soon_a_bug_is_found() -> None:
    command = [sys.executable, "-m", "tests.simulation.zoo", "keeps addresses", "--jobs", "1"]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    assert told[1].split()[:4] == ["keeps", "addresses", "S9", "1"]
    assert told[-1] == "1 of 1 found within 60 s each"
