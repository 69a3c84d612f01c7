"""Letters from what the journal kept: drift grouped into incidents, and what syncd did about each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syncd.alerts.letters import (
    AtOnce,
    Deed,
    Digest,
    Done,
    Incident,
    IncidentState,
    Resolved,
    Row,
    Shop,
    Test,
    Turn,
    Week,
)
from syncd.domain.steps import DESTRUCTIVE, Action, Step, StepState
from syncd.journal.drifts import DriftRecord, DriftState
from syncd.journal.history import Event
from syncd.journal.intents import IntentRow, IntentState
from syncd.reports import answers
from syncd.reports.digest import natural, rank
from syncd.reports.facts import Finding, StoreFacts

A_WEEK = timedelta(days=7)

_TURNS = {
    StepState.VERIFIED: Turn.DONE,
    StepState.ALREADY_DONE: Turn.DONE,
    StepState.REFUSED: Turn.REFUSED,
    StepState.FAILED: Turn.REFUSED,
    StepState.UNKNOWN: Turn.UNKNOWN,
}
_EFFORTS = {
    IntentState.VERIFIED: Turn.DONE,
    IntentState.DONE: Turn.UNKNOWN,
    IntentState.SENT: Turn.UNKNOWN,
    IntentState.UNKNOWN: Turn.UNKNOWN,
    IntentState.REFUSED: Turn.REFUSED,
}
"""What is told of an effect: it counts as done once it was read back. Of one that is only pending nothing is told."""
_NOT_DONE = frozenset({Turn.REFUSED, Turn.UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the journal shows of one store at `now`.

    `records` are its drifts, those that are resolved included. By the id of the drift that they answer, `waiting` are the steps that
    wait for a yes, and `efforts` the latest effects that were tried. `events` are the history of a week.
    """

    store: StoreFacts
    now: datetime
    records: Sequence[DriftRecord] = ()
    waiting: Mapping[str, Step] = field(default_factory=dict)
    efforts: Mapping[str, IntentRow] = field(default_factory=dict)
    events: Sequence[Event] = ()

    @property
    def shop(self) -> Shop:
        """The store, as a letter names it."""
        return Shop(name=self.store.name, domain=self.store.shop, mode=self.store.mode)


def at_once(kept: Kept, *, since: datetime, kinds: Collection[str] = (), orders: Collection[str] = ()) -> AtOnce | None:
    """A letter about what is open of these kinds and orders, most urgent first; None when there is nothing of it."""
    records = [
        one
        for one in kept.records
        if one.state is not DriftState.RESOLVED
        and (not kinds or one.drift.kind in kinds)
        and (not orders or {one.drift.order, one.drift.order_id} & set(orders))
    ]
    told = incidents(records, kept=kept, since=since)
    return AtOnce(shop=kept.shop, at=kept.now, incidents=told) if told else None


def resolved(kept: Kept, *, since: datetime) -> Resolved | None:
    """A letter about what was settled since then; None when nothing was."""
    told = incidents(_settled(kept, since=since), kept=kept, since=since)
    return Resolved(shop=kept.shop, at=kept.now, incidents=told) if told else None


def digest(kept: Kept, *, since: datetime) -> Digest:
    """The digest of the time since then. Lead times are added by whoever has counted them."""
    opened = [one for one in kept.records if one.state is not DriftState.RESOLVED]
    fresh = [one for one in opened if one.opened_at >= since]
    done = [one for one in map(_done, kept.events) if one is not None and one.at >= since]
    done.sort(key=lambda one: one.at, reverse=True)
    return Digest(
        shop=kept.shop,
        at=kept.now,
        since=since,
        new=incidents(fresh, kept=kept, since=since),
        still_open=incidents([one for one in opened if one.opened_at < since], kept=kept, since=since),
        resolved=incidents(_settled(kept, since=since), kept=kept, since=since),
        done=tuple(one for one in done if one.deed.turn is Turn.DONE),
        not_done=tuple(one for one in done if one.deed.turn in _NOT_DONE),
        week=_week(kept),
    )


def test(kept: Kept) -> Test:
    """A letter that shows that mails arrive."""
    return Test(shop=kept.shop, at=kept.now)


test.__test__ = False  # type: ignore[attr-defined]  # pytest takes every function of this name for its own


def incidents(records: Iterable[DriftRecord], *, kept: Kept, since: datetime) -> tuple[Incident, ...]:
    """These drifts as people are told of them, by kind and source, most urgent first; what came after `since` is new."""
    groups: dict[tuple[str, str | None], list[DriftRecord]] = {}
    for record in records:
        groups.setdefault((record.drift.kind, record.drift.source), []).append(record)
    found = [_incident(group, kept=kept, since=since) for group in groups.values()]
    return tuple(sorted(found, key=lambda one: (*_urgency(one.kind, one.severity), one.since)))


