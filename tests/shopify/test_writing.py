"""Steps as mutations: what is sent, how often, and what the answers mean."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from adapters.stores.shopify.writing import ACTIONS, message_of, mutation_for
from syncd.clock import ManualClock
from syncd.domain.ports import Call
from syncd.domain.steps import Action, Allocation, Approval, Effect, EffectState, Step, StepLine, Target
from syncd.domain.tracking import Tracking
from syncd.errors import AuthRejected, Transient
from tests.shopify.shop import NOW, Denied, Shop, gid, store_of, throttled

ORDER = gid("Order", 1)
WORK = gid("FulfillmentOrder", 1)
DONE = gid("Fulfillment", 1)
CALL = Call(deadline_s=30, attempt_id="a1b2c3")


def allocation(order: int, line: int, quantity: int) -> Allocation:
    return Allocation(
        fulfillment_order_id=gid("FulfillmentOrder", order),
        fulfillment_order_line_id=gid("FulfillmentOrderLineItem", line),
        line_item_id=gid("LineItem", line),
        quantity=quantity,
    )


def step(action: Action, *, tracking: tuple[Tracking, ...] = (), notify: bool = False, **target: Any) -> Step:
    return Step(
        id="s1",
        store="main",
        action=action,
        order="#1001",
        order_id=ORDER,
        lines=(StepLine(line_item_id=gid("LineItem", 1), sku="CJ-1", quantity=1),),
        tracking=tracking,
        target=Target(**target),
        basis="b",
        drift="shipped_not_fulfilled",
        drift_id=None,
        why="CJ handed it over",
        approval=Approval.AUTO,
        notify_customer=notify,
    )


CREATE = step(Action.CREATE_FULFILLMENT, allocations=(allocation(1, 11, 1),))
TRACKED = (
    Tracking(number="A1", company="4PX", url="https://t.example/A1"),
    Tracking(number="A2", url="https://t.example/A2"),
)


def shop_that_answers(field: str, payload: Any) -> Shop:
    shop = Shop([])
    shop.roots[field] = lambda **_: payload
    return shop


def made(kind: str, name: str) -> dict[str, Any]:
    return {name: {"__typename": kind, "id": gid(kind, 9), "status": "SUCCESS"}, "userErrors": []}


async def done(shop: Shop, asked: Step) -> tuple[Effect, dict[str, Any]]:
    effect = await store_of(shop).perform(asked, CALL)
    (request,) = shop.requests
    return effect, request["variables"]


async def test_a_fulfillment_is_created_for_the_named_units_only():
    asked = step(
        Action.CREATE_FULFILLMENT,
        allocations=(allocation(1, 11, 1), allocation(2, 21, 3), allocation(1, 12, 2)),
        tracking=TRACKED,
        notify=True,
    )
    shop = shop_that_answers("fulfillmentCreate", made("Fulfillment", "fulfillment"))
    effect, sent = await done(shop, asked)
    assert effect == Effect(state=EffectState.DONE, effect_id=gid("Fulfillment", 9), request_id="req-1")
    assert sent["fulfillment"] == {
        "lineItemsByFulfillmentOrder": [
            {
                "fulfillmentOrderId": gid("FulfillmentOrder", 1),
                "fulfillmentOrderLineItems": [
                    {"id": gid("FulfillmentOrderLineItem", 11), "quantity": 1},
                    {"id": gid("FulfillmentOrderLineItem", 12), "quantity": 2},
                ],
            },
            {
                "fulfillmentOrderId": gid("FulfillmentOrder", 2),
                "fulfillmentOrderLineItems": [{"id": gid("FulfillmentOrderLineItem", 21), "quantity": 3}],
            },
        ],
        "notifyCustomer": True,
        "trackingInfo": {
            "numbers": ["A1", "A2"],
            "company": "4PX",
            "urls": ["https://t.example/A1", "https://t.example/A2"],
        },
    }
    assert sent["message"] == "CJ handed it over (syncd a1b2c3)"


async def test_nobody_is_notified_unless_the_step_says_so():
    shop = shop_that_answers("fulfillmentCreate", made("Fulfillment", "fulfillment"))
    _, sent = await done(shop, CREATE)
    assert sent["fulfillment"]["notifyCustomer"] is False
    assert "trackingInfo" not in sent["fulfillment"]


@pytest.mark.parametrize(
    ("company", "urls"),
    [("4PX", None), ("Local Van", ["https://t.example/A1", "https://t.17track.net/en#nums=A3"])],
    ids=["known to Shopify", "unknown"],
)
async def test_a_missing_url_is_shopifys_to_make_for_its_carriers_and_ours_for_others(
    company: str, urls: list[str] | None
) -> None:
    first = Tracking(number="A1", company=company, url="https://t.example/A1")
    asked = step(Action.UPDATE_TRACKING, fulfillment_id=DONE, tracking=(first, Tracking(number="A3")))
    shop = shop_that_answers("fulfillmentTrackingInfoUpdate", made("Fulfillment", "fulfillment"))
    _, sent = await done(shop, asked)
    tracking = {"numbers": ["A1", "A3"], "company": company} | ({"urls": urls} if urls else {})
    assert sent == {"id": DONE, "tracking": tracking, "notify": False}


async def test_numbers_of_several_carriers_name_none_and_each_gets_its_own_page():
    numbers = (Tracking(number="A1", company="UPS"), Tracking(number="A2", company="Yodel"))
    shop = shop_that_answers("fulfillmentTrackingInfoUpdate", made("Fulfillment", "fulfillment"))
    _, sent = await done(shop, step(Action.UPDATE_TRACKING, fulfillment_id=DONE, tracking=numbers))
    urls = ["https://t.17track.net/en#nums=A1", "https://www.yodel.co.uk/tracking/A2"]
    assert sent["tracking"] == {"numbers": ["A1", "A2"], "urls": urls}


@pytest.mark.parametrize(
    ("asked", "field", "payload", "variables"),
    [
        (
            step(Action.ADD_EVENT, fulfillment_id=DONE, event_status="IN_TRANSIT", event_at=NOW - timedelta(hours=1)),
            "fulfillmentEventCreate",
            made("FulfillmentEvent", "fulfillmentEvent"),
            {"event": {"fulfillmentId": DONE, "status": "IN_TRANSIT", "happenedAt": "2026-11-22T07:00:00Z"}},
        ),
        (
            step(Action.CANCEL_FULFILLMENT, fulfillment_id=DONE),
            "fulfillmentCancel",
            made("Fulfillment", "fulfillment"),
            {"id": DONE},
        ),
        (
            step(Action.CANCEL_FULFILLMENT_ORDER, fulfillment_order_id=WORK),
            "fulfillmentOrderCancel",
            made("FulfillmentOrder", "fulfillmentOrder"),
            {"id": WORK},
        ),
        (
            step(Action.SUBMIT_CANCELLATION_REQUEST, fulfillment_order_id=WORK),
            "fulfillmentOrderSubmitCancellationRequest",
            made("FulfillmentOrder", "fulfillmentOrder"),
            {"id": WORK, "message": "CJ handed it over (syncd a1b2c3)"},
        ),
        (
            step(Action.SUBMIT_FULFILLMENT_REQUEST, fulfillment_order_id=WORK, allocations=(allocation(1, 11, 2),)),
            "fulfillmentOrderSubmitFulfillmentRequest",
            made("FulfillmentOrder", "submittedFulfillmentOrder"),
            {
                "id": WORK,
                "lines": [{"id": gid("FulfillmentOrderLineItem", 11), "quantity": 2}],
                "message": "CJ handed it over (syncd a1b2c3)",
                "notify": False,
            },
        ),
        (
            step(Action.HOLD, fulfillment_order_id=WORK, hold_handle="syncd-d01", hold_reason="INCORRECT_ADDRESS"),
            "fulfillmentOrderHold",
            made("FulfillmentHold", "fulfillmentHold"),
            {
                "id": WORK,
                "hold": {
                    "reason": "INCORRECT_ADDRESS",
                    "reasonNotes": "CJ handed it over (syncd a1b2c3)",
                    "handle": "syncd-d01",
                    "notifyMerchant": False,
                },
            },
        ),
        (
            step(Action.RELEASE_HOLD, fulfillment_order_id=WORK, hold_id=gid("FulfillmentHold", 3)),
            "fulfillmentOrderReleaseHold",
            made("FulfillmentOrder", "fulfillmentOrder"),
            {"id": WORK, "holdIds": [gid("FulfillmentHold", 3)]},
        ),
        (step(Action.TAG, tag="syncd:stale"), "tagsAdd", made("Order", "node"), {"id": ORDER, "tags": ["syncd:stale"]}),
        (
            step(Action.UNTAG, tag="syncd:stale"),
            "tagsRemove",
            made("Order", "node"),
            {"id": ORDER, "tags": ["syncd:stale"]},
        ),
        (step(Action.CLOSE_ORDER), "orderClose", made("Order", "order"), {"id": ORDER}),
        (step(Action.REOPEN_ORDER), "orderOpen", made("Order", "order"), {"id": ORDER}),
    ],
    ids=lambda value: value.action.value if isinstance(value, Step) else "",
)
async def test_each_action_sends_its_mutation_once(asked, field, payload, variables):
    effect, sent = await done(shop_that_answers(field, payload), asked)
    assert effect.state is EffectState.DONE
    assert effect.effect_id
    assert sent == variables


async def test_an_order_is_cancelled_without_a_refund_and_waited_for():
    clock = ManualClock(NOW)
    shop = shop_that_answers(
        "orderCancel",
        {"job": {"id": gid("Job", 1), "done": False}, "orderCancelUserErrors": [], "userErrors": []},
    )
    jobs = iter([False, True])
    shop.roots["job"] = lambda id: {"id": id, "done": next(jobs)}  # noqa: A006
    effect = await store_of(shop, clock=clock).perform(step(Action.CANCEL_ORDER), CALL)
    assert effect.state is EffectState.DONE
    sent = shop.sent("CancelOrder")[0]
    assert (sent["restock"], sent["notify"], "refund" in json.dumps(sent)) == (True, False, False)
    assert shop.operations() == ["CancelOrder", "CancelJob", "CancelJob"]


def test_every_action_but_the_suppliers_has_its_mutation():
    assert frozenset(Action) - {Action.SUPPLIER_CANCEL} == ACTIONS


async def test_what_a_store_cannot_do_is_refused_without_asking():
    shop = Shop([])
    effect = await store_of(shop).perform(step(Action.SUPPLIER_CANCEL), CALL)
    assert (effect.state, effect.code, shop.served) == (EffectState.REFUSED, "unsupported", [])


@pytest.mark.parametrize(
    "broken",
    [
        step(Action.CREATE_FULFILLMENT),
        step(Action.CREATE_FULFILLMENT, allocations=(allocation(1, 1, 0),)),
        step(Action.UPDATE_TRACKING, fulfillment_id=DONE),
        step(Action.CANCEL_FULFILLMENT),
        step(Action.CANCEL_FULFILLMENT_ORDER),
        step(Action.RELEASE_HOLD, fulfillment_order_id=WORK),
        step(Action.HOLD, fulfillment_order_id=WORK),
        step(Action.TAG),
    ],
    ids=lambda value: value.action.value,
)
async def test_a_step_that_lacks_what_it_needs_is_never_sent(broken):
    shop = Shop([])
    effect = await store_of(shop).perform(broken, CALL)
    assert (effect.state, effect.code, shop.served) == (EffectState.REFUSED, "invalid_step", [])


async def test_a_throttled_write_was_not_done_and_is_sent_when_there_is_room():
    clock = ManualClock(NOW)
    shop = shop_that_answers("fulfillmentCreate", made("Fulfillment", "fulfillment"))
    shop.before = [throttled(10, available=0), throttled(10, available=2)]
    effect = await store_of(shop, clock=clock).perform(CREATE, CALL)
    assert effect.state is EffectState.DONE
    assert len(shop.requests) == 1
    assert 0 < clock.monotonic() < 5


async def test_a_write_that_stays_throttled_until_its_deadline_is_transient():
    shop = Shop([])
    shop.before = [throttled(10, available=0)] * 400
    with pytest.raises(Transient):
        await store_of(shop, clock=ManualClock(NOW)).perform(CREATE, Call(deadline_s=2, attempt_id="x"))
    assert shop.requests == []


INTERNAL = {"message": "Internal error.", "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": "1"}}


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ReadTimeout("no answer"),
        httpx.RemoteProtocolError("gone"),
        httpx.Response(500),
        httpx.Response(504),
        httpx.Response(200, html="<html>"),
        httpx.Response(200, json=[1]),
        httpx.Response(200, json={"errors": [INTERNAL], "data": None}),
        httpx.Response(200, json={"errors": [{"message": "what now", "extensions": {"code": "NEW_CODE"}}]}),
        httpx.Response(200, json={"data": {"fulfillmentCreate": None}}),
        httpx.Response(200, json={"data": {"fulfillmentCreate": {"fulfillment": None, "userErrors": []}}}),
        httpx.Response(200, json={}),
    ],
    ids=str,
)
async def test_a_write_of_which_nobody_knows_is_unknown_and_never_sent_again(answer):
    shop = Shop([])
    shop.before = [answer]
    effect = await store_of(shop).perform(CREATE, CALL)
    assert effect.state is EffectState.UNKNOWN
    assert len(shop.served) == 1


async def test_a_write_that_could_not_even_connect_is_transient():
    shop = Shop([])
    shop.before = [httpx.ConnectError("refused")]
    with pytest.raises(Transient):
        await store_of(shop).perform(CREATE, CALL)


async def test_nothing_is_sent_after_the_deadline():
    shop = Shop([])
    with pytest.raises(Transient):
        await store_of(shop, clock=ManualClock(NOW, elapsed_s=31)).perform(CREATE, CALL)
    assert shop.served == []


async def test_a_missing_scope_is_named():
    def denied(**_: Any) -> None:
        raise Denied("`write_merchant_managed_fulfillment_orders` access scope.")

    shop = Shop([])
    shop.roots["fulfillmentCreate"] = denied
    with pytest.raises(AuthRejected, match="write_merchant_managed_fulfillment_orders"):
        await store_of(shop).perform(CREATE, CALL)


async def test_an_unknown_target_is_refused():
    error = {
        "message": f"Invalid id: {WORK}",
        "extensions": {"code": "RESOURCE_NOT_FOUND"},
        "path": ["fulfillmentOrderCancel"],
    }
    shop = Shop([])
    shop.before = [httpx.Response(200, json={"errors": [error], "data": {"fulfillmentOrderCancel": None}})]
    effect = await store_of(shop).perform(step(Action.CANCEL_FULFILLMENT_ORDER, fulfillment_order_id=WORK), CALL)
    assert (effect.state, effect.code) == (EffectState.REFUSED, "not_found")


async def test_user_errors_are_refusals_in_shopifys_words():
    message = "Fulfillment order 9875 has an unfulfillable status= closed."
    shop = shop_that_answers(
        "fulfillmentCreate", {"fulfillment": None, "userErrors": [{"field": ["fulfillment"], "message": message}]}
    )
    effect, _ = await done(shop, CREATE)
    assert effect == Effect(state=EffectState.REFUSED, code="already", text=message, request_id="req-1", already=True)


def test_messages_end_with_the_attempt_and_fit():
    long = step(Action.CANCEL_FULFILLMENT, fulfillment_id=DONE)
    text = message_of(long, Call(deadline_s=1, attempt_id="x" * 16))
    assert text.endswith(f"(syncd {'x' * 16})")
    assert len(text) <= 255
    assert mutation_for(long, CALL).variables == {"id": DONE}
