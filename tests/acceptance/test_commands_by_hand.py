"""What a person types for one order, approvals, links and the history of it all."""

import json
import sqlite3
from datetime import timedelta

import pytest

from adapters.sandbox.cj import CjLine
from adapters.sandbox.shopify import NewLine
from tests.acceptance.conftest import policy, writes

REASONS = (
    "fulfillment_error",
    "customer_change",
    "stock_discrepancy",
    "logistics",
    "premature",
    "supplier_cancelled",
    "recall",
    "other",
)


@pytest.fixture
def fulfilled(desk):
    """An own order that was fulfilled by hand, under a number."""
    order = desk.order("OWN-1")
    desk.store.world.merchant.fulfill(order, number="RR123456785DK", company="PostNord")
    return order


class TestUnfulfill:
    """The plain case: a live fulfillment without movement, with a reason."""

    @pytest.mark.parametrize("reason", REASONS)
    def test_every_reason_is_good_and_kept(self, desk, fulfilled, reason):
        result = desk.syncd("unfulfill", fulfilled.name, "--reason", reason, "--yes", "--format", "json")
        assert result.code == 0, result.err
        assert result.document["plan"]["effects"]["fulfillments_cancelled"] == 1
        assert desk.fulfillments(fulfilled)[0].status == "CANCELLED"
        events = desk.syncd("history", fulfilled.name, "--format", "json").document["events"]
        assert reason in json.dumps(events)

    def test_without_a_reason_it_is_64(self, desk, fulfilled):
        assert desk.syncd("unfulfill", fulfilled.name, "--yes").code == 64
        assert desk.fulfillments(fulfilled)[0].status == "SUCCESS"

    @pytest.mark.parametrize("status", ["IN_TRANSIT", "OUT_FOR_DELIVERY", "DELIVERED", "CARRIER_PICKED_UP"])
    def test_what_the_store_shows_moving_is_refused_with_4(self, desk, fulfilled, status):
        desk.store.world.merchant.add_event(fulfilled, status=status)
        result = desk.syncd("unfulfill", fulfilled.name, "--reason", "premature", "--yes")
        assert result.code == 4, result.err
        assert desk.fulfillments(fulfilled)[0].status == "SUCCESS"

    def test_an_open_return_is_refused_with_4(self, desk, fulfilled):
        desk.store.world.merchant.return_(fulfilled, lines={"OWN-1": 1})
        result = desk.syncd("unfulfill", fulfilled.name, "--reason", "premature", "--yes")
        assert result.code == 4
        assert "return" in result.err

    def test_what_the_supplier_shows_delivered_is_refused_with_4(self, desk):
        order = desk.shipped()
        desk.syncd("reconcile", "--yes")
        for placed in desk.cj.orders:
            desk.cj.deliver(placed)
        assert desk.syncd("unfulfill", order.name, "--reason", "other", "--yes").code == 4

    def test_a_supplier_that_cannot_be_read_bars_it(self, desk, unreachable):
        order = desk.shipped()
        desk.syncd("reconcile", "--yes")
        unreachable("cj.test")
        assert desk.syncd("unfulfill", order.name, "--reason", "other", "--yes").code in {3, 4}
        assert desk.fulfillments(order)[0].status == "SUCCESS"

    def test_a_dry_run_shows_what_would_be_taken_back(self, desk, fulfilled):
        result = desk.syncd("unfulfill", fulfilled.name, "--reason", "other", "--dry-run", "--format", "json")
        assert (result.code, result.document["effects"]["fulfillments_cancelled"]) == (0, 1)
        assert writes(desk) == []

    def test_without_a_terminal_it_wants_yes(self, desk, fulfilled):
        assert desk.syncd("unfulfill", fulfilled.name, "--reason", "other").code == 64
        assert writes(desk) == []

    def test_what_was_taken_back_by_a_person_is_not_created_again_by_the_next_pass(self, desk):
        order = desk.order("CJ-1")
        lines = [CjLine(quantity=1, store_line_id=line.id.rpartition("/")[2]) for line in order.lines]
        desk.cj.place(name=order.name, store_order_id=order.id.rpartition("/")[2], lines=lines)
        desk.store.world.merchant.fulfill(order)
        assert desk.syncd("unfulfill", order.name, "--reason", "premature", "--yes").code == 0
        assert desk.syncd("reconcile", "--yes").code == 0
        assert [one.status for one in desk.fulfillments(order)] == ["CANCELLED"]

    def test_a_planned_one_waits_until_it_is_approved(self, desk):
        order = desk.order("CJ-1")
        lines = [CjLine(quantity=1, store_line_id=line.id.rpartition("/")[2]) for line in order.lines]
        desk.cj.place(name=order.name, store_order_id=order.id.rpartition("/")[2], lines=lines)
        desk.store.world.merchant.fulfill(order)
        desk.clock.advance(timedelta(hours=49))
        result = desk.syncd("reconcile", "--yes", "--format", "json")
        assert (result.code, result.document["summary"]["awaiting_approval"]) == (0, 1), result
        step = result.document["outcomes"][0]["step"]
        assert desk.syncd("approve", step).code == 0
        assert desk.syncd("reconcile", "--yes").code == 0
        assert [one.status for one in desk.fulfillments(order)] == ["CANCELLED"]


