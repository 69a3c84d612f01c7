"""`syncd check` on one screen: what is right, what is not, and what to do about it."""

from __future__ import annotations

from collections import Counter

from rich.console import RenderableType
from rich.text import Text

from syncd.reports.facts import CheckReport
from syncd.reports.terminal.style import CHECK, MARK, columns, heading, indent, stack, text
from syncd.reports.words import count


def check_report(report: CheckReport) -> RenderableType:
    """One line per check, its remedy below it where there is something to do."""
    parts: list[RenderableType] = []
    for name, checks in report.groups:
        table = columns("", "", "", ratio=(None, None, 1), header=False)
        for check in checks:
            said = text(check.text)
            if check.remedy and check.state != "ok":
                said.append("\n").append_text(text(check.remedy, "bold"))
            mark = Text(MARK.get(check.state, check.state), style=CHECK.get(check.state, ""))
            table.add_row(mark, text(check.name), said)
        parts += [heading(name), indent(table), Text()]
    return stack([*parts, _verdict(report)])


def _verdict(report: CheckReport) -> Text:
    states = Counter(check.state for _, checks in report.groups for check in checks)
    if states["fail"]:
        return text(f"{count(states['fail'], 'thing')} must be put right before syncd can work.", "bold red")
    if states["warn"]:
        return text(f"syncd can work; {count(states['warn'], 'thing')} to look at.", "yellow")
    return text("All is well.", "bold green")
