"""What the demo's stories brought to light, each told by itself."""

import json
from pathlib import Path

import httpx

from adapters.sandbox.faults import Kind
from adapters.suppliers.feed import ADAPTER as FEED
from syncd.domain.ports import SupplierQuery
from syncd.domain.shipments import Rung
from syncd.journal import approvals, drifts
from tests.cycle.shopworld import ShopWorld, shop_world
from tests.suppliers.rig import ports, stopped_clock


async def test_an_order_delivered_before_syncd_came_is_nobody_elses(tmp_path: Path) -> None:
    """It is over, so no supplier is asked about it: that its number is not known says nothing (no B09)."""
    async with shop_world(tmp_path) as world:
        order = world.order("CJ-MUG")
        ref = world.place_at_cj(order)
        world.later(hours=20)
        world.cj.ship(ref, "YT2229521272164446", carrier="YunExpress")
        world.store.world.merchant.fulfill(order, number="YT2229521272164446", company="YunExpress")
        world.store.world.merchant.add_event(order, status="DELIVERED")
        world.cj.deliver(ref)
        assert (await world.look()).judged.drifts == []


async def test_a_cancel_that_the_store_confirmed_and_does_not_show_is_told_as_such(tmp_path: Path) -> None:
    async with shop_world(tmp_path) as world:
        order = world.order("CJ-MUG")
        world.place_at_cj(order)
        fulfillment = world.store.world.merchant.fulfill(order)
        world.later(hours=50)
        (step,) = [outcome.step for outcome in (await world.pass_()).outcomes]
        await world.db.run(
            approvals.approve, store="main", step_id=step.id, actor="ada", now=world.clock.now(), reason="never sent"
        )
        said = {"fulfillment": {"id": fulfillment.id, "status": "CANCELLED"}, "userErrors": []}
        body = json.dumps({"data": {"fulfillmentCancel": said}}).encode()
        world.store.faults.add(Kind.BODY, operation="fulfillmentCancel", body=body)
        await world.pass_()
        assert "unfulfill_unverified" in await _open(world)
        await world.pass_()
        assert [one.status for one in world.fulfillments(order)] == ["CANCELLED"]
        assert "unfulfill_unverified" not in await _open(world)


async def _open(world: ShopWorld) -> set[str]:
    return {record.drift.kind for record in await world.db.run(drifts.open_drifts, store="main")}


async def test_a_feeds_word_may_mean_that_the_parcel_comes_back(tmp_path: Path) -> None:
    settings = FEED.settings(
        source=str(tmp_path / "feed.csv"),
        columns={"order": "Order", "sku": "SKU", "tracking": "Number", "status": "Status"},
        states={"back to sender": "returned"},
    )
    text = "Order,SKU,Number,Status\n#1001,DP-HAT,1Z999AA10123456784,Back to sender\n#1002,DP-HAT,,Back to sender\n"
    (tmp_path / "feed.csv").write_text(text, encoding="utf-8")
    feed = FEED.build("depot", settings, ports(stopped_clock(), httpx.MockTransport(lambda _: httpx.Response(404))))
    first, second = (await feed.orders(SupplierQuery())).orders
    assert (first.parcels[0].rung, first.parcels[0].exception) == (Rung.IN_TRANSIT, "returned")
    assert second.parcels == ()