def _incident(records: list[DriftRecord], *, kept: Kept, since: datetime) -> Incident:
    records.sort(key=lambda one: (_since(one), natural(one.drift.order or "")))
    first = min(records, key=lambda one: _urgency(one.drift.kind, one.drift.severity))
    state = _state(records, since=since)
    return Incident(
        kind=first.drift.kind,
        severity=first.drift.severity,
        state=state,
        store=first.store,
        since=_since(records[0]),
        source=first.drift.source,
        rows=tuple(_row(one, kept=kept) for one in records),
        occurrence=1 + max(one.regressions for one in records),
        until=records[0].snoozed_until if state is IncidentState.SNOOZED else None,
        by=records[0].decided_by or "",
    )


def _urgency(kind: str, severity: str) -> tuple[int, int]:
    return rank(severity), answers.catalogue_place(kind)


def _state(records: Sequence[DriftRecord], *, since: datetime) -> IncidentState:
    """Acknowledged and snoozed only if all of it is; back again if any of it is."""
    states = {one.state for one in records}
    if len(states) == 1 and DriftState.OPEN not in states:
        return IncidentState(states.pop().value)
    fresh = [one for one in records if one.opened_at >= since]
    if any(one.regressions for one in fresh):
        return IncidentState.REGRESSED
    return IncidentState.NEW if len(fresh) == len(records) else IncidentState.OPEN


def _row(record: DriftRecord, *, kept: Kept) -> Row:
    drift = record.drift
    return Row(
        thing=drift.order or drift.source or drift.thing,
        since=_since(record),
        order_id=drift.order_id,
        lines=drift.lines,
        seen=drift.evidence,
        deed=deed(record, kept=kept),
        resolved_at=record.resolved_at,
    )


def deed(record: DriftRecord, *, kept: Kept) -> Deed:
    """What became of one drift: a yes that is waited for, what was done, or what the policy has in store for it."""
    effort = kept.efforts.get(record.drift.id)
    # What was tried before the present episode answered an earlier one.
    turn = _EFFORTS.get(effort.state) if effort and effort.touched_at >= record.opened_at else None
    if record.state is DriftState.RESOLVED:
        return _of_step(effort.step, turn=turn) if effort and turn is Turn.DONE else Deed(turn=Turn.SETTLED)
    step = kept.waiting.get(record.drift.id)
    if step is not None:
        return _of_step(step, turn=Turn.WAITS, command=f"syncd approve {step.id}")
    if effort and turn:
        return _of_step(effort.step, turn=turn, text=effort.text if turn in _NOT_DONE else "")
    return _planned(record, kept=kept)


def _planned(record: DriftRecord, *, kept: Kept) -> Deed:
    drift = record.drift
    known = drift.action in {action.value for action in Action}
    action = Action(drift.action) if known else None
    match answers.answer(Finding(store=record.store, record=record), store=kept.store).turn:
        case answers.Turn.SYNCD:
            turn = Turn.WILL if kept.store.mode == "act" else Turn.WOULD
        case answers.Turn.WATCH:
            return Deed(turn=Turn.WATCHED)
        case answers.Turn.YOU:
            turn = Turn.SUGGESTED if known else Turn.YOURS
    return Deed(turn=turn, action=action, lines=drift.lines if action else ())


def _of_step(step: Step, *, turn: Turn, text: str = "", command: str | None = None) -> Deed:
    return Deed(turn=turn, action=step.action, lines=step.lines, tracking=step.tracking, text=text, command=command)


def _since(record: DriftRecord) -> datetime:
    return record.drift.since or record.opened_at


def _settled(kept: Kept, *, since: datetime) -> list[DriftRecord]:
    return [one for one in kept.records if one.resolved_at is not None and one.resolved_at >= since]


def _done(event: Event) -> Done | None:
    """A step's outcome as the history tells it; None for what else it tells."""
    told = _step_of(event)
    if told is None:
        return None
    action, state = told
    if state not in _TURNS:
        return None
    deed = Deed(turn=_TURNS[state], action=action, text=event.why if _TURNS[state] in _NOT_DONE else "")
    return Done(at=event.at, order=event.order or "", order_id=event.order_id, deed=deed)


def _step_of(event: Event) -> tuple[Action, StepState] | None:
    action, _, state = event.what.partition(" ")
    try:
        return Action(action), StepState(state)
    except ValueError:
        return None


def _week(kept: Kept) -> Week:
    since = kept.now - A_WEEK
    told = [_step_of(event) for event in kept.events if event.at >= since]
    done: Mapping[Action, int] = {action: sum(one == (action, StepState.VERIFIED) for one in told) for action in Action}
    return Week(
        found=sum(one.opened_at >= since for one in kept.records),
        resolved=len(_settled(kept, since=since)),
        fulfilled=done[Action.CREATE_FULFILLMENT],
        retracked=done[Action.UPDATE_TRACKING],
        taken_back=sum(done[action] for action in DESTRUCTIVE),
        refused=sum(one is not None and one[1] in {StepState.REFUSED, StepState.FAILED} for one in told),
    )
