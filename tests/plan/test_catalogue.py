"""The table of kinds, held against the page that it was made from."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import typer

from syncd.cli.app import app
from syncd.domain.steps import Action, Approval
from syncd.errors import UsageError
from syncd.reconcile.catalogue import BY_CODE, KINDS, Group, Severity, kind_of
from syncd.reconcile.policy import Policy
from tests.plan.steps import NOW
from tests.reference import REFERENCE, needs_reference

CORE = (
    "A01-A04, A06, B01-B04, B06, B08-B10, C01-C04, C06, C10, C12, C14, D01-D05, D07, E01, E03, E05, E06, F01, F02, F04, F07, "
    "F09, F10, F12, F13"
)


def _codes(text: str) -> set[str]:
    found: set[str] = set()
    for first, last in re.findall(r"([A-F]\d\d)(?:-([A-F]\d\d))?", text):
        found |= {f"{first[0]}{number:02}" for number in range(int(first[1:]), int((last or first)[1:]) + 1)}
    return found


@needs_reference
@pytest.mark.reference
def test_the_rows_are_those_of_the_page() -> None:
    page = (REFERENCE / "drift-catalogue.md").read_text()
    rows = re.findall(r"^\| ([A-F]\d\d) \| (\w+) \|", page, re.MULTILINE)
    assert [(kind.code, kind.name) for kind in KINDS.values()] == rows
    assert f"39 core kinds: {CORE};" in page


@needs_reference
@pytest.mark.reference
def test_severities_are_those_of_the_page() -> None:
    page = (REFERENCE / "drift-catalogue.md").read_text()
    letters = dict(re.findall(r"^\| ([A-F]\d\d) \| \w+ \|.*?\| ([CHMLI])\b[^|]*\|", page, re.MULTILINE))
    stated = {
        code: next(each for each in Severity if each.value.startswith(letter.lower()))
        for code, letter in letters.items()
    }
    assert set(stated) == set(BY_CODE)
    aged = {
        code: min([kind.severity, *(each for _, each in kind.severity_ageing)], key=lambda each: each.rank)
        for code, kind in BY_CODE.items()
    }
    # C14 and F09 are stated fresh on the page, A01 as what it becomes after two hours.
    differing = {code for code in BY_CODE if stated[code] not in {BY_CODE[code].severity, aged[code]}}
    assert differing == set()
    assert {code for code, kind in BY_CODE.items() if kind.severity_ageing} == {"A01", "C14", "F09"}


def test_there_are_68_kinds_39_of_them_core() -> None:
    counts = {group: sum(kind.group is group for kind in KINDS.values()) for group in Group}
    assert list(counts.values()) == [8, 11, 14, 11, 10, 14]
    assert {kind.code for kind in KINDS.values() if kind.is_core} == _codes(CORE)
    assert sum(kind.is_core for kind in KINDS.values()) == 39
    more = {kind.code for kind in KINDS.values() if kind.is_detected and not kind.is_core}
    assert more == set("A05 A07 A08 B05 B07 B11 C11 C13 D08 D10 D11 F05".split())  # noqa: SIM905


def test_steps_answer_the_kinds_that_the_design_names() -> None:
    answered = {
        (kind.code, kind.policy_key, kind.action, kind.default_action.value)
        for kind in KINDS.values()
        if kind.policy_key
    }
    assert answered == {
        *((code, "create_fulfillments", "create_fulfillment", "auto") for code in ("A01", "A02", "A06")),
        *((code, "update_tracking", "update_tracking", "auto") for code in ("A03", "A04", "B02", "B06")),
        ("C02", "cancel_stale_requests", "cancel_fulfillment_order", "required"),
        ("C03", "cancel_stale_requests", "submit_cancellation_request", "required"),
        ("C04", "cancel_stale_requests", "cancel_fulfillment_order", "required"),
        ("B01", "unfulfill", "cancel_fulfillment", "required"),
        ("D02", "unfulfill", "cancel_fulfillment", "required"),
        *((code, "holds", "hold", "report") for code in ("C06", "D01", "D07")),
        ("D03", "supplier_cancel", "supplier_cancel", "required"),
        ("E10", "delivery_events", "add_event", "report"),
    }
    assert {kind.action for kind in KINDS.values()} <= {*Action, "report"}


def test_defaults_are_those_of_the_policy() -> None:
    assert all(getattr(Policy(), kind.policy_key) is kind.default_action for kind in KINDS.values() if kind.policy_key)
    assert all(kind.default_action is Approval.REPORT for kind in KINDS.values() if not kind.policy_key)


def test_creates_are_barred_where_the_design_says() -> None:
    barred = {kind.code: kind.bars_create for kind in KINDS.values() if kind.bars_create}
    assert barred == {**dict.fromkeys("B08 B10 C10 D02 D04 D05 E06 F01 F04 F10 F12".split(), "order"), "F13": "line"}  # noqa: SIM905


@pytest.mark.parametrize(
    ("kind", "age", "case", "severity"),
    [
        ("A01", timedelta(0), "", "medium"),
        ("A01", timedelta(hours=2), "", "medium"),
        ("A01", timedelta(hours=2, seconds=1), "", "high"),
        ("A01", None, "", "medium"),
        ("C14", timedelta(days=14), "", "medium"),
        ("C14", timedelta(days=15), "", "high"),
        ("F09", timedelta(hours=7), "", "high"),
        ("F04", timedelta(days=9), "", "critical"),
        ("F04", timedelta(days=9), "less", "medium"),
        ("E06", None, "combined", "low"),
        ("B05", timedelta(days=99), "", "info"),
    ],
)
def test_severity_rises_with_age(kind: str, age: timedelta | None, case: str, severity: str) -> None:
    since = None if age is None else NOW - age
    assert KINDS[kind_of(kind).name].severity_at(since=since, now=NOW, case=case) == severity


def test_severity_rises_by_rank_and_not_by_the_alphabet() -> None:
    kind = replace(KINDS["carrier_mismatch"], severity_ageing=((timedelta(hours=1), Severity.MEDIUM),))
    assert kind.severity is Severity.LOW
    assert kind.severity_at(since=NOW - timedelta(hours=2), now=NOW, case="") is Severity.MEDIUM


def test_a_kind_is_found_by_code_or_name_in_any_spelling() -> None:
    spellings = ("A01", "a01", " shipped_not_fulfilled ", "Shipped-Not-Fulfilled", "shipped not fulfilled")
    assert {kind_of(text).code for text in spellings} == {"A01"}


def test_a_wrong_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"'shiped_not_fulfiled'.*Did you mean shipped_not_fulfilled") as caught:
        kind_of("shiped_not_fulfiled")
    assert caught.value.exit_code == 64
    with pytest.raises(UsageError, match=r"Did you mean tracking_replaced_at_supplier\?"):
        kind_of("trcking-replced-at-suplier")
    with pytest.raises(UsageError, match=r"Did you mean supplier_unpaid or supplier_delay_vs_promise"):
        kind_of("supplier-delay-unpaid")
    with pytest.raises(UsageError, match=r"The codes of this group are A01 to A08"):
        kind_of("A99")
    with pytest.raises(UsageError, match=r"The codes of this group are A01 to A08"):
        kind_of("a9")
    with pytest.raises(UsageError, match=r"names such as shipped_not_fulfilled"):
        kind_of("???")


@pytest.mark.parametrize("code", sorted(BY_CODE))
def test_a_runbook_is_short_and_honest(code: str) -> None:
    kind = BY_CODE[code]
    sentences = [each for each in re.split(r"(?<=[.!?])\s+", kind.runbook) if each]
    assert 3 <= len(sentences) <= 6
    assert len(kind.runbook) <= 480
    says_so = "This version does not" in kind.runbook or "this version does not" in kind.runbook
    assert says_so is not kind.is_detected
    assert kind.detect.endswith(".")
    assert not kind.title.endswith(".")
    assert "  " not in kind.runbook + kind.detect


def test_every_command_that_a_runbook_names_exists() -> None:
    named = {name for kind in KINDS.values() for name in re.findall(r"`syncd ([a-z-]+)", kind.runbook + kind.detect)}
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert named
    assert named - set(commands) == set()
