"""Steps that a person types. The command is its own approval, but no person can make a delivered parcel undelivered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from syncd.domain.carriers import tracking_for
from syncd.domain.numbers import normalise
from syncd.domain.orders import Fulfillment, FulfillmentOrder, RequestStatus
from syncd.domain.shipments import Rung, SupplierState
from syncd.domain.steps import Action, Allocation, Approval, Step, StepLine, Target
from syncd.domain.tracking import Tracking
from syncd.reconcile.evidence import numbers_of
from syncd.reconcile.lines import claim
from syncd.reconcile.movement import movement
from syncd.reconcile.placing import Place, open_slots, place_key
from syncd.reconcile.policy import Policy
from syncd.reconcile.requests import standing
from syncd.reconcile.steps import OUR_HANDLE, Draft, fulfillment_basis, make_step, request_basis
from syncd.reconcile.units import FINISHED
from syncd.reconcile.view import IntentView, OrderView

REASONS = (
    "fulfillment_error",
    "customer_change",
    "stock_discrepancy",
    "logistics",
    "premature",
    "supplier_cancelled",
    "recall",
    "other",
)
"""Why a fulfillment is taken back; kept in the history, for those who ask later."""

_ACTIVE_RETURN = frozenset({"OPEN", "REQUESTED"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why a command is not carried out. `code` is a stable word, `text` says it to a person."""

    code: str
    text: str
    remedy: str = ""


def unfulfill(
    view: OrderView,
    *,
    policy: Policy,
    reason: str,
    note: str = "",
    now: datetime,
    fulfillments: Collection[str] = (),
) -> tuple[Step, ...] | Refused:
    """Take back live fulfillments (all, or those named by id), if nothing shows that a parcel of theirs moved.

    Without a live fulfillment there may be a request to take back instead: see `cancel_request`.
    """
    if reason not in REASONS:
        return Refused(
            code="reason", text=f"{reason or 'nothing'!r} is no reason.", remedy=f"Use one of: {', '.join(REASONS)}."
        )
    refused = _not_workable(view)
    if refused:
        return refused
    live = [one for one in view.order.fulfillments if one.is_live and (not fulfillments or one.id in fulfillments)]
    if fulfillments and len(live) < len(set(fulfillments)):
        return Refused(code="nothing", text="Not all of the named fulfillments are live.")
    if not live:
        asked = cancel_request(view, policy=policy, now=now)
        return asked if not isinstance(asked, Refused) else _nothing_to_take_back(view)
    for one in live:
        refused = _not_to_be_taken_back(view, one, policy=policy)
        if refused:
            return refused
    why = f"{reason}: {note}" if note else reason
    return tuple(_unfulfill_step(view, one, why=why) for one in sorted(live, key=lambda one: one.id))


def _nothing_to_take_back(view: OrderView) -> Refused:
    return Refused(
        code="nothing", text=f"{view.order.name} has no live fulfillment and no request that can be taken back."
    )


def _not_workable(view: OrderView) -> Refused | None:
    unread = _unread(view)
    if unread is None and view.order.cancelled_at is not None:
        return Refused(code="cancelled", text=f"{view.order.name} is cancelled in the store.")
    return unread or _unsettled(view)


def _unread(view: OrderView) -> Refused | None:
    if not view.order.cut:
        return None
    text = f"{view.order.name} could not be read whole: {', '.join(view.order.cut)}."
    return Refused(code="incomplete", text=text, remedy="Try again.")


def _unsettled(view: OrderView) -> Refused | None:
    """An effect that nobody has seen yet: what the order shows may be from before it."""
    if all(_is_seen(intent) for intent in view.intents):
        return None
    return Refused(
        code="unsettled",
        text=f"An earlier effect on {view.order.name} is not settled yet.",
        remedy="Try again in a minute.",
    )


def _is_seen(intent: IntentView) -> bool:
    return intent.state not in {"sent", "unknown"} and (intent.state != "done" or intent.observed_after)


