"""A look at everything: bulk and joined on disk for big shops, by id for small ones."""

import json
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

import httpx
import pytest

from adapters.stores.shopify.joining import Join
from syncd.clock import ManualClock
from syncd.domain.orders import FulfillmentLine
from tests.shopify.shop import NOW, Shop, a_fulfillment, a_fulfillment_order, a_line, an_order, at, gid, store_of

FILES = "https://storage.example.test"
ORDER_LISTS = ("lineItems", "fulfillmentOrders", "returns", "metafields")
WORK_LISTS = ("lineItems", "fulfillments", "merchantRequests")


def order_lines(order: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """An order as bulk writes it: plain lists inside, connections as lines of their own."""
    plain = {key: value for key, value in order.items() if key not in ORDER_LISTS}
    plain["fulfillments"] = [
        {key: value for key, value in each.items() if key not in {"fulfillmentLineItems", "events"}}
        for each in order["fulfillments"]
    ]
    plain["refunds"] = [{"id": each["id"]} for each in order["refunds"]]
    yield plain
    for each in order["lineItems"]:
        yield {**each, "__parentId": order["id"]}
    for each in order["fulfillmentOrders"]:
        yield {"id": each["id"], "__parentId": order["id"]}


def work_lines(order: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for work in order["fulfillmentOrders"]:
        yield {key: value for key, value in work.items() if key not in WORK_LISTS}
        for each in work["lineItems"]:
            yield {**each, "lineItem": {"id": each["lineItem"]["id"]}, "__parentId": work["id"]}
        for each in work["fulfillments"]:
            yield {"id": each["id"], "status": each["status"], "__parentId": work["id"]}


class BulkShop(Shop):
    """A shop with bulk operations; `ends` says how each one ends."""

    def __init__(self, orders: list[dict[str, Any]], *, count: int = 5000) -> None:
        super().__init__(orders)
        self.ends: list[dict[str, Any]] = []
        self.refusals: list[str | None] = []
        self.queries: list[str] = []
        self.polls: dict[str, int] = {}
        self.roots["ordersCount"] = lambda **_: {"count": count, "precision": "EXACT"}
        self.roots["bulkOperationRunQuery"] = self._run
        self.roots["bulkOperation"] = self._status
        self.roots["bulkOperationCancel"] = lambda id: {"bulkOperation": None, "userErrors": []}  # noqa: A006
        self.last = len(orders)

    def _run(self, *, query: str, groupObjects: bool) -> dict[str, Any]:  # noqa: N803
        assert not groupObjects
        refusal = self.refusals.pop(0) if self.refusals else None
        if refusal:
            return {"bulkOperation": None, "userErrors": [{"field": None, "message": refusal}]}
        self.queries.append(query)
        lines = order_lines if query.startswith("query BulkOrders") else work_lines
        rows = [json.dumps(line) for order in self.data[: self.last] for line in lines(order)]
        Random(3).shuffle(rows)  # without grouping, children may come anywhere
        number = len(self.queries)
        self.files[f"/{number}.jsonl"] = "\n".join(rows).encode()
        self.polls[gid("BulkOperation", number)] = len(rows)
        return {"bulkOperation": {"id": gid("BulkOperation", number), "status": "CREATED"}, "userErrors": []}

    def _status(self, id: str) -> dict[str, Any]:  # noqa: A002
        number = id.rpartition("/")[2]
        end = self.ends.pop(0) if self.ends else {}
        objects = self.polls[id]
        url = f"{FILES}/{number}.jsonl" if objects else None
        return {"id": id, "status": "COMPLETED", "objectCount": str(objects), "url": url, **end}


async def swept(shop: Shop, **options: Any):
    pages = [page async for page in store_of(shop, **options).sweep()]
    assert [page.is_last for page in pages] == [False] * (len(pages) - 1) + [True]
    return {order.id: order for page in pages for order in page.items}, pages[-1]


async def test_a_small_shop_is_read_whole_by_id():
    shop = Shop([an_order(n) for n in range(1, 61)])
    orders, last = await swept(shop)
    assert len(orders) == 60
    assert all(order.is_complete for order in orders.values())
    assert last.complete
    assert "RunBulk" not in shop.operations()


async def test_open_orders_that_nobody_touched_for_sixty_days_are_seen():
    old = an_order(1, updatedAt=at(days=200))
    old["fulfillmentOrders"][0]["updatedAt"] = at(days=200)
    archived = an_order(2, updatedAt=at(days=200), closed=True)
    archived["fulfillmentOrders"][0]["updatedAt"] = at(days=200)
    orders, _ = await swept(Shop([old, archived, an_order(3, closed=True)]))
    assert set(orders) == {gid("Order", 1), gid("Order", 3)}


async def test_a_big_shop_is_read_by_two_bulk_operations():
    shop = BulkShop([an_order(n) for n in range(1, 301)])
    orders, last = await swept(shop)
    assert len(orders) == 300
    assert last.complete
    assert [query[:20] for query in shop.queries] == ["query BulkOrders {\n ", "query BulkFulfillmen"]
    assert all("updated_at:>='2026-09-23T08:00:00Z'" in query for query in shop.queries)
    assert "OrdersById" not in shop.operations()


async def test_what_bulk_built_equals_what_was_read_by_id_apart_from_hashes():
    nodes = [an_order(1), shipped_order(2), an_order(3, cancelledAt=at(days=1), closed=True)]
    swept_orders, _ = await swept(BulkShop(nodes))
    read = {order.id: order for order in await store_of(Shop(nodes)).orders(["1", "2", "3"])}
    for order_id, order in swept_orders.items():
        assert order.cut == ()
        assert order.lines == read[order_id].lines
        assert order.fulfillment_orders == read[order_id].fulfillment_orders
        assert order.fulfillments == read[order_id].fulfillments
        assert (order.financial, order.closed, order.cancelled_at) == (
            read[order_id].financial,
            read[order_id].closed,
            read[order_id].cancelled_at,
        )


def shipped_order(number: int, **parts: Any) -> dict[str, Any]:
    """One parcel with both units; the fulfillment order is closed."""
    line = a_line(number * 10)
    parcel = a_fulfillment(number, [(line, 2)], **parts)
    work = a_fulfillment_order(number, [line], status="CLOSED", supportedActions=[], fulfillments=[parcel])
    work["lineItems"][0]["remainingQuantity"] = 0
    return an_order(number, lineItems=[line], fulfillmentOrders=[work], fulfillments=[parcel])


async def test_the_lines_of_a_partial_parcel_are_worked_out():
    node = shipped_order(1)
    node["fulfillmentOrders"][0]["lineItems"][0]["remainingQuantity"] = 1
    orders, _ = await swept(BulkShop([node]))
    (order,) = orders.values()
    assert order.fulfillments[0].lines == (FulfillmentLine(line_id=gid("LineItem", 10), quantity=1),)


def two_parcels() -> dict[str, Any]:
    node = shipped_order(1)
    second = a_fulfillment(77, [(node["lineItems"][0], 1)])
    node["fulfillments"].append(second)
    node["fulfillmentOrders"][0]["fulfillments"].append(second)
    return node


def interwoven() -> dict[str, Any]:
    """Two parcels over three fulfillment orders: the middle one has units in both, nobody knows how many in which."""
    lines = [a_line(n) for n in (11, 12, 13)]
    first, second = a_fulfillment(1, []), a_fulfillment(2, [])
    works = [
        a_fulfillment_order(n, [line], status="CLOSED", fulfillments=parcels)
        for n, line, parcels in zip((1, 2, 3), lines, ([first], [first, second], [second]), strict=True)
    ]
    for each in works:
        each["orderId"] = gid("Order", 1)
        each["lineItems"][0]["remainingQuantity"] = 0
    return an_order(1, lineItems=lines, fulfillmentOrders=works, fulfillments=[first, second])


def taken_back() -> dict[str, Any]:
    node = shipped_order(1, status="CANCELLED", displayStatus="CANCELED")
    node["fulfillmentOrders"][0]["lineItems"][0]["remainingQuantity"] = 2  # the trap: closed, and full again
    return node


def requested() -> dict[str, Any]:
    node = an_order(1)
    node["fulfillmentOrders"][0]["requestStatus"] = "SUBMITTED"
    return node


@pytest.mark.parametrize(
    ("node", "cut"),
    [
        (two_parcels(), "fulfillments"),
        (interwoven(), "fulfillments"),
        (taken_back(), "fulfillments"),
        (requested(), "requests"),
        (an_order(1, returnStatus="IN_PROGRESS"), "returns"),
        (an_order(1, refunds=[{"id": gid("Refund", 1), "createdAt": at(), "refundLineItems": []}]), "refunds"),
        (shipped_order(1, displayStatus="DELIVERED", deliveredAt=at(hours=1)), "events"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_bulk_cannot_give_is_named(node, cut):
    orders, _ = await swept(BulkShop([node]))
    assert orders[node["id"]].cut == (cut,)


async def test_a_fulfillment_order_that_only_one_result_shows_is_named():
    node = an_order(1)
    shop = BulkShop([node])
    run = shop.roots["bulkOperationRunQuery"]

    def and_forget(**args: Any) -> Any:
        started = run(**args)
        node["fulfillmentOrders"] = []
        return started

    shop.roots["bulkOperationRunQuery"] = and_forget
    orders, _ = await swept(shop)
    assert "fulfillment_orders" in orders[node["id"]].cut


async def test_wanted_links_are_named_since_bulk_does_not_bring_them():
    store = store_of(BulkShop([an_order(1)]), link_metafields=("syncd.cj",))
    pages = [page async for page in store.sweep()]
    assert [order.cut for page in pages for order in page.items] == [("links",)]


async def test_an_order_of_which_only_a_fulfillment_order_was_touched_is_read_by_id():
    seen, unseen = an_order(1), an_order(2, updatedAt=at(days=90), closed=True)
    shop = BulkShop([seen, unseen])

    def only_first(order: dict[str, Any]) -> Iterator[dict[str, Any]]:
        return order_lines(order) if order is seen else iter(())

    rows = [json.dumps(line) for order in shop.data for line in only_first(order)]
    run = shop.roots["bulkOperationRunQuery"]

    def limited(**args: Any) -> Any:
        started = run(**args)
        if len(shop.queries) == 1:
            shop.files["/1.jsonl"] = "\n".join(rows).encode()
            shop.polls[gid("BulkOperation", 1)] = len(rows)
        return started

    shop.roots["bulkOperationRunQuery"] = limited
    orders, last = await swept(shop)
    assert set(orders) == {seen["id"], unseen["id"]}
    assert orders[unseen["id"]].is_complete
    assert last.complete


@pytest.mark.parametrize("kind", [Shop, BulkShop])
async def test_an_order_of_a_form_that_we_do_not_know_is_reported_and_cuts_nothing_off(kind):
    pages = [page async for page in store_of(kind([an_order(1), an_order(2, createdAt="yesterday")])).sweep()]
    assert [order.id for page in pages for order in page.items] == [gid("Order", 1)]
    assert [problem.place for page in pages for problem in page.problems] == [gid("Order", 2)]
    assert pages[-1].complete, "the next look need not sweep again because of it"


async def test_an_operation_is_waited_for():
    shop, clock = BulkShop([an_order(1)]), ManualClock(NOW)
    shop.ends = [{"status": "CREATED", "url": None}] + [{"status": "RUNNING", "url": None}] * 5
    orders, _ = await swept(shop, clock=clock)
    assert len(orders) == 1
    assert clock.monotonic() > 5


async def test_an_empty_result_has_no_address_and_is_complete():
    orders, last = await swept(BulkShop([]))
    assert (orders, last.complete) == ({}, True)


async def test_an_older_api_that_runs_one_operation_at_a_time_gets_one_after_the_other():
    shop = BulkShop([an_order(1)])
    shop.refusals = [
        None,
        "A bulk query operation for this app and shop is already in progress: gid://shopify/BulkOperation/1.",
    ]
    orders, last = await swept(shop)
    assert (len(orders), last.complete, len(shop.queries)) == (1, True, 2)


@pytest.mark.parametrize(
    "ends",
    [
        [{"status": "FAILED", "errorCode": "INTERNAL_SERVER_ERROR", "url": None}],
        [{"status": "EXPIRED", "url": None}],
        [{"status": "CANCELED", "url": None}],
        [{"status": "RUNNING", "url": None}] * 400,
    ],
    ids=["failed", "expired", "cancelled", "endless"],
)
async def test_where_bulk_gives_nothing_the_shop_is_read_by_id(ends):
    shop = BulkShop([an_order(n) for n in range(1, 21)])
    shop.ends = ends
    orders, last = await swept(shop)
    assert len(orders) == 20
    assert all(order.is_complete for order in orders.values())
    assert last.complete


async def test_where_bulk_is_refused_the_shop_is_read_by_id():
    shop = BulkShop([an_order(1)])
    shop.refusals = ["Bulk queries are not available."]
    orders, last = await swept(shop)
    assert (len(orders), last.complete) == (1, True)


async def test_a_partial_result_is_used_but_never_called_complete():
    shop = BulkShop([an_order(1)])
    shop.ends = [{"status": "FAILED", "errorCode": "TIMEOUT", "url": None, "partialDataUrl": f"{FILES}/1.jsonl"}]
    orders, last = await swept(shop)
    assert len(orders) == 1
    assert not last.complete
    assert "TIMEOUT" in last.problems[0].text


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-40], lambda data: data.rpartition(b"\n")[0]], ids=["cut", "short"]
)
async def test_a_damaged_download_is_never_called_complete(damage):
    shop = BulkShop([an_order(n) for n in range(1, 5)])
    run = shop.roots["bulkOperationRunQuery"]

    def damaged(**args: Any) -> Any:
        started = run(**args)
        name = f"/{len(shop.queries)}.jsonl"
        shop.files[name] = damage(shop.files[name])
        return started

    shop.roots["bulkOperationRunQuery"] = damaged
    _, last = await swept(shop)
    assert not last.complete
    assert last.problems


async def test_our_token_does_not_go_to_the_file_server():
    shop = BulkShop([an_order(1)])
    sent = []
    answer = shop.handle_async_request

    async def watched(request: httpx.Request) -> httpx.Response:
        sent.append((request.method, "x-shopify-access-token" in request.headers))
        return await answer(request)

    shop.handle_async_request = watched
    await swept(shop)
    assert {has_token for method, has_token in sent if method == "GET"} == {False}
    assert {has_token for method, has_token in sent if method == "POST"} == {True}


async def test_a_result_without_encryption_is_not_fetched():
    shop = BulkShop([an_order(1)])
    shop.ends = [{"url": "http://storage.example.test/1.jsonl"}]
    _, last = await swept(shop)
    assert not last.complete


def test_joining_keeps_memory_flat(tmp_path):
    """What is held in memory does not depend on how many orders there are."""

    def peak(count: int) -> int:
        join = Join(tmp_path / f"{count}.db")
        tracemalloc.start()
        for number in range(1, count + 1):
            order = an_order(number)
            for line in order_lines(order):
                join.take_order_line(json.dumps(line).encode())
            for line in work_lines(order):
                join.take_fulfillment_order_line(json.dumps(line).encode())
        join.seal()
        found = sum(1 for _ in join.orders())
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        join.close()
        assert found == count
        return most

    small, big = peak(300), peak(1500)
    assert big < small * 1.5 + 2**20


def test_the_window_of_these_tests():
    assert NOW - timedelta(days=60) == NOW.replace(month=9, day=23)
