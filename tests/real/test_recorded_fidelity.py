"""An early look at how true the twin is: whole recorded dialogues, asked again in their order.

Only dialogues about what syncd needs; a replayer for all of them is a thing of its own.
"""

from __future__ import annotations

import json

import pytest

from adapters.sandbox.shopify import sdl
from tests.real.replay import Player, document, exchanges
from tests.real.test_recorded_documents import RECORDINGS, objects
from tests.reference import needs_reference
from tests.twin.shop import desk

pytestmark = [pytest.mark.reference, needs_reference]

SHIPPING = "storeA/2026-04/shipping-fulfillments/"
ORDERS = "storeA/2026-04/orders/"
FILES = (
    f"{SHIPPING}fulfillment-event-create-validation.json",
    f"{SHIPPING}fulfillment-order-hold-multi-line.json",
    f"{SHIPPING}fulfillment-order-hold-validation.json",
    f"{SHIPPING}fulfillment-order-lifecycle.json",
    f"{SHIPPING}fulfillment-order-merge-validation.json",
    f"{SHIPPING}fulfillment-order-open-report-progress-preconditions.json",
    f"{SHIPPING}fulfillment-order-set-deadline-closed-not-found.json",
    f"{ORDERS}fulfillment-create-multi-group.json",
    f"{ORDERS}fulfillment-create-preconditions.json",
    f"{ORDERS}fulfillment-state-preconditions.json",
    f"{ORDERS}return-quantity-validation.json",
)
BEFORE = ("closed.",)
"""Places about orders that were in the recorded shop before the recording began."""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.rpartition("/")[2])
async def test_a_recorded_dialogue_is_answered_as_it_was(file):
    told = document(file)
    version = told.get("apiVersion") or told["metadata"]["apiVersion"]
    asked, wrong = 0, []
    async with desk() as shop:
        shop.world.settings.auto_archive = False
        player = Player(shop, sdl.bare_schema(version))
        for said in exchanges(told):
            if said.place.startswith(BEFORE):
                continue
            found = await player.play(said, version=version)
            asked += found is not None
            wrong += [f"{said.place} {one}"[:400] for one in found or ()]
    assert asked > 3
    assert not wrong, "\n".join([f"{asked} asked", *wrong])


async def test_the_location_of_a_service_ships_no_inventory_as_recorded() -> None:
    shown = [
        one["location"]["shipsInventory"]
        for path in RECORDINGS
        for one in objects(json.loads(path.read_bytes()))
        if "shipsInventory" in (one.get("location") or ()) and one["location"].get("isFulfillmentService")
    ]
    assert set(shown) == {False}
    async with desk() as shop:
        shop.world.add_service("3PL", app=shop.twin.syncd)
        asked = "shop { fulfillmentServices { location { isFulfillmentService shipsInventory } } }"
        services = (await shop.data(f"{{ {asked} }}"))["shop"]["fulfillmentServices"]
        # The first is "manual", which is the shop's own location.
        assert [(one["location"]["isFulfillmentService"], one["location"]["shipsInventory"]) for one in services] == [
            (False, True), (True, False),
        ]  # fmt: skip