def _not_to_be_taken_back(view: OrderView, fulfillment: Fulfillment, *, policy: Policy) -> Refused | None:
    name = fulfillment.name or fulfillment.id
    moved = movement(fulfillment)
    if moved:
        return Refused(
            code="moved", text=f"{name}: the store shows {moved}. Taking it back would hide a parcel on its way."
        )
    held = {done.line_id for done in fulfillment.lines}
    for one in view.order.returns:
        if one.status in _ACTIVE_RETURN and (not one.lines or any(line.line_id in held for line in one.lines)):
            return Refused(
                code="return_open",
                text=f"{name}: a return of its lines is open.",
                remedy="Finish or cancel the return.",
            )
    seen = _seen_moving(view, fulfillment)
    if seen:
        return Refused(code="moved", text=f"{name}: {seen}. Taking it back would hide a parcel on its way.")
    ours = claim(view.order, policy=policy).ours
    read = {supplier.name for supplier in view.suppliers if supplier.complete}
    unread = sorted({ours[line_id] for line_id in held if line_id in ours} - read)
    if unread:
        text = f"{name}: {', '.join(unread)} could not be read, so nobody knows whether the parcel moves."
        return Refused(code="incomplete", text=text, remedy="Try again when the supplier answers.")
    return None


def _seen_moving(view: OrderView, fulfillment: Fulfillment) -> str | None:
    """What a supplier shows of movement, for a parcel that this fulfillment carries or whose contents may be in it."""
    shown = {normalise(one.number) for one in fulfillment.tracking}
    elsewhere = {
        normalise(one.number)
        for other in view.order.fulfillments
        if other.is_live and other.id != fulfillment.id
        for one in other.tracking
    }
    for supplier in view.suppliers:
        for linked in supplier.orders:
            if linked.order.state is SupplierState.DELIVERED:
                return f"{supplier.name} says that its order {linked.order.id} was delivered"
            for parcel in linked.order.parcels:
                rung = max(parcel.rung, linked.max_rungs.get(parcel.key, Rung.ORDERED))
                numbers = {normalise(one.number) for one in parcel.tracking}
                is_elsewhere = bool(numbers & elsewhere) and not numbers & shown
                if rung >= Rung.HANDED_OVER and not is_elsewhere:
                    what = ", ".join(numbers_of(parcel.tracking)) or parcel.key
                    return f"{supplier.name} shows {what} as {rung.word.replace('_', ' ')}"
    return None


def _unfulfill_step(view: OrderView, fulfillment: Fulfillment, *, why: str) -> Step:
    draft = Draft(
        action=Action.CANCEL_FULFILLMENT,
        approval=Approval.AUTO,
        lines=_lines(view, [(done.line_id, done.quantity) for done in fulfillment.lines]),
        tracking=fulfillment.tracking,
        target=Target(fulfillment_id=fulfillment.id),
        basis=f"manual:{fulfillment_basis(fulfillment)}",
        why=why,
        message=why,
    )
    return make_step(draft, view=view, drift=None)


def fulfill(
    view: OrderView,
    *,
    policy: Policy,
    tracking: Sequence[Tracking],
    now: datetime,
    lines: Mapping[str, int] | None = None,
    at: str | None = None,
    notify: bool = False,
    note: str = "",
) -> tuple[Step, ...] | Refused:
    """Fulfill the open units (all, or `lines`: line id -> units) under these numbers, one step per location.

    `at`: only what is at this place, as steps carry it.
    """
    del policy, now  # the same arguments for every command; this one needs neither
    refused = _not_workable(view) or (_shown_already(view, lines, tracking) if lines and at is None else None)
    if refused:
        return refused
    works = [work for work in view.order.fulfillment_orders if at in {None, _place_of(work)}]
    slots = open_slots(works, lines=[line.id for line in view.order.lines])
    wanted = (
        dict(lines) if lines is not None else {k: sum(s.left for s in v if not s.why_not) for k, v in slots.items()}
    )
    groups: dict[Place, list[Allocation]] = {}
    for line_id, quantity in sorted(wanted.items()):
        left = quantity
        for slot in slots.get(line_id, []):
            units = min(left, slot.left) if slot.why_not is None else 0
            if units > 0:
                left -= units
                groups.setdefault(slot.place, []).append(
                    Allocation(
                        fulfillment_order_id=slot.work.id,
                        fulfillment_order_line_id=slot.part.id,
                        line_item_id=line_id,
                        quantity=units,
                    )
                )
        if left > 0:
            reasons = sorted({slot.why_not for slot in slots.get(line_id, []) if slot.why_not})
            return _no_room(view, line_id, left, reasons)
    if not groups:
        return Refused(code="nothing", text=f"{view.order.name} has no open units that can be fulfilled.")
    return _fulfill_steps(view, groups, tracking=tracking, notify=notify, note=note)


