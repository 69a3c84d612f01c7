"""How commands end: one code for each kind of end (design 4.1)."""

import pytest

from tests.acceptance.conftest import documents, policy, writes


def order_commands(name):
    """Every command that reads one order at the store."""
    return [
        ["plan", "--order", name],
        ["drift", "--order", name],
        ["reconcile", "--yes", "--order", name],
        ["fulfill", name, "--yes"],
        ["unfulfill", name, "--reason", "other", "--yes"],
        ["hold", name, "--yes"],
        ["release", name, "--yes"],
        ["explain", name],
        ["plan", "--order", "#9999"],
        ["plan", "--order", "gid://shopify/Order/99999"],
    ]


def test_an_unreachable_store_is_69_for_every_command_that_asks_it(desk, unreachable):
    order = desk.shipped()
    desk.syncd("plan", "--output", "plan.json")
    unreachable("shop.test")
    commands = [["plan"], ["drift"], ["reconcile", "--yes"], ["apply", "plan.json", "--yes"], ["check"]]
    ends = {" ".join(one): desk.syncd(*one).code for one in [*commands, *order_commands(order.name)]}
    assert set(ends.values()) == {69}, ends


def test_a_revoked_token_is_77_for_every_command_that_asks_the_store(desk):
    order = desk.shipped()
    desk.syncd("plan", "--output", "plan.json")
    desk.store.revoke("shpat_test")
    commands = [["plan"], ["drift"], ["reconcile", "--yes"], ["apply", "plan.json", "--yes"], ["check"]]
    ends = {" ".join(one): desk.syncd(*one).code for one in [*commands, *order_commands(order.name)]}
    assert set(ends.values()) == {77}, ends


def test_a_frozen_shop_gives_no_answer(desk):
    desk.shipped()
    desk.store.world.shop.frozen = True
    assert desk.syncd("plan").code == 69
    assert desk.syncd("reconcile", "--yes").code == 69


def test_a_supplier_whose_key_is_refused_is_77_and_the_other_goes_on(desk):
    order = desk.order("DP-1")
    desk.depot.ship(order.name, "1Z999AA10123456784", sku="DP-1", quantity="1", carrier="UPS")
    desk.order("CJ-1")
    desk.env["CJ_KEY"] = "wrong"
    result = desk.syncd("reconcile", "--yes", "--format", "json")
    assert result.code == 77, result.err
    assert result.document["summary"]["verified"] == 1


def test_credentials_weigh_more_than_a_source_that_is_not_reached(desk, unreachable):
    desk.order("CJ-1")
    desk.env["CJ_KEY"] = "wrong"
    unreachable("depot.test")
    assert desk.syncd("drift").code == 77


def test_a_source_that_is_not_reached_weighs_more_than_something_pending(desk, unreachable):
    desk.shipped()
    unreachable("depot.test")
    assert desk.syncd("plan", "--detailed-exitcode").code == 3


def test_drift_that_is_open_ends_with_2_only_when_asked_for(desk):
    desk.shipped()
    for command in ("drift", "plan"):
        assert desk.syncd(command).code == 0
        assert desk.syncd(command, "--detailed-exitcode").code == 2
    assert desk.syncd("reconcile", "--yes", "--detailed-exitcode").code == 0
    assert desk.syncd("plan", "--detailed-exitcode").code == 0


def test_steps_that_are_only_reported_are_not_undone(desk):
    desk.configure(policy('create_fulfillments = "report"'))
    order = desk.shipped()
    result = desk.syncd("reconcile", "--yes", "--format", "json")
    assert (result.code, result.document["outcomes"][0]["state"]) == (0, "reported")
    assert desk.syncd("reconcile", "--yes", "--detailed-exitcode").code == 2
    assert desk.fulfillments(order) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["plan", "--store", "x"],
        ["plan", "--order", "#77"],
        ["drift", "--kind", "nonsense"],
        ["explain", "#77"],
        ["history", "#77"],
        ["link", "#77", "cj", "1"],
        ["apply", "plan-0000", "--yes"],
        ["apply", "nowhere.json", "--yes"],
        ["fulfill", "#77", "--yes"],
        ["approve", "nothing"],
        ["reconcile", "--yes", "--wait", "soon"],
        ["reconcile", "--yes", "--allow-changes", "-1"],
        ["resume", "nobody"],
        ["nonsense"],
    ],
    ids=" ".join,
)
def test_what_matches_nothing_is_64_on_stderr_alone(desk, arguments):
    result = desk.syncd(*arguments)
    assert (result.code, result.out) == (64, ""), result.err
    assert result.err.strip()
    assert writes(desk) == []


