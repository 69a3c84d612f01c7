"""The control API, tokens, versions and headers."""

from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from adapters.sandbox.control import ACTS, Control
from tests.twin.shop import desk, line


def _client(twin: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(Control(twin).app), base_url="http://control")


async def test_a_story_can_be_driven_from_outside() -> None:
    async with desk() as shop, _client(shop.twin) as control:
        made = await control.post("/orders", json={"lines": [{"sku": "A", "quantity": 2}], "tags": ["x"]})
        assert (made.status_code, made.json()["name"]) == (201, "#1001")
        done = await control.post("/merchant/fulfill", json={"order": "#1001", "lines": {"A": 1}, "number": "N1"})
        assert done.json()["status"] == "PARTIALLY_FULFILLED"
        assert (await control.post("/clock", json={"advance_s": 3600})).json() == {"now": "2026-11-02T09:15:30.123456Z"}
        await control.post("/merchant/tag", json={"order": "#1001", "tags": ["late"]})
        state = (await control.get("/state")).json()
        assert state["orders"][0]["tags"] == ["late", "x"]
        kinds = [entry["kind"] for entry in (await control.get("/ledger")).json()["entries"]]
        assert kinds == ["order_created", "fulfillment_created"]
        await control.post("/settings", json={"index_lag": 2})
        assert shop.world.settings.index_lag == timedelta(seconds=2)
        await control.post("/faults", json={"kind": "status", "status": 502})
        assert (await shop.post("{ shop { name } }")).status_code == 502
        assert (await control.delete("/faults")).json() == {"waiting": 0}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/merchant/fulfill", {"order": "#9"}, 404),
        ("/merchant/explode", {"order": "#1001"}, 404),
        ("/merchant/fulfill", {"order": "#1001", "colour": "red"}, 400),
        ("/merchant/cancel_fulfillment", {"order": "#1001"}, 404),
        ("/settings", {"colour": 1}, 404),
        ("/faults", {"kind": "earthquake"}, 400),
    ],
)
async def test_mistakes_are_answered_and_change_nothing(path: str, body: dict[str, Any], status: int) -> None:
    async with desk() as shop, _client(shop.twin) as control:
        shop.world.create_order(line())
        assert (await control.post(path, json=body)).status_code == status
        assert not shop.twin.faults.waiting


async def test_a_refused_act_tells_the_services_words() -> None:
    async with desk() as shop, _client(shop.twin) as control:
        order = shop.world.create_order(line())
        shop.world.merchant.fulfill(order)
        reply = await control.post("/merchant/cancel_order", json={"order": "#1001", "refund": False})
        assert (reply.status_code, reply.json()) == (
            422,
            {"errors": ["Cannot cancel an order that has outstanding fulfillments"]},
        )


def test_every_act_is_a_hand_made_change() -> None:
    assert {"fulfill", "cancel_fulfillment", "refund", "edit_line", "hold", "accept_request"} <= ACTS


async def test_client_credentials_are_exchanged_for_a_token_that_ends() -> None:
    async with desk(client=("id", "secret")) as shop:
        grant = {"client_id": "id", "client_secret": "secret", "grant_type": "client_credentials"}
        for form in ({"json": grant}, {"data": grant}):
            reply = (await shop.http.post("/admin/oauth/access_token", **form)).json()
            assert reply["expires_in"] == 86399
            shop.http.headers["X-Shopify-Access-Token"] = reply["access_token"]
            assert (await shop.post("{ shop { name } }")).status_code == 200
        shop.pass_time(hours=24)
        assert (await shop.post("{ shop { name } }")).status_code == 401
        wrong = await shop.http.post("/admin/oauth/access_token", json={**grant, "client_secret": "guess"})
        assert wrong.status_code == 401


async def test_a_revoked_token_is_refused_from_then_on() -> None:
    async with desk() as shop:
        shop.twin.revoke("shpat_sandbox")
        assert (await shop.post("{ shop { name } }")).status_code == 401


@pytest.mark.parametrize(
    ("asked", "served"),
    [("2026-10", "2026-10"), ("2026-04", "2026-04"), ("2025-01", "2026-01"), ("unstable", "2026-10")],
)
async def test_an_old_version_falls_forward_and_the_reply_says_so(asked: str, served: str) -> None:
    async with desk() as shop:
        response = await shop.post("{ shop { name } }", version=asked)
        assert response.headers["x-shopify-api-version"] == served
        assert response.headers["x-request-id"]
        assert parsedate_to_datetime(response.headers["date"]) == shop.clock.now().replace(microsecond=0)


async def test_a_version_that_does_not_exist_yet_is_not_found() -> None:
    async with desk() as shop:
        assert (await shop.post("{ shop { name } }", version="2027-01")).status_code == 404


async def test_older_versions_do_not_know_what_came_later() -> None:
    async with desk(oldest_version="2025-01") as shop:
        query = "mutation($id: ID!) { fulfillmentOrderReportProgress(id: $id) { userErrors { message } } }"
        body = await shop.ask(query, version="2026-01", id="gid://shopify/FulfillmentOrder/1")
        assert body["errors"][0]["extensions"]["code"] == "undefinedField"
        body = await shop.ask(query, version="2026-04", id="gid://shopify/FulfillmentOrder/1")
        assert body["errors"][0]["extensions"]["code"] == "RESOURCE_NOT_FOUND"
        response = await shop.post("{ shop { name } }", version="2025-01")
        assert response.headers["x-shopify-api-version"] == "2025-01"


async def test_the_bucket_is_each_apps_own() -> None:
    async with desk(plan="standard") as shop:
        rival = shop.world.add_app("rival", token="shpat_rival")
        shop.twin.bucket(shop.twin.syncd).charge(2000)
        body = await shop.ask("{ orders(first: 1) { nodes { id } } }")
        assert body["errors"][0]["extensions"]["code"] == "THROTTLED"
        shop.http.headers["X-Shopify-Access-Token"] = rival.token
        assert "data" in await shop.ask("{ orders(first: 1) { nodes { id } } }")


async def test_webhook_subscriptions_are_kept_once_for_each_topic_and_address() -> None:
    async with desk() as shop:
        query = (
            "mutation($uri: String) { webhookSubscriptionCreate(topic: ORDERS_UPDATED, webhookSubscription: {uri: $uri})"
            " { webhookSubscription { uri topic } userErrors { field message } } }"
        )
        made = await shop.data(query, uri="https://example.com/hook")
        assert made["webhookSubscriptionCreate"]["webhookSubscription"] == {
            "uri": "https://example.com/hook",
            "topic": "ORDERS_UPDATED",
        }
        again = await shop.data(query, uri="https://example.com/hook")
        assert again["webhookSubscriptionCreate"]["userErrors"] == [
            {
                "field": ["webhookSubscription", "callbackUrl"],
                "message": "Address for this topic has already been taken",
            }
        ]
        plain = await shop.data(query, uri="http://example.com/hook")
        text = "Address protocol http:// is not supported"
        assert plain["webhookSubscriptionCreate"]["userErrors"][0]["message"] == text
