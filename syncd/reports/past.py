"""Runs of the past, from the documents that the journal keeps of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from syncd.domain.steps import Step, StepOutcome, StepState
from syncd.reconcile.plan import plan_from_document
from syncd.reconcile.reading import Node
from syncd.reports.facts import RunFacts


class KeptRun(Protocol):
    """A run as the journal keeps it; `syncd.journal.runs.RunRow` is one."""

    @property
    def run_id(self) -> str: ...
    @property
    def store(self) -> str: ...
    @property
    def actor(self) -> str: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def finished_at(self) -> datetime | None: ...
    @property
    def document(self) -> Mapping[str, Any] | None: ...


def past_runs(kept: Iterable[KeptRun]) -> tuple[RunFacts, ...]:
    """The runs in the order given; one that was cut off or failed has no outcomes. Raises UsageError for a foreign document."""
    return tuple(_run(one) for one in kept)


def _run(kept: KeptRun) -> RunFacts:
    document = kept.document or {}
    told = Node(document, "the run")
    if not isinstance(document, Mapping):
        raise told.wrong("an object")
    plan = plan_from_document(told.get("plan").value) if "plan" in document else None
    steps = {step.id: step for step in plan.steps} if plan else {}
    return RunFacts(
        run_id=kept.run_id,
        store=kept.store,
        started_at=kept.started_at,
        finished_at=kept.finished_at,
        outcomes=tuple(_outcomes(told, steps=steps)) if "outcomes" in document else (),
        actor=kept.actor,
        plan=plan,
    )


def _outcomes(document: Node, *, steps: Mapping[str, Step]) -> Iterable[StepOutcome]:
    """An outcome of a step that is not in the plan (one of an earlier run, settled now) is left out."""
    for one in document.get("outcomes").items():
        step = steps.get(one.get("step").text())
        if step is not None:
            detail = one.get("detail")
            yield StepOutcome(
                step=step,
                state=one.get("state").word(StepState),
                code=detail.get("code").text(),
                text=detail.get("text").text(),
                attempts=one.get("attempts").whole(),
                effect_id=one.get("effect_id").maybe(Node.text),
            )