class TestFulfill:
    """Open units, marked as sent."""

    def test_the_customer_is_not_told(self, desk):
        desk.configure(('mode = "act"', 'mode = "act"\nnotify_customer = "never"'))
        order = desk.order("OWN-1")
        result = desk.syncd(
            "fulfill", order.name, "--tracking", "RR123456785DK", "--carrier", "postnord", "--yes", "--format", "json"
        )
        assert result.document["plan"]["effects"]["customers_notified"] == 0
        assert list(desk.store.ledger.notifications()) == []
        assert desk.fulfillments(order)[0].tracking[0].company.startswith("PostNord")

    def test_part_of_a_line_can_be_named(self, desk):
        order = desk.store.world.create_order(NewLine(sku="OWN-1", quantity=3))
        assert desk.syncd("fulfill", order.name, "--line", "OWN-1=2", "--yes").code == 0
        assert [line.quantity for line in desk.fulfillments(order)[0].lines] == [2]
        assert desk.syncd("fulfill", order.name, "--line", "OWN-1=2", "--yes").code == 64

    def test_twice_is_64_the_second_time_and_doubles_nothing(self, desk):
        order = desk.order("OWN-1")
        assert desk.syncd("fulfill", order.name, "--yes").code == 0
        assert desk.syncd("fulfill", order.name, "--yes").code == 64
        assert len(desk.fulfillments(order)) == 1

    @pytest.mark.parametrize("name", ["#1001", "1001", " 1001 ", "gid", "number"])
    def test_an_order_goes_by_name_with_or_without_the_sign_or_by_its_id(self, desk, name):
        order = desk.order("OWN-1")
        name = {"gid": order.id, "number": order.id.rpartition("/")[2]}.get(name, name)
        assert desk.syncd("fulfill", name, "--yes").code == 0
        assert len(desk.fulfillments(order)) == 1


class TestHold:
    """Our own handle alone."""

    def test_anothers_hold_stays(self, desk):
        order = desk.order("OWN-1")
        assert desk.syncd("hold", order.name, "--yes").code == 0
        desk.store.world.merchant.hold(order, reason="INCORRECT_ADDRESS", handle="theirs")
        assert desk.syncd("release", order.name, "--yes").code == 0
        (work,) = order.fulfillment_orders
        assert [one.handle for one in work.holds] == ["theirs"]

    def test_only_anothers_hold_is_nothing_to_release(self, desk):
        order = desk.order("OWN-1")
        desk.store.world.merchant.hold(order)
        assert desk.syncd("release", order.name, "--yes").code == 64
        assert order.fulfillment_orders[0].status == "ON_HOLD"

    def test_twice_is_64_the_second_time(self, desk):
        order = desk.order("OWN-1")
        assert desk.syncd("hold", order.name, "--yes").code == 0
        assert desk.syncd("hold", order.name, "--yes").code == 64


