"""Steps that a person types, links, and what waits for a yes."""

import sys

import pytest

from tests.cli.conftest import Terminal


def test_an_order_is_fulfilled_under_a_number_and_taken_back(desk):
    order = desk.order("OWN-1")
    result = desk.syncd("fulfill", order.name, "--tracking", "RR123456785DK", "--carrier", "PostNord", "--yes")
    assert result.code == 0, result.err
    (made,) = desk.fulfillments(order)
    assert [one.number for one in made.tracking] == ["RR123456785DK"]
    result = desk.syncd("unfulfill", order.name, "--reason", "premature", "--note", "still here", "--yes")
    assert result.code == 0, result.err
    assert desk.fulfillments(order)[0].status == "CANCELLED"
    assert "still here" in desk.syncd("history", order.name).out
    assert desk.syncd("unfulfill", order.name, "--reason", "premature", "--yes").code == 64


def test_a_line_can_be_named_and_a_wrong_one_is_told(desk):
    order = desk.order("OWN-1", "OWN-2")
    result = desk.syncd("fulfill", order.name, "--line", "OWN-3", "--yes")
    assert result.code == 64
    assert "did you mean" in result.err
    assert desk.syncd("fulfill", order.name, "--line", "OWN-2=x", "--yes").code == 64
    assert desk.syncd("fulfill", order.name, "--line", "OWN-2", "--yes").code == 0
    (made,) = desk.fulfillments(order)
    assert len(made.lines) == 1


@pytest.mark.parametrize("reason", [[], ["--reason", "prematur"]])
def test_unfulfill_needs_a_reason_that_it_knows(desk, reason):
    order = desk.order("OWN-1")
    result = desk.syncd("unfulfill", order.name, *reason, "--yes")
    assert result.code == 64
    assert "premature" in result.err
    assert desk.streets.calls == []


def test_what_moved_is_not_taken_back(desk):
    order = desk.shipped()
    desk.syncd("reconcile", "--yes")
    for placed in desk.cj.orders:
        desk.cj.deliver(placed)
    result = desk.syncd("unfulfill", order.name, "--reason", "premature", "--yes")
    assert result.code == 4, result.err
    assert desk.fulfillments(order)[0].status == "SUCCESS"


def test_a_hold_is_placed_and_released(desk):
    order = desk.order("OWN-1")
    assert desk.syncd("hold", order.name, "--reason", "incorrect_address", "--yes").code == 0
    (work,) = order.fulfillment_orders
    assert work.status == "ON_HOLD"
    assert desk.syncd("release", order.name, "--yes").code == 0
    assert work.status == "OPEN"
    assert desk.syncd("release", order.name, "--yes").code == 64
    assert desk.syncd("hold", order.name, "--reason", "whatever", "--yes").code == 64


def test_a_dry_run_sends_nothing(desk):
    order = desk.order("OWN-1")
    result = desk.syncd("fulfill", order.name, "--dry-run", "--format", "json")
    assert result.code == 0, result.err
    assert result.document["effects"]["fulfillments_created"] == 1
    assert desk.fulfillments(order) == []


def test_without_a_terminal_a_step_by_hand_needs_yes(desk):
    order = desk.order("OWN-1")
    assert desk.syncd("fulfill", order.name).code == 64
    assert desk.streets.calls == []


@pytest.mark.parametrize(("answer", "made"), [("y\n", 1), ("n\n", 0), ("\n", 0)])
def test_at_a_terminal_it_asks(desk, monkeypatch, answer, made):
    order = desk.order("OWN-1")
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert desk.syncd("fulfill", order.name).code == 0
    assert len(desk.fulfillments(order)) == made


class TestLinks:
    """Which supplier order belongs to which store order."""

    def test_a_link_by_hand_is_listed_and_taken_back(self, desk):
        order = desk.order("CJ-1")
        assert desk.syncd("link", order.name, "cj", "900").code == 0
        (row,) = desk.syncd("links", "--format", "json").document["links"]
        assert (row["order"], row["supplier"], row["supplier_order"], row["origin"], row["by"]) == (
            order.id,
            "cj",
            "900",
            "person",
            "ada",
        )
        assert "already" in desk.syncd("link", order.name, "cj", "900").out
        assert desk.syncd("unlink", order.name, "cj", "900").code == 0
        assert desk.syncd("unlink", order.name, "cj", "900").code == 64
        assert "linked" in desk.syncd("history", order.name).out

    def test_a_wrong_supplier_is_told_with_the_nearest(self, desk):
        order = desk.order("CJ-1")
        result = desk.syncd("link", order.name, "cjj", "900")
        assert result.code == 64
        assert 'did you mean "cj"?' in result.err

    def test_a_link_file_is_taken_over_at_the_next_look(self, desk):
        order = desk.order("CJ-1")
        (desk.folder / "links.csv").write_text(f"store_order,line_sku,supplier_order_id\n{order.name},CJ-1,900\n")
        desk.syncd("drift")
        (row,) = desk.syncd("links", "--format", "json").document["links"]
        assert (row["supplier_order"], row["origin"]) == ("900", "file")


class TestApprovals:
    """What the policy does not allow alone."""

    def waiting(self, desk):
        desk.configure(("[suppliers.cj]", '[stores.main.policy]\ncreate_fulfillments = "approve"\n[suppliers.cj]'))
        order = desk.shipped()
        assert desk.syncd("reconcile", "--yes", "--detailed-exitcode").code == 2
        assert desk.fulfillments(order) == []
        (row,) = desk.syncd("approvals", "--format", "json").document["approvals"]
        return order, row["id"]

    def test_a_step_waits_until_it_is_approved(self, desk):
        order, step = self.waiting(desk)
        assert desk.syncd("approve", step).code == 0
        assert desk.syncd("reconcile", "--yes").code == 0
        assert len(desk.fulfillments(order)) == 1
        assert "Nothing waits" in desk.syncd("approvals").out

    def test_a_rejected_step_is_not_done_and_not_asked_for_again(self, desk):
        order, step = self.waiting(desk)
        assert desk.syncd("reject", step, "--reason", "wait for the customer").code == 0
        desk.syncd("reconcile", "--yes")
        assert desk.fulfillments(order) == []
        assert "Nothing waits" in desk.syncd("approvals").out

    def test_a_wrong_id_decides_nothing(self, desk):
        _, step = self.waiting(desk)
        assert desk.syncd("approve", step, "nonsense").code == 64
        assert step in desk.syncd("approvals").out
        assert desk.syncd("approve").code == 64
        assert desk.syncd("approve", step, "--all").code == 64

    def test_only_approvers_may_decide(self, desk):
        _, step = self.waiting(desk)
        desk.configure(("[suppliers.cj]", '[approvers]\nnames = ["grace"]\n[suppliers.cj]'))
        assert desk.syncd("approve", step).code == 77
        desk.env["SYNCD_ACTOR"] = "grace"
        assert desk.syncd("approve", step).code == 0
