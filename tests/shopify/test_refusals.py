"""What Shopify's user errors mean, word by word."""

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.stores.shopify.refusals import meaning_of
from tests.reference import REFERENCE, needs_reference


@pytest.mark.parametrize(
    ("message", "code", "already"),
    [
        ("Fulfillment order does not exist.", "stale", False),
        ("Fulfillment order 7 has an unfulfillable status= closed.", "already", True),
        ("Fulfillment order 7 has an unfulfillable status= on_hold.", "on_hold", False),
        ("Fulfillment order 7 has an unfulfillable status= scheduled.", "not_fulfillable", False),
        ("Fulfillment order line item does not exist.", "stale", False),
        ("Invalid fulfillment order line item quantity requested.", "quantity", True),
        ("Quantity must be greater than 0", "quantity", False),
        (
            "All fulfillment orders must belong to the same order. Multiple orders with ids [1, 2] were found.",
            "grouping",
            False,
        ),
        (
            "All fulfillment orders must be assigned to a single location. Multiple locations with ids [1, 2] were found.",
            "grouping",
            False,
        ),
        ("The api_client does not have access to the fulfillment order.", "no_access", False),
        ("Fulfillment not found.", "not_found", False),
        ("Fulfillment does not exist.", "not_found", False),
        ("Fulfillment order is not in cancelable request state and can't be canceled.", "already", True),
        (
            "Cannot cancel fulfillment order that has had progress reported. Mark as unfulfilled first.",
            "progress_reported",
            False,
        ),
        ("The handle provided for the fulfillment hold is already in use by this app.", "already", True),
        ("Cannot cancel an order that has outstanding fulfillments", "outstanding_fulfillments", False),
        ("Cannot cancel an order that has already been canceled", "already", True),
        ("The fulfillment order's assigned fulfillment service must be of api type", "not_a_service", False),
        ("The moon is in the wrong phase.", "user_error", False),
    ],
)
def test_the_words_of_a_user_error_decide(message, code, already):
    assert (meaning_of(message).code, meaning_of(message).already) == (code, already)


def recorded_user_errors(folder: Path) -> set[str]:
    """Messages of user errors of the mutations that we send, as the real service wrote them."""
    fields = {"fulfillmentCreate", "fulfillmentCancel", "fulfillmentTrackingInfoUpdate", "fulfillmentOrderCancel"}
    found = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            for key, value in node.items():
                if key in fields and isinstance(value, dict):
                    found.update(error["message"] for error in value.get("userErrors") or () if error.get("message"))
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    for path in folder.rglob("*.json"):
        walk(json.loads(path.read_text(encoding="utf-8")))
    return found


@pytest.mark.reference
@needs_reference
def test_every_recorded_refusal_of_our_mutations_has_a_meaning():
    messages = recorded_user_errors(REFERENCE / "recordings")
    assert len(messages) >= 5
    assert [each for each in sorted(messages) if meaning_of(each).code == "user_error"] == []
