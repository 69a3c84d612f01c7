"""The effects that syncd intended: one row each, written before the call and after it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, Update, bindparam, select, update

from syncd.domain.steps import Step
from syncd.journal import notifications, pauses
from syncd.journal.coding import canonical, decode, encode
from syncd.journal.fences import Fence, hold, renew
from syncd.journal.rows import AnyRow, among, chunks
from syncd.journal.schema import intents


class IntentState(StrEnum):
    """Where an intended effect stands."""

    PENDING = "pending"
    """Decided and written down; nothing was sent, or certainly nothing left."""
    SENT = "sent"
    """About to leave or on its way: whether it took effect is not known until it is read back."""
    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    VERIFIED = "verified"
    """The effect was seen by reading back."""


_NEXT: Mapping[IntentState, frozenset[IntentState]] = {
    IntentState.PENDING: frozenset({IntentState.SENT, IntentState.REFUSED}),
    IntentState.SENT: frozenset({IntentState.PENDING, IntentState.DONE, IntentState.REFUSED, IntentState.UNKNOWN}),
    # A settlement may find that an unknown attempt took effect, did not (try again), or was refused.
    IntentState.UNKNOWN: frozenset(set(IntentState) - {IntentState.PENDING}),
    # An "it is so already" answers nothing until it is read back, so what follows it may be anything but a second call.
    IntentState.DONE: frozenset(set(IntentState) - {IntentState.PENDING, IntentState.SENT}),
    # The same situation may be tried again after a person, or time, removed the cause.
    IntentState.REFUSED: frozenset(set(IntentState) - {IntentState.PENDING}),
    IntentState.VERIFIED: frozenset(),
}
"""What may follow what. `sent` never follows `sent`: that would be sending again without having looked."""

UNSETTLED = (IntentState.SENT, IntentState.UNKNOWN, IntentState.DONE)
"""`done` is here too: it is what was answered, and what was not read back yet when its run ended."""
WITHOUT_EFFECT = "without_effect"
"""The code of an attempt that nobody heard an answer to, and of which reading back shows nothing."""
_UNSURE = "unsure_attempt"
"""Among the evidence: the first attempt whose answer was never seen."""
SETTLED_WELL = (IntentState.DONE, IntentState.VERIFIED)


class IllegalTransition(Exception):
    """A bug of ours: an intent was to be moved to a state that cannot follow its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentRow:
    """One intended effect as the journal keeps it. `evidence` is what the decision rested on, JSON-ready."""

    id: str
    store: str
    state: IntentState
    step: Step
    evidence: Mapping[str, Any]
    run_id: str
    fence: int
    attempts: int
    created_at: datetime
    touched_at: datetime
    """When its state last changed."""
    sent_at: datetime | None = None
    deadline_at: datetime | None = None
    code: str = ""
    text: str = ""
    effect_id: str | None = None
    request_id: str | None = None


def begin(
    conn: Connection, *, fence: Fence, step: Step, evidence: Mapping[str, Any], run_id: str, now: datetime
) -> IntentRow:
    """The intent of `step`, pending. A row with the same id is returned as it is: the caller looks at its state."""
    hold(conn, fence)
    kept = load(conn, step.id)
    if kept is not None:
        return kept
    row = {
        "id": step.id,
        "store": step.store,
        "order_id": step.order_id,
        "action": step.action.value,
        "state": IntentState.PENDING.value,
        "fence": fence.number,
        "attempts": 0,
        "run_id": run_id,
        "step": encode(step),
        "evidence": canonical(evidence),
        "created_at": now,
        "touched_at": now,
        "code": "",
        "text": "",
    }
    conn.execute(intents.insert(), [row])
    return _found(conn, step.id)


def sent(
    conn: Connection,
    *,
    fence: Fence,
    intent_id: str,
    deadline_at: datetime,
    now: datetime,
    step: Step | None = None,
    lease: timedelta | None = None,
) -> IntentRow:
    """Note that the call is about to leave, and that the customer may hear of these parcels through it.

    `step` is the same step with the ids that the re-read of its target found, where it was re-read. `lease`: the fence is
    renewed for that long in the same transaction, so that no call can outlive it.

    Raises Paused while writes are paused, and AlreadyNotified when another intent told, or may have told, the customer about
    one of them; nothing is kept then.
    """
    if lease is None:
        hold(conn, fence)
    else:
        renew(conn, fence, now=now, lease=lease)
    pauses.must_not_be(conn, store=fence.store, now=now)
    row = _found(conn, intent_id)
    if step is not None:
        row = replace(row, step=replace(step, id=row.id))
    _check(row, IntentState.SENT)
    if row.step.notify_customer:
        notifications.claim(conn, _told(row, now=now))
    _change(
        conn,
        row,
        step=encode(row.step),
        state=IntentState.SENT,
        fence=fence.number,
        attempts=row.attempts + 1,
        sent_at=now,
        deadline_at=deadline_at,
        touched_at=now,
        code="",
        text="",
    )
    return _found(conn, intent_id)


