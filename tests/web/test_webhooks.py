"""Webhooks: who is believed, what is kept of them, and that they only ever say where to look."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import Route

from adapters.stores.shopify import ADAPTER as SHOPIFY
from adapters.stores.shopify.listening import heard
from adapters.stores.shopify.pushed.signature import is_signed
from syncd.domain.ports import Listener, Push
from syncd.errors import AuthRejected, ConfigError, ConfigProblem, InvalidResponse
from syncd.journal import hints, schedules
from syncd.journal.schedules import SETTLES_WITHIN, Turn
from syncd.web.reception import LARGEST, Reception
from tests.cycle.shopworld import DOMAIN, ShopWorld, shop_world

SECRET, OLD = "shpss_new", "shpss_old"
SETTINGS = SHOPIFY.settings(shop=DOMAIN, token="env:TOKEN", webhook_secret=["env:NEW", "env:OLD"])


def signature(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def headers(body: bytes, *, topic: str = "orders/updated", event: str = "e-1", **changed: str) -> dict[str, str]:
    stated = {
        "x-shopify-topic": topic,
        "x-shopify-hmac-sha256": signature(body),
        "x-shopify-shop-domain": DOMAIN,
        "x-shopify-event-id": event,
    }
    return stated | {name.replace("_", "-"): value for name, value in changed.items()}


def about(order: Any) -> bytes:
    return json.dumps({"id": int(order.id.rpartition("/")[2]), "admin_graphql_api_id": order.id}).encode()


@dataclass(kw_only=True)
class Door:
    """A reception in front of a shop, and somebody who knocks."""

    world: ShopWorld
    reception: Reception
    http: httpx.AsyncClient

    async def knock(self, body: bytes, store: str = "main", **given: Any) -> int:
        stated = headers(body, **given)
        return (await self.http.post(f"/webhooks/{store}", content=body, headers=stated)).status_code

    async def turns(self) -> list[Turn]:
        """Whose turn it is a moment later."""
        now = self.world.clock.now() + SETTLES_WITHIN
        return await self.world.db.run(schedules.turns, stores=["main"], now=now)


class Hears:
    """The shop's own port, with the secrets that sign its webhooks."""

    def __init__(self, port: Any) -> None:
        self.port = port

    def hear(self, push: Push) -> Any:
        return heard(push, settings=SETTINGS, secrets=[SECRET, OLD])

    async def orders_of(self, things: Any) -> Any:
        return await self.port.orders_of(things)

    async def subscribe(self, url: str, *, dry_run: bool) -> Any:
        return await self.port.subscribe(url, dry_run=dry_run)


@asynccontextmanager
async def door(folder: Path) -> AsyncIterator[Door]:
    async with shop_world(folder) as world:
        listeners: dict[str, Listener] = {"main": Hears(world.shop.port)}
        reception = Reception(listener=listeners.get, db=world.db, clock=world.clock)
        app = Starlette(routes=[Route("/webhooks/{store}", reception.webhook, methods=["POST"])])
        await world.db.run(schedules.enter, stores=["main"], now=world.clock.now() + timedelta(hours=1))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here") as http:
            yield Door(world=world, reception=reception, http=http)