def _place_of(work: FulfillmentOrder) -> str:
    return place_key((work.location_id, work.delivery_method))


def _shown_already(view: OrderView, lines: Mapping[str, int], tracking: Sequence[Tracking]) -> Refused | None:
    """The same units under the same numbers are most likely the same command, typed again after its run broke off."""
    numbers = {normalise(one.number) for one in tracking}
    for done in view.order.fulfillments:
        units = {part.line_id: part.quantity for part in done.lines}
        if (
            done.is_live
            and numbers
            and units == dict(lines)
            and numbers <= {normalise(one.number) for one in done.tracking}
        ):
            said = ", ".join(one.number for one in tracking)
            return Refused(
                code="already",
                text=f"{view.order.name} shows just these units under {said} already ({done.name or done.id}).",
                remedy="Was it typed before? See: syncd history. For more units in this parcel use the store's admin.",
            )
    return None


def _no_room(view: OrderView, line_id: str, left: int, reasons: list[str]) -> Refused:
    sku = next((line.sku for line in view.order.lines if line.id == line_id), None)
    text = f"{left} of {sku or line_id} cannot be fulfilled in {view.order.name}."
    return Refused(code="nothing", text=f"{text} ({', '.join(reasons)})" if reasons else text)


def _fulfill_steps(
    view: OrderView, groups: Mapping[Place, list[Allocation]], *, tracking: Sequence[Tracking], notify: bool, note: str
) -> tuple[Step, ...]:
    shown = tuple(tracking_for(one.number, company=one.company, url=one.url) for one in tracking)
    parcels = _parcel_keys(view, tracking)
    told = not view.notified.isdisjoint(parcels)
    steps: list[Step] = []
    for place in sorted(groups, key=lambda place: (place[0] or "", place[1].value)):
        allocations = tuple(groups[place])
        before = sorted(f"{one.id}:{one.is_live}" for one in view.order.fulfillments)
        draft = Draft(
            action=Action.CREATE_FULFILLMENT,
            approval=Approval.AUTO,
            lines=_lines(view, [(one.line_item_id, one.quantity) for one in allocations]),
            tracking=shown,
            target=Target(allocations=allocations, place=place_key(place)),
            basis=f"manual:{place[0]}:{place[1].value}:{','.join(before)}",
            why=note or "A person says that it was sent.",
            notify=notify and not told and not steps,
            parcels=parcels,
        )
        steps.append(make_step(draft, view=view, drift=None))
    return tuple(steps)


def _parcel_keys(view: OrderView, tracking: Iterable[Tracking]) -> tuple[str, ...]:
    """The parcels that these numbers name: the suppliers' where they know them, else the numbers themselves."""
    keys: list[str] = []
    for one in tracking:
        number = normalise(one.number)
        found = [
            f"{supplier.name}/{linked.order.id}/{parcel.key}"
            for supplier in view.suppliers
            for linked in supplier.orders
            for parcel in linked.order.parcels
            if any(normalise(known.number) == number for known in parcel.tracking)
        ]
        keys.extend(found or [f"manual/{view.order.id}/{number}"])
    return tuple(dict.fromkeys(keys))


