"""Customers order, and suppliers take the orders over."""

from __future__ import annotations

from typing import Any

from adapters.sandbox.cj import CjLine
from adapters.sandbox.shopify.world.world import NewLine
from tests.simulation.choices import Scope
from tests.simulation.scene import ADDRESS, EMAIL, Scene, Store
from tests.simulation.truth import Goods

PARTS = {"in parts": 0.9, "in one parcel": 0.0}
"""Traits by which lines have three units, and how often a supplier sends one of them apart."""
ONE_LINE = {
    "one line of the depot": ("DP-HAT", "DP-SCARF"),
    "one line of cj": ("CJ-MUG", "CJ-CUP"),
    "one line": ("DP-HAT", "CJ-MUG", "DP-SCARF", "CJ-CUP"),
}
"""Traits by which every order is one line, of one of these."""
TRAITS = ("locations", "joint parcels", "never placed", *PARTS, *ONE_LINE)
"""What the orders of a world may be like."""
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


def customer_orders(scene: Scene, scope: Scope) -> str | None:
    """One more order, while others are under way."""
    if len(scene.orders) >= scene.shape.theme.orders:
        return None
    return f"somebody ordered {place_order(scene, scope).name}"


def _lines(scene: Scene, store: Store, scope: Scope) -> list[NewLine]:
    features = scene.shape.features
    first, count = scope.number("sku", len(SKUS)), 1 + scope.number("lines", 3)
    skus = next((ONE_LINE[one] for one in ONE_LINE if one in features), SKUS)
    if skus is not SKUS:
        first, count = scope.number("sku", len(skus)), 1
    lines = []
    for place in range(count):
        sku = skus[(first + place) % len(skus)]
        location = None
        if "locations" in features and scope.chance(f"elsewhere {place}", 0.5):
            location = second_location(store)
        some = (1, 3, 2, 3) if features.isdisjoint(PARTS) else (3,)
        quantity = some[scope.number(f"quantity {place}", len(some))]
        lines.append(NewLine(sku=sku, quantity=quantity, location=location))
    return lines


def second_location(store: Store) -> Any:
    world = store.twin.world
    return next((one for one in world.locations if one.name == "Annex"), None) or world.add_location("Annex")


def plan_goods(scene: Scene, order: Any, scope: Scope) -> None:
    """Which supplier sends which units together."""
    together = [line for line in order.lines if line.sku.startswith("CJ")]
    if "joint parcels" in scene.shape.features and len(together) > 1 and scope.chance("together", 0.7):
        _at_cj(scene, order, {line.id: line.quantity for line in together}, scope.within("goods together"))
    else:
        together = []
    for line in order.lines:
        if line.sku.startswith("OWN") or line in together:
            continue
        if "never placed" in scene.shape.features and scope.chance(f"never placed {line.sku}", 0.4):
            continue
        left, in_parts = line.quantity, next((PARTS[one] for one in PARTS if one in scene.shape.features), 0.5)
        while left:
            units = left if not scope.chance(f"parts {line.sku} {left}", in_parts) else 1
            left -= units
            _take_over(scene, order, line, units, scope.within(f"goods {line.sku} {left}"))


def _take_over(scene: Scene, order: Any, line: Any, units: int, scope: Scope) -> None:
    if not line.sku.startswith("DP"):
        _at_cj(scene, order, {line.id: units}, scope)
        return
    goods = Goods(order=order, supplier="depot", units={line.id: units}, ref=None)
    if scope.chance("listed", 0.5):
        goods.placed_at = scene.clock.now()
        scene.depot.put(order.name, sku=line.sku, quantity=str(units), status="processing")
    scene.truth.goods.append(goods)


def _at_cj(scene: Scene, order: Any, units: dict[str, int], scope: Scope) -> None:
    parts = [CjLine(quantity=count, store_line_id=line.rpartition("/")[2]) for line, count in units.items()]
    status = scope.among("status", ("UNSHIPPED", "UNSHIPPED", "CREATED", "UNPAID"))
    number = order.id.rpartition("/")[2]
    ref = scene.cj.place(name=order.name, store_order_id=number, lines=parts, status=status)
    now = scene.clock.now()
    scene.truth.goods.append(Goods(order=order, supplier="cj", units=units, ref=ref, placed_at=now))
