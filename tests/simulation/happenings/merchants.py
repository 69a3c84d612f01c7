"""What merchants do by hand in the admin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adapters.sandbox.shopify.errors import Refusal
from syncd.domain.shipments import Rung
from tests.simulation.choices import Scope
from tests.simulation.happenings.kinds import Happening, named, one_of, time_passes
from tests.simulation.happenings.orders import second_location
from tests.simulation.happenings.suppliers import fresh_number
from tests.simulation.scene import Scene
from tests.simulation.truth import Stage

ALL: dict[str, Happening] = {}


def _merchant(scene: Scene, order: Any) -> Any:
    return scene.store_of(order).twin.world.merchant


def _tried(act: Callable[[], object]) -> bool:
    """Whether the admin let them."""
    try:
        act()
    except (Refusal, ValueError, LookupError):
        return False
    return True


@named(ALL, "fulfills by hand")
def fulfills(scene: Scene, scope: Scope) -> str | None:
    order = one_of(scope, scene.orders)
    if order is None:
        return None
    numbers = sorted(one.number for one in scene.truth.of(order) if one.left and one.number)
    return _fulfilled(scene, scope, order, number=scope.among("number", [None, fresh_number(scene), *numbers]))


@named(ALL, "fulfills without a number")
def fulfills_bare(scene: Scene, scope: Scope) -> str | None:
    order = one_of(scope, scene.orders)
    return None if order is None else _fulfilled(scene, scope, order, number=None)


def _fulfilled(scene: Scene, scope: Scope, order: Any, *, number: str | None) -> str | None:
    made: list[Any] = []
    if not _tried(lambda: made.append(_merchant(scene, order).fulfill(order, number=number))):
        return None
    if number:
        scene.truth.typed.setdefault(made[0].id, set()).add(number)
    scene.truth.disturb(order, "fulfilled by hand")
    if number is None and scope.chance("brings it", 0.4):
        _merchant(scene, order).add_event(order, status="IN_TRANSIT", fulfillment=made[0].id)
    time_passes(scene, scope, hours=50)
    return f"the merchant fulfills {order.name} by hand, number {number or 'none'}"


@named(ALL, "unfulfills by hand")
def unfulfills(scene: Scene, scope: Scope) -> str | None:
    order = one_of(scope, [one for one in scene.orders if any(made.is_live for made in one.fulfillments)])
    if order is None or not _tried(lambda: _merchant(scene, order).cancel_fulfillment(order)):
        return None
    scene.truth.disturb(order, "unfulfilled by hand")
    return f"the merchant cancels the newest fulfillment of {order.name}"


@named(ALL, "types a number")
def types_number(scene: Scene, scope: Scope) -> str | None:
    live = [made for order in scene.orders for made in order.fulfillments if made.is_live]
    made = one_of(scope, live)
    if made is None:
        return None
    number = fresh_number(scene)
    merchant = _merchant(scene, made.order)
    merchant.update_tracking(made.order, numbers=[number], fulfillment=made.id)
    scene.truth.typed.setdefault(made.id, set()).add(number)
    scene.truth.disturb(made.order, "number typed by hand")
    return f"the merchant types {number} into {made.name}"


@named(ALL, "corrects by hand")
def corrects(scene: Scene, scope: Scope) -> str | None:
    """The merchant cancels a fulfillment and makes the same again: nothing is different afterwards but the ids."""
    live = [made for order in scene.orders for made in order.fulfillments if made.is_live and made.tracking]
    made = one_of(scope, live)
    if made is None:
        return None
    merchant, order = _merchant(scene, made.order), made.order
    units = {part.line.id: part.quantity for part in made.lines}
    numbers = [row.number for row in made.tracking]
    if not _tried(lambda: merchant.cancel_fulfillment(order, fulfillment=made.id)):
        return None
    if not _tried(lambda: merchant.fulfill(order, lines=units, number=numbers)):
        scene.truth.disturb(order, "unfulfilled by hand")
        return f"the merchant cancels {made.name} and cannot make it again"
    return f"the merchant cancels {made.name} and makes the same again"


@named(ALL, "marks as delivered")
def marks(scene: Scene, scope: Scope) -> str | None:
    """The merchant, or an app of theirs, knows where a parcel is."""
    made = one_of(scope, [made for order in scene.orders for made in order.fulfillments if made.is_live])
    if made is None:
        return None
    status = scope.among("status", ("DELIVERED", "IN_TRANSIT", "OUT_FOR_DELIVERY"))
    _merchant(scene, made.order).add_event(made.order, status=status, fulfillment=made.id)
    shown = {row.number for row in made.tracking}
    for goods in scene.truth.of(made.order):
        if goods.left and shown & set(goods.numbers):
            goods.moved_at = goods.moved_at or scene.clock.now()
    return f"the merchant marks {made.name} as {status.lower()}"


@named(ALL, "refunds")
def refunds(scene: Scene, scope: Scope) -> str | None:
    order = one_of(scope, scene.orders)
    if order is None:
        return None
    line = scope.among("line", order.lines)
    if not _tried(lambda: _merchant(scene, order).refund(order, lines={line.id: 1}, restock="CANCEL")):
        return None
    return f"the merchant refunds 1 {line.sku} of {order.name}"


@named(ALL, "cancels an order")
def cancels(scene: Scene, scope: Scope) -> str | None:
    order = one_of(scope, [one for one in scene.orders if one.cancelled_at is None])
    if order is None or not _tried(lambda: _merchant(scene, order).cancel_order(order)):
        return None
    scene.truth.disturb(order, "cancelled in the store")
    return f"the merchant cancels {order.name}"


@named(ALL, "edits an order")
def edits(scene: Scene, scope: Scope) -> str | None:
    order = one_of(scope, scene.orders)
    if order is None:
        return None
    line = scope.among("line", order.lines)
    quantity = scope.number("quantity", 4)
    if not _tried(lambda: _merchant(scene, order).edit_line(order, line=line.id, quantity=quantity)):
        return None
    scene.truth.disturb(order, "edited")
    return f"the merchant edits {order.name}: {quantity} {line.sku}"


@named(ALL, "holds")
def holds(scene: Scene, scope: Scope) -> str | None:
    order = one_of(scope, scene.orders)
    if order is None or not _tried(lambda: _merchant(scene, order).hold(order)):
        return None
    scene.truth.disturb(order, "held")
    return f"the merchant holds {order.name}"


@named(ALL, "releases")
def releases(scene: Scene, scope: Scope) -> str | None:
    held = [one for one in scene.orders if any(fo.holds for fo in one.fulfillment_orders if fo.is_open)]
    order = one_of(scope, held)
    if order is None or not _tried(lambda: _merchant(scene, order).release(order)):
        return None
    return f"the merchant releases {order.name}"


@named(ALL, "splits work")
def splits(scene: Scene, scope: Scope) -> str | None:
    order = one_of(scope, scene.orders)
    if order is None:
        return None
    line = scope.among("line", order.lines)
    made: list[Any] = []
    if not _tried(lambda: made.append(_merchant(scene, order).split(order, lines={line.id: 1}))):
        return None
    if scope.chance("elsewhere", 0.7):
        store = scene.store_of(order)
        _tried(lambda: store.twin.world.merchant.move(order, to=second_location(store), fulfillment_order=made[0].id))
        return f"the merchant lets 1 {line.sku} of {order.name} be sent from elsewhere"
    return f"the merchant splits 1 {line.sku} off the work of {order.name}"


@named(ALL, "touches an order")
def touches(scene: Scene, scope: Scope) -> str | None:
    """Changes that mean nothing to syncd."""
    order = one_of(scope, scene.orders)
    if order is None:
        return None
    merchant = _merchant(scene, order)
    if scope.chance("address", 0.5):
        merchant.edit_address(order, city="Ottawa")
        return f"the merchant edits the address of {order.name}"
    merchant.tag(order, "vip")
    return f"the merchant tags {order.name} vip"


@named(ALL, "fulfills a parcel by hand")
def fulfills_a_parcel(scene: Scene, scope: Scope) -> str | None:
    """The merchant does what syncd would do: these units, this number."""
    shown = {row.number for order in scene.orders for made in order.fulfillments for row in made.tracking}
    # A merchant who waits for the delivery waits for it here, too.
    waits = scene.shape.policy.fulfill_on is Rung.DELIVERED
    ready = [one for one in scene.truth.goods if one.left and not (waits and one.stage < Stage.DELIVERED)]
    goods = one_of(scope, [one for one in ready if one.number and shown.isdisjoint(one.numbers)])
    if goods is None:
        return None
    merchant = _merchant(scene, goods.order)
    if not _tried(lambda: merchant.fulfill(goods.order, lines=goods.units, number=goods.number)):
        return None
    return f"the merchant fulfills {goods.number} of {goods.order.name} by hand"