async def test_a_signed_webhook_leads_to_a_look_at_its_order_and_a_repeated_one_to_nothing(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        order = here.world.order("CJ-MUG")
        assert await here.turns() == []
        assert await here.knock(about(order)) == 200
        assert await here.turns() == [Turn(store="main", things=(order.id,))]
        (turn,) = await here.turns()
        now = here.world.clock.now()
        await here.world.db.run(schedules.ended, turn=turn, began_at=now, now=now, due_at=now, is_right=True, error="")
        assert await here.knock(about(order)) == 200
        assert await here.turns() == []
        assert await here.knock(about(order), event="e-2") == 200
        assert len(await here.turns()) == 1
        assert here.reception.counts == {("main", "heard"): 2, ("main", "repeated"): 1}


async def test_the_same_event_under_another_topic_is_another_thing(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        order = here.world.order("CJ-MUG")
        await here.knock(about(order))
        await here.knock(about(order), topic="orders/edited")
        await here.knock(about(order), topic="orders/cancelled")
        assert here.reception.counts["main", "heard"] == 2
        assert here.reception.counts["main", "not_understood"] == 1, "an edit has another shape"


async def test_an_event_is_forgotten_after_a_week(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        order = here.world.order("CJ-MUG")
        await here.knock(about(order))
        here.world.later(days=7, seconds=1)
        await here.world.db.run(hints.forget, now=here.world.clock.now())
        await here.knock(about(order))
        assert here.reception.counts["main", "heard"] == 2


async def test_what_is_about_a_fulfillment_order_leads_to_its_order(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        order = here.world.order("CJ-MUG")
        work = order.fulfillment_orders[0].id
        body = json.dumps({"fulfillment_order": {"id": work, "status": "open"}}).encode()
        assert await here.knock(body, topic="fulfillment_orders/hold_released") == 200
        (turn,) = await here.turns()
        assert turn.things == (work,)
        port: Any = here.world.shop.port
        gone = "gid://shopify/FulfillmentOrder/999999"
        assert await port.orders_of((work, order.id, gone)) == (order.id,)


async def test_when_the_app_s_standing_changed_the_whole_store_is_looked_at(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        assert await here.knock(b"{}", topic="app/scopes_update") == 200
        assert await here.turns() == [Turn(store="main")]


async def test_a_topic_that_is_not_ours_is_answered_and_leads_nowhere(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        assert await here.knock(b'{"id": 1}', topic="products/update") == 200
        assert await here.turns() == []


@pytest.mark.parametrize(
    ("changed", "body", "status"),
    [
        ({"x_shopify_hmac_sha256": ""}, b"{}", 401),
        ({"x_shopify_hmac_sha256": "bm90IHNpZ25lZA=="}, b"{}", 401),
        ({"x_shopify_hmac_sha256": signature(b'{"id": 2}')}, b'{"id": 1}', 401),
        ({"x_shopify_hmac_sha256": signature(b"{}", "shpss_older")}, b"{}", 401),
        ({"x_shopify_shop_domain": "other.myshopify.com"}, b'{"id": 1}', 400),
        ({}, b'{"id": ', 400),
        ({}, b'{"id": 1.5}', 400),
        ({}, '{"id": "\u00e9"}'.encode("latin-1"), 400),
        ({}, b"[]", 400),
        ({}, b"x" * (LARGEST + 1), 413),
    ],
)  # fmt: skip
async def test_what_cannot_be_believed_is_refused_and_kept_nowhere(
    tmp_path: Path, changed: dict[str, str], body: bytes, status: int
) -> None:
    async with door(tmp_path) as here:
        assert await here.knock(body, **changed) == status
        assert await here.turns() == []


async def test_a_store_that_is_not_there_is_told_so(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        assert await here.knock(b"{}", store="nowhere") == 404


async def test_what_cannot_be_kept_now_is_to_be_sent_again(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        order = here.world.order("CJ-MUG")
        await here.world.db.aclose()
        (tmp_path / "syncd.db").write_bytes(b"no database any more" * 400)
        assert await here.knock(about(order)) == 503


async def test_a_secret_that_is_not_there_any_more_costs_no_webhook(tmp_path: Path) -> None:
    class Forgetful(Hears):
        def hear(self, push: Push) -> Any:
            raise ConfigError(
                (ConfigProblem(file="syncd.toml", line=7, key="webhook_secret", text="there is no file"),)
            )

    async with door(tmp_path) as here:
        order = here.world.order("CJ-MUG")
        here.reception.listener = {"main": Forgetful(here.world.shop.port)}.get
        assert await here.knock(about(order)) == 503, "Shopify sends it again"
        here.reception.listener = {"main": Hears(here.world.shop.port)}.get
        assert await here.knock(about(order)) == 200
        assert len(await here.turns()) == 1


def test_during_a_rotation_the_old_secret_is_good_too() -> None:
    body = b'{"id": 1}'
    signed = Push(headers=headers(body, x_shopify_hmac_sha256=signature(body, OLD)), body=body)
    assert heard(signed, settings=SETTINGS, secrets=[SECRET, OLD]).things == ("gid://shopify/Order/1",)
    with pytest.raises(AuthRejected):
        heard(signed, settings=SETTINGS, secrets=[SECRET])
    with pytest.raises(AuthRejected, match="webhook_secret"):
        heard(signed, settings=SETTINGS, secrets=[])


@given(body=st.binary(max_size=200), other=st.binary(max_size=200), given_=st.text(max_size=60))
@settings(max_examples=200)
def test_only_the_right_signature_of_the_right_bytes_is_one(body: bytes, other: bytes, given_: str) -> None:
    assert is_signed(body, signature(body), secrets=["a", SECRET])
    assert is_signed(other, signature(body), secrets=[SECRET]) == (other == body)
    assert not is_signed(body, given_, secrets=[SECRET])


@given(body=st.binary(max_size=300), topic=st.sampled_from(["orders/updated", "fulfillments/create", "refunds/create"]))
@settings(max_examples=200)
def test_whatever_is_signed_is_understood_or_refused_with_a_path(body: bytes, topic: str) -> None:
    push = Push(headers=headers(body, topic=topic), body=body)
    refused = ""
    try:
        found = heard(push, settings=SETTINGS, secrets=[SECRET])
    except InvalidResponse as error:
        refused = error.path
    assert refused or found.things
