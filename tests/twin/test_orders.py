"""Orders as a whole: status, archive, cancellation, refunds, returns, edits, tags and metafields."""

from datetime import timedelta
from typing import Any

import pytest

from tests.twin.shop import Desk, desk, line, shapes

READ = "query($id: ID!) { order(id: $id) { displayFulfillmentStatus displayFinancialStatus closed cancelledAt } }"


async def _status(shop: Desk, order: Any, **more: Any) -> dict[str, Any]:
    data = await shop.data(READ, id=order.id, **more)
    found: dict[str, Any] = data["order"]
    return found


async def test_an_order_has_no_fulfillment_orders_until_it_is_routed() -> None:
    async with desk() as shop:
        shop.world.settings.routing_delay = timedelta(seconds=30)
        order = shop.world.create_order(line())
        assert (await _status(shop, order))["displayFulfillmentStatus"] == "UNFULFILLED"
        assert shapes(order) == []
        shop.pass_time(seconds=30)
        await _status(shop, order)
        assert shapes(order) == [("OPEN", "UNSUBMITTED", [(1, 1)])]


async def test_routing_makes_one_fulfillment_order_for_each_place_and_delivery_method() -> None:
    async with desk() as shop:
        far = shop.world.add_location("Far")
        order = shop.world.create_order(
            line("A"), line("B"), line("C", location=far), line("D", delivery_method="PICK_UP"), line("E", location=far)
        )
        assert [[one.line.sku for one in fo.lines] for fo in order.fulfillment_orders] == [
            ["A", "B"],
            ["C", "E"],
            ["D"],
        ]


async def test_a_fulfilled_and_paid_order_is_archived_and_an_unpaid_one_when_it_is_paid() -> None:
    async with desk() as shop:
        paid, unpaid = shop.world.create_order(line()), shop.world.create_order(line(), financial="PENDING")
        for order in (paid, unpaid):
            shop.world.merchant.fulfill(order)
        shop.pass_time(seconds=2)  # It is done a moment later.
        assert (await _status(shop, paid))["closed"]
        assert not (await _status(shop, unpaid))["closed"]
        await shop.mutate(
            "orderMarkAsPaid", "input: OrderMarkAsPaidInput!", "userErrors { message }", input={"id": unpaid.id}
        )
        shop.pass_time(seconds=2)
        assert (await _status(shop, unpaid))["closed"]


async def test_closing_twice_is_silent_and_does_not_touch_the_order() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line())
        seen = []
        for _ in range(2):
            shop.pass_time(minutes=1)
            payload = await shop.mutate(
                "orderClose",
                "input: OrderCloseInput!",
                "order { closedAt updatedAt } userErrors { message }",
                input={"id": order.id},
            )
            seen.append(payload)
        assert seen[0] == seen[1]
        assert seen[0]["order"]["closedAt"] == "2026-11-02T08:16:30Z"


async def _cancel(shop: Desk, order: Any, **more: Any) -> dict[str, Any]:
    return await shop.mutate(
        "orderCancel",
        "orderId: ID!, reason: OrderCancelReason!, restock: Boolean!, refund: Boolean, staffNote: String",
        "job { id done } orderCancelUserErrors { field message code } userErrors { field message }",
        **{"orderId": order.id, "reason": "CUSTOMER", "restock": True, "refund": False, **more},
    )


async def test_an_order_cancel_is_a_job_that_is_done_a_little_later() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line("A", 2))
        payload = await _cancel(shop, order, refund=True)
        assert payload["job"]["done"] is False
        assert (await _status(shop, order))["cancelledAt"] is None
        shop.pass_time(seconds=2)
        assert await _status(shop, order) == {
            "displayFulfillmentStatus": "UNFULFILLED",
            "displayFinancialStatus": "REFUNDED",
            "closed": True,
            "cancelledAt": "2026-11-02T08:15:32Z",
        }
        assert shapes(order) == [("CLOSED", "UNSUBMITTED", [(0, 0)])]
        job = await shop.data("query($id: ID!) { job(id: $id) { done } }", id=payload["job"]["id"])
        assert job["job"] == {"done": True}


