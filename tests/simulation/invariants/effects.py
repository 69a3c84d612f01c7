"""Promises about what syncd does to a store: looked at for each new entry of the store's own ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from adapters.sandbox.shopify.ledger import Entry
from syncd.domain.steps import Approval
from tests.simulation.scene import Scene, Store
from tests.simulation.truth import Stage

FRESH = timedelta(seconds=60)
"""How old the reads may be on which something is taken away: what was shown longer ago must have been seen."""

OURS = "syncd"


def s1_never_more_than_there_is(scene: Scene, store: Store, entry: Entry) -> Iterator[str]:
    """Units that live fulfillments cover never exceed what was ordered less what was taken off, and those that syncd
    fulfilled never exceed what suppliers shipped (and persons typed): no unit is fulfilled twice."""
    if entry.kind != "fulfillment_created":
        return
    order = store.twin.world.nodes[entry.order_id]
    for line in order.lines:
        live = sum(part.quantity for made in order.fulfillments if made.is_live for part in _parts(made, line))
        if live > line.quantity - line.removed:
            yield f"{order.name}: {live} of {line.quantity - line.removed} {line.sku} are fulfilled"
    if entry.by == OURS:
        yield from _more_than_shipped(scene, order)


def _more_than_shipped(scene: Scene, order: Any) -> Iterator[str]:
    for line in order.lines:
        ours = sum(
            part.quantity
            for made in order.fulfillments
            if made.is_live and made.by == OURS
            for part in _parts(made, line)
        )
        shown = _shown_units(scene, order, line.id) + scene.truth.by_command.get(line.id, 0)
        if ours > shown:
            yield f"{order.name}: syncd fulfilled {ours} {line.sku}, {shown} were shipped"


def _shown_units(scene: Scene, order: Any, line_id: str) -> int:
    """Units that the suppliers showed as far as the policy asks for; what they showed once may have been seen."""
    needed = {1: Stage.LABEL, 2: Stage.SHIPPED, 5: Stage.DELIVERED}[int(scene.shape.policy.fulfill_on)]
    return sum(one.units.get(line_id, 0) for one in scene.truth.of(order) if one.stage >= needed)


def _parts(made: Any, line: Any) -> list[Any]:
    return [part for part in made.lines if part.line is line]


def s2_nothing_that_moves_is_taken_back(scene: Scene, store: Store, entry: Entry) -> Iterator[str]:
    """syncd never cancels a fulfillment whose parcel somebody showed as moving (supplier: delivered, carrier: any scan)
    or whose goods a supplier showed as shipped, longer than the reads may be old before the request was sent."""
    if entry.kind != "fulfillment_cancelled" or entry.by != OURS:
        return
    sent = scene.sent_at or entry.at
    order = store.twin.world.nodes[entry.order_id]
    made = store.twin.world.nodes[entry.object_id]
    numbers = {row.number for row in made.tracking}
    scans = [one for one in store.twin.ledger.of("event_added") if one.object_id == entry.object_id]
    if scans and _before(scans[0].at, sent):
        yield f"{made.name} was cancelled; the store shows it as {scans[0].detail['status'].lower()}"
    for line in order.lines:
        gone = sum(
            one.units.get(line.id, 0) for one in scene.truth.of(order) if one.left and _before(one.shown_at, sent)
        )
        stays = sum(part.quantity for one in order.fulfillments if one.is_live for part in _parts(one, line))
        if entry.detail["units"].get(line.id) and gone > stays:
            yield f"{made.name} was cancelled; {gone} {line.sku} left, and {stays} stay fulfilled"
    for goods in scene.truth.of(order):
        shares = any(entry.detail["units"].get(line) for line in goods.units)
        seen_moving = goods.moved_at is not None and numbers & set(goods.numbers)
        if seen_moving and _before(goods.moved_at, sent):
            yield f"{made.name} was cancelled; {goods.number} moves since {goods.moved_at:%d %b %H:%M}"
        elif goods.left and shares and numbers & set(goods.numbers) and _before(goods.shown_at, sent):
            yield f"{made.name} was cancelled; {goods.number} is shipped since {goods.shown_at:%d %b %H:%M}"


def _before(at: datetime | None, sent: datetime) -> bool:
    return at is not None and at < sent - FRESH


def s3_only_what_a_supplier_confirmed(scene: Scene, store: Store, entry: Entry) -> Iterator[str]:
    """What syncd fulfills carries numbers of this order's own parcels only, of lines that are in it, and no number that a
    person typed is taken off a fulfillment."""
    if entry.by != OURS or entry.kind not in {"fulfillment_created", "tracking_updated"}:
        return
    order = store.twin.world.nodes[entry.order_id]
    known = scene.truth.numbers_of(order)
    typed = scene.truth.typed.get(entry.object_id or "", set())
    for number in entry.detail["numbers"]:
        if number not in known and number not in scene.truth.commanded and number not in typed:
            yield f"{order.name} got {number}, which is of no parcel of its own"
    if entry.kind == "tracking_updated":
        shown = set(entry.detail["numbers"])
        for number in sorted(typed - known - shown):
            yield f"{order.name}: {number}, typed by a person, was replaced by {sorted(shown)}"


def s4_delivered_stays_delivered(scene: Scene, store: Store, entry: Entry) -> Iterator[str]:
    """syncd reports no earlier state of a parcel after a later one. (It adds no events by itself yet; this watches that.)"""
    if entry.kind == "event_added" and entry.by == OURS:
        made = store.twin.world.nodes[entry.object_id]
        if made.delivered_at is not None and entry.detail["status"] != "DELIVERED":
            yield f"{made.name} was delivered and is {entry.detail['status'].lower()} again"


def s6_once_for_each_effect(scene: Scene, store: Store, entry: Entry) -> Iterator[str]:
    """No crash, pause, late request or second worker makes syncd do the same thing twice: while what it did stands,
    the same units under the same number are not fulfilled again, and what was withdrawn is not withdrawn again."""
    if entry.by != OURS:
        return
    if entry.kind == "fulfillment_created":
        yield from _twice_under_a_number(scene, store, entry)
    elif entry.kind in {"fulfillment_order_cancelled", "cancellation_requested"}:
        times = [one for one in store.twin.ledger.of(entry.kind, by=OURS) if one.object_id == entry.object_id]
        if len(times) > 1:
            yield f"{entry.kind} {len(times)} times for {entry.object_id}"


def _twice_under_a_number(scene: Scene, store: Store, entry: Entry) -> Iterator[str]:
    order = store.twin.world.nodes[entry.order_id]
    for number in entry.detail["numbers"]:
        if number in scene.truth.commanded:
            continue
        units: Counter[str] = Counter()
        for made in order.fulfillments:
            # What people did counts from when it must have been seen.
            counts = made.by == OURS or _before(made.created_at, scene.sent_at or entry.at)
            if made.is_live and counts and any(row.number == number for row in made.tracking):
                units.update({part.line.id: part.quantity for part in made.lines})
        sent: Counter[str] = Counter()
        for goods in scene.truth.of(order):
            if number in (*goods.numbers, *goods.also):
                sent.update(goods.units)
        for line, count in units.items():
            if count > sent[line] and line in entry.detail["units"]:
                yield f"{order.name}: {number} stands for {count} units of a line, {sent[line]} were sent"


def s6_customers_are_told_once(scene: Scene, store: Store, entry: Entry) -> Iterator[str]:
    """A customer gets at most one mail about a parcel because of syncd, and none where the policy says never.

    Shopify's own mails (notifyCustomer) are meant: syncd itself writes to no customer.
    """
    if entry.kind != "notification" or entry.by != OURS:
        return
    if scene.shape.policy.notify_customer == "never":
        yield f"a customer was written to about {entry.detail['numbers']}, who was never to be"
    for number in entry.detail["numbers"]:
        mails = [one for one in store.twin.ledger.notifications(number, order_id=entry.order_id) if one.by == OURS]
        if len(mails) > 1:
            yield f"{len(mails)} mails about {number}"


def s7_absence_is_never_assumed(scene: Scene, store: Store, entry: Entry) -> Iterator[str]:
    """A request is withdrawn, or asked back, only if its supplier really has no live order (has shipped nothing) for its
    lines: what a cut-off, failed or partial answer did not show is not taken for absent."""
    if entry.by != OURS or entry.kind not in {"fulfillment_order_cancelled", "cancellation_requested"}:
        return
    if entry.order_id in scene.truth.withdrawn_by_command:
        return
    sent = scene.sent_at or entry.at
    order = store.twin.world.nodes[entry.order_id]
    lines = scene.truth.works.get(entry.object_id or "", frozenset())
    for goods in scene.truth.of(order):
        if not lines & goods.units.keys() or not goods.is_live or not goods.placed_at:
            continue
        since = goods.placed_at if entry.kind == "fulfillment_order_cancelled" else goods.shown_at
        if _before(since, sent):
            yield f"{entry.kind} for {order.name}, although {goods.supplier} has it since {since:%d %b %H:%M}"


_NEEDS_A_YES = {
    "fulfillment_cancelled": ("unfulfill", "cancel_fulfillment"),
    "fulfillment_order_cancelled": ("cancel_stale_requests", "cancel_fulfillment_order"),
    "cancellation_requested": ("cancel_stale_requests", "submit_cancellation_request"),
}
"""By what happens in the store: the policy's word on it, and the action that a person agrees to."""


