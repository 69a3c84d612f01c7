"""What programs read on stdout: JSON documents alone, with every key of the contract (design 4.4)."""

import json
from itertools import pairwise

import pytest

from tests.acceptance.conftest import EFFECTS, is_time, policy

GID = "gid://shopify/"


@pytest.fixture
def plan(desk):
    desk.shipped()
    result = desk.syncd("plan", "--format", "json")
    assert result.out.count("\n") == 1
    return result.document


def test_a_plan_has_every_key(plan):
    assert plan["schema"] == 1
    assert plan["store"] == "main"
    assert plan["plan_id"]
    assert plan["fingerprint"]
    assert is_time(plan["created_at"])
    assert set(plan["effects"]) >= EFFECTS
    assert all(isinstance(count, int) for count in plan["effects"].values())
    assert plan["refused"] == []


def test_a_step_has_every_key(plan):
    (step,) = plan["steps"]
    assert step["action"] == "create_fulfillment"
    assert step["order"] == "#1001"
    assert step["order_id"].startswith(f"{GID}Order/")
    (line,) = step["lines"]
    assert (line["sku"], line["quantity"]) == ("CJ-1", 1)
    assert line["line_item_id"].startswith(f"{GID}LineItem/")
    (tracking,) = step["tracking"]
    assert set(tracking) == {"number", "company", "url"}
    assert (tracking["number"], tracking["company"]) == ("YT2412345678901234", "YunExpress")
    assert step["notify_customer"] is False
    assert step["drift"] == "shipped_not_fulfilled"
    assert step["why"]
    assert step["approval"] == "auto"
    assert step["customer_visible"] is True
    assert step["id"]


def test_drift_has_every_key(desk):
    desk.shipped()
    document = desk.syncd("drift", "--format", "json").document
    assert document["schema"] == 1
    assert is_time(document["generated_at"])
    by_name = {source["name"]: source for source in document["sources"]}
    assert {"main", "cj", "depot"} <= set(by_name)
    for source in by_name.values():
        assert set(source) >= {"name", "complete", "error", "age_s"}
        assert (source["complete"], source["error"]) == (True, None)
        assert source["age_s"] >= 0
    (drift,) = document["drifts"]
    assert set(drift) >= {
        "id",
        "kind",
        "severity",
        "store",
        "order",
        "order_id",
        "lines",
        "first_seen",
        "last_seen",
        "state",
        "confirmed",
        "regressions",
        "evidence",
        "action",
        "runbook",
    }
    assert (drift["kind"], drift["store"], drift["order"], drift["state"]) == (
        "shipped_not_fulfilled",
        "main",
        "#1001",
        "open",
    )
    assert drift["severity"] in {"critical", "high", "medium", "low", "info"}
    assert drift["order_id"].startswith(f"{GID}Order/")
    assert drift["action"] == "create_fulfillment"
    assert all(is_time(at) for at in (drift["first_seen"], drift["last_seen"], drift["evidence"]["observed_at"]))
    assert drift["regressions"] == 0
    assert drift["runbook"]


def test_a_source_that_is_not_reached_is_told_in_the_document(desk, unreachable):
    desk.order("CJ-1")
    unreachable("cj.test")
    result = desk.syncd("drift", "--format", "json")
    assert result.code == 3
    cj = next(source for source in result.document["sources"] if source["name"] == "cj")
    assert cj["complete"] is False
    assert cj["error"]


def test_a_run_has_every_key(desk):
    desk.shipped()
    document = desk.syncd("reconcile", "--yes", "--format", "json").document
    assert set(document) >= {
        "schema",
        "run_id",
        "plan_id",
        "store",
        "started_at",
        "finished_at",
        "plan",
        "outcomes",
        "summary",
    }
    assert is_time(document["started_at"])
    assert is_time(document["finished_at"])
    (outcome,) = document["outcomes"]
    (step,) = document["plan"]["steps"]
    assert outcome["step"] == step["id"]
    assert outcome["state"] == "verified"
    assert set(outcome["detail"]) == {"code", "text"}
    assert outcome["attempts"] == 1
    assert outcome["effect_id"].startswith(f"{GID}Fulfillment/")
    assert document["summary"]["verified"] == 1


def test_check_has_every_key(desk):
    document = desk.syncd("check", "--format", "json").document
    for one in document["checks"]:
        assert set(one) >= {"name", "state", "text", "remedy"}
        assert one["state"] in {"ok", "warn", "fail"}


