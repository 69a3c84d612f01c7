"""Plans are kept by id; steps wait for one person's yes."""

from datetime import timedelta

import pytest

from syncd.errors import UsageError
from syncd.journal import approvals, history, plans
from syncd.journal.approvals import ApprovalState
from syncd.journal.database import Database
from tests.journal.builders import NOW, step

DAY = timedelta(days=1)


async def request(db: Database, *ids: str, after: timedelta = timedelta()) -> tuple[str, ...]:
    steps = [step(id_) for id_ in ids]
    return await db.run(approvals.request, store="main", steps=steps, plan_id="p", now=NOW + after)


async def test_a_yes_counts_for_its_step_alone_and_not_for_ever(db: Database) -> None:
    assert await request(db, "a1", "b2") == ("a1", "b2")
    row = await db.run(approvals.approve, store="main", step_id="a1", actor="kim", now=NOW + DAY)
    assert (row.state, row.actor, row.decided_at, row.step) == (ApprovalState.APPROVED, "kim", NOW + DAY, step("a1"))
    assert await db.run(approvals.approved_ids, store="main", now=NOW + DAY) == {"a1"}
    assert await db.run(approvals.approved_ids, store="other", now=NOW + DAY) == frozenset()
    assert [row.step.id for row in await db.run(approvals.waiting, store="main", now=NOW + DAY)] == ["b2"]
    assert await db.run(approvals.approved_ids, store="main", now=NOW + 8 * DAY) == frozenset()


async def test_what_waits_or_was_decided_is_not_asked_for_again(db: Database) -> None:
    await request(db, "a1", "b2", "c3")
    await db.run(approvals.approve, store="main", step_id="a1", actor="kim", now=NOW)
    await db.run(approvals.reject, store="main", step_id="b2", actor="kim", now=NOW, reason="no")
    assert await request(db, "a1", "b2", "c3", after=DAY) == ()
    assert await request(db, "a1", "b2", "c3", after=8 * DAY) == ("a1", "c3"), "a no does not run out"


async def test_a_yes_can_be_taken_back_until_it_is_used(db: Database) -> None:
    await request(db, "a1", "b2")
    await db.run(approvals.approve, store="main", step_id="a1", actor="kim", now=NOW)
    listed = await db.run(approvals.undecided, store="main", now=NOW)
    assert [(row.step.id, row.state) for row in listed] == [("a1", "approved"), ("b2", "requested")]
    await db.run(approvals.reject, store="main", step_id="a1", actor="lee", now=NOW, reason="no, after all")
    assert await db.run(approvals.approved_ids, store="main", now=NOW) == frozenset()
    assert await request(db, "a1", after=8 * DAY) == ()
    told = await db.run(history.events, store="main")
    assert [(event.what, event.actor, event.why) for event in told] == [
        ("step.approved", "kim", ""),
        ("step.rejected", "lee", "no, after all"),
    ]


@pytest.mark.parametrize("decide", [approvals.approve, approvals.reject])
async def test_nothing_that_does_not_wait_can_be_decided(db: Database, decide: object) -> None:
    await request(db, "a1")
    await db.run(approvals.reject, store="main", step_id="a1", actor="kim", now=NOW)
    for step_id, after in (("x", timedelta()), ("a1", timedelta())):
        with pytest.raises(UsageError, match="waits for approval"):
            await db.run(decide, store="main", step_id=step_id, actor="kim", now=NOW + after)
    await request(db, "late")
    with pytest.raises(UsageError, match="late"):
        await db.run(decide, store="main", step_id="late", actor="kim", now=NOW + 7 * DAY)


async def test_a_plan_is_found_by_its_id_and_stays_as_it_was(db: Database) -> None:
    document = {"schema": 1, "steps": [{"id": "a1", "æ": None}]}
    await db.run(plans.save, store="main", plan_id="p1", document=document, now=NOW)
    await db.run(plans.save, store="main", plan_id="p1", document={"schema": 2}, now=NOW)
    assert await db.run(plans.load, "p1") == document
    assert await db.run(plans.load, "p2") is None
    assert await db.run(plans.drop, store="main", before=NOW) == 0
    assert await db.run(plans.drop, store="main", before=NOW + DAY) == 1
