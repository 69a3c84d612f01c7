"""What came of a run: one line in total, then what did not go as planned, then what was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from syncd.domain.steps import StepOutcome, StepState
from syncd.reports.digest import told
from syncd.reports.facts import RunFacts
from syncd.reports.terminal.drift import refusals
from syncd.reports.terminal.style import columns, heading, stack, text
from syncd.reports.words import count, span, step_text

STATES: dict[StepState, tuple[str, str]] = {
    StepState.UNKNOWN: ("outcome not known", "bold red"),
    StepState.FAILED: ("failed", "red"),
    StepState.REFUSED: ("refused", "yellow"),
    StepState.AWAITING_APPROVAL: ("waits for your yes", "yellow"),
    StepState.REPORTED: ("only shown", "dim"),
    StepState.VERIFIED: ("done and read back", "green"),
    StepState.ALREADY_DONE: ("was so already", "dim"),
}
"""Every end of a step, most urgent first, in words."""


def run_report(run: RunFacts, *, limit: int | None = None) -> RenderableType:
    """The run's outcomes; of each state at most `limit` are listed, and the rest is counted."""
    parts: list[RenderableType] = [_summary(run)]
    for state, (name, style) in STATES.items():
        found = [one for one in run.outcomes if one.state is state]
        if found:
            parts += [Text(), text(f"{name}: {len(found)}", style), _table(found, limit=limit)]
    if run.plan and run.plan.refused:
        parts += [Text(), refusals(run.plan.refused)]
    return stack(parts)


def summary_text(outcomes: Sequence[StepOutcome]) -> str:
    """`12 done and read back, 1 refused; 3 customers were told`."""
    ends = Counter(one.state for one in outcomes)
    parts = [f"{ends[state]} {name}" for state, (name, _) in STATES.items() if ends[state]]
    return f"{', '.join(parts) or 'nothing to do'}; {count(told(outcomes), 'customer')} told"


def _summary(run: RunFacts) -> Text:
    took = f" in {span(run.finished_at - run.started_at)}" if run.finished_at else ""
    line = heading(f"Run for {run.store}{took}", aside=run.run_id)
    return line.append(f"\n{count(len(run.outcomes), 'step')}: {summary_text(run.outcomes)}.")


def _table(found: Sequence[StepOutcome], *, limit: int | None) -> RenderableType:
    table = columns("  order", "step", "result", ratio=(None, 3, 3), header=False)
    for one in found[:limit]:
        table.add_row(Text("  ").append_text(text(one.step.order)), _step(one), _result(one))
    if limit is not None and len(found) > limit:
        table.add_row("", text(f"and {len(found) - limit} more", "dim"), "")
    return table


def _step(one: StepOutcome) -> Text:
    line = text(step_text(one.step, is_done=one.state is StepState.VERIFIED))
    if one.step.notify_customer and one.state is StepState.VERIFIED:
        line.append(", customer told", style="bold")
    return line


def _result(one: StepOutcome) -> Text:
    if one.state is StepState.AWAITING_APPROVAL:
        return text(f"syncd approve {one.step.id}", "bold")
    said = f"{one.text} ({one.code})" if one.text and one.code else one.text or one.code
    return text(said or _effect(one), "dim")


def _effect(one: StepOutcome) -> str:
    *_, kind, number = f"//{one.effect_id or ''}".rsplit("/", 2)
    return f"{kind.lower()} {number}".strip()
