"""Creating and cancelling fulfillments, tracking and events."""

import re
from typing import Any

import pytest

from tests.reference import needs_reference
from tests.twin.recordings import read
from tests.twin.shop import Desk, desk, line, shapes

CANCEL = "fulfillment { id status displayStatus trackingInfo { number } } userErrors { field message }"


async def _cancel(shop: Desk, fulfillment_id: str) -> dict[str, Any]:
    return await shop.mutate("fulfillmentCancel", "id: ID!", CANCEL, id=fulfillment_id)


async def test_one_fulfillment_covers_several_fulfillment_orders_of_one_place() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line("A", 2))
        shop.world.merchant.split(order, lines={"A": 1})
        payload = await shop.fulfill(
            *order.fulfillment_orders,
            returning="fulfillment { name status displayStatus totalQuantity service { handle }"
            " fulfillmentLineItems(first: 5) { nodes { quantity } } trackingInfo { number company url } }",
            trackingInfo={"numbers": ["N1", "N2"], "company": "UPS"},
        )
        made = payload["fulfillment"]
        assert payload["userErrors"] == []
        assert made["name"] == "#1001-F1"
        assert (made["status"], made["displayStatus"], made["service"]["handle"]) == ("SUCCESS", "FULFILLED", "manual")
        assert made["fulfillmentLineItems"]["nodes"] == [{"quantity": 2}]
        assert [row["number"] for row in made["trackingInfo"]] == ["N1", "N2"]
        assert all(row["url"] and row["number"] in row["url"] for row in made["trackingInfo"])
        assert [status for status, _, _ in shapes(order)] == ["CLOSED", "CLOSED"]


async def test_an_unknown_carrier_gets_no_url() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line())
        payload = await shop.fulfill(
            *order.fulfillment_orders,
            returning="fulfillment { trackingInfo { number company url } }",
            trackingInfo={"number": "N1", "company": "Test Carrier"},
        )
        assert payload["fulfillment"]["trackingInfo"] == [{"number": "N1", "company": "Test Carrier", "url": None}]


async def test_a_part_leaves_the_fulfillment_order_in_progress() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line("A", 3))
        fo = order.fulfillment_orders[0]
        lines = [{"id": fo.lines[0].id, "quantity": 2}]
        await shop.fulfill(groups=[{"fulfillmentOrderId": fo.id, "fulfillmentOrderLineItems": lines}])
        assert shapes(order) == [("IN_PROGRESS", "UNSUBMITTED", [(3, 1)])]
        data = await shop.data("query($id: ID!) { order(id: $id) { displayFulfillmentStatus closed } }", id=order.id)
        assert data["order"] == {"displayFulfillmentStatus": "PARTIALLY_FULFILLED", "closed": False}


@needs_reference
@pytest.mark.reference
async def test_every_refusal_of_a_create_has_the_recorded_words_and_writes_nothing() -> None:
    recorded = read("storeA/2026-04/orders/fulfillment-create-multi-group.json")
    said = {error["message"] for error in _user_errors(recorded) if error["field"][0] == "fulfillment"}
    async with desk() as shop:
        near, far = shop.world.locations[0], shop.world.add_location("Far")
        one = shop.world.create_order(line("A"), line("B", location=far))
        other = shop.world.create_order(line("A"))
        done = shop.world.create_order(line("A"))
        shop.world.merchant.fulfill(done)
        here, there, elsewhere = one.fulfillment_orders[0], one.fulfillment_orders[1], other.fulfillment_orders[0]
        absent = "gid://shopify/FulfillmentOrder/9"

        def group(fo: Any, quantity: int | None = None, line_id: str | None = None) -> dict[str, Any]:
            given: dict[str, Any] = {"fulfillmentOrderId": fo if isinstance(fo, str) else fo.id}
            if quantity is not None:
                given["fulfillmentOrderLineItems"] = [{"id": line_id or fo.lines[0].id, "quantity": quantity}]
            return given

        before = len(shop.twin.ledger.created())
        messages = set()
        for groups in (
            [group(here), group(absent)],
            [group(here), group(elsewhere)],
            [group(here), group(there)],
            [group(here), group(here, 0)],
            [group(here, 1, "gid://shopify/FulfillmentOrderLineItem/9")],
            [group(here, 2)],
        ):
            payload = await shop.fulfill(groups=groups)
            assert payload["fulfillment"] is None
            messages.add(payload["userErrors"][0]["message"])
        assert {re.sub(r"\d{5,}", "N", text) for text in messages} == {re.sub(r"\d{5,}", "N", text) for text in said}
        assert near.number < far.number
        payload = await shop.fulfill(*done.fulfillment_orders)
        number = done.fulfillment_orders[0].number
        assert payload["userErrors"] == [
            {"field": ["fulfillment"], "message": f"Fulfillment order {number} has an unfulfillable status= closed."}
        ]
        assert len(shop.twin.ledger.created()) == before


