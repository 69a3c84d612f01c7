"""The JSON documents about drift, runs, checks and history, exactly as published; `plan` has the plan's own.

Every key is always there, null when unknown. The schemas in `syncd/schemas` describe them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

from syncd.clock import rfc3339
from syncd.domain.ports import Check
from syncd.domain.steps import Plan, StepOutcome, StepState
from syncd.reconcile.catalogue import KINDS
from syncd.reconcile.plain import plain
from syncd.reconcile.plan import line_document, plan_document
from syncd.reconcile.view import Drift

SCHEMA = 1
"""Rises when a key of one of these documents changes its meaning."""


class Recorded(Protocol):
    """A drift as the journal keeps it."""

    @property
    def drift(self) -> Drift: ...
    @property
    def first_seen(self) -> datetime: ...
    @property
    def last_seen(self) -> datetime: ...
    @property
    def state(self) -> str: ...
    @property
    def confirmed(self) -> bool: ...
    @property
    def regressions(self) -> int: ...


class Read(Protocol):
    """How a source was last read."""

    @property
    def name(self) -> str: ...
    @property
    def complete(self) -> bool: ...
    @property
    def error(self) -> str | None: ...
    @property
    def observed_at(self) -> datetime | None: ...


class Event(Protocol):
    """One entry of the history."""

    @property
    def at(self) -> datetime: ...
    @property
    def actor(self) -> str: ...
    @property
    def what(self) -> str: ...
    @property
    def why(self) -> str | None: ...
    @property
    def order(self) -> str | None: ...
    @property
    def order_id(self) -> str | None: ...
    @property
    def before(self) -> Any: ...
    @property
    def after(self) -> Any: ...
    @property
    def hash(self) -> str: ...
    @property
    def previous(self) -> str | None: ...


def drift_document(
    records: Iterable[Recorded], *, store: str, sources: Iterable[Read], now: datetime
) -> dict[str, Any]:
    """Open drifts of one store with the state of the sources that they rest on, in the order given."""
    return {
        "schema": SCHEMA,
        "generated_at": rfc3339(now),
        "sources": [source_document(source, now=now) for source in sources],
        "drifts": [record_document(record, store=store) for record in records],
    }


def source_document(source: Read, *, now: datetime) -> dict[str, Any]:
    """One source; `age_s` is how long ago it was read, null when it never was."""
    age_s = None if source.observed_at is None else max(0.0, (now - source.observed_at).total_seconds())
    return {"name": source.name, "complete": source.complete, "error": source.error, "age_s": age_s}


def record_document(record: Recorded, *, store: str) -> dict[str, Any]:
    """One drift; `evidence.observed_at` is always there."""
    drift = record.drift
    kind = KINDS[drift.kind]
    return {
        "id": drift.id,
        "kind": drift.kind,
        "code": kind.code,
        "title": kind.title,
        "severity": drift.severity,
        "store": store,
        "order": drift.order,
        "order_id": drift.order_id,
        "thing": drift.thing,
        "source": drift.source,
        "lines": [line_document(line) for line in drift.lines],
        "since": drift.since and rfc3339(drift.since),
        "first_seen": rfc3339(record.first_seen),
        "last_seen": rfc3339(record.last_seen),
        "state": record.state,
        "confirmed": record.confirmed,
        "regressions": record.regressions,
        "evidence": {"observed_at": rfc3339(record.last_seen), **plain(drift.evidence)},
        "action": drift.action,
        "runbook": kind.runbook,
    }


def run_document(
    plan: Plan,
    outcomes: Sequence[StepOutcome],
    *,
    run_id: str,
    started_at: datetime,
    finished_at: datetime | None,
    settled: Sequence[StepOutcome] = (),
) -> dict[str, Any]:
    """What a run did: its plan, what came of each step, and how many steps ended in each state.

    `settled` are effects of earlier runs whose outcome was looked for before anything else.
    """
    states = [outcome.state for outcome in outcomes]
    return {
        "schema": SCHEMA,
        "run_id": run_id,
        "plan_id": plan.id,
        "store": plan.store,
        "started_at": rfc3339(started_at),
        "finished_at": finished_at and rfc3339(finished_at),
        "plan": plan_document(plan),
        "outcomes": [outcome_document(outcome) for outcome in outcomes],
        "settled": [outcome_document(outcome) for outcome in settled],
        "summary": {state.value: states.count(state) for state in StepState},
    }


def outcome_document(outcome: StepOutcome) -> dict[str, Any]:
    """What came of one step, which is named by its id."""
    return {
        "step": outcome.step.id,
        "order": outcome.step.order,
        "action": outcome.step.action.value,
        "state": outcome.state.value,
        "detail": {"code": outcome.code, "text": outcome.text},
        "attempts": outcome.attempts,
        "effect_id": outcome.effect_id,
    }


def check_document(checks: Iterable[Check]) -> dict[str, Any]:
    """What `syncd check` found."""
    return {
        "schema": SCHEMA,
        "checks": [
            {"name": check.name, "state": check.state, "text": check.text, "remedy": check.remedy} for check in checks
        ],
    }


def history_document(events: Iterable[Event]) -> dict[str, Any]:
    """The history of one store, oldest first as it is chained: each entry's `previous` is the `hash` before it."""
    return {"schema": SCHEMA, "events": [event_document(event) for event in events]}


def event_document(event: Event) -> dict[str, Any]:
    """One entry of the history."""
    return {
        "at": rfc3339(event.at),
        "actor": event.actor,
        "what": event.what,
        "order": event.order,
        "order_id": event.order_id,
        "why": event.why,
        "before": plain(event.before),
        "after": plain(event.after),
        "hash": event.hash,
        "previous": event.previous,
    }
