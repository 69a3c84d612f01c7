"""Searches, pages and cursors."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest

from tests.twin.shop import Desk, desk, line


async def _names(shop: Desk, query: str | None, *, sort: str = "ID") -> list[str]:
    data = await shop.data(
        f"query($q: String) {{ orders(first: 50, query: $q, sortKey: {sort}) {{ nodes {{ name }} }} }}", q=query
    )
    return [node["name"] for node in data["orders"]["nodes"]]


async def _some_orders(shop: Desk) -> None:
    """#1001 open, #1002 fulfilled and archived, #1003 half fulfilled, #1004 cancelled, #1005 held and tagged."""
    made = [shop.world.create_order(line("A", 2), tags=["vip"] if at == 4 else []) for at in range(5)]
    shop.world.merchant.fulfill(made[1])
    shop.world.merchant.fulfill(made[2], lines={"A": 1})
    shop.world.merchant.cancel_order(made[3])
    shop.world.merchant.hold(made[4])
    shop.pass_time(seconds=2)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (None, "12345"),
        ("status:open", "135"),
        ("status:closed", "2"),
        ("status:cancelled", "4"),
        ("fulfillment_status:fulfilled", "2"),
        ("fulfillment_status:shipped", "2"),
        ("fulfillment_status:partial", "3"),
        ("fulfillment_status:unfulfilled status:open", "135"),
        ("fulfillment_status:unshipped AND status:open", "15"),
        ("fulfillment_status:on_hold", "5"),
        ("tag:VIP", "5"),
        ("-tag:vip status:open", "13"),
        ("NOT status:open", "24"),
        ("name:#1003", "3"),
        ("name:1003 OR name:1001", "13"),
        ("(name:1003 OR tag:vip) status:open", "35"),
        ("1002", "2"),
        ("sku:a", "12345"),
        ("sku:b", ""),
    ],
)
async def test_what_a_query_finds(query: str | None, found: str) -> None:
    async with desk() as shop:
        await _some_orders(shop)
        assert await _names(shop, query) == [f"#100{digit}" for digit in found]


async def test_a_lower_bound_is_inclusive_and_exact_to_the_second() -> None:
    async with desk() as shop:
        shop.world.create_order(line())
        shop.pass_time(seconds=1)
        shop.world.create_order(line())
        assert await _names(shop, "updated_at:>='2026-11-02T08:15:31Z'", sort="UPDATED_AT") == ["#1002"]
        assert await _names(shop, "updated_at:>='2026-11-02T08:15:30Z'", sort="UPDATED_AT") == ["#1001", "#1002"]
        assert await _names(shop, "updated_at:>'2026-11-02T08:15:30Z'") == ["#1002"]
        assert await _names(shop, "updated_at:<'2026-11-02T08:15:31Z'") == ["#1001"]


async def test_a_timestamp_without_quotes_is_misread_with_a_warning_only() -> None:
    async with desk() as shop:
        shop.world.create_order(line())
        query = "updated_at:>=2026-11-02T08:59:00Z"
        body = await shop.ask("query($q: String) { orders(first: 5, query: $q) { nodes { name } } }", q=query)
        assert body["data"]["orders"]["nodes"] == [{"name": "#1001"}]
        assert body["extensions"]["search"][0]["query"] == query
        assert body["extensions"]["search"][0]["warnings"] == [
            {"field": "59", "message": "Invalid search field for this query.", "code": "invalid_field"}
        ]


async def test_an_unknown_field_is_ignored_with_a_warning() -> None:
    async with desk() as shop:
        shop.world.create_order(line())
        body = await shop.ask('{ orders(first: 5, query: "colour:red status:later") { nodes { name } } }')
        assert body["data"]["orders"]["nodes"] == [{"name": "#1001"}]
        assert [one["code"] for one in body["extensions"]["search"][0]["warnings"]] == [
            "invalid_field",
            "invalid_value",
        ]


async def test_pages_follow_the_cursor_while_other_orders_change() -> None:
    async with desk() as shop:
        orders = []
        for _ in range(5):
            orders.append(shop.world.create_order(line()))
            shop.pass_time(seconds=1)
        query = (
            "query($after: String) { orders(first: 2, sortKey: UPDATED_AT, after: $after) {"
            " nodes { name } pageInfo { hasNextPage endCursor } } }"
        )
        seen: list[str] = []
        after = None
        while True:
            page = (await shop.data(query, after=after))["orders"]
            seen += [node["name"] for node in page["nodes"]]
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]
            if len(seen) == 2:
                shop.world.merchant.tag(orders[0], "late")
        assert seen == ["#1001", "#1002", "#1003", "#1004", "#1005", "#1001"]
        assert json.loads(base64.b64decode(str(after))) == {
            "last_id": orders[3].number,
            "last_value": "2026-11-02 08:15:33.123456",
        }


