"""Whose turn it is with a drift, and what happens next, in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from syncd.domain.steps import Approval
from syncd.reconcile.catalogue import KINDS
from syncd.reports.facts import Finding
from syncd.reports.words import clean, step_text


class Turn(StrEnum):
    """Who has to act on a drift: a person, syncd, or for now nobody."""

    YOU = "you"
    SYNCD = "syncd"
    WATCH = "watch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What becomes of a drift. `text` is a phrase without a full stop; `command` what a person may type."""

    turn: Turn
    text: str
    command: str | None = None


_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")

_OURS = ("syncd ", "This version ")

# These right themselves: syncd reads again, adopts or re-binds without writing to any store.
_BY_ITSELF = {
    "observation_incomplete": "syncd reads again by itself",
    "effect_unknown": "syncd reads back what happened, and sends nothing until it knows",
    "unfulfill_unverified": "syncd reads back what happened, and sends nothing until it knows",
    "supplier_split_or_merged": "syncd follows the supplier's new orders",
    "foreign_fulfillment": "syncd respects it and goes on with what is left",
    "ledger_orphan_fo": "syncd follows the new ids",
    "ledger_missing_order": "syncd takes it in",
    "cancellation_rejected": "syncd goes on waiting for the parcel",
    "status_regression": "syncd keeps the stronger evidence",
    "tracking_format_only": "nothing to do, the two are equal",
    "fulfilled_before_dispatch": "syncd waits for evidence that it moved",
}


def answer(finding: Finding, *, mode: str) -> Answer:
    """What becomes of one drift in a store whose mode is `act` or `observe`."""
    step, kind = finding.step, finding.record.drift.kind
    if finding.record.state in {"resolved", "acknowledged", "snoozed"}:
        return Answer(turn=Turn.WATCH, text=finding.record.state)
    if step is None:
        if kind in _BY_ITSELF:
            return Answer(turn=Turn.WATCH, text=_BY_ITSELF[kind])
        if finding.record.drift.severity == "info":
            return Answer(turn=Turn.WATCH, text="nothing to do yet")
        return Answer(turn=Turn.YOU, text="needs you")
    if finding.held:
        return Answer(turn=Turn.YOU, text=f"held back: {step_text(step)}", command=clean(finding.held.remedy) or None)
    return _planned(finding, does=step_text(step), mode=mode)


def _planned(finding: Finding, *, does: str, mode: str) -> Answer:
    step = finding.step
    assert step is not None
    match step.approval:
        case Approval.AUTO if mode == "act":
            return Answer(turn=Turn.SYNCD, text=f"will {does}")
        case Approval.AUTO:
            return Answer(turn=Turn.SYNCD, text=f'would {does} (store is in mode "observe")')
        case Approval.REQUIRED:
            return Answer(turn=Turn.YOU, text=f"waits for your yes: {does}", command=f"syncd approve {step.id}")
        case Approval.REPORT:
            return Answer(turn=Turn.YOU, text=f"suggests: {does}; the policy leaves it to you")
        case _:
            assert_never(step.approval)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """A runbook taken apart: what the kind means, what syncd does about it, what a person does, what to mind."""

    means: str
    syncd: str
    you: str
    mind: str


def runbook(kind: str) -> str:
    """What a person does about this kind of drift."""
    known = KINDS.get(kind)
    return known.runbook if known else "No runbook: this kind is newer than the catalogue."


def advice(kind: str) -> Advice:
    """The runbook, part by part. It begins with what the kind means and ends with what to mind."""
    means, *middle = _SENTENCE_END.split(runbook(kind))
    mind = middle.pop() if len(middle) > 1 else ""
    ours = [one for one in middle if one.startswith(_OURS)]
    return Advice(means=means, syncd=" ".join(ours), you=" ".join(one for one in middle if one not in ours), mind=mind)


def title(kind: str) -> str:
    """The kind as one statement for people; a kind newer than the catalogue is its name with spaces."""
    known = KINDS.get(kind)
    return known.title if known else kind.replace("_", " ").capitalize()


def catalogue_place(kind: str) -> int:
    """The kind's place in the catalogue, for sorting; unknown ones come last."""
    return list(KINDS).index(kind) if kind in KINDS else len(KINDS)