async def test_a_paid_order_that_is_cancelled_without_refund_stays_open() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line())
        await _cancel(shop, order)
        shop.pass_time(seconds=2)
        status = await _status(shop, order)
        assert (status["closed"], status["displayFinancialStatus"]) == (False, "PAID")
        assert shapes(order) == [("CLOSED", "UNSUBMITTED", [(1, 1)])]


@pytest.mark.parametrize(
    ("prepare", "more", "field", "text"),
    [
        ("fulfill", {}, "orderId", "Cannot cancel an order that has outstanding fulfillments"),
        ("cancel_order", {}, "orderId", "Cannot cancel an order that has already been canceled"),
        (None, {"staffNote": "x" * 256}, "staffNote", "Staff note is too long. Maximum length is 255 characters."),
    ],
)
async def test_what_bars_a_cancel(prepare: str | None, more: dict[str, Any], field: str, text: str) -> None:
    async with desk() as shop:
        order = shop.world.create_order(line())
        if prepare:
            getattr(shop.world.merchant, prepare)(order)
            shop.pass_time(seconds=5)
        payload = await _cancel(shop, order, **more)
        assert payload == {
            "job": None,
            "orderCancelUserErrors": [{"field": [field], "message": text, "code": "INVALID"}],
            "userErrors": [{"field": [field], "message": text}],
        }


REFUND = (
    'mutation($input: RefundInput!) { refundCreate(input: $input) @idempotent(key: "k1") {'
    " refund { id } userErrors { field message } } }"
)


async def _refund(shop: Desk, order: Any, quantity: int, restock: str, *, query: str = REFUND) -> dict[str, Any]:
    lines = [{"lineItemId": order.lines[0].id, "quantity": quantity, "restockType": restock}]
    data = await shop.data(query, input={"orderId": order.id, "refundLineItems": lines})
    found: dict[str, Any] = data["refundCreate"]
    return found


async def test_a_refund_with_cancel_takes_unfulfilled_units_off() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line("A", 3))
        await _refund(shop, order, 2, "CANCEL")
        assert shapes(order) == [("OPEN", "UNSUBMITTED", [(1, 1)])]
        assert order.lines[0].current_quantity == 1


async def test_a_refund_without_restock_hits_fulfilled_units_first() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line("A", 3))
        shop.world.merchant.fulfill(order, lines={"A": 1})
        await _refund(shop, order, 2, "NO_RESTOCK")
        assert shapes(order) == [("IN_PROGRESS", "UNSUBMITTED", [(2, 1)])]
        assert (order.lines[0].removed, order.lines[0].refunded_fulfilled) == (1, 1)


async def test_a_refund_of_fulfilled_units_leaves_the_fulfillment_orders_alone() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line("A", 2))
        shop.world.merchant.fulfill(order)
        before = shapes(order)
        await _refund(shop, order, 2, "RETURN")
        assert shapes(order) == before
        assert (await _status(shop, order))["displayFulfillmentStatus"] == "FULFILLED"


async def test_a_refund_of_more_than_was_bought_is_refused() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line("A", 1))
        payload = await _refund(shop, order, 2, "NO_RESTOCK")
        text = "Quantity cannot refund more items than were purchased"
        assert payload["userErrors"] == [{"field": ["refundLineItems", "0", "quantity"], "message": text}]


async def test_a_refund_needs_a_key_and_the_same_key_refunds_once() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line("A", 2))
        bare = REFUND.replace(' @idempotent(key: "k1")', "")
        lines = [{"lineItemId": order.lines[0].id, "quantity": 1, "restockType": "CANCEL"}]
        body = await shop.ask(bare, input={"orderId": order.id, "refundLineItems": lines})
        text = "The @idempotent directive is required for this mutation but was not provided."
        assert body["errors"][0]["message"] == text
        assert (await shop.ask(bare, version="2026-01", input={"orderId": order.id}))["data"]["refundCreate"]["refund"]
        first = await _refund(shop, order, 1, "CANCEL")
        assert await _refund(shop, order, 1, "CANCEL") == first
        assert shapes(order) == [("OPEN", "UNSUBMITTED", [(1, 1)])]


