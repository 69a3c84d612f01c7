"""Orders as they are read: whole, by id, and honest about what is missing."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from syncd.clock import ManualClock
from syncd.domain.money import Money
from syncd.domain.orders import (
    DeliveryMethod,
    FinancialStatus,
    FulfillmentEvent,
    FulfillmentLine,
    FulfillmentOrderStatus,
    FulfillmentStatus,
    RequestStatus,
    Restock,
)
from syncd.domain.tracking import Tracking
from syncd.errors import AuthRejected, InvalidResponse, NotFound, Refused, Transient
from tests.shopify.shop import (
    NOW,
    Denied,
    Shop,
    a_fulfillment,
    a_fulfillment_order,
    a_line,
    an_order,
    at,
    cost,
    gid,
    store_of,
    throttled,
)


async def test_everything_that_an_order_has_is_read():
    line = a_line(10)
    service = {"id": gid("Location", 9), "isFulfillmentService": True, "fulfillmentService": {"handle": "warehouse-x"}}
    requested = a_fulfillment_order(
        2,
        [line],
        requestStatus="ACCEPTED",
        status="IN_PROGRESS",
        assignedLocation={"name": "Warehouse X", "location": service},
        merchantRequests=[{"kind": "FULFILLMENT_REQUEST", "sentAt": at(days=2), "message": "please"}],
        fulfillmentHolds=[
            {
                "id": gid("FulfillmentHold", 1),
                "reason": "OTHER",
                "handle": "syncd",
                "reasonNotes": None,
                "heldByRequestingApp": True,
            }
        ],
    )
    event = {"status": "IN_TRANSIT", "happenedAt": at(hours=5)}
    shipped = a_fulfillment(3, [(line, 1)], events=[event], displayStatus="IN_TRANSIT", inTransitAt=at(hours=5))
    refund = {
        "id": gid("Refund", 4),
        "createdAt": at(hours=2),
        "refundLineItems": [{"quantity": 1, "restockType": "CANCEL", "lineItem": line}],
    }
    back = {
        "id": gid("Return", 6),
        "status": "OPEN",
        "returnLineItems": [
            {
                "__typename": "ReturnLineItem",
                "id": gid("ReturnLineItem", 1),
                "quantity": 1,
                "fulfillmentLineItem": {"lineItem": line},
            },
            {"__typename": "UnverifiedReturnLineItem", "id": gid("UnverifiedReturnLineItem", 2), "quantity": 1},
        ],
    }
    node = an_order(
        lineItems=[line], fulfillmentOrders=[requested], fulfillments=[shipped], refunds=[refund], returns=[back]
    )
    order = await store_of(Shop([node])).order(gid("Order", 1))

    assert (order.name, order.financial, order.closed, order.tags, order.source) == (
        "#1001",
        FinancialStatus.PAID,
        False,
        frozenset({"vip"}),
        "web",
    )
    assert order.total == Money(minor=2598, currency="EUR")
    assert order.updated_at == NOW - timedelta(hours=1)
    assert (order.lines[0].sku, order.lines[0].quantity, order.lines[0].vendor) == ("CJ-10", 2, "CJ")
    (work,) = order.fulfillment_orders
    assert (work.status, work.request_status) == (FulfillmentOrderStatus.IN_PROGRESS, RequestStatus.ACCEPTED)
    assert (work.service, work.location_id, work.location_name) == ("warehouse-x", gid("Location", 9), "Warehouse X")
    assert work.supported_actions == {"CREATE_FULFILLMENT", "HOLD"}
    assert (work.delivery_method, work.lines[0].remaining) == (DeliveryMethod.SHIPPING, 2)
    assert work.holds[0].is_ours
    assert work.requests[0].sent_at == NOW - timedelta(days=2)
    (done,) = order.fulfillments
    assert (done.status, done.is_live, done.service) == (FulfillmentStatus.SUCCESS, True, None)
    assert done.tracking == (Tracking(number="4PX0001", company="4PX", url="https://t.example/4PX0001"),)
    assert done.lines == (FulfillmentLine(line_id=line["id"], quantity=1),)
    assert done.events == (FulfillmentEvent(status="IN_TRANSIT", happened_at=NOW - timedelta(hours=5)),)
    assert (order.refunds[0].restock, order.refunds[0].quantity) == (Restock.CANCEL, 1)
    assert order.returns[0].lines == (FulfillmentLine(line_id=line["id"], quantity=1),)
    assert order.is_complete


async def test_words_that_we_do_not_know_are_unknown_and_never_guessed():
    shop = Shop([])
    node = an_order(lineItems=[], fulfillmentOrders=[], displayFinancialStatus="SETTLED_IN_GOLD")
    empty = {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}
    answer = {**node, "lineItems": empty, "fulfillmentOrders": empty, "returns": empty, "metafields": empty}
    shop.before = [httpx.Response(200, json={"data": {"order": answer}})]
    assert (await store_of(shop).order("1")).financial is FinancialStatus.UNKNOWN


async def test_lists_inside_an_order_are_read_to_their_end():
    lines = [a_line(n) for n in range(1000, 1310)]
    orders = [a_fulfillment_order(n, [lines[0]]) for n in range(20, 50)]
    orders[0] = a_fulfillment_order(
        20, lines, merchantRequests=[{"kind": "FULFILLMENT_REQUEST", "sentAt": at(hours=n)} for n in range(40)]
    )
    shipped = [
        a_fulfillment(
            n,
            [(line, 1) for line in lines],
            events=[{"status": "DELAYED", "happenedAt": at(hours=h)} for h in range(300)],
        )
        for n in (1, 2)
    ]
    refunds = [
        {
            "id": gid("Refund", 4),
            "createdAt": at(),
            "refundLineItems": [{"quantity": 1, "restockType": "RETURN", "lineItem": x} for x in lines],
        }
    ]
    returns = [
        {
            "id": gid("Return", n),
            "status": "OPEN",
            "returnLineItems": [
                {
                    "__typename": "ReturnLineItem",
                    "id": gid("ReturnLineItem", i),
                    "quantity": 1,
                    "fulfillmentLineItem": {"lineItem": x},
                }
                for i, x in enumerate(lines)
            ],
        }
        for n in range(8)
    ]
    node = an_order(lineItems=lines, fulfillmentOrders=orders, fulfillments=shipped, refunds=refunds, returns=returns)
    order = await store_of(Shop([node])).order(node["id"])
    assert order.is_complete
    assert len(order.lines) == 310
    assert len(order.fulfillment_orders) == 30
    assert len(order.fulfillment_orders[0].lines) == 310
    assert len(order.fulfillment_orders[0].requests) == 40
    assert [len(each.lines) for each in order.fulfillments] == [310, 310]
    assert [len(each.events) for each in order.fulfillments] == [300, 300]
    assert len(order.refunds) == 310
    assert [len(each.lines) for each in order.returns] == [310] * 8


async def test_a_list_that_cannot_be_read_to_its_end_is_named():
    node = an_order(lineItems=[a_line(n) for n in range(60)])
    shop = Shop([node])
    store = store_of(shop)

    def lost(request: httpx.Request) -> httpx.Response:
        answer = shop.answer(request)
        shop.data = []  # gone when the next page is asked for
        return answer

    shop.before = [lost]
    assert (await store.order(node["id"])).cut == ("lines",)


async def test_a_list_without_paging_that_is_full_is_named():
    line = a_line(10)
    node = an_order(fulfillments=[a_fulfillment(n, [(line, 1)]) for n in range(260)])
    assert "fulfillments" in (await store_of(Shop([node])).order(node["id"])).cut


async def test_an_order_that_does_not_exist_is_not_found():
    store = store_of(Shop([]))
    with pytest.raises(NotFound, match="60 days"):
        await store.order(gid("Order", 77))
    with pytest.raises(NotFound):
        await store.order("gid://shopify/Customer/1")
    assert await store.orders([gid("Order", 77)]) == ()


async def test_many_orders_are_read_in_few_requests_each_once():
    shop = Shop([an_order(n) for n in range(1, 121)])
    orders = await store_of(shop).orders([gid("Order", n) for n in range(1, 121)] * 2)
    assert [order.id for order in orders] == [gid("Order", n) for n in range(1, 121)]
    assert shop.operations() == ["OrdersById"] * 3


async def test_a_service_that_charges_by_the_number_of_ids_gets_smaller_batches():
    shop = Shop([an_order(n) for n in range(1, 121)])

    def dear(request: httpx.Request) -> httpx.Response:
        error = {
            "message": "Query cost is 1293, which exceeds",
            "extensions": {"code": "MAX_COST_EXCEEDED", "cost": 1293, "maxCost": 1000},
        }
        return httpx.Response(200, json={"errors": [error]})

    shop.before = [dear, dear]
    orders = await store_of(shop).orders([gid("Order", n) for n in range(1, 121)])
    assert len(orders) == 120
    assert {len(each["ids"]) for each in shop.sent("OrdersById")} == {12}


async def test_a_small_bucket_gets_small_pages():
    shop = Shop([an_order()])
    small = httpx.Response(
        200, json={"data": {"order": None}, "extensions": {"cost": cost(1, maximum=400, available=390)}}
    )
    shop.before = [small]
    store = store_of(shop)
    with pytest.raises(NotFound):
        await store.order("1")
    await store.orders(["1"])
    assert shop.sent("OrdersById")[0]["lines"] == 20


async def test_answers_without_the_cost_extension_are_fine():
    shop = Shop([an_order()])
    shop.with_cost = False
    assert (await store_of(shop).order("1")).name == "#1001"


async def test_parts_that_our_scopes_do_not_reach_are_left_out_and_not_asked_for_again():
    node = an_order(
        returns=Denied("`read_returns` access scope."), shippingAddress=Denied("`read_customers`"), customer=Denied("x")
    )
    shop = Shop([node])
    store = store_of(shop)
    order = await store.order("1")
    assert (order.address_hash, order.customer_hash, order.returns, order.cut) == (None, None, (), ())
    asked = len(shop.requests)
    await store.order("1")
    assert len(shop.requests) == asked + 1


async def test_a_missing_scope_for_something_needed_names_the_scope():
    shop = Shop([an_order(fulfillmentOrders=Denied("`read_merchant_managed_fulfillment_orders` access scope."))])
    with pytest.raises(AuthRejected, match="read_merchant_managed_fulfillment_orders"):
        await store_of(shop).order("1")


async def test_addresses_are_only_kept_as_keyed_hashes():
    same = {"firstName": "ADA ", "address1": "1  mill lane", "city": "Ribe", "countryCodeV2": "DK"}
    other = {**same, "city": "Esbjerg"}
    shop = Shop([an_order(1), an_order(2, shippingAddress=same), an_order(3, shippingAddress=other)])
    one, two, three = await store_of(shop).orders(["1", "2", "3"])
    assert one.address_hash == two.address_hash != three.address_hash
    assert "Ada" not in repr(one)
    assert "Mill" not in repr(one)
    assert one.customer_hash != gid("Customer", 5)


async def test_link_metafields_are_read_when_they_are_wanted():
    link = {"namespace": "syncd", "key": "aliexpress_order", "value": "81923"}
    node = an_order(metafields=lambda keys, first, **_: {"nodes": [link] if keys == ["syncd.aliexpress_order"] else []})
    assert (await store_of(Shop([node])).order("1")).links == ()
    store = store_of(Shop([node]), link_metafields=("syncd.aliexpress_order",))
    assert (await store.order("1")).links == (("syncd.aliexpress_order", "81923"),)


async def test_throttled_reads_wait_for_their_turn():
    shop = Shop([an_order()])
    clock = ManualClock(NOW)
    shop.before = [throttled(139, available=39), throttled(139, available=100)]
    order = await store_of(shop, clock=clock).order("1")
    assert order.name == "#1001"
    assert clock.monotonic() >= 1  # (139 - 39) / 100 per second


async def test_an_internal_error_of_a_read_is_asked_again():
    error = {"message": "Internal error.", "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": "1"}}
    shop = Shop([an_order()])
    shop.before = [httpx.Response(200, json={"errors": [error], "data": None})] * 2
    assert (await store_of(shop).order("1")).name == "#1001"
    shop.before = [httpx.Response(200, json={"errors": [error], "data": None})] * 3
    with pytest.raises(Transient):
        await store_of(shop).order("1")


async def test_an_answer_of_another_form_names_the_place():
    shop = Shop([an_order(createdAt="yesterday")])
    with pytest.raises(InvalidResponse) as caught:
        await store_of(shop).order("1")
    assert caught.value.path == "gid://shopify/Order/1.createdAt"


async def test_a_missing_field_in_the_schema_is_the_adapters_fault():
    error = {"message": "Field 'x' doesn't exist on type 'Order'", "extensions": {"code": "undefinedField"}}
    shop = Shop([])
    shop.before = [httpx.Response(200, json={"errors": [error]})]
    with pytest.raises(InvalidResponse, match="undefinedField"):
        await store_of(shop).order("1")


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [(402, Refused, "frozen"), (423, Refused, "locked"), (404, NotFound, None), (503, Transient, None)],
)
async def test_a_closed_shop_says_who_must_act(status, error, code):
    shop = Shop([])
    shop.before = [httpx.Response(status, text="{}")] * 9
    with pytest.raises(error) as caught:
        await store_of(shop).order("1")
    assert getattr(caught.value, "code", None) == code


def test_the_clock_of_these_tests():
    assert datetime(2026, 11, 22, 8, tzinfo=UTC) == NOW


async def test_ids_of_other_things_are_left_out_of_a_list():
    assert len(await store_of(Shop([an_order(1)])).orders(["gid://shopify/Customer/1", "", "1"])) == 1


async def test_a_denial_that_empties_the_whole_answer_is_learnt_from_too():
    error = {
        "message": "Access denied for returns field.",
        "path": ["order", "returns"],
        "extensions": {"code": "ACCESS_DENIED"},
    }
    shop = Shop([an_order(1)])
    shop.before = [httpx.Response(200, json={"data": None, "errors": [error]})]
    assert (await store_of(shop).order("1")).name == "#1001"
    assert shop.sent("OrderById")[0]["withReturns"] is False


async def test_a_list_inside_an_order_that_goes_round_in_circles_is_named():
    lines = {"nodes": [a_line(1)], "pageInfo": {"hasNextPage": True, "endCursor": "again"}}
    node = an_order(1, fulfillmentOrders=[], lineItems=lambda **_: lines)
    assert (await store_of(Shop([node])).order("1")).cut == ("lines",)
