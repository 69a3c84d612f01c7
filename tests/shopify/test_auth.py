"""Tokens: given, granted, renewed once, and shared."""

from datetime import timedelta
from urllib.parse import parse_qs

import httpx
import pytest

from syncd.clock import ManualClock
from syncd.errors import AuthRejected
from tests.shopify.shop import NOW, Kept, Shop, an_order, store_of

GRANT = {"client_id": "env:ID", "client_secret": "env:SECRET"}


class GrantingShop(Shop):
    """A shop that grants tokens to the client that it knows."""

    def __init__(self) -> None:
        super().__init__([an_order()])
        self.grants = 0
        self.forms: list[dict[str, list[str]]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/admin/oauth/access_token":
            self.grants += 1
            self.forms.append(parse_qs(request.content.decode()))
            self.token = f"shpat_granted_{self.grants}"
            return httpx.Response(200, json={"access_token": self.token, "scope": "read_orders", "expires_in": 86399})
        return await super().handle_async_request(request)


async def test_a_granted_token_is_fetched_once_and_kept_for_other_processes():
    shop, kept = GrantingShop(), Kept()
    first, second = store_of(shop, kept=kept, **GRANT), store_of(shop, kept=kept, **GRANT)
    for store in (first, second, first):
        await store.order("1")
    assert shop.grants == 1
    assert shop.forms == [
        {"client_id": ["client-1"], "client_secret": ["shpss_secret"], "grant_type": ["client_credentials"]}
    ]


async def test_a_token_is_renewed_before_it_expires():
    shop, clock = GrantingShop(), ManualClock(NOW)
    store = store_of(shop, clock=clock, **GRANT)
    await store.order("1")
    clock.advance(timedelta(hours=23, minutes=55))
    await store.order("1")
    assert shop.grants == 2


async def test_a_rejected_token_is_renewed_once_also_for_a_write():
    shop, kept = GrantingShop(), Kept()
    store = store_of(shop, kept=kept, **GRANT)
    await store.order("1")
    shop.token = "revoked by somebody"
    assert (await store.order("1")).name == "#1001"
    assert shop.grants == 2
    shop.before = [httpx.Response(401), httpx.Response(401)]
    with pytest.raises(AuthRejected):
        await store.order("1")


async def test_a_given_token_that_is_rejected_is_not_tried_again():
    shop = Shop([])
    shop.token = "shpat_other"
    with pytest.raises(AuthRejected):
        await store_of(shop).order("1")
    assert len(shop.served) == 1


async def test_a_token_that_was_rotated_in_its_file_is_read_again():
    shop = Shop([an_order()])
    secrets = {"env:TOKEN": "shpat_old"}
    store = store_of(shop, secrets=secrets)

    def rotate(_: httpx.Request) -> httpx.Response:
        secrets["env:TOKEN"] = "shpat_good"
        return httpx.Response(401)

    shop.before = [rotate]
    assert (await store.order("1")).name == "#1001"


async def test_the_address_is_the_documented_path_of_the_configured_version():
    shop = Shop([an_order()])
    await store_of(shop).order("1")
    await store_of(shop, token="env:TOKEN", endpoint="http://127.0.0.1:9700", api_version="2026-07").order("1")
    assert shop.served == [
        "https://quiet-tea.myshopify.com/admin/api/2026-10/graphql.json",
        "http://127.0.0.1:9700/admin/api/2026-07/graphql.json",
    ]
