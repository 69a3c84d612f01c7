"""Queries that the service refuses, in its own words."""

from typing import Any

import pytest

from tests.reference import needs_reference
from tests.twin.recordings import dialogues
from tests.twin.shop import desk, line

ABSENT = "gid://shopify/FulfillmentOrder/0"

REPLAYED = (
    "storeB/2025-01/orders/fulfillment-*.json",
    "storeA/2026-04/shipping-fulfillments/fulfillment-event-create-validation.json",
    "storeA/2025-01/admin-platform/graphql-base-validation-unhappy-paths.json",
    "storeA/2025-01/orders/order-refund-fulfillment-usererror-no-code.json",
    "storeA/2026-04/bulk-operations/bulk-operations-read-arg-validation.json",
    "storeA/2026-04/orders/refund-create-attribution-validation.json",
)


@needs_reference
@pytest.mark.reference
@pytest.mark.parametrize("pattern", REPLAYED)
async def test_a_query_that_was_refused_is_refused_in_the_recorded_words(pattern: str) -> None:
    checked = 0
    async with desk() as shop:
        for said in dialogues(pattern):
            if "errors" not in said.body or "Invalid timestamp" in str(said.body):
                continue
            body = await shop.ask(said.query, **said.variables)
            if _asks_for_more(body, said.body):
                continue
            assert _told(body) == _told(said.body), said.query
            assert ("data" in body) == ("data" in said.body)
            checked += 1
    assert checked


def _told(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The errors without their places: some recordings lost the first line of the query."""
    return [{key: value for key, value in error.items() if key != "locations"} for error in body["errors"]]


def _asks_for_more(body: dict[str, Any], said: dict[str, Any]) -> bool:
    """Whether the query has a root field outside the part of the schema that this work knows."""
    ours = [error["extensions"] for error in body.get("errors", ()) if error.get("extensions")]
    theirs = [error.get("extensions") for error in said["errors"]]
    return any(one.get("typeName") in {"QueryRoot", "Mutation"} and one not in theirs for one in ours)


@pytest.mark.parametrize(
    ("query", "message", "code"),
    [
        ("{ orders { nodes { id } } }", "you must provide one of first or last", "BAD_REQUEST"),
        (
            "{ orders(first: 1, last: 1) { nodes { id } } }",
            "providing both first and last is not supported",
            "BAD_REQUEST",
        ),
        (
            "{ orders(first: 251) { nodes { id } } }",
            (
                "first cannot exceed 250. To query larger amounts of data with fewer limits, bulk operations should be used "
                "instead."
            ),
            "BAD_REQUEST",
        ),
        ('{ orders(first: 1, after: "x") { nodes { id } } }', "`x` is not a valid cursor.", "BAD_REQUEST"),
        (
            'mutation @idempotent(key: "1") { orderOpen(input: {id: "gid://shopify/Order/1"}) { order { id } } }',
            "'@idempotent' can't be applied to mutations (allowed: fields)",
            "directiveCannotBeApplied",
        ),
        (
            "{ shop { name { first } } }",
            "Selections can't be made on scalars (field 'name' returns String but has selections [\"first\"])",
            "selectionMismatch",
        ),
        ("{ shop {", "syntax error, unexpected end of file at [1, 8]", "PARSE_ERROR"),
    ],
)
async def test_common_mistakes(query: str, message: str, code: str) -> None:
    async with desk() as shop:
        error = (await shop.ask(query))["errors"][0]
        assert (error["message"], error["extensions"]["code"]) == (message, code)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("fulfillmentOrderHold", "fulfillmentHold: {reason: OTHER}"),
        ("fulfillmentOrderReleaseHold", ""),
        ("fulfillmentOrderMove", 'newLocationId: "gid://shopify/Location/1"'),
        ("fulfillmentOrderOpen", ""),
        ("fulfillmentOrderClose", ""),
        ("fulfillmentOrderCancel", ""),
        ("fulfillmentOrderReschedule", 'fulfillAt: "2026-12-01T00:00:00Z"'),
        ("fulfillmentOrderReportProgress", ""),
        ("fulfillmentOrderSubmitFulfillmentRequest", ""),
        ("fulfillmentOrderAcceptFulfillmentRequest", ""),
        ("fulfillmentOrderRejectFulfillmentRequest", ""),
        ("fulfillmentOrderSubmitCancellationRequest", ""),
        ("fulfillmentOrderAcceptCancellationRequest", ""),
        ("fulfillmentOrderRejectCancellationRequest", ""),
    ],
)
async def test_an_unknown_fulfillment_order_is_a_top_level_error(name: str, arguments: str) -> None:
    async with desk() as shop:
        body = await shop.ask(f'mutation {{ {name}(id: "{ABSENT}" {arguments}) {{ userErrors {{ message }} }} }}')
        assert body["data"] == {name: None}
        assert body["errors"][0]["message"] == f"Invalid id: {ABSENT}"
        assert body["errors"][0]["extensions"] == {"code": "RESOURCE_NOT_FOUND"}
        assert body["errors"][0]["path"] == [name]


async def test_a_field_that_needs_a_scope_is_null_and_the_rest_is_answered() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line())
        shop.world.merchant.hold(order)
        body = await shop.ask(
            "query($id: ID!) { order(id: $id) { fulfillmentOrders(first: 1) { nodes { status fulfillmentHolds {"
            " reason heldByApp { id } } } } } }",
            id=order.id,
        )
        held = body["data"]["order"]["fulfillmentOrders"]["nodes"][0]
        assert held == {"status": "ON_HOLD", "fulfillmentHolds": [{"reason": "OTHER", "heldByApp": None}]}
        error = body["errors"][0]
        assert error["message"] == "Access denied for heldByApp field. Required access: `read_apps` access scope."
        assert error["extensions"]["code"] == "ACCESS_DENIED"


async def test_what_the_twin_does_not_model_is_said_and_never_a_silent_null() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line())
        body = await shop.ask("query($id: ID!) { order(id: $id) { statusPageUrl } }", id=order.id)
        assert body["errors"][0]["message"] == "The sandbox does not model Order.statusPageUrl."


@pytest.mark.parametrize(("change", "status"), [({"frozen": True}, 402), ({"locked": True}, 423)])
async def test_a_shop_that_cannot_be_used_says_so_by_status(change: dict[str, Any], status: int) -> None:
    async with desk() as shop:
        for name, value in change.items():
            setattr(shop.world.shop, name, value)
        assert (await shop.post("{ shop { name } }")).status_code == status


async def test_a_wrong_token_is_answered_401_and_a_body_without_query_400() -> None:
    async with desk() as shop:
        shop.http.headers["X-Shopify-Access-Token"] = "other"
        assert (await shop.post("{ shop { name } }")).status_code == 401
        shop.http.headers["X-Shopify-Access-Token"] = "shpat_sandbox"
        assert (await shop.http.post("/admin/api/2026-10/graphql.json", content=b"[]")).status_code == 400
