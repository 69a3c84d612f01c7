"""Orders made by apps: what may be given for them, what they are worth, and how they are edited and deleted."""

from typing import Any

from adapters.sandbox.shopify.world.world import ALL_SCOPES
from tests.twin.shop import Desk, desk, line, shapes

BAG = "{ shopMoney { amount currencyCode } }"
MONEY = f"""
    totalPriceSet {BAG} currentTotalPriceSet {BAG} totalOutstandingSet {BAG} totalReceivedSet {BAG}
    totalTaxSet {BAG} totalDiscountsSet {BAG}
"""


def euros(amount: str) -> dict[str, Any]:
    return {"shopMoney": {"amount": amount, "currencyCode": "EUR"}}


def item(title: str = "Tea", quantity: int = 1, price: str = "10.00", **more: Any) -> dict[str, Any]:
    return {"title": title, "quantity": quantity, "priceSet": euros(price), "requiresShipping": True, **more}


def paid(amount: str, **more: Any) -> dict[str, Any]:
    return {"kind": "SALE", "status": "SUCCESS", "gateway": "manual", "amountSet": euros(amount), **more}


async def place(shop: Desk, returning: str = "id", **given: Any) -> dict[str, Any]:
    payload = await shop.mutate(
        "orderCreate",
        "order: OrderCreateOrderInput!",
        f"order {{ id {returning} }} userErrors {{ field message code }}",
        order={"currency": "EUR", "lineItems": [item()], **given},
    )
    assert payload["userErrors"] == []
    order: dict[str, Any] = payload["order"]
    return order


def amounts(order: dict[str, Any]) -> dict[str, str]:
    return {key: value["shopMoney"]["amount"] for key, value in order.items() if key.endswith("Set")}


async def test_an_order_is_worth_its_lines_less_discount_with_shipping_and_taxes() -> None:
    tax = {"title": "VAT", "rate": "0.05", "priceSet": euros("2.00")}
    async with desk() as shop:
        order = await place(
            shop,
            f"displayFinancialStatus discountCodes {MONEY} shippingLine {{ title code originalPriceSet {BAG} }}",
            lineItems=[item(quantity=2, price="20.00", taxLines=[tax])],
            shippingLines=[
                {
                    "title": "Standard",
                    "code": "STD",
                    "priceSet": euros("5.00"),
                    "taxLines": [{**tax, "priceSet": euros("0.50")}],
                }
            ],
            discountCode={"itemFixedDiscountCode": {"code": "SAVE5", "amountSet": euros("5.00")}},
            transactions=[paid("42.50")],
        )
        assert amounts(order) == {
            "totalPriceSet": "42.5",
            "currentTotalPriceSet": "42.5",
            "totalOutstandingSet": "0.0",
            "totalReceivedSet": "42.5",
            "totalTaxSet": "2.5",
            "totalDiscountsSet": "5.0",
        }
        assert (order["displayFinancialStatus"], order["discountCodes"]) == ("PAID", ["SAVE5"])
        assert order["shippingLine"]["title"] == "Standard"


async def test_payments_decide_the_financial_status_unless_it_is_given() -> None:
    pending = paid("10.00", status="PENDING")
    held = paid("10.00", kind="AUTHORIZATION")
    async with desk() as shop:
        found = [
            (await place(shop, "displayFinancialStatus", **given))["displayFinancialStatus"]
            for given in (
                {},
                {"transactions": [paid("4.00")]},
                {"transactions": [pending]},
                {"transactions": [held]},
                {"financialStatus": "PENDING"},
                {"financialStatus": "PAID"},
            )
        ]
    assert found == [None, "PARTIALLY_PAID", "PENDING", "AUTHORIZED", "PENDING", "PAID"]


async def test_custom_lines_have_no_variant_and_named_variants_lend_their_sku_and_title() -> None:
    async with desk() as shop:
        variant = shop.world.add_variant("CUP", title="Cup")
        order = await place(
            shop,
            "lineItems(first: 5) { nodes { title sku variant { id } } }",
            lineItems=[item(sku="CUP"), {"variantId": variant.id, "quantity": 1, "requiresShipping": True}],
        )
        assert order["lineItems"]["nodes"] == [
            {"title": "Tea", "sku": "CUP", "variant": None},
            {"title": "Cup", "sku": "CUP", "variant": {"id": variant.id}},
        ]


