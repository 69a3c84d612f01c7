"""Finding the orders to read: by change on either side, and by name."""

from datetime import timedelta

import httpx
import pytest

from adapters.stores.shopify.searching import Searcher
from syncd.errors import AuthRejected, InvalidResponse, Refused
from tests.shopify.shop import (
    NOW,
    Shop,
    an_order,
    at,
    gid,
    store_of,
)


async def pages(iterator):
    return [page async for page in iterator]


async def test_changes_are_found_on_both_sides_and_each_order_is_read_once():
    quiet = an_order(1, updatedAt=at(days=9))
    held = an_order(2, updatedAt=at(days=9))
    held["fulfillmentOrders"][0]["updatedAt"] = at(minutes=5)  # a hold does not touch the order
    both = an_order(3, updatedAt=at(minutes=5))
    both["fulfillmentOrders"][0]["updatedAt"] = at(minutes=5)
    shop = Shop([quiet, held, both])
    found = await pages(store_of(shop).orders_changed(NOW - timedelta(hours=1)))
    assert [order.id for page in found for order in page.items] == [both["id"], held["id"]]
    assert [page.is_last for page in found] == [False] * (len(found) - 1) + [True]
    assert found[-1].complete


async def test_a_search_goes_back_two_minutes_and_quotes_its_time():
    shop = Shop([an_order(updatedAt=at(minutes=61))])
    found = await pages(store_of(shop).orders_changed(NOW - timedelta(hours=1)))
    assert sum(len(page.items) for page in found) == 1
    assert shop.sent("ChangedOrders")[0]["query"] == "updated_at:>='2026-11-22T06:58:00Z'"
    assert shop.sent("ChangedFulfillmentOrders")[0]["query"] == "updated_at:>='2026-11-22T06:58:00Z'"


async def test_searches_go_on_over_many_pages():
    shop = Shop([an_order(n, updatedAt=at(minutes=n)) for n in range(1, 601)])
    found = await pages(store_of(shop).orders_changed(NOW - timedelta(days=1)))
    assert len({order.id for page in found for order in page.items}) == 600


async def test_an_order_that_the_search_names_but_that_cannot_be_read_is_reported():
    shop = Shop([an_order(1)])
    shop.roots["nodes"] = lambda ids: [None for _ in ids]
    found = await pages(store_of(shop).orders_changed(NOW - timedelta(days=1)))
    assert [problem.place for page in found for problem in page.problems] == [gid("Order", 1)]


async def test_an_order_of_a_form_that_we_do_not_know_is_reported_and_hides_no_other():
    shop = Shop([an_order(1), an_order(2, createdAt="yesterday"), an_order(3)])
    found = await pages(store_of(shop).orders_changed(NOW - timedelta(days=9)))
    assert [order.id for page in found for order in page.items] == [gid("Order", 1), gid("Order", 3)]
    assert [problem.place for page in found for problem in page.problems] == [gid("Order", 2)]
    assert found[-1].complete
    assert len(await store_of(shop).orders(["1", "2"])) == 1
    with pytest.raises(InvalidResponse):
        await store_of(shop).orders(["2"])


async def test_a_search_that_shopify_did_not_understand_is_an_error():
    warning = {"field": "updated_at", "message": "Invalid search field for this query.", "code": "invalid_field"}
    body = {
        "data": {"orders": {"nodes": [{"id": gid("Order", 1), "updatedAt": at()}], "pageInfo": {"hasNextPage": False}}},
        "extensions": {"search": [{"path": ["orders"], "query": "updated_at:>=x", "warnings": [warning]}]},
    }
    shop = Shop([an_order(1)])
    shop.before = [httpx.Response(200, json=body)]
    with pytest.raises(Refused, match="did not understand"):
        await pages(store_of(shop).orders_changed(NOW))


async def test_pages_that_go_round_in_circles_end():
    page = {"nodes": [{"id": gid("Order", 1), "updatedAt": at()}], "pageInfo": {"hasNextPage": True, "endCursor": "x"}}
    shop = Shop([an_order(1)])
    shop.roots["orders"] = lambda **_: page
    with pytest.raises(InvalidResponse, match="circles"):
        await pages(store_of(shop).orders_changed(NOW))


async def test_the_newest_api_version_that_is_served_instead_is_a_problem():
    shop = Shop([an_order(1)])
    shop.headers["x-shopify-api-version"] = "2027-01"
    found = await pages(store_of(shop).orders_changed(NOW))
    assert found[-1].problems[0].text == "shopify serves API version 2027-01, not 2026-10 as configured"


@pytest.mark.parametrize("name", ["#1001", "1001", " 1001 "])
async def test_an_order_is_found_by_its_name(name):
    shop = Shop([an_order(1), an_order(2, name="#10011"), an_order(3, name="EX-1001")])
    assert [order.id for order in await store_of(shop).find(name)] == [gid("Order", 1)]


async def test_names_are_compared_without_regard_to_case_and_may_be_several():
    shop = Shop([an_order(1, name="#EN-7"), an_order(2, name="#en-7")])
    assert len(await store_of(shop).find("en-7")) == 2
    assert await store_of(shop).find("en-8") == ()


async def test_a_quote_in_a_name_does_not_end_the_search():
    shop = Shop([])
    shop.roots["orders"] = lambda **_: []
    await store_of(shop).find("x' OR y")
    assert shop.sent("FindOrders")[0]["query"] == "name:'x\\' OR y'"


async def test_a_search_that_our_scopes_forbid_is_told_as_that():
    error = {
        "message": "Access denied for fulfillmentOrders field.",
        "path": ["fulfillmentOrders"],
        "extensions": {"code": "ACCESS_DENIED", "requiredAccess": "`read_third_party_fulfillment_orders`"},
    }
    shop = Shop([])
    shop.before = [httpx.Response(200, json={"data": None, "errors": [error]})]
    with pytest.raises(AuthRejected, match="read_third_party_fulfillment_orders"):
        await pages(store_of(shop).orders_changed(NOW))


async def test_a_search_that_grows_too_deep_begins_anew_where_it_was():
    shop = Shop([an_order(n, updatedAt=at(minutes=n)) for n in range(1, 1001)])
    searcher = Searcher(store_of(shop)._session, deepest=500)
    found = [each async for page in searcher.changed(NOW - timedelta(days=1)) for each in page]
    assert set(found) == {gid("Order", n) for n in range(1, 1001)}
    assert len({each["query"] for each in shop.sent("ChangedOrders")}) == 3
    assert all(int((each["after"] or "c:0")[2:]) < 500 for each in shop.sent("ChangedOrders"))


async def test_a_thousand_changes_in_one_second_do_not_stop_a_search():
    shop = Shop([an_order(n, updatedAt=at(minutes=1)) for n in range(1, 1001)])
    searcher = Searcher(store_of(shop)._session, deepest=500)
    found = [each async for page in searcher.changed(NOW - timedelta(minutes=1)) for each in page]
    assert set(found) == {gid("Order", n) for n in range(1, 1001)}
