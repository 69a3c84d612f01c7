"""Group D: cancels, refunds, edits and payments that one side knows and the other does not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from syncd.domain.orders import FinancialStatus, Fulfillment, FulfillmentStatus, RequestStatus
from syncd.domain.shipments import Rung, SupplierState
from syncd.domain.steps import Action, Target
from syncd.reconcile.ahead_store import shipped_rung, sides_of, unfulfill_drafts
from syncd.reconcile.ahead_supplier import shipment_facts
from syncd.reconcile.case import Case
from syncd.reconcile.evidence import numbers_of, stamp
from syncd.reconcile.holds import hold_drafts
from syncd.reconcile.live import Live
from syncd.reconcile.matching import ALL_SHIPPED, Placed, Shipment, Side
from syncd.reconcile.movement import movement
from syncd.reconcile.requests import works_of
from syncd.reconcile.steps import Draft
from syncd.reconcile.view import IntentView, Placement

_CANCELLABLE = frozenset({SupplierState.UNPAID, SupplierState.HELD, SupplierState.PROCESSING})
"""States in which a supplier may still be asked to stop. An unknown word is not guessed to be one of them."""

NOT_PAID = frozenset({FinancialStatus.PENDING, FinancialStatus.EXPIRED, FinancialStatus.VOIDED})
"""The customer's money is not there and nobody has reserved it; AUTHORIZED is reserved, and captured on shipping."""

_CALLED_OFF = frozenset({Action.CANCEL_FULFILLMENT, Action.CANCEL_FULFILLMENT_ORDER, Action.SUPPLIER_CANCEL})


def detect(case: Case) -> None:
    """Every kind of group D."""
    for side in case.sides:
        if not side.is_readable:
            continue
        for placed in side.orders:
            if placed.is_shown:
                _supplier_cancelled(case, side, placed)
                _store_cancelled(case, side, placed)
                _not_paid(case, side, placed)
                _cancelled_units(case, side, placed)
        for shipment in side.shipments:
            _ghost(case, side, shipment)
        _edited(case, side)
    _refunded_but_open(case)


def shipped(case: Case, side: Side, placed: Placed) -> list[Shipment]:
    """The shipments of this supplier order that left."""
    rung = shipped_rung(case)
    return [one for one in side.shipments if one.is_of(placed) and one.rung >= rung]


def _facts(placed: Placed, **more: Any) -> dict[str, Any]:
    order = placed.order
    return {
        "supplier_order": order.id,
        "supplier_status": order.raw_status,
        "supplier_changed_at": stamp(order.changed_at),
        **more,
    }


# --- D01, D02 ----------------------------------------------------------------------------------------------------------


def _supplier_cancelled(case: Case, side: Side, placed: Placed) -> None:
    if not placed.is_dead or case.order.cancelled_at is not None:
        return
    elsewhere = {line_id for other in side.live_orders for line_id in other.covers}
    lost = placed.covers.keys() - elsewhere
    waits = case.open_units(lost)
    if waits:
        works = [work for work in works_of(case, side) if any(part.line_id in waits for part in work.lines)]
        why = f"{side.name} order {placed.order.id} is {placed.order.raw_status}: nobody will ship these units."
        case.found(
            "supplier_cancelled_store_open",
            thing=placed.order.id,
            evidence=_facts(placed),
            lines=case.units_of(waits),
            side=side,
            since=placed.order.changed_at,
            drafts=hold_drafts(case, side, works, why=why, only=waits),
        )
    for live in case.lives:
        if not lost.isdisjoint(live.lines):
            _cancelled_but_fulfilled(case, side, placed, live)


def _cancelled_but_fulfilled(case: Case, side: Side, placed: Placed, live: Live) -> None:
    was_scanned = any(one.is_of(placed) and one.rung >= Rung.FIRST_SCAN for one in side.shipments)
    if movement(live.fulfillment) or was_scanned or live.shown_by:
        return
    case.barred.add("supplier_cancelled_store_fulfilled")
    sides = sides_of(case, live)
    is_alone = all(one is side for one in sides) and live.lines.keys() <= placed.covers.keys()
    why = f"{side.name} order {placed.order.id} is {placed.order.raw_status}, and no parcel was ever scanned."
    case.found(
        "supplier_cancelled_store_fulfilled",
        thing=live.id,
        evidence=_facts(placed, fulfillment=live.id, store_numbers=numbers_of(live.fulfillment.tracking)),
        lines=case.units_of(live.lines),
        side=side,
        since=placed.order.changed_at,
        drafts=unfulfill_drafts(case, live, sides, why=why) if is_alone else [],
    )


# --- D03, D04 ----------------------------------------------------------------------------------------------------------


