"""The adapter against the twin: the same promises, kept by a shop that really changes."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import httpx
import pytest

from adapters.sandbox.shopify.twin import ShopifyTwin
from adapters.sandbox.shopify.world.world import NewLine
from adapters.stores.shopify.store import ShopifyStore
from syncd.clock import ManualClock
from syncd.domain.orders import FulfillmentOrderStatus, FulfillmentStatus, Order, RequestStatus, Restock
from syncd.domain.ports import Call
from syncd.domain.steps import Action, Allocation, EffectState, Step
from syncd.domain.tracking import Tracking
from syncd.errors import NotFound, Transient
from tests.shopify.shop import NOW, SHOP, store_of
from tests.shopify.test_writing import step as make_step

TOKEN = "shpat_twin"


class Place:
    """A twin, the clock that it shares with the adapter, and the adapter."""

    def __init__(self, **options) -> None:
        self.clock = ManualClock(NOW)
        self.twin = ShopifyTwin(self.clock, Random(5), shop=SHOP, token=TOKEN, **options)
        self.store = self.open()

    @property
    def world(self):
        return self.twin.world

    def open(self, **settings) -> ShopifyStore:
        secrets = {"env:TOKEN": TOKEN, "env:ID": "client-1", "env:SECRET": "shpss_secret"}
        return store_of(httpx.ASGITransport(self.twin.app), clock=self.clock, secrets=secrets, **settings)

    async def order(self, made) -> Order:
        return await self.store.order(made.id)

    def make(self, *lines: NewLine, **details):
        made = self.world.create_order(*(lines or (NewLine(sku="CJ-1", quantity=2),)), **details)
        self.clock.advance(timedelta(minutes=10))
        self.world.settle()
        return made

    async def perform(self, step: Step):
        return await self.store.perform(step, Call(deadline_s=self.clock.monotonic() + 20, attempt_id="t1"))

    async def fulfill(self, order: Order, *, units: int | None = None, **parts):
        (work,) = [each for each in order.fulfillment_orders if each.status is FulfillmentOrderStatus.OPEN]
        allocations = tuple(
            Allocation(
                fulfillment_order_id=work.id,
                fulfillment_order_line_id=line.id,
                line_item_id=line.line_id,
                quantity=units or line.remaining,
            )
            for line in work.lines
        )
        return await self.perform(step(order, Action.CREATE_FULFILLMENT, allocations=allocations, **parts))


def step(order: Order, action: Action, **target) -> Step:
    return replace(make_step(action, **target), order_id=order.id, order=order.name)


@pytest.fixture
def place() -> Place:
    return Place()


async def test_an_order_is_read_whole(place):
    made = place.make(NewLine(sku="CJ-1", quantity=2), NewLine(sku="CJ-2", vendor="Acme"), tags=("b", "a"))
    order = await place.order(made)
    assert order.is_complete
    assert [(line.sku, line.quantity, line.current_quantity) for line in order.lines] == [
        ("CJ-1", 2, 2),
        ("CJ-2", 1, 1),
    ]
    (work,) = order.fulfillment_orders
    assert {line.remaining for line in work.lines} == {2, 1}
    assert "CREATE_FULFILLMENT" in work.supported_actions
    assert order.address_hash
    assert order.tags == {"a", "b"}


async def test_a_fulfillment_is_created_updated_and_cancelled(place):
    order = await place.order(place.make())
    effect = await place.fulfill(order, tracking=(Tracking(number="1Z1", company="UPS"),))
    assert effect.state is EffectState.DONE
    order = await place.order(order)
    (done,) = order.fulfillments
    assert (done.id, done.status, done.lines[0].quantity) == (effect.effect_id, FulfillmentStatus.SUCCESS, 2)
    assert (done.tracking[0].number, done.tracking[0].company) == ("1Z1", "UPS")
    place.clock.advance(timedelta(seconds=2))
    assert (await place.order(order)).closed  # fulfilled and paid: archived a moment later

    changed = (Tracking(number="1Z1", company="UPS"), Tracking(number="1Z2", company="UPS"))
    await place.perform(step(order, Action.UPDATE_TRACKING, fulfillment_id=done.id, tracking=changed))
    assert [each.number for each in (await place.order(order)).fulfillments[0].tracking] == ["1Z1", "1Z2"]

    await place.perform(step(order, Action.CANCEL_FULFILLMENT, fulfillment_id=done.id))
    order = await place.order(order)
    assert order.fulfillments[0].status is FulfillmentStatus.CANCELLED
    assert not order.closed
    assert sorted(work.status for work in order.fulfillment_orders) == [
        FulfillmentOrderStatus.CLOSED,
        FulfillmentOrderStatus.OPEN,
    ]
    assert place.twin.ledger.notifications() == []


async def test_a_second_create_of_the_same_units_says_already(place):
    order = await place.order(place.make())
    await place.fulfill(order)
    effect = await place.fulfill(order)  # with ids that were read before
    assert (effect.state, effect.code, effect.already) == (EffectState.REFUSED, "already", True)
    assert len(place.twin.ledger.created()) == 1


async def test_more_units_than_are_left_are_refused(place):
    order = await place.order(place.make())
    effect = await place.fulfill(order, units=3)
    assert (effect.state, effect.code) == (EffectState.REFUSED, "quantity")


async def test_an_event_is_added(place):
    order = await place.order(place.make())
    created = await place.fulfill(order)
    at = place.clock.now() - timedelta(hours=1)
    effect = await place.perform(
        step(order, Action.ADD_EVENT, fulfillment_id=created.effect_id, event_status="IN_TRANSIT", event_at=at)
    )
    assert effect.state is EffectState.DONE
    (event,) = (await place.order(order)).fulfillments[0].events
    assert (event.status, event.happened_at) == ("IN_TRANSIT", at.replace(microsecond=0))


async def test_a_hold_is_placed_once_and_only_ours_is_released(place):
    made = place.make()
    place.world.merchant.hold(made)
    order = await place.order(made)
    (work,) = order.fulfillment_orders
    target = {"fulfillment_order_id": work.id, "hold_handle": "syncd-d01", "hold_reason": "OTHER"}
    effect = await place.perform(step(order, Action.HOLD, **target))
    assert effect.state is EffectState.DONE
    again = await place.perform(step(order, Action.HOLD, **target))
    assert (again.state, again.already) == (EffectState.REFUSED, True)
    holds = (await place.order(order)).fulfillment_orders[0].holds
    assert sorted(each.is_ours for each in holds) == [False, True]
    await place.perform(step(order, Action.RELEASE_HOLD, fulfillment_order_id=work.id, hold_id=effect.effect_id))
    (left,) = (await place.order(order)).fulfillment_orders[0].holds
    assert not left.is_ours


async def test_tags_and_archiving(place):
    order = await place.order(place.make())
    await place.perform(step(order, Action.TAG, tag="syncd:stale"))
    assert "syncd:stale" in (await place.order(order)).tags
    await place.perform(step(order, Action.UNTAG, tag="syncd:stale"))
    await place.perform(step(order, Action.CLOSE_ORDER))
    order = await place.order(order)
    assert (order.tags, order.closed) == (frozenset(), True)
    await place.perform(step(order, Action.REOPEN_ORDER))
    assert not (await place.order(order)).closed


async def test_an_order_is_cancelled(place):
    order = await place.order(place.make())
    effect = await place.perform(step(order, Action.CANCEL_ORDER))
    assert effect.state is EffectState.DONE
    assert (await place.order(order)).cancelled_at is not None


async def test_requests_to_a_service_are_read_and_withdrawn(place):
    app = place.world.add_app("depot-app", token="shpat_depot")
    service = place.world.add_service("Depot Far", app=app)
    made = place.make(NewLine(sku="DP-1", quantity=2, location=service.location))
    (work,) = (await place.order(made)).fulfillment_orders
    assert work.service == service.handle
    order = await place.order(made)
    sent = await place.perform(step(order, Action.SUBMIT_FULFILLMENT_REQUEST, fulfillment_order_id=work.id))
    assert sent.state is EffectState.DONE
    (work,) = (await place.order(made)).fulfillment_orders
    assert work.request_status is RequestStatus.SUBMITTED
    assert work.requests[0].kind == "FULFILLMENT_REQUEST"
    withdrawn = await place.perform(step(order, Action.CANCEL_FULFILLMENT_ORDER, fulfillment_order_id=work.id))
    assert withdrawn.state is EffectState.DONE
    assert withdrawn.effect_id != work.id  # the replacement, on which the work goes on


async def test_refunds_are_read(place):
    made = place.make(NewLine(sku="CJ-1", quantity=3))
    place.world.merchant.refund(made, lines={"CJ-1": 1}, restock="CANCEL")
    order = await place.order(made)
    assert [(each.quantity, each.restock) for each in order.refunds] == [(1, Restock.CANCEL)]
    assert (order.lines[0].quantity, order.lines[0].current_quantity) == (3, 2)


async def test_changes_are_found_also_where_only_a_hold_was_placed(place):
    made = [place.make(NewLine(sku=f"CJ-{n}")) for n in range(3)]
    place.clock.advance(timedelta(hours=2))
    since = place.clock.now()
    place.clock.advance(timedelta(minutes=5))
    place.world.merchant.hold(made[1])
    place.clock.advance(timedelta(minutes=5))
    found = [order.id async for page in place.store.orders_changed(since) for order in page.items]
    assert found == [made[1].id]


async def test_orders_are_found_by_name(place):
    made = [place.make() for _ in range(3)]
    for name in (made[1].name, made[1].name.lstrip("#")):
        assert [order.id for order in await place.store.find(name)] == [made[1].id]
    assert await place.store.find("#9") == ()


async def test_a_small_shop_is_swept_whole(place):
    made = {place.make().id for _ in range(4)}
    pages = [page async for page in place.store.sweep()]
    orders = [order for page in pages for order in page.items]
    assert {order.id for order in orders} == made
    assert all(order.is_complete for order in orders)
    assert pages[-1].complete


async def test_a_big_shop_is_swept_by_bulk_and_what_is_whole_equals_what_is_read_by_id(place):
    made = [place.world.create_order(NewLine(sku=f"CJ-{n}", quantity=2)) for n in range(510)]
    place.clock.advance(timedelta(minutes=10))
    place.world.settle()
    for order in made[:20]:
        place.world.merchant.fulfill(order, number="1Z1", company="UPS")
    place.world.merchant.fulfill(made[30], lines={"CJ-30": 1})
    place.world.merchant.cancel_fulfillment(made[5])
    place.clock.advance(timedelta(minutes=10))
    pages = [page async for page in place.store.sweep()]
    swept = {order.id: order for page in pages for order in page.items}
    assert pages[-1].complete
    assert pages[-1].problems == ()
    assert set(swept) == {order.id for order in made}
    assert place.twin.ledger.mutations("bulkOperationRunQuery")
    assert "fulfillments" in swept[made[5].id].cut
    read = {order.id: order for order in await place.store.orders([order.id for order in made])}
    for order_id, order in swept.items():
        if order.cut:
            continue
        assert order.fulfillments == read[order_id].fulfillments
        assert order.fulfillment_orders == read[order_id].fulfillment_orders
        assert order.lines == read[order_id].lines
    assert len([order for order in swept.values() if order.cut]) == 1


async def test_many_lines_are_read_to_their_end(place):
    made = place.make(*(NewLine(sku=f"CJ-{n}") for n in range(320)))
    order = await place.order(made)
    assert order.is_complete
    assert len(order.lines) == 320
    assert len(order.fulfillment_orders[0].lines) == 320


@pytest.mark.parametrize("kind", ["drop", "login_page", "malformed", "truncated"])
async def test_a_reply_that_is_lost_after_the_work_leaves_the_outcome_unknown(place, kind):
    order = await place.order(place.make())
    place.twin.faults.add(kind, moment="after", operation="fulfillmentCreate")
    effect = await place.fulfill(order)
    assert effect.state is EffectState.UNKNOWN
    assert len(place.twin.ledger.created()) == 1


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_an_internal_error_leaves_the_outcome_unknown(place, moment):
    order = await place.order(place.make())
    place.twin.faults.add("internal_error", moment=moment, operation="fulfillmentCreate")
    assert (await place.fulfill(order)).state is EffectState.UNKNOWN
    assert len(place.twin.ledger.created()) == (moment == "after")


async def test_a_throttled_write_is_sent_again_and_done_once(place):
    order = await place.order(place.make())
    place.twin.faults.add("throttled", operation="fulfillmentCreate", times=2)
    assert (await place.fulfill(order)).state is EffectState.DONE
    assert len(place.twin.ledger.created()) == 1


async def test_a_broken_read_is_asked_again(place):
    made = place.make()
    place.twin.faults.add("status", status=502, times=2)
    assert (await place.order(made)).id == made.id
    place.twin.faults.add("status", status=502, times=0)
    with pytest.raises(Transient):
        await place.order(made)


async def test_our_own_prices_are_the_twins(place):
    """Alone on the bucket, a thousand reads and writes meet no THROTTLED, and the bucket is used to the full."""
    order = await place.order(place.make())
    for number in range(150):
        await place.perform(step(order, Action.TAG, tag=f"t{number % 3}"))
        await place.store.order(order.id)
    assert (await place.order(order)).tags == {"t0", "t1", "t2"}


async def test_check_is_content_with_the_twin(place):
    found = {each.name: each for each in await place.store.check()}
    assert found["credentials"].state == "ok"
    assert {each.state for each in found.values()} <= {"ok", "warn"}


async def test_a_revoked_grant_is_renewed():
    place = Place(client=("client-1", "shpss_secret"))
    made = place.make()
    store = place.open(client_id="env:ID", client_secret="env:SECRET")
    assert (await store.order(made.id)).id == made.id
    for token in list(place.twin._tokens):
        place.twin.revoke(token)
    assert (await store.order(made.id)).id == made.id


async def test_an_unknown_order_is_not_found(place):
    with pytest.raises(NotFound):
        await place.store.order("gid://shopify/Order/999999")
