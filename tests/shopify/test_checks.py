"""`syncd check`: each thing that is wrong is told with what to do about it."""

from typing import Any

import httpx
import pytest

from syncd.clock import ManualClock
from tests.shopify.shop import NOW, SHOP, Denied, Shop, store_of

ALL = (
    "read_orders",
    "write_orders",
    "read_all_orders",
    "write_merchant_managed_fulfillment_orders",
    "write_third_party_fulfillment_orders",
    "write_fulfillments",
    "read_locations",
    "read_returns",
)


def healthy(*, scopes: tuple[str, ...] = ALL, **shop_parts: Any) -> Shop:
    shop = Shop([])
    shop.roots["shop"] = lambda: {
        "id": "gid://shopify/Shop/1",
        "name": "Quiet Tea",
        "myshopifyDomain": SHOP,
        "ianaTimezone": "Europe/Copenhagen",
        "fulfillmentServices": [{"handle": "manual", "serviceName": "Manual", "type": "MANUAL"}],
        **shop_parts,
    }
    shop.roots["currentAppInstallation"] = lambda: {"accessScopes": [{"handle": each} for each in scopes]}
    shop.roots["publicApiVersions"] = lambda: [{"handle": each, "supported": True} for each in ("2026-07", "2026-10")]
    shop.headers["date"] = "Sun, 22 Nov 2026 08:00:00 GMT"
    return shop


async def states(shop: Shop, **options: Any) -> dict[str, tuple[str, str]]:
    return {each.name: (each.state, each.text) for each in await store_of(shop, **options).check()}


async def test_a_healthy_shop_is_fine():
    found = await states(healthy())
    assert {state for state, _ in found.values()} == {"ok"}
    assert "Quiet Tea" in found["credentials"][1]
    assert "Europe/Copenhagen" in found["credentials"][1]


async def test_a_write_scope_includes_reading():
    found = await states(healthy(scopes=ALL))
    assert not any(name.startswith("scope ") for name in found)


@pytest.mark.parametrize(
    ("missing", "state", "use"),
    [
        ("read_orders", "fail", "reading orders"),
        ("write_orders", "warn", "tags"),
        ("write_merchant_managed_fulfillment_orders", "warn", "fulfillments"),
        ("write_third_party_fulfillment_orders", "warn", "requests"),
        ("write_fulfillments", "warn", "delivery events"),
        ("read_locations", "warn", "location"),
        ("read_returns", "warn", "returns"),
    ],
)
async def test_each_missing_scope_is_explained_by_the_action_that_needs_it(missing, state, use):
    scopes = {*ALL, "read_merchant_managed_fulfillment_orders", "read_orders", "read_fulfillments"} - {missing}
    if missing == "read_orders":
        scopes -= {"write_orders"}
    found = await states(healthy(scopes=tuple(scopes)))
    assert found[f"scope {missing}"][0] == state
    assert use in found[f"scope {missing}"][1]


async def test_without_any_scope_for_fulfillment_orders_nothing_can_work():
    found = await states(healthy(scopes=("read_orders", "write_orders")))
    assert found["scope read_merchant_managed_fulfillment_orders"][0] == "fail"


async def test_the_horizon_of_sixty_days_is_told():
    found = await states(healthy(scopes=tuple(each for each in ALL if each != "read_all_orders")))
    assert found["history"][0] == "warn"
    assert "60 days" in found["history"][1]


async def test_rejected_credentials_are_the_only_answer():
    shop = healthy()
    shop.token = "shpat_other"
    found = await states(shop)
    assert {name: state for name, (state, _) in found.items()} == {"credentials": "fail"}


async def test_a_shop_that_cannot_be_reached_is_told_as_that():
    shop = healthy()
    shop.before = [httpx.ConnectError("no route")] * 4
    found = await states(shop)
    assert {name: state for name, (state, _) in found.items()} == {"connection": "fail"}


async def test_another_version_served_is_told():
    shop = healthy()
    shop.headers["x-shopify-api-version"] = "2027-01"
    assert (await states(shop))["api_version"][0] == "warn"


async def test_a_version_that_is_not_supported_is_told_with_the_newest():
    shop = healthy()
    shop.headers.pop("x-shopify-api-version")
    checks = await store_of(shop, token="env:TOKEN", api_version="2025-01").check()
    (version,) = [each for each in checks if each.name == "api_version"]
    assert (version.state, version.remedy) == ("warn", 'Write api_version = "2026-10".')


@pytest.mark.parametrize(("elapsed_s", "state"), [(0, "ok"), (60, "ok"), (61, "warn"), (-300, "warn")])
async def test_a_wrong_clock_is_told(elapsed_s, state):
    clock = ManualClock(NOW)
    shop = healthy()
    shop.headers["date"] = httpx_date(-elapsed_s)
    assert (await states(shop, clock=clock))["clock"][0] == state


def httpx_date(seconds: int) -> str:
    from datetime import timedelta
    from email.utils import format_datetime

    return format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)


async def test_fulfillment_services_of_others_are_named():
    services = [{"handle": "shipwell", "serviceName": "Shipwell", "type": "THIRD_PARTY"}]
    found = await states(healthy(fulfillmentServices=services))
    assert found["fulfillment_services"][0] == "warn"
    assert "Shipwell" in found["fulfillment_services"][1]


async def test_another_shop_behind_the_address_is_told():
    found = await states(healthy(myshopifyDomain="other.myshopify.com"))
    assert found["shop"][0] == "warn"


async def test_what_a_token_may_not_ask_is_a_warning():
    shop = healthy(fulfillmentServices=Denied("`read_fulfillments`"))
    assert (await states(shop))["fulfillment_services"][0] == "warn"


def test_capabilities_state_the_limit_in_words():
    store = store_of(Shop([]))
    assert "one's own organisation" in store.capabilities().limits
    assert store.capabilities().can_sweep
    assert "create_fulfillment" in store.capabilities().actions
