"""Customers order, and suppliers take the orders over."""

from __future__ import annotations

from typing import Any

from adapters.sandbox.cj import CjLine
from adapters.sandbox.shopify.world.world import NewLine
from tests.simulation.choices import Scope
from tests.simulation.scene import ADDRESS, EMAIL, Scene, Store
from tests.simulation.truth import Goods

SKUS = ("DP-HAT", "CJ-MUG", "DP-SCARF", "CJ-CUP", "OWN-PEN")


def place_order(scene: Scene, scope: Scope) -> Any:
    """A paid order; its suppliers may have it already."""
    store = scope.among("store", list(scene.stores.values()))
    lines = _lines(scene, store, scope)
    order = store.twin.world.create_order(*lines, email=EMAIL, shipping_address=ADDRESS)
    plan_goods(scene, order, scope)
    what = ", ".join(f"{line.quantity} {line.sku}" for line in order.lines)
    parts = "; ".join(f"{one.supplier} in {sum(one.units.values())}" for one in scene.truth.of(order))
    scene.tell(f"{store.name}: order {order.name} with {what} ({parts or 'nobody ships it'})")
    return order


def _lines(scene: Scene, store: Store, scope: Scope) -> list[NewLine]:
    first, count = scope.number("sku", len(SKUS)), 1 + scope.number("lines", 3)
    lines = []
    for place in range(count):
        sku = SKUS[(first + place) % len(SKUS)]
        location = None
        if "locations" in scene.shape.features and scope.chance(f"elsewhere {place}", 0.5):
            location = _second_location(store)
        quantity = (1, 1, 2, 3)[scope.number(f"quantity {place}", 4)]
        lines.append(NewLine(sku=sku, quantity=quantity, location=location))
    return lines


def _second_location(store: Store) -> Any:
    world = store.twin.world
    return next((one for one in world.locations if one.name == "Annex"), None) or world.add_location("Annex")


def plan_goods(scene: Scene, order: Any, scope: Scope) -> None:
    """Which supplier sends which units together."""
    for line in order.lines:
        if line.sku.startswith("OWN"):
            continue
        left = line.quantity
        while left:
            units = left if not scope.chance(f"parts {line.sku} {left}", 0.4) else 1
            left -= units
            _take_over(scene, order, line, units, scope.within(f"goods {line.sku} {left}"))


def _take_over(scene: Scene, order: Any, line: Any, units: int, scope: Scope) -> None:
    if line.sku.startswith("DP"):
        goods = Goods(order=order, supplier="depot", units={line.id: units}, ref=None)
        if scope.chance("listed", 0.5):
            goods.placed_at = scene.clock.now()
            scene.depot.put(order.name, sku=line.sku, quantity=str(units), status="processing")
    else:
        part = CjLine(quantity=units, store_line_id=line.id.rpartition("/")[2])
        status = scope.among("status", ("UNSHIPPED", "UNSHIPPED", "CREATED", "UNPAID"))
        number = order.id.rpartition("/")[2]
        ref = scene.cj.place(name=order.name, store_order_id=number, lines=[part], status=status)
        goods = Goods(order=order, supplier="cj", units={line.id: units}, ref=ref, placed_at=scene.clock.now())
    scene.truth.goods.append(goods)