class TestHandsOff:
    """Orders that are not syncd's to touch."""

    def test_a_tagged_order_gets_no_steps_and_keeps_its_drift(self, desk):
        order = desk.shipped()
        desk.store.world.merchant.tag(order, "syncd:manual")
        document = desk.syncd("plan", "--format", "json").document
        assert document["steps"] == []
        assert [one["kind"] for one in desk.syncd("drift", "--format", "json").document["drifts"]]
        assert desk.syncd("reconcile", "--yes").code == 0
        assert desk.fulfillments(order) == []

    def test_lines_that_need_no_shipping_are_left_alone(self, desk):
        order = desk.store.world.create_order(NewLine(sku="CJ-1", quantity=1, requires_shipping=False))
        document = desk.syncd("drift", "--format", "json").document
        assert [one for one in document["drifts"] if one["order"] == order.name] == []
        desk.clock.advance(timedelta(days=3))
        desk.syncd("drift")
        assert desk.syncd("plan", "--format", "json").document["steps"] == []

    @pytest.mark.parametrize(
        "details", [{"method": "PICK_UP"}, {"source_name": "pos", "method": "RETAIL"}, {"financial": "PENDING"}]
    )
    def test_what_no_supplier_ships_is_never_missed_at_one(self, desk, details):
        method = details.pop("method", "SHIPPING")
        order = desk.store.world.create_order(NewLine(sku="CJ-1", quantity=1, delivery_method=method), **details)
        for _ in range(3):
            desk.syncd("drift")
            desk.clock.advance(timedelta(days=1))
        drifts = desk.syncd("drift", "--format", "json").document["drifts"]
        assert [one["kind"] for one in drifts if one["order"] == order.name and one["code"] == "F13"] == []
        assert desk.syncd("plan", "--format", "json").document["steps"] == []

    def test_a_paid_line_that_was_never_placed_is_asked_about_after_a_day(self, desk):
        order = desk.order("CJ-1")
        desk.syncd("drift")
        assert desk.syncd("drift", "--format", "json").document["drifts"] == []
        desk.clock.advance(timedelta(hours=25))
        (found,) = desk.syncd("drift", "--format", "json").document["drifts"]
        assert (found["code"], found["order"]) == ("F13", order.name)

    def test_lines_of_nobody_are_not_ours(self, desk):
        desk.order("OWN-1")
        desk.clock.advance(timedelta(days=30))
        for _ in range(3):
            document = desk.syncd("drift", "--format", "json").document
        assert [one["kind"] for one in document["drifts"] if one["order"]] == []


class TestApprovals:
    """What waits for a yes."""

    @pytest.fixture
    def waiting(self, desk):
        desk.configure(policy('create_fulfillments = "approve"'))
        desk.shipped()
        return desk.syncd("plan", "--format", "json").document["steps"][0]["id"]

    def test_yes_to_the_question_approves_nothing(self, desk, waiting):
        result = desk.syncd("reconcile", "--yes", "--format", "json")
        assert (result.code, result.document["outcomes"][0]["state"]) == (0, "awaiting_approval")
        assert writes(desk) == []

    def test_an_approved_step_is_carried_out_and_told_of(self, desk, waiting):
        assert desk.syncd("approve", waiting).code == 0
        assert desk.syncd("reconcile", "--yes").code == 0
        whats = [one["what"] for one in desk.syncd("history", "--format", "json").document["events"]]
        assert "step.approved" in whats

    def test_approving_it_twice_is_64(self, desk, waiting):
        assert desk.syncd("approve", waiting).code == 0
        assert desk.syncd("approve", waiting).code == 64

    def test_all_can_be_approved_at_once(self, desk, waiting):
        assert desk.syncd("approve", "--all").code == 0
        assert desk.syncd("reconcile", "--yes", "--format", "json").document["summary"]["verified"] == 1

    def test_a_rejected_step_is_neither_sent_nor_asked_for_again(self, desk, waiting):
        assert desk.syncd("reject", waiting).code == 0
        result = desk.syncd("reconcile", "--yes", "--format", "json")
        assert result.code == 0
        assert result.document["summary"]["verified"] == 0
        assert desk.syncd("approvals", "--format", "json").document["approvals"] == []
        assert writes(desk) == []


