"""The store's clock is not ours: what an attempt brought about is known by ids, not by times."""

from datetime import timedelta

import pytest

from syncd.journal import intents
from syncd.journal.intents import IntentState
from tests.crash.edges import Edge
from tests.crash.lives import Lives, new_lives
from tests.crash.scenario import one_pass
from tests.crash.scenarios import SCENARIOS
from tests.crash.truth import effects_of, ending_of

TEN = timedelta(minutes=10)


@pytest.mark.parametrize("skew", [-TEN, TEN], ids=["behind", "ahead"])
@pytest.mark.parametrize(
    ("dies_at", "attempts"),
    [("after CreateFulfillment", 1), ("in outcome", 1), ("before CreateFulfillment", 2)],
)
async def test_an_effect_is_found_or_made_once_whatever_the_stores_clock_says(
    skew: timedelta, dies_at: str, attempts: int
) -> None:
    scenario = SCENARIOS["notify-once"]
    async with new_lives(store_skew=skew) as lives:
        await scenario.prepare(lives)
        assert not await lives.live(scenario.act, edge=Edge(dies_at=dies_at))
        for _ in range(4):
            await lives.live(one_pass)
        ending = await ending_of(lives)
        (kept,) = await _intents(lives)
    assert list(ending.effects.values()) == [1]
    assert list(ending.mails.values()) == [1]
    assert ending.drifts == ()
    assert (kept.state, kept.attempts) == (IntentState.VERIFIED, attempts)


async def _intents(lives: Lives) -> list[intents.IntentRow]:
    found: list[intents.IntentRow] = []

    async def read(lives: Lives) -> None:
        for order in lives.world.store.world.orders.values():
            found.extend(await lives.world.db.run(intents.of_order, store="main", order_id=order.id))

    await lives.live(read)
    return found


@pytest.mark.parametrize("skew", [-TEN, TEN], ids=["behind", "ahead"])
async def test_what_changes_in_the_store_is_seen_whatever_its_clock_says(skew: timedelta) -> None:
    async with new_lives(store_skew=skew) as lives:
        world = lives.world
        await lives.live(one_pass)
        for number in ("YT2229521272164446", "YT2229521272164447"):
            order = world.order("DP-HAT")
            world.depot.ship(order.name, number, sku="DP-HAT", quantity="1")
            for _ in range(2):
                await lives.live(one_pass)
        assert sorted(effects_of(world).values()) == [1, 1]
