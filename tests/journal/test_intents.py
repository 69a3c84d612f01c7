"""An effect is written down before and after its call, and a customer is told once."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from syncd.clock import ManualClock
from syncd.domain.steps import Allocation
from syncd.errors import FenceLost, Paused
from syncd.journal import fences, intents, mirror, notifications, pauses
from syncd.journal.database import Database
from syncd.journal.fences import Fence
from syncd.journal.intents import IllegalTransition, IntentRow, IntentState
from syncd.journal.notifications import AlreadyNotified
from syncd.journal.rows import CHUNK
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


async def test_a_row_tells_all_that_is_known_of_the_effect(db: Database, fence: Fence) -> None:
    assert await begin(db, fence) == IntentRow(
        id="a1", store="main", state=IntentState.PENDING, step=step(), evidence={"seen": [1]}, run_id="run",
        fence=fence.number, attempts=0, created_at=NOW, touched_at=NOW,
    )  # fmt: skip
    assert await sent(db, fence) == IntentRow(
        id="a1", store="main", state=IntentState.SENT, step=step(), evidence={"seen": [1]}, run_id="run",
        fence=fence.number, attempts=1, created_at=NOW, touched_at=NOW + timedelta(seconds=1),
        sent_at=NOW + timedelta(seconds=1), deadline_at=NOW + MINUTE,
    )  # fmt: skip
    kept = await db.run(
        intents.outcome, fence=fence, intent_id="a1", state="done", code="c", text="t", effect_id="F1", request_id="R1",
        now=NOW + MINUTE,
    )  # fmt: skip
    assert (kept.state, kept.code, kept.text, kept.effect_id) == (IntentState.DONE, "c", "t", "F1")
    assert (kept.request_id, kept.touched_at, kept.sent_at) == ("R1", NOW + MINUTE, NOW + timedelta(seconds=1))


async def test_another_attempt_forgets_what_the_last_one_answered_and_keeps_what_it_made(
    db: Database, fence: Fence
) -> None:
    await begin(db, fence)
    await sent(db, fence)
    await ends(db, fence, "done", "unknown")
    row = await sent(db, fence)
    assert (row.code, row.text, row.attempts, row.effect_id) == ("", "", 2, "F1")
    await ends(db, fence, "unknown", "verified")
    (row,) = await db.run(intents.of_order, store="main", order_id=order(1).id)
    assert (row.effect_id, row.code) == ("F1", "c")


async def test_every_write_is_by_the_newest_fence_and_names_it(db: Database, fence: Fence) -> None:
    await begin(db, fence)
    await begin(db, fence, id_="b2")
    newer = await db.run(fences.acquire, store="main", owner="you", now=NOW + 70 * MINUTE, lease=MINUTE)
    assert newer is not None
    for write in (
        begin(db, fence, id_="c3"),
        sent(db, fence),
        ends(db, fence, "refused"),
        db.run(intents.give_up_pending, fence=fence, before=NOW + MINUTE, now=NOW),
    ):
        with pytest.raises(FenceLost):
            await write
    assert (await sent(db, newer)).fence == newer.number
    await ends(db, newer, "refused", intent_id="b2")
    kept = await db.run(intents.load, "b2")
    assert kept is not None
    assert kept.fence == newer.number


async def test_a_lease_is_renewed_in_the_transaction_that_sends(db: Database, fence: Fence) -> None:
    await begin(db, fence)
    at, lease = NOW + 30 * MINUTE, 45 * MINUTE
    await db.run(intents.sent, fence=fence, intent_id="a1", deadline_at=at + lease, now=at, lease=lease)
    assert await db.run(fences.holder, store="main") == replace(fence, lease_until=at + lease)


async def test_a_lost_fence_cannot_send_by_renewing_itself(db: Database, fence: Fence) -> None:
    await begin(db, fence)
    assert await db.run(fences.acquire, store="main", owner="you", now=NOW + 70 * MINUTE, lease=MINUTE) is not None
    with pytest.raises(FenceLost):
        await db.run(intents.sent, fence=fence, intent_id="a1", deadline_at=NOW, now=NOW, lease=MINUTE)
    assert await state(db) == "pending"


async def test_what_nobody_intended_cannot_be_sent_or_end(db: Database, fence: Fence) -> None:
    for write in (sent(db, fence), ends(db, fence, "done")):
        with pytest.raises(LookupError, match="there is no intent a1"):
            await write


async def test_nothing_is_sent_while_the_store_is_paused(db: Database, fence: Fence) -> None:
    await begin(db, fence)
    pause = {"actor": "kim", "reason": "", "stores": (), "now": NOW}
    await db.run(pauses.pause, store="main", until=NOW + timedelta(seconds=2), **pause)
    with pytest.raises(Paused, match="main is paused by kim"):
        await sent(db, fence)
    assert await state(db) == "pending"
    await db.run(pauses.pause, store="other", **pause)
    await db.run(pauses.pause, store="main", until=NOW + timedelta(seconds=1), **pause)
    assert (await sent(db, fence)).state == "sent", "its pause is over, and the other store's is none of its business"


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


PATHS = {
    "pending": (),
    "sent": ("sent",),
    "done": ("sent", "done"),
    "refused": ("sent", "refused"),
    "unknown": ("sent", "unknown"),
    "verified": ("sent", "done", "verified"),
}
FOLLOWS = {
    "pending": {"sent", "refused"},
    "sent": {"pending", "done", "refused", "unknown"},
    "done": {"done", "refused", "unknown", "verified"},
    "refused": {"sent", "done", "refused", "unknown", "verified"},
    "unknown": {"sent", "done", "refused", "unknown", "verified"},
    "verified": set(),
}


@pytest.mark.parametrize("state", FOLLOWS)
async def test_each_state_is_followed_by_these_and_no_others(db: Database, fence: Fence, state: str) -> None:
    follows = set()
    for name in IntentState:
        await begin(db, fence, id_=name)
        for before in PATHS[state]:
            await move(db, fence, name, to=before)
        with suppress(IllegalTransition):
            await move(db, fence, name, to=name)
            follows.add(name.value)
    assert follows == FOLLOWS[state]


async def move(db: Database, fence: Fence, intent_id: str, *, to: str) -> None:
    await (sent(db, fence, intent_id) if to == "sent" else ends(db, fence, to, intent_id=intent_id))


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


async def test_what_is_given_up_says_so_and_only_this_stores_own_is(db: Database, fence: Fence) -> None:
    other = await db.run(fences.acquire, store="other", owner="me", now=NOW, lease=MINUTE)
    assert other is not None
    await begin(db, fence)
    await begin(db, fence, id_="b2")
    await sent(db, fence, "b2")
    theirs = replace(step("c3"), store="other")
    await db.run(intents.begin, fence=other, step=theirs, evidence={}, run_id="run", now=NOW)
    newer = await db.run(fences.acquire, store="main", owner="you", now=NOW + 70 * MINUTE, lease=MINUTE)
    assert newer is not None
    assert await db.run(intents.give_up_pending, fence=newer, before=NOW + 2 * MINUTE, now=NOW + 71 * MINUTE) == 1
    row = await db.run(intents.load, "a1")
    assert row is not None
    assert (row.state, row.code, row.text) == ("refused", "abandoned", "Its run ended before it was sent.")
    assert (row.touched_at, row.fence) == (NOW + 71 * MINUTE, newer.number)
    assert [await state(db, one) for one in ("b2", "c3")] == ["sent", "pending"]


async def test_what_nobody_has_seen_the_effect_of_comes_oldest_first_and_store_by_store(
    db: Database, fence: Fence
) -> None:
    other = await db.run(fences.acquire, store="other", owner="me", now=NOW, lease=MINUTE)
    assert other is not None

    async def intend(id_: str, *states: str, minutes: int, store: str = "main", number: int = 1) -> None:
        held = fence if store == "main" else other
        given = replace(step(id_, number=number), store=store)
        await db.run(intents.begin, fence=held, step=given, evidence={}, run_id="run", now=NOW + minutes * MINUTE)
        if states:
            await sent(db, held, id_)
        await ends(db, held, *states[1:], intent_id=id_)

    await intend("d", "sent", minutes=1)
    await intend("c", "sent", "done", minutes=2)
    await intend("b", "sent", "unknown", minutes=2)
    await intend("a", "sent", "refused", minutes=1)
    await intend("e", "sent", "done", "verified", minutes=1)
    await intend("f", minutes=1)
    await intend("g", "sent", minutes=1, store="other")
    await intend("h", "sent", minutes=1, store="other", number=3)
    assert [row.id for row in await db.run(intents.unsettled, store="main")] == ["d", "b", "c"]
    assert [row.id for row in await db.run(intents.of_order, store="main", order_id=order(1).id)] == list("adefbc")
    assert await db.run(intents.of_order, store="main", order_id=order(2).id) == []
    found = await db.run(intents.of_orders, store="other", order_ids=[order(1).id, order(2).id])
    assert {order_id: [row.id for row in rows] for order_id, rows in found.items()} == {order(1).id: ["g"]}
    assert set(await db.run(intents.done, list("abcdefg"))) == {"c", "e"}
    assert set(await db.run(intents.done, ["a", "c"])) == {"c"}
    many = ["c", *(f"x{number}" for number in range(CHUNK)), "e"]
    assert set(await db.run(intents.done, many)) == {"c", "e"}, "however many are asked for at once"


async def test_fresh_ids_of_the_target_are_kept(db: Database, fence: Fence) -> None:
    await begin(db, fence)
    part = Allocation(fulfillment_order_id="FO2", fulfillment_order_line_id="FOL2", line_item_id="L", quantity=1)
    fresh = replace(step(), target=replace(step().target, allocations=(part,)))
    decided_again = replace(fresh, id="b2")
    await db.run(intents.sent, fence=fence, intent_id="a1", deadline_at=NOW, now=NOW, step=decided_again)
    row = await db.run(intents.load, "a1")
    assert row is not None
    assert row.step == fresh, "under the id that it was written down with"


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


async def test_an_attempt_that_nobody_answered_and_that_shows_nothing_is_as_unsure_as_an_unknown_one(
    db: Database, fence: Fence
) -> None:
    await begin(db, fence, notify=True)
    await sent(db, fence)
    await without_effect(db, fence)
    assert await notified(db) == frozenset(), "the only attempt had no effect"
    await sent(db, fence)
    await ends(db, fence, "refused")
    assert await notified(db) == {"cj/S1/LX1"}, "the first may still have told"


async def without_effect(db: Database, fence: Fence) -> None:
    await db.run(
        intents.outcome, fence=fence, intent_id="a1", state="refused", code="without_effect", text="", effect_id=None,
        request_id=None, now=NOW,
    )  # fmt: skip


async def test_the_first_unsure_attempt_is_remembered_beside_the_evidence(db: Database, fence: Fence) -> None:
    await begin(db, fence, notify=True)
    for _ in range(2):
        await sent(db, fence)
        await ends(db, fence, "unknown")
    row = await db.run(intents.load, "a1")
    assert row is not None
    assert row.evidence == {"seen": [1], "unsure_attempt": 1}


async def test_who_was_not_to_be_told_is_not_counted_as_told(db: Database, fence: Fence) -> None:
    await begin(db, fence)
    await sent(db, fence)
    await ends(db, fence, "done", "verified")
    assert await notified(db) == frozenset()


async def test_several_parcels_of_several_orders_are_each_counted_for_their_own_customer(
    db: Database, fence: Fence
) -> None:
    await begin(db, fence, notify=True, parcels=("cj/S1/LX2", "cj/S1/LX1", "cj/S1/LX2"))
    await begin(db, fence, id_="b2", number=2, notify=True, parcels=("cj/S2/LX9",))
    for one in ("a1", "b2"):
        await sent(db, fence, one)
    told = await db.run(notifications.notified_parcels, store="main", order_ids=[order(1).id, order(2).id, "x"])
    assert told == {order(1).id: {"cj/S1/LX1", "cj/S1/LX2"}, order(2).id: {"cj/S2/LX9"}}
    assert await db.run(notifications.notified_parcels, store="other", order_ids=[order(1).id]) == {}
    assert await db.run(notifications.notified_parcels, store="main", order_ids=["x"]) == {}


async def test_a_parcel_is_told_of_once_in_each_store(db: Database, fence: Fence) -> None:
    other = await db.run(fences.acquire, store="other", owner="me", now=NOW, lease=MINUTE)
    assert other is not None
    await begin(db, fence, notify=True)
    await sent(db, fence)
    theirs = replace(step("b2", notify=True), store="other")
    await db.run(intents.begin, fence=other, step=theirs, evidence={}, run_id="run", now=NOW)
    assert (await sent(db, other, "b2")).state == "sent"


async def test_who_is_told_of_several_parcels_before_is_named_them_all(db: Database, fence: Fence) -> None:
    both = ("cj/S1/LX2", "cj/S1/LX1")
    await begin(db, fence, notify=True, parcels=both)
    await sent(db, fence)
    await begin(db, fence, id_="b2", notify=True, parcels=both)
    with pytest.raises(AlreadyNotified) as told:
        await sent(db, fence, "b2")
    assert str(told.value) == (
        "main: the customer was, or may have been, told about cj/S1/LX1, cj/S1/LX2 before. "
        "Plan again: the step comes back without a notification."
    )


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
