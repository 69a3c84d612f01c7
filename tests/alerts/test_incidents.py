"""What the journal kept, as people are told of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from syncd.alerts import incidents
from syncd.alerts.incidents import Kept
from syncd.alerts.letters import IncidentState, Turn
from syncd.domain.steps import Action, Approval, Step, StepLine, Target
from syncd.journal.drifts import DriftRecord, DriftState
from syncd.journal.history import Event
from syncd.journal.intents import IntentRow, IntentState
from syncd.reconcile.catalogue import KINDS
from syncd.reconcile.view import Drift
from syncd.reports.facts import StoreFacts
from tests.alerts.letters import NOW

DAY = timedelta(days=1)
YESTERDAY = NOW - DAY
LINES = (StepLine(line_item_id="gid://shopify/LineItem/1", sku="CJ-1", quantity=1),)


def record(
    kind: str = "shipped_not_fulfilled", *, order: int | None = 1001, hours: float = 2, **changes: Any
) -> DriftRecord:
    at = NOW - timedelta(hours=hours)
    drift = Drift(
        id=f"{kind}-{order}",
        kind=kind,
        severity=changes.pop("severity", KINDS[kind].severity.value),
        order_id=f"gid://shopify/Order/{order}" if order else None,
        order=f"#{order}" if order else None,
        thing=f"gid://shopify/LineItem/{order}1" if order else "cj",
        lines=LINES if order else (),
        evidence={},
        source=changes.pop("source", "cj"),
        since=changes.pop("since", at),
        action=changes.pop("action", KINDS[kind].action),
    )
    made = DriftRecord(
        drift=drift,
        store="main",
        first_seen=at,
        last_seen=NOW,
        opened_at=at,
        state=DriftState.OPEN,
        confirmed=True,
        regressions=0,
    )
    return replace(made, **changes)


def step(of: DriftRecord, action: Action = Action.CREATE_FULFILLMENT) -> Step:
    drift = of.drift
    return Step(
        id=f"step-{drift.id}", store="main", action=action, order=drift.order or "", order_id=drift.order_id or "", lines=LINES,
        tracking=(), target=Target(), basis="b", drift=drift.kind, drift_id=drift.id, why="", approval=Approval.AUTO,
    )  # fmt: skip


def effort(of: DriftRecord, state: IntentState, *, hours: float = 1, text: str = "closed") -> IntentRow:
    at = NOW - timedelta(hours=hours)
    return IntentRow(
        id="i", store="main", state=state, step=step(of), evidence={}, run_id="r", fence=1, attempts=1, created_at=at,
        touched_at=at, text=text,
    )  # fmt: skip


def event(what: str, *, hours: float = 1, why: str = "because") -> Event:
    return Event(
        store="main", seq=1, at=NOW - timedelta(hours=hours), actor="ada", what=what, order_id="gid://shopify/Order/1001",
        order="#1001", why=why, before=None, after=None, run_id=None, previous="", hash="",
    )  # fmt: skip


def kept(*records: DriftRecord, mode: str = "act", **more: Any) -> Kept:
    return Kept(store=StoreFacts(name="main", shop="shop.myshopify.com", mode=mode), now=NOW, records=records, **more)


def told(*records: DriftRecord, **more: Any):
    return incidents.incidents(records, kept=kept(*records, **more), since=YESTERDAY)


def test_one_kind_of_one_source_is_one_incident():
    found = told(record(order=1), record(order=2), record(order=3, source="depot"), record("ghost_shipment", order=1))
    assert [(one.kind, one.source, len(one.rows)) for one in found] == [
        ("ghost_shipment", "cj", 1), ("shipped_not_fulfilled", "cj", 2), ("shipped_not_fulfilled", "depot", 1),
    ]  # fmt: skip


def test_the_most_urgent_comes_first_and_gives_the_incident_its_severity():
    mild, urgent = record(order=1, severity="medium"), record(order=2, severity="high")
    (found,) = told(mild, urgent)
    assert found.severity == "high"
    assert told(record("unfulfilled_aging"), record("effect_unknown"))[0].kind == "effect_unknown"


def test_rows_stand_oldest_first_and_by_number():
    (found,) = told(record(order=1000, hours=5), record(order=999, hours=5), record(order=7, hours=9))
    assert [row.thing for row in found.rows] == ["#7", "#999", "#1000"]
    assert found.since == NOW - timedelta(hours=9)


@pytest.mark.parametrize(
    ("records", "state"),
    [
        ([{}], IncidentState.NEW),
        ([{"hours": 48}], IncidentState.OPEN),
        ([{}, {"order": 2, "hours": 48}], IncidentState.OPEN),
        ([{"regressions": 2}], IncidentState.REGRESSED),
        ([{"regressions": 2, "hours": 48}], IncidentState.OPEN),
        ([{"state": DriftState.ACKNOWLEDGED}], IncidentState.ACKNOWLEDGED),
        ([{"state": DriftState.ACKNOWLEDGED}, {"order": 2}], IncidentState.NEW),
        ([{"state": DriftState.SNOOZED, "snoozed_until": NOW + DAY}], IncidentState.SNOOZED),
        ([{"state": DriftState.RESOLVED, "resolved_at": NOW}], IncidentState.RESOLVED),
    ],
)
def test_where_an_incident_stands(records, state):
    (found,) = told(*[record(**one) for one in records])
    assert found.state is state
    assert (found.until is not None) == (state is IncidentState.SNOOZED)


def test_what_comes_back_is_another_occurrence():
    assert told(record())[0].occurrence == 1
    assert told(record(regressions=2))[0].occurrence == 3


def test_a_yes_that_is_waited_for_comes_before_all_else():
    one = record("store_fulfilled_without_shipment")
    waiting = {one.drift.id: step(one, Action.CANCEL_FULFILLMENT)}
    tried = {one.drift.id: effort(one, IntentState.REFUSED)}
    deed = incidents.deed(one, kept=kept(one, waiting=waiting, efforts=tried))
    assert deed.turn is Turn.WAITS
    assert deed.command == f"syncd approve step-{one.drift.id}"
    assert deed.action is Action.CANCEL_FULFILLMENT


@pytest.mark.parametrize(
    ("state", "turn", "text"),
    [
        (IntentState.VERIFIED, Turn.DONE, ""),
        (IntentState.DONE, Turn.UNKNOWN, "closed"),
        (IntentState.SENT, Turn.UNKNOWN, "closed"),
        (IntentState.UNKNOWN, Turn.UNKNOWN, "closed"),
        (IntentState.REFUSED, Turn.REFUSED, "closed"),
        (IntentState.PENDING, Turn.WILL, ""),
    ],
)
def test_what_was_tried_is_told(state, turn, text):
    one = record()
    deed = incidents.deed(one, kept=kept(one, efforts={one.drift.id: effort(one, state)}))
    assert (deed.turn, deed.text) == (turn, text)


def test_what_was_tried_in_an_earlier_episode_is_not_told_again():
    one = record(hours=2, regressions=1)
    before = {one.drift.id: effort(one, IntentState.VERIFIED, hours=3)}
    assert incidents.deed(one, kept=kept(one, efforts=before)).turn is Turn.WILL


@pytest.mark.parametrize(
    ("state", "turn"),
    [
        (IntentState.VERIFIED, Turn.DONE),
        (IntentState.REFUSED, Turn.SETTLED),
        (IntentState.UNKNOWN, Turn.SETTLED),
        (None, Turn.SETTLED),
    ],
)
def test_who_settled_what_is_right_again(state, turn):
    one = record(state=DriftState.RESOLVED, resolved_at=NOW)
    tried = {one.drift.id: effort(one, state)} if state else {}
    assert incidents.deed(one, kept=kept(one, efforts=tried)).turn is turn


@pytest.mark.parametrize(
    ("kind", "mode", "turn", "action"),
    [
        ("shipped_not_fulfilled", "act", Turn.WILL, Action.CREATE_FULFILLMENT),
        ("shipped_not_fulfilled", "observe", Turn.WOULD, Action.CREATE_FULFILLMENT),
        ("store_fulfilled_without_shipment", "act", Turn.SUGGESTED, Action.CANCEL_FULFILLMENT),
        ("supplier_cancelled_store_open", "act", Turn.SUGGESTED, Action.HOLD),
        ("ghost_shipment", "act", Turn.YOURS, None),
        ("observation_incomplete", "act", Turn.WATCHED, None),
        ("tracking_format_only", "act", Turn.WATCHED, None),
    ],
)
def test_what_the_policy_has_in_store(kind, mode, turn, action):
    one = record(kind)
    deed = incidents.deed(one, kept=kept(one, mode=mode))
    assert (deed.turn, deed.action) == (turn, action)


def test_a_digest_sorts_the_day():
    records = (
        record(order=1),
        record(order=2, hours=72),
        record(order=3, hours=72, state=DriftState.RESOLVED, resolved_at=NOW - timedelta(hours=1)),
        record(order=4, hours=72, state=DriftState.RESOLVED, resolved_at=NOW - timedelta(hours=30)),
    )
    events = (
        event("create_fulfillment verified"), event("create_fulfillment verified", hours=30), event("update_tracking refused"),
        event("hold unknown"), event("step.approved"), event("create_fulfillment sparkled"), event("update_tracking reported"),
    )  # fmt: skip
    letter = incidents.digest(kept(*records, events=events), since=YESTERDAY)
    assert [[row.thing for one in part for row in one.rows] for part in (letter.new, letter.still_open, letter.resolved)] == [
        ["#1"], ["#2"], ["#3"],
    ]  # fmt: skip
    assert [one.deed.action for one in letter.done] == [Action.CREATE_FULFILLMENT]
    assert [(one.deed.turn, one.deed.text) for one in letter.not_done] == [
        (Turn.REFUSED, "because"), (Turn.UNKNOWN, "because"),
    ]  # fmt: skip
    week = letter.week
    assert (week.found, week.resolved, week.fulfilled, week.refused) == (4, 2, 2, 1)


def test_a_letter_is_about_what_was_asked_for():
    records = (
        record(order=1),
        record(order=2),
        record("ghost_shipment", order=2),
        record(order=3, state=DriftState.RESOLVED),
    )

    def things(**asked):
        letter = incidents.at_once(kept(*records), since=YESTERDAY, **asked)
        return sorted((one.kind, row.thing) for one in letter.incidents for row in one.rows) if letter else None

    assert things(kinds=("ghost_shipment",)) == [("ghost_shipment", "#2")]
    assert things(orders=("#2",)) == [("ghost_shipment", "#2"), ("shipped_not_fulfilled", "#2")]
    assert things(orders=("gid://shopify/Order/1",)) == [("shipped_not_fulfilled", "#1")]
    assert things(kinds=("ghost_shipment",), orders=("#1",)) is None
    assert things(orders=("#3",)) is None
    assert len(things()) == 3


def test_nothing_settled_has_no_letter():
    assert incidents.resolved(kept(record()), since=YESTERDAY) is None
