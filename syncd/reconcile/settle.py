"""What became of an effect: settled by reading back, verified after the write, compared before it.

A fulfillment that was not there before the attempt, covers exactly those lines and quantities and carries those numbers means
done. A number alone proves nothing: one parcel may need one fulfillment per location. What was there before is known by id,
since the store's clock is not ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, assert_never

from syncd.domain.orders import Fulfillment, FulfillmentOrder, FulfillmentStatus, Order, RequestStatus
from syncd.domain.shipments import DEAD, Rung, SupplierOrder
from syncd.domain.steps import Action, Step, StepLine
from syncd.reconcile.coverage import carries, covers_exactly, is_open, number_set, quantities
from syncd.reconcile.evidence import numbers_of, stamp
from syncd.reconcile.movement import is_delivered
from syncd.reconcile.steps import OUR_HANDLE
from syncd.reconcile.units import FINISHED
from syncd.reconcile.view import IntentView

Verdict = Literal["done", "retry", "wait", "person"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What is to become of an intent whose outcome is unknown.

    `done`: it took effect. `retry`: it certainly did not, and may be tried again. `wait`: ask again later. `person`:
    nothing can be concluded.
    """

    verdict: Verdict
    effect_id: str | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Whether the state after a write is the one that the step was to bring about."""

    ok: bool
    effect_id: str | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """What the read-back says: it took effect, it can still be done, or neither."""

    is_done: bool = False
    is_possible: bool = False
    effect_id: str | None = None
    why: str = ""


def settle(
    intent: IntentView, *, order: Order, supplier_order: SupplierOrder | None, now: datetime, margin: timedelta
) -> Settlement:
    """What became of `intent`, judged by the order as it was read by id after the attempt."""
    if intent.state == "pending":
        return Settlement(verdict="retry", effect_id=None, why="It was never sent.")
    reading = _read(intent, order=order, supplier_order=supplier_order)
    if reading.is_done:
        return Settlement(verdict="done", effect_id=reading.effect_id, why=reading.why)
    if order.cut:
        return Settlement(verdict="wait", effect_id=None, why=f"The order was not read whole: {', '.join(order.cut)}.")
    if not reading.is_possible:
        return Settlement(verdict="person", effect_id=None, why=reading.why)
    deadline = intent.deadline_at or intent.sent_at or intent.created_at
    if now <= deadline + margin:
        why = f"Not there yet, but the call may still arrive until {stamp(deadline + margin)}."
        return Settlement(verdict="wait", effect_id=None, why=why)
    return Settlement(verdict="retry", effect_id=None, why=reading.why)


def _read(intent: IntentView, *, order: Order, supplier_order: SupplierOrder | None) -> _Reading:
    match intent.action:
        case Action.CREATE_FULFILLMENT:
            return _read_create(intent, order)
        case Action.UPDATE_TRACKING | Action.CANCEL_FULFILLMENT | Action.ADD_EVENT:
            return _read_fulfillment(intent, order)
        case Action.CANCEL_FULFILLMENT_ORDER | Action.SUBMIT_CANCELLATION_REQUEST | Action.SUBMIT_FULFILLMENT_REQUEST:
            return _read_request(intent, order)
        case Action.HOLD | Action.RELEASE_HOLD:
            return _read_hold(intent, order)
        case Action.CLOSE_ORDER | Action.REOPEN_ORDER | Action.CANCEL_ORDER:
            return _read_order(intent, order)
        case Action.TAG | Action.UNTAG:
            return _Reading(is_possible=True, why="Setting or removing a tag twice does no harm.")
        case Action.SUPPLIER_CANCEL:
            return _read_supplier(supplier_order)
        case _:
            assert_never(intent.action)


# --- creates -----------------------------------------------------------------------------------------------------------


def _read_create(intent: IntentView, order: Order) -> _Reading:
    exact = [one for one in order.fulfillments if covers_exactly(one, intent.lines) and carries(one, intent.tracking)]
    live = [one for one in exact if one.is_live]
    can_still = is_open(order, intent.lines)
    # An older one with the same units and numbers is this effect only if nothing is left to do it with again:
    # one parcel may need one fulfillment per location.
    found = [one for one in live if _came_after(one, intent)] or (live if intent.tracking and not can_still else [])
    if found:
        first = min(found, key=lambda one: (one.created_at, one.id))
        return _Reading(is_done=True, effect_id=first.id, why=f"{first.name or first.id} covers exactly these units.")
    undone = next((one for one in exact if one.id == intent.effect_id or _is_new(one, intent)), None)
    if undone is not None:
        # The customer saw it, and may have heard of it. Whether it is made again is a new question, not a retry.
        why = f"{undone.name or undone.id} was made, and is {undone.status.value.lower()} now."
        return _Reading(is_done=True, effect_id=undone.id, why=why)
    if intent.effect_id is not None:
        return _Reading(why=f"The store said that it made {intent.effect_id}, and does not show it as intended.")
    if can_still:
        return _Reading(is_possible=True, why="No fulfillment covers these units, and they are still open.")
    if intent.existing is not None and not any(_is_new(one, intent) for one in order.fulfillments):
        # Fulfillments do not vanish, so none was made. What became of the units (a refund, an edit) is a new question.
        return _Reading(is_possible=True, why="No fulfillment was made since, and these units are not open any more.")
    return _Reading(why="No fulfillment covers exactly these units, and they are not open any more.")


def _is_new(fulfillment: Fulfillment, intent: IntentView) -> bool:
    """Whether the order certainly did not have it before the attempt."""
    return intent.existing is not None and fulfillment.id not in intent.existing


def _came_after(fulfillment: Fulfillment, intent: IntentView) -> bool:
    """Whether it came after the attempt: by its id where it is known what was there, else by the store's clock."""
    if intent.existing is not None:
        return _is_new(fulfillment, intent)
    attempt = (intent.sent_at or intent.created_at).replace(microsecond=0)
    return fulfillment.created_at >= attempt


