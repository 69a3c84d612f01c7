"""A plan: its effects counted, then every step with its reason and who lets it go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from rich.console import RenderableType
from rich.text import Text

from syncd.domain.steps import Approval, Plan, Step
from syncd.reconcile.plan import effects
from syncd.reports.answers import catalogue_place, title
from syncd.reports.digest import natural
from syncd.reports.terminal.drift import refusals
from syncd.reports.terminal.style import columns, heading, indent, stack, text
from syncd.reports.words import count, effects_text, step_text

_APPROVALS = (
    (Approval.AUTO, "Goes ahead when applied", "green"),
    (Approval.REQUIRED, "Waits for your yes", "yellow"),
    (Approval.REPORT, "Only shown; the policy leaves it to you", "dim"),
)


def plan_report(plan: Plan, *, limit: int | None = None) -> RenderableType:
    """The plan; of each kind at most `limit` steps are listed, and the rest is counted."""
    parts: list[RenderableType] = [_summary(plan), Text()]
    for approval, name, style in _APPROVALS:
        steps = [step for step in plan.steps if step.approval is approval]
        if steps:
            counted = "" if approval is not Approval.REQUIRED else f"  {effects_text(effects(steps))}"
            parts.append(Text.assemble((name, f"bold {style}"), (counted, "dim")))
            parts += [indent(part) for part in _by_drift(steps, limit=limit)]
            parts.append(Text())
    if plan.refused:
        parts += [refusals(plan.refused), Text()]
    return stack(parts[:-1])


def _summary(plan: Plan) -> Text:
    line = heading(f"Plan for {plan.store}", aside=plan.id)
    if not plan.steps:
        return line.append("\nNothing to do: store and suppliers agree, or what is left needs a person.")
    going = [step for step in plan.steps if step.approval is Approval.AUTO]
    line.append(f"\n{count(len(plan.steps), 'step')}. Applying it {effects_text(effects(going))}.")
    return line


def _by_drift(steps: Sequence[Step], *, limit: int | None) -> Iterable[RenderableType]:
    for kind, members in groupby(sorted(steps, key=_place), key=lambda step: step.drift):
        found = sorted(members, key=lambda step: (natural(step.order), step.id))
        yield text("typed by a person" if kind == "manual" else title(kind))
        table = columns("order", "step", "why", ratio=(None, 3, 3))
        for step in found[:limit]:
            table.add_row(text(step.order), _step(step), text(step.why, "dim"))
        yield indent(table)
        if limit is not None and len(found) > limit:
            yield indent(text(f"and {len(found) - limit} more", "dim"))


def _place(step: Step) -> tuple[int, str]:
    return catalogue_place(step.drift), step.drift


def _step(step: Step) -> Text:
    line = text(step_text(step))
    if step.notify_customer:
        line.append(", and tell the customer", style="bold")
    if step.approval is Approval.REQUIRED:
        line.append(f"\nsyncd approve {step.id}", style="bold")
    return line
