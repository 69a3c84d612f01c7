"""Measured and documented refusals of the API, put into the adapter's wire: each means what the measurer found."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
import respx

from syncd.clock import ManualClock
from syncd.domain.money import Money
from syncd.domain.orders import FinancialStatus
from syncd.errors import InvalidResponse, PortError, Refused, Transient
from tests.real.samples import REAL
from tests.reference import needs_reference
from tests.shopify.shop import NOW, SHOP, VERSION, Shop, an_order, at, cost, gid, store_of

pytestmark = [pytest.mark.reference, needs_reference]

FOLDER = REAL / "ratelimit"
FILES = sorted(FOLDER.glob("*.json"))
PATH = f"https://{SHOP}/admin/api/{VERSION}/graphql.json"


def reply(name: str) -> httpx.Response:
    """A recorded reply, with its own status and headers."""
    recorded = json.loads((FOLDER / f"{name}.json").read_bytes())
    meta, body = recorded.pop("_meta", {}), recorded.get("body", recorded)
    return httpx.Response(meta.get("http_status", 200), headers=meta.get("headers", {}), json=body)


class Wire:
    """A shop behind a respx router: it answers what was recorded first, and then for itself."""

    def __init__(self, *recorded: httpx.Response, shop: Shop | None = None) -> None:
        shop = shop or Shop([an_order(1)])
        self.clock = ManualClock(NOW)
        self.router = respx.MockRouter(assert_all_called=False)
        answers = iter(recorded)
        self.route = self.router.post(PATH).mock(
            side_effect=lambda request: next(answers, None) or shop.answer(request)
        )
        self.store = store_of(httpx.MockTransport(self.router.async_handler), clock=self.clock)

    @property
    def calls(self) -> int:
        return self.route.call_count


async def test_a_throttled_answer_is_waited_for_as_its_numbers_say_and_asked_again():
    wire = Wire(reply("throttled_200"))
    order = await wire.store.order(gid("Order", 1))
    assert (order.name, wire.calls) == ("#1001", 2)
    budget = wire.store._session.budget
    assert budget.maximum == 2000.0  # as the shop's own last answer says; the refusal's 4000 came before
    # 572 points were left in the measured bucket: enough for this read, so it is not waited out, only asked again.
    assert wire.clock.elapsed_s < 2


async def test_the_wait_after_a_throttled_answer_is_what_is_missing_divided_by_the_restore_rate():
    empty = json.loads(reply("throttled_200").content)
    empty["extensions"]["cost"]["throttleStatus"] |= {"currentlyAvailable": 0}
    asked: list[float] = []
    wire = Wire(httpx.Response(200, json=empty))
    price = None
    shop = Shop([an_order(1)])

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(wire.clock.elapsed_s)
        return httpx.Response(200, json=empty) if len(asked) == 1 else shop.answer(request)

    wire.route.mock(side_effect=answer)
    await wire.store.order(gid("Order", 1))
    price = json.loads(shop.answer(wire.route.calls.last.request).content)["extensions"]["cost"]["requestedQueryCost"]
    restored = 200.0 * (asked[1] - asked[0])
    assert price <= restored <= price + 200.0 * 1.5


async def test_a_read_throttled_for_ever_is_given_up_as_transient():
    wire = Wire(*[reply("throttled_200") for _ in range(100)])
    with pytest.raises(Transient, match="throttled"):
        await wire.store.order(gid("Order", 1))
    assert wire.calls < 100


@pytest.mark.parametrize("name", ["max_cost_exceeded_200", "max_cost_exceeded_docs"])
async def test_a_query_that_is_too_dear_is_never_asked_again(name):
    wire = Wire(reply(name))
    with pytest.raises(Refused) as refused:
        await wire.store.order(gid("Order", 1))
    assert refused.value.code == "max_cost_exceeded"
    assert "exceeds the single query max cost limit (1000)" in str(refused.value)
    assert wire.calls == 1


async def test_an_internal_error_of_a_read_passes():
    wire = Wire(reply("internal_server_error_docs"))
    assert (await wire.store.order(gid("Order", 1))).name == "#1001"
    assert wire.calls == 2


async def test_an_internal_error_that_stays_names_the_request_for_support():
    wire = Wire(*[reply("internal_server_error_docs") for _ in range(20)])
    with pytest.raises(Transient, match="1b355a21-7117-44c5-8d8b-8948082f40a8"):
        await wire.store.order(gid("Order", 1))


async def test_a_search_that_was_ignored_is_an_error_however_good_the_page_looks():
    page = {"orders": {"nodes": [{"id": gid("Order", 1), "updatedAt": at()}], "pageInfo": {"hasNextPage": False}}}
    recorded = json.loads((FOLDER / "search_warning_extensions.json").read_bytes())["extensions"]
    wire = Wire(httpx.Response(200, json={"data": page, "extensions": {**recorded, "cost": cost(10)}}))
    with pytest.raises(Refused, match="Invalid search field") as refused:
        [page async for page in wire.store.orders_changed(NOW - timedelta(hours=1))]
    assert refused.value.code == "search_warning"


async def test_a_429_is_waited_out_as_long_as_its_decimals_say():
    wire = Wire(reply("rest_429"))
    assert (await wire.store.order(gid("Order", 1))).name == "#1001"
    assert wire.calls == 2
    assert 4.0 <= wire.clock.elapsed_s < 6.0


async def test_a_429_that_stays_is_transient_and_hands_its_wish_on():
    wire = Wire(*[reply("rest_429") for _ in range(50)])
    with pytest.raises(Transient) as tired:
        await wire.store.order(gid("Order", 1))
    assert tired.value.retry_after_s == 4.0
    assert wire.calls < 50


async def test_a_real_node_of_2026_07_is_an_order():
    node = json.loads((FOLDER / "order_node_2026-07_redacted.json").read_bytes())
    order = await _read(node)
    assert (order.name, order.financial, order.closed) == ("#24364", FinancialStatus.PAID, True)
    assert [(line.quantity, line.requires_shipping) for line in order.lines] == [(1, True)]
    assert order.total is None  # the query behind this node asked for another sum
    assert (await _read({**node, "totalPriceSet": node["currentTotalPriceSet"]})).total == Money(
        minor=2598, currency="EUR"
    )


async def _read(node: dict[str, Any]) -> Any:
    wire = Wire(httpx.Response(200, json={"data": {"order": node}, "extensions": {"cost": cost(10)}}))
    return await wire.store.order(node["id"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
async def test_every_recorded_reply_is_an_order_or_an_error_that_says_who_must_act(path):
    wire = Wire(*[reply(path.stem) for _ in range(40)])
    with pytest.raises(PortError) as error:
        await wire.store.order(gid("Order", 1))
    assert type(error.value) in {Transient, Refused, InvalidResponse}
    assert len(FILES) == 7