async def test_orders_of_one_address_belong_to_one_customer() -> None:
    async with desk() as shop:
        first, second = [
            await place(shop, "customer { id email }", email=one) for one in ("a@example.com", "A@example.com")
        ]
        assert first["customer"] == second["customer"]
        assert first["customer"]["email"] == "a@example.com"


async def test_an_order_can_be_born_fulfilled_and_archived() -> None:
    async with desk() as shop:
        place_id = shop.world.locations[0].id
        order = await place(
            shop,
            "displayFulfillmentStatus closed fulfillments { trackingInfo { number company } }",
            transactions=[paid("10.00")],
            fulfillment={"locationId": place_id, "trackingNumber": "1Z", "trackingCompany": "UPS"},
        )
        assert order["displayFulfillmentStatus"] == "FULFILLED"
        assert order["fulfillments"] == [{"trackingInfo": [{"number": "1Z", "company": "UPS"}]}]


async def test_the_customer_sees_prices_in_their_own_currency() -> None:
    async with desk() as shop:
        price = {**euros("20.00"), "presentmentMoney": {"amount": "30.00", "currencyCode": "CAD"}}
        order = await place(
            shop,
            "presentmentCurrencyCode totalPriceSet { presentmentMoney { amount currencyCode } }",
            presentmentCurrency="CAD",
            lineItems=[{**item(quantity=2), "priceSet": price}],
        )
        assert order["presentmentCurrencyCode"] == "CAD"
        assert order["totalPriceSet"]["presentmentMoney"] == {"amount": "60.0", "currencyCode": "CAD"}


async def test_a_payment_by_hand_pays_what_is_owed_and_archives_what_is_fulfilled() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line(quantity=2), financial="PENDING")
        shop.world.merchant.fulfill(order)
        returning = (
            f"order {{ closed displayFinancialStatus totalOutstandingSet {BAG} }} userErrors {{ field message }}"
        )
        part = await shop.mutate(
            "orderCreateManualPayment", "id: ID!, amount: MoneyInput", returning, id=order.id,
            amount={"amount": "5.00", "currencyCode": "USD"},
        )  # fmt: skip
        assert part["order"]["displayFinancialStatus"] == "PARTIALLY_PAID"
        rest = await shop.mutate("orderCreateManualPayment", "id: ID!", returning, id=order.id)
        assert rest["order"]["displayFinancialStatus"] == "PAID"
        shop.pass_time(seconds=5)
        closed = await shop.data("query($id: ID!) { order(id: $id) { closed } }", id=order.id)
        assert closed == {"order": {"closed": True}}
        again = await shop.mutate("orderCreateManualPayment", "id: ID!", returning, id=order.id)
        assert again["userErrors"]


async def test_a_deleted_order_is_gone_from_reads_and_searches() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line())
        (work,) = order.fulfillment_orders
        payload = await shop.mutate(
            "orderDelete", "orderId: ID!", "deletedId userErrors { field message code }", orderId=order.id
        )
        assert payload == {"deletedId": order.id, "userErrors": []}
        data = await shop.data(
            "query($o: ID!, $f: ID!) { order(id: $o) { id } fulfillmentOrder(id: $f) { id }"
            " orders(first: 5) { nodes { id } } fulfillmentOrders(first: 5, includeClosed: true) { nodes { id } } }",
            o=order.id,
            f=work.id,
        )
        assert data == {
            "order": None,
            "fulfillmentOrder": None,
            "orders": {"nodes": []},
            "fulfillmentOrders": {"nodes": []},
        }
        again = await shop.mutate("orderDelete", "orderId: ID!", "deletedId userErrors { code }", orderId=order.id)
        assert again == {"deletedId": None, "userErrors": [{"code": "NOT_FOUND"}]}


async def _edit(shop: Desk, order: Any) -> tuple[str, list[str]]:
    payload = await shop.mutate(
        "orderEditBegin",
        "id: ID!",
        "calculatedOrder { id lineItems(first: 5) { nodes { id quantity } } } userErrors { message }",
        id=order.id,
    )
    edit = payload["calculatedOrder"]
    return edit["id"], [one["id"] for one in edit["lineItems"]["nodes"]]


async def _commit(shop: Desk, edit: str, *, notify: bool = False) -> dict[str, Any]:
    payload = await shop.mutate(
        "orderEditCommit",
        "id: ID!, notifyCustomer: Boolean",
        f"order {{ displayFinancialStatus totalOutstandingSet {BAG} }} successMessages userErrors {{ message }}",
        id=edit,
        notifyCustomer=notify,
    )
    assert payload["userErrors"] == []
    return payload


