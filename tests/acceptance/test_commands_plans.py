"""Saved plans, caps, and the lock that a run takes (design 4.2, 4.5)."""

import io
import json
from datetime import timedelta

import pytest

from adapters.sandbox.cj import CjLine
from tests.acceptance.conftest import documents, policy, writes


@pytest.fixture
def saved(desk):
    """An order that has been shipped, and a plan about it in plan.json."""
    order = desk.shipped()
    assert desk.syncd("plan", "--output", "plan.json").code == 0
    return order


def shipped(desk):
    """An order whose CJ goods have left under a number of its own."""
    order = desk.order("CJ-1")
    lines = [CjLine(quantity=1, store_line_id=line.id.rpartition("/")[2]) for line in order.lines]
    placed = desk.cj.place(name=order.name, store_order_id=order.id.rpartition("/")[2], lines=lines)
    desk.cj.ship(placed, number=f"YT24123456789{order.order_number:05}", carrier="YunExpress")
    return order


def document(desk):
    return json.loads((desk.folder / "plan.json").read_text())


def test_a_plan_comes_from_a_path_from_stdin_or_by_its_id(desk, monkeypatch):
    for way in ("path", "stdin", "id"):
        order = shipped(desk)
        desk.syncd("plan", "--output", "plan.json")
        if way == "stdin":
            monkeypatch.setattr("sys.stdin", io.StringIO((desk.folder / "plan.json").read_text()))
        name = {"path": "plan.json", "stdin": "-", "id": document(desk)["plan_id"]}[way]
        result = desk.syncd("apply", name, "--yes", "--format", "json")
        assert (result.code, result.document["summary"]["verified"]) == (0, 1), (way, result.err)
        assert len(desk.fulfillments(order)) == 1


def test_what_plan_prints_as_json_can_be_applied(desk):
    order = shipped(desk)
    (desk.folder / "p").write_text(desk.syncd("plan", "--format", "json").out)
    assert desk.syncd("apply", "p", "--yes").code == 0
    assert len(desk.fulfillments(order)) == 1


def test_the_same_plan_again_is_already_done_and_writes_nothing(desk, saved):
    assert desk.syncd("apply", "plan.json", "--yes").code == 0
    written = len(writes(desk))
    for name in ("plan.json", document(desk)["plan_id"]):
        result = desk.syncd("apply", name, "--yes", "--format", "json")
        assert result.code == 0
        assert [one["state"] for one in result.document["outcomes"]] == ["already_done"]
        assert result.document["outcomes"][0]["effect_id"] == desk.fulfillments(saved)[0].id
    assert len(writes(desk)) == written
    assert len(desk.fulfillments(saved)) == 1


def test_the_same_plan_is_already_done_when_reconcile_did_it(desk, saved):
    assert desk.syncd("reconcile", "--yes").code == 0
    result = desk.syncd("apply", "plan.json", "--yes", "--format", "json")
    assert (result.code, result.document["summary"]["already_done"]) == (0, 1)
    assert len(desk.fulfillments(saved)) == 1


def test_a_plan_is_good_for_an_hour(desk, saved):
    desk.clock.advance(timedelta(minutes=58))
    assert desk.syncd("apply", "plan.json", "--yes").code == 0
    assert len(desk.fulfillments(saved)) == 1


def test_an_older_plan_is_refused_whole(desk, saved):
    desk.clock.advance(timedelta(hours=1))
    for name in ("plan.json", document(desk)["plan_id"]):
        result = desk.syncd("apply", name, "--yes")
        assert result.code == 4
        assert "syncd plan" in result.err
    assert writes(desk) == []


def test_a_plan_for_another_store_is_refused_whole(desk, saved):
    other = json.dumps(document(desk) | {"store": "elsewhere"})
    (desk.folder / "other.json").write_text(other)
    assert desk.syncd("apply", "other.json", "--yes").code == 4
    assert writes(desk) == []


@pytest.mark.parametrize(
    "change", ['fulfill_on = "in_transit"', 'create_fulfillments = "approve"', 'stale_after = "6d"']
)
def test_a_plan_made_under_another_policy_is_refused_whole(desk, saved, change):
    desk.configure(policy(change))
    assert desk.syncd("apply", "plan.json", "--yes").code == 4
    assert writes(desk) == []


def test_notifying_is_part_of_the_policy(desk, saved):
    desk.configure(('mode = "act"', 'mode = "act"\nnotify_customer = "once"'))
    assert desk.syncd("apply", "plan.json", "--yes").code == 4


def test_a_step_that_is_stale_is_refused_and_the_rest_goes_on(desk):
    first, second = shipped(desk), shipped(desk)
    desk.syncd("plan", "--output", "plan.json")
    desk.store.world.merchant.fulfill(first, number="YT2412345678901234", company="YunExpress")
    result = desk.syncd("apply", "plan.json", "--yes", "--format", "json")
    assert result.code == 3
    states = {one["order"]: (one["state"], one["detail"]["code"]) for one in result.document["outcomes"]}
    assert states[first.name] == ("refused", "stale")
    assert states[second.name][0] == "verified"
    assert (len(desk.fulfillments(first)), len(desk.fulfillments(second))) == (1, 1)


def test_a_cancelled_order_is_stale(desk, saved):
    desk.store.world.merchant.cancel_order(saved)
    desk.clock.advance(timedelta(minutes=10))
    desk.store.world.settle()
    assert desk.syncd("apply", "plan.json", "--yes").code == 3
    assert desk.fulfillments(saved) == []


def test_a_supplier_that_is_not_reached_is_told_as_such(desk, saved, unreachable):
    unreachable("cj.test")
    result = desk.syncd("apply", "plan.json", "--yes", "--format", "json")
    assert result.code == 3
    (outcome,) = result.document["outcomes"]
    assert outcome["detail"]["code"] != "stale"
    assert "cj" in outcome["detail"]["text"]
    assert desk.fulfillments(saved) == []