# --- existing fulfillments ---------------------------------------------------------------------------------------------


def _read_fulfillment(intent: IntentView, order: Order) -> _Reading:
    target = _target(intent, order)
    if target is None:
        return _Reading(why="The fulfillment that it was about cannot be told from the order.")
    is_done = {
        Action.UPDATE_TRACKING: number_set(target.tracking) == number_set(intent.tracking),
        Action.CANCEL_FULFILLMENT: target.status is FulfillmentStatus.CANCELLED,
        Action.ADD_EVENT: is_delivered(target),
    }[intent.action]
    if is_done:
        return _Reading(is_done=True, effect_id=target.id, why=f"{target.name or target.id} shows it.")
    if not target.is_live:
        return _Reading(why=f"{target.name or target.id} is {target.status.value.lower()}.")
    return _Reading(is_possible=True, why=f"{target.name or target.id} is as it was before.")


def _target(intent: IntentView, order: Order) -> Fulfillment | None:
    if intent.effect_id is not None:
        return next((one for one in order.fulfillments if one.id == intent.effect_id), None)
    exact = [one for one in order.fulfillments if covers_exactly(one, intent.lines)]
    if len(exact) > 1:
        exact = [one for one in exact if one.is_live] or exact
    return exact[0] if len(exact) == 1 else None


# --- requests and holds ------------------------------------------------------------------------------------------------

_ASKED_BACK = frozenset(
    {
        RequestStatus.CANCELLATION_REQUESTED,
        RequestStatus.CANCELLATION_ACCEPTED,
        RequestStatus.CANCELLATION_REJECTED,
    }
)


def _read_request(intent: IntentView, order: Order) -> _Reading:
    works = _works(order, intent.lines)
    attempt = (intent.sent_at or intent.created_at).replace(microsecond=0)
    match intent.action:
        case Action.SUBMIT_CANCELLATION_REQUEST:
            kind, before = "CANCELLATION_REQUEST", {RequestStatus.ACCEPTED}
            done = [work for work in works if work.request_status in _ASKED_BACK]
        case Action.SUBMIT_FULFILLMENT_REQUEST:
            kind, before = "FULFILLMENT_REQUEST", {RequestStatus.UNSUBMITTED, RequestStatus.REJECTED}
            done = [work for work in works if work.request_status in {RequestStatus.SUBMITTED, RequestStatus.ACCEPTED}]
        case _:
            return _read_cancelled_work(works)
    asked = [work for work in works if any(one.kind == kind and one.sent_at >= attempt for one in work.requests)]
    if done or asked:
        return _Reading(is_done=True, effect_id=(done or asked)[0].id, why="The store shows the request.")
    if any(work.request_status in before for work in works):
        return _Reading(is_possible=True, why="The store shows no such request.")
    return _Reading(why="The fulfillment order that it was about is in another state now.")


