"""Faults on demand: in process, and with real sockets."""

import asyncio
from typing import Any

import httpx
import pytest

from adapters.sandbox.faults import Kind, Moment
from adapters.sandbox.server import serve
from tests.twin.shop import HEADERS, Desk, desk, line

CREATE = (
    "mutation Ship($f: FulfillmentInput!) { fulfillmentCreate(fulfillment: $f) { fulfillment { id }"
    " userErrors { message } } }"
)


async def _ship(shop: Desk, order: Any) -> httpx.Response:
    groups = [{"fulfillmentOrderId": order.fulfillment_orders[0].id}]
    return await shop.post(CREATE, f={"lineItemsByFulfillmentOrder": groups})


@pytest.mark.parametrize(("moment", "made"), [(Moment.BEFORE, 0), (Moment.AFTER, 1)])
async def test_a_dropped_connection_hides_whether_the_work_was_done(moment: Moment, made: int) -> None:
    async with desk() as shop:
        order = shop.world.create_order(line())
        shop.twin.faults.add(Kind.DROP, operation="fulfillmentCreate", moment=moment)
        with pytest.raises(httpx.RemoteProtocolError):
            await _ship(shop, order)
        assert len(shop.twin.ledger.created(order.id)) == made
        assert (await _ship(shop, order)).status_code == 200


@pytest.mark.parametrize(("moment", "made"), [("before", 0), ("after", 1)])
async def test_an_error_status_may_come_before_or_after_the_work(moment: str, made: int) -> None:
    async with desk() as shop:
        order = shop.world.create_order(line())
        shop.twin.faults.add("status", status=503, retry_after="4.0", operation="Ship", moment=moment)
        response = await _ship(shop, order)
        assert (response.status_code, response.headers["retry-after"]) == (503, "4.0")
        assert len(shop.twin.ledger.created()) == made


@pytest.mark.parametrize(("moment", "made"), [("before", 0), ("after", 1)])
async def test_an_internal_error_says_nothing_of_the_outcome(moment: str, made: int) -> None:
    async with desk() as shop:
        order = shop.world.create_order(line())
        shop.twin.faults.add("internal_error", operation="fulfillmentCreate", moment=moment)
        response = await _ship(shop, order)
        assert response.status_code == 200
        body = response.json()
        assert body["data"] is None
        assert body["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
        assert len(shop.twin.ledger.created()) == made


async def test_only_the_named_calls_are_hit_and_only_at_their_turn() -> None:
    async with desk() as shop:
        fault = shop.twin.faults.add("throttled", operation="orders", nth=2, times=2)
        codes = []
        for _ in range(4):
            await shop.data("{ shop { name } }")
            body = await shop.ask("{ orders(first: 1) { nodes { id } } }")
            codes.append("errors" in body)
        assert codes == [False, True, True, False]
        assert fault.hits == 2
        assert fault.is_spent


async def test_bodies_can_be_malformed_truncated_or_a_login_page() -> None:
    async with desk() as shop:
        for kind in (Kind.MALFORMED, Kind.TRUNCATED, Kind.LOGIN_PAGE):
            shop.twin.faults.add(kind, moment=Moment.AFTER)
            response = await shop.post("{ shop { name } }")
            assert response.status_code == 200
            with pytest.raises(ValueError, match=r"."):
                response.json()


async def test_a_hanging_call_ends_only_when_the_client_gives_up() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line())
        shop.twin.faults.add("hang", moment="after")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await _ship(shop, order)
        assert len(shop.twin.ledger.created()) == 1


async def test_a_stale_search_misses_what_changed_since_the_last_one() -> None:
    async with desk() as shop:
        shop.world.create_order(line())
        query = "{ orders(first: 5) { nodes { name } } }"
        assert len((await shop.data(query))["orders"]["nodes"]) == 1
        shop.world.create_order(line())
        shop.twin.faults.add("stale_search", operation="orders")
        assert len((await shop.data(query))["orders"]["nodes"]) == 1
        assert len((await shop.data(query))["orders"]["nodes"]) == 2


async def test_a_real_socket_is_closed_and_a_hang_runs_into_the_timeout() -> None:
    async with desk() as shop, serve({"shop": shop.twin.app}) as urls, httpx.AsyncClient(headers=HEADERS) as http:
        shop.http = http
        http.base_url = urls["shop"]
        order = shop.world.create_order(line())
        shop.twin.faults.add("drop", moment="after", operation="fulfillmentCreate")
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            await _ship(shop, order)
        assert len(shop.twin.ledger.created()) == 1
        shop.twin.faults.add("hang")
        with pytest.raises(httpx.ReadTimeout):
            await http.post("/admin/api/2026-10/graphql.json", json={"query": "{ shop { name } }"}, timeout=0.1)
        assert (await shop.data("{ shop { name } }"))["shop"] == {"name": "sandbox"}


async def test_several_apps_are_served_on_ports_of_their_own() -> None:
    async with desk() as one, desk(shop="other.myshopify.com") as two:
        async with (
            serve({"one": one.twin.app, "two": two.twin.app}) as urls,
            httpx.AsyncClient(headers=HEADERS) as http,
        ):
            names = [
                (await http.post(f"{url}/admin/api/2026-10/graphql.json", json={"query": "{ shop { name } }"})).json()
                for url in urls.values()
            ]
        assert [name["data"]["shop"]["name"] for name in names] == ["sandbox", "other"]
        with pytest.raises(httpx.ConnectError):
            async with httpx.AsyncClient() as gone:
                await gone.get(urls["one"])
