"""Drift episodes open, are confirmed, resolved, and come back."""

from datetime import datetime, timedelta

import pytest

from syncd.errors import UsageError
from syncd.journal import drifts, mirror
from syncd.journal.database import Database
from syncd.journal.drifts import DriftChanges, DriftState
from syncd.reconcile.view import Drift
from tests.journal.builders import NOW, POLICY, order

MINUTE = timedelta(minutes=1)


def drift(id_: str = "d1", *, order_id: str | None = "o1", source: str | None = "cj", kind: str = "k") -> Drift:
    return Drift(
        id=id_, kind=kind, severity="high", order_id=order_id, order="#1001" if order_id else None, thing="line",
        lines=(), evidence={"observed_at": "2026-01-31T12:00:00Z", "units": 2}, source=source, since=NOW,
    )  # fmt: skip


async def passes(
    db: Database,
    *found: Drift,
    at: datetime = NOW,
    judged: tuple[str, ...] = ("o1",),
    complete: tuple[str, ...] = ("cj", "main"),
    answered: tuple[str, ...] = (),
    is_part: bool = False,
) -> DriftChanges:
    return await db.run(
        drifts.record, store="main", judged=judged, drifts=found, now=at, run_id="r", complete_sources=complete,
        answered=answered,
        is_part=is_part,
    )  # fmt: skip


async def open_ids(db: Database, **which: str) -> list[str]:
    return [record.drift.id for record in await db.run(drifts.open_drifts, store="main", **which)]


async def test_a_drift_opens_once_and_is_resolved_when_it_is_gone(db: Database) -> None:
    first = await passes(db, drift())
    assert [record.drift for record in first.opened] == [drift()]
    assert await passes(db, drift(), at=NOW + MINUTE) == DriftChanges()
    last = await passes(db, at=NOW + 2 * MINUTE)
    assert [record.drift.id for record in last.resolved] == ["d1"]
    assert last.resolved[0].resolved_at == NOW + 2 * MINUTE
    assert await open_ids(db) == []


async def test_only_what_was_judged_on_whole_reads_is_resolved(db: Database) -> None:
    await passes(db, drift(), drift("d2", source=None))
    await passes(db, judged=("o2",))
    assert await open_ids(db) == ["d1", "d2"]
    await passes(db, complete=("main",))
    assert await open_ids(db) == ["d1"]
    await passes(db)
    assert await open_ids(db) == []


async def test_what_a_supplier_told_all_about_is_resolved_whatever_else_it_left_out(db: Database) -> None:
    await passes(db, drift(), drift("d2", order_id="o2"), drift("d3", order_id=None))
    await passes(db, judged=("o1", "o2"), complete=(), answered=("o1", "o3"))
    assert await open_ids(db) == ["d2", "d3"]
    await passes(db, judged=(), complete=(), answered=("o2",))
    assert await open_ids(db) == ["d2", "d3"], "it was not judged"


async def test_a_drift_of_a_source_is_resolved_by_a_whole_read_of_it(db: Database) -> None:
    await passes(db, drift(order_id=None))
    await passes(db, judged=(), complete=("main",))
    assert await open_ids(db) == ["d1"]
    await passes(db, judged=(), complete=("cj",), is_part=True)
    assert await open_ids(db) == ["d1"], "it was asked about some orders only"
    await passes(db, judged=(), complete=("cj",))
    assert await open_ids(db) == []


async def test_a_drift_is_confirmed_by_two_complete_observations_a_minute_apart(db: Database) -> None:
    async def confirmed() -> bool:
        (record,) = await db.run(drifts.open_drifts, store="main")
        return record.confirmed

    await passes(db, drift(), complete=("main",))
    await passes(db, drift(), at=NOW + 2 * MINUTE)
    assert not await confirmed(), "the first one was not complete"
    await passes(db, drift(), at=NOW + 3 * MINUTE - timedelta(seconds=1))
    assert not await confirmed(), "too close together"
    await passes(db, drift(), at=NOW + 3 * MINUTE)
    assert await confirmed()
    await passes(db, drift(), at=NOW + 4 * MINUTE, complete=())
    assert await confirmed(), "an incomplete read takes nothing back"


async def test_one_that_comes_back_is_open_again_and_counted(db: Database) -> None:
    await passes(db, drift())
    await passes(db, at=NOW + MINUTE)
    back = await passes(db, drift(), at=NOW + 2 * MINUTE)
    assert back.opened == ()
    (record,) = back.regressed
    assert (record.state, record.regressions, record.confirmed) == (DriftState.OPEN, 1, False)
    assert (record.first_seen, record.opened_at, record.resolved_at) == (NOW, NOW + 2 * MINUTE, None)


async def test_what_a_person_said_holds_until_it_is_over(db: Database) -> None:
    await passes(db, drift(), drift("d2"))
    decide = {"store": "main", "actor": "kim", "now": NOW}
    await db.run(drifts.decide, drift_id="d1", state=DriftState.ACKNOWLEDGED, **decide)
    await db.run(drifts.decide, drift_id="d2", state=DriftState.SNOOZED, until=NOW + 5 * MINUTE, **decide)
    await passes(db, drift(), drift("d2"), at=NOW + MINUTE)
    states = {record.drift.id: record.state for record in await db.run(drifts.open_drifts, store="main")}
    assert states == {"d1": "acknowledged", "d2": "snoozed"}
    await passes(db, drift(), drift("d2"), at=NOW + 5 * MINUTE)
    states = {record.drift.id: record.state for record in await db.run(drifts.open_drifts, store="main")}
    assert states == {"d1": "acknowledged", "d2": "open"}


async def test_decisions_that_make_no_sense_are_refused(db: Database) -> None:
    with pytest.raises(UsageError, match="no drift"):
        await db.run(drifts.decide, store="main", drift_id="x", state=DriftState.RESOLVED, actor="kim", now=NOW)
    with pytest.raises(UsageError, match="end"):
        await db.run(drifts.decide, store="main", drift_id="x", state=DriftState.SNOOZED, actor="kim", now=NOW)


async def test_drifts_are_found_by_order_and_kind(db: Database) -> None:
    await passes(db, drift(), drift("d2", order_id=None, kind="other"))
    assert await open_ids(db, order="#1001") == ["d1"]
    assert await open_ids(db, order="o1") == ["d1"]
    assert await open_ids(db, kind="other") == ["d2"]


async def test_a_source_stays_frozen_while_its_mass_change_is_open(db: Database) -> None:
    async def frozen() -> frozenset[str]:
        (view,) = await db.run(mirror.views, store="main", order_ids=[order(1).id], policy=POLICY, reads={})
        return view.frozen_sources

    await db.run(mirror.record_orders, store="main", orders=[order(1)], now=NOW)
    await passes(db, drift(order_id=None, kind="adapter_mass_change"))
    assert await frozen() == {"cj"}
    await passes(db, judged=())
    assert await frozen() == frozenset()
