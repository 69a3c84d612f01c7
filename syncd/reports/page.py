"""What the HTML page says, as plain values: all words and numbers, no markup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from syncd.domain.steps import Refusal, StepOutcome, StepState
from syncd.reports.answers import Advice, Turn, advice
from syncd.reports.charts import Chart, column_chart, row_chart
from syncd.reports.digest import Answered, Digest, Group, digest, headline, tally, told
from syncd.reports.evidence import changes, facts
from syncd.reports.facts import DriftReport, Event, RunFacts, Source, StoreFacts
from syncd.reports.words import SEVERITIES, ago, clean, count, listed, moment, sentence, span, step_text

ENDS: dict[StepState, tuple[str, str]] = {
    StepState.VERIFIED: ("done, and read back", "good"),
    StepState.ALREADY_DONE: ("was so already", "good"),
    StepState.AWAITING_APPROVAL: ("waits for your yes", "wait"),
    StepState.REPORTED: ("only shown", "quiet"),
    StepState.REFUSED: ("not done", "wait"),
    StepState.UNKNOWN: ("outcome not known yet", "bad"),
    StepState.FAILED: ("failed", "bad"),
}
"""How a step ended, for a merchant, and the role that colours it."""


_RUNS = 10
"""Runs on the page; older ones are in the history."""
_ROWS = 250
"""Orders listed per case; the rest is counted, so that a bad day does not make a page that no phone can open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One big number."""

    name: str
    value: str
    note: str
    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """One source; `role` is ok, part or off."""

    name: str
    says: str
    role: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One drift in a case. `url` leads to the order in the store's admin; `store` is set where there are several."""

    where: str
    url: str | None
    store: str
    since: str
    again: bool
    facts: tuple[tuple[str, str], ...]
    happens: str
    command: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All drifts of one kind with one turn."""

    id: str
    title: str
    severity: str
    size: str
    advice: Advice
    rows: tuple[Row, ...]
    more: int
    """How many are not listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One step of a run."""

    where: str
    url: str | None
    store: str
    what: str
    end: str
    role: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCase:
    """One run."""

    title: str
    when: str
    steps: str
    rows: tuple[Done, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The whole page."""

    headline: str
    summary: str
    about: str
    generated: str
    tiles: tuple[Tile, ...]
    sources: tuple[SourceLine, ...]
    refused: tuple[Refusal, ...]
    yours: tuple[Case, ...]
    ours: tuple[Case, ...]
    ours_lead: str
    watched: tuple[Case, ...]
    charts: tuple[Chart, ...]
    legend: tuple[str, ...]
    runs: tuple[RunCase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCase:
    """One event of the history."""

    at: str
    order: str
    actor: str
    what: str
    why: str
    changes: tuple[str, ...]


def history_cases(events: Sequence[Event], *, zone: tzinfo) -> tuple[EventCase, ...]:
    """The history in words."""
    return tuple(
        EventCase(
            at=moment(event.at, zone=zone),
            order=clean(event.order or ""),
            actor=clean(event.actor),
            what=sentence(event.what.replace("_", " ")),
            why=clean(event.why),
            changes=changes(event.before, event.after, zone=zone),
        )
        for event in events
    )


def page(report: DriftReport) -> Page:
    """The report as a page's words and numbers."""
    numbers = digest(report)
    return Page(
        headline=headline(numbers),
        summary=_summary(report, numbers=numbers),
        about=listed(store.shop or store.name for store in report.stores),
        generated=moment(report.generated_at, zone=report.zone),
        tiles=_tiles(report, numbers=numbers),
        sources=tuple(_source(one, now=report.generated_at) for one in report.sources),
        refused=report.refused,
        yours=_cases(report, numbers=numbers, turn=Turn.YOU),
        ours=_cases(report, numbers=numbers, turn=Turn.SYNCD),
        ours_lead=_ours_lead(report),
        watched=_cases(report, numbers=numbers, turn=Turn.WATCH),
        charts=_charts(numbers),
        legend=_legend(numbers),
        runs=tuple(_run(run, report=report) for run in report.runs if _is_told(run))[:_RUNS],
    )


def _summary(report: DriftReport, *, numbers: Digest) -> str:
    looked = count(sum(store.orders for store in report.stores), "order")
    if not numbers.drifts:
        return f"syncd compared {looked} with the suppliers. Both sides say the same."
    found = count(numbers.drifts, "disagreement")
    ours = numbers.number(Turn.SYNCD)
    rest = f" It can settle {ours} of them without you." if ours else ""
    return f"syncd compared {looked} with the suppliers and found {found} in {count(numbers.orders, 'order')}.{rest}"


def _tiles(report: DriftReport, *, numbers: Digest) -> tuple[Tile, ...]:
    yours = [row.finding.since for group in numbers.of(Turn.YOU) for row in group.rows]
    ends = tally(report.runs)
    customers = sum(told(run.outcomes) for run in report.runs)
    runs = f"in {count(len(report.runs), 'run')}, each one read back" if report.runs else "no run yet"
    oldest = f"the oldest for {span(report.generated_at - min(yours))}" if yours else "nothing waits"
    ours = numbers.number(Turn.SYNCD)
    acting = "would go ahead in mode act" if _observing(report) else "settled in the next run"
    return (
        Tile(name="Left for you", value=str(len(yours)), note=oldest, role="you" if yours else ""),
        Tile(name="In syncd's hands", value=str(ours), note=acting if ours else "nothing to settle", role="syncd"),
        Tile(name="Put right lately", value=str(ends[StepState.VERIFIED]), note=runs),
        Tile(name="Customers told", value=str(customers), note="at most once per parcel"),
    )


def _observing(report: DriftReport) -> bool:
    return all(store.mode != "act" for store in report.stores)


def _ours_lead(report: DriftReport) -> str:
    if _observing(report):
        return "syncd only watches this store and changes nothing. In mode act it would settle these by itself."
    return "The next run settles these. Every change is read back, and no order is changed twice for the same reason."


def _source(one: Source, *, now: datetime) -> SourceLine:
    read = f"read {ago(one.observed_at, now=now)}" if one.observed_at else "never read"
    orders = f"{count(one.orders, 'order')}, " if one.orders is not None else ""
    problems = tuple(clean(f"{problem.place}: {problem.text}") for problem in one.problems[:5])
    if len(one.problems) > len(problems):
        problems += (f"and {len(one.problems) - len(problems)} more",)
    if one.error:
        says, role = f"not reachable: {clean(one.error)}; {'last ' if one.observed_at else ''}{read}", "off"
    elif not one.complete:
        says, role = f"{orders}read only in part, {ago(one.observed_at, now=now)}", "part"
    else:
        says, role = f"{orders}{read}", "ok"
    return SourceLine(name=clean(one.name), says=says, role=role, problems=problems)


def _cases(report: DriftReport, *, numbers: Digest, turn: Turn) -> tuple[Case, ...]:
    return tuple(_case(group, report=report) for group in numbers.of(turn))


def _case(group: Group, *, report: DriftReport) -> Case:
    return Case(
        id=f"{group.turn.value}-{group.kind}",
        title=group.title,
        severity=group.severity,
        size=count(group.orders, "order") if group.orders else count(len(group.rows), "source"),
        advice=advice(group.kind),
        rows=tuple(_row(row, report=report) for row in group.rows[:_ROWS]),
        more=max(0, len(group.rows) - _ROWS),
    )


def _row(row: Answered, *, report: DriftReport) -> Row:
    drift, store = row.finding.record.drift, report.store(row.finding.store)
    return Row(
        where=clean(drift.order or drift.source or drift.thing),
        url=store.admin_url(drift.order_id),
        store=_store_name(store, report=report),
        since=span(report.generated_at - row.finding.since),
        again=row.finding.record.regressions > 0,
        facts=facts(drift.evidence, zone=report.zone, limit=8),
        happens=sentence(row.answer.text),
        command=row.answer.command,
    )


def _store_name(store: StoreFacts, *, report: DriftReport) -> str:
    return clean(store.name) if len(report.stores) > 1 else ""


def _charts(numbers: Digest) -> tuple[Chart, ...]:
    if not numbers.drifts:
        return ()
    return (
        column_chart(numbers.ageing, chart_id="ageing", title="How long it has been so"),
        row_chart(numbers.by_kind, chart_id="kinds", title="What is wrong"),
        row_chart(numbers.by_supplier, chart_id="suppliers", title="Whose parcels"),
    )


def _legend(numbers: Digest) -> tuple[str, ...]:
    shown = {severity for share in numbers.by_kind for severity, _ in share.by_severity}
    return tuple(severity for severity in SEVERITIES if severity in shown)


def _is_told(run: RunFacts) -> bool:
    """Whether anything came of it that a merchant would want to know."""
    return any(ENDS[outcome.state][1] in {"good", "bad"} or outcome.code for outcome in run.outcomes)


def _run(run: RunFacts, *, report: DriftReport) -> RunCase:
    done = sum(outcome.state is StepState.VERIFIED for outcome in run.outcomes)
    who = f" by {clean(run.actor)}" if run.actor else ""
    where = f"{clean(run.store)}, " if len(report.stores) > 1 else ""
    return RunCase(
        title=f"{count(done, 'change')} made and read back",
        when=f"{where}{moment(run.started_at, zone=report.zone)}{who}",
        steps=count(len(run.outcomes), "step"),
        rows=tuple(_done(one, run=run, report=report) for one in run.outcomes),
    )


def _done(one: StepOutcome, *, run: RunFacts, report: DriftReport) -> Done:
    end, role = ENDS[one.state]
    store = report.store(run.store)
    notified = ", customer told" if one.step.notify_customer and one.state is StepState.VERIFIED else ""
    return Done(
        where=clean(one.step.order),
        url=store.admin_url(one.step.order_id),
        store=_store_name(store, report=report),
        what=sentence(step_text(one.step, is_done=one.state is StepState.VERIFIED)),
        end=end + notified,
        role=role,
        text=clean(one.text),
    )
