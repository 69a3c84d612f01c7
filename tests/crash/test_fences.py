"""Who may work for a store, and what becomes of the one that may not any more."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from syncd import cycle
from syncd.brake import Brake
from syncd.errors import StoreBusy
from syncd.journal import fences, pauses
from syncd.journal.fences import Fence
from syncd.shop import Limits
from tests.crash.edges import Edge
from tests.crash.lives import Lives, new_lives
from tests.crash.pauses import pause, places
from tests.crash.scenario import one_pass, pass_at_once
from tests.crash.scenarios import SCENARIOS
from tests.crash.sweep import count
from tests.crash.truth import effects_of

SEED = 20261102


async def _held(lives: Lives) -> Fence:
    """The store's fence in somebody else's hands."""
    db = lives.beside().db
    lease = timedelta(seconds=60)
    fence = await db.run(fences.acquire, store="main", owner="other:1", now=lives.world.clock.now(), lease=lease)
    assert fence is not None
    return fence


async def test_a_second_run_waits_for_the_store_and_then_gives_up_without_a_word_to_it() -> None:
    async with new_lives() as lives:
        await SCENARIOS["create"].prepare(lives)
        await _held(lives)
        asked, began = len(lives.wire.calls), lives.world.clock.now()

        async def act(lives: Lives) -> None:
            with pytest.raises(StoreBusy):
                await cycle.reconcile(lives.world.shop, agree=lambda _: True, wait=timedelta(seconds=30))

        await lives.live(act)
        assert timedelta(seconds=30) <= lives.world.clock.now() - began < timedelta(seconds=32)
        assert len(lives.wire.calls) == asked


async def test_a_second_run_works_as_soon_as_the_first_lets_the_store_go() -> None:
    async with new_lives() as lives:
        await SCENARIOS["create"].prepare(lives)
        fence, began = await _held(lives), lives.world.clock.now()

        class Leaving(Edge):
            """The first run lets go while the second waits."""

            async def linger(self, what: str) -> None:
                if what == "after acquire" and lives.world.clock.now() - began >= timedelta(seconds=10):
                    await lives.beside().db.run(fences.release, fence)
                await super().linger(what)

        await lives.live(pass_at_once, edge=Leaving())
        assert timedelta(seconds=10) <= lives.world.clock.now() - began < timedelta(seconds=13)
        assert list(effects_of(lives.world).values()) == [1]


async def test_a_call_whose_deadline_passed_before_it_could_leave_is_not_sent() -> None:
    async with new_lives() as lives:
        scenario = SCENARIOS["create"]
        await scenario.prepare(lives)

        async def time_passes() -> None:
            lives.world.clock.advance(timedelta(seconds=21))

        codes: list[str] = []

        async def act(lives: Lives) -> None:
            run = await cycle.reconcile(lives.world.shop, agree=lambda _: True)
            codes.extend(f"{one.state} {one.code}" for one in run.outcomes)

        edge = Edge(pauses_at="after sent", pause=time_passes)
        await lives.live(act, edge=edge)
        assert codes == ["failed not_sent"]
        assert "before CreateFulfillment" not in edge.passed
        await lives.live(one_pass)
        assert list(effects_of(lives.world).values()) == [1]


@pytest.mark.parametrize(("seconds", "told"), [(59, "verified "), (61, "failed held_up")])
async def test_what_was_decided_longer_than_a_lease_ago_is_not_sent(seconds: int, told: str) -> None:
    """Nobody took the store over, so the fence is still ours; but people may have changed the order since."""
    before_sent = (await places(SCENARIOS["create"])).index("after sent")
    async with new_lives() as lives:
        await SCENARIOS["create"].prepare(lives)

        async def time_passes() -> None:
            lives.world.clock.advance(timedelta(seconds=seconds))

        codes: list[str] = []

        async def act(lives: Lives) -> None:
            run = await cycle.reconcile(lives.world.shop, agree=lambda _: True)
            codes.extend(f"{one.state} {one.code}" for one in run.outcomes)

        edge = Edge(pauses_at=before_sent, pause=time_passes)
        await lives.live(act, edge=edge)
        assert codes == [told]
        assert ("before CreateFulfillment" in edge.passed) == (seconds < 60)
        await lives.live(one_pass)
        assert list(effects_of(lives.world).values()) == [1]


@pytest.mark.parametrize("how", ["journal", "file"])
async def test_a_pause_holds_also_what_was_about_to_leave(how: str, tmp_path: Path) -> None:
    before_sent = (await places(SCENARIOS["create"])).index("after sent")
    async with new_lives() as lives:
        await SCENARIOS["create"].prepare(lives)
        file = tmp_path / "syncd.pause"

        async def somebody_pauses() -> None:
            if how == "file":
                file.touch()
            now = lives.world.clock.now()
            if how == "journal":
                await lives.beside().db.run(
                    pauses.pause, store=None, stores=["main"], actor="ada", reason="wait", now=now
                )

        codes: list[str] = []

        async def act(lives: Lives) -> None:
            shop = replace(lives.world.shop, brake=Brake(file=file))
            run = await cycle.reconcile(shop, agree=lambda _: True)
            codes.extend(f"{one.state} {one.code}" for one in run.outcomes)

        edge = Edge(pauses_at=before_sent, pause=somebody_pauses)
        await lives.live(act, edge=edge)
        await lives.live(act)
        assert codes == ["refused paused", "refused paused"]
        assert effects_of(lives.world) == {}
        file.unlink(missing_ok=True)
        await lives.beside().db.run(
            pauses.resume, store=None, stores=["main"], actor="ada", reason="", now=lives.world.clock.now()
        )
        await lives.live(one_pass)
        assert list(effects_of(lives.world).values()) == [1]


async def test_no_call_outlives_its_fence_however_long_the_batch_takes() -> None:
    """The fence is renewed with every call: a batch that took most of a lease must not end with a call beyond it."""
    async with new_lives() as lives:
        await SCENARIOS["create"].prepare(lives)
        left: list[float] = []

        async def most_of_the_lease_passes() -> None:
            lives.world.clock.advance(timedelta(seconds=50))

        async def act(lives: Lives) -> None:
            await cycle.reconcile(lives.world.shop, agree=lambda _: True)

        class Watching(Edge):
            async def linger(self, what: str) -> None:
                await super().linger(what)
                if what == "after sent":
                    kept = await lives.beside().db.run(fences.holder, store="main")
                    assert kept is not None
                    left.append((kept.lease_until - lives.world.clock.now()).total_seconds())

        await lives.live(act, edge=Watching(pauses_at="after begin", pause=most_of_the_lease_passes))
        assert left == [60.0]


async def test_a_look_that_takes_longer_than_a_lease_keeps_the_store() -> None:
    async with new_lives() as lives:
        await SCENARIOS["create"].prepare(lives)
        lease = timedelta(seconds=0.06)
        kept: list[bool] = []

        class Slow(Edge):
            """The store's answer takes as long as it takes until the lease was renewed, twice."""

            async def linger(self, what: str) -> None:
                if what != "after get" or kept:
                    return
                for _ in range(2):
                    lives.world.clock.advance(timedelta(seconds=0.05))
                    while await self._left() < lease:  # noqa: ASYNC110 - the journal calls nobody
                        await asyncio.sleep(0.001)
                now = lives.world.clock.now()
                other = lives.beside()
                kept.append(await other.db.run(fences.acquire, store="main", owner="o", now=now, lease=lease) is None)

            async def _left(self) -> timedelta:
                found = await lives.beside().db.run(fences.holder, store="main")
                assert found is not None
                return found.lease_until - lives.world.clock.now()

        async def act(lives: Lives) -> None:
            lives.world.shop = replace(lives.world.shop, limits=Limits(lease=lease, call_timeout=lease / 3))
            await pass_at_once(lives)

        async with asyncio.timeout(10):
            await lives.live(act, edge=Slow())
        assert kept == [True]


@pytest.mark.parametrize("name", ["notify-once", "create-two", "unfulfill"])
async def test_a_pass_that_was_stopped_longer_than_its_lease_disturbs_nothing(name: str) -> None:
    scenario = SCENARIOS[name]
    like = (await count(scenario)).ending
    stops = await places(scenario)
    ends = stops.index("after finish")
    drawn = {"after sent", "after outcome", f"after {scenario.write}"}
    drawn |= {stops[place] for place in Random(f"{SEED} {name}").sample(range(ends), 4)}
    found = {}
    for place in sorted(drawn):
        found[place] = await pause(scenario, place, like=like, is_held=True)
    assert {place: wrong for place, wrong in found.items() if wrong} == {}
