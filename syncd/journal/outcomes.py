"""Keeps what came of a step, in one transaction: the intent's state, the history, and what the order shows now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from syncd.domain.orders import Fulfillment, FulfillmentOrder, Order
from syncd.domain.steps import StepOutcome, StepState
from syncd.journal import history, intents, mirror
from syncd.journal.fences import Fence
from syncd.journal.intents import IntentRow, IntentState
from syncd.reconcile.units import FINISHED

_STATES = {
    StepState.VERIFIED: (IntentState.DONE, IntentState.VERIFIED),
    StepState.REFUSED: (IntentState.REFUSED,),
    StepState.UNKNOWN: (IntentState.UNKNOWN,),
}
"""The states that an intent goes through from `sent` for each thing that can come of its step."""


def keep_outcome(
    conn: Connection,
    *,
    fence: Fence,
    outcome: StepOutcome,
    before: Order | None,
    after: Order,
    actor: str,
    run_id: str,
    now: datetime,
) -> None:
    """Keep it. `before` None = the step was sent by an earlier run; what was so before it is in that run's plan."""
    step = outcome.step
    for state in _left(intents.load(conn, step.id), _STATES[outcome.state]):
        intents.outcome(
            conn,
            fence=fence,
            intent_id=step.id,
            state=state,
            code=outcome.code,
            text=outcome.text,
            effect_id=outcome.effect_id,
            request_id=None,
            now=now,
        )
    history.append(
        conn,
        store=step.store,
        at=now,
        actor=actor,
        what=f"{step.action.value} {outcome.state.value}",
        order_id=step.order_id,
        order=step.order,
        why=" ".join(part for part in (step.why, step.message, outcome.text) if part),
        before=None if before is None else shown(before),
        after=shown(after),
        run_id=run_id,
    )
    mirror.record_orders(conn, store=step.store, orders=[after], now=now)


def _left(row: IntentRow | None, states: tuple[IntentState, ...]) -> tuple[IntentState, ...]:
    """Those of `states` that the intent has not been through."""
    return states[states.index(row.state) + 1 :] if row is not None and row.state in states else states


def shown(order: Order) -> dict[str, Any]:
    """What the history says of an order: what is fulfilled, what is left to do and where, tags, whether it is archived.

    In words, since people read it to find out what happened; finished fulfillment orders say nothing and are left out.
    """
    skus = {line.id: line.sku or line.title or line.id for line in order.lines}
    return {
        "archived": order.closed,
        "tags": sorted(order.tags),
        "fulfilled": [_done(one, skus) for one in order.fulfillments],
        "to do": [_work(one, skus) for one in order.fulfillment_orders if one.status not in FINISHED],
    }


def _done(one: Fulfillment, skus: Mapping[str, str]) -> str:
    numbers = " ".join(tracking.number for tracking in one.tracking) or "no number"
    units = _units(((line.line_id, line.quantity) for line in one.lines), skus)
    return f"{one.name or one.id} {one.status.value}: {units}, {numbers}"


def _work(one: FulfillmentOrder, skus: Mapping[str, str]) -> str:
    held = "".join(f", held: {hold.reason}" for hold in one.holds)
    units = _units(((line.line_id, line.remaining) for line in one.lines), skus)
    return f"{one.location_name} {one.status.value}/{one.request_status.value}: {units}{held}"


def _units(parts: Iterable[tuple[str, int]], skus: Mapping[str, str]) -> str:
    return (
        " + ".join(f"{quantity} x {skus.get(line_id, line_id)}" for line_id, quantity in parts if quantity) or "0 units"
    )
