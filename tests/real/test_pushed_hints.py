"""Webhooks as hints: what each documented sample is about, and how bodies that are none are refused."""

from __future__ import annotations

import json
from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.stores.shopify.pushed import About, Hint, hint
from adapters.stores.shopify.pushed.topics import TOPICS, topic_name
from syncd.errors import InvalidResponse, PortError
from tests.real.samples import WEBHOOKS, body_of, named, topic_of
from tests.real.spoiling import spoiled
from tests.reference import needs_reference

ORDER = "gid://shopify/Order/820982911946154508"
ROUNDED = "gid://shopify/Order/820982911946154500"
"""The samples' number went through a double once; the gid beside it, where there is one, kept its digits."""
WORK = tuple(f"gid://shopify/FulfillmentOrder/{n}" for n in range(4))

reference = pytest.mark.reference


@reference
@needs_reference
@pytest.mark.parametrize("path", WEBHOOKS, ids=named)
def test_every_documented_sample_is_a_hint_or_an_error_with_its_place(path):
    topic = topic_of(path)
    if topic == "returns/process":  # documented with an empty body
        with pytest.raises(InvalidResponse, match=r"\$\.id"):
            hint(topic, body_of(path))
        return
    found = hint(topic, body_of(path))
    assert found.is_ours is (topic in TOPICS)
    ids = (
        *found.order_ids, *found.fulfillment_order_ids, *found.fulfillment_ids, *found.refund_ids, *found.return_ids,
        *found.bulk_operation_ids,
    )  # fmt: skip
    assert bool(ids) is (found.is_ours and found.about is not About.APP)
    assert all(each.startswith("gid://shopify/") for each in ids)
    assert bool(found.announces) is found.is_ours


@reference
@needs_reference
def test_every_topic_of_ours_has_a_sample():
    shown = Counter(topic_of(path) for path in WEBHOOKS)
    assert len(WEBHOOKS) == 117
    assert set(TOPICS) <= set(shown)
    assert sum(shown[topic] for topic in TOPICS) == 89


@reference
@needs_reference
@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        ("orders/create", {"order_ids": (ORDER,), "order_names": ("#9999",)}),
        ("orders/edited", {"order_ids": (ROUNDED,)}),
        ("fulfillments/update", {"order_ids": (ROUNDED,), "fulfillment_ids": ("gid://shopify/Fulfillment/123456",)}),
        ("fulfillment_events/create", {"order_ids": (ROUNDED,), "fulfillment_ids": ("gid://shopify/Fulfillment/123456",)}),
        ("fulfillment_orders/cancelled", {"fulfillment_order_ids": WORK[1:3]}),
        ("fulfillment_orders/moved", {"fulfillment_order_ids": WORK[1:3]}),
        ("fulfillment_orders/merged", {"fulfillment_order_ids": WORK[1:3]}),
        ("fulfillment_orders/split", {"fulfillment_order_ids": WORK[1:4]}),
        ("fulfillment_orders/placed_on_hold", {"fulfillment_order_ids": WORK[1:3]}),
        ("fulfillment_holds/released", {"fulfillment_order_ids": WORK[1:2]}),
        ("refunds/create", {"order_ids": (ROUNDED,), "refund_ids": ("gid://shopify/Refund/890088186047892319",)}),
        (
            "returns/approve",
            {"order_ids": ("gid://shopify/Order/4783296544821",), "return_ids": ("gid://shopify/Return/123134564567890",)},
        ),
        ("returns/update", {"return_ids": ("gid://shopify/Return/123134564567890",)}),
        ("bulk_operations/finish", {"bulk_operation_ids": ("gid://shopify/BulkOperation/147595010",)}),
        ("app/uninstalled", {}),
    ],
)  # fmt: skip
def test_what_the_newest_samples_are_about(topic, expected):
    (path,) = [path for path in WEBHOOKS if topic_of(path) == topic and path.parts[-3] == "2026-07"]
    about, announces = TOPICS[topic]
    assert hint(topic, body_of(path)) == Hint(topic=topic, about=about, announces=announces, **expected)


