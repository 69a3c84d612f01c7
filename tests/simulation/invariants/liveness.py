"""Promises about how it ends, once nothing goes wrong any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from syncd.domain.steps import Approval
from syncd.journal.schema import drifts, fences, intents
from tests.simulation.invariants.effects import OURS
from tests.simulation.process import read_journal
from tests.simulation.scene import Scene, Store
from tests.simulation.truth import Stage

PASSES = 3
"""Passes after the trouble within which everything must have come right."""


def l1_everything_shipped_is_fulfilled(scene: Scene, order: Any) -> Iterator[str]:
    """Three passes after the trouble every unit that left is fulfilled, under the number that its supplier shows, and
    nothing else is by syncd.

    Orders to which people did what only they can undo are theirs: nothing is asked of those. Nor is it that a new number
    replaces one under which the parcel was seen moving (drift A04), or one that a person typed, of which the supplier says
    nothing any more (drift B04): that is told, and left to a person.
    """
    if order.id in scene.truth.disturbed or _is_held_and_told(order):
        return
    due, done = _units_due(scene, order), _units_done(order)
    for line in order.lines:
        wanted = min(due[line.id], line.quantity - line.removed)
        if wanted != done[line.id]:
            yield f"{order.name}: {done[line.id]} of {wanted} shipped {line.sku} are fulfilled"
    shown = {row.number for made in order.fulfillments if made.is_live for row in made.tracking}
    refunded = {line.id for line in order.lines if line.removed}
    for goods in _due(scene, order):
        if refunded & goods.units.keys():
            continue  # of several parcels nobody can say which one is not wanted any more
        for number in goods.also:
            if number not in shown:
                yield f"{order.name} does not show {number} as well, but {sorted(map(str, shown))}"
        if goods.number in shown or (goods.moved_at and shown & set(goods.numbers)):
            continue
        if not (_typed(order) & set(goods.numbers) and read_journal(partial(_told, order, "tracking_mismatch"))):
            yield f"{order.name} does not show {goods.number}, but {sorted(map(str, shown))}"


def l1_stale_requests_are_withdrawn(scene: Scene, store: Store, order: Any) -> Iterator[str]:
    """Where the policy lets it, no request is left hanging that nobody answered in time and whose supplier has nothing."""
    policy = store.policy
    if policy.cancel_stale_requests is not Approval.AUTO or order.cancelled_at is not None:
        return
    if any(goods.is_live for goods in scene.truth.of(order) if goods.supplier == "cj"):
        return
    for work in order.fulfillment_orders:
        asked = [one.sent_at for one in work.requests if one.kind == "FULFILLMENT_REQUEST"]
        waits = work.is_open and work.request_status == "SUBMITTED" and asked and not work.holds
        all_cj = all((part.line.sku or "").startswith("CJ-") for part in work.lines)
        if waits and all_cj and max(asked) + _DAY < scene.clock.now() - _AGO:
            yield f"{order.name}: the request of {max(asked):%d %b %H:%M} still waits"


_DAY, _AGO = timedelta(hours=24), timedelta(minutes=10)
"""Every policy of these worlds gives up a request after a day at most; a pass has had the time to see it."""


def _due(scene: Scene, order: Any) -> list[Any]:
    needed = {1: Stage.LABEL, 2: Stage.SHIPPED, 5: Stage.DELIVERED}[int(scene.shape.policy.fulfill_on)]
    return [one for one in scene.truth.of(order) if one.is_live and one.stage >= needed and one.number]


_HELD_FOR = (
    "order_edited_after_placement",
    "supplier_cancelled_store_open",
    "request_rejected",
    "shipped_not_fulfilled",
    "shipped_partial_not_reflected",
    "supplier_delivered_store_open",
)
"""Drifts for which the policy may let syncd hold an order (D07, D01, C06), and those that say that it left all the same."""


def _is_held_and_told(order: Any) -> bool:
    """Whether it is on hold, and a person is told: what is on hold can be fulfilled by nobody until a person releases it."""
    held = any(work.holds for work in order.fulfillment_orders if work.is_open)
    return held and any(read_journal(partial(_told, order, kind)) for kind in _HELD_FOR)


def _typed(order: Any) -> set[str]:
    """The numbers of what people fulfilled by hand."""
    return {row.number for made in order.fulfillments if made.is_live and made.by != OURS for row in made.tracking}


def _told(order: Any, kind: str, conn: Connection) -> Iterable[str]:
    statement = select(drifts.c.id).where(
        drifts.c.order_id == order.id, drifts.c.kind == kind, drifts.c.state != "resolved"
    )
    return conn.execute(statement).scalars()


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


def l3_no_intent_stays_open(conn: Connection, *, silent: str = "") -> Iterator[str]:
    """No intent is left of which nobody knows whether it was carried out, but at a store that cannot be asked (`silent`),
    and where a person is told that nobody can know (drift F01): somebody changed by hand what was to be read back.

    Asks the journal, since it is about the journal.
    """
    is_told = (drifts.c.kind == "effect_unknown") & (drifts.c.state != "resolved")
    told = set(conn.execute(select(drifts.c.order_id).where(is_told)).scalars())
    for row in conn.execute(select(intents)):
        if row.state == "unknown" and row.order_id in told:
            continue
        if row.state not in {"verified", "refused"} and row.store != silent:
            yield f"the intent to {row.action} is {row.state}"


def l4_one_store_keeps_no_other_waiting(scene: Scene, *, silent: str) -> Iterator[str]:
    """While one store refuses everything, every round of the daemon still passes over the others."""
    passed = {row for row in scene.served if row != silent}
    for store in scene.stores.values():
        if store.name not in passed | {silent}:
            yield f"{store.name} was not passed over, since {silent} gave trouble"


# L5, "every raised alert is delivered once mail works again", belongs here as soon as syncd sends alerts.


def l6_whoever_is_stopped_lets_go(conn: Connection, *, process: int, now: datetime) -> Iterator[str]:
    """A run that is stopped in order (Ctrl-C, SIGTERM) lets its stores go at once; nobody waits for its lease."""
    for row in conn.execute(select(fences)):
        if row.owner == f"test:{process}" and row.lease_until > now:
            yield f"process {process} was stopped and holds {row.store} until {row.lease_until:%H:%M:%S}"


def mutations_of(store: Store) -> int:
    return sum(1 for entry in store.twin.ledger.mutations() if entry.by == OURS)