def test_check_of_a_broken_configuration_is_json_too(desk):
    desk.configure(('mode = "act"', 'mod = "act"'))
    result = desk.syncd("check", "--format", "json")
    assert result.code == 78
    assert result.document["checks"][0]["state"] == "fail"


def test_history_has_every_key_and_is_chained(desk):
    order = desk.shipped()
    desk.syncd("reconcile", "--yes")
    events = desk.syncd("history", order.name, "--format", "json").document["events"]
    assert events
    for event in events:
        assert set(event) >= {"at", "actor", "what", "why", "before", "after", "hash", "previous"}
        assert is_time(event["at"])
        assert event["actor"] == "ada"
    every = desk.syncd("history", "--format", "json").document["events"]
    for before, after in pairwise(every):
        assert after["previous"] == before["hash"]


def test_drift_without_an_order_says_null(desk, unreachable):
    desk.order("CJ-1")
    unreachable("cj.test")
    drifts = desk.syncd("drift", "--format", "json").document["drifts"]
    of_source = [one for one in drifts if one["order"] is None]
    assert [one["kind"] for one in of_source] == ["observation_incomplete"]
    assert of_source[0]["order_id"] is None
    assert of_source[0]["lines"] == []


@pytest.mark.parametrize("form", ["csv", "html", "xlsx"])
@pytest.mark.parametrize("command", ["drift", "history"])
def test_reports_come_in_every_form(desk, command, form):
    desk.shipped()
    desk.syncd("reconcile", "--yes")
    assert desk.syncd(command, "--format", form, "--output", f"out.{form}").code == 0
    content = (desk.folder / f"out.{form}").read_bytes()
    assert content.startswith({"csv": b"", "html": b"<!", "xlsx": b"PK"}[form])
    assert content


def test_a_place_that_cannot_be_written_is_an_error_and_no_bug(desk):
    desk.shipped()
    for arguments in (["plan"], ["drift"], ["history"], ["drift", "--format", "csv"]):
        result = desk.syncd(*arguments, "--output", "nowhere/out")
        assert result.code == 1, arguments
        assert "nowhere/out cannot be written" in result.err
        assert "Traceback" not in result.err


def test_a_plan_file_survives_a_store_that_is_not_reached(desk, unreachable):
    desk.shipped()
    desk.syncd("plan", "--output", "plan.json")
    before = (desk.folder / "plan.json").read_text()
    unreachable("shop.test")
    assert desk.syncd("plan", "--output", "plan.json").code == 69
    assert (desk.folder / "plan.json").read_text() == before


def test_drift_of_before_asks_nobody(desk):
    desk.shipped()
    desk.syncd("drift")
    asked = len(desk.streets.calls)
    result = desk.syncd("drift", "--last", "--format", "json")
    assert [one["kind"] for one in result.document["drifts"]] == ["shipped_not_fulfilled"]
    assert {"main", "cj", "depot"} == {one["name"] for one in result.document["sources"]}
    assert all(one["age_s"] > 0 for one in result.document["sources"])
    assert desk.syncd("drift", "--last", "--order", "1001").code == 0
    assert len(desk.streets.calls) == asked


def test_logs_never_reach_stdout(desk):
    desk.shipped()
    for arguments in (["plan"], ["drift"], ["reconcile", "--yes"], ["check"], ["status"], ["history"]):
        result = desk.syncd("-vv", *arguments, "--format", "json")
        for line in result.out.splitlines():
            json.loads(line)
        assert "shpat_test" not in result.err


def test_only_reported_steps_change_nothing_and_are_shown(desk):
    desk.configure(policy('create_fulfillments = "report"'))
    desk.shipped()
    document = desk.syncd("plan", "--format", "json").document
    assert [step["approval"] for step in document["steps"]] == ["report"]


@pytest.mark.parametrize(
    "arguments",
    [["approvals"], ["links"], ["status"], ["adapters"], ["config", "show"], ["explain", "A01"], ["explain", "#1001"]],
    ids=" ".join,
)
def test_every_other_answer_is_one_document_too(desk, arguments):
    desk.shipped()
    desk.syncd("plan")
    result = desk.syncd(*arguments, "--format", "json")
    assert result.code == 0, result.err
    assert isinstance(result.document, dict)


def test_drift_of_before_the_first_look_is_empty_and_asks_nobody(desk):
    result = desk.syncd("drift", "--last", "--format", "json")
    assert (result.code, result.document["drifts"], result.document["sources"]) == (0, [], [])
    assert desk.streets.calls == []
