"""The store's clock is not ours: what an attempt brought about is known by ids, not by times."""

from datetime import timedelta

import pytest

from tests.crash.edges import Edge
from tests.crash.lives import new_lives
from tests.crash.scenarios import SCENARIOS, one_pass
from tests.crash.truth import ending_of

TEN = timedelta(minutes=10)
SKEWS = pytest.mark.parametrize("skew", [-TEN, TEN], ids=["behind", "ahead"])


@SKEWS
@pytest.mark.parametrize("dies_at", ["after CreateFulfillment", "in outcome", "before CreateFulfillment"])
async def test_an_effect_is_found_or_made_once_whatever_the_stores_clock_says(skew: timedelta, dies_at: str) -> None:
    scenario = SCENARIOS["create"]
    async with new_lives(store_skew=skew) as lives:
        await scenario.prepare(lives)
        assert not await lives.live(scenario.act, edge=Edge(dies_at=dies_at))
        for _ in range(4):
            await lives.live(one_pass)
        ending = await ending_of(lives)
    assert list(ending.effects.values()) == [1]
    assert ending.drifts == ()