def _read_cancelled_work(works: list[FulfillmentOrder]) -> _Reading:
    pending = {RequestStatus.SUBMITTED, RequestStatus.CANCELLATION_REQUESTED}
    open_works = [work for work in works if work.status not in FINISHED]
    if any(work.request_status in pending or work.request_status is RequestStatus.ACCEPTED for work in open_works):
        return _Reading(is_possible=True, why="The request still stands.")
    if open_works:
        return _Reading(
            is_done=True, effect_id=open_works[0].id, why="The units wait in a fulfillment order without a request."
        )
    return _Reading(why="The units are in no open fulfillment order.")


def _works(order: Order, lines: Iterable[StepLine]) -> list[FulfillmentOrder]:
    held = {line.line_item_id for line in lines}
    found = [work for work in order.fulfillment_orders if any(part.line_id in held for part in work.lines)]
    return sorted(found, key=lambda work: work.id)


def _read_hold(intent: IntentView, order: Order) -> _Reading:
    works = [work for work in _works(order, intent.lines) if work.status not in FINISHED]
    held = [work for work in works if _our_holds(work)]
    wants_hold = intent.action is Action.HOLD
    if bool(held) == wants_hold:
        effect = next(iter(held or works), None)
        return _Reading(is_done=True, effect_id=effect.id if effect else None, why="The store shows it.")
    if works:
        return _Reading(is_possible=True, why="The store does not show it.")
    return _Reading(why="The units are in no open fulfillment order.")


def _our_holds(work: FulfillmentOrder) -> list[str]:
    return [hold.id for hold in work.holds if hold.handle == OUR_HANDLE]


def _read_order(intent: IntentView, order: Order) -> _Reading:
    if intent.action is Action.CANCEL_ORDER:
        if order.cancelled_at is not None:
            return _Reading(is_done=True, effect_id=order.id, why="The order is cancelled.")
        return _Reading(why="The order is not cancelled; cancelling it is never repeated without a person.")
    if order.closed is (intent.action is Action.CLOSE_ORDER):
        return _Reading(is_done=True, effect_id=order.id, why="The store shows it.")
    return _Reading(is_possible=True, why="The store does not show it.")


def _read_supplier(supplier_order: SupplierOrder | None) -> _Reading:
    if supplier_order is None:
        return _Reading(why="The supplier's order cannot be read.")
    if supplier_order.state in DEAD:
        return _Reading(
            is_done=True, effect_id=supplier_order.id, why=f"The supplier says {supplier_order.raw_status}."
        )
    if any(parcel.rung >= Rung.HANDED_OVER for parcel in supplier_order.parcels):
        return _Reading(why="The supplier has shipped it.")
    return _Reading(is_possible=True, why=f"The supplier says {supplier_order.raw_status}.")


# --- after the write ---------------------------------------------------------------------------------------------------


def verify(step: Step, *, before: Order, after: Order, supplier_order: SupplierOrder | None) -> Verification:
    """Whether `after`, read by id, is what the step was to bring about from `before`."""
    match step.action:
        case Action.CREATE_FULFILLMENT:
            return _verify_create(step, before=before, after=after)
        case Action.UPDATE_TRACKING | Action.CANCEL_FULFILLMENT | Action.ADD_EVENT:
            return _verify_fulfillment(step, after)
        case Action.CANCEL_FULFILLMENT_ORDER:
            return _verify_cancelled_work(step, before=before, after=after)
        case Action.SUBMIT_CANCELLATION_REQUEST | Action.SUBMIT_FULFILLMENT_REQUEST:
            return _verify_request(step, before=before, after=after)
        case Action.HOLD | Action.RELEASE_HOLD:
            return _verify_hold(step, after)
        case Action.TAG | Action.UNTAG:
            has_it = (step.target.tag or "").casefold() in {tag.casefold() for tag in after.tags}
            return _verified(has_it is (step.action is Action.TAG), after.id, "list of tags")
        case Action.CLOSE_ORDER | Action.REOPEN_ORDER:
            return _verified(after.closed is (step.action is Action.CLOSE_ORDER), after.id, "archive state")
        case Action.CANCEL_ORDER:
            return _verified(after.cancelled_at is not None, after.id, "cancellation")
        case Action.SUPPLIER_CANCEL:
            is_dead = supplier_order is not None and supplier_order.state in DEAD
            return _verified(is_dead, supplier_order.id if supplier_order else None, "supplier order")
        case _:
            assert_never(step.action)


def _verified(ok: bool, effect_id: str | None, what: str) -> Verification:  # noqa: FBT001 - a table of outcomes
    why = f"The {what} is as intended." if ok else f"The {what} is not as intended."
    return Verification(ok=ok, effect_id=effect_id if ok else None, why=why)


