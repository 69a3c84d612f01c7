"""Reports look as somebody found them good. Refresh with `pytest tests/reports --refresh` and read the diff."""

from collections.abc import Callable

import pytest

from syncd.reconcile.catalogue import KINDS
from syncd.reports.csvtext import csv_text
from syncd.reports.tables import drift_sheet, history_sheet, run_sheet, source_sheet
from syncd.reports.terminal.check import check_report
from syncd.reports.terminal.drift import drift_report
from syncd.reports.terminal.explain import explain_order
from syncd.reports.terminal.history import history
from syncd.reports.terminal.kind import explain_kind
from syncd.reports.terminal.plan import plan_report
from syncd.reports.terminal.run import run_report
from syncd.reports.terminal.style import as_text
from syncd.reports.webpage import html_page
from tests.reports import sample, stories

Golden = Callable[[str, str], None]


@pytest.mark.parametrize("width", [60, 110])
def test_the_drift_report_in_a_terminal(golden: Golden, width: int):
    golden(f"drift_{width}.txt", as_text(drift_report(sample.report(), limit=4), width=width))


def test_a_plan_in_a_terminal(golden: Golden):
    golden("plan.txt", as_text(plan_report(sample.plan())))


def test_a_run_in_a_terminal(golden: Golden):
    golden("run.txt", as_text(run_report(sample.run())))


def test_the_history_in_a_terminal(golden: Golden):
    golden("history.txt", as_text(history(sample.EVENTS, zone=sample.NOW.tzinfo)))


def test_a_check_in_a_terminal(golden: Golden):
    golden("check.txt", as_text(check_report(stories.CHECKS)))


@pytest.mark.parametrize("name", sorted(stories.STORIES))
def test_an_order_explained(golden: Golden, name: str):
    golden(f"explain_{name}.txt", as_text(explain_order(stories.STORIES[name])))


def test_a_kind_explained(golden: Golden):
    golden("kind.txt", as_text(explain_kind(KINDS["request_not_acknowledged"]), width=80))


def test_the_drift_report_as_csv(golden: Golden):
    golden("drift.csv", csv_text(drift_sheet(sample.report())))


def test_sources_runs_and_history_as_csv(golden: Golden):
    report = sample.report()
    sheets = (source_sheet(report), run_sheet(report.runs), history_sheet(sample.EVENTS))
    golden("others.csv", "\r\n".join(csv_text(sheet) for sheet in sheets))


def test_the_drift_report_as_a_page(golden: Golden):
    golden("drift.html", html_page(sample.report(), version="0.0.0"))


def test_the_page_of_a_store_in_which_all_is_well(golden: Golden):
    report = sample.report(records=(), refused=(), runs=(), sources=sample.SOURCES[:2])
    golden("well.html", html_page(report, version="0.0.0"))