async def test_a_refund_of_everything_before_fulfillment_leaves_nothing_to_fulfill() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line("A", 2))
        shop.world.merchant.refund(order, lines={"A": 2}, restock="CANCEL")
        assert shapes(order) == [("CLOSED", "UNSUBMITTED", [(0, 0)])]
        assert (await _status(shop, order))["displayFulfillmentStatus"] == "FULFILLMENT_NOT_REQUIRED"
        assert (await _status(shop, order, version="2026-07"))["displayFulfillmentStatus"] == "UNFULFILLED"


async def test_a_return_covers_fulfilled_units_only_and_changes_no_fulfillment_order() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line("A", 2))
        made = shop.world.merchant.fulfill(order, lines={"A": 1})
        before = shapes(order)
        query = (
            "mutation($input: ReturnInput!) { returnCreate(returnInput: $input) { return { name status totalQuantity }"
            " userErrors { field message code } } }"
        )
        wanted = {"fulfillmentLineItemId": made.lines[0].id, "quantity": 1, "returnReason": "UNWANTED"}
        given = {"orderId": order.id, "returnLineItems": [wanted]}
        data = await shop.data(query, input=given)
        assert data["returnCreate"]["return"] == {"name": "#1001-R1", "status": "OPEN", "totalQuantity": 1}
        data = await shop.data(query, input=given)
        assert data["returnCreate"]["userErrors"][0]["message"] == "Return line item has an invalid quantity."
        assert shapes(order) == before


async def test_an_edit_lowers_open_units_and_an_addition_gets_a_new_fulfillment_order() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line("A", 3))
        shop.world.merchant.edit_line(order, line="A", quantity=1)
        assert shapes(order) == [("OPEN", "UNSUBMITTED", [(1, 1)])]
        shop.world.merchant.add_line(order, line("B", 2))
        assert shapes(order) == [("OPEN", "UNSUBMITTED", [(1, 1)]), ("OPEN", "UNSUBMITTED", [(2, 2)])]
        shop.world.merchant.fulfill(order, lines={"A": 1})
        with pytest.raises(ValueError, match="unfulfilled"):
            shop.world.merchant.edit_line(order, line="A", quantity=0)


async def test_tags_are_sorted_and_compared_without_case() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line(), tags=["beta"])
        payload = await shop.mutate(
            "tagsAdd",
            "id: ID!, tags: [String!]!",
            "node { ... on Order { tags } } userErrors { message }",
            id=order.id,
            tags=["Alpha", "BETA", "gamma, delta"],
        )
        assert payload["node"] == {"tags": ["Alpha", "beta", "delta", "gamma"]}
        payload = await shop.mutate(
            "tagsRemove",
            "id: ID!, tags: [String!]!",
            "node { ... on Order { tags } } userErrors { message }",
            id=order.id,
            tags=["alpha"],
        )
        assert payload["node"] == {"tags": ["beta", "delta", "gamma"]}


async def test_a_metafield_is_set_only_when_its_digest_is_the_expected_one() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line(), metafields={"syncd.link": "A1"})
        data = await shop.data(
            'query($id: ID!) { order(id: $id) { metafield(namespace: "syncd", key: "link") { value compareDigest } } }',
            id=order.id,
        )
        digest = data["order"]["metafield"]["compareDigest"]

        async def put(value: str) -> Any:
            one = {"ownerId": order.id, "namespace": "syncd", "key": "link", "value": value, "compareDigest": digest}
            payload = await shop.mutate(
                "metafieldsSet",
                "metafields: [MetafieldsSetInput!]!",
                "metafields { value } userErrors { code }",
                metafields=[one],
            )
            return payload["metafields"], [error["code"] for error in payload["userErrors"]]

        assert await put("A2") == ([{"value": "A2"}], [])
        assert await put("A3") == (None, ["STALE_OBJECT"])


async def test_orders_older_than_sixty_days_need_a_scope_of_their_own() -> None:
    scopes = frozenset({"read_orders"})
    async with desk(scopes=scopes) as shop:
        old = shop.world.create_order(line(), created_at=shop.clock.now() - timedelta(days=61))
        new = shop.world.create_order(line())
        data = await shop.data(
            "query($ids: [ID!]!) { orders(first: 5) { nodes { id } } nodes(ids: $ids) { id } }", ids=[old.id, new.id]
        )
        assert data == {"orders": {"nodes": [{"id": new.id}]}, "nodes": [None, {"id": new.id}]}
