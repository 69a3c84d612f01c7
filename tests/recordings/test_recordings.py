"""The twin holds to what the real service was recorded to answer."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.recordings.__main__ import FOLDER
from tests.recordings.dialogue import read, recordings
from tests.recordings.player import Outcome, Verdict, play
from tests.recordings.reviewed import REVIEWED, ROUNDED
from tests.reference import needs_reference

pytestmark = [pytest.mark.reference, needs_reference]

COMPARED = 737
"""At least so many steps are compared (measured)."""
EQUAL = 0.95
"""At least so much of what is in scope is answered as recorded."""
PRICE = ".extensions.cost.actualQueryCost"


async def _outcomes() -> dict[str, Outcome]:
    return {
        f"{recording.name}::{outcome.step.place}": outcome
        for recording in recordings(FOLDER)
        for outcome in await play(recording)
    }


async def test_every_recorded_step_is_answered_as_it_was_or_reviewed() -> None:
    outcomes = await _outcomes()
    compared = {name: one for name, one in outcomes.items() if one.verdict is not Verdict.NOT_COMPARED}
    different = {name: one for name, one in compared.items() if one.verdict is Verdict.DIFFERENT}
    in_scope = [one for one in compared.values() if one.is_in_scope]
    equal = sum(one.verdict is Verdict.EQUAL for one in in_scope)

    unexplained = [f"{name}: {'; '.join(one.why)}" for name, one in different.items() if name not in REVIEWED]
    assert not unexplained, "\n".join(unexplained)
    assert not REVIEWED.keys() - different.keys(), "these are equal now: take them off the list"
    assert equal / len(in_scope) >= EQUAL
    assert len(compared) >= COMPARED
    assert all(one.why for one in outcomes.values() if one.verdict is Verdict.NOT_COMPARED)


async def test_steps_reviewed_for_the_rounding_of_their_price_differ_in_nothing_else() -> None:
    rounded = {name for name, reason in REVIEWED.items() if reason == ROUNDED}
    for file in sorted({name.partition("::")[0] for name in rounded}):
        recording = read(FOLDER / file)
        for outcome in await play(recording):
            if f"{file}::{outcome.step.place}" in rounded:
                (why,) = outcome.why
                assert why.startswith(PRICE), why
                _, _, costs = why.partition(": ")
                recorded, ours = map(int, costs.split(" | "))
                assert abs(recorded - ours) <= 3, why


def _other_message(reply: dict[str, Any]) -> None:
    reply["data"]["refundCreate"]["userErrors"][0]["message"] += "!"


def _no_error(reply: dict[str, Any]) -> None:
    reply["data"]["refundCreate"]["userErrors"].clear()


def _null(reply: dict[str, Any]) -> None:
    reply["data"]["refundCreate"]["order"] = None


def _other_amount(reply: dict[str, Any]) -> None:
    reply["data"]["refundCreate"]["order"]["totalRefundedSet"]["shopMoney"]["amount"] = "0.1"


def _other_order(reply: dict[str, Any]) -> None:
    reply["data"]["refundCreate"]["order"]["id"] = "gid://shopify/Order/1"


def _dearer(reply: dict[str, Any]) -> None:
    reply["extensions"]["cost"]["requestedQueryCost"] += 1


def _top_level(reply: dict[str, Any]) -> None:
    reply["errors"] = [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]


SPOILT = (_other_message, _no_error, _null, _other_amount, _other_order, _dearer, _top_level)


@pytest.mark.parametrize("spoil", SPOILT, ids=lambda spoil: spoil.__name__.strip("_"))
async def test_a_wrong_answer_is_noticed(spoil) -> None:
    recording = read(FOLDER / "storeA/2026-04/orders/refund-create-transactions-validation.json")

    def change(reply: dict[str, Any]) -> dict[str, Any]:
        spoilt = copy.deepcopy(reply)
        payload = spoilt["data"].get("refundCreate") or {}
        if payload.get("userErrors") and payload["order"]:
            spoil(spoilt)
        return spoilt

    told = [one.verdict for one in await play(recording) if one.step.query]
    spoilt = [one.verdict for one in await play(recording, change=change) if one.step.query]
    assert set(told) == {Verdict.EQUAL}
    assert Verdict.DIFFERENT in spoilt


async def test_a_page_in_another_order_is_noticed() -> None:
    recording = read(FOLDER / "storeA/2026-04/webhooks/webhook-subscription-list-connection.json")

    def reversed_nodes(reply: dict[str, Any]) -> dict[str, Any]:
        spoilt = copy.deepcopy(reply)
        page = (spoilt.get("data") or {}).get("webhookSubscriptions")
        if page:
            page["nodes"].reverse()
        return spoilt

    assert Verdict.DIFFERENT in {one.verdict for one in await play(recording, change=reversed_nodes)}


async def test_an_id_that_names_two_things_is_noticed() -> None:
    """Ids are matched by what they stand for: the first thing's id cannot come back as the second's."""
    recording = read(FOLDER / "storeA/2026-04/webhooks/webhook-subscription-list-connection.json")
    seen: list[str] = []

    def same_id(reply: dict[str, Any]) -> dict[str, Any]:
        spoilt = copy.deepcopy(reply)
        made = ((spoilt.get("data") or {}).get("webhookSubscriptionCreate") or {}).get("webhookSubscription")
        if made:
            seen.append(made["id"])
            made["id"] = seen[0]
        return spoilt

    outcomes = await play(recording, change=same_id)
    assert outcomes[0].verdict is Verdict.EQUAL
    assert outcomes[1].verdict is Verdict.DIFFERENT