def test_a_plan_whose_steps_wait_is_fine_and_goes_after_the_yes(desk):
    desk.configure(policy('create_fulfillments = "approve"'))
    order = shipped(desk)
    desk.syncd("plan", "--output", "plan.json")
    (step,) = document(desk)["steps"]
    assert step["approval"] == "required"
    result = desk.syncd("apply", "plan.json", "--yes", "--format", "json")
    assert (result.code, result.document["outcomes"][0]["state"]) == (0, "awaiting_approval")
    assert desk.fulfillments(order) == []
    assert desk.syncd("approve", step["id"]).code == 0
    result = desk.syncd("apply", "plan.json", "--yes", "--format", "json")
    assert (result.code, result.document["outcomes"][0]["state"]) == (0, "verified"), result
    assert len(desk.fulfillments(order)) == 1


@pytest.mark.parametrize("text", ["", "[]", "{}", "no json", '{"schema": 1}', '{"schema": 99}', "null", '"x"', "\xff"])
def test_what_is_no_plan_is_64(desk, text):
    (desk.folder / "p.json").write_bytes(text.encode("latin-1"))
    result = desk.syncd("apply", "p.json", "--yes")
    assert result.code == 64
    assert "Traceback" not in result.err


def test_a_plan_that_was_edited_does_no_more_than_the_present_wants(desk, saved):
    forged = document(desk)
    forged["steps"][0]["tracking"][0]["number"] = "YT0000000000000000"
    forged["steps"][0]["notify_customer"] = True
    (desk.folder / "forged.json").write_text(json.dumps(forged))
    assert desk.syncd("apply", "forged.json", "--yes").code in {3, 4, 64}
    assert writes(desk) == []


def test_a_dry_run_of_a_plan_shows_it_and_sends_nothing(desk, saved):
    result = desk.syncd("apply", "plan.json", "--dry-run", "--format", "json")
    assert result.code == 0
    assert documents(result)[0]["plan_id"] == document(desk)["plan_id"]
    assert desk.fulfillments(saved) == []
    assert writes(desk) == []


def test_every_mode_of_only_looking_sends_nothing(desk):
    shipped(desk)
    for arguments in (["plan"], ["drift"], ["reconcile", "--dry-run"], ["explain", "#1001"]):
        assert desk.syncd(*arguments).code == 0
    assert writes(desk) == []


class TestCaps:
    """`max_changes_per_run`, `max_destructive_share`, and the options that lift them for one run."""

    def test_additive_steps_over_the_cap_wait_for_the_next_pass(self, desk):
        desk.configure(policy("max_changes_per_run = 2"))
        orders = [shipped(desk) for _ in range(3)]
        result = desk.syncd("reconcile", "--yes", "--format", "json")
        assert result.code == 0
        assert result.document["summary"]["verified"] == 2
        assert [one["detail"]["code"] for one in result.document["outcomes"] if one["state"] != "verified"] == [
            "deferred"
        ]
        assert desk.syncd("reconcile", "--yes").code == 0
        assert [len(desk.fulfillments(order)) for order in orders] == [1, 1, 1]

    def test_allow_changes_lifts_the_cap_for_one_run(self, desk):
        desk.configure(policy("max_changes_per_run = 1"))
        for _ in range(3):
            shipped(desk)
        result = desk.syncd("reconcile", "--yes", "--allow-changes", "3", "--format", "json")
        assert result.document["summary"]["verified"] == 3

    @pytest.fixture
    def stale(self, desk):
        """Eight requests that nobody answers, of which no supplier knows anything; they may be withdrawn alone."""

        def make(*lines, orders=8):
            desk.configure(policy('cancel_stale_requests = "auto"', *lines))
            app = desk.store.world.add_app("cj-app", token="shpat_service")
            service = desk.store.world.add_service("CJ service", app=app)
            made = [desk.order("CJ-1") for _ in range(orders)]
            for one in made:
                desk.store.world.merchant.move(one, to=service.location)
                desk.store.world.merchant.submit_request(one)
            desk.syncd("drift")
            desk.clock.advance(timedelta(hours=25))
            return made

        return make

    def test_destructive_steps_over_the_cap_refuse_the_run(self, desk, stale):
        stale("max_changes_per_run = 3", "max_destructive_share = 1.0", orders=4)
        additive = shipped(desk)
        result = desk.syncd("reconcile", "--yes", "--format", "json")
        assert result.code == 4
        assert [one["guard"] for one in result.document["plan"]["refused"]] == ["count"]
        assert writes(desk) == []
        assert desk.fulfillments(additive) == []

    def test_too_large_a_share_is_refused_and_its_arithmetic_told(self, desk, stale):
        stale()
        result = desk.syncd("reconcile", "--yes", "--format", "json")
        assert result.code == 4
        (refused,) = result.document["plan"]["refused"]
        assert (refused["guard"], refused["scope"], refused["limit"]) == ("share", "cj", 0.3)
        assert "--allow-destructive" in refused["remedy"]
        assert writes(desk) == []

    def test_allow_destructive_lifts_both_for_one_run(self, desk, stale):
        stale()
        result = desk.syncd("reconcile", "--yes", "--allow-destructive", "8", "--format", "json")
        assert (result.code, result.document["summary"]["verified"]) == (0, 8), result

    def test_below_five_steps_no_share_is_looked_at(self, desk, stale):
        stale(orders=4)
        result = desk.syncd("reconcile", "--yes", "--format", "json")
        assert (result.code, result.document["summary"]["verified"]) == (0, 4), result
