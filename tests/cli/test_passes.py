"""What a user sees of a pass: exit codes, one document on stdout, nothing written without a yes."""

from datetime import timedelta


def test_plan_shows_what_would_be_done_and_changes_nothing(desk):
    order = desk.shipped()
    result = desk.syncd("plan", "--detailed-exitcode")
    assert result.code == 2, result.err
    assert order.name in result.out
    assert desk.fulfillments(order) == []


def test_a_plan_is_the_same_when_asked_for_again(desk):
    desk.shipped()
    first = desk.syncd("plan", "--format", "json").document
    again = desk.syncd("plan", "--format", "json").document
    assert [step["id"] for step in first["steps"]] == [step["id"] for step in again["steps"]] != []


def test_reconcile_puts_it_right_and_then_there_is_nothing_left(desk):
    order = desk.shipped()
    result = desk.syncd("reconcile", "--yes", "--format", "json")
    assert result.code == 0, result.err
    assert result.document["summary"]["verified"] == 1
    (fulfillment,) = desk.fulfillments(order)
    assert [one.number for one in fulfillment.tracking] == ["YT2412345678901234"]
    again = desk.syncd("reconcile", "--yes", "--detailed-exitcode", "--format", "json")
    assert (again.code, again.document["outcomes"]) == (0, [])


def test_without_a_terminal_and_a_yes_nothing_is_asked_of_anybody(desk):
    order = desk.shipped()
    result = desk.syncd("reconcile")
    assert result.code == 64
    assert "--yes" in result.err
    assert desk.streets.calls == []
    assert desk.fulfillments(order) == []


def test_a_dry_run_only_shows(desk):
    order = desk.shipped()
    result = desk.syncd("reconcile", "--dry-run", "--format", "json")
    assert result.code == 0, result.err
    assert result.document["effects"]["fulfillments_created"] == 1
    assert desk.fulfillments(order) == []


def test_a_saved_plan_is_carried_out_once(desk):
    order = desk.shipped()
    assert desk.syncd("plan", "--output", "plan.json").code == 0
    done = desk.syncd("apply", "plan.json", "--yes", "--format", "json")
    assert (done.code, done.document["outcomes"][0]["state"]) == (0, "verified"), done.err
    again = desk.syncd("apply", "plan.json", "--yes", "--format", "json")
    assert (again.code, again.document["outcomes"][0]["state"]) == (0, "already_done"), again.err
    assert len(desk.fulfillments(order)) == 1


def test_a_plan_can_be_named_by_its_id(desk):
    order = desk.shipped()
    plan_id = desk.syncd("plan", "--format", "json").document["plan_id"]
    assert desk.syncd("apply", plan_id, "--yes").code == 0
    assert len(desk.fulfillments(order)) == 1


def test_an_old_plan_and_one_under_another_policy_are_refused_whole(desk):
    order = desk.shipped()
    desk.syncd("plan", "--output", "plan.json")
    desk.configure(("[suppliers.cj]", '[stores.main.policy]\nfulfill_on = "label"\n[suppliers.cj]'))
    assert desk.syncd("apply", "plan.json", "--yes").code == 4
    desk.configure(('fulfill_on = "label"', ""))
    desk.clock.advance(timedelta(minutes=61))
    assert desk.syncd("apply", "plan.json", "--yes").code == 4
    assert desk.fulfillments(order) == []


def test_observe_mode_refuses_to_act_and_plans_all_the_same(desk):
    order = desk.shipped()
    desk.configure(('mode = "act"', 'mode = "observe"'))
    assert desk.syncd("plan").code == 0
    result = desk.syncd("reconcile", "--yes")
    assert result.code == 4
    assert 'mode = "act"' in result.out + result.err
    assert desk.fulfillments(order) == []


def test_one_order_can_be_named(desk):
    wanted, other = desk.shipped(), desk.shipped()
    assert desk.syncd("reconcile", "--yes", "--order", wanted.name.removeprefix("#")).code == 0
    assert (len(desk.fulfillments(wanted)), len(desk.fulfillments(other))) == (1, 0)


def test_an_order_that_does_not_exist_is_wrong_usage_and_the_nearest_is_named(desk):
    order = desk.shipped()
    desk.syncd("plan")
    result = desk.syncd("plan", "--order", f"{order.name}9")
    assert result.code == 64
    assert f'No order matches "{order.name}9"' in result.err


def test_a_wrong_store_is_wrong_usage_and_the_nearest_is_named(desk):
    result = desk.syncd("plan", "--store", "mian")
    assert result.code == 64
    assert 'did you mean "main"?' in result.err


def test_an_unreachable_supplier_is_partial_and_the_rest_goes_on(desk):
    order = desk.shipped()

    async def broken(request):
        if request.url.host == "depot.test":
            raise ConnectionError("no route")

    desk.streets.before = broken
    result = desk.syncd("reconcile", "--yes", "--format", "json")
    assert result.code == 3, result.err
    assert "depot" in result.err
    assert len(desk.fulfillments(order)) == 1


def test_an_unreachable_store_ends_with_69_and_plans_nothing(desk):
    async def broken(request):
        if request.url.host == "shop.test":
            raise ConnectionError("no route")

    desk.streets.before = broken
    result = desk.syncd("plan", "--format", "json")
    assert (result.code, result.out) == (69, ""), result.err


def test_refused_credentials_end_with_77(desk):
    desk.env["TOKEN"] = "shpat_wrong"
    result = desk.syncd("plan")
    assert result.code == 77, result.err
    assert "shpat_wrong" not in result.err + result.out


def test_a_secret_that_is_not_there_ends_with_78_and_its_line(desk):
    del desk.env["TOKEN"]
    result = desk.syncd("plan")
    assert result.code == 78
    assert "syncd.toml:5: stores.main.token" in result.err
    assert "TOKEN is not set" in result.err


def test_json_is_alone_on_stdout_also_when_logging_loudly(desk):
    desk.shipped()
    result = desk.syncd("-vv", "--log-format", "json", "plan", "--format", "json")
    assert result.document["store"] == "main"
    assert "cj-key" not in result.err
    assert "shpat_test" not in result.err


def test_the_service_makes_a_pass_and_ends(desk):
    order = desk.shipped()
    assert desk.syncd("run", "--once").code == 0
    assert len(desk.fulfillments(order)) == 1
