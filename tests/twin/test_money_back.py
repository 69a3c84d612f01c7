"""Refunds and cancellations where money is concerned, as recorded."""

from __future__ import annotations

from typing import Any

import pytest

from tests.twin.shop import Desk, desk, line

REFUND = """mutation($input: RefundInput!) { refundCreate(input: $input) @idempotent(key: "k") {
  refund { totalRefundedSet { shopMoney { amount } } transactions(first: 5) { nodes { kind gateway } } }
  order { displayFinancialStatus } userErrors { field message } } }"""
CANCEL = """mutation($id: ID!, $refund: Boolean) {
  orderCancel(orderId: $id, reason: OTHER, restock: true, refund: $refund) { job { id } userErrors { message } } }"""


async def _refund(shop: Desk, order: Any, **payment: Any) -> dict[str, Any]:
    given = {"orderId": order.id, "amount": "1.00", "kind": "REFUND", "gateway": "manual", **payment}
    data = await shop.data(REFUND, input={"orderId": order.id, "transactions": [given]})
    payload: dict[str, Any] = data["refundCreate"]
    return payload


async def test_money_goes_back_through_the_gateway_that_it_came_by() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line())
        (paid,) = order.charges.transactions
        paid.gateway = "shopify_payments"
        payload = await _refund(shop, order, parentId=paid.id)
        assert payload["refund"]["transactions"]["nodes"] == [{"kind": "REFUND", "gateway": "shopify_payments"}]
        assert payload["order"]["displayFinancialStatus"] == "PARTIALLY_REFUNDED"


@pytest.mark.parametrize(
    ("payment", "field", "message"),
    [
        ({"kind": "AUTHORIZATION"}, None, "Kind authorization is not a valid transaction"),
        (
            {"parentId": "gid://shopify/OrderTransaction/9"},
            ["transactions"],
            "Transactions require a parent_id associated with the order",
        ),
        ({"amount": "11.00"}, None, "Refund amount $11.00 is greater than net payment received $10.00"),
    ],
    ids=["kind", "parent", "amount"],
)
async def test_a_refused_refund_shows_the_order_as_it_is(payment: Any, field: Any, message: str) -> None:
    async with desk() as shop:
        order = shop.world.create_order(line())
        payload = await _refund(shop, order, **{"parentId": order.charges.transactions[0].id, **payment})
        assert payload["userErrors"] == [{"field": field, "message": message}]
        assert payload["order"] == {"displayFinancialStatus": "PAID"}


@pytest.mark.parametrize(
    ("financial", "refund", "is_refused"),
    [("PAID", None, True), ("PAID", True, False), (None, None, False)],
    ids=["money is kept", "money goes back", "no money came"],
)
async def test_parcels_under_way_bar_a_cancellation_only_where_money_is_kept(
    *, financial: str | None, refund: bool | None, is_refused: bool
) -> None:
    async with desk() as shop:
        order = shop.world.create_order(line(), financial=financial)
        await shop.fulfill(order.fulfillment_orders[0])
        payload = (await shop.data(CANCEL, id=order.id, refund=refund))["orderCancel"]
        assert (payload["job"] is None) == bool(payload["userErrors"]) == is_refused


async def test_an_order_is_archived_a_second_after_it_is_done() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line())
        await shop.fulfill(order.fulfillment_orders[0])
        read = "query($id: ID!) { order(id: $id) { closed } }"
        shop.pass_time(seconds=0.5)
        assert (await shop.data(read, id=order.id))["order"] == {"closed": False}
        shop.pass_time(seconds=0.5)
        assert (await shop.data(read, id=order.id))["order"] == {"closed": True}
