"""What users ask about: drift, one order, the history, the state of things, and whether all is right."""

import csv
import io
import json
import zipfile

import pytest
from jsonschema import Draft202012Validator

from tests.reference import ROOT


def schema(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((ROOT / "syncd" / "schemas" / f"{name}.json").read_text()))


def test_drift_is_listed_with_its_evidence_and_the_document_is_as_published(desk):
    order = desk.shipped()
    result = desk.syncd("drift", "--format", "json", "--detailed-exitcode")
    assert result.code == 2, result.err
    (drift,) = result.document["drifts"]
    assert (drift["order"], drift["kind"], drift["state"]) == (order.name, "shipped_not_fulfilled", "open")
    assert list(schema("drift").iter_errors(result.document)) == []


def test_drift_of_the_last_look_asks_nobody(desk):
    desk.shipped()
    desk.syncd("drift")
    desk.streets.calls.clear()
    result = desk.syncd("drift", "--last", "--format", "json")
    assert (result.code, len(result.document["drifts"]), desk.streets.calls) == (0, 1, [])


def test_drift_can_be_narrowed_by_kind_and_by_order(desk):
    wanted, _ = desk.shipped(), desk.shipped()
    assert desk.syncd("drift", "--kind", "B01", "--format", "json").document["drifts"] == []
    found = desk.syncd("drift", "--kind", "a01", "--order", wanted.name, "--format", "json").document["drifts"]
    assert [one["order"] for one in found] == [wanted.name]
    assert desk.syncd("drift", "--kind", "A99").code == 64


@pytest.mark.parametrize("name", ["drift", "history"])
def test_reports_come_as_csv_html_and_workbook(desk, name):
    order = desk.shipped()
    desk.syncd("reconcile", "--yes")
    desk.shipped()
    table = desk.syncd(name, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(table.out)))
    assert rows
    assert all(row["order"].lstrip("'") for row in rows)
    page = desk.syncd(name, "--format", "html", "--output", "report.html")
    assert (page.code, page.out) == (0, "")
    assert (desk.folder / "report.html").read_text().startswith("<!doctype html>")
    assert desk.syncd(name, "--format", "xlsx", "-o", "report.xlsx").code == 0
    assert zipfile.is_zipfile(desk.folder / "report.xlsx")
    assert desk.syncd(name, "--format", "xlsx", "-o", "nowhere/report.xlsx").code == 1
    assert order.name in desk.syncd("history").out


def test_an_order_is_explained(desk):
    order = desk.shipped()
    result = desk.syncd("explain", order.name)
    assert result.code == 0, result.err
    assert "YT2412345678901234" in result.out
    assert order.name in desk.syncd("explain", order.id, "--last").out


def test_history_tells_who_did_what_and_is_whole(desk):
    order = desk.shipped()
    desk.syncd("reconcile", "--yes")
    result = desk.syncd("history", order.name, "--format", "json")
    events = result.document["events"]
    assert {event["actor"] for event in events} == {"ada"}
    assert list(schema("history").iter_errors(result.document)) == []
    whole = desk.syncd("history", "--verify")
    assert (whole.code, "whole" in whole.out) == (0, True)


def test_status_before_and_after_a_look(desk):
    assert "never looked at" in desk.syncd("status").out
    desk.shipped()
    desk.syncd("drift")
    (one,) = desk.syncd("status", "--format", "json").document["stores"]
    assert (one["open_orders"], one["drifts"], one["unsettled"], one["held_by"]) == (1, 1, 0, None)


def test_check_tells_that_all_is_right(desk):
    result = desk.syncd("check", "--format", "json")
    assert result.code == 0, result.out
    assert list(schema("check").iter_errors(result.document)) == []
    names = [one["name"] for one in result.document["checks"]]
    assert {"config", "secrets", "journal", "credentials"} <= set(names)


def test_check_tells_what_is_wrong_and_goes_on(desk):
    desk.env["TOKEN"] = "shpat_wrong"
    result = desk.syncd("check", "--format", "json")
    assert result.code == 77, result.out
    assert "shpat_wrong" not in result.out
    failed = [one for one in result.document["checks"] if one["state"] == "fail"]
    assert failed
    assert all(one["remedy"] for one in failed)
    assert any("CJ" in one["text"] for one in result.document["checks"])


def test_check_with_a_secret_missing_or_a_wrong_file_ends_with_78(desk):
    del desk.env["CJ_KEY"]
    result = desk.syncd("check")
    assert result.code == 78, result.out
    assert "CJ_KEY is not set" in result.out
    desk.configure(("[suppliers.cj]", "[supplierss.cj]"))
    result = desk.syncd("check", "--format", "json")
    assert result.code == 78
    assert 'did you mean "suppliers"?' in result.document["checks"][0]["text"]


def test_adapters_are_listed_with_their_keys(desk):
    found = desk.syncd("adapters", "--format", "json").document["adapters"]
    assert {("store", "shopify"), ("supplier", "cj"), ("supplier", "feed")} <= {(o["kind"], o["name"]) for o in found}
    assert all(one["summary"] and one["keys"] for one in found)


def test_settings_are_shown_with_their_origin_and_without_secrets(desk):
    desk.configure(("[stores.main]", '[database]\nurl = "sqlite:///a.db"\n[stores.main]'))
    shown = desk.syncd("config", "show", "--origin").out
    assert 'stores.main.token = "env:TOKEN"    # syncd.toml:7' in shown
    assert 'stores.main.policy.tags = "report"    # default' in shown
    assert "shpat_test" not in shown


def test_the_journal_is_checked_upgraded_and_copied(desk):
    assert desk.syncd("db", "upgrade").code == 0
    assert desk.syncd("db", "check").code == 0
    assert desk.syncd("db", "backup", "copy.db").code == 0
    assert (desk.folder / "copy.db").stat().st_size > 0
    assert desk.syncd("db", "backup", "copy.db").code == 1
