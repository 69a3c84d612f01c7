"""What happens between a merchant and a fulfillment service that another app runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adapters.sandbox.shopify.errors import Refusal
from tests.simulation.choices import Scope
from tests.simulation.happenings.kinds import Happening, named, one_of, time_passes
from tests.simulation.scene import Scene, Store

ALL: dict[str, Happening] = {}


def _service(store: Store) -> Any:
    """The service's location; there from the first time on that somebody needs it."""
    world = store.twin.world
    if not world.services:
        world.add_service("Warehouse", app=world.add_app("warehouse", token="shpat_warehouse"))
    return world.services[0].location


def _asked(scene: Scene, *states: str) -> list[Any]:
    return [work for order in scene.orders for work in order.fulfillment_orders if work.request_status in states]


def _tried(act: Callable[[], object]) -> bool:
    try:
        act()
    except (Refusal, ValueError, LookupError):
        return False
    return True


@named(ALL, "asks a service")
def asks(scene: Scene, scope: Scope) -> str | None:
    """The merchant gives the work to a service. syncd may not fulfill there: what becomes of the order is theirs."""
    free = [order for order in scene.orders if order.cancelled_at is None and not order.fulfillments]
    order = one_of(scope, free)
    if order is None:
        return None
    store = scene.store_of(order)
    merchant, location = store.twin.world.merchant, _service(store)
    if not _tried(lambda: merchant.move(order, to=location)):
        return None
    scene.truth.disturb(order, "given to a service")
    time_passes(scene, scope, hours=25)
    if not _tried(lambda: merchant.submit_request(order)):
        return f"the merchant moves {order.name} to the warehouse"
    if scope.chance("is at work", 0.6):
        _at_work(scene, order, yes=not scope.chance("gives in", 0.3))
    return f"the merchant asks the warehouse to fulfill {order.name}"


def _at_work(scene: Scene, order: Any, *, yes: bool) -> None:
    """A service that looks at its requests twice an hour: it accepts work, and `yes`: does not stop once it did."""
    merchant, loop = scene.store_of(order).twin.world.merchant, scene.loop

    def look(left: int) -> None:
        _tried(lambda: merchant.accept_request(order))
        _tried(lambda: (merchant.reject_cancellation if yes else merchant.accept_cancellation)(order))
        scene.road.watch.world_changed()
        if left:
            loop.call_later(1_800, look, left - 1)

    loop.call_later(60, look, 100)


@named(ALL, "service answers")
def answers(scene: Scene, scope: Scope) -> str | None:
    """To a request, mostly with a yes; to a cancellation, mostly with a no."""
    work = one_of(scope, _asked(scene, "SUBMITTED", "CANCELLATION_REQUESTED"))
    if work is None or not work.is_open:
        return None
    merchant, order = scene.store_of(work.order).twin.world.merchant, work.order
    is_usual = not scope.chance("otherwise", 0.3)
    if work.request_status == "SUBMITTED":
        word, act = ("accepts", merchant.accept_request) if is_usual else ("rejects", merchant.reject_request)
        what = "request"
    else:
        word, act = ("rejects", merchant.reject_cancellation) if is_usual else ("accepts", merchant.accept_cancellation)
        what = "cancellation"
    if not _tried(lambda: act(order, fulfillment_order=work.id)):
        return None
    time_passes(scene, scope, hours=145)
    return f"the warehouse {word} the {what} for {order.name}"


@named(ALL, "calls a service off")
def calls_off(scene: Scene, scope: Scope) -> str | None:
    """The merchant asks the service to stop."""
    work = one_of(scope, _asked(scene, "ACCEPTED"))
    if work is None:
        return None
    merchant = scene.store_of(work.order).twin.world.merchant
    if not _tried(lambda: merchant.request_cancellation(work.order, fulfillment_order=work.id)):
        return None
    time_passes(scene, scope, hours=49)
    return f"the merchant asks the warehouse to stop with {work.order.name}"
