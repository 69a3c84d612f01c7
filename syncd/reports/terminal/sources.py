"""What was observed, how whole it is and how old."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.console import RenderableType
from rich.text import Text

from syncd.reports.facts import Source
from syncd.reports.terminal.style import columns, heading, indent, stack, text
from syncd.reports.words import ago, count

_SHOWN_PROBLEMS = 3


def sources(observed: Sequence[Source], *, now: datetime) -> RenderableType:
    """One line per store and supplier; problems of its rows below it."""
    parts: list[RenderableType] = [heading("What was observed")]
    table = columns("", "", "", "", ratio=(None, None, None, 1), header=False)
    for one in observed:
        table.add_row(text(one.name), text(one.role, "dim"), _state(one), _detail(one, now=now))
    parts.append(indent(table))
    return stack(parts)


def _state(one: Source) -> Text:
    if one.error:
        return Text("not read", style="bold red")
    return Text("complete", style="green") if one.complete else Text("in part", style="yellow")


def _detail(one: Source, *, now: datetime) -> Text:
    seen = f"{count(one.orders, 'order')}, " if one.orders is not None else ""
    line = text(f"{seen}read {ago(one.observed_at, now=now)}" if one.observed_at else "never read")
    if one.error:
        line.append_text(text(f": {one.error}".replace(": ", "; ", 1), "red"))
    if one.problems:
        shown = "; ".join(f"{problem.place}: {problem.text}" for problem in one.problems[:_SHOWN_PROBLEMS])
        more = len(one.problems) - _SHOWN_PROBLEMS
        rest = f"; and {more} more" if more > 0 else ""
        line.append_text(Text("\n")).append_text(
            text(f"{count(len(one.problems), 'problem')}: {shown}{rest}", "yellow")
        )
    return line
