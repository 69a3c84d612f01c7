"""Requests, holds, moves, splits, merges: what fulfillment orders go through."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.reference import needs_reference
from tests.twin.recordings import read
from tests.twin.shop import Desk, desk, line, shapes

FIELDS = "id status requestStatus supportedActions { action } lineItems(first: 5) { nodes { id totalQuantity remainingQuantity } }"


async def _act(shop: Desk, name: str, fo: Any, arguments: str = "", returning: str = "", **variables: Any) -> Any:
    declared = "id: ID!" + (f", {arguments}" if arguments else "")
    shown = returning or f"fulfillmentOrder {{ {FIELDS} }}"
    return await shop.mutate(name, declared, f"{shown} userErrors {{ field message }}", id=fo.id, **variables)


def _own_service(shop: Desk) -> Any:
    return shop.world.add_service("Own 3PL", app=shop.twin.syncd).location


async def _actions(shop: Desk, order: Any) -> list[list[str]]:
    data = await shop.data(
        "query($id: ID!) { order(id: $id) { fulfillmentOrders(first: 9) { nodes { supportedActions { action } } } } }",
        id=order.id,
    )
    nodes = data["order"]["fulfillmentOrders"]["nodes"]
    return [[one["action"] for one in node["supportedActions"]] for node in nodes]


async def test_a_request_goes_to_the_service_and_back() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line("A", 2, location=_own_service(shop)))
        fo = order.fulfillment_orders[0]
        assert await _actions(shop, order) == [["REQUEST_FULFILLMENT", "CREATE_FULFILLMENT", "HOLD", "SPLIT", "MOVE"]]
        await _act(shop, "fulfillmentOrderSubmitFulfillmentRequest", fo, returning="submittedFulfillmentOrder { id }")
        assert shapes(order) == [("OPEN", "SUBMITTED", [(2, 2)])]
        await _act(shop, "fulfillmentOrderAcceptFulfillmentRequest", fo)
        assert shapes(order) == [("IN_PROGRESS", "ACCEPTED", [(2, 2)])]
        payload = await _act(shop, "fulfillmentOrderSubmitCancellationRequest", fo)
        assert payload["fulfillmentOrder"]["requestStatus"] == "ACCEPTED"
        assert fo.request_status == "CANCELLATION_REQUESTED"
        await _act(shop, "fulfillmentOrderAcceptCancellationRequest", fo)
        assert shapes(order) == [("CLOSED", "CANCELLATION_ACCEPTED", [(0, 0)]), ("OPEN", "UNSUBMITTED", [(2, 2)])]


@needs_reference
@pytest.mark.reference
async def test_a_partial_submission_is_answered_as_recorded() -> None:
    recorded = read("storeA/2026-04/shipping-fulfillments/fulfillment-order-request-lifecycle.json")
    expected = recorded["partialSubmit"]["response"]["data"]["fulfillmentOrderSubmitFulfillmentRequest"]
    async with desk() as shop:
        order = shop.world.create_order(line("A", 2, location=_own_service(shop)))
        fo = order.fulfillment_orders[0]
        data = await shop.data(
            "mutation($id: ID!, $lines: [FulfillmentOrderLineItemInput!]) {"
            " fulfillmentOrderSubmitFulfillmentRequest(id: $id, fulfillmentOrderLineItems: $lines,"
            ' message: "Hermes partial submit", notifyCustomer: false) {'
            " originalFulfillmentOrder { id status requestStatus"
            " merchantRequests(first: 5) { nodes { kind message requestOptions responseData } }"
            " lineItems(first: 5) { nodes { id totalQuantity remainingQuantity lineItem { id title } } } }"
            " submittedFulfillmentOrder { id status requestStatus }"
            " unsubmittedFulfillmentOrder { status requestStatus"
            " lineItems(first: 5) { nodes { totalQuantity remainingQuantity lineItem { id title } } } }"
            " userErrors { field message } } }",
            id=fo.id,
            lines=[{"id": fo.lines[0].id, "quantity": 1}],
        )
        assert _blank(data["fulfillmentOrderSubmitFulfillmentRequest"]) == _blank(expected)


def _blank(value: Any) -> Any:
    """Without what differs from shop to shop."""
    if isinstance(value, dict):
        return {key: _blank(inner) for key, inner in value.items() if key not in {"id", "title"}}
    return [_blank(inner) for inner in value] if isinstance(value, list) else value


async def test_rejections_and_giving_up_end_where_they_should() -> None:
    async with desk() as shop:
        place = _own_service(shop)
        rejected, kept, failed = (shop.world.create_order(line("A", location=place)) for _ in range(3))
        for order in (rejected, kept, failed):
            shop.world.merchant.submit_request(order)
        await _act(shop, "fulfillmentOrderRejectFulfillmentRequest", rejected.fulfillment_orders[0])
        assert shapes(rejected)[0][:2] == ("OPEN", "REJECTED")
        for order in (kept, failed):
            shop.world.merchant.accept_request(order)
        shop.world.merchant.request_cancellation(kept)
        await _act(shop, "fulfillmentOrderRejectCancellationRequest", kept.fulfillment_orders[0])
        assert shapes(kept)[0][:2] == ("IN_PROGRESS", "CANCELLATION_REJECTED")
        await _act(shop, "fulfillmentOrderClose", failed.fulfillment_orders[0])
        assert shapes(failed)[0] == ("INCOMPLETE", "CLOSED", [(1, 1)])
        payload = await shop.fulfill(*failed.fulfillment_orders)
        assert payload["userErrors"] == []


async def test_a_submitted_request_is_withdrawn_by_cancelling_the_fulfillment_order() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line("A", location=_own_service(shop)))
        shop.world.merchant.submit_request(order)
        fo = order.fulfillment_orders[0]
        line_id = fo.lines[0].id
        assert await _actions(shop, order) == [["CANCEL_FULFILLMENT_ORDER"]]
        payload = await _act(
            shop,
            "fulfillmentOrderCancel",
            fo,
            returning=f"fulfillmentOrder {{ {FIELDS} }} replacementFulfillmentOrder {{ {FIELDS} }}",
        )
        assert payload["fulfillmentOrder"]["status"] == "CLOSED"
        assert payload["fulfillmentOrder"]["lineItems"]["nodes"] == []
        assert payload["replacementFulfillmentOrder"]["requestStatus"] == "UNSUBMITTED"
        assert payload["replacementFulfillmentOrder"]["lineItems"]["nodes"][0]["id"] == line_id
        again = await _act(shop, "fulfillmentOrderCancel", fo)
        text = "Fulfillment order is not in cancelable request state and can't be canceled."
        assert again["userErrors"] == [{"field": None, "message": text}]


async def test_merchant_locations_take_no_requests() -> None:
    async with desk() as shop:
        fo = shop.world.create_order(line()).fulfillment_orders[0]
        text = "The fulfillment order's assigned fulfillment service must be of api type"
        for name in ("fulfillmentOrderClose", "fulfillmentOrderSubmitCancellationRequest"):
            payload = await _act(shop, name, fo)
            assert payload["userErrors"] == [{"field": None, "message": text}]


async def test_reported_progress_bars_cancel_and_move_until_marked_open() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line())
        fo = order.fulfillment_orders[0]
        await _act(shop, "fulfillmentOrderReportProgress", fo)
        assert await _actions(shop, order) == [["CREATE_FULFILLMENT", "REPORT_PROGRESS", "HOLD", "MARK_AS_OPEN"]]
        data = await shop.data("query($id: ID!) { order(id: $id) { displayFulfillmentStatus } }", id=order.id)
        assert data["order"]["displayFulfillmentStatus"] == "IN_PROGRESS"
        payload = await _act(shop, "fulfillmentOrderCancel", fo)
        text = "Cannot cancel fulfillment order that has had progress reported. Mark as unfulfilled first."
        assert payload["userErrors"] == [{"field": ["id"], "message": text}]
        await _act(shop, "fulfillmentOrderOpen", fo)
        assert shapes(order)[0][0] == "OPEN"
        payload = await _act(shop, "fulfillmentOrderOpen", fo)
        text = "Expected fulfillment order status to be valid but it was open."
        assert payload["userErrors"] == [{"field": None, "message": text}]


async def test_a_partial_hold_keeps_the_held_units_and_gives_the_rest_back_at_release() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line("A", 2))
        updated = order.updated_at
        shop.pass_time(seconds=5)
        fo = order.fulfillment_orders[0]
        held = {"reason": "OTHER", "fulfillmentOrderLineItems": [{"id": fo.lines[0].id, "quantity": 1}]}
        payload = await _act(
            shop,
            "fulfillmentOrderHold",
            fo,
            "fulfillmentHold: FulfillmentOrderHoldInput!",
            "fulfillmentHold { id displayReason heldByRequestingApp } remainingFulfillmentOrder { status }",
            fulfillmentHold=held,
        )
        assert payload["remainingFulfillmentOrder"] == {"status": "OPEN"}
        assert payload["fulfillmentHold"]["heldByRequestingApp"]
        assert shapes(order) == [("ON_HOLD", "UNSUBMITTED", [(1, 1)]), ("OPEN", "UNSUBMITTED", [(1, 1)])]
        assert order.updated_at == updated
        await _act(
            shop, "fulfillmentOrderReleaseHold", fo, "holdIds: [ID!]", holdIds=[payload["fulfillmentHold"]["id"]]
        )
        assert shapes(order) == [("OPEN", "UNSUBMITTED", [(2, 2)]), ("CLOSED", "UNSUBMITTED", [(0, 0)])]


@needs_reference
@pytest.mark.reference
async def test_refusals_of_a_hold_have_the_recorded_words() -> None:
    recorded = read("storeA/2026-04/shipping-fulfillments/fulfillment-order-hold-validation.json")
    said = {(error["code"], error["message"], tuple(error["field"])) for error in _errors(recorded)}
    async with desk() as shop:
        order = shop.world.create_order(line("A", 5))
        fo = order.fulfillment_orders[0]
        line_id = fo.lines[0].id
        found = set()

        async def hold(handle: str, *lines: int) -> None:
            given = {
                "reason": "OTHER",
                "handle": handle,
                "fulfillmentOrderLineItems": [{"id": line_id, "quantity": quantity} for quantity in lines],
            }
            payload = await shop.mutate(
                "fulfillmentOrderHold",
                "id: ID!, fulfillmentHold: FulfillmentOrderHoldInput!",
                "userErrors { field message code }",
                id=fo.id,
                fulfillmentHold=given,
            )
            found.update((one["code"], one["message"], tuple(one["field"])) for one in payload["userErrors"])

        await hold("h1")
        await hold("h1")
        await hold("h2", 1)
        for at in range(2, 12):
            await hold(f"h{at}")
        await hold("h13", 0)
        await hold("h14", 1, 1)
        assert found == said
        assert len(fo.holds) == 10


def _errors(document: Any) -> list[dict[str, Any]]:
    if isinstance(document, dict):
        return [*(document.get("userErrors") or []), *(one for value in document.values() for one in _errors(value))]
    return [one for value in document for one in _errors(value)] if isinstance(document, list) else []


async def test_an_order_is_on_hold_only_when_all_of_it_is_held() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line("A", 2))
        shop.world.merchant.split(order, lines={"A": 1})
        query = "query($id: ID!) { order(id: $id) { displayFulfillmentStatus } }"
        shop.world.merchant.hold(order, fulfillment_order=order.fulfillment_orders[0].id)
        assert (await shop.data(query, id=order.id))["order"]["displayFulfillmentStatus"] == "UNFULFILLED"
        shop.world.merchant.hold(order, fulfillment_order=order.fulfillment_orders[1].id)
        assert (await shop.data(query, id=order.id))["order"]["displayFulfillmentStatus"] == "ON_HOLD"


async def test_moving_everything_keeps_the_id_and_moving_a_part_makes_a_new_one() -> None:
    async with desk() as shop:
        other = shop.world.add_location("Other")
        order = shop.world.create_order(line("A", 3))
        fo = order.fulfillment_orders[0]
        shown = "movedFulfillmentOrder { id } originalFulfillmentOrder { id } remainingFulfillmentOrder { id }"
        payload = await _act(
            shop,
            "fulfillmentOrderMove",
            fo,
            "newLocationId: ID!, fulfillmentOrderLineItems: [FulfillmentOrderLineItemInput!]",
            shown,
            newLocationId=other.id,
            fulfillmentOrderLineItems=[{"id": fo.lines[0].id, "quantity": 1}],
        )
        assert payload["originalFulfillmentOrder"] == payload["remainingFulfillmentOrder"] == {"id": fo.id}
        assert payload["movedFulfillmentOrder"]["id"] != fo.id
        assert shapes(order) == [("OPEN", "UNSUBMITTED", [(2, 2)]), ("OPEN", "UNSUBMITTED", [(1, 1)])]
        payload = await _act(shop, "fulfillmentOrderMove", fo, "newLocationId: ID!", shown, newLocationId=other.id)
        assert payload["movedFulfillmentOrder"] == {"id": fo.id}
        assert fo.location is other


async def test_split_units_go_to_the_new_fulfillment_order_and_merge_brings_them_back() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line("A", 2), line("B", 3))
        fo = order.fulfillment_orders[0]
        parts = [{"id": one.id, "quantity": 1} for one in fo.lines]
        await shop.mutate(
            "fulfillmentOrderSplit",
            "fulfillmentOrderSplits: [FulfillmentOrderSplitInput!]!",
            "fulfillmentOrderSplits { remainingFulfillmentOrder { id } } userErrors { message }",
            fulfillmentOrderSplits=[{"fulfillmentOrderId": fo.id, "fulfillmentOrderLineItems": parts}],
        )
        assert [lines for _, _, lines in shapes(order)] == [[(1, 1), (2, 2)], [(1, 1), (1, 1)]]
        assert all(actions[-1] == "MERGE" for actions in await _actions(shop, order))
        intents = [{"fulfillmentOrderId": one.id} for one in order.fulfillment_orders]
        await shop.mutate(
            "fulfillmentOrderMerge",
            "fulfillmentOrderMergeInputs: [FulfillmentOrderMergeInput!]!",
            "fulfillmentOrderMerges { fulfillmentOrder { id } } userErrors { message }",
            fulfillmentOrderMergeInputs=[{"mergeIntents": intents}],
        )
        assert [lines for _, _, lines in shapes(order)] == [[(2, 2), (3, 3)], [(0, 0), (0, 0)]]
        assert [status for status, _, _ in shapes(order)] == ["OPEN", "CLOSED"]


async def test_scheduled_work_is_rescheduled_and_opened() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line())
        fo = order.fulfillment_orders[0]
        payload = await _act(
            shop, "fulfillmentOrderReschedule", fo, "fulfillAt: DateTime!", fulfillAt="2026-12-01T00:00:00Z"
        )
        assert payload["userErrors"] == [{"field": None, "message": "Fulfillment order must be scheduled."}]
        shop.world.merchant.schedule(order, fulfill_at=datetime(2026, 12, 24, tzinfo=UTC))
        data = await shop.data("query($id: ID!) { order(id: $id) { displayFulfillmentStatus } }", id=order.id)
        assert data["order"]["displayFulfillmentStatus"] == "SCHEDULED"
        await _act(shop, "fulfillmentOrderOpen", fo)
        assert shapes(order)[0][0] == "OPEN"


async def test_a_closed_fulfillment_order_takes_a_deadline_and_an_unknown_one_refuses_all() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line())
        shop.world.merchant.fulfill(order)
        fo = order.fulfillment_orders[0]

        async def set_deadline(*ids: str) -> Any:
            return await shop.mutate(
                "fulfillmentOrdersSetFulfillmentDeadline",
                "fulfillmentOrderIds: [ID!]!, fulfillmentDeadline: DateTime!",
                "success userErrors { message }",
                fulfillmentOrderIds=list(ids),
                fulfillmentDeadline="2026-12-01T00:00:00Z",
            )

        assert await set_deadline(fo.id) == {"success": True, "userErrors": []}
        refused = await set_deadline(fo.id, "gid://shopify/FulfillmentOrder/1")
        assert refused == {"success": False, "userErrors": [{"message": "Fulfillment orders could not be found."}]}


async def test_an_app_without_a_service_has_no_assigned_fulfillment_orders() -> None:
    async with desk() as shop:
        query = "{ assignedFulfillmentOrders(first: 5, assignmentStatus: FULFILLMENT_REQUESTED) { nodes { id } } }"
        body = await shop.ask(query)
        assert body["data"] is None
        assert body["errors"][0]["message"] == '["The api_client is not associated with any fulfillment service."]'
        order = shop.world.create_order(line("A", location=_own_service(shop)))
        shop.world.create_order(line("A"))
        shop.world.merchant.submit_request(order)
        data = await shop.data(query)
        assert data["assignedFulfillmentOrders"]["nodes"] == [{"id": order.fulfillment_orders[0].id}]


async def test_scopes_bound_what_is_seen_and_offered() -> None:
    reads = frozenset({"read_orders", "read_merchant_managed_fulfillment_orders"})
    async with desk(scopes=reads) as shop:
        service = shop.world.add_service("Other 3PL", app=None)
        order = shop.world.create_order(line("A"), line("B", location=service.location))
        assert await _actions(shop, order) == [["MOVE", "HOLD"]]
        body = await shop.ask(
            f'mutation {{ fulfillmentOrderHold(id: "{order.fulfillment_orders[0].id}",'
            " fulfillmentHold: {reason: OTHER}) { userErrors { message } } }"
        )
        assert body["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
        assert body["data"] == {"fulfillmentOrderHold": None}
        assert order.fulfillment_orders[0].status == "OPEN"
