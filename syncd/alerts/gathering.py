"""Reads from the journal what letters are made of. Asks nobody else, takes no lock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from syncd.alerts.incidents import A_WEEK, Kept
from syncd.journal import approvals, drifts, history, runs
from syncd.journal.drifts import DriftRecord
from syncd.reports.facts import StoreFacts
from syncd.reports.past import past_runs

if TYPE_CHECKING:
    from syncd.journal.database import Database

LOOKING_BACK = timedelta(days=90)
"""How old a drift may be that is told of as settled: our choice; older ones are told of as long as they are open."""


async def kept(db: Database, store: StoreFacts, *, now: datetime) -> Kept:
    """What the journal shows of this store."""
    name = store.name
    open_ones = await db.run(drifts.open_drifts, store=name)
    lately = await db.run(drifts.opened_since, store=name, at=now - LOOKING_BACK)
    records: dict[str, DriftRecord] = {one.drift.id: one for one in (*open_ones, *lately)}
    waiting = await db.run(approvals.waiting, store=name, now=now)
    last = past_runs(await db.run(runs.latest, store=name, limit=1))
    return Kept(
        store=store,
        now=now,
        records=tuple(records.values()),
        waiting=tuple(row.step for row in waiting),
        outcomes=tuple(outcome for run in last for outcome in run.outcomes),
        events=tuple(await db.run(history.events, store=name, since=now - A_WEEK)),
    )
