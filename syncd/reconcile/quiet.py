"""The short cut for orders in sync: most of them, at most times.

It knows two plain pictures of an order about which the full judgement has nothing to say, and answers None for every
other one. It must never say more or less than `decide.full` would; a property test holds it to that.

- *shipped*: one supplier, one parcel, one fulfillment that shows the parcel's number for all units.
- *waiting*: one supplier, nothing fulfilled, everything open, and the supplier at work on all of it (or not asked yet).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from syncd.domain.orders import (
    DeliveryMethod,
    FinancialStatus,
    Fulfillment,
    FulfillmentOrder,
    FulfillmentOrderStatus,
    Line,
    Order,
    RequestStatus,
)
from syncd.domain.shipments import DEAD, Parcel, Rung, SupplierLine, SupplierState
from syncd.domain.steps import Action
from syncd.reconcile.lines import claims_line
from syncd.reconcile.matching import is_plain_number
from syncd.reconcile.movement import is_delivered, movement
from syncd.reconcile.policy import Policy, SupplierRules
from syncd.reconcile.store_numbers import differs_in_carrier
from syncd.reconcile.units import FINISHED
from syncd.reconcile.view import IntentView, Judgement, LinkedOrder, OrderView, Placement, SupplierView

_TICK = timedelta(microseconds=1)
_NOTHING = Judgement()
_PLAIN_ACTIONS = frozenset({Action.CREATE_FULFILLMENT, Action.UPDATE_TRACKING})
_SETTLED = frozenset({"done", "verified", "refused"})
_OUT = frozenset({SupplierState.PROCESSING, SupplierState.PART_SHIPPED, SupplierState.SHIPPED, SupplierState.DELIVERED})
_AT_WORK = frozenset({SupplierState.PROCESSING, SupplierState.HELD})
_STARTED = frozenset({FulfillmentOrderStatus.OPEN, FulfillmentOrderStatus.IN_PROGRESS})
_OWN_TAGS = "syncd:"


def quiet(view: OrderView, *, policy: Policy, now: datetime) -> Judgement | None:
    """The judgement on an order that is plainly in sync; None = look closely."""
    order = view.order
    if not _is_plain(view, order):
        return None
    rules = _only_supplier(order, policy=policy)
    if rules is None:
        return None
    supplier = next((one for one in view.suppliers if one.name == rules.name), None)
    if supplier is None or not supplier.complete or supplier.may_have_more or len(supplier.orders) > 1:
        return None
    linked = supplier.orders[0] if supplier.orders else None
    if linked is not None and not _is_settled_link(linked, order.lines):
        return None
    if order.fulfillments:
        return _shipped(order, linked, rules=rules, policy=policy, now=now) if linked else None
    return _waiting(order, supplier, linked, rules=rules, policy=policy, now=now)


def _is_plain(view: OrderView, order: Order) -> bool:
    """Whether nothing about the order itself needs a second thought."""
    if order.cut or order.cancelled_at or order.refunds or order.returns or view.number_uses or view.frozen_sources:
        return False
    if order.financial is not FinancialStatus.PAID or order.source == "pos":
        return False
    for tag in order.tags:
        if tag.strip().casefold().startswith(_OWN_TAGS):
            return False
    if view.intents and not _are_plain(view.intents):
        return False
    for line in order.lines:
        if line.quantity != line.current_quantity or not line.requires_shipping or line.is_gift_card:
            return False
    return view.placement is None or _is_as_placed(order, view.placement)


def _are_plain(intents: Sequence[IntentView]) -> bool:
    """Whether every effect so far is known, seen, and of a kind that explains itself by what the store shows."""
    told = 0
    for intent in intents:
        if intent.action not in _PLAIN_ACTIONS or intent.state not in _SETTLED:
            return False
        if intent.state != "refused" and not intent.observed_after:
            return False
        told += intent.notify_customer
    return told <= 1


def _is_as_placed(order: Order, placement: Placement) -> bool:
    if placement.address_hash != order.address_hash:
        return False
    then = dict(placement.quantities)
    return all(then.get(line.id) == line.quantity for line in order.lines)


def _only_supplier(order: Order, *, policy: Policy) -> SupplierRules | None:
    """The one supplier that claims every line; None when there are several, or lines of nobody."""
    found: SupplierRules | None = None
    for line in order.lines:
        mine: SupplierRules | None = None
        for rules in policy.suppliers:
            if claims_line(rules.lines, line=line, order=order):
                if mine is not None:
                    return None
                mine = rules
        if mine is None or (found is not None and mine is not found):
            return None
        found = mine
    return found


def _is_settled_link(linked: LinkedOrder, lines: Sequence[Line]) -> bool:
    """Whether the supplier's order is there, and is about all of the order and nothing else."""
    if linked.missing_reads or linked.claimed_by:
        return False
    if linked.links and not any(link.line_id is None and link.line_sku is None for link in linked.links):
        return False
    stated = linked.order.lines
    return stated is None or _are_same_units(stated, lines)


def _are_same_units(stated: Sequence[SupplierLine], lines: Sequence[Line]) -> bool:
    """Whether the supplier's lines are exactly ours, each SKU once."""
    if len(stated) != len(lines):
        return False
    wanted = {line.sku: line.quantity for line in lines}
    if len(wanted) != len(lines):
        return False
    for one in stated:
        if one.line_id is not None or one.sku is None or one.state in DEAD or wanted.pop(one.sku, None) != one.quantity:
            return False
    return True


