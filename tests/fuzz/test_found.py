"""What fuzzing has found, each as its own small case."""

import json

import pytest

from adapters.stores.shopify.joining import Join
from adapters.suppliers.cj.codes import envelope
from syncd.domain.numbers import split_numbers
from syncd.errors import InvalidResponse, UsageError
from syncd.journal.mirror.metafields import link_values
from syncd.reports.past import past_runs
from tests.fuzz.services import an_answer, ask_cj, ask_shop, bulk_lines
from tests.fuzz.source import as_json
from tests.fuzz.targets import KeptRun, a_plan


@pytest.mark.parametrize("digits", [400, 5000, 200_000])
def test_a_number_with_thousands_of_digits_is_none(digits):
    assert split_numbers("1" * digits + ".0") == ()
    assert split_numbers("1" * 5000) == ()


def test_a_metafield_nested_without_end_names_nothing():
    assert link_values("[" * 100_000) == []
    assert link_values('{"a":' * 100_000) == []


@pytest.mark.parametrize(("name", "value"), [("tags", 5), ("tags", 0.5), ("tags", "x"), ("lineItems", {"nodes": {}})])
def test_an_order_with_something_else_where_a_list_belongs_breaks_nothing(name, value):
    answer = json.loads(json.dumps(an_answer()))
    answer["data"]["order"][name] = value
    ask_shop(as_json(answer))


def test_a_list_whose_rows_are_no_list_is_not_paged_on():
    answer = json.loads(json.dumps(an_answer()))
    page = {"nodes": {}, "pageInfo": {"hasNextPage": True, "endCursor": "x"}}
    answer["data"]["order"]["lineItems"] = page
    ask_shop(as_json(answer))


def test_a_listing_that_repeats_the_same_nonsense_is_not_paged_through():
    """Ten thousand pages at one a second would have been hours, for each status."""
    asked = ask_cj(lambda _: as_json({"code": 200, "data": {"total": 10**30, "list": [{"orderId": []}, 5]}}))
    assert asked < 200


def test_a_business_code_of_five_thousand_digits_is_none():
    with pytest.raises(InvalidResponse, match="states no code"):
        envelope(as_json({"code": "1" * 5000}))


@pytest.mark.parametrize("document", [5, [], "x", {"plan": 5}, {"outcomes": [5]}, {"plan": None}, {"outcomes": None}])
def test_a_run_that_is_no_run_is_told(document):
    if document == []:
        return
    with pytest.raises(UsageError):
        past_runs([KeptRun(document)])


@pytest.mark.parametrize(
    "change", [{"state": "0"}, {"detail": None}, {"attempts": "1"}, {"effect_id": 5}, {"step": []}]
)
def test_an_outcome_of_another_form_is_told(change):
    plan = a_plan()
    outcome = {"step": plan["steps"][0]["id"], "state": "verified", "attempts": 1, "effect_id": None}
    outcome |= {"detail": {"code": "", "text": ""}, **change}
    with pytest.raises(UsageError):
        past_runs([KeptRun({"plan": plan, "outcomes": [outcome]})])


@pytest.mark.parametrize(
    "change",
    [
        (1, "__parentId", []),
        (1, "__parentId", 10**30),
        (4, "totalQuantity", []),
        (4, "remainingQuantity", "x"),
        (0, "refunds", 5),
    ],
)
def test_one_odd_line_of_a_bulk_result_costs_no_other_order(change, tmp_path):
    lines = [dict(line) for line in bulk_lines()]
    place, name, value = change
    lines[place][name] = value
    other = {**lines[0], "id": "gid://shopify/Order/99", "refunds": []}
    join = Join(tmp_path / "join.db")
    for at, line in enumerate(lines):
        try:
            (join.take_order_line if at < 3 else join.take_fulfillment_order_line)(as_json(line))
        except InvalidResponse:
            assert at == place
    join.take_order_line(as_json(other))
    join.seal()
    seen = {node["id"] for node, _ in join.orders()} | set(join.strangers())
    join.close()
    assert seen == {lines[0]["id"], "gid://shopify/Order/99"}
