"""Promises about how it ends, once nothing goes wrong any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from syncd.journal.schema import intents
from tests.simulation.invariants.effects import OURS
from tests.simulation.scene import Scene, Store
from tests.simulation.truth import Stage

PASSES = 3
"""Passes after the trouble within which everything must have come right."""


def l1_everything_shipped_is_fulfilled(scene: Scene, order: Any) -> Iterator[str]:
    """Three passes after the trouble every unit that left is fulfilled, under the number that its supplier shows, and
    nothing else is by syncd.

    Orders to which people did what only they can undo are theirs: nothing is asked of those. Nor is it that a new number
    replaces one under which the parcel was seen moving: that is told, and left to a person (drift A04).
    """
    if order.id in scene.truth.disturbed:
        return
    due, done = _units_due(scene, order), _units_done(order)
    for line in order.lines:
        if due[line.id] != done[line.id]:
            yield f"{order.name}: {done[line.id]} of {due[line.id]} shipped {line.sku} are fulfilled"
    shown = {row.number for made in order.fulfillments if made.is_live for row in made.tracking}
    for goods in _due(scene, order):
        if goods.number not in shown and not (goods.moved_at and shown & set(goods.numbers)):
            yield f"{order.name} does not show {goods.number}, but {sorted(map(str, shown))}"


def _due(scene: Scene, order: Any) -> list[Any]:
    needed = {1: Stage.LABEL, 2: Stage.SHIPPED, 5: Stage.DELIVERED}[int(scene.shape.policy.fulfill_on)]
    return [one for one in scene.truth.of(order) if one.is_live and one.stage >= needed and one.number]


def _units_due(scene: Scene, order: Any) -> Counter[str]:
    units: Counter[str] = Counter()
    for goods in _due(scene, order):
        units.update(goods.units)
    return units


def _units_done(order: Any) -> Counter[str]:
    units: Counter[str] = Counter()
    for made in order.fulfillments:
        if made.is_live:
            units.update({part.line.id: part.quantity for part in made.lines})
    return units


def l2_then_nothing_is_left_to_do(store: Store, *, mutations: int) -> Iterator[str]:
    """The pass after that changes nothing any more."""
    if mutations:
        last = [entry.detail["name"] for entry in store.twin.ledger.mutations()][-mutations:]
        yield f"{store.name}: a pass in which nothing was left to do sent {', '.join(last)}"


def l3_no_intent_stays_open(conn: Connection) -> Iterator[str]:
    """No intent is left of which nobody knows whether it was carried out. (Asks the journal: it is about the journal.)"""
    for row in conn.execute(select(intents)):
        if row.state not in {"verified", "refused"}:
            yield f"the intent to {row.action} is {row.state}"


def mutations_of(store: Store) -> int:
    return sum(1 for entry in store.twin.ledger.mutations() if entry.by == OURS)
