"""Group F: our own ledger, our reading, and the mapping between the sides."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from syncd.domain.numbers import normalise
from syncd.domain.orders import Fulfillment, FulfillmentStatus
from syncd.domain.shipments import SupplierState
from syncd.domain.steps import Action
from syncd.reconcile.case import TICK, Case
from syncd.reconcile.evidence import numbers_of, stamp
from syncd.reconcile.matching import Placed, Side
from syncd.reconcile.requests import ABSENT_READS, PAID
from syncd.reconcile.units import FINISHED
from syncd.reconcile.view import APART, IntentView, SupplierView

LAG = timedelta(hours=1)
"""Routing and the store's index lag: fewer units than ordered are believed only after this (catalogue F04)."""

_IN_FLIGHT = frozenset({"sent", "unknown"})
_HAPPENED = frozenset({"sent", "unknown", "done", "verified"})
_BOUND_TO_WORK = frozenset({Action.HOLD, Action.SUBMIT_CANCELLATION_REQUEST, Action.SUBMIT_FULFILLMENT_REQUEST})


def detect_ledger(case: Case) -> None:
    """What our own ledger says, whatever the sources show: F01, C11, F05."""
    for intent in case.view.intents:
        if not is_undecided(case, intent):
            continue
        evidence = _intent_facts(intent)
        if intent.action is Action.SUBMIT_FULFILLMENT_REQUEST:
            case.found(
                "placement_unknown", thing=intent.id, evidence=evidence, lines=intent.lines, since=intent.sent_at
            )
        else:
            case.found("effect_unknown", thing=intent.id, evidence=evidence, lines=intent.lines, since=intent.sent_at)
        case.barred.add("effect_unknown")
        case.hands_off = True
        if intent.notify_customer:
            case.found(
                "notification_unverified", thing=intent.id, evidence=evidence, lines=intent.lines, since=intent.sent_at
            )
    _told_twice(case)


def is_undecided(case: Case, intent: IntentView) -> bool:
    """Whether nobody knows if the effect happened: said so, or sent and its deadline is over."""
    if intent.state == "unknown":
        return True
    return intent.state == "sent" and (intent.deadline_at is None or case.is_past(intent.deadline_at))


def _intent_facts(intent: IntentView) -> dict[str, Any]:
    return {
        "intent": intent.id,
        "action": intent.action.value,
        "sent_at": stamp(intent.sent_at),
        "numbers": numbers_of(intent.tracking),
        "notify_customer": intent.notify_customer,
    }


def is_ahead_of_view(case: Case) -> bool:
    """Whether we did something that this view of the order cannot show yet: nothing is decided twice on it."""
    for intent in case.view.intents:
        if intent.state in _HAPPENED and not intent.observed_after and intent.action is not Action.SUPPLIER_CANCEL:
            sent = intent.sent_at or intent.created_at
            if case.view.observed_at < sent:
                return True
    return False


def _told_twice(case: Case) -> None:
    told: dict[str, list[IntentView]] = {}
    for intent in case.view.intents:
        if intent.notify_customer and intent.state in {"done", "verified"}:
            for one in intent.tracking:
                told.setdefault(normalise(one.number), []).append(intent)
    for number, intents in sorted(told.items()):
        if len(intents) > 1:
            evidence = {"number": number, "intents": sorted(intent.id for intent in intents)}
            case.found("notification_unverified", thing=number, evidence=evidence, lines=intents[0].lines)


def detect(case: Case) -> None:
    """What needs the sources: F02, F04, F07, F13."""
    _orphans(case)
    _quantities(case)
    _unfulfill_unverified(case)
    _claimed_twice(case)
    for side in case.sides:
        if side.view is not None and side.is_readable:
            _mapping(case, side, side.view)


# --- F04 ---------------------------------------------------------------------------------------------------------------