class TestLinks:
    """Which supplier order belongs to which store order."""

    @pytest.fixture
    def apart(self, desk):
        """A CJ order that nothing ties to its store order."""
        order = desk.order("CJ-1")
        placed = desk.cj.place(name="another name", lines=[CjLine(store_line_id=None, sku="CJ-1")])
        desk.cj.ship(placed, "YT2412345678901234", carrier="YunExpress")
        return order, placed

    def test_a_link_by_hand_lets_the_next_pass_see_it(self, desk, apart):
        order, placed = apart
        assert desk.syncd("plan", "--format", "json").document["steps"] == []
        assert desk.syncd("link", order.name, "cj", placed).code == 0
        assert desk.syncd("reconcile", "--yes").code == 0
        assert len(desk.fulfillments(order)) == 1

    def test_unlink_takes_it_back(self, desk, apart):
        order, placed = apart
        desk.syncd("link", order.name, "cj", placed)
        assert len(desk.syncd("plan", "--format", "json").document["steps"]) == 1
        assert desk.syncd("unlink", order.name, "cj", placed).code == 0
        assert desk.syncd("plan", "--format", "json").document["steps"] == []

    @pytest.mark.parametrize("sku", ["CJ-1", ""])
    def test_a_link_file_ties_too_and_a_blank_sku_means_every_line(self, desk, apart, sku):
        order, placed = apart
        rows = f"store_order,line_sku,supplier_order_id\n{order.name.lstrip('#')},{sku},{placed}\n"
        (desk.folder / "links.csv").write_text(rows)
        assert desk.syncd("reconcile", "--yes").code == 0
        assert len(desk.fulfillments(order)) == 1

    @pytest.mark.parametrize("shape", ["id", "object"])
    def test_a_metafield_ties_too(self, desk, shape):
        desk.configure(('links = { file = "links.csv" }', 'links = { metafield = "syncd.cj_order" }'))
        placed = desk.cj.place(name="another name", lines=[CjLine(store_line_id=None, sku="CJ-1")])
        desk.cj.ship(placed, "YT2412345678901234", carrier="YunExpress")
        value = placed if shape == "id" else json.dumps({"CJ-1": placed})
        order = desk.order("CJ-1", metafields={"syncd.cj_order": value})
        assert desk.syncd("reconcile", "--yes").code == 0
        assert len(desk.fulfillments(order)) == 1

    def test_one_supplier_order_in_two_store_orders_is_ambiguous(self, desk, apart):
        order, placed = apart
        other = desk.order("CJ-1")
        for one in (order, other):
            desk.syncd("link", one.name, "cj", placed)
        kinds = {one["kind"] for one in desk.syncd("drift", "--format", "json").document["drifts"]}
        assert "unlinked_or_ambiguous" in kinds or any("link" in kind or "ambig" in kind for kind in kinds), kinds
        assert desk.syncd("plan", "--format", "json").document["steps"] == []

    def test_a_wrong_row_is_told_with_its_line_and_the_good_ones_count(self, desk, apart):
        order, placed = apart
        (desk.folder / "links.csv").write_text(
            f"store_order,line_sku,supplier_order_id\n{order.name},CJ-1,\n{order.name},CJ-1,{placed}\n"
        )
        result = desk.syncd("reconcile", "--yes")
        assert "links.csv" in result.err
        assert len(desk.fulfillments(order)) == 1


class TestHistory:
    """Append-only, and it shows when somebody changed it."""

    @pytest.fixture
    def told(self, desk):
        desk.shipped()
        desk.syncd("reconcile", "--yes")
        desk.syncd("fulfill", desk.order("OWN-1").name, "--yes")
        desk.syncd("link", "1001", "cj", "77")
        assert desk.syncd("history", "--verify").code == 0
        return sqlite3.connect(desk.folder / "syncd.db")

    def table(self, db):
        names = [row[0] for row in db.execute("select name from sqlite_master where type = 'table'")]
        return next(name for name in names if "history" in name)

    @pytest.mark.parametrize(
        "change",
        [
            "update {t} set actor = 'nobody' where rowid = (select min(rowid) from {t})",
            "delete from {t} where rowid = (select min(rowid) + 1 from {t})",
            "delete from {t} where rowid = (select min(rowid) from {t})",
            "delete from {t} where rowid = (select max(rowid) from {t})",
            "delete from {t}",
        ],
    )
    def test_tampering_is_found(self, desk, told, change):
        for (name,) in list(told.execute("select name from sqlite_master where type = 'trigger'")):
            told.execute(f"drop trigger {name}")
        told.execute(change.format(t=self.table(told)))
        told.commit()
        told.close()
        result = desk.syncd("history", "--verify")
        assert result.code == 1, result

    def test_one_orders_history_is_only_its_own(self, desk, told):
        told.close()
        events = desk.syncd("history", "1002", "--format", "json").document["events"]
        assert events
        assert {one["order"] for one in events} == {"#1002"}
