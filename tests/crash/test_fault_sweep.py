"""Trouble at any call: nothing is done twice, and three passes after it ended all is as if it had never been."""

from random import Random

import pytest

from tests.crash.scenarios import SCENARIOS
from tests.crash.troubles import SPOILINGS, Case, cases_of, trouble

DRAWN = 2
SEED = 20261102


def _drawn(cases: list[Case], name: str) -> list[Case]:
    """Some of all, and once every way in which a create itself can go wrong."""
    is_whole = name == "create"
    writes = [case for case in cases if is_whole and case.what == "CreateFulfillment" and case.lasts == 1]
    return writes + Random(f"{SEED} {name}").sample(cases, DRAWN)


@pytest.mark.parametrize("name", ["create", "update-tracking", "first-sweep", "plan-file"])
async def test_whatever_goes_wrong_three_passes_later_it_never_did(name: str) -> None:
    cases, ending = await cases_of(SCENARIOS[name])
    assert {case.spoiling for case in cases} == set(SPOILINGS)
    found = {str(case): await trouble(SCENARIOS[name], case, like=ending) for case in _drawn(cases, name)}
    assert {case: wrong for case, wrong in found.items() if wrong} == {}
