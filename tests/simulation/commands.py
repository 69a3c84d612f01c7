"""What people type for one order: `syncd fulfill`, `unfulfill`, `hold`, `release`, `link`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from syncd import cycle
from syncd.domain.steps import Step
from syncd.domain.tracking import Tracking
from syncd.errors import GuardRefused
from syncd.journal import links
from syncd.reconcile import manual
from syncd.reconcile.view import OrderView
from tests.simulation.acts import PATIENCE, Act, noted
from tests.simulation.choices import Scope
from tests.simulation.happenings.suppliers import fresh_number
from tests.simulation.process import Process
from tests.simulation.scene import Scene, Store

Decide = Callable[[OrderView, "Step | None"], "tuple[Step, ...] | manual.Refused"]


async def fulfill(scene: Scene, process: Process, store: Store, scope: Scope) -> None:
    """`syncd fulfill ORDER --tracking NUMBER`: what a person typed counts as shipped."""
    order = _order(store, scope)
    if order is None:
        return
    number = fresh_number(scene)
    scene.truth.commanded.add(number)
    scene.truth.by_command.update({line.id: line.quantity for line in order.lines})
    scene.truth.disturb(order, "fulfilled by a command")
    tracking = (Tracking(number=number),)

    def decide(view: OrderView, only: Step | None) -> tuple[Step, ...] | manual.Refused:
        lines = {line.line_item_id: line.quantity for line in only.lines} if only else None
        at = only.target.place if only else None
        return manual.fulfill(view, policy=store.policy, tracking=tracking, now=process.now(), lines=lines, at=at)

    await _typed(scene, process, store, order, decide)


async def unfulfill(scene: Scene, process: Process, store: Store, scope: Scope) -> None:
    """`syncd unfulfill ORDER`: refused when anything shows that goods moved; a request may be taken back instead."""
    order = _order(store, scope)
    if order is None:
        return
    scene.truth.disturb(order, "unfulfilled by a command")
    scene.truth.withdrawn_by_command.add(order.id)
    await _typed(
        scene,
        process,
        store,
        order,
        lambda view, _: manual.unfulfill(view, policy=store.policy, reason="other", now=process.now()),
    )


async def hold(scene: Scene, process: Process, store: Store, scope: Scope) -> None:
    """`syncd hold ORDER`."""
    order = _order(store, scope)
    if order is None:
        return
    scene.truth.disturb(order, "held by a command")
    await _typed(
        scene,
        process,
        store,
        order,
        lambda view, _: manual.hold(view, policy=store.policy, reason="OTHER", now=process.now()),
    )


async def release(scene: Scene, process: Process, store: Store, scope: Scope) -> None:
    """`syncd release ORDER`."""
    order = _order(store, scope)
    if order is None:
        return
    await _typed(
        scene, process, store, order, lambda view, _: manual.release(view, policy=store.policy, now=process.now())
    )


async def link(scene: Scene, process: Process, store: Store, scope: Scope) -> None:
    """`syncd link ORDER cj ID`: what was tied already, said again."""
    found = [one for one in scene.truth.goods if one.supplier == "cj" and scene.store_of(one.order) is store]
    if not found:
        return
    goods = scope.among("which", found)
    db = scene.shop(process, store).db
    await db.run(
        links.link,
        store=store.name,
        store_order=goods.order.id,
        supplier="cj",
        supplier_order_id=goods.ref,
        actor="tester",
        now=process.now(),
    )


def _order(store: Store, scope: Scope) -> Any:
    orders = list(store.twin.world.orders.values())
    return scope.among("order", orders) if orders else None


async def _typed(scene: Scene, process: Process, store: Store, order: Any, decide: Decide) -> None:
    def steps(view: OrderView, only: Step | None = None) -> Sequence[Step]:
        decided = decide(view, only)
        if isinstance(decided, manual.Refused):
            scene.reached[f"command refused {decided.code}"] += 1
            raise GuardRefused(decided.text, remedy=decided.remedy)
        return decided

    shop = scene.shop(process, store)
    run = await cycle.act_by_hand(shop, order.id, decide=steps, again=steps, agree=lambda _: True, wait=PATIENCE)
    scene.reached["command carried out"] += 1
    noted(scene, run)


COMMANDS: dict[str, Act] = {
    "fulfill": fulfill,
    "unfulfill": unfulfill,
    "hold": hold,
    "release": release,
    "link": link,
}
