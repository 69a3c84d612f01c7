"""When no answer comes: read back at once, and wait before anything is sent again."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest

from adapters.sandbox.faults import Kind, Moment
from syncd import cycle
from syncd.cycle import Run
from syncd.journal import drifts
from tests.crash.lives import Answer, Lives, Wire, name_of, new_lives
from tests.crash.scenario import PATIENCE
from tests.crash.scenarios import SCENARIOS
from tests.crash.truth import effects_of

CREATE = "CreateFulfillment"


@dataclass(slots=True, kw_only=True)
class Trouble:
    """Spoils every create until it is over; counts them."""

    lives: Lives
    kind: Kind | None = None
    moment: Moment = Moment.BEFORE
    arrives_after: float | None = None
    is_over: bool = False
    creates: int = 0
    runs: list[Run] = field(default_factory=list)

    def strikes(self, request: httpx.Request) -> bool:
        is_create = name_of(request) == CREATE
        self.creates += is_create
        return is_create and not self.is_over

    async def befall(self, request: httpx.Request, *, answer: Answer, wire: Wire) -> httpx.Response:
        if self.kind is None:
            if self.arrives_after is not None:
                wire.fly(request, after=self.arrives_after)
            raise httpx.ReadError("the connection broke", request=request)
        faults = self.lives.world.store.faults
        faults.add(self.kind, moment=self.moment)
        try:
            return await answer(request)
        finally:
            faults.clear()

    async def pass_(self) -> dict[str, list[str]]:
        """What came of the steps of one pass, and what it settled; and the drift that is open after it."""
        told: dict[str, list[str]] = {}

        async def act(lives: Lives) -> None:
            run = await cycle.reconcile(lives.world.shop, agree=lambda _: True, wait=PATIENCE)
            told["outcomes"] = [f"{one.state}" for one in run.outcomes]
            told["settled"] = [f"{one.state} {one.code}" for one in run.settled]
            rows = await lives.world.db.run(drifts.open_drifts, store="main")
            told["drifts"] = sorted(row.drift.kind for row in rows)

        await self.lives.live(act)
        return told

    def later(self, seconds: float) -> None:
        self.lives.world.clock.advance(timedelta(seconds=seconds))


async def _shipped(lives: Lives, **trouble: Any) -> Trouble:
    await SCENARIOS["create"].prepare(lives)
    lives.wire.trouble = Trouble(lives=lives, **trouble)
    return lives.wire.trouble


@pytest.mark.parametrize("kind", [Kind.DROP, Kind.INTERNAL_ERROR, Kind.MALFORMED, Kind.LOGIN_PAGE])
async def test_an_effect_whose_answer_was_lost_is_found_in_the_same_run(kind: Kind) -> None:
    async with new_lives() as lives:
        trouble = await _shipped(lives, kind=kind, moment=Moment.AFTER)
        assert await trouble.pass_() == {"outcomes": ["verified"], "settled": [], "drifts": []}
        assert trouble.creates == 1
        assert list(effects_of(lives.world).values()) == [1]


@pytest.mark.parametrize("kind", [Kind.DROP, Kind.INTERNAL_ERROR, None])
async def test_what_may_still_arrive_is_not_sent_again_before_it_cannot_any_more(kind: Kind | None) -> None:
    """The call had 20 s, and 30 s are added: until then nobody sends it again."""
    async with new_lives() as lives:
        trouble = await _shipped(lives, kind=kind)
        first = await trouble.pass_()
        assert first["outcomes"] == ["unknown"]
        assert "effect_unknown" in first["drifts"]
        trouble.is_over = True
        for wait in (1, 24, 24):
            trouble.later(wait)
            told = await trouble.pass_()
            assert (told["outcomes"], told["settled"]) == ([], ["unknown wait"])
            assert "effect_unknown" in told["drifts"]
            assert trouble.creates == 1
        trouble.later(2)
        last = await trouble.pass_()
        assert last == {"outcomes": ["verified"], "settled": ["failed without_effect"], "drifts": []}
        assert trouble.creates == 2
        assert list(effects_of(lives.world).values()) == [1]


async def test_what_arrives_late_is_found_and_not_sent_again() -> None:
    async with new_lives() as lives:
        trouble = await _shipped(lives, arrives_after=1.0)
        assert (await trouble.pass_())["outcomes"] == ["unknown"]
        trouble.later(10)
        assert (await trouble.pass_())["settled"] == ["unknown wait"]
        trouble.later(10)
        assert await trouble.pass_() == {"outcomes": [], "settled": ["verified settled"], "drifts": []}
        assert trouble.creates == 1
        assert list(effects_of(lives.world).values()) == [1]


async def test_waiting_is_told_once_in_the_history() -> None:
    from syncd.journal import history

    async with new_lives() as lives:
        trouble = await _shipped(lives)
        for _ in range(4):
            await trouble.pass_()
            trouble.later(5)
        told: list[str] = []

        async def read(lives: Lives) -> None:
            events = await lives.world.db.run(history.events, store="main")
            told.extend(event.what for event in events if "create_fulfillment" in event.what)

        await lives.live(read)
        assert told == ["create_fulfillment unknown"]