def s13_nothing_without_the_yes_it_needs(scene: Scene, store: Store, entry: Entry) -> Iterator[str]:
    """What the policy wants a person's yes for is not done without one."""
    if entry.by != OURS or entry.kind not in _NEEDS_A_YES or entry.order_id in scene.truth.withdrawn_by_command:
        return
    word, action = _NEEDS_A_YES[entry.kind]
    if getattr(store.policy, word) is Approval.REQUIRED and (entry.order_id, action) not in scene.truth.agreed:
        yield f"{entry.kind} for {store.twin.world.nodes[entry.order_id].name}, and nobody said yes to it"


_ADDITIVE = frozenset({"fulfillmentCreate", "fulfillmentTrackingInfoUpdate", "fulfillmentOrderHold"})


def s13_no_order_is_called_off_without_a_yes(scene: Scene) -> Iterator[str]:
    """Nor is an order at a supplier, where that needs a yes."""
    for goods in scene.truth.goods:
        if goods.supplier != "cj" or goods.ref not in scene.cj.deleted or goods.order.id in scene.truth.called_off:
            continue
        scene.truth.called_off.add(goods.order.id)
        needs = scene.store_of(goods.order).policy.supplier_cancel is Approval.REQUIRED
        if needs and (goods.order.id, "supplier_cancel") not in scene.truth.agreed:
            yield f"cj's order for {goods.order.name} is cancelled, and nobody said yes to it"


def s13_no_more_than_the_cap(scene: Scene, store: Store, entry: Entry) -> Iterator[str]:
    """A run adds no more to a store than the policy allows."""
    process = scene.sending
    is_addition = entry.kind == "mutation" and entry.detail["name"] in _ADDITIVE and entry.detail["outcome"] == "done"
    if process is None or entry.by != OURS or not is_addition:
        return
    process.added[store.name] += 1
    if process.added[store.name] > store.policy.max_changes_per_run:
        yield f"process {process.number} made {process.added[store.name]} changes; {store.policy.max_changes_per_run} may go in one run"


ALL = (
    ("S1", s1_never_more_than_there_is),
    ("S2", s2_nothing_that_moves_is_taken_back),
    ("S3", s3_only_what_a_supplier_confirmed),
    ("S4", s4_delivered_stays_delivered),
    ("S6", s6_once_for_each_effect),
    ("S6", s6_customers_are_told_once),
    ("S7", s7_absence_is_never_assumed),
    ("S13", s13_nothing_without_the_yes_it_needs),
    ("S13", s13_no_more_than_the_cap),
)
