"""Reports as tables, for CSV and XLSX: the same columns and rows in both."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from syncd.clock import rfc3339
from syncd.reports.answers import runbook, title
from syncd.reports.digest import Answered, digest
from syncd.reports.facts import DriftReport, Event, RunFacts
from syncd.reports.words import clean, lines_text, tracking_text

Cell = str | int | float | bool | datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table with a name. Cells are not yet made safe: each format does that for itself."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


DRIFT_COLUMNS = (
    "store", "order", "order_id", "severity", "kind", "title", "since", "age_h", "state", "confirmed", "regressions",
    "first_seen", "last_seen", "supplier", "lines", "tracking", "whose_turn", "what_happens", "approval", "step_id",
    "runbook", "evidence", "drift_id",
)  # fmt: skip
HISTORY_COLUMNS = ("at", "store", "order", "order_id", "actor", "what", "why", "before", "after", "hash", "previous")
RUN_COLUMNS = (
    "run_id", "store", "started_at", "finished_at", "order", "order_id", "action", "lines", "tracking",
    "notify_customer", "drift", "state", "code", "text", "attempts", "effect_id", "step_id",
)  # fmt: skip
SOURCE_COLUMNS = ("name", "role", "complete", "observed_at", "orders", "error", "problems")


def drift_sheet(report: DriftReport) -> Sheet:
    """One row per drift, most urgent first."""
    numbers = digest(report)
    rows = [_drift_row(row, now=report.generated_at) for group in numbers.groups for row in group.rows]
    return Sheet(name="Drift", columns=DRIFT_COLUMNS, rows=tuple(rows))


def source_sheet(report: DriftReport) -> Sheet:
    """One row per store and supplier: how well it could be read."""
    rows = tuple(
        (
            one.name, one.role, one.complete, one.observed_at, one.orders, one.error or "",
            "; ".join(f"{problem.place}: {problem.text}" for problem in one.problems),
        )
        for one in report.sources
    )  # fmt: skip
    return Sheet(name="Sources", columns=SOURCE_COLUMNS, rows=rows)


def run_sheet(runs: tuple[RunFacts, ...]) -> Sheet:
    """One row per step of these runs, with what came of it."""
    rows = tuple(
        (
            run.run_id, run.store, run.started_at, run.finished_at, one.step.order, one.step.order_id,
            one.step.action.value, lines_text(one.step.lines), tracking_text(one.step.tracking),
            one.step.notify_customer, one.step.drift, one.state.value, one.code, one.text, one.attempts,
            one.effect_id, one.step.id,
        )
        for run in runs
        for one in run.outcomes
    )  # fmt: skip
    return Sheet(name="What syncd did", columns=RUN_COLUMNS, rows=rows)


def history_sheet(events: tuple[Event, ...]) -> Sheet:
    """One row per entry of the history, in the order given."""
    rows = tuple(
        (
            one.at, one.store, one.order, one.order_id, one.actor, one.what, one.why,
            _json(one.before), _json(one.after), one.hash, one.previous,
        )
        for one in events
    )  # fmt: skip
    return Sheet(name="History", columns=HISTORY_COLUMNS, rows=rows)


def _drift_row(row: Answered, *, now: datetime) -> tuple[Cell, ...]:
    finding, record = row.finding, row.finding.record
    drift, step = record.drift, finding.step
    return (
        finding.store, drift.order, drift.order_id, drift.severity, drift.kind, title(drift.kind), finding.since,
        int((now - finding.since).total_seconds() // 3600), record.state, record.confirmed, record.regressions,
        record.first_seen, record.last_seen, (step.supplier if step else None) or drift.source,
        lines_text(drift.lines), tracking_text(step.tracking) if step else "", row.answer.turn.value,
        row.answer.text, step.approval.value if step else "", step.id if step else "", runbook(drift.kind),
        _json(drift.evidence), drift.id,
    )  # fmt: skip


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str) if value else ""


def plain(cell: Cell) -> str:
    """A cell as text: instants RFC 3339, yes and no as true and false, nothing as the empty string."""
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case datetime():
            return rfc3339(cell)
        case str():
            return clean(cell)
        case _:
            return str(cell)