async def test_last_and_before_page_backwards() -> None:
    async with desk() as shop:
        for _ in range(4):
            shop.world.create_order(line())
        query = (
            "query($before: String) { orders(last: 2, sortKey: ID, before: $before) {"
            " edges { cursor node { name } } pageInfo { hasPreviousPage hasNextPage } } }"
        )
        page = (await shop.data(query))["orders"]
        assert [edge["node"]["name"] for edge in page["edges"]] == ["#1003", "#1004"]
        page = (await shop.data(query, before=page["edges"][0]["cursor"]))["orders"]
        assert [edge["node"]["name"] for edge in page["edges"]] == ["#1001", "#1002"]
        assert page["pageInfo"] == {"hasPreviousPage": False, "hasNextPage": True}


async def test_searches_lag_behind_while_reads_by_id_do_not() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line())
        assert await _names(shop, "tag:new") == []
        shop.world.settings.index_lag = timedelta(seconds=1.5)
        shop.world.merchant.tag(order, "new")
        assert await _names(shop, "tag:new") == []
        data = await shop.data("query($id: ID!) { order(id: $id) { tags } }", id=order.id)
        assert data["order"] == {"tags": ["new"]}
        shop.pass_time(seconds=2)
        assert await _names(shop, "tag:new") == ["#1001"]


async def test_closed_fulfillment_orders_are_hidden_unless_asked_for() -> None:
    async with desk() as shop:
        done, pending = shop.world.create_order(line()), shop.world.create_order(line())
        shop.world.merchant.fulfill(done)

        async def ids(arguments: str) -> list[Any]:
            data = await shop.data(f"{{ fulfillmentOrders(first: 9 {arguments}) {{ nodes {{ id }} }} }}")
            return [node["id"] for node in data["fulfillmentOrders"]["nodes"]]

        closed, opened = done.fulfillment_orders[0].id, pending.fulfillment_orders[0].id
        assert await ids("") == [opened]
        assert await ids("includeClosed: true, sortKey: UPDATED_AT") == [closed, opened]
        assert await ids('includeClosed: true, query: "status:closed"') == [closed]
        location = shop.world.locations[0].number
        assert await ids(f'query: "assigned_location_id:{location}"') == [opened]


async def test_a_hold_does_not_bump_the_order_but_its_fulfillment_order() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line())
        shop.pass_time(minutes=1)
        shop.world.merchant.hold(order)
        since = "updated_at:>='2026-11-02T08:16:00Z'"
        assert await _names(shop, since) == []
        data = await shop.data("query($q: String) { fulfillmentOrders(first: 5, query: $q) { nodes { id } } }", q=since)
        assert len(data["fulfillmentOrders"]["nodes"]) == 1


async def test_an_address_change_bumps_the_order_but_not_its_fulfillment_order() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line())
        shop.pass_time(minutes=1)
        shop.world.merchant.edit_address(order, city="Ottawa")
        since = "updated_at:>='2026-11-02T08:16:00Z'"
        assert await _names(shop, since) == ["#1001"]
        data = await shop.data("query($q: String) { fulfillmentOrders(first: 5, query: $q) { nodes { id } } }", q=since)
        assert data["fulfillmentOrders"]["nodes"] == []


async def test_counting_is_capped() -> None:
    async with desk() as shop:
        for _ in range(3):
            shop.world.create_order(line())
        data = await shop.data("{ a: ordersCount { count precision } b: ordersCount(limit: 2) { count precision } }")
        assert data == {"a": {"count": 3, "precision": "EXACT"}, "b": {"count": 2, "precision": "AT_LEAST"}}


async def test_locations_hide_those_of_services_unless_asked_for() -> None:
    async with desk() as shop:
        shop.world.add_service("Own 3PL", app=shop.twin.syncd)
        query = "{ locations(first: 5 %s) { nodes { name isFulfillmentService } } }"
        assert len((await shop.data(query % ""))["locations"]["nodes"]) == 1
        nodes = (await shop.data(query % "includeLegacy: true"))["locations"]["nodes"]
        assert nodes[0] == {"name": "Own 3PL", "isFulfillmentService": True}