def test_two_orders_of_one_name_are_64_and_both_ids_are_told(desk):
    first, second = desk.order("CJ-1"), desk.order("CJ-1")
    second.name = first.name
    desk.syncd("plan")
    result = desk.syncd("fulfill", first.name, "--yes")
    assert result.code == 64
    assert first.id in result.err
    assert second.id in result.err
    assert desk.syncd("fulfill", second.id, "--yes").code == 0
    assert (len(desk.fulfillments(first)), len(desk.fulfillments(second))) == (0, 1)


@pytest.mark.parametrize(
    "arguments", [["reconcile"], ["apply", "plan.json"], ["fulfill", "1001"], ["hold", "1001"], ["release", "1001"]]
)
def test_no_terminal_and_no_yes_is_64_and_nothing_is_written(desk, arguments):
    desk.shipped()
    desk.syncd("plan", "--output", "plan.json")
    before = {path: path.read_bytes() for path in desk.folder.iterdir()}
    result = desk.syncd(*arguments)
    assert (result.code, result.out) == (64, ""), result.err
    assert "--yes" in result.err
    assert writes(desk) == []
    assert {path: path.read_bytes() for path in desk.folder.iterdir()} == before


class TestObserving:
    """`mode = "observe"`: nothing is ever written."""

    @pytest.fixture
    def watching(self, desk):
        desk.configure(('mode = "act"', 'mode = "observe"'))
        return desk

    def test_reconcile_is_refused_with_4(self, watching):
        order = watching.shipped()
        result = watching.syncd("reconcile", "--yes", "--format", "json")
        assert result.code == 4
        (refused,) = result.document["plan"]["refused"]
        assert set(refused) == {"guard", "scope", "seen", "limit", "text", "remedy"}
        assert refused["guard"] == "mode"
        assert watching.fulfillments(order) == []
        assert writes(watching) == []

    def test_apply_is_refused_with_4(self, watching):
        watching.shipped()
        assert watching.syncd("plan", "--output", "plan.json").code == 0
        assert watching.syncd("apply", "plan.json", "--yes").code == 4
        assert writes(watching) == []

    @pytest.mark.parametrize("command", [["fulfill"], ["hold"]])
    def test_what_a_person_types_is_refused_too(self, watching, command):
        order = watching.order("OWN-1")
        assert watching.syncd(*command, order.name, "--yes").code == 4
        assert writes(watching) == []

    def test_an_approved_step_is_refused_too(self, watching):
        watching.configure(policy('create_fulfillments = "approve"'))
        watching.shipped()
        step = watching.syncd("plan", "--format", "json").document["steps"][0]["id"]
        watching.syncd("approve", step)
        assert watching.syncd("reconcile", "--yes").code == 4
        assert writes(watching) == []

    def test_what_would_be_done_is_shown(self, watching):
        watching.shipped()
        result = watching.syncd("reconcile", "--dry-run", "--format", "json")
        assert result.code == 0
        assert result.document["effects"]["fulfillments_created"] == 1


class TestTwoStores:
    """A store that fails does not stop the other; the worst end counts."""

    @pytest.fixture
    def two(self, desk):
        second = """
[stores.second]
adapter = "shopify"
shop = "sandbox.myshopify.com"
endpoint = "https://second.test"
token = "env:TOKEN"
mode = "act"

[suppliers.cj]
"""
        desk.configure(("[suppliers.cj]", second), ('stores = ["main"]', 'stores = ["main", "second"]'))
        return desk

    def test_each_store_has_its_document_on_a_line_of_its_own(self, two):
        two.streets._ways["second.test"] = two.streets._ways["shop.test"]
        two.shipped()
        for arguments in (["plan"], ["drift"], ["reconcile", "--yes"], ["reconcile", "--dry-run"]):
            result = two.syncd(*arguments, "--format", "json")
            assert len(documents(result)) == 2, arguments

    def test_one_that_is_not_reached_leaves_the_other_to_its_work(self, two, unreachable):
        unreachable("second.test")
        order = two.shipped()
        result = two.syncd("reconcile", "--yes", "--format", "json")
        assert result.code == 69
        (document,) = documents(result)
        assert (document["store"], document["summary"]["verified"]) == ("main", 1)
        assert len(two.fulfillments(order)) == 1

    def test_a_plan_of_both_stores_is_applied_store_by_store(self, two):
        two.streets._ways["second.test"] = two.streets._ways["shop.test"]
        two.shipped()
        two.syncd("plan", "--output", "plans.json")
        result = two.syncd("apply", "plans.json", "--yes", "--format", "json")
        assert [one["store"] for one in documents(result)] == ["main", "second"]

    def test_one_name_in_two_stores_is_more_than_one_match(self, two):
        two.streets._ways["second.test"] = two.streets._ways["shop.test"]
        order = two.order("OWN-1")
        two.syncd("plan")
        assert two.syncd("hold", order.name, "--yes").code == 64
        assert two.syncd("hold", order.name, "--yes", "--store", "main").code == 0