def _quantities(case: Case) -> None:
    for line_id in sorted(case.claims.ours):
        units = case.units[line_id]
        evidence = {
            "ordered": units.ordered,
            "open": units.open,
            "fulfilled": units.fulfilled,
            "removed_unfulfilled": units.removed,
        }
        lines = case.units_of({line_id: units.ordered})
        if units.surplus > 0:
            case.barred.add("quantity_invariant_broken")
            case.found("quantity_invariant_broken", thing=line_id, evidence=evidence, lines=lines)
        elif units.surplus < 0 and case.order.cancelled_at is None:
            since = case.view.quantity_gap_since or case.view.observed_at
            if case.is_past(since + LAG):
                kind = "quantity_invariant_broken"
                case.found(kind, thing=line_id, evidence=evidence, lines=lines, since=since, case="less")


# --- F02, F07 ----------------------------------------------------------------------------------------------------------


def _orphans(case: Case) -> None:
    """F02: a fulfillment order that we acted on is gone, and another one has its lines."""
    works = {work.id: work for work in case.order.fulfillment_orders}
    for intent in case.view.intents:
        ref = intent.effect_id or ""
        if (
            intent.action not in _BOUND_TO_WORK
            or intent.state not in {"done", "verified"}
            or "/FulfillmentOrder/" not in ref
        ):
            continue
        known = works.get(ref)
        if known is not None and known.status not in FINISHED:
            continue
        held = {line.line_item_id for line in intent.lines}
        heirs = sorted(
            work.id
            for work in works.values()
            if work.status not in FINISHED and any(part.line_id in held and part.remaining > 0 for part in work.lines)
        )
        if heirs:
            evidence = {**_intent_facts(intent), "fulfillment_order": ref, "replaced_by": heirs}
            case.found("ledger_orphan_fo", thing=ref, evidence=evidence, lines=intent.lines)


def _unfulfill_unverified(case: Case) -> None:
    """F07: we cancelled a fulfillment, and the store does not show what must follow."""
    shown = {fulfillment.id: fulfillment for fulfillment in case.order.fulfillments}
    for intent in case.view.intents:
        # Unknown is also what the store called done and the read-back did not show.
        if intent.action is not Action.CANCEL_FULFILLMENT or intent.state not in {"done", "unknown"}:
            continue
        if intent.effect_id is None:
            continue
        fulfillment = shown.get(intent.effect_id)
        if fulfillment is None:
            continue
        is_reopened = _has_room(case, fulfillment)
        if fulfillment.status is FulfillmentStatus.CANCELLED and is_reopened:
            continue
        evidence = {**_intent_facts(intent), "status": fulfillment.status.value, "units_open_again": is_reopened}
        case.found(
            "unfulfill_unverified", thing=fulfillment.id, evidence=evidence, lines=intent.lines, since=intent.sent_at
        )


def _has_room(case: Case, fulfillment: Fulfillment) -> bool:
    """Whether the units it held are accounted for elsewhere: open, fulfilled again, or taken off."""
    return case.order.cancelled_at is not None or all(
        case.units[done.line_id].surplus >= 0 for done in fulfillment.lines if done.line_id in case.units
    )


# --- F13 ---------------------------------------------------------------------------------------------------------------


def _ambiguous(case: Case, *, thing: str, line_ids: Iterable[str], evidence: dict[str, Any], side: Side | None) -> None:
    barred = [line_id for line_id in line_ids if line_id in case.lines]
    case.barred_lines.update(barred)
    lines = case.units_of({line_id: case.units[line_id].ordered for line_id in barred})
    case.found("mapping_missing_or_ambiguous", thing=thing, evidence=evidence, lines=lines, side=side)


def _claimed_twice(case: Case) -> None:
    for line_id, names in sorted(case.claims.twice.items()):
        evidence = {"sku": case.lines[line_id].sku, "candidates": list(names)}
        _ambiguous(case, thing=line_id, line_ids=[line_id], evidence=evidence, side=None)


def _mapping(case: Case, side: Side, view: SupplierView) -> None:
    for placed in side.orders:
        if placed.is_dead:
            continue
        _unknown_word(case, side, placed)
        if placed.linked.claimed_by:
            evidence = {"supplier_order": placed.order.id, "candidates": [case.order.name, *placed.linked.claimed_by]}
            _ambiguous(case, thing=placed.order.id, line_ids=placed.scope, evidence=evidence, side=side)
        elif case.order.cancelled_at is None:
            _unfitting(case, side, placed)
    _doubtful(case, side, view)
    if case.order.cancelled_at is None:
        _parcels(case, side)
        _unplaced(case, side, view)


