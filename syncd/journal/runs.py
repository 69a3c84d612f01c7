"""One row per run: when it began, whether it ended, and its document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from syncd.clock import rfc3339
from syncd.journal.coding import canonical
from syncd.journal.fences import Fence, hold
from syncd.journal.rows import AnyRow, once
from syncd.journal.schema import runs


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One run. `finished_at` None = it is still going, or it was cut off.

    `document` is the `run` document, or a shorter one with the `error` that ended the run.
    """

    run_id: str
    store: str
    actor: str
    plan_id: str | None
    started_at: datetime
    finished_at: datetime | None
    document: Mapping[str, Any] | None


def start(conn: Connection, *, fence: Fence, actor: str, now: datetime, plan_id: str | None = None) -> str:
    """Note that a run begins; returns its id, which names the store, the time and the fence."""
    hold(conn, fence)
    run_id = f"{fence.store}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{fence.number}"
    second = now.replace(microsecond=0)
    begun = conn.execute(_BEGUN(), {"of": fence.store, "since": second, "until": second + _SECOND}).scalars()
    alike = sum(one.startswith(run_id) for one in begun)
    run_id = f"{run_id}.{alike}" if alike else run_id
    row = {"run_id": run_id, "store": fence.store, "actor": actor, "plan_id": plan_id, "started_at": now}
    conn.execute(_INSERT(), [row])
    return run_id


_SECOND = timedelta(seconds=1)
_INSERT = once(runs.insert)
_BEGUN = once(
    lambda: select(runs.c.run_id).where(
        runs.c.store == bindparam("of"),
        runs.c.started_at >= bindparam("since"),
        runs.c.started_at < bindparam("until"),
    )
)


def finish(
    conn: Connection,
    *,
    fence: Fence,
    run_id: str,
    now: datetime,
    document: Mapping[str, Any],
    plan_id: str | None = None,
) -> None:
    """Note how the run ended."""
    hold(conn, fence)
    values = {"finished_at": now, "document": canonical(document)}
    if plan_id is not None:
        values["plan_id"] = plan_id
    conn.execute(_UPDATE(), {"of": run_id, **values})


_UPDATE = once(lambda: update(runs).where(runs.c.run_id == bindparam("of")))
"""Sets the columns that are given with it."""


def fail(conn: Connection, *, fence: Fence, run_id: str, now: datetime, error: str) -> None:
    """Note that the run ended with an error, in words; what it did until then is in the history."""
    hold(conn, fence)
    document = {"schema": 1, "run_id": run_id, "store": fence.store, "finished_at": rfc3339(now), "error": error}
    conn.execute(_UPDATE(), {"of": run_id, "finished_at": now, "document": canonical(document)})


def load(conn: Connection, run_id: str) -> RunRow | None:
    """One run, or None."""
    row = conn.execute(select(runs).where(runs.c.run_id == run_id)).one_or_none()
    return None if row is None else _run(row)


def latest(conn: Connection, *, store: str, limit: int = 20) -> list[RunRow]:
    """The store's runs, newest first."""
    statement = select(runs).where(runs.c.store == store).order_by(runs.c.started_at.desc(), runs.c.run_id.desc())
    return [_run(row) for row in conn.execute(statement.limit(limit))]


def _run(row: AnyRow) -> RunRow:
    return RunRow(
        run_id=row.run_id,
        store=row.store,
        actor=row.actor,
        plan_id=row.plan_id,
        started_at=row.started_at,
        finished_at=row.finished_at,
        document=None if row.document is None else json.loads(row.document),
    )
