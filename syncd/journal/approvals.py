"""Steps that wait for a person's yes. An approval is for one step id, that is for one effect in one situation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, bindparam, select, update

from syncd.domain.steps import Step
from syncd.errors import UsageError
from syncd.journal import history, intents
from syncd.journal.coding import decode, encode
from syncd.journal.rows import AnyRow, among, chunks, once, upsert
from syncd.journal.schema import approvals

KEPT_FOR = timedelta(days=7)
"""How long a request, or a yes that was not used, holds. A week: our choice, a merchant may be away for some days."""


class ApprovalState(StrEnum):
    """What became of a request."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRow:
    """One request. It counts for nothing once `expires_at` is past."""

    step: Step
    plan_id: str
    state: ApprovalState
    requested_at: datetime
    expires_at: datetime
    decided_at: datetime | None = None
    actor: str | None = None
    reason: str = ""


def request(
    conn: Connection,
    *,
    store: str,
    steps: Iterable[Step],
    plan_id: str,
    now: datetime,
    expires_after: timedelta = KEPT_FOR,
) -> tuple[str, ...]:
    """Ask for these steps; returns the ids of those that were not asked for already.

    One that waits or was decided stays as it is; one that expired is asked for anew.
    """
    asked: list[str] = []
    for chunk in chunks(steps):
        running = _running(conn, store=store, ids=[step.id for step in chunk], now=now)
        rows = [
            {
                "store": store,
                "step_id": step.id,
                "plan_id": plan_id,
                "step": encode(step),
                "state": ApprovalState.REQUESTED.value,
                "requested_at": now,
                "expires_at": now + expires_after,
                "decided_at": None,
                "actor": None,
                "reason": "",
            }
            for step in {step.id: step for step in chunk}.values()
            if step.id not in running
        ]
        upsert(conn, approvals, rows)
        asked.extend(str(row["step_id"]) for row in rows)
    return tuple(asked)


def waiting(conn: Connection, *, store: str, now: datetime) -> list[ApprovalRow]:
    """Requests that wait for an answer, oldest first."""
    return _rows(conn, store=store, state=ApprovalState.REQUESTED, now=now)


def approved(conn: Connection, *, store: str, now: datetime) -> list[ApprovalRow]:
    """Requests with a yes that still holds, oldest first."""
    return _rows(conn, store=store, state=ApprovalState.APPROVED, now=now)


def approved_ids(conn: Connection, *, store: str, now: datetime) -> frozenset[str]:
    """Ids of the steps with a yes that still holds."""
    these = {"store": store, "state": ApprovalState.APPROVED.value, "now": now}
    return frozenset(conn.execute(_HOLDING_IDS(), these).scalars())


def undecided(conn: Connection, *, store: str, now: datetime) -> list[ApprovalRow]:
    """What a person may still decide on, oldest first: what waits, and a yes that was not used yet, which may be taken back."""
    unused = approved(conn, store=store, now=now)
    used = intents.done(conn, [row.step.id for row in unused])
    found = [*waiting(conn, store=store, now=now), *(row for row in unused if row.step.id not in used)]
    return sorted(found, key=lambda row: (row.requested_at, row.step.id))


def approve(conn: Connection, *, store: str, step_id: str, actor: str, now: datetime, reason: str = "") -> ApprovalRow:
    """A person's yes, told to the history. Raises UsageError when nothing of that id waits."""
    return _decide(conn, store, step_id, state=ApprovalState.APPROVED, actor=actor, now=now, reason=reason)


def reject(conn: Connection, *, store: str, step_id: str, actor: str, now: datetime, reason: str = "") -> ApprovalRow:
    """A person's no, told to the history; it also takes back a yes. The step is not asked for again in this situation.

    Raises UsageError when nothing of that id waits or holds a yes.
    """
    return _decide(conn, store, step_id, state=ApprovalState.REJECTED, actor=actor, now=now, reason=reason)


def _decide(
    conn: Connection, store: str, step_id: str, *, state: ApprovalState, actor: str, now: datetime, reason: str
) -> ApprovalRow:
    may_be = {ApprovalState.REQUESTED.value}
    if state is ApprovalState.REJECTED:
        may_be.add(ApprovalState.APPROVED.value)
    changed = conn.execute(
        update(approvals)
        .where(
            approvals.c.store == store,
            approvals.c.step_id == step_id,
            approvals.c.state.in_(may_be),
            approvals.c.expires_at > now,
        )
        .values(state=state.value, decided_at=now, actor=actor, reason=reason)
    )
    if changed.rowcount != 1:
        raise UsageError(f"{store}: no step {step_id} waits for approval.", remedy="See: syncd approvals")
    statement = select(approvals).where(approvals.c.store == store, approvals.c.step_id == step_id)
    row = _approval(conn.execute(statement).one())
    history.append(
        conn,
        store=store,
        at=now,
        actor=actor,
        what=f"step.{state.value}",
        order_id=row.step.order_id,
        order=row.step.order,
        why=reason,
        after={"step": step_id, "action": row.step.action.value},
    )
    return row


def _running(conn: Connection, *, store: str, ids: list[str], now: datetime) -> set[str]:
    """Requests that need no asking: they wait, hold a yes, or got a no (which does not expire)."""
    return set(conn.execute(_RUNNING(), {"store": store, "ids": ids, "now": now}).scalars())


_RUNNING = once(
    lambda: select(approvals.c.step_id).where(
        approvals.c.store == bindparam("store"),
        among(approvals.c.step_id, "ids"),
        (approvals.c.expires_at > bindparam("now")) | (approvals.c.state == ApprovalState.REJECTED.value),
    )
)


def _rows(conn: Connection, *, store: str, state: ApprovalState, now: datetime) -> list[ApprovalRow]:
    rows = conn.execute(_HOLDING(), {"store": store, "state": state.value, "now": now})
    return [_approval(row) for row in rows]


_HOLDING = once(
    lambda: (
        select(approvals)
        .where(
            approvals.c.store == bindparam("store"),
            approvals.c.state == bindparam("state"),
            approvals.c.expires_at > bindparam("now"),
        )
        .order_by(approvals.c.requested_at, approvals.c.step_id)
    )
)
_HOLDING_IDS = once(lambda: _HOLDING().with_only_columns(approvals.c.step_id).order_by(None))


def _approval(row: AnyRow) -> ApprovalRow:
    return ApprovalRow(
        step=decode(Step, row.step),
        plan_id=row.plan_id,
        state=ApprovalState(row.state),
        requested_at=row.requested_at,
        expires_at=row.expires_at,
        decided_at=row.decided_at,
        actor=row.actor,
        reason=row.reason,
    )
