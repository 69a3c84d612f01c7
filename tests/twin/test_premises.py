"""Locations and fulfillment services: what a merchant and an app can do with them."""

from typing import Any

import pytest

from adapters.sandbox.shopify.world.world import ALL_SCOPES
from tests.twin.shop import Desk, desk, line

ERRORS = "userErrors { field message }"


async def create_service(shop: Desk, name: str, **given: Any) -> dict[str, Any]:
    arguments = "name: String!" + "".join(f", {key}: URL" for key in given)
    returning = f"fulfillmentService {{ id handle location {{ id name }} }} {ERRORS}"
    return await shop.mutate("fulfillmentServiceCreate", arguments, returning, name=name, **given)


@pytest.mark.parametrize(
    ("name", "handle"),
    [("Acme 3PL", "acme-3pl"), ("Café__3PL!!!", "cafe__3pl"), ("Two  words", "two-words")],
)
async def test_a_services_handle_is_its_name_without_accents_and_punctuation(name: str, handle: str) -> None:
    async with desk() as shop:
        assert (await create_service(shop, name))["fulfillmentService"]["handle"] == handle


@pytest.mark.parametrize("name", ["Manual", "gift_card", "Shopify", "AMAZON"])
async def test_some_names_are_reserved(name: str) -> None:
    async with desk() as shop:
        assert (await create_service(shop, name))["userErrors"] == [{"field": ["name"], "message": "Name is reserved"}]


async def test_a_name_that_makes_the_same_handle_is_taken() -> None:
    async with desk() as shop:
        await create_service(shop, "Acme AB")
        taken = [{"field": ["name"], "message": "Name has already been taken"}]
        for name in ("ACME ab", "acme-ab"):
            assert (await create_service(shop, name))["userErrors"] == taken


async def test_an_app_may_be_bound_to_hosts_for_callbacks() -> None:
    async with desk() as shop:
        shop.twin.syncd.callback_hosts = frozenset({"hooks.example.org"})
        for host, is_taken in [
            ("hooks.example.org", True), (shop.world.shop.domain, True), ("example.com", False),
        ]:  # fmt: skip
            made = await create_service(shop, f"At {host}", callbackUrl=f"https://{host}/called")
            assert (made["fulfillmentService"] is not None) == is_taken, host
            said = [error["message"] for error in made["userErrors"]]
            assert said == ([] if is_taken else ["Callback url is not allowed"])


async def test_a_renamed_service_renames_its_location() -> None:
    async with desk() as shop:
        made = (await create_service(shop, "Old"))["fulfillmentService"]
        changed = await shop.mutate(
            "fulfillmentServiceUpdate", "id: ID!, name: String", f"fulfillmentService {{ location {{ name }} }} {ERRORS}",
            id=made["id"], name="New",
        )  # fmt: skip
        assert changed["fulfillmentService"] == {"location": {"name": "New"}}


@pytest.mark.parametrize(("action", "left"), [("DELETE", 0), ("TRANSFER", 0), ("KEEP", 1)])
async def test_a_deleted_services_location_stays_only_when_it_is_kept(action: str, left: int) -> None:
    async with desk() as shop:
        made = (await create_service(shop, "3PL"))["fulfillmentService"]
        deleted = await shop.mutate(
            "fulfillmentServiceDelete",
            "id: ID!, inventoryAction: FulfillmentServiceDeleteInventoryAction",
            f"deletedId {ERRORS}",
            id=made["id"],
            inventoryAction=action,
        )
        assert deleted["userErrors"] == []
        read = await shop.data("query($id: ID!) { location(id: $id) { isActive } }", id=made["location"]["id"])
        assert (read["location"] is not None) == bool(left)


LOCATION = "location { id isActive }"


async def _switch(shop: Desk, name: str, place: str) -> dict[str, Any]:
    errors = f"{name}UserErrors {{ message code }}"
    return await shop.mutate(name, "locationId: ID!", f"{LOCATION} {errors}", locationId=place)


async def test_a_location_is_added_switched_off_and_deleted() -> None:
    async with desk(scopes=ALL_SCOPES | {"write_locations"}) as shop:
        added = await shop.mutate(
            "locationAdd",
            "input: LocationAddInput!",
            f"{LOCATION} {ERRORS}",
            input={"name": "Attic", "address": {"countryCode": "CA"}},
        )
        place = added["location"]["id"]
        name, returning = "locationDelete", "deletedLocationId locationDeleteUserErrors { code }"
        early = await shop.mutate(name, "locationId: ID!", returning, locationId=place)
        assert early["locationDeleteUserErrors"] == [{"code": "LOCATION_IS_ACTIVE"}]
        assert (await _switch(shop, "locationDeactivate", place))["location"] == {"id": place, "isActive": False}
        listed = await shop.data("{ locations(first: 9) { nodes { id } } locationsCount { count } }")
        assert place not in {one["id"] for one in listed["locations"]["nodes"]}
        assert listed["locationsCount"] == {"count": 2}  # Counted all the same.
        gone = await shop.mutate(name, "locationId: ID!", returning, locationId=place)
        assert gone == {"deletedLocationId": place, "locationDeleteUserErrors": []}


async def test_a_services_location_cannot_be_switched_and_is_shown_with_the_error() -> None:
    async with desk() as shop:
        service = shop.world.add_service("3PL", app=shop.twin.syncd)
        for name, code in [
            ("locationDeactivate", "PERMANENTLY_BLOCKED_FROM_DEACTIVATION_ERROR"),
            ("locationActivate", "LOCATION_NOT_FOUND"),
        ]:
            refused = await _switch(shop, name, service.location.id)
            assert [error["code"] for error in refused[f"{name}UserErrors"]] == [code]
            assert refused["location"] == {"id": service.location.id, "isActive": True}


async def test_locations_are_listed_by_name_without_regard_to_case() -> None:
    async with desk() as shop:
        for name in ("beta", "Alpha", "Zulu"):
            shop.world.add_location(name)
        data = await shop.data("{ locations(first: 9) { nodes { name } } }")
        assert [one["name"] for one in data["locations"]["nodes"]] == ["Alpha", "beta", "Shop location", "Zulu"]


async def test_fulfillment_orders_are_rerouted_to_a_place_that_ships_and_has_the_goods() -> None:
    async with desk() as shop:
        stock = shop.world.add_variant("A").inventory_item.levels
        order = shop.world.create_order(line("A"))
        (work,) = order.fulfillment_orders
        name = "fulfillmentOrdersReroute"
        arguments = "fulfillmentOrderIds: [ID!]!, excludedLocationIds: [ID!]"
        returning = "movedFulfillmentOrders { id } userErrors { code }"
        shop.world.add_location("Empty")
        query = "mutation($i: [ID!]!) { fulfillmentOrdersReroute(fulfillmentOrderIds: $i) { userErrors { code } } }"
        alone = await shop.ask(query, i=[work.id])
        assert alone["data"] is None
        assert alone["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
        shut, far = shop.world.add_location("Shut", fulfills_online_orders=False), shop.world.add_location("Far")
        for place in (shut, far):
            stock[place.number] = {"available": 5, "committed": 0, "on_hand": 5}
        moved = await shop.mutate(name, arguments, returning, fulfillmentOrderIds=[work.id])
        assert moved == {"movedFulfillmentOrders": [{"id": work.id}], "userErrors": []}
        assert work.location is far
        assert work.location is not shut
