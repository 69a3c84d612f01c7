"""The history: who did what, when and why, before and after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from rich.console import RenderableType
from rich.text import Text

from syncd.reports.evidence import changes
from syncd.reports.facts import Event
from syncd.reports.terminal.style import columns, stack, text
from syncd.reports.words import moment


def history(events: Sequence[Event], *, zone: tzinfo) -> RenderableType:
    """One entry per event, in the order given."""
    if not events:
        return text("No history yet: syncd has changed nothing here.", "dim")
    table = columns("when", "order", "who", "what and why", ratio=(None, None, None, 1))
    for event in events:
        when = moment(event.at, zone=zone)
        table.add_row(text(when, "dim"), text(event.order or "-"), text(event.actor), _what(event, zone=zone))
    return stack([table])


def _what(event: Event, *, zone: tzinfo) -> Text:
    line = text(event.what, "bold")
    if event.why:
        line.append("  ").append_text(text(event.why))
    for change in changes(event.before, event.after, zone=zone):
        line.append("\n").append_text(text(change, "dim"))
    return line