def _verify_create(step: Step, *, before: Order, after: Order) -> Verification:
    known = {one.id for one in before.fulfillments}
    made = [one for one in after.fulfillments if one.is_live and one.id not in known]
    exact = [one for one in made if covers_exactly(one, step.lines) and carries(one, step.tracking)]
    if exact:
        return _verified(True, min(one.id for one in exact), "new fulfillment")
    if made:
        shown = "; ".join(
            f"{one.name or one.id} shows {', '.join(numbers_of(one.tracking)) or 'no number'}" for one in made
        )
        return Verification(ok=False, effect_id=None, why=f"No new fulfillment covers exactly these units: {shown}.")
    return Verification(ok=False, effect_id=None, why="The store shows no new fulfillment.")


def _verify_fulfillment(step: Step, after: Order) -> Verification:
    target = next((one for one in after.fulfillments if one.id == step.target.fulfillment_id), None)
    if target is None:
        return Verification(ok=False, effect_id=None, why="The fulfillment is not there.")
    match step.action:
        case Action.UPDATE_TRACKING:
            return _verified(number_set(target.tracking) == number_set(step.tracking), target.id, "list of numbers")
        case Action.ADD_EVENT:
            has_it = any(one.status == step.target.event_status for one in target.events)
            has_it = has_it or (step.target.event_status == "DELIVERED" and is_delivered(target))
            return _verified(has_it, target.id, "list of events")
        case _:
            is_cancelled = target.status is FulfillmentStatus.CANCELLED
            if is_cancelled and after.cancelled_at is None and not is_open(after, step.lines):
                return Verification(ok=False, effect_id=None, why="It is cancelled, but its units are not open again.")
            return _verified(is_cancelled, target.id, "fulfillment")


def _verify_cancelled_work(step: Step, *, before: Order, after: Order) -> Verification:
    known = {work.id: work for work in before.fulfillment_orders}
    target = next((work for work in after.fulfillment_orders if work.id == step.target.fulfillment_order_id), None)
    if target is not None and target.status not in FINISHED:
        was = known.get(target.id)
        if was is None or target.request_status is was.request_status:
            return Verification(ok=False, effect_id=None, why="The request still stands.")
    heirs = [work.id for work in _works(after, step.lines) if work.status not in FINISHED]
    return _verified(bool(heirs), heirs[0] if heirs else None, "replacement")


def _verify_request(step: Step, *, before: Order, after: Order) -> Verification:
    target_id = step.target.fulfillment_order_id
    was = next((work for work in before.fulfillment_orders if work.id == target_id), None)
    now = next((work for work in after.fulfillment_orders if work.id == target_id), None)
    if now is None:
        return Verification(ok=False, effect_id=None, why="The fulfillment order is not there.")
    is_asked = was is not None and len(now.requests) > len(was.requests)
    is_moved = was is not None and now.request_status is not was.request_status
    return _verified(is_asked or is_moved, now.id, "request")


def _verify_hold(step: Step, after: Order) -> Verification:
    target_id, hold_id = step.target.fulfillment_order_id, step.target.hold_id
    works = [work for work in after.fulfillment_orders if work.id == target_id] or _works(after, step.lines)
    if step.action is Action.HOLD:
        handle = step.target.hold_handle or OUR_HANDLE
        found = [hold.id for work in works for hold in work.holds if hold.handle == handle]
        return _verified(bool(found), found[0] if found else None, "hold")
    is_gone = not any(hold.id == hold_id for work in after.fulfillment_orders for hold in work.holds)
    return _verified(is_gone, target_id, "hold")


# --- before the write --------------------------------------------------------------------------------------------------


def same_effect(a: Step, b: Step) -> bool:
    """Whether two steps would do the same: same action on the same units at one place with the same numbers, as loudly.

    Ids of fulfillment orders are not compared: they churn. Ids of fulfillments and places are: they do not.
    """
    return (
        a.action is b.action
        and (a.store, a.order_id) == (b.store, b.order_id)
        and quantities(a.lines) == quantities(b.lines)
        and number_set(a.tracking) == number_set(b.tracking)
        and _aim(a) == _aim(b)
        and a.notify_customer is b.notify_customer
    )


def _aim(step: Step) -> tuple[object, ...]:
    target = step.target
    return (
        target.fulfillment_id,
        target.hold_handle,
        target.event_status,
        (target.tag or "").casefold(),
        target.supplier,
        target.supplier_order_id,
        target.place,
    )
