"""Returns that are asked for, answered, and taken in."""

from typing import Any

from tests.twin.shop import Desk, desk, line

RETURN = "return { id status name } userErrors { field message code }"


async def _fulfilled(shop: Desk, *, custom: bool = False) -> tuple[Any, Any]:
    if not custom:
        shop.world.add_variant("A")
    order = shop.world.create_order(line(quantity=3))
    made = shop.world.merchant.fulfill(order)
    return order, made.lines[0]


async def _request(shop: Desk, order: Any, fulfilled: Any, **more: Any) -> dict[str, Any]:
    row = {"fulfillmentLineItemId": fulfilled.id, "quantity": 1, "returnReason": "OTHER", **more}
    return await shop.mutate(
        "returnRequest",
        "input: ReturnRequestInput!",
        RETURN,
        input={
            "orderId": order.id,
            "returnLineItems": [{key: value for key, value in row.items() if value is not None}],
        },
    )


async def _answer(shop: Desk, name: str, kind: str, **given: Any) -> dict[str, Any]:
    return await shop.mutate(name, f"input: {kind}!", RETURN, input=given)


async def test_a_request_waits_for_an_answer_before_goods_may_come_back() -> None:
    async with desk() as shop:
        order, fulfilled = await _fulfilled(shop)
        asked = (await _request(shop, order, fulfilled, customerNote="torn"))["return"]
        assert (asked["status"], asked["name"]) == ("REQUESTED", f"{order.name}-R1")
        read = "query($id: ID!) { return(id: $id) { reverseFulfillmentOrders(first: 5) { nodes { status } }"
        read += " returnLineItems(first: 5) { nodes { ... on ReturnLineItem { customerNote } } } } }"
        before = (await shop.data(read, id=asked["id"]))["return"]
        assert before == {
            "reverseFulfillmentOrders": {"nodes": []},
            "returnLineItems": {"nodes": [{"customerNote": "torn"}]},
        }
        answered = await _answer(shop, "returnApproveRequest", "ReturnApproveRequestInput", id=asked["id"])
        assert answered["return"]["status"] == "OPEN"
        after = (await shop.data(read, id=asked["id"]))["return"]
        assert after["reverseFulfillmentOrders"] == {"nodes": [{"status": "OPEN"}]}


async def test_a_declined_request_says_why_and_leaves_the_goods_returnable() -> None:
    async with desk() as shop:
        order, fulfilled = await _fulfilled(shop)
        asked = (await _request(shop, order, fulfilled, quantity=3))["return"]
        declined = await _answer(
            shop, "returnDeclineRequest", "ReturnDeclineRequestInput", id=asked["id"], declineReason="FINAL_SALE"
        )
        assert declined["return"]["status"] == "DECLINED"
        told = await shop.data("query($id: ID!) { return(id: $id) { decline { reason note } } }", id=asked["id"])
        assert told["return"]["decline"] == {"reason": "FINAL_SALE", "note": None}
        left = await shop.data(
            "query($id: ID!) { returnableFulfillments(orderId: $id, first: 5) { nodes {"
            " returnableFulfillmentLineItems(first: 5) { nodes { quantity } } } } }",
            id=order.id,
        )
        (rest,) = left["returnableFulfillments"]["nodes"]
        assert rest["returnableFulfillmentLineItems"]["nodes"] == [{"quantity": 3}]
        again = await _answer(shop, "returnApproveRequest", "ReturnApproveRequestInput", id=asked["id"])
        assert [one["code"] for one in again["userErrors"]] == ["INVALID_STATE"]


async def test_a_request_needs_a_reason_but_no_note() -> None:
    async with desk() as shop:
        order, fulfilled = await _fulfilled(shop)
        without = await _request(shop, order, fulfilled, returnReason=None)
        assert without["userErrors"] == [
            {
                "field": ["input", "returnLineItems", "0", "returnReason"],
                "message": "Return reason can't be blank",
                "code": "BLANK",
            }
        ]
        listed = await shop.data("{ returnReasonDefinitions(first: 5) { nodes { id handle } } }")
        other = next(one for one in listed["returnReasonDefinitions"]["nodes"] if one["handle"] == "other-reason")
        for given in ({"returnReason": "OTHER"}, {"returnReason": None, "returnReasonDefinitionId": other["id"]}):
            assert (await _request(shop, order, fulfilled, **given))["userErrors"] == []


