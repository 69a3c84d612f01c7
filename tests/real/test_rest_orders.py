"""REST orders as pushes carry them: whole as far as REST tells, and never taken for a complete read."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.stores.shopify.mapping import money
from adapters.stores.shopify.pushed import rest_order
from adapters.stores.shopify.pushed.document import parse
from syncd.domain.money import Money
from syncd.domain.orders import FinancialStatus, FulfillmentLine, FulfillmentStatus, Restock
from syncd.domain.tracking import Tracking
from syncd.errors import InvalidResponse
from syncd.reconcile.decide import reconcile
from syncd.reconcile.policy import Policy
from syncd.reconcile.view import OrderView
from tests.real.samples import REAL, REST, WEBHOOKS, named, response_of, topic_of
from tests.real.spoiling import spoiled_value
from tests.reference import needs_reference

reference = pytest.mark.reference
PUSHED = [path for path in WEBHOOKS if path.parent.name == "orders"]
RESOURCES = ("order", "orders")


def resources(path) -> list[dict[str, Any]]:
    """The order resources in one SDK fixture, taken out of their envelope."""
    document = parse(path.read_bytes()).values
    found = next((document[name] for name in RESOURCES if name in document), [])
    return found if isinstance(found, list) else [found]


def order(**parts: Any) -> dict[str, Any]:
    """A paid order of two units, of which one has left."""
    line = {"id": 11, "quantity": 2, "current_quantity": 2, "sku": "CJ-1", "title": "Tea", "gift_card": False}
    done = {
        "id": 21, "name": "#1001.1", "status": "success", "service": "manual", "location_id": 5,
        "created_at": "2026-11-20T10:00:00+01:00", "shipment_status": "in_transit", "tracking_company": "UPS",
        "tracking_numbers": ["1Z999AA10123456784"], "tracking_urls": ["https://ups.example/1Z"],
        "line_items": [{**line, "quantity": 1}],
    }  # fmt: skip
    return {
        "id": 1, "admin_graphql_api_id": "gid://shopify/Order/1", "name": "#1001", "tags": "vip, syncd:manual",
        "created_at": "2026-11-19T10:00:00+01:00", "updated_at": "2026-11-20T10:00:00+01:00", "cancelled_at": None,
        "closed_at": None, "financial_status": "partially_refunded", "source_name": "web", "currency": "EUR",
        "total_price": "25.98", "line_items": [line], "fulfillments": [done], "refunds": [], **parts,
    }  # fmt: skip


def with_numbers(*numbers: Any, **parts: Any) -> dict[str, Any]:
    document = order()
    document["fulfillments"][0] |= {"tracking_numbers": list(numbers), "tracking_urls": [], **parts}
    return document


def test_everything_that_rest_tells_is_read():
    refund = {
        "created_at": "2026-11-20T12:00:00Z",
        "refund_line_items": [{"line_item_id": 11, "quantity": 1, "restock_type": "cancel"}],
    }
    found = rest_order(order(refunds=[refund], closed_at="2026-11-21T00:00:00Z", cancelled_at="2026-11-20T23:00:00Z"))
    assert (found.id, found.name, found.financial) == (
        "gid://shopify/Order/1", "#1001", FinancialStatus.PARTIALLY_REFUNDED,
    )  # fmt: skip
    assert (found.tags, found.closed, found.source) == (frozenset({"vip", "syncd:manual"}), True, "web")
    assert found.cancelled_at == datetime(2026, 11, 20, 23, tzinfo=UTC)
    assert found.total == Money(minor=2598, currency="EUR")
    (line,) = found.lines
    assert (line.id, line.sku, line.quantity, line.current_quantity) == ("gid://shopify/LineItem/11", "CJ-1", 2, 2)
    (done,) = found.fulfillments
    assert (done.id, done.status, done.display_status, done.service, done.location_id) == (
        "gid://shopify/Fulfillment/21", FulfillmentStatus.SUCCESS, "IN_TRANSIT", None, "gid://shopify/Location/5",
    )  # fmt: skip
    assert done.tracking == (Tracking(number="1Z999AA10123456784", company="UPS", url="https://ups.example/1Z"),)
    assert done.lines == (FulfillmentLine(line_id=line.id, quantity=1),)
    (back,) = found.refunds
    assert (back.line_id, back.quantity, back.restock) == (line.id, 1, Restock.CANCEL)


def test_nothing_is_concluded_from_what_rest_does_not_tell():
    found = rest_order(order())
    assert found.cut == ("fulfillment_orders", "fulfillments.events", "returns")
    at = found.updated_at + timedelta(days=30)
    judged = reconcile(OrderView(store="main", order=found, observed_at=at), policy=Policy(), now=at)
    assert judged.steps == ()
    assert {drift.kind for drift in judged.drifts} == {"observation_incomplete"}


@pytest.mark.parametrize(("name", "part"), [("line_items", "lines"), ("fulfillments",) * 2, ("refunds",) * 2])
def test_a_list_that_was_left_out_is_no_empty_list(name, part):
    document = order()
    del document[name]
    assert part in rest_order(document).cut


def test_old_versions_without_current_quantities_say_that_the_lines_are_not_sure():
    document = order(refunds=[{"refund_line_items": [{"line_item_id": 11, "quantity": 1, "restock_type": "return"}]}])
    del document["line_items"][0]["current_quantity"]
    found = rest_order(document)
    assert (found.lines[0].current_quantity, "lines" in found.cut) == (1, True)


@pytest.mark.parametrize("number", ["1.23456789012345e+21", 1.23456789012345e21, "9.4E+21"])
def test_a_number_that_became_an_exponent_is_none_and_nothing_is_concluded_from_its_absence(number):
    found = rest_order(with_numbers(number, "1Z999AA10123456784"))
    assert [each.number for each in found.fulfillments[0].tracking] == ["1Z999AA10123456784"]
    assert "fulfillments.tracking" in found.cut


@pytest.mark.parametrize("number", ["", None, " "])
def test_a_fulfillment_without_a_number_is_told_as_such(number):
    found = rest_order(with_numbers(tracking_number=number))
    assert (found.fulfillments[0].tracking, "fulfillments.tracking" in found.cut) == ((), False)


def test_a_number_that_is_a_json_number_keeps_its_digits():
    (tracking,) = rest_order(with_numbers(123456789012)).fulfillments[0].tracking
    assert tracking.number == "123456789012"


@reference
@needs_reference
def test_the_reported_mangled_numbers_are_told_apart():
    cases = json.loads((REAL / "shopify/api_mangled_tracking_numbers.json").read_bytes())["cases"]
    for case in cases:
        shown = [each.number for each in rest_order(with_numbers(case["returned"])).fulfillments[0].tracking]
        assert shown == ([case["stored"]] if case["recoverable"] else [])


@reference
@needs_reference
def test_an_excerpt_of_a_till_s_order_lacks_its_name_and_its_floats_are_rounded():
    excerpt = json.loads((REAL / "shopify/pos_order_excerpt_float_artifacts.json").read_bytes())
    with pytest.raises(InvalidResponse, match=r"\$\.name is not a text"):
        rest_order(excerpt)
    whole = {**order(), **excerpt, "admin_graphql_api_id": None, "total_price": excerpt["total_price_usd"]}
    found = rest_order(whole)
    assert (found.id, found.source, found.tags) == ("gid://shopify/Order/11748933635", "pos", frozenset())
    assert found.total == Money(minor=13065, currency="USD")


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1e999999999", "", None, "12,50", {}])
def test_an_amount_that_is_none_is_not_known(amount):
    assert money({"shopMoney": {"amount": amount, "currencyCode": "USD"}}) is None


@reference
@needs_reference
@pytest.mark.parametrize("path", PUSHED, ids=named)
def test_every_documented_order_push_is_an_order_or_an_error_with_its_place(path):
    document = response_of(path)
    if topic_of(path) in {
        "orders/delete", "orders/edited", "orders/risk_assessment_changed", "orders/shopify_protect_eligibility_changed",
    }:  # fmt: skip
        with pytest.raises(InvalidResponse, match=r"shopify: \$\.\w+ is not"):
            rest_order(document)
        return
    found = rest_order(document)
    assert (found.id, found.name) == ("gid://shopify/Order/820982911946154508", "#9999")
    assert (found.financial, found.tags) == (FinancialStatus.VOIDED, frozenset({"tag1", "tag2"}))
    assert len(found.lines) == len(document["line_items"])
    assert not any(line.id.endswith("00") for line in found.lines)  # the gids, not the rounded numbers
    assert not found.is_complete


@reference
@needs_reference
@pytest.mark.parametrize("path", REST, ids=named)
def test_every_rest_fixture_is_read_or_refused_with_its_place(path):
    try:
        found = [rest_order(document) for document in resources(path)]
    except InvalidResponse as exc:
        assert path.stem in {
            "properties_invalid0", "requested_fulfillment_service_id_invalid",
        }  # fmt: skip
        assert exc.path == "$"  # noqa: PT017
        return
    assert bool(found) is (path.stem in {"order", "order_with_transaction", "orders"})
    for each in found:
        assert each.lines or "lines" in each.cut
        assert "fulfillment_orders" in each.cut


@reference
@needs_reference
@pytest.mark.parametrize("path", REST, ids=named)
def test_whatever_lies_in_a_rest_fixture_is_no_order_by_accident(path):
    """Envelopes, services, locations, zones: each is refused at the first thing that an order must have."""
    try:
        document = parse(path.read_bytes()).values
    except InvalidResponse:
        return
    with pytest.raises(InvalidResponse, match=r"\$\.\w+ is not"):
        rest_order(document)


@reference
@needs_reference
def test_the_python_fixture_s_fulfillment_and_refund():
    (document,) = resources(REAL / "shopify/rest_shopify_python_api/order.json")
    refund = json.loads((REAL / "shopify/rest_shopify_python_api/refund.json").read_bytes())["refund"]
    found = rest_order({**document, "refunds": [refund]})
    (failed,) = found.fulfillments
    assert (failed.status, failed.is_live) == (FulfillmentStatus.FAILURE, False)
    assert [each.number for each in failed.tracking] == ["1Z2345"]
    assert [(back.line_id.rpartition("/")[2], back.restock) for back in found.refunds] == [
        ("703073504", Restock.UNKNOWN), ("466157049", Restock.UNKNOWN),
    ]  # fmt: skip


@reference
@needs_reference
@settings(max_examples=300, deadline=None)
@given(at=st.integers(min_value=0), rng=st.randoms(use_true_random=False))
def test_a_spoiled_order_is_an_order_or_an_error_with_its_place(at: int, rng: Random):
    whole = [*(response_of(path) for path in PUSHED[:3]), order(), *resources(REST[-3])]
    document = spoiled_value(copy.deepcopy(whole[at % len(whole)]), rng)
    try:
        found = rest_order(document)
    except InvalidResponse as exc:
        assert exc.path.startswith("$.")  # noqa: PT017
    else:
        assert not found.is_complete
