"""GraphQL injection: operations are constant texts, values travel as variables, ids are looked at first."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from graphql import parse
from graphql.language import StringValueNode, Visitor, visit

import adapters.stores.shopify as package
from adapters.stores.shopify.documents import operation, read
from adapters.stores.shopify.reading import gid
from adapters.stores.shopify.searching import quoted, since_text
from adapters.stores.shopify.writing import mutation_for
from syncd.domain.ports import Call
from syncd.domain.steps import Action
from syncd.errors import NotFound
from tests.shopify.test_writing import TRACKED, allocation, step

FOLDER = Path(package.__file__).parent
FILES = sorted(file.stem for file in (FOLDER / "operations").glob("*.graphql"))
HOSTILE = (
    "",
    "1001) { shop { name } } query x { order(id: 1",
    'gid://shopify/Order/1" ) { id }',
    "gid://shopify/Order/1\n",
    "gid://shopify/Order/1?x=1",
    "gid://shopify/Order/../../Customer/1",
    "gid://shopify/Customer/1",
    "gid://evil/Order/1",
    "gid://shopify/Order/",
    "gid://shopify/Order/-1",
    "gid://shopify/Order/٣",
    "²",
    "1" * 21,
    " 1",
    "0x1",
    "1 OR id:>0",
)
CALL = Call(deadline_s=30, attempt_id="a1b2c3")


class Literals(Visitor):
    """The texts that stand in an operation."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def enter_string_value(self, node: StringValueNode, *_) -> None:
        self.found.append(node.value)


@pytest.mark.parametrize("file", FILES)
def test_an_operation_holds_no_text_of_its_own_but_a_search_that_never_changes(file):
    seen = Literals()
    visit(parse(read(file)), seen)
    for literal in seen.found:
        assert literal == "updated_at:>='SINCE'", (file, literal)


def test_nothing_but_the_time_of_a_bulk_query_is_put_into_a_text():
    """The one place where a text is built; the time has one form whatever it is."""
    for at in (datetime(2026, 11, 22, tzinfo=UTC), datetime.min.replace(tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)):
        assert re.fullmatch(r"\d{1,4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", since_text(at + timedelta(seconds=1)))
    built = re.compile(r"""f["'][^"']*\b(query|mutation|subscription)\b[^"']*\{|\.format\(.*(query|mutation)""")
    for file in FOLDER.rglob("*.py"):
        assert not built.search(file.read_text()), file
    for name in ("bulk_orders", "bulk_fulfillment_orders"):
        assert operation(name).text.count("SINCE") == 1


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_order_id_is_not_asked_for(name):
    with pytest.raises(NotFound, match="is no order id"):
        gid(name)


@pytest.mark.parametrize("name", ["1001", "gid://shopify/Order/1001"])
def test_an_order_id_is_its_number(name):
    assert gid(name) == "gid://shopify/Order/1001"


TARGETS = {
    Action.UPDATE_TRACKING: "fulfillment_id",
    Action.CANCEL_FULFILLMENT: "fulfillment_id",
    Action.CANCEL_FULFILLMENT_ORDER: "fulfillment_order_id",
    Action.SUBMIT_CANCELLATION_REQUEST: "fulfillment_order_id",
    Action.SUBMIT_FULFILLMENT_REQUEST: "fulfillment_order_id",
    Action.ADD_EVENT: "fulfillment_id",
    Action.HOLD: "fulfillment_order_id",
    Action.RELEASE_HOLD: "fulfillment_order_id",
}


@pytest.mark.parametrize("name", [*HOSTILE, "gid://shopify/Order/1"])
@pytest.mark.parametrize("action", TARGETS)
def test_a_step_whose_target_is_no_id_of_its_kind_is_not_sent(action, name):
    more = {"event_status": "DELIVERED", "hold_handle": "syncd", "hold_id": "gid://shopify/FulfillmentHold/1"}
    with pytest.raises(ValueError, match="has no"):
        mutation_for(step(action, tracking=TRACKED, **{**more, TARGETS[action]: name}), CALL)


def test_units_of_something_else_are_not_sent():
    from dataclasses import replace

    good = allocation(1, 1, 1)
    for bad in (replace(good, fulfillment_order_id="x"), replace(good, fulfillment_order_line_id="gid://shopify/X/1")):
        with pytest.raises(ValueError, match="has no id"):
            mutation_for(step(Action.CREATE_FULFILLMENT, allocations=(bad,)), CALL)


@pytest.mark.parametrize("name", ["x' OR id:>0", "x\\' OR id:>0", "'", "\\", "x\n' status:any"])
def test_a_search_for_a_name_cannot_become_another_search(desk, name):
    """Neither by the form of its text, nor by what the store then finds."""
    text = quoted(name)
    inside = re.sub(r"\\(.)", "", text[1:-1], flags=re.DOTALL)
    assert text[0] == text[-1] == "'" and "'" not in inside  # noqa: PT018
    desk.order("CJ-1")
    result = desk.syncd("fulfill", name, "--tracking", "1Z999AA10123456784", "--yes")
    assert result.code == 64, result.err
    assert desk.store.world.fulfillments == {}
