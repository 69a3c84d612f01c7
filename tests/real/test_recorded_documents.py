"""Recorded requests and orders, read by the code that has to live with the real service."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import parse as parse_graphql

from adapters.stores.shopify.mapping import Mapper
from adapters.stores.shopify.privacy import Hasher
from syncd.domain.orders import FinancialStatus, FulfillmentOrderStatus, FulfillmentStatus, Order, RequestStatus
from syncd.errors import InvalidResponse
from tests.real.samples import REFERENCE
from tests.reference import needs_reference

pytestmark = [pytest.mark.reference, needs_reference]

RECORDINGS = sorted((REFERENCE / "recordings").rglob("*.json"))
MAPPER = Mapper(hasher=Hasher(key=b"k" * 32))
NEEDED = {"id", "name", "createdAt", "updatedAt"}


def objects(document: Any) -> Iterator[dict[str, Any]]:
    """Every object in a recording."""
    if isinstance(document, dict):
        yield document
        for value in document.values():
            yield from objects(value)
    elif isinstance(document, list):
        for value in document:
            yield from objects(value)


def queries(path: Path) -> list[str]:
    """Every GraphQL text in one file."""
    texts = (found.get(key) for found in objects(json.loads(path.read_bytes())) for key in ("query", "document"))
    return [text for text in texts if isinstance(text, str) and "{" in text]


def orders(path: Path) -> list[dict[str, Any]]:
    """Every recorded order that tells at least who it is."""
    return [
        found
        for found in objects(json.loads(path.read_bytes()))
        if str(found.get("id", "")).startswith("gid://shopify/Order/") and found.keys() >= NEEDED
    ]


def test_every_recorded_request_about_fulfillment_is_graphql():
    asked = [text for path in RECORDINGS for text in queries(path) if "ulfillment" in text]
    for text in asked:
        assert parse_graphql(text).definitions
    assert len(asked) > 390


def test_every_recorded_order_is_read_or_says_what_it_lacks():
    read: list[Order] = []
    lacking: list[str] = []
    for path in RECORDINGS:
        for node in orders(path):
            try:
                read.append(MAPPER.order(node))
            except InvalidResponse as exc:
                lacking.append(exc.path.rpartition(".")[2])
    assert (len(read), set(lacking)) == (40, {"currentQuantity", "createdAt"})  # what those queries did not ask for
    assert Counter(order.financial for order in read) == {FinancialStatus.PAID: 28, FinancialStatus.UNKNOWN: 12}
    work = [one for order in read for one in order.fulfillment_orders]
    assert Counter(one.status for one in work) == {
        FulfillmentOrderStatus.OPEN: 20, FulfillmentOrderStatus.CLOSED: 10, FulfillmentOrderStatus.IN_PROGRESS: 1,
    }  # fmt: skip
    assert Counter(one.request_status for one in work) == {RequestStatus.UNSUBMITTED: 29, RequestStatus.UNKNOWN: 2}
    done = Counter(one.status for order in read for one in order.fulfillments)
    assert done == {FulfillmentStatus.SUCCESS: 8, FulfillmentStatus.CANCELLED: 1}