# --- shipped -----------------------------------------------------------------------------------------------------------


def _shipped(
    order: Order, linked: LinkedOrder, *, rules: SupplierRules, policy: Policy, now: datetime
) -> Judgement | None:
    if len(order.fulfillments) != 1 or len(linked.order.parcels) != 1 or linked.order.state not in _OUT:
        return None
    fulfillment, parcel = order.fulfillments[0], linked.order.parcels[0]
    if not _covers_all(fulfillment, order) or not _shows(fulfillment, parcel):
        return None
    if parcel.exception or (parcel.first_scan_at is not None and parcel.first_scan_at < order.created_at):
        return None
    if parcel.lines and not _are_same_units(parcel.lines, order.lines):
        return None
    rung = max(parcel.rung, linked.max_rungs.get(parcel.key, Rung.ORDERED))
    if rung <= Rung.LABEL or rung < min(policy.fulfill_on, Rung.HANDED_OVER):
        return None
    if rung is Rung.DELIVERED or is_delivered(fulfillment):
        return _NOTHING
    if rung is Rung.HANDED_OVER and movement(fulfillment) is None:
        return _NOTHING
    last = _last_sign(fulfillment, parcel)
    if last is None:
        return _NOTHING
    end = policy.transit_expired_after.end(last, calendar=rules.calendar)
    return Judgement(due_at=end + _TICK) if now <= end else None


def _last_sign(fulfillment: Fulfillment, parcel: Parcel) -> datetime | None:
    """When anything was last heard of the parcel, by the store's events or the supplier's."""
    times = [event.happened_at for event in fulfillment.events]
    times += [at for at in (fulfillment.in_transit_at, parcel.last_event_at, parcel.first_scan_at) if at is not None]
    return max(times, default=None)


def _covers_all(fulfillment: Fulfillment, order: Order) -> bool:
    """Whether the fulfillment holds all units, and no work is left."""
    if not fulfillment.is_live or len(fulfillment.lines) != len(order.lines):
        return False
    held = {done.line_id: done.quantity for done in fulfillment.lines}
    for line in order.lines:
        if held.get(line.id) != line.quantity:
            return False
    for work in order.fulfillment_orders:
        if work.status not in FINISHED or work.delivery_method is not DeliveryMethod.SHIPPING:
            return False
    return True


def _shows(fulfillment: Fulfillment, parcel: Parcel) -> bool:
    """Whether both sides show one and the same number, written alike, with no better carrier to name."""
    if len(fulfillment.tracking) != 1 or len(parcel.tracking) != 1:
        return False
    shown, stated = fulfillment.tracking[0], parcel.tracking[0]
    return shown.number == stated.number and is_plain_number(stated.number) and not differs_in_carrier(shown, stated)


# --- waiting -----------------------------------------------------------------------------------------------------------


def _waiting(
    order: Order,
    supplier: SupplierView,
    linked: LinkedOrder | None,
    *,
    rules: SupplierRules,
    policy: Policy,
    now: datetime,
) -> Judgement | None:
    if linked is not None and not _is_at_work(linked):
        return None
    if not _is_all_open(order):
        return None
    ends = [policy.aging_after[0].end(order.created_at, calendar=rules.calendar)]
    if linked is None and supplier.empty_reads >= 2:
        ends.append(policy.unplaced_after.end(order.created_at, calendar=rules.calendar))
    for work in order.fulfillment_orders:
        if work.request_status is RequestStatus.UNSUBMITTED and (linked is not None or work.service is None):
            continue
        end = _request_end(work, linked, rules=rules, policy=policy)
        if end is None:
            return None
        ends.append(end)
    first = min(ends)
    return Judgement(due_at=first + _TICK) if now <= first else None


def _is_at_work(linked: LinkedOrder) -> bool:
    order = linked.order
    return order.state in _AT_WORK and not order.parcels and order.promised_by is None


def _is_all_open(order: Order) -> bool:
    """Whether every unit is open, in plain work that is neither held nor scheduled."""
    left = {line.id: line.quantity for line in order.lines}
    for work in order.fulfillment_orders:
        if work.status not in _STARTED or work.delivery_method is not DeliveryMethod.SHIPPING:
            return False
        for part in work.lines:
            if part.line_id not in left:
                return False
            left[part.line_id] -= part.remaining
    return not any(left.values())


def _request_end(
    work: FulfillmentOrder, linked: LinkedOrder | None, *, rules: SupplierRules, policy: Policy
) -> datetime | None:
    """Until when this request may stand as it is; None = look closely."""
    if not work.requests or linked is None:
        return None
    last = max(work.requests, key=lambda request: request.sent_at)
    if last.kind != "FULFILLMENT_REQUEST":
        return None
    if work.request_status is RequestStatus.SUBMITTED:
        return policy.unacknowledged_after.end(last.sent_at, calendar=rules.calendar)
    if work.request_status is not RequestStatus.ACCEPTED:
        return None
    times = (work.updated_at or last.sent_at, linked.order.changed_at or linked.order.created_at, linked.change_seen_at)
    since = max(time for time in times if time is not None)
    return policy.stale_after.end(since, calendar=rules.calendar)
