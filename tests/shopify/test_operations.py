"""Every operation that we send, held against the real schema of 2026-10."""

import re
from functools import cache
from importlib.resources import files

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate
from graphql.language import FieldNode, OperationDefinitionNode

from adapters.stores.shopify.documents import operation
from adapters.stores.shopify.sizes import LADDER, MORE, affordable

FOLDER = files("adapters.stores.shopify").joinpath("operations")
FILES = sorted(
    each.name.removesuffix(".graphql") for each in FOLDER.iterdir() if not each.name.endswith("_fields.graphql")
)
EVERYTHING = {"withReturns": True, "withAddress": True, "withCustomer": True, "withLinks": True}
PLAIN_ERRORS = re.compile(r"userErrors \{\s*field\s*message\s*\}")


@cache
def schema() -> GraphQLSchema:
    text = files("adapters.sandbox.shopify").joinpath("schema", "admin-2026-10.graphql").read_text(encoding="utf-8")
    return build_schema(text)


@pytest.mark.parametrize("file", FILES)
def test_every_operation_is_valid_in_the_real_schema(file):
    assert [str(error) for error in validate(schema(), parse(operation(file).text))] == []


@pytest.mark.parametrize("file", FILES)
def test_every_operation_names_itself_and_its_root(file):
    found = operation(file)
    tree = parse(found.text)
    (definition,) = [each for each in tree.definitions if isinstance(each, OperationDefinitionNode)]
    assert definition.name.value == found.name
    first = definition.selection_set.selections[0]
    assert isinstance(first, FieldNode)
    assert first.name.value == found.root


@pytest.mark.parametrize("file", FILES)
def test_every_operation_fits_the_smallest_shop(file):
    # A quarter of a Standard shop's bucket of 2,000 points; 1,000 is the most that Shopify takes at all.
    assert operation(file).price({**LADDER[0], **EVERYTHING}) <= 500
    assert operation(file).price({**MORE, **LADDER[0], **EVERYTHING}) <= 500


@pytest.mark.parametrize("file", FILES)
def test_no_mutation_asks_plain_user_errors_for_a_code(file):
    # `userErrors { code }` on a plain UserError is an undefinedField error of the whole request.
    text = operation(file).text
    assert text.count("userErrors {") == len(PLAIN_ERRORS.findall(text))


def test_page_sizes_follow_from_the_price_and_the_bucket():
    found = operation("orders_by_id")
    for points in (1000, 500, 250, 120, 70):
        chosen = affordable(found, EVERYTHING, points=points)
        assert found.price({**chosen, **EVERYTHING}) <= points
    assert affordable(found, EVERYTHING, points=500) == LADDER[0]
    assert affordable(found, EVERYTHING, points=1) == LADDER[-1]


def test_the_price_of_reading_many_orders_by_id_does_not_grow_with_their_number():
    sizes = {**LADDER[1], **EVERYTHING}
    found = operation("orders_by_id")
    assert found.price({**sizes, "ids": ["1"]}) == found.price({**sizes, "ids": ["1"] * 50})


def test_optional_parts_that_are_not_asked_for_are_not_paid_for():
    found = operation("order_by_id")
    without = found.price({**LADDER[1], **dict.fromkeys(EVERYTHING, False)})
    assert without < found.price({**LADDER[1], **EVERYTHING})


def test_searches_cost_thirteen_points_for_two_hundred_and_fifty_ids():
    assert operation("changed_orders").price({}) == 13
    assert operation("changed_fulfillment_orders").price({}) == 13
