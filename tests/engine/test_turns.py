"""Whose turn it is: every store in its time, one pass at a time, whatever becomes of the others."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.clock import ManualClock
from syncd.engine.turns import JITTER, LONGEST_REST, Ended, Turns, next_due
from syncd.journal import fences, hints, intents, schedules
from syncd.journal.database import Database
from syncd.journal.schedules import SETTLES_WITHIN, Turn
from tests.journal.builders import step

EVERY = timedelta(minutes=5)
START = datetime(2026, 11, 2, 8, tzinfo=UTC)
RIGHT = Ended(is_right=True)


@dataclass(kw_only=True)
class House:
    """Stores that say how their pass ends; time goes by only when a test says so."""

    db: Database
    clock: ManualClock
    ends: dict[str, Ended | Callable[[], Awaitable[Ended]]] = field(default_factory=dict)
    passed: list[Turn] = field(default_factory=list)

    def turns(self, *stores: str, at_once: int = 4) -> Turns:
        return Turns(
            stores=stores,
            db=self.db,
            clock=self.clock,
            rng=Random(1),
            every=EVERY,
            at_once=at_once,
            pass_over=self.pass_over,
        )

    async def pass_over(self, turn: Turn) -> Ended:
        self.passed.append(turn)
        end = self.ends.get(turn.store, RIGHT)
        return end if isinstance(end, Ended) else await end()

    async def later(self, turns: Turns, **time: float) -> list[str]:
        """The stores that were passed over when time had passed and a tick came."""
        self.clock.advance(timedelta(**time))
        before = len(self.passed)
        await turns.tick()
        await turns.finish()
        return [turn.store for turn in self.passed[before:]]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    clock = ManualClock(at=START, elapsed_s=0.0)
    db = Database.open(f"sqlite:///{tmp_path / 'syncd.db'}", key_file=tmp_path / "key", clock=clock)
    yield House(db=db, clock=clock)
    asyncio.run(db.aclose())


async def test_a_new_store_has_its_turn_at_once_and_then_once_a_period(house: House) -> None:
    turns = house.turns("a")
    assert await house.later(turns) == ["a"]
    assert await house.later(turns, minutes=4.9) == []
    assert await house.later(turns, minutes=0.1 + 5 * JITTER) == ["a"]


async def test_turns_that_were_missed_are_one(house: House) -> None:
    turns = house.turns("a")
    await house.later(turns)
    assert await house.later(turns, hours=9) == ["a"]
    assert await house.later(turns, minutes=1) == []


async def test_a_store_that_takes_its_time_keeps_no_other_waiting_and_is_passed_over_by_one_alone(house: House) -> None:
    may_end = asyncio.Event()

    async def slow() -> Ended:
        await may_end.wait()
        return RIGHT

    house.ends["slow"] = slow
    turns = house.turns("slow", "a")
    for passes in (1, 2, 3):
        while sum(turn.store == "a" for turn in house.passed) < passes:
            await turns.tick()
            await asyncio.sleep(0)
        house.clock.advance(timedelta(minutes=6))
    assert [turn.store for turn in house.passed].count("slow") == 1
    may_end.set()
    assert await turns.finish()


async def test_so_many_are_passed_over_side_by_side_and_no_more(house: House) -> None:
    may_end, going = asyncio.Event(), list[int]()

    async def slow() -> Ended:
        going.append(1)
        await may_end.wait()
        return RIGHT

    stores = [f"s{number}" for number in range(9)]
    house.ends = dict.fromkeys(stores, slow)
    turns = house.turns(*stores, at_once=3)
    for _ in range(3):
        await turns.tick()
        for _ in range(50):
            await asyncio.sleep(0)
    assert len(going) == 3
    may_end.set()
    for _ in range(3):
        await turns.tick()
        await turns.finish()
    assert len(going) == 9


async def test_who_waited_longest_is_first(house: House) -> None:
    stores = ("a", "b", "c")
    turns = house.turns(*stores, at_once=1)
    first = [await house.later(turns, minutes=1) for _ in stores]
    again = [await house.later(turns, minutes=5) for _ in stores]
    assert first == [["a"], ["b"], ["c"]] == again


async def test_a_store_that_fails_again_and_again_is_asked_less_often_and_at_once_as_usual_when_it_works(
    house: House,
) -> None:
    turns, tries = house.turns("a"), list[datetime]()
    house.ends["a"] = Ended(error="401")
    while len(tries) < 8:
        if await house.later(turns, minutes=1):
            tries.append(house.clock.now())
    rests = [(later - sooner) / EVERY for sooner, later in pairwise(tries)]
    assert [round(rest) for rest in rests[:3]] == [1, 2, 4]
    assert max(rests) <= LONGEST_REST * (1 + JITTER) + 0.2
    kept = await house.db.run(schedules.of_store, store="a")
    assert kept is not None
    assert (kept.failures, kept.error, kept.right_at) == (8, "401", None)
    house.ends["a"] = RIGHT
    while not await house.later(turns, minutes=1):
        pass
    assert await house.later(turns, minutes=5.5) == ["a"]


async def test_when_a_store_was_last_right_is_kept(house: House) -> None:
    turns = house.turns("a")
    await house.later(turns)
    house.ends["a"] = Ended()
    await house.later(turns, minutes=6)
    kept = await house.db.run(schedules.of_store, store="a")
    assert kept is not None
    assert (kept.right_at, kept.ended_at, kept.error) == (START, START + timedelta(minutes=6), "")


async def test_hints_gather_for_a_moment_and_lead_to_a_look_at_their_orders(house: House) -> None:
    turns = house.turns("a", "b")
    await house.later(turns)
    for order_id in ("7", "8", "7"):
        await house.db.run(hints.note, store="b", things=[order_id], now=house.clock.now())
    assert await house.later(turns, seconds=1) == []
    assert await house.later(turns, seconds=SETTLES_WITHIN.total_seconds() - 1) == ["b"]
    assert house.passed[-1] == Turn(store="b", things=("7", "8"))
    assert await house.later(turns, seconds=5) == []
    kept = await house.db.run(schedules.of_store, store="b")
    assert kept is not None
    assert kept.right_at == START, "a look at some orders says nothing of the store"


async def test_a_hint_that_comes_during_a_pass_is_not_lost(house: House) -> None:
    turns = house.turns("a")
    await house.later(turns)

    async def meanwhile() -> Ended:
        house.clock.advance(timedelta(seconds=1))
        await house.db.run(hints.note, store="a", things=["9"], now=house.clock.now())
        return RIGHT

    house.ends["a"] = meanwhile
    assert await house.later(turns, minutes=6) == ["a"]
    house.ends["a"] = RIGHT
    assert await house.later(turns, seconds=3) == ["a"]
    assert house.passed[-1].things == ("9",)


async def test_a_whole_pass_answers_the_hints_before_it(house: House) -> None:
    turns = house.turns("a")
    await house.later(turns)
    await house.db.run(hints.note, store="a", things=["9"], now=house.clock.now())
    assert await house.later(turns, minutes=6) == ["a"]
    assert house.passed[-1].things == ()
    assert await house.later(turns, seconds=3) == []


async def test_a_store_with_an_unsettled_effect_is_first_and_one_with_hints_second(house: House) -> None:
    turns = house.turns("a", "b", "c", at_once=1)
    await house.db.run(schedules.enter, stores=["a", "b", "c"], now=START)
    now = house.clock.now()
    fence = await house.db.run(fences.acquire, store="main", owner="test", now=now, lease=timedelta(minutes=1))
    assert fence is not None
    await house.db.run(intents.begin, fence=fence, step=step(), evidence={}, run_id="r", now=now)
    await house.db.run(intents.sent, fence=fence, intent_id="a1", deadline_at=now, now=now)
    await house.db.run(fences.release, fence)
    await house.db.run(hints.note, store="c", things=["1"], now=now)
    turns = house.turns("a", "b", "c", "main", at_once=1)
    order = [await house.later(turns, seconds=3) for _ in range(4)]
    assert order == [["main"], ["c"], ["a"], ["b"]]


async def test_a_store_that_somebody_else_holds_is_left_alone(house: House) -> None:
    lease = timedelta(minutes=1)
    fence = await house.db.run(fences.acquire, store="a", owner="other", now=START, lease=lease)
    assert fence is not None
    turns = house.turns("a", "b")
    assert await house.later(turns) == ["b"]
    await house.db.run(fences.release, fence)
    assert await house.later(turns, seconds=1) == ["a"]


async def test_a_turn_that_somebody_else_had_first_counts_as_none(house: House) -> None:
    house.ends["a"] = Ended(is_busy=True)
    turns = house.turns("a")
    assert await house.later(turns) == ["a"]
    kept = await house.db.run(schedules.of_store, store="a")
    assert kept is not None
    assert (kept.due_at, kept.ended_at) == (START, None)


async def test_two_daemons_on_one_journal_share_the_turns(house: House) -> None:
    first, second = house.turns("a", "b", "c", "d", at_once=2), house.turns("a", "b", "c", "d", at_once=2)

    async def fenced() -> Ended:
        store = house.passed[-1].store
        lease = timedelta(minutes=1)
        fence = await house.db.run(fences.acquire, store=store, owner="x", now=house.clock.now(), lease=lease)
        if fence is None:
            return Ended(is_busy=True)
        held.append(store)
        await may_end.wait()
        await house.db.run(fences.release, fence)
        return RIGHT

    held, may_end = list[str](), asyncio.Event()
    house.ends = dict.fromkeys("abcd", fenced)
    await first.tick()
    for _ in range(50):
        await asyncio.sleep(0)
    await second.tick()
    for _ in range(50):
        await asyncio.sleep(0)
    may_end.set()
    await asyncio.gather(first.finish(), second.finish())
    assert sorted(held) == ["a", "b", "c", "d"]


async def test_passes_that_do_not_end_in_time_are_broken_off(house: House) -> None:
    async def never() -> Ended:
        await asyncio.Event().wait()
        return RIGHT

    house.ends["a"] = never
    turns = house.turns("a")
    await turns.tick()
    assert not await turns.finish(within=0.01)
    assert await turns.finish(), "nothing is left of it"


@given(
    took=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=2)),
    failures=st.integers(min_value=0, max_value=10_000),
    draw=st.floats(min_value=0, max_value=1),
)
def test_the_next_pass_is_never_in_the_past_and_never_later_than_the_longest_rest(
    took: timedelta, failures: int, draw: float
) -> None:
    due = next_due(START, now=START + took, every=EVERY, failures=failures, draw=draw)
    assert START + took <= due <= max(START + took, START + EVERY * LONGEST_REST * (1 + JITTER))
    assert due >= START + EVERY or took >= EVERY