async def test_more_units_than_are_left_cannot_be_asked_back() -> None:
    async with desk() as shop:
        order, fulfilled = await _fulfilled(shop)
        await _request(shop, order, fulfilled, quantity=2)
        more = await _request(shop, order, fulfilled, quantity=2)
        assert more["userErrors"] == [
            {
                "field": ["input", "returnLineItems", "0", "quantity"],
                "message": "Return line item has an invalid quantity.",
                "code": "INVALID",
            }
        ]


async def _dispose(shop: Desk, *lines: str, type_: str = "RESTOCKED") -> dict[str, Any]:
    place = shop.world.locations[0].id
    given = [
        {
            "reverseFulfillmentOrderLineItemId": one,
            "quantity": 1,
            "dispositionType": type_,
            "locationId": place,
        }
        for one in lines
    ]
    return await shop.mutate(
        "reverseFulfillmentOrderDispose",
        "dispositionInputs: [ReverseFulfillmentOrderDisposeInput!]!",
        "reverseFulfillmentOrderLineItems { dispositions { type quantity } } userErrors { field message }",
        dispositionInputs=given,
    )


async def test_goods_taken_in_are_on_the_shelf_again() -> None:
    async with desk() as shop:
        order, _ = await _fulfilled(shop)
        known = shop.world.merchant.return_(order, lines={"A": 1})
        (row,) = known.reverse_orders[0].lines
        before = dict(shop.world.variants["A"].inventory_item.levels[shop.world.locations[0].number])
        done = await _dispose(shop, row.id)
        assert done["reverseFulfillmentOrderLineItems"] == [{"dispositions": [{"type": "RESTOCKED", "quantity": 1}]}]
        after = shop.world.variants["A"].inventory_item.levels[shop.world.locations[0].number]
        assert after["available"] == before["available"] + 1


async def test_what_cannot_be_taken_in_is_refused() -> None:
    async with desk() as shop:
        order, _ = await _fulfilled(shop, custom=True)
        first, second = [shop.world.merchant.return_(order, lines={"A": 1}) for _ in range(2)]
        rows = [known.reverse_orders[0].lines[0].id for known in (first, second)]
        assert (await _dispose(shop))["userErrors"][0]["message"] == "The array cannot be empty."
        text = "Cannot dispose items from more than one reverse fulfillment order."
        assert (await _dispose(shop, *rows, type_="NOT_RESTOCKED"))["userErrors"][0]["message"] == text
        custom = await _dispose(shop, rows[0])
        assert custom["userErrors"][0]["message"].startswith("RESTOCKED is an invalid disposition type")
        assert (await _dispose(shop, rows[0], type_="NOT_RESTOCKED"))["userErrors"] == []
        assert (await _dispose(shop, rows[0], type_="NOT_RESTOCKED"))["userErrors"] != []


async def test_a_return_can_be_priced_before_it_is_made() -> None:
    async with desk() as shop:
        order, fulfilled = await _fulfilled(shop)
        row = {"fulfillmentLineItemId": fulfilled.id, "quantity": 2, "restockingFee": {"percentage": 10}}
        data = await shop.data(
            "query($i: CalculateReturnInput!) { returnCalculate(input: $i) { returnLineItems {"
            " subtotalSet { shopMoney { amount } } restockingFee { amountSet { shopMoney { amount } } } } } }",
            i={"orderId": order.id, "returnLineItems": [row]},
        )
        (told,) = data["returnCalculate"]["returnLineItems"]
        assert told["subtotalSet"]["shopMoney"]["amount"] == "-20.0"
        assert told["restockingFee"]["amountSet"]["shopMoney"]["amount"] == "2.0"
