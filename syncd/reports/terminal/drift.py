"""The drift report: what is wrong, with which order, since when, and what syncd will do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from rich.console import RenderableType
from rich.text import Text

from syncd.domain.steps import Refusal
from syncd.reports.answers import Turn, advice
from syncd.reports.digest import Answered, Digest, Group, digest, headline
from syncd.reports.evidence import facts_text
from syncd.reports.facts import DriftReport
from syncd.reports.terminal.sources import sources
from syncd.reports.terminal.style import SEVERITY, ByWidth, columns, heading, indent, stack, text
from syncd.reports.words import count, listed, span

_TURNS = (
    (Turn.YOU, "Left for you"),
    (Turn.SYNCD, "In syncd's hands"),
    (Turn.WATCH, "Being watched"),
)


def drift_report(report: DriftReport, *, limit: int | None = None) -> RenderableType:
    """The whole report; of each kind at most `limit` orders are listed, and the rest is counted."""
    numbers = digest(report)
    parts: list[RenderableType] = [_summary(report, numbers=numbers), Text()]
    if report.sources:
        parts += [sources(report.sources, now=report.generated_at), Text()]
    if report.refused:
        parts += [refusals(report.refused), Text()]
    for turn, name in _TURNS:
        groups = numbers.of(turn)
        if groups:
            parts.append(heading(name, aside=count(numbers.number(turn), "drift")))
            parts += [indent(_group(group, report=report, limit=limit)) for group in groups]
    return stack(parts)


def refusals(refused: Sequence[Refusal]) -> RenderableType:
    """What the guards hold back: the arithmetic and the way out."""
    parts: list[RenderableType] = [heading("Held back by a guard")]
    for one in refused:
        parts.append(indent(text(one.text, "yellow")))
        if one.remedy:
            parts.append(indent(text(one.remedy, "dim")))
    return stack(parts)


def _summary(report: DriftReport, *, numbers: Digest) -> Text:
    stores = listed(f"{store.name} ({store.mode})" for store in report.stores) or "no store"
    looked = sum(store.orders for store in report.stores)
    line = text(headline(numbers), "bold")
    line.append(f"\n{stores}: {count(looked, 'order')} looked at, ")
    if not numbers.drifts:
        return line.append("no drift.")
    line.append(f"{count(numbers.drifts, 'drift')} in {count(numbers.orders, 'order')}; ")
    line.append(
        f"{numbers.number(Turn.SYNCD)} in syncd's hands, {numbers.number(Turn.YOU)} left for you, "
        f"{numbers.number(Turn.WATCH)} being watched."
    )
    return line


def _group(group: Group, *, report: DriftReport, limit: int | None) -> RenderableType:
    rows = [_cells(row, report=report) for row in (group.rows if limit is None else group.rows[:limit])]
    table = columns("order", "since", "what was seen", "what happens", ratio=(None, None, 3, 3))
    for cells in rows:
        table.add_row(*cells)
    parts: list[RenderableType] = [_title(group), ByWidth(indent(table, 9), indent(stack(map(_tall, rows))), limit=76)]
    if len(rows) < len(group.rows):
        parts.append(_inside(text(f"and {len(group.rows) - len(rows)} more", "dim")))
    if group.turn is Turn.YOU:
        said = advice(group.kind)
        parts.append(_inside(Text.assemble(("do  ", "bold yellow"), text(f"{said.you} {said.mind}"))))
    return stack([*parts, Text()])


def _title(group: Group) -> Text:
    title = Text.assemble((f"{group.severity:<8} ", SEVERITY.get(group.severity, "")), text(group.title, "bold"))
    return title.append(f"  {group.kind}", style="dim")


def _inside(words: Text) -> RenderableType:
    return ByWidth(indent(words, 9), indent(words), limit=76)


def _tall(cells: tuple[Text, Text, Text, Text]) -> RenderableType:
    """A row for a narrow terminal: its cells one under the other."""
    order, since, seen, happens = cells
    return stack([Text.assemble(order, "  ", since), indent(seen), indent(happens)])


def _cells(row: Answered, *, report: DriftReport) -> tuple[Text, Text, Text, Text]:
    drift = row.finding.record.drift
    where = drift.order or drift.source or drift.thing
    name = f"{where} ({row.finding.store})" if len(report.stores) > 1 and drift.order else where
    happens = text(row.answer.text)
    if row.answer.command:
        happens.append("\n").append_text(text(row.answer.command, "bold"))
    return (
        text(name),
        text(span(report.generated_at - row.finding.since), "dim"),
        text(_seen(row, zone=report.zone)),
        happens,
    )


def _seen(row: Answered, *, zone: tzinfo) -> str:
    drift = row.finding.record.drift
    again = "came back; " if row.finding.record.regressions else ""
    return again + facts_text(drift.evidence, zone=zone)
