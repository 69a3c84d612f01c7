"""Whose turn it is, how a report adds up, and what explains what."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.orders import FinancialStatus
from syncd.domain.shipments import Rung
from syncd.domain.steps import Action, Approval
from syncd.reconcile.catalogue import KINDS
from syncd.reconcile.documents import run_document
from syncd.reconcile.policy import Policy
from syncd.reports.answers import Turn, advice, answer, runbook
from syncd.reports.charts import WIDTH, column_chart, row_chart
from syncd.reports.digest import AGES, digest, headline, natural
from syncd.reports.facts import Finding, StoreFacts
from syncd.reports.past import past_runs
from syncd.reports.questions import store_questions, supplier_questions
from syncd.reports.terminal.kind import explain_kind
from syncd.reports.terminal.plan import plan_report
from syncd.reports.terminal.run import run_report
from syncd.reports.terminal.style import as_text
from tests.reports import sample
from tests.reports.sample import HELD, NOW, SHIPPED, record, report, run, step
from tests.reports.stories import POLICY, linked, order, view

ACT, OBSERVE = StoreFacts(name="main", mode="act"), StoreFacts(name="main", mode="observe")


@pytest.mark.parametrize(
    ("approval", "store", "turn", "says"),
    [
        (Approval.AUTO, ACT, Turn.SYNCD, "will mark as fulfilled"),
        (Approval.AUTO, OBSERVE, Turn.SYNCD, 'would mark as fulfilled: 1 x CJ-MUG, 1Z (store is in mode "observe")'),
        (Approval.REQUIRED, ACT, Turn.YOU, "waits for your yes"),
        (Approval.REPORT, ACT, Turn.YOU, "the policy leaves it to you"),
    ],
)
def test_a_step_says_whose_turn_it_is(approval, store, turn, says):
    found = step(SHIPPED[0], Action.CREATE_FULFILLMENT, approval=approval, number="1Z")
    said = answer(Finding(store="main", record=SHIPPED[0], step=found), store=store)
    assert said.turn is turn
    assert says in said.text
    assert (said.command == f"syncd approve {found.id}") == (approval is Approval.REQUIRED)


def test_what_a_guard_holds_back_is_the_persons_turn_with_the_way_out():
    said = answer(Finding(store="main", record=SHIPPED[0], step=sample.STEPS[0], held=HELD), store=ACT)
    assert said.turn is Turn.YOU
    assert said.text.endswith(HELD.remedy)


@pytest.mark.parametrize(
    ("kind", "action", "policy", "turn"),
    [
        ("shipped_not_fulfilled", "create_fulfillment", None, Turn.SYNCD),
        ("shipped_not_fulfilled", "create_fulfillment", Policy(create_fulfillments=Approval.REQUIRED), Turn.YOU),
        ("store_fulfilled_without_shipment", "cancel_fulfillment", None, Turn.YOU),
        ("tracking_mismatch", "report", None, Turn.YOU),
        ("fulfilled_before_dispatch", "report", None, Turn.WATCH),
        ("observation_incomplete", "report", None, Turn.WATCH),
        ("from_the_future", "create_fulfillment", None, Turn.YOU),
    ],
)
def test_a_drift_of_an_earlier_pass_is_answered_by_its_action_and_the_policy(kind, action, policy, turn):
    old = record(kind, "high", order=1, days=1)
    old = replace(old, drift=replace(old.drift, action=action))
    assert answer(Finding(store="main", record=old), store=replace(ACT, policy=policy)).turn is turn


@pytest.mark.parametrize("state", ["acknowledged", "snoozed", "resolved"])
def test_what_somebody_took_care_of_is_only_watched(state):
    said = answer(Finding(store="main", record=replace(SHIPPED[0], state=state)), store=ACT)
    assert (said.turn, said.text) == (Turn.WATCH, state)


@pytest.mark.parametrize("kind", list(KINDS.values()), ids=lambda kind: kind.name)
def test_every_kind_is_explained_with_all_parts_of_its_runbook(kind):
    said = advice(kind.name)
    assert said.means
    assert said.mind
    assert said.syncd or said.you
    assert sorted(f"{said.means} {said.syncd} {said.you} {said.mind}".split()) == sorted(kind.runbook.split())
    shown = " ".join(as_text(explain_kind(kind), width=90).split())
    assert kind.title in shown
    assert kind.code in shown
    assert " ".join(kind.detect.split()) in shown.replace("  ", " ") or kind.detect.split()[0] in shown


def test_a_kind_that_the_catalogue_does_not_know_is_still_shown():
    assert "newer than the catalogue" in runbook("from_the_future")
    later = record("from_the_future", "high", order=1, days=1)
    assert digest(report(records=(later,))).groups[0].title == "From the future"


def test_a_digest_loses_nothing_whatever_the_order_of_its_input():
    forward, backward = digest(report()), digest(report(records=sample.RECORDS[::-1]))
    assert forward == backward
    assert forward.drifts == len(sample.RECORDS)
    assert sum(len(group.rows) for group in forward.groups) == forward.drifts
    for shares in (forward.ageing, forward.by_kind, forward.by_supplier):
        assert sum(share.total for share in shares) == forward.drifts
        assert all(sum(amount for _, amount in share.by_severity) == share.total for share in shares)


@pytest.mark.parametrize(
    ("days", "label"),
    [(0.99, "under 1 day"), (1, "1 to 2 days"), (2.99, "1 to 2 days"), (3, "3 to 6 days"), (7, "7 to 13 days"),
     (13.99, "7 to 13 days"), (14, "14 to 29 days"), (30, "30 days and more"), (4000, "30 days and more")],
)  # fmt: skip
def test_ages_fall_into_their_classes_at_exactly_the_limit_too(days, label):
    numbers = digest(report(records=(record("unfulfilled_aging", "high", order=1, days=days),)))
    assert [share.label for share in numbers.ageing if share.total] == [label]
    assert [share.label for share in numbers.ageing] == [name for name, _ in AGES]


def test_the_headline_counts_orders_where_it_can():
    twice = (
        record("tracking_mismatch", "high", order=1, days=1),
        record("delivery_exception", "high", order=1, days=1),
    )
    source = record("permission_or_token", "critical", order=None, days=1)
    assert headline(digest(report(records=()))) == "Everything agrees."
    assert headline(digest(report(records=twice))) == "1 order needs you."
    assert headline(digest(report(records=(*twice, source)))) == "3 things need you."
    assert headline(digest(report(records=(sample.LABEL,)))) == "Nothing needs you."


def test_order_names_sort_as_people_count():
    assert sorted(["#1000", "#999", "#1001-B", "#1001-A"], key=natural) == ["#999", "#1000", "#1001-A", "#1001-B"]


@given(st.lists(st.integers(min_value=0, max_value=10**6), max_size=12))
def test_charts_stay_inside_their_frame(totals):
    records = [
        record("unfulfilled_aging", "high", order=number, days=total % 60, source=f"s{total}")
        for number, total in enumerate(totals, start=1)
    ]
    numbers = digest(report(records=tuple(records)))
    for chart in (
        column_chart(numbers.ageing, chart_id="a", title="a"), row_chart(numbers.by_supplier, chart_id="b", title="b")
    ):  # fmt: skip
        for block in chart.blocks:
            assert block.width > 0
            assert 0 <= block.x <= block.x + block.width <= WIDTH + 0.2
            assert 0 <= block.y <= block.y + block.height <= chart.height + 0.2
        for label in chart.labels:
            assert 0 <= label.x <= WIDTH
            assert 0 <= label.y <= chart.height


# Placed at the supplier? number issued? fulfilled in the store? - the three questions of every merchant's guide.
COMBINATIONS = [
    (False, False, False, (False, False, False, False), "nobody has done anything yet"),
    (False, False, True, (False, False, False, True), "the store promises what nobody ordered"),
    (True, False, False, (True, False, False, False), "it waits at the supplier"),
    (True, False, True, (True, False, False, True), "the store promises what has not left"),
    (True, True, False, (True, True, True, False), "the store does not say that it left"),
    (True, True, True, (True, True, True, True), "both sides agree"),
]


@pytest.mark.parametrize(("placed", "number", "live", "answers", "because"), COMBINATIONS)
def test_the_questions_of_a_merchant_are_answered(placed, number, live, answers, because):
    orders = [linked(number="1Z9" if number else None, rung=Rung.HANDED_OVER)] if placed else []
    seen = view(order(live=live, number="1Z9" if live and number else None), *orders)
    asked = supplier_questions(seen, supplier=seen.suppliers[0], policy=POLICY)
    assert tuple(one.yes for one in asked) == answers, because


def test_a_number_that_the_store_does_not_show_is_named():
    seen = view(order(live=True, number="OLD"), linked(number="NEW1", rung=Rung.HANDED_OVER))
    *_, shown = supplier_questions(seen, supplier=seen.suppliers[0], policy=POLICY)
    assert shown.yes is False
    assert "not NEW1" in shown.says


def test_a_label_alone_does_not_count_as_left_and_the_policy_is_named():
    seen = view(order(), linked(number="1Z9", rung=Rung.LABEL))
    _, number, left, _ = supplier_questions(seen, supplier=seen.suppliers[0], policy=POLICY)
    assert (number.yes, left.yes) == (True, False)
    assert "the policy waits for: handed over" in left.says


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"cut": ("refunds",)}, 0),
        ({"cancelled_at": NOW}, 1),
        ({"financial": FinancialStatus.PENDING}, 2),
        ({"tags": frozenset({"syncd:manual"})}, 3),
        ({"untold": ("refunds",)}, 3),
    ],
)
def test_what_stands_in_the_way_is_told(changes, number):
    asked = store_questions(view(order(**changes)))
    assert [one.yes for one in asked] == [place != number for place in range(4)]


def test_a_source_that_did_not_answer_answers_no_question():
    seen = view(order(), error="no answer")
    assert {one.yes for one in supplier_questions(seen, supplier=seen.suppliers[0], policy=POLICY)} == {None}


def test_an_order_that_may_be_somebody_elses_is_named_with_whose():
    seen = view(order())
    theirs = replace(seen.suppliers[0], doubtful={"S9": ("#1001 of other",)})
    placed, *_ = supplier_questions(seen, supplier=theirs, policy=POLICY)
    assert (placed.yes, placed.says) == (None, "S9 names it, but may be about #1001 of other")


def test_past_runs_come_back_from_their_documents_as_they_were():
    kept = run()
    plan = replace(sample.plan(), steps=tuple(one.step for one in kept.outcomes))
    document = run_document(plan, kept.outcomes, run_id="r", started_at=kept.started_at, finished_at=kept.finished_at)
    (again,) = past_runs([_Kept(document)])
    assert again.outcomes == kept.outcomes
    (cut_off,) = past_runs([_Kept(None)])
    assert cut_off.outcomes == ()


class _Kept:
    run_id, store, actor = "r", "main", "daemon"
    started_at, finished_at = NOW, NOW + timedelta(seconds=1)

    def __init__(self, document):
        self.document = document


def test_an_empty_plan_and_an_empty_run_say_so():
    assert "Nothing to do" in as_text(plan_report(replace(sample.plan(), steps=(), refused=())))
    assert "nothing to do" in as_text(run_report(replace(run(), outcomes=())))


def test_long_lists_are_cut_and_the_rest_is_counted():
    shown = as_text(plan_report(sample.plan(), limit=2))
    assert "and 5 more" in shown
    assert "and 4 more" in as_text(run_report(run(), limit=2))


@pytest.mark.parametrize("width", [40, 80, 200])
def test_reports_fit_any_width(width):
    from syncd.reports.terminal.drift import drift_report

    for line in as_text(drift_report(report()), width=width).splitlines():
        assert len(line) <= width