def _user_errors(document: Any) -> list[dict[str, Any]]:
    if isinstance(document, dict):
        own = [error for error in document.get("userErrors") or [] if error["field"]]
        return own + [error for value in document.values() for error in _user_errors(value)]
    if isinstance(document, list):
        return [error for value in document for error in _user_errors(value)]
    return []


async def test_units_at_another_apps_service_cannot_be_fulfilled() -> None:
    async with desk() as shop:
        rival = shop.world.add_app("rival", token="shpat_rival")
        service = shop.world.add_service("Rival 3PL", app=rival)
        order = shop.world.create_order(line("A", location=service.location))
        payload = await shop.fulfill(*order.fulfillment_orders)
        text = "The api_client does not have access to the fulfillment order."
        assert payload["userErrors"] == [{"field": ["fulfillment"], "message": text}]


async def test_cancelling_a_whole_fulfillment_leaves_the_old_order_closed_and_opens_a_new_one() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line("A", 2))
        made = shop.world.merchant.fulfill(order, number="N1")
        shop.pass_time(seconds=2)
        shop.world.settle()
        assert order.closed_at is not None
        payload = await _cancel(shop, made.id)
        assert payload["fulfillment"] == {
            "id": made.id,
            "status": "CANCELLED",
            "displayStatus": "CANCELED",
            "trackingInfo": [{"number": "N1"}],
        }
        assert shapes(order) == [("CLOSED", "UNSUBMITTED", [(2, 2)]), ("OPEN", "UNSUBMITTED", [(2, 2)])]
        old, new = order.fulfillment_orders
        assert old.lines[0].id != new.lines[0].id
        assert order.closed_at is None


async def test_cancelling_a_part_gives_the_units_back_to_the_same_fulfillment_order() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line("A", 2))
        made = shop.world.merchant.fulfill(order, lines={"A": 1})
        assert shapes(order) == [("IN_PROGRESS", "UNSUBMITTED", [(2, 1)])]
        await _cancel(shop, made.id)
        assert shapes(order) == [("OPEN", "UNSUBMITTED", [(2, 2)])]


async def test_a_second_cancel_succeeds_and_changes_nothing_even_after_delivery() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line())
        made = shop.world.merchant.fulfill(order)
        shop.world.merchant.add_event(order, status="DELIVERED")
        assert (await _cancel(shop, made.id))["userErrors"] == []
        once = shapes(order)
        assert (await _cancel(shop, made.id))["userErrors"] == []
        assert shapes(order) == once
        assert len(shop.twin.ledger.cancelled()) == 1


async def test_tracking_is_replaced_whole_and_also_on_a_cancelled_fulfillment() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line())
        made = shop.world.merchant.fulfill(order, number="OLD")
        await _cancel(shop, made.id)
        payload = await shop.mutate(
            "fulfillmentTrackingInfoUpdate",
            "fulfillmentId: ID!, trackingInfoInput: FulfillmentTrackingInput!",
            "fulfillment { status trackingInfo { number url } } userErrors { message }",
            fulfillmentId=made.id,
            trackingInfoInput={"numbers": ["A", "B"], "urls": ["https://x/A", "https://x/B"]},
        )
        assert payload["fulfillment"] == {
            "status": "CANCELLED",
            "trackingInfo": [{"number": "A", "url": "https://x/A"}, {"number": "B", "url": "https://x/B"}],
        }