def _store_cancelled(case: Case, side: Side, placed: Placed) -> None:
    left = shipped(case, side, placed)
    cancelled_at = case.order.cancelled_at
    if placed.is_dead and not any(one.rung >= Rung.FIRST_SCAN for one in left):
        return
    if left or placed.order.state in ALL_SHIPPED:
        if cancelled_at is not None or _is_refunded_unshipped(case, placed):
            _shipped_anyway(case, side, placed, left)
    elif cancelled_at is not None and case.is_over(case.policy.supplier_cancel_grace, cancelled_at):
        _still_working(case, side, placed, cancelled_at)


def _is_refunded_unshipped(case: Case, placed: Placed) -> bool:
    """Whether the whole order was refunded before the store saw any of it leave. A refund after delivery is no drift."""
    if case.order.financial is not FinancialStatus.REFUNDED or not placed.covers:
        return False
    return all(case.units[line_id].fulfilled == 0 and case.units[line_id].wanted == 0 for line_id in placed.covers)


def _shipped_anyway(case: Case, side: Side, placed: Placed, left: list[Shipment]) -> None:
    case.barred.add("store_cancelled_supplier_shipped")
    evidence = _facts(
        placed,
        cancelled_at=stamp(case.order.cancelled_at),
        financial=case.order.financial.value,
        numbers=[number for one in left for number in numbers_of(one.tracking)],
    )
    lines = _whole_lines(case, placed)
    kind = "store_cancelled_supplier_shipped"
    case.found(kind, thing=placed.order.id, evidence=evidence, lines=lines, side=side, since=case.order.cancelled_at)


def _whole_lines(case: Case, placed: Placed) -> Any:
    return case.units_of({line_id: case.units[line_id].ordered for line_id in placed.covers})


def _still_working(case: Case, side: Side, placed: Placed, cancelled_at: datetime) -> None:
    lines = _whole_lines(case, placed)
    why = f"{case.order.name} was cancelled in the store at {stamp(cancelled_at)}; {side.name} still works on it."
    draft = Draft(
        action=Action.SUPPLIER_CANCEL,
        approval=case.policy.supplier_cancel,
        lines=lines,
        target=Target(supplier=side.name, supplier_order_id=placed.order.id),
        basis=f"{side.name}:{placed.order.id}:{placed.order.state.value}:{stamp(cancelled_at)}",
        why=why,
        supplier=side.name,
    )
    is_able = side.rules.can_cancel and placed.order.state in _CANCELLABLE and not placed.linked.claimed_by
    case.found(
        "store_cancelled_supplier_live",
        thing=placed.order.id,
        evidence=_facts(placed, cancelled_at=stamp(cancelled_at), can_cancel=side.rules.can_cancel),
        lines=lines,
        side=side,
        since=cancelled_at,
        drafts=[draft] if is_able else [],
    )


# --- D05 ---------------------------------------------------------------------------------------------------------------


def _ghost(case: Case, side: Side, shipment: Shipment) -> None:
    """D05: it left although it had been called off, and the store shows it nowhere."""
    if shipment.rung < shipped_rung(case) or case.order.cancelled_at is not None:
        return
    if shipment.placed.is_dead and shipment.rung < Rung.FIRST_SCAN:
        return
    if any(number in live.numbers for live in case.lives for number in shipment.numbers):
        return
    waits = case.open_units(line_id for line_id in shipment.scope if line_id in case.units)
    if not waits:
        return
    reasons = [
        {"by": by, "at": stamp(at)}
        for by, at in _called_off(case, shipment, set(waits))
        if not _is_newer(shipment, at) and not _is_fulfilled_since(case, set(waits), at)
    ]
    if shipment.placed.is_dead:
        reasons.append({"by": "supplier", "at": stamp(shipment.placed.order.changed_at)})
    if reasons:
        case.barred.add("ghost_shipment")
        evidence = {**shipment_facts(shipment), "called_off": reasons}
        case.found("ghost_shipment", thing=shipment.key, evidence=evidence, lines=case.units_of(waits), side=side)


def _called_off(case: Case, shipment: Shipment, waits: set[str]) -> Iterable[tuple[str, datetime | None]]:
    """Every time these units were called off: by us, by an accepted cancellation, or by an unfulfill of anybody."""
    for intent in case.view.intents:
        if _is_call_off(intent) and any(line.line_item_id in waits for line in intent.lines):
            yield "syncd", intent.sent_at or intent.created_at
    for work in case.order.fulfillment_orders:
        if work.request_status is RequestStatus.CANCELLATION_ACCEPTED:
            held = {part.line_id for part in work.lines}
            if not held or not held.isdisjoint(waits):
                yield "service", work.updated_at
    for fulfillment in case.order.fulfillments:
        if _is_unfulfilled(fulfillment, shipment, waits):
            yield "unfulfill", fulfillment.updated_at


