"""Bulk operations."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.twin.shop import Desk, desk, line

RUN = (
    "mutation($q: String!, $g: Boolean!) { bulkOperationRunQuery(query: $q, groupObjects: $g) {"
    " bulkOperation { id status url objectCount } userErrors { field message code } } }"
)
READ = "query($id: ID!) { bulkOperation(id: $id) { status errorCode objectCount rootObjectCount fileSize url } }"
ORDERS = "{ orders { edges { node { id name lineItems { edges { node { id sku } } } } } } }"


async def _run(shop: Desk, query: str, *, grouped: bool = False, version: str = "2026-10") -> dict[str, Any]:
    data = await shop.data(RUN, q=query, g=grouped, version=version)
    found: dict[str, Any] = data["bulkOperationRunQuery"]
    return found


async def _finished(shop: Desk, operation: dict[str, Any]) -> dict[str, Any]:
    shop.pass_time(seconds=3)
    found: dict[str, Any] = (await shop.data(READ, id=operation["id"]))["bulkOperation"]
    return found


async def _lines(shop: Desk, done: dict[str, Any]) -> list[dict[str, Any]]:
    response = await shop.http.get(done["url"])
    assert response.headers["content-type"] == "application/jsonl"
    assert len(response.content) == int(done["fileSize"])
    return [json.loads(one) for one in response.text.splitlines()]


async def test_a_bulk_query_ends_in_a_file_of_lines_with_parents() -> None:
    async with desk() as shop:
        orders = [shop.world.create_order(line("A"), line("B")) for _ in range(3)]
        operation = (await _run(shop, ORDERS))["bulkOperation"]
        assert (operation["status"], operation["url"], operation["objectCount"]) == ("CREATED", None, "0")
        assert (await shop.data(READ, id=operation["id"]))["bulkOperation"]["status"] == "RUNNING"
        done = await _finished(shop, operation)
        assert (done["status"], done["objectCount"], done["rootObjectCount"]) == ("COMPLETED", "9", "3")
        lines = await _lines(shop, done)
        assert lines[:3] == [{"id": order.id, "name": order.name} for order in orders]
        assert lines[3] == {"id": orders[0].lines[0].id, "sku": "A", "__parentId": orders[0].id}


async def test_grouped_children_follow_their_parent() -> None:
    async with desk() as shop:
        for _ in range(2):
            shop.world.create_order(line("A"))
        operation = (await _run(shop, ORDERS, grouped=True))["bulkOperation"]
        lines = await _lines(shop, await _finished(shop, operation))
        assert ["__parentId" in one for one in lines] == [False, True, False, True]


async def test_more_than_one_page_of_everything_is_answered_whole() -> None:
    async with desk() as shop:
        for _ in range(601):
            shop.world.create_order(line("A"))
        done = await _finished(shop, (await _run(shop, ORDERS))["bulkOperation"])
        lines = await _lines(shop, done)
        names = [one["name"] for one in lines if "name" in one]
        assert len(lines) == 1202
        assert names == [f"#{1001 + at}" for at in range(601)]


async def test_a_sweep_of_fulfillment_orders_with_their_fulfillments() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line("A", 2))
        made = shop.world.merchant.fulfill(order, lines={"A": 1}, number="N1")
        query = (
            "{ fulfillmentOrders(includeClosed: true) { edges { node { id status order { id } lineItems { edges { node {"
            " id remainingQuantity lineItem { id } } } } fulfillments { edges { node { id status trackingInfo {"
            " number } } } } } } } }"
        )
        lines = await _lines(shop, await _finished(shop, (await _run(shop, query))["bulkOperation"]))
        fo = order.fulfillment_orders[0]
        assert lines[0] == {"id": fo.id, "status": "IN_PROGRESS", "order": {"id": order.id}}
        assert {"id": made.id, "status": "SUCCESS", "trackingInfo": [{"number": "N1"}], "__parentId": fo.id} in lines


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("{ shop { id } }", "Bulk queries must contain at least one connection."),
        ("{ orders { nodes { id } } }", "The `nodes` field is not supported"),
        ("{ orders { edges { node { id } }", "Invalid bulk query: syntax error, unexpected end of file"),
        ("{ orders { edges { node { name lineItems { edges { node { id } } } } } } }", "must select the `id` field"),
        (
            "{ orders { edges { node { id fulfillments { id fulfillmentLineItems { edges { node { id } } } } } } } }",
            "connection field within a list field",
        ),
        (
            (
                "{ orders { edges { node { id fulfillmentOrders { edges { node { id lineItems { edges { node { id } } } } } }"
                " } } } }"
            ),
            "nesting depth",
        ),
        ('{ node(id: "gid://shopify/Order/1") { id } }', "top level `node`"),
    ],
)
async def test_what_bulk_does_not_take(query: str, text: str) -> None:
    async with desk() as shop:
        payload = await _run(shop, query)
        assert payload["bulkOperation"] is None
        assert payload["userErrors"][0]["field"] == ["query"]
        assert payload["userErrors"][0]["code"] == "INVALID"
        assert text in payload["userErrors"][0]["message"]


@pytest.mark.parametrize(("version", "most"), [("2026-01", 5), ("2026-10", 5)])
async def test_five_run_at_once_and_the_sixth_is_refused(version: str, most: int) -> None:
    async with desk() as shop:
        running = [(await _run(shop, ORDERS, version=version))["bulkOperation"]["id"] for _ in range(most)]
        refused = await _run(shop, ORDERS, version=version)
        assert refused["userErrors"] == [
            {
                "field": None,
                "message": "A bulk query operation for this app and shop is already in progress: "
                f"{', '.join(running)}.",
                "code": "OPERATION_IN_PROGRESS",
            }
        ]


async def test_a_running_operation_can_be_cancelled_and_a_finished_one_cannot() -> None:
    async with desk() as shop:
        shop.world.create_order(line())
        shop.world.settings.bulk_takes = timedelta(minutes=1)
        operation = (await _run(shop, ORDERS))["bulkOperation"]

        async def cancel(global_id: str) -> Any:
            return await shop.mutate(
                "bulkOperationCancel", "id: ID!", "bulkOperation { status } userErrors { field message }", id=global_id
            )

        assert (await cancel(operation["id"]))["bulkOperation"] == {"status": "CANCELING"}
        shop.pass_time(minutes=2)
        assert (await shop.data(READ, id=operation["id"]))["bulkOperation"]["status"] == "CANCELED"
        text = "A bulk operation cannot be canceled when it is canceled"
        assert (await cancel(operation["id"]))["userErrors"] == [{"field": None, "message": text}]
        unknown = await cancel("gid://shopify/BulkOperation/1")
        assert unknown["userErrors"] == [{"field": ["id"], "message": "Bulk operation does not exist"}]


async def test_an_operation_goes_through_every_state_and_a_cancelled_one_is_never_completed() -> None:
    async with desk() as shop:
        settings = shop.world.settings
        settings.bulk_starts, settings.bulk_takes = timedelta(seconds=5), timedelta(minutes=1)
        settings.bulk_cancel_takes = timedelta(seconds=5)
        operation = (await _run(shop, ORDERS))["bulkOperation"]
        read = "query($id: ID!) { bulkOperation(id: $id) { status completedAt } }"
        seen = []
        for seconds in (1, 5, 1):
            shop.pass_time(seconds=seconds)
            seen.append((await shop.data(read, id=operation["id"]))["bulkOperation"]["status"])
        await shop.mutate("bulkOperationCancel", "id: ID!", "userErrors { message }", id=operation["id"])
        for seconds in (1, 5, 60):
            shop.pass_time(seconds=seconds)
            seen.append((await shop.data(read, id=operation["id"]))["bulkOperation"]["status"])
        assert seen == ["CREATED", "RUNNING", "RUNNING", "CANCELING", "CANCELED", "CANCELED"]
        assert (await shop.data(read, id=operation["id"]))["bulkOperation"]["completedAt"] is None


MUTATE = (
    'mutation($m: String!) { bulkOperationRunMutation(mutation: $m, stagedUploadPath: "tmp/none.jsonl") {'
    " userErrors { field message code } } }"
)


NESTED = (
    "mutation M($i: CustomerInput!) { customerCreate(input: $i) { customer { orders { edges { node { id"
    " lineItems { edges { node { id } } } } } } } } }"
)


@pytest.mark.parametrize(
    ("mutation", "text"),
    [
        (
            NESTED,
            "Bulk mutations cannot contain more than 1 connection.",
        ),
        ("{ shop { id } }", "Invalid operation type. Only `mutation` operations are supported."),
        (
            "mutation M($i: CustomerInput!) { customerCreate(input: $i) { customer { id } } }",
            "The JSONL file could not be found.",
        ),
    ],
)
async def test_a_bulk_mutation_is_checked_before_its_file_is_missed(mutation: str, text: str) -> None:
    async with desk() as shop:
        data = await shop.data(MUTATE, m=mutation)
        (error,) = data["bulkOperationRunMutation"]["userErrors"]
        assert error["message"].startswith(text)


async def test_operations_are_listed_newest_first_and_bad_times_are_refused() -> None:
    async with desk() as shop:
        made = []
        for _ in range(2):
            made.append((await _run(shop, ORDERS))["bulkOperation"]["id"])
            shop.pass_time(seconds=5)
        data = await shop.data("{ bulkOperations(first: 5) { nodes { id } } }")
        assert [one["id"] for one in data["bulkOperations"]["nodes"]] == made[::-1]
        body = await shop.ask('{ bulkOperations(first: 1, query: "created_at:not-a-date") { nodes { id } } }')
        assert body["errors"][0]["message"] == "Invalid timestamp for query filter `created_at`."


async def test_an_operation_without_the_scope_fails() -> None:
    async with desk(scopes=frozenset({"read_products"})) as shop:
        shop.world.create_order(line())
        done = await _finished(shop, (await _run(shop, ORDERS))["bulkOperation"])
        assert (done["status"], done["errorCode"], done["url"]) == ("FAILED", "ACCESS_DENIED", None)