@pytest.mark.parametrize(
    ("name", "arguments", "variables", "field", "text"),
    [
        ("fulfillmentCancel", "id: ID!", {"id": "gid://shopify/Fulfillment/1"}, ["id"], "Fulfillment not found."),
        (
            "fulfillmentTrackingInfoUpdate",
            "fulfillmentId: ID!, trackingInfoInput: FulfillmentTrackingInput!",
            {"fulfillmentId": "gid://shopify/Fulfillment/1", "trackingInfoInput": {}},
            ["fulfillmentId"],
            "Fulfillment does not exist.",
        ),
        (
            "fulfillmentEventCreate",
            "fulfillmentEvent: FulfillmentEventInput!",
            {"fulfillmentEvent": {"fulfillmentId": "gid://shopify/Fulfillment/1", "status": "DELIVERED"}},
            ["fulfillmentEvent", "fulfillmentId"],
            "Fulfillment does not exist.",
        ),
    ],
)
async def test_an_unknown_fulfillment_is_a_user_error(
    name: str, arguments: str, variables: dict[str, Any], field: list[str], text: str
) -> None:
    async with desk() as shop:
        payload = await shop.mutate(name, arguments, "userErrors { field message }", **variables)
        assert payload["userErrors"] == [{"field": field, "message": text}]


async def test_events_move_the_display_status_and_the_dates_but_not_the_order() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line())
        made = shop.world.merchant.fulfill(order)
        for status, at in (("IN_TRANSIT", "2026-11-03T10:00:00Z"), ("DELIVERED", "2026-11-05T10:00:00Z")):
            given = {"fulfillmentId": made.id, "status": status, "happenedAt": at}
            await shop.mutate(
                "fulfillmentEventCreate",
                "fulfillmentEvent: FulfillmentEventInput!",
                "fulfillmentEvent { id } userErrors { message }",
                fulfillmentEvent={**given, "estimatedDeliveryAt": "2026-11-06T00:00:00Z"},
            )
        data = await shop.data(
            "query($id: ID!) { fulfillment(id: $id) { displayStatus inTransitAt deliveredAt estimatedDeliveryAt"
            " events(first: 5) { nodes { status happenedAt } } order { displayFulfillmentStatus } } }",
            id=made.id,
        )
        assert data["fulfillment"] == {
            "displayStatus": "DELIVERED",
            "inTransitAt": "2026-11-03T10:00:00Z",
            "deliveredAt": "2026-11-05T10:00:00Z",
            "estimatedDeliveryAt": "2026-11-06T00:00:00Z",
            "events": {
                "nodes": [
                    {"status": "IN_TRANSIT", "happenedAt": "2026-11-03T10:00:00Z"},
                    {"status": "DELIVERED", "happenedAt": "2026-11-05T10:00:00Z"},
                ]
            },
            "order": {"displayFulfillmentStatus": "FULFILLED"},
        }


async def test_the_customer_is_mailed_only_when_something_was_really_made() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line())
        fo = order.fulfillment_orders[0]
        await shop.fulfill(fo, notifyCustomer=True, trackingInfo={"number": "N1"})
        await shop.fulfill(fo, notifyCustomer=True, trackingInfo={"number": "N1"})
        assert len(shop.twin.ledger.notifications("N1")) == 1
        assert [entry.detail["outcome"] for entry in shop.twin.ledger.mutations("fulfillmentCreate")] == [
            "done",
            "refused",
        ]
        assert shop.twin.ledger.fulfilled_units(order.id) == {order.lines[0].id: 1}


async def test_a_held_or_scheduled_fulfillment_order_cannot_be_fulfilled() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line())
        shop.world.merchant.hold(order)
        number = order.fulfillment_orders[0].number
        payload = await shop.fulfill(*order.fulfillment_orders)
        text = f"Fulfillment order {number} has an unfulfillable status= on_hold."
        assert payload["userErrors"][0]["message"] == text


async def test_stock_leaves_with_a_fulfillment_and_comes_back_with_its_cancel() -> None:
    async with desk() as shop:
        variant = shop.world.add_variant("A")
        order = shop.world.create_order(line("A", 2))
        level = variant.inventory_item.levels[shop.world.locations[0].number]
        assert level == {"available": -2, "committed": 2, "on_hand": 0}
        made = shop.world.merchant.fulfill(order)
        assert level == {"available": -2, "committed": 0, "on_hand": -2}
        await _cancel(shop, made.id)
        assert level == {"available": -2, "committed": 2, "on_hand": 0}