def _doubtful(case: Case, side: Side, view: SupplierView) -> None:
    """What comes with our order's name alone, where another order has that name or may have it."""
    for supplier_order, others in sorted(view.doubtful.items()):
        if case.open_units(side.lines):
            evidence = {"supplier_order": supplier_order, "candidates": [case.order.name, *others]}
            _ambiguous(case, thing=supplier_order, line_ids=side.lines, evidence=evidence, side=side)


def _unknown_word(case: Case, side: Side, placed: Placed) -> None:
    """F09: the supplier uses a word that nobody explained; what it means is never guessed, so it is told."""
    if placed.order.state is SupplierState.UNKNOWN and placed.is_shown:
        evidence = {
            "supplier_order": placed.order.id,
            "supplier_status": placed.order.raw_status,
            "problems": list(placed.order.problems),
        }
        lines = case.units_of(placed.covers)
        case.found("observation_incomplete", thing=placed.order.id, evidence=evidence, lines=lines, side=side)


def _unfitting(case: Case, side: Side, placed: Placed) -> None:
    """Supplier lines that fit several lines of ours, or none although one of ours is missing at the supplier."""
    covered = {line_id for one in side.orders for line_id in (*one.covers, *one.off)}
    missing = [line_id for line_id in placed.scope if line_id not in covered and case.units[line_id].wanted > 0]
    strange = [line.sku or line.line_id for line in placed.strange]
    if placed.unclear or (strange and missing):
        line_ids = sorted({*placed.unclear, *(missing if strange else ())})
        evidence = {"supplier_order": placed.order.id, "supplier_lines": strange, "candidates": line_ids}
        _ambiguous(case, thing=placed.order.id, line_ids=line_ids, evidence=evidence, side=side)


def _parcels(case: Case, side: Side) -> None:
    for placing in case.placings[side.name]:
        shipment = placing.shipment
        if shipment.unclear and not placing.on and case.open_units(shipment.scope):
            evidence = {
                "parcel": shipment.key,
                "numbers": numbers_of(shipment.tracking),
                "candidates": sorted(shipment.scope),
            }
            _ambiguous(case, thing=shipment.key, line_ids=shipment.scope, evidence=evidence, side=side)


def _unplaced(case: Case, side: Side, view: SupplierView) -> None:
    """A paid line that no supplier order is about, in two whole reads: was it ever placed?"""
    if case.order.financial not in PAID or view.may_have_more:
        return
    covered = {line_id for one in side.orders for line_id in (*one.covers, *one.off, *one.unclear)}
    if any(one.strange for one in side.orders):
        return
    waits = [line_id for line_id in side.lines if line_id not in covered and case.units[line_id].open > 0]
    if not waits or (not side.orders and view.empty_reads < ABSENT_READS):
        return  # the read that counts as the second makes the order due by itself
    is_over = case.is_over(case.policy.unplaced_after, case.order.created_at, calendar=side.rules.calendar)
    if not _is_absent_twice(case, side, view) or not is_over:
        return
    for line_id in waits:
        evidence: dict[str, Any] = {
            "sku": case.lines[line_id].sku,
            "candidates": [],
            "ordered_at": stamp(case.order.created_at),
        }
        case.barred_lines.add(line_id)
        case.found(
            "mapping_missing_or_ambiguous",
            thing=line_id,
            evidence=evidence,
            lines=case.units_of({line_id: case.units[line_id].open}),
            side=side,
            since=case.order.created_at,
        )


def _is_absent_twice(case: Case, side: Side, view: SupplierView) -> bool:
    """Whether two whole reads, a minute apart, would have shown it; notes when the second may have been made."""
    if view.observed_at is None:
        return False
    if not side.orders:
        return view.empty_reads >= ABSENT_READS
    seen = [one.linked.first_seen_at for one in side.orders if one.is_shown and one.linked.first_seen_at]
    if any(view.observed_at - first >= APART for first in seen):
        return True
    case.later(max(min(seen) + APART, case.now + TICK) if seen else None)
    return False
