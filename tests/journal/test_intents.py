"""An effect is written down before and after its call, and a customer is told once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from syncd.clock import ManualClock
from syncd.domain.steps import Allocation
from syncd.journal import fences, intents, mirror, notifications
from syncd.journal.database import Database
from syncd.journal.fences import Fence
from syncd.journal.intents import IllegalTransition, IntentRow, IntentState
from syncd.journal.notifications import AlreadyNotified
from tests.journal.builders import NOW, POLICY, order, step

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def fence(db: Database) -> Fence:
    got = await db.run(fences.acquire, store="main", owner="me", now=NOW, lease=timedelta(hours=1))
    assert got is not None
    return got


async def begin(db: Database, fence: Fence, **which: Any) -> IntentRow:
    return await db.run(intents.begin, fence=fence, step=step(**which), evidence={"seen": [1]}, run_id="run", now=NOW)


async def sent(db: Database, fence: Fence, intent_id: str = "a1") -> IntentRow:
    return await db.run(
        intents.sent, fence=fence, intent_id=intent_id, deadline_at=NOW + MINUTE, now=NOW + timedelta(seconds=1)
    )


async def ends(db: Database, fence: Fence, *states: str, intent_id: str = "a1") -> None:
    for state in states:
        await db.run(
            intents.outcome, fence=fence, intent_id=intent_id, state=state, code="c", text="t",
            effect_id="F1" if state == "done" else None, request_id=None, now=NOW + timedelta(seconds=2),
        )  # fmt: skip


async def state(db: Database, intent_id: str = "a1") -> str | None:
    row = await db.run(intents.load, intent_id)
    return None if row is None else row.state.value


async def test_an_effect_goes_from_pending_to_verified(db: Database, fence: Fence) -> None:
    assert (await begin(db, fence)).state == IntentState.PENDING
    row = await sent(db, fence)
    assert (row.state, row.attempts, row.deadline_at) == (IntentState.SENT, 1, NOW + MINUTE)
    assert await db.run(intents.done, ["a1", "b2"]) == {}
    await ends(db, fence, "done", "verified")
    (kept,) = await db.run(intents.of_order, store="main", order_id=order(1).id)
    assert (kept.state, kept.effect_id, kept.step, kept.evidence) == ("verified", "F1", step(), {"seen": [1]})
    assert await db.run(intents.done, ["a1", "b2"]) == {"a1": kept}


async def test_the_same_step_again_finds_its_own_row(db: Database, fence: Fence) -> None:
    await begin(db, fence)
    await sent(db, fence)
    await ends(db, fence, "done")
    assert (await begin(db, fence)).state == IntentState.DONE


@pytest.mark.parametrize(
    "path",
    [
        ("done",),
        ("verified",),
        ("sent", "sent"),
        ("sent", "verified"),
        ("sent", "done", "sent"),
        ("sent", "done", "pending"),
        ("sent", "unknown", "pending"),
        ("sent", "done", "verified", "sent"),
        ("sent", "done", "verified", "refused"),
        ("sent", "refused", "pending"),
    ],
    ids="-".join,
)
async def test_what_cannot_follow_is_refused_loudly(db: Database, fence: Fence, path: Sequence[str]) -> None:
    await begin(db, fence)
    for name in path[:-1]:
        await (sent(db, fence) if name == "sent" else ends(db, fence, name))
    before = await state(db)
    with pytest.raises(IllegalTransition, match=f"{before} -> {path[-1]}"):
        await (sent(db, fence) if path[-1] == "sent" else ends(db, fence, path[-1]))
    assert await state(db) == before


@pytest.mark.parametrize(
    "path",
    [
        ("sent", "unknown", "verified"),
        ("sent", "unknown", "unknown", "sent", "done"),
        ("sent", "pending", "sent", "done"),
        ("refused", "sent", "refused", "verified"),
        ("sent", "done", "unknown", "done"),
    ],
    ids="-".join,
)
async def test_settling_and_trying_again_are_possible(db: Database, fence: Fence, path: Sequence[str]) -> None:
    await begin(db, fence)
    for name in path:
        await (sent(db, fence) if name == "sent" else ends(db, fence, name))
    assert await state(db) == path[-1]


async def test_a_crash_between_transactions_leaves_what_was_written(
    url: str, db: Database, fence: Fence, clock: ManualClock
) -> None:
    await begin(db, fence)
    await begin(db, fence, id_="b2")
    await sent(db, fence, "b2")
    async with Database.open(url, key_file=None, clock=clock) as after:
        assert await state(after, "a1") == "pending"
        assert [row.id for row in await after.run(intents.unsettled, store="main")] == ["b2"]


async def test_a_crash_inside_a_transaction_leaves_nothing(db: Database, fence: Fence) -> None:
    def dies(conn: Connection) -> None:
        intents.begin(conn, fence=fence, step=step(), evidence={}, run_id="run", now=NOW)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await db.run(dies)
    assert await state(db) is None


async def test_what_was_never_sent_can_be_given_up(db: Database, fence: Fence) -> None:
    await begin(db, fence)
    assert await db.run(intents.give_up_pending, fence=fence, before=NOW, now=NOW + MINUTE) == 0
    assert await db.run(intents.give_up_pending, fence=fence, before=NOW + MINUTE, now=NOW + MINUTE) == 1
    assert await state(db) == "refused"


async def test_fresh_ids_of_the_target_are_kept(db: Database, fence: Fence) -> None:
    await begin(db, fence)
    part = Allocation(fulfillment_order_id="FO2", fulfillment_order_line_id="FOL2", line_item_id="L", quantity=1)
    fresh = replace(step(), target=replace(step().target, allocations=(part,)))
    await db.run(intents.sent, fence=fence, intent_id="a1", deadline_at=NOW, now=NOW, step=fresh)
    row = await db.run(intents.load, "a1")
    assert row is not None
    assert row.step == fresh


async def notified(db: Database) -> frozenset[str]:
    by_order = await db.run(notifications.notified_parcels, store="main", order_ids=[order(1).id])
    return by_order.get(order(1).id, frozenset())


async def test_a_customer_hears_of_a_parcel_once(db: Database, fence: Fence) -> None:
    await begin(db, fence, notify=True)
    await sent(db, fence)
    await ends(db, fence, "done")
    await begin(db, fence, id_="b2", notify=True, parcels=("cj/S1/LX1", "cj/S1/LX2"))
    with pytest.raises(AlreadyNotified, match="cj/S1/LX1"):
        await sent(db, fence, "b2")
    assert await state(db, "b2") == "pending"
    assert await notified(db) == {"cj/S1/LX1"}


async def test_a_notification_without_a_parcel_to_count_is_refused(db: Database, fence: Fence) -> None:
    await begin(db, fence, notify=True, parcels=())
    with pytest.raises(LookupError, match="no parcel"):
        await sent(db, fence)


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        (("unknown",), True),
        (("refused",), False),
        (("pending",), False),
        (("refused", "verified"), True),
        (("unknown", "refused"), False),
    ],
    ids=str,
)
async def test_a_customer_counts_as_told_unless_the_only_attempt_certainly_failed(
    db: Database, fence: Fence, path: Sequence[str], *, counts: bool
) -> None:
    await begin(db, fence, notify=True)
    await sent(db, fence)
    await ends(db, fence, *path)
    assert bool(await notified(db)) is counts


async def test_after_a_second_attempt_nobody_vouches_for_the_first(db: Database, fence: Fence) -> None:
    await begin(db, fence, notify=True)
    await sent(db, fence)
    await ends(db, fence, "unknown")
    await sent(db, fence)
    await ends(db, fence, "refused")
    assert await notified(db) == {"cj/S1/LX1"}


async def test_however_often_it_was_refused_for_certain_the_customer_is_still_to_be_told(
    db: Database, fence: Fence
) -> None:
    await begin(db, fence, notify=True)
    for _ in range(2):
        await sent(db, fence)
        await ends(db, fence, "refused")
    assert await notified(db) == frozenset()
    await sent(db, fence)
    assert await notified(db) == {"cj/S1/LX1"}


async def test_the_view_knows_whether_the_order_was_seen_after_the_attempt(db: Database, fence: Fence) -> None:
    await db.run(mirror.record_orders, store="main", orders=[order(1)], now=NOW)
    await begin(db, fence, notify=True)
    await sent(db, fence)
    await ends(db, fence, "unknown")
    assert [intent.observed_after for intent in await seen(db)] == [False]
    await db.run(mirror.record_orders, store="main", orders=[order(1)], now=NOW + MINUTE)
    assert [intent.observed_after for intent in await seen(db)] == [True]


async def seen(db: Database) -> Sequence[Any]:
    (view,) = await db.run(mirror.views, store="main", order_ids=[order(1).id], policy=POLICY, reads={})
    assert view.notified == {"cj/S1/LX1"}
    return view.intents
