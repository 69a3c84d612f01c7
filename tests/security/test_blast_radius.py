"""What syncd itself could break: how much at once, on whose word, and how it is seen afterwards."""

import json
import sqlite3
from datetime import timedelta

import pytest

from tests.acceptance.conftest import policy, writes
from tests.cli.test_pause import _placed

MASS = 12


def stale_requests(desk, count: int) -> None:
    """Requests at CJ's service that nobody answered: each is one that the policy may withdraw."""
    twin = desk.store.world
    service = twin.add_service("CJ service", app=twin.add_app("cj-app", token="shpat_service"))
    for _ in range(count):
        order = desk.order("CJ-1")
        twin.merchant.move(order, to=service.location)
        twin.merchant.submit_request(order)
    desk.clock.advance(timedelta(days=3))


def test_observing_sends_nothing_whatever_is_asked_for(desk):
    desk.configure(('mode = "act"', 'mode = "observe"'))
    desk.shipped()
    for command in ("reconcile --yes", "run --once", "fulfill #1001 --yes --tracking 1Z999AA10123456784"):
        desk.syncd(*command.split(" "))
    assert writes(desk) == []


def test_more_destructive_steps_than_a_run_may_have_change_nothing(desk):
    desk.configure(policy('cancel_stale_requests = "auto"', "max_changes_per_run = 3", "max_destructive_share = 1.0"))
    stale_requests(desk, MASS)
    result = desk.syncd("reconcile", "--yes", "--format", "json")
    assert result.code == 4
    assert writes(desk) == []
    refusal = result.document["plan"]["refused"][0]
    assert (refusal["seen"], refusal["limit"]) == (MASS, 3)
    assert "--allow-destructive" in refusal["remedy"]


def test_too_large_a_share_of_a_suppliers_orders_changes_nothing(desk):
    desk.configure(policy('cancel_stale_requests = "auto"'))
    stale_requests(desk, MASS)
    assert desk.syncd("reconcile", "--yes").code == 4
    assert writes(desk) == []


def test_a_yes_lifts_no_guard_and_approves_nothing(desk):
    desk.configure(policy('cancel_stale_requests = "approve"'))
    stale_requests(desk, 2)
    result = desk.syncd("reconcile", "--yes", "--format", "json")
    assert {one["state"] for one in result.document["outcomes"]} == {"awaiting_approval"}
    assert writes(desk) == []


def test_a_supplier_that_suddenly_cancels_a_third_is_frozen_until_a_person_believes_it(desk):
    refs = [_placed(desk) for _ in range(MASS)]
    desk.syncd("reconcile", "--yes")
    for ref in refs:
        desk.cj.cancel(ref)
    assert "adapter_mass_change" in desk.syncd("drift", "--format", "json").out
    sent = len(writes(desk))
    desk.syncd("reconcile", "--yes")
    assert len(writes(desk)) == sent
    assert desk.syncd("resume", "cj").code == 64, "a pipe is no person"


def test_only_those_named_approve(desk):
    desk.configure(
        policy('cancel_stale_requests = "approve"'),
        ("[stores.main]", '[approvers]\nnames = ["grace"]\n\n[stores.main]'),
    )
    stale_requests(desk, 1)
    desk.syncd("reconcile", "--yes")
    assert desk.syncd("approve", "--all").code != 0
    assert writes(desk) == []
    desk.env["SYNCD_ACTOR"] = "grace"
    assert desk.syncd("approve", "--all").code == 0


def test_history_shows_who_when_and_why_and_refuses_to_be_rewritten(desk):
    desk.shipped()
    desk.syncd("reconcile", "--yes")
    (event,) = [one for one in desk.syncd("history", "--format", "json").document["events"] if one["order"] == "#1001"]
    assert (event["actor"], event["what"]) == ("ada", "create_fulfillment verified")
    with sqlite3.connect(desk.folder / "syncd.db") as conn:
        for statement in ("UPDATE history SET actor = 'eve'", "DELETE FROM history"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                conn.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE history SET actor = 'eve'",
        "UPDATE history SET why = 'it was right'",
        "DELETE FROM history WHERE seq = (SELECT max(seq) FROM history)",
        "UPDATE history SET after = NULL",
    ],
)
def test_whoever_rewrites_it_all_the_same_is_seen(desk, statement):
    desk.shipped()
    desk.syncd("reconcile", "--yes")
    assert desk.syncd("history", "--verify").code == 0
    with sqlite3.connect(desk.folder / "syncd.db") as conn:
        for trigger in ("history_no_update", "history_no_delete"):
            conn.execute(f"DROP TRIGGER {trigger}")
        conn.execute(statement)
    conn.close()
    assert desk.syncd("history", "--verify").code == 1
    assert "history" in desk.syncd("db", "check").out
    assert desk.syncd("db", "check").code == 1


def test_a_plan_that_somebody_wrote_by_hand_is_judged_like_any_other(desk):
    """Its steps are decided again on what is so now: what the present does not call for is not sent."""
    desk.shipped()
    desk.syncd("plan", "--output", "plan.json")
    plan = json.loads((desk.folder / "plan.json").read_text())
    other = desk.order("CJ-2")
    forged = {
        **plan["steps"][0],
        "order": other.name,
        "order_id": other.id,
        "notify_customer": True,
        "approval": "auto",
    }
    forged["tracking"] = [{"number": "1Z999AA10123456784", "company": "UPS", "url": "https://evil.example"}]
    (desk.folder / "plan.json").write_text(json.dumps({**plan, "steps": [forged]}))
    desk.syncd("apply", "plan.json", "--yes")
    assert desk.fulfillments(other) == []
    assert writes(desk) == []
