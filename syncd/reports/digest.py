"""Sorts a drift report into what a reader looks for: what needs them, what syncd does, and how it adds up."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from syncd.domain.steps import StepOutcome, StepState
from syncd.reports.answers import Answer, Turn, answer, catalogue_place, title
from syncd.reports.facts import DriftReport, Finding, RunFacts
from syncd.reports.words import SEVERITIES, count

AGES = (
    ("under 1 day", timedelta(days=1)),
    ("1 to 2 days", timedelta(days=3)),
    ("3 to 6 days", timedelta(days=7)),
    ("7 to 13 days", timedelta(days=14)),
    ("14 to 29 days", timedelta(days=30)),
    ("30 days and more", timedelta.max),
)
"""Upper ends of the age classes; a drift of exactly that age is in the next one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One drift with what becomes of it."""

    finding: Finding
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """All drifts of one kind that have the same turn, oldest first. `severity` is the most urgent one in it."""

    kind: str
    title: str
    severity: str
    turn: Turn
    rows: tuple[Answered, ...]

    @property
    def orders(self) -> int:
        """Different orders in it; a drift that is about a source counts as none."""
        return len({(row.finding.store, row.finding.record.drift.order_id) for row in self.rows if _order(row)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One bar of a chart, cut by severity."""

    label: str
    total: int
    by_severity: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A report, sorted. Groups stand most urgent first."""

    groups: tuple[Group, ...]
    drifts: int
    orders: int
    ageing: tuple[Share, ...]
    by_kind: tuple[Share, ...]
    by_supplier: tuple[Share, ...]

    def of(self, turn: Turn) -> tuple[Group, ...]:
        """The groups in which it is `turn`'s turn."""
        return tuple(group for group in self.groups if group.turn is turn)

    def number(self, turn: Turn) -> int:
        """How many drifts are `turn`'s."""
        return sum(len(group.rows) for group in self.of(turn))


def digest(report: DriftReport) -> Digest:
    """The report sorted for reading."""
    rows = [Answered(finding=one, answer=answer(one, store=report.store(one.store))) for one in report.findings]
    rows.sort(key=_urgency)
    return Digest(
        groups=_groups(rows),
        drifts=len(rows),
        orders=len({(row.finding.store, row.finding.record.drift.order_id) for row in rows if _order(row)}),
        ageing=_ageing(rows, now=report.generated_at),
        by_kind=_shares(rows, labels=[title(row.finding.record.drift.kind) for row in rows]),
        by_supplier=_shares(rows, labels=[_supplier(row) for row in rows]),
    )


def headline(numbers: Digest) -> str:
    """The report in one sentence."""
    if not numbers.drifts:
        return "Everything agrees."
    groups = numbers.of(Turn.YOU)
    yours = [row.finding for group in groups for row in group.rows]
    if not yours:
        return "Nothing needs you."
    orders = {(one.store, one.record.drift.order_id) for one in yours}
    only_orders = all(one.record.drift.order_id for one in yours)
    number, noun = (len(orders), "order") if only_orders else (len(yours), "thing")
    return f"{count(number, noun)} {'needs' if number == 1 else 'need'} you."


def tally(runs: Iterable[RunFacts]) -> Counter[StepState]:
    """How the steps of these runs ended."""
    return Counter(outcome.state for run in runs for outcome in run.outcomes)


def told(outcomes: Iterable[StepOutcome]) -> int:
    """How many customers were, or may have been, told."""
    sent = {StepState.VERIFIED, StepState.UNKNOWN}
    return len({one.step.order_id for one in outcomes if one.step.notify_customer and one.state in sent})


def natural(text: str) -> tuple[tuple[int, str], ...]:
    """A sort key that puts #999 before #1000."""
    return tuple((int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", text))


def rank(severity: str) -> int:
    """0 = critical; unknown words come last."""
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)


def _urgency(row: Answered) -> tuple[int, int, datetime, tuple[tuple[int, str], ...], str]:
    drift = row.finding.record.drift
    return (
        rank(drift.severity),
        catalogue_place(drift.kind),
        row.finding.since,
        natural(drift.order or ""),
        drift.id,
    )


def _groups(rows: list[Answered]) -> tuple[Group, ...]:
    sorted_rows: dict[tuple[Turn, str], list[Answered]] = {}
    for row in rows:
        sorted_rows.setdefault((row.answer.turn, row.finding.record.drift.kind), []).append(row)
    return tuple(
        Group(
            kind=kind,
            title=title(kind),
            severity=members[0].finding.record.drift.severity,
            turn=turn,
            rows=tuple(members),
        )
        for (turn, kind), members in sorted_rows.items()
    )


def _ageing(rows: list[Answered], *, now: datetime) -> tuple[Share, ...]:
    labels = [_age_label(now - row.finding.since) for row in rows]
    shares = {share.label: share for share in _shares(rows, labels=labels)}
    return tuple(shares.get(label, Share(label=label, total=0, by_severity=())) for label, _ in AGES)


def _age_label(age: timedelta) -> str:
    return next(label for label, end in AGES if age < end)


def _shares(rows: list[Answered], *, labels: list[str]) -> tuple[Share, ...]:
    cells = Counter((label, row.finding.record.drift.severity) for label, row in zip(labels, rows, strict=True))
    shares = [
        Share(
            label=label,
            total=sum(cells[label, severity] for severity in SEVERITIES),
            by_severity=tuple((severity, cells[label, severity]) for severity in SEVERITIES if cells[label, severity]),
        )
        for label in dict.fromkeys(labels)
    ]
    return tuple(sorted(shares, key=lambda share: -share.total))


def _supplier(row: Answered) -> str:
    drift = row.finding.record.drift
    step = row.finding.step
    return (step.supplier if step else None) or drift.source or "no supplier"


def _order(row: Answered) -> bool:
    return row.finding.record.drift.order_id is not None