def test_topics_are_known_as_the_header_and_as_the_api_write_them():
    assert topic_name("FULFILLMENT_ORDERS_FULFILLMENT_REQUEST_SUBMITTED") == (
        "fulfillment_orders/fulfillment_request_submitted"
    )
    assert hint("ORDERS_CREATE", b'{"id": 1}').order_ids == ("gid://shopify/Order/1",)


@pytest.mark.parametrize("topic", ["products/update", "orders/paid", "", "orders", "locations/create", "\ud800"])
def test_other_topics_are_not_ours_and_their_bodies_are_not_looked_at(topic):
    assert hint(topic, b"\xff not JSON").about is About.NOT_OURS


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"", "$"),
        (b"\xff\xfe{", "$"),
        (b'{"id": 1', "$"),
        (b"[1]", "$"),
        (b"null", "$"),
        (b'{"id": NaN}', "$"),
        (b'{"id": Infinity}', "$"),
        (b'{"id": ' + b"9" * 5000 + b"}", "$"),
        (b"[" * 100_000, "$"),
        (b'{"a":' * 60 + b"1" + b"}" * 60, ".a.a.a"),
        (b'{"id": 1, "name": "\\ud800"}', "$.name"),
        (b"{}", "$.id"),
        (b'{"id": null}', "$.id"),
        (b'{"id": true}', "$.id"),
        (b'{"id": -1}', "$.id"),
        (b'{"id": 0}', "$.id"),
        (b'{"id": 820982911946154508.0}', "$.id"),
        (b'{"id": 8.2e17}', "$.id"),
        (b'{"id": 1e999}', "$.id"),
        (b'{"id": "8.2E+17"}', "$.id"),
        (b'{"id": "gid://shopify/Refund/1"}', "$.id"),
        (b'{"id": 1, "admin_graphql_api_id": "gid://shopify/Customer/1"}', "$.admin_graphql_api_id"),
        (b'{"id": 1, "name": 1001}', "$.name"),
        (b'{"id": "\xd9\xa1"}', "$.id"),
    ],
)
def test_a_body_that_is_none_is_refused_with_the_place(body, path):
    with pytest.raises(InvalidResponse) as refused:
        hint("orders/updated", body)
    assert path in refused.value.path
    assert len(str(refused.value)) < 1000


@pytest.mark.parametrize(
    ("topic", "body", "path"),
    [
        ("orders/edited", {"order_edit": []}, "$.order_edit"),
        ("orders/edited", {"order_edit": {"order_id": 1.5}}, "$.order_edit.order_id"),
        ("fulfillment_orders/cancelled", {}, "$.fulfillment_order"),
        ("fulfillment_orders/cancelled", {"fulfillment_order": {"id": 1.0}}, "$.fulfillment_order.id"),
        ("fulfillment_orders/merged", {"merge_intents": [{}, 1]}, "$.merge_intents[0].fulfillment_order_id"),
        ("fulfillment_orders/merged", {"merge_intents": [1]}, "$.merge_intents[0]"),
        ("fulfillments/create", {"id": 1}, "$.order_id"),
        ("refunds/create", {"order_id": 1}, "$.id"),
        ("returns/close", {"id": 1, "order": {"id": "x"}}, "$.order.id"),
    ],
)
def test_a_sample_of_another_shape_is_refused_with_the_place(topic, body, path):
    with pytest.raises(InvalidResponse) as refused:
        hint(topic, json.dumps(body).encode())
    assert refused.value.path == path


@reference
@needs_reference
@settings(max_examples=400, deadline=None)
@given(at=st.integers(min_value=0), rng=st.randoms(use_true_random=False))
def test_a_spoiled_sample_is_a_hint_or_a_port_error(at: int, rng: Random):
    path = WEBHOOKS[at % len(WEBHOOKS)]
    try:
        found = hint(topic_of(path), spoiled(body_of(path), rng))
    except PortError as exc:
        assert isinstance(exc, InvalidResponse)  # noqa: PT017
        assert exc.path.startswith("$")  # noqa: PT017
    else:
        assert all(each.startswith("gid://shopify/Order/") for each in found.order_ids)