def _is_call_off(intent: IntentView) -> bool:
    return intent.action in _CALLED_OFF and intent.state in {"done", "verified", "unknown"}


def _is_unfulfilled(fulfillment: Fulfillment, shipment: Shipment, waits: set[str]) -> bool:
    """A cancelled fulfillment of these units that did not show this parcel: one that did is B10, or was our own."""
    if fulfillment.status is not FulfillmentStatus.CANCELLED:
        return False
    shown = any(one.number == known.number for one in fulfillment.tracking for known in shipment.tracking)
    return not shown and any(done.line_id in waits for done in fulfillment.lines)


def _is_newer(shipment: Shipment, at: datetime | None) -> bool:
    """Whether the supplier's order was made after the call-off: then it is a new order and no ghost."""
    made = shipment.placed.order.created_at
    return made is not None and at is not None and made > at


def _is_fulfilled_since(case: Case, waits: set[str], at: datetime | None) -> bool:
    """Whether somebody fulfilled these lines again after the call-off: then it was taken back."""
    return at is not None and any(
        live.fulfillment.created_at >= at and not waits.isdisjoint(live.lines) for live in case.lives
    )


# --- D07, D08, D10, D11 ------------------------------------------------------------------------------------------------


def _edited(case: Case, side: Side) -> None:
    placement = case.view.placement
    if placement is None or case.order.cancelled_at is not None or not any(one.is_shown for one in side.live_orders):
        return
    if all(one.order.state is SupplierState.DELIVERED for one in side.live_orders):
        return
    changes = _changes(case, side, placement)
    address = (placement.address_hash, case.order.address_hash)
    is_moved = None not in address and address[0] != address[1]
    if not changes and not is_moved:
        return
    waits = case.open_units(side.lines)
    has_left = any(shipped(case, side, one) for one in side.live_orders)
    why = "The order was changed after it went to the supplier; nothing has left yet."
    reason = "INCORRECT_ADDRESS" if is_moved else "OTHER"
    works = [] if has_left else works_of(case, side)
    case.found(
        "order_edited_after_placement",
        thing=side.name,
        evidence={
            "placed_at": stamp(placement.at),
            "address_changed": is_moved,
            "quantities": changes,
            "shipped": has_left,
        },
        lines=case.units_of(waits or {line_id: case.units[line_id].ordered for line_id in side.lines}),
        side=side,
        drafts=hold_drafts(case, side, works, why=why, reason=reason),
    )


def _changes(case: Case, side: Side, placement: Placement) -> dict[str, list[int]]:
    """Units then and now, of the lines that an edit changed since. What refunds took off since then is no edit."""
    then = dict(placement.quantities)
    changes: dict[str, list[int]] = {}
    for line_id in side.lines:
        refunds = [one for one in case.order.refunds if one.line_id == line_id]
        since = sum(one.quantity for one in refunds if one.at is not None and one.at > placement.at)
        undated = sum(one.quantity for one in refunds if one.at is None)
        before, now = then.get(line_id, 0), case.lines[line_id].current_quantity
        if not now + since <= before <= now + since + undated:
            changes[line_id] = [before, now + since]
    return changes


def _refunded_but_open(case: Case) -> None:
    if case.order.financial is not FinancialStatus.REFUNDED or case.order.cancelled_at is not None:
        return
    waits = case.open_units(case.claims.ours)
    if waits:
        evidence = {"financial": case.order.financial.value}
        case.found("refunded_but_fulfilled_open", thing=case.order.id, evidence=evidence, lines=case.units_of(waits))


def _not_paid(case: Case, side: Side, placed: Placed) -> None:
    if placed.is_dead or case.order.financial not in NOT_PAID or case.order.cancelled_at is not None:
        return
    evidence = _facts(placed, financial=case.order.financial.value)
    lines = _whole_lines(case, placed)
    case.found("payment_not_captured", thing=placed.order.id, evidence=evidence, lines=lines, side=side)


def _cancelled_units(case: Case, side: Side, placed: Placed) -> None:
    """D11: the supplier took units off a line, and the store did not, or not as many."""
    if placed.is_dead or case.order.cancelled_at is not None:
        return
    elsewhere: dict[str, int] = {}
    for other in side.live_orders:
        for line_id, quantity in other.covers.items():
            elsewhere[line_id] = elsewhere.get(line_id, 0) + quantity
    for line_id, quantity in sorted(placed.off.items()):
        units = case.units[line_id]
        if elsewhere.get(line_id, 0) >= units.wanted:
            continue
        evidence = _facts(placed, cancelled_at_supplier=quantity, removed_in_store=units.removed)
        lines = case.units_of({line_id: quantity})
        thing = f"{placed.order.id}/{line_id}"
        case.found("partially_cancelled_mismatch", thing=thing, evidence=evidence, lines=lines, side=side)
