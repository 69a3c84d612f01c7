"""Reads from the journal what letters are made of. Asks nobody else, takes no lock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from syncd.alerts.incidents import A_WEEK, Kept
from syncd.journal import approvals, drifts, history, intents
from syncd.journal.drifts import DriftRecord
from syncd.journal.intents import IntentRow
from syncd.reports.facts import StoreFacts

if TYPE_CHECKING:
    from syncd.journal.database import Database

LOOKING_BACK = timedelta(days=90)
"""How old a drift may be that is told of as settled: our choice; older ones are told of as long as they are open."""
_AT_ONCE = 500
"""Orders whose effects are read in one query."""


async def kept(db: Database, store: StoreFacts, *, now: datetime) -> Kept:
    """What the journal shows of this store."""
    name = store.name
    open_ones = await db.run(drifts.open_drifts, store=name)
    lately = await db.run(drifts.opened_since, store=name, at=now - LOOKING_BACK)
    records = {one.drift.id: one for one in (*open_ones, *lately)}
    waiting = await db.run(approvals.waiting, store=name, now=now)
    return Kept(
        store=store,
        now=now,
        records=tuple(records.values()),
        waiting={row.step.drift_id: row.step for row in waiting if row.step.drift_id},
        efforts=await _efforts(db, name, _orders(records.values(), now=now)),
        events=tuple(await db.run(history.events, store=name, since=now - A_WEEK)),
    )


def _orders(records: Iterable[DriftRecord], *, now: datetime) -> list[str]:
    """Orders of what is open, or was settled lately enough to be told."""
    told = (one for one in records if one.resolved_at is None or one.resolved_at >= now - A_WEEK)
    return sorted({one.drift.order_id for one in told if one.drift.order_id})


async def _efforts(db: Database, store: str, orders: list[str]) -> dict[str, IntentRow]:
    """The latest effect that was tried for each drift of these orders."""
    found: dict[str, IntentRow] = {}
    for start in range(0, len(orders), _AT_ONCE):
        tried = await db.run(intents.of_orders, store=store, order_ids=orders[start : start + _AT_ONCE])
        for row in sorted((row for rows in tried.values() for row in rows), key=lambda row: row.touched_at):
            if row.step.drift_id:
                found[row.step.drift_id] = row
    return found
