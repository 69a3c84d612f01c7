"""`syncd explain KIND`: what a kind of drift means and what to do about it."""

from __future__ import annotations

from rich.console import RenderableType
from rich.text import Text

from syncd.domain.steps import Approval
from syncd.reconcile.catalogue import Kind
from syncd.reports.answers import advice, title
from syncd.reports.terminal.style import SEVERITY, columns, indent, stack, text
from syncd.reports.words import span

_LETS = {
    Approval.AUTO: "by itself",
    Approval.REQUIRED: "after your yes",
    Approval.REPORT: "never by itself, it only shows it",
}


def explain_kind(kind: Kind) -> RenderableType:
    """One kind in words: when it fires, how urgent it is, what syncd does, what a person does."""
    head = text(title(kind.name), "bold").append(f"  {kind.code} {kind.name}", style="dim")
    table = columns("", "", ratio=(None, 1), header=False)
    said = advice(kind.name)
    table.add_row(text("means", "dim"), text(said.means))
    table.add_row(text("fires when", "dim"), text(kind.detect))
    table.add_row(text("urgency", "dim"), _urgency(kind))
    table.add_row(text("syncd", "dim"), text(_syncd(kind)))
    if kind.bars_create:
        table.add_row(text("meanwhile", "dim"), text(f"no fulfillment is created for this {kind.bars_create}"))
    table.add_row(text("you", "dim"), text(said.you))
    table.add_row(text("mind", "dim"), text(said.mind))
    return stack([head, Text(), indent(table)])


def _syncd(kind: Kind) -> str:
    said = advice(kind.name).syncd
    if not kind.policy_key:
        return said
    return f"{said} By default: {_LETS[kind.default_action]} (`{kind.policy_key}`)."


def _urgency(kind: Kind) -> Text:
    line = text(kind.severity.value, SEVERITY[kind.severity.value])
    for age, severity in kind.severity_ageing:
        line.append(f", {severity.value} after {span(age)}")
    for case, severity in kind.severity_cases.items():
        line.append(f", {severity.value} when {case.replace('_', ' ')}")
    return line