def outcome(
    conn: Connection,
    *,
    fence: Fence,
    intent_id: str,
    state: IntentState | str,
    code: str,
    text: str,
    effect_id: str | None,
    request_id: str | None,
    now: datetime,
) -> IntentRow:
    """Note what came of it.

    `pending` after `sent` says that certainly nothing left. With it, and with `refused`, the customer counts as not told, as
    long as every earlier attempt was answered for certain.
    Ids that are None leave the kept ones. Raises IllegalTransition.
    """
    hold(conn, fence)
    row = _found(conn, intent_id)
    new = IntentState(state)
    _check(row, new)
    if new is IntentState.UNKNOWN or code == WITHOUT_EFFECT:
        row = replace(row, evidence={_UNSURE: row.attempts, **row.evidence})
    if new in {IntentState.PENDING, IntentState.REFUSED} and row.evidence.get(_UNSURE, row.attempts) >= row.attempts:
        # After another attempt nobody can vouch for one whose answer was never seen, so its parcels stay counted.
        notifications.give_back(conn, intent_id=intent_id)
    elif row.step.notify_customer:
        notifications.keep(conn, _told(row, now=now))
    _change(
        conn,
        row,
        state=new,
        fence=fence.number,
        code=code,
        text=text,
        touched_at=now,
        effect_id=effect_id or row.effect_id,
        request_id=request_id or row.request_id,
        evidence=canonical(row.evidence),
    )
    return _found(conn, intent_id)


def load(conn: Connection, intent_id: str) -> IntentRow | None:
    """One intent, or None."""
    row = conn.execute(_one(), {"id": intent_id}).one_or_none()
    return None if row is None else _intent(row)


@cache
def _one() -> Select[Any]:
    return select(intents).where(intents.c.id == bindparam("id"))


def unsettled(conn: Connection, *, store: str) -> list[IntentRow]:
    """Intents that nobody has seen the effect of yet, oldest first: settled before anything else is done for the store."""
    return [_intent(row) for row in conn.execute(_unsettled(), {"store": store})]


@cache
def _unsettled() -> Select[Any]:
    is_open = intents.c.state.in_([state.value for state in UNSETTLED])
    statement = select(intents).where(intents.c.store == bindparam("store"), is_open)
    return statement.order_by(intents.c.created_at, intents.c.id)


def give_up_pending(conn: Connection, *, fence: Fence, before: datetime, now: datetime) -> int:
    """Refuse what was written down before then and never sent: its run ended in between. Returns how many."""
    hold(conn, fence)
    values = {"state": IntentState.REFUSED.value, "code": "abandoned", "text": "Its run ended before it was sent."}
    stale = {"of_store": fence.store, "before": before}
    return conn.execute(_pending(), {**stale, **values, "touched_at": now, "fence": fence.number}).rowcount


@cache
def _pending() -> Update:
    return update(intents).where(
        intents.c.store == bindparam("of_store"),
        intents.c.state == IntentState.PENDING.value,
        intents.c.touched_at < bindparam("before"),
    )


def of_order(conn: Connection, *, store: str, order_id: str) -> list[IntentRow]:
    """Everything that was ever intended for one order, oldest first."""
    return list(of_orders(conn, store=store, order_ids=[order_id]).get(order_id, ()))


def of_orders(conn: Connection, *, store: str, order_ids: Collection[str]) -> dict[str, list[IntentRow]]:
    """By order: everything that was ever intended for it, oldest first."""
    found: dict[str, list[IntentRow]] = defaultdict(list)
    for row in conn.execute(_of_orders(), {"store": store, "ids": list(order_ids)}):
        found[row.order_id].append(_intent(row))
    return found


@cache
def _of_orders() -> Select[Any]:
    these = (intents.c.store == bindparam("store"), among(intents.c.order_id, "ids"))
    return select(intents).where(*these).order_by(intents.c.created_at, intents.c.id)


def done(conn: Connection, ids: Iterable[str]) -> dict[str, IntentRow]:
    """Those of these steps that were carried out already, by id."""
    found: dict[str, IntentRow] = {}
    for chunk in chunks(ids):
        statement = select(intents).where(
            intents.c.id.in_(chunk), intents.c.state.in_([state.value for state in SETTLED_WELL])
        )
        found |= {row.id: _intent(row) for row in conn.execute(statement)}
    return found


def _told(row: IntentRow, *, now: datetime) -> notifications.Told:
    return notifications.Told(
        store=row.store, order_id=row.step.order_id, parcels=row.step.parcels, intent_id=row.id, at=now
    )


def _check(row: IntentRow, new: IntentState) -> None:
    if new not in _NEXT[row.state]:
        raise IllegalTransition(f"intent {row.id} ({row.step.action}, order {row.step.order}): {row.state} -> {new}")


def _change(conn: Connection, row: IntentRow, **values: Any) -> None:
    conn.execute(_changing(), {"of": row.id, **values})


@cache
def _changing() -> Update:
    return update(intents).where(intents.c.id == bindparam("of"))


def _found(conn: Connection, intent_id: str) -> IntentRow:
    row = load(conn, intent_id)
    if row is None:
        raise LookupError(f"there is no intent {intent_id}")
    return row


def _intent(row: AnyRow) -> IntentRow:
    return IntentRow(
        id=row.id,
        store=row.store,
        state=IntentState(row.state),
        step=decode(Step, row.step),
        evidence=json.loads(row.evidence),
        run_id=row.run_id,
        fence=row.fence,
        attempts=row.attempts,
        created_at=row.created_at,
        touched_at=row.touched_at,
        sent_at=row.sent_at,
        deadline_at=row.deadline_at,
        code=row.code,
        text=row.text,
        effect_id=row.effect_id,
        request_id=row.request_id,
    )