async def _set_quantity(shop: Desk, edit: str, of: str, quantity: int) -> dict[str, Any]:
    return await shop.mutate(
        "orderEditSetQuantity",
        "id: ID!, lineItemId: ID!, quantity: Int!",
        f"calculatedOrder {{ totalPriceSet {BAG} }} userErrors {{ field }}",
        id=edit,
        lineItemId=of,
        quantity=quantity,
    )


async def test_an_edit_changes_nothing_before_it_is_committed() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line(quantity=3))
        edit, (own,) = await _edit(shop, order)
        changed = await _set_quantity(shop, edit, own, 1)
        assert amounts(changed["calculatedOrder"]) == {"totalPriceSet": "10.0"}
        assert shapes(order) == [("OPEN", "UNSUBMITTED", [(3, 3)])]
        done = await _commit(shop, edit)
        assert shapes(order) == [("OPEN", "UNSUBMITTED", [(1, 1)])]
        assert amounts(done["order"]) == {"totalOutstandingSet": "-20.0"}


async def test_an_added_item_makes_a_paid_order_owe_and_gets_work_of_its_own() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line())
        edit, _ = await _edit(shop, order)
        added = await shop.mutate(
            "orderEditAddCustomItem",
            "id: ID!, title: String!, quantity: Int!, price: MoneyInput!",
            "calculatedLineItem { id title quantity } userErrors { message }",
            id=edit,
            title="Gift wrap",
            quantity=1,
            price={"amount": "5.00", "currencyCode": "USD"},
        )
        assert added["calculatedLineItem"]["title"] == "Gift wrap"
        done = await _commit(shop, edit)
        assert done["order"]["displayFinancialStatus"] == "PARTIALLY_PAID"
        assert amounts(done["order"]) == {"totalOutstandingSet": "5.0"}
        assert [status for status, _, _ in shapes(order)] == ["OPEN", "OPEN"]


async def test_an_edit_tells_what_it_did_and_takes_the_order_out_of_the_archive() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line(quantity=2))
        shop.world.merchant.archive(order)
        edit, (own,) = await _edit(shop, order)
        await _set_quantity(shop, edit, own, 1)
        told = await _commit(shop, edit, notify=True)
        assert told["successMessages"] == ["Order updated", "Order unarchived", "Notification sent"]
        owing = shop.world.create_order(line(quantity=2), financial="PENDING")
        edit, (own,) = await _edit(shop, owing)
        await _set_quantity(shop, edit, own, 1)
        told = await _commit(shop, edit, notify=True)
        assert told["successMessages"] == ["Order updated", "Invoice sent"]


async def test_fulfilled_units_cannot_be_edited_away() -> None:
    async with desk() as shop:
        order = shop.world.create_order(line(quantity=2))
        shop.world.merchant.fulfill(order, lines={"A": 1})
        edit, (own,) = await _edit(shop, order)
        assert (await _set_quantity(shop, edit, own, 0))["userErrors"] == [{"field": ["quantity"]}]
        assert (await _set_quantity(shop, edit, own, 1))["userErrors"] == []


async def test_a_completed_draft_is_an_order() -> None:
    async with desk(scopes=ALL_SCOPES | {"write_draft_orders"}) as shop:
        price = {"amount": "10.00", "currencyCode": "CAD"}
        draft = await shop.mutate(
            "draftOrderCreate",
            "input: DraftOrderInput!",
            f"draftOrder {{ id status totalPriceSet {BAG} }} userErrors {{ message }}",
            input={"lineItems": [{"title": "Tea", "quantity": 2, "originalUnitPriceWithCurrency": price}]},
        )
        assert amounts(draft["draftOrder"]) == {"totalPriceSet": "20.0"}
        done = await shop.mutate(
            "draftOrderComplete",
            "id: ID!",
            f"draftOrder {{ status order {{ displayFinancialStatus totalReceivedSet {BAG} }} }} userErrors {{ message }}",
            id=draft["draftOrder"]["id"],
        )
        assert done["draftOrder"]["status"] == "COMPLETED"
        assert done["draftOrder"]["order"]["displayFinancialStatus"] == "PAID"
        assert amounts(done["draftOrder"]["order"]) == {"totalReceivedSet": "20.0"}
