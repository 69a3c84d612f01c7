"""Whose turn it is with a drift, and what happens next, in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from syncd.domain.steps import Action, Approval
from syncd.reconcile.catalogue import KINDS
from syncd.reports.facts import Finding, StoreFacts
from syncd.reports.words import action_text, clean, lines_text, step_text


class Turn(StrEnum):
    """Who has to act on a drift: a person, syncd, or for now nobody."""

    YOU = "you"
    SYNCD = "syncd"
    WATCH = "watch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What becomes of a drift. `text` is a phrase; `command` what a person may type."""

    turn: Turn
    text: str
    command: str | None = None


_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")

_PLACES = {name: place for place, name in enumerate(KINDS)}
_ACTIONS = frozenset(action.value for action in Action)
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


def answer(finding: Finding, *, store: StoreFacts) -> Answer:
    """What becomes of one drift of this store."""
    drift = finding.record.drift
    if finding.record.state in {"resolved", "acknowledged", "snoozed"}:
        return Answer(turn=Turn.WATCH, text=str(finding.record.state))
    if finding.held:
        does = f"held back: {step_text(finding.step)}" if finding.step else "held back"
        return Answer(turn=Turn.YOU, text=f"{does}. {clean(finding.held.remedy)}".strip())
    if finding.step:
        yes = f"syncd approve {finding.step.id}"
        return _planned(finding.step.approval, does=step_text(finding.step), command=yes, store=store)
    if drift.action in _ACTIONS:
        # Judged in an earlier pass, and nothing has changed since: the step is known by its action alone.
        does = ": ".join(part for part in (action_text(Action(drift.action)), lines_text(drift.lines)) if part)
        command = f"syncd reconcile --order {clean(drift.order)}" if drift.order else None
        return _planned(_approval(drift.kind, store=store), does=does, command=command, store=store)
    if drift.kind in _BY_ITSELF:
        return Answer(turn=Turn.WATCH, text=_BY_ITSELF[drift.kind])
    if drift.severity == "info":
        return Answer(turn=Turn.WATCH, text="nothing to do yet")
    return Answer(turn=Turn.YOU, text="needs you")


def _planned(approval: Approval, *, does: str, command: str | None, store: StoreFacts) -> Answer:
    match approval:
        case Approval.AUTO if store.mode == "act":
            return Answer(turn=Turn.SYNCD, text=f"will {does}")
        case Approval.AUTO:
            return Answer(turn=Turn.SYNCD, text=f'would {does} (store is in mode "observe")')
        case Approval.REQUIRED:
            return Answer(turn=Turn.YOU, text=f"waits for your yes: {does}", command=command)
        case Approval.REPORT:
            return Answer(turn=Turn.YOU, text=f"suggests: {does}; the policy leaves it to you")
        case _:
            assert_never(approval)


def _approval(kind: str, *, store: StoreFacts) -> Approval:
    """Who lets steps of this kind go: the store's policy where it is known, else the catalogue's default."""
    known = KINDS.get(kind)
    if known is None:
        return Approval.REPORT
    if known.policy_key and store.policy:
        return Approval(getattr(store.policy, known.policy_key))
    return known.default_action


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
    return _PLACES.get(kind, len(_PLACES))
