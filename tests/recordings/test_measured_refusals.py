"""The twin refuses in the shape in which the real service was measured to."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.recordings.comparing import Pairs, differences
from tests.reference import REFERENCE, needs_reference
from tests.twin.shop import Desk, desk

pytestmark = [pytest.mark.reference, needs_reference]

DEAR = """{ orders(first: 250) { nodes { fulfillmentOrders(first: 250) { nodes {
  lineItems(first: 250) { nodes { id } }
} } } } }"""


def measured(name: str) -> dict[str, Any]:
    told = json.loads((REFERENCE / "real" / "ratelimit" / f"{name}.json").read_bytes())
    body: dict[str, Any] = told.get("body", told)
    return body


async def differing(shop: Desk, name: str, query: str, **numbers: Any) -> list[str]:
    """Where the twin's body is another one than the measured one, its numbers aside."""
    theirs, ours = measured(name), await shop.ask(query)
    return [
        str(one) for one in differences(theirs, ours, Pairs(), priced=True) if one.path not in numbers.get("of", ())
    ]


async def test_an_empty_bucket_is_told_as_measured() -> None:
    async with desk(plan="advanced") as shop:
        shop.twin.faults.add("throttled")
        query = "{ orders(first: 250) { nodes { id } } }"
        of = (".extensions.cost.requestedQueryCost",)
        assert await differing(shop, "throttled_200", query, of=of) == []


async def test_a_query_that_is_too_dear_is_told_as_measured_without_extensions_beside_the_error() -> None:
    async with desk() as shop:
        of = (".errors[0].message", ".errors[0].extensions.cost")
        assert await differing(shop, "max_cost_exceeded_200", DEAR, of=of) == []
        theirs, ours = measured("max_cost_exceeded_200"), await shop.ask(DEAR)
        assert ours.keys() == theirs.keys()
        assert (
            ours["errors"][0]["message"].partition("which")[2] == theirs["errors"][0]["message"].partition("which")[2]
        )


async def test_an_internal_error_is_told_as_documented() -> None:
    async with desk() as shop:
        shop.twin.faults.add("internal_error")
        assert await differing(shop, "internal_server_error_docs", "{ shop { name } }", of=(".data",)) == []


async def test_a_filter_that_is_not_known_is_told_beside_the_result() -> None:
    theirs = measured("search_warning_extensions")["extensions"]["search"][0]["warnings"][0]
    async with desk() as shop:
        reply = await shop.ask("{ ordersCount(query: \"nonsense:>='2026-08-21T00:00:00Z'\") { count } }")
        (search,) = reply["extensions"]["search"]
        assert search["warnings"] == [{**theirs, "field": "nonsense"}]
