"""What carriers tell the store about fulfillments."""

from __future__ import annotations

from tests.simulation.choices import Scope
from tests.simulation.happenings.kinds import Happening, named, one_of
from tests.simulation.scene import Scene
from tests.simulation.truth import Goods, Stage

ALL: dict[str, Happening] = {}


@named(ALL, "moves")
def moves(scene: Scene, scope: Scope) -> str | None:
    """The carrier scans a parcel whose number the store shows."""
    found = [
        (goods, fulfillment)
        for goods in scene.truth.goods
        if goods.is_live and goods.stage >= Stage.SHIPPED
        for fulfillment in goods.order.fulfillments
        if fulfillment.is_live and any(row.number == goods.number for row in fulfillment.tracking)
    ]
    chosen = one_of(scope, found)
    if chosen is None:
        return None
    goods, fulfillment = chosen
    status = scope.among("status", ("IN_TRANSIT", "OUT_FOR_DELIVERY", "DELIVERED"))
    if _is_late(goods, status):
        return None
    world = scene.store_of(goods.order).twin.world
    world.merchant.add_event(goods.order, status=status, fulfillment=fulfillment.id)
    goods.moved_at = goods.moved_at or scene.clock.now()
    return f"the carrier shows {goods.number} of {goods.order.name} as {status.lower()}"


def _is_late(goods: Goods, status: str) -> bool:
    return goods.stage is Stage.DELIVERED and status != "DELIVERED"