def hold(
    view: OrderView, *, policy: Policy, now: datetime, reason: str = "OTHER", note: str = ""
) -> tuple[Step, ...] | Refused:
    """Hold all open work of the order with our own handle. `reason` is one of Shopify's FulfillmentHoldReason."""
    del policy, now
    refused = _not_workable(view)
    if refused:
        return refused
    works = [work for work in _open_works(view) if "HOLD" in work.supported_actions and not _our_hold_ids(work)]
    if not works:
        return Refused(code="nothing", text=f"{view.order.name} has no open work that is not held by us already.")
    steps = []
    for work in works:
        target = Target(fulfillment_order_id=work.id, hold_handle=OUR_HANDLE, hold_reason=reason, place=_place_of(work))
        steps.append(
            _work_step(view, work, action=Action.HOLD, target=target, why=note or "A person asked to hold it.")
        )
    return tuple(steps)


def release(view: OrderView, *, policy: Policy, now: datetime, note: str = "") -> tuple[Step, ...] | Refused:
    """Release our own holds; those of other people and apps stay."""
    del policy, now
    refused = _unread(view) or _unsettled(view)
    if refused:
        return refused
    steps = []
    for work in _open_works(view):
        for hold_id in _our_hold_ids(work):
            target = Target(
                fulfillment_order_id=work.id, hold_id=hold_id, hold_handle=OUR_HANDLE, place=_place_of(work)
            )
            why = note or "A person asked to release it."
            steps.append(_work_step(view, work, action=Action.RELEASE_HOLD, target=target, why=why))
    if not steps:
        return Refused(code="nothing", text=f"{view.order.name} has no hold of ours.")
    return tuple(steps)


def cancel_request(view: OrderView, *, policy: Policy, now: datetime, note: str = "") -> tuple[Step, ...] | Refused:
    """Take back what was requested of fulfillment services, by the state of each request.

    SUBMITTED, or a cancellation that nobody answers: cancelled at once. ACCEPTED: the service is asked to stop.
    """
    del policy, now
    refused = _not_workable(view)
    if refused:
        return refused
    steps = []
    for work in _open_works(view):
        match standing(work):
            case RequestStatus.SUBMITTED | RequestStatus.CANCELLATION_REQUESTED:
                action = Action.CANCEL_FULFILLMENT_ORDER
            case RequestStatus.ACCEPTED | RequestStatus.CANCELLATION_REJECTED:
                action = Action.SUBMIT_CANCELLATION_REQUEST
            case _:
                continue
        target = Target(fulfillment_order_id=work.id, place=_place_of(work))
        steps.append(
            _work_step(view, work, action=action, target=target, why=note or "A person asked to take it back.")
        )
    if not steps:
        return Refused(code="nothing", text=f"{view.order.name} has no request that can be taken back.")
    return tuple(steps)


def _open_works(view: OrderView) -> list[FulfillmentOrder]:
    works = [work for work in view.order.fulfillment_orders if work.status not in FINISHED]
    return sorted((work for work in works if any(part.remaining > 0 for part in work.lines)), key=lambda work: work.id)


def _our_hold_ids(work: FulfillmentOrder) -> list[str]:
    return [one.id for one in work.holds if one.handle == OUR_HANDLE]


def _work_step(view: OrderView, work: FulfillmentOrder, *, action: Action, target: Target, why: str) -> Step:
    # The same command may be typed again after somebody took its effect back: that is another step, not the same one.
    times = sum(one.action is action and one.state in {"done", "verified"} for one in view.intents)
    draft = Draft(
        action=action,
        approval=Approval.AUTO,
        lines=_lines(view, [(part.line_id, part.remaining) for part in work.lines]),
        target=target,
        basis=f"manual:{times}:{work.id}:{request_basis(work)}:{','.join(sorted(one.id for one in work.holds))}",
        why=why,
        message=why,
    )
    return make_step(draft, view=view, drift=None)


def _lines(view: OrderView, units: Iterable[tuple[str, int]]) -> tuple[StepLine, ...]:
    skus = {line.id: line.sku for line in view.order.lines}
    summed: dict[str, int] = {}
    for line_id, quantity in units:
        summed[line_id] = summed.get(line_id, 0) + quantity
    return tuple(
        StepLine(line_item_id=line_id, sku=skus.get(line_id), quantity=summed[line_id])
        for line_id in sorted(summed)
        if summed[line_id] > 0
    )
