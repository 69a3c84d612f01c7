"""CJ gives a token by API key once per five minutes: that is kept over refusals, restarts and several processes."""

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest

from syncd.errors import AuthRejected, Transient
from tests.suppliers.rig import query
from tests.suppliers.worlds import CjWorld

FIVE_MINUTES_S = 300.0


def _keeps_the_pause(world: CjWorld) -> bool:
    times = world.twin.key_requests_s
    return all(later - sooner >= FIVE_MINUTES_S for sooner, later in pairwise(times))


async def test_one_token_serves_all_calls_and_all_processes() -> None:
    world = CjWorld()
    placed = world.place(1001)
    for port in (world.port, world.another(), world.another()):
        await port.order(placed.ref)
    assert len(world.twin.key_requests_s) == 1


async def test_processes_that_start_at_once_ask_once() -> None:
    world = CjWorld(requests_per_second=10.0)
    world.twin.requests_per_second = 100.0
    placed = world.place(1001)
    await asyncio.gather(*(world.another().order(placed.ref) for _ in range(5)))
    assert len(world.twin.key_requests_s) == 1


async def test_a_revoked_token_is_renewed_by_refresh_token_without_the_key() -> None:
    world = CjWorld()
    placed = world.place(1001)
    await world.port.order(placed.ref)
    world.twin.revoke_tokens()
    assert (await world.port.order(placed.ref)).id == placed.ref
    assert len(world.twin.key_requests_s) == 1


async def test_a_token_that_another_process_renewed_is_used() -> None:
    world = CjWorld()
    placed = world.place(1001)
    other = world.another()
    await world.port.order(placed.ref)
    await other.order(placed.ref)
    world.twin.revoke_tokens()
    await world.port.order(placed.ref)
    refreshed = sum(sent.path.endswith("refreshAccessToken") for sent in world.wire.sent)
    await other.order(placed.ref)
    assert sum(sent.path.endswith("refreshAccessToken") for sent in world.wire.sent) == refreshed == 1


async def test_inside_the_five_minutes_the_wait_is_told_with_its_arithmetic() -> None:
    world = CjWorld()
    placed = world.place(1001)
    await world.port.order(placed.ref)
    world.clock.advance(timedelta(seconds=58))
    world.twin.revoke_tokens(refresh_too=True)
    for _ in range(3):
        with pytest.raises(
            Transient, match=r"once per 300 s.*asked at 2026-11-20T08:00:00Z.*next time is in \d+ s"
        ) as caught:
            await world.port.order(placed.ref)
        assert caught.value.retry_after_s is not None
        assert 200 < caught.value.retry_after_s <= 242
    assert len(world.twin.key_requests_s) == 1
    world.clock.advance(timedelta(minutes=5))
    await world.another().order(placed.ref)
    assert _keeps_the_pause(world)


async def test_a_refused_key_is_the_merchant_s_and_is_not_hammered() -> None:
    world = CjWorld()
    world.place(1001)
    world.twin.api_key = "CJ1000001@api@another-key"
    port = world.another()
    world.twin.api_key = "CJ1000001@api@changed-meanwhile"
    for _ in range(4):
        with pytest.raises(AuthRejected, match="CJ says 1600001") as caught:
            await port.order("1")
        assert "api_key" in caught.value.remedy
    assert len(world.twin.key_requests_s) == 1


async def test_a_corrected_key_is_tried_at_once() -> None:
    world = CjWorld()
    placed = world.place(1001)
    right = world.twin.api_key
    world.twin.api_key = "CJ1000001@api@mistyped"
    wrong = world.another()
    world.twin.api_key = right
    with pytest.raises(AuthRejected):
        await wrong.order(placed.ref)
    world.clock.advance(timedelta(minutes=5))  # the twin counts all keys of the account alike
    assert (await world.another().order(placed.ref)).id == placed.ref


async def test_a_lost_answer_counts_as_asked() -> None:
    world = CjWorld()
    placed = world.place(1001)
    world.twin.faults.add("body", moment="after", path="/api2.0/v1/authentication", status=200, body=b"<html>")
    for _ in range(3):
        with pytest.raises(Exception, match=r"JSON|once per 300 s"):
            await world.another().order(placed.ref)
    world.clock.advance(timedelta(minutes=5))
    await world.another().order(placed.ref)
    assert len(world.twin.key_requests_s) == 2
    assert _keeps_the_pause(world)


async def test_a_token_is_renewed_before_it_runs_out() -> None:
    world = CjWorld()
    placed = world.place(1001)
    await world.port.order(placed.ref)
    world.clock.advance(timedelta(days=14, hours=20))
    await world.port.orders(query(placed))
    assert [sent.path.rpartition("/")[2] for sent in world.wire.sent if sent.method == "POST"] == [
        "getAccessToken",
        "refreshAccessToken",
    ]


async def test_tokens_are_kept_apart_by_key_and_never_under_its_name() -> None:
    world = CjWorld()
    placed = world.place(1001)
    await world.port.order(placed.ref)
    assert all(world.twin.api_key not in name for name in world.credentials.kept)
    (kept,) = (kept for name, kept in world.credentials.kept.items() if not name.endswith("/asked"))
    assert kept["issued_at"] == "2026-11-20T08:00:00Z"
