"""Group B: the store is ahead of the supplier, or says something else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from syncd.domain.numbers import normalise
from syncd.domain.orders import Fulfillment, FulfillmentStatus
from syncd.domain.shipments import Rung, SupplierState
from syncd.domain.steps import Action, Target
from syncd.reconcile.ahead_supplier import shipment_facts
from syncd.reconcile.case import Case
from syncd.reconcile.evidence import numbers_of, stamp
from syncd.reconcile.live import Live
from syncd.reconcile.matching import ALL_SHIPPED, Shipment, Side
from syncd.reconcile.movement import is_delivered, movement
from syncd.reconcile.placing import owners
from syncd.reconcile.steps import Draft, fulfillment_basis

_SAYS_SHIPPED = ALL_SHIPPED | {SupplierState.PART_SHIPPED}
_ACTIVE_RETURN = frozenset({"OPEN", "REQUESTED"})


def detect(case: Case) -> None:
    """Group B as far as it is about units; whose number stands where is told by `store_numbers`."""
    for live in case.lives:
        sides = sides_of(case, live)
        _more_than_ordered_or_twice(case, live, sides)
        if all(side.is_readable for side in sides):
            _without_shipment(case, live, sides)
            _without_number(case, live, sides)
            _auto_fulfilled(case, live, sides)
    _fulfilled_too_often(case)
    _cancelled_by_others(case)


def sides_of(case: Case, live: Live) -> list[Side]:
    """The suppliers whose lines this fulfillment holds."""
    return [side for side in case.sides if not side.lines.keys().isdisjoint(live.lines)]


def shipped_rung(case: Case) -> Rung:
    """From which rung on a shipment exists, whatever later rung the policy waits for."""
    return min(case.policy.fulfill_on, Rung.HANDED_OVER)


def live_facts(live: Live) -> dict[str, Any]:
    fulfillment = live.fulfillment
    return {
        "fulfillment": fulfillment.id,
        "created_at": stamp(fulfillment.created_at),
        "store_numbers": numbers_of(fulfillment.tracking),
        "display_status": fulfillment.display_status,
    }


# --- fulfilled, but did it leave? -------------------------------------------------------------------------------------


def _without_shipment(case: Case, live: Live, sides: list[Side]) -> None:
    """B01, and B11 where the store even shows a delivery."""
    rung = shipped_rung(case)
    shipped = [one for one in live.shown_by if one.rung >= rung]
    if not all(shows_no_shipment(side, live, rung=rung) for side in sides):
        return
    if is_delivered(live.fulfillment) and not shipped:
        case.found(
            "store_delivered_supplier_not",
            thing=live.id,
            evidence=live_facts(live),
            lines=case.units_of(live.lines),
            side=sides[0],
        )
        return
    uncovered = _uncovered(live, shipped)
    if not uncovered or movement(live.fulfillment):
        return
    if not case.is_over(case.policy.fulfilled_without_shipment_after, live.fulfillment.created_at):
        return
    evidence = {**live_facts(live), "supplier_orders": _statuses(sides), "partly_shipped": bool(shipped)}
    drafts = [] if shipped else unfulfill_drafts(case, live, sides, why=_why_unshipped(live, sides))
    case.found(
        "store_fulfilled_without_shipment",
        thing=live.id,
        evidence=evidence,
        lines=case.units_of(uncovered),
        side=sides[0],
        since=live.fulfillment.created_at,
        drafts=drafts,
    )


def shows_no_shipment(side: Side, live: Live, *, rung: Rung) -> bool:
    """Whether the read of the supplier, which was whole, shows that nothing left for units that no parcel explains."""
    if side.view is None or side.view.may_have_more:
        return False
    covering = [one for one in side.orders if not one.covers.keys().isdisjoint(live.lines)]
    if not covering:
        return not side.orders and side.view.empty_reads >= 1
    if any(one.is_dead or not one.is_shown or one.order.state in _SAYS_SHIPPED for one in covering):
        return False
    unexplained = (
        one for one in side.shipments if one.rung >= rung and one.contents is None and one not in live.shown_by
    )
    return not any(not set(one.scope).isdisjoint(live.lines) for one in unexplained)


def _uncovered(live: Live, shipped: list[Shipment]) -> dict[str, int]:
    if not shipped:
        return dict(live.lines)
    return {line_id: left for line_id, left in live.left.items() if left > 0}


def _statuses(sides: Iterable[Side]) -> dict[str, str]:
    return {placed.order.id: placed.order.raw_status for side in sides for placed in side.orders}


def _why_unshipped(live: Live, sides: list[Side]) -> str:
    names = " and ".join(side.name for side in sides)
    show = "show" if len(sides) > 1 else "shows"
    return f"The store shows it fulfilled since {stamp(live.fulfillment.created_at)}, and {names} {show} no shipment."


def unfulfill_drafts(case: Case, live: Live, sides: list[Side], *, why: str) -> list[Draft]:
    """The step that takes a fulfillment back, unless that would hide something true."""
    fulfillment = live.fulfillment
    line_ids = {done.line_id for done in fulfillment.lines}
    is_all_ours = line_ids <= live.lines.keys()
    is_returned = any(
        one.status in _ACTIVE_RETURN and any(line.line_id in line_ids for line in one.lines)
        for one in case.order.returns
    )
    is_others = any(is_foreign(case, sides, number) for number in live.numbers)
    if not is_all_ours or is_returned or is_others or case.order.cancelled_at is not None:
        return []
    if not all(case.may_act(side) for side in sides):
        return []
    return [
        Draft(
            action=Action.CANCEL_FULFILLMENT,
            approval=case.policy.unfulfill,
            lines=case.units_of(live.lines),
            tracking=fulfillment.tracking,
            target=Target(fulfillment_id=live.id),
            basis=fulfillment_basis(fulfillment),
            why=why,
            supplier=sides[0].name,
        )
    ]


def is_foreign(case: Case, sides: Iterable[Side], number: str) -> bool:
    """Whether a number in the store is of none of these suppliers."""
    return all(owners(side, case.view).whose(number) == "foreign" for side in sides)


def _without_number(case: Case, live: Live, sides: list[Side]) -> None:
    """B03: no number in the store, and none at the supplier for these lines."""
    if live.numbers or is_delivered(live.fulfillment):
        return
    for side in sides:
        if any(one.numbers and not set(one.scope).isdisjoint(live.lines) for one in side.shipments):
            return
    if case.is_over(case.policy.no_tracking_anywhere_after, live.fulfillment.created_at):
        case.found(
            "fulfilled_no_tracking_anywhere",
            thing=live.id,
            evidence={**live_facts(live), "supplier_orders": _statuses(sides)},
            lines=case.units_of(live.lines),
            side=sides[0],
            since=live.fulfillment.created_at,
        )


def _auto_fulfilled(case: Case, live: Live, sides: list[Side]) -> None:
    """B07: fulfilled as soon as it was ordered, before anything can have left."""
    created = live.fulfillment.created_at
    if case.order.source == "pos" or created > case.policy.auto_fulfilled_within.end(case.order.created_at):
        return
    rung = shipped_rung(case)
    if any(one.rung >= rung for one in live.shown_by) or is_made_by_us(case, live.fulfillment):
        return
    evidence = {**live_facts(live), "ordered_at": stamp(case.order.created_at)}
    lines = case.units_of(live.lines)
    case.found(
        "auto_fulfilled_at_creation", thing=live.id, evidence=evidence, lines=lines, side=sides[0], since=created
    )


def is_made_by_us(case: Case, fulfillment: Fulfillment) -> bool:
    """Whether the ledger says that we created it."""
    return any(
        intent.effect_id == fulfillment.id
        and intent.action is Action.CREATE_FULFILLMENT
        and intent.state not in {"pending", "refused"}
        for intent in case.view.intents
    )


# --- too much, or taken back -------------------------------------------------------------------------------------------


def _fulfilled_too_often(case: Case) -> None:
    """B08, by the line: more units fulfilled than ordered."""
    for line_id in sorted(case.claims.ours):
        units = case.units[line_id]
        if units.fulfilled > units.ordered:
            holders = [live.id for live in case.lives if line_id in live.lines]
            evidence = {"fulfilled": units.fulfilled, "ordered": units.ordered, "fulfillments": holders}
            _duplicate(case, thing=line_id, evidence=evidence, units={line_id: units.fulfilled})


def _more_than_ordered_or_twice(case: Case, live: Live, sides: list[Side]) -> None:
    """B08, by the parcel: the same units of one parcel stand on two live fulfillments at one location."""
    for side in sides:
        for shipment in side.shipments:
            if shipment.contents is None or shipment.placed.is_dead:
                continue
            twins = [
                other
                for other in case.lives
                if other.fulfillment.location_id == live.fulfillment.location_id
                and any(number in other.numbers for number in shipment.numbers)
            ]
            if len(twins) < 2 or twins[0] is not live:
                continue
            for line_id, quantity in sorted(shipment.contents.items()):
                if case.units[line_id].fulfilled > case.units[line_id].ordered:
                    continue  # told by the line
                shown = {twin.id: twin.lines[line_id] for twin in twins if line_id in twin.lines}
                if len(shown) > 1 and sum(shown.values()) > quantity and _is_alone(side, twins, shipment, line_id):
                    evidence = {**shipment_facts(shipment), "fulfillments": shown, "units_in_parcel": quantity}
                    _duplicate(
                        case, thing=f"{shipment.key}/{line_id}", evidence=evidence, units={line_id: sum(shown.values())}
                    )


def _is_alone(side: Side, twins: list[Live], shipment: Shipment, line_id: str) -> bool:
    """Whether no other parcel of the supplier explains the units on these fulfillments."""
    numbers = {number for twin in twins for number in twin.numbers}
    return not any(
        other is not shipment and line_id in other.scope and not numbers.isdisjoint(other.numbers)
        for other in side.shipments
    )


def _duplicate(case: Case, *, thing: str, evidence: dict[str, Any], units: dict[str, int]) -> None:
    case.barred.add("duplicate_fulfillment")
    case.found("duplicate_fulfillment", thing=thing, evidence=evidence, lines=case.units_of(units))


def _cancelled_by_others(case: Case) -> None:
    """B10: a fulfillment that is ours, or shows our supplier's parcel, was cancelled, and not by us."""
    for fulfillment in case.order.fulfillments:
        if fulfillment.status is not FulfillmentStatus.CANCELLED or was_cancelled_by_us(case, fulfillment):
            continue
        held = {done.line_id for done in fulfillment.lines}
        waits = case.open_units(held & case.claims.ours.keys())
        if not waits or case.order.cancelled_at is not None or is_done_again(case, fulfillment):
            continue
        if is_made_by_us(case, fulfillment) or _shows_supplier(case, fulfillment, held):
            case.barred.add("fulfillment_cancelled_externally")
            evidence = {
                "fulfillment": fulfillment.id,
                "store_numbers": numbers_of(fulfillment.tracking),
                "cancelled_at": stamp(fulfillment.updated_at),
                "made_by_us": is_made_by_us(case, fulfillment),
            }
            kind = "fulfillment_cancelled_externally"
            case.found(
                kind, thing=fulfillment.id, evidence=evidence, lines=case.units_of(waits), since=fulfillment.updated_at
            )


def was_cancelled_by_us(case: Case, fulfillment: Fulfillment) -> bool:
    """Whether the ledger says that we cancelled it."""
    return any(
        intent.action is Action.CANCEL_FULFILLMENT
        and intent.effect_id == fulfillment.id
        and intent.state not in {"pending", "refused"}
        for intent in case.view.intents
    )


def is_done_again(case: Case, cancelled: Fulfillment) -> bool:
    """Whether somebody fulfilled all of its units again after it was cancelled, or under the same number.

    What was made in the very second of the cancel may have been there before.
    """
    numbers = {normalise(one.number) for one in cancelled.tracking}
    missing = Counter({done.line_id: done.quantity for done in cancelled.lines if done.line_id in case.claims.ours})
    for live in case.lives:
        if missing.keys().isdisjoint(live.lines):
            continue
        if not numbers.isdisjoint(live.numbers):
            return True
        if cancelled.updated_at is not None and live.fulfillment.created_at > cancelled.updated_at:
            missing.subtract(live.lines)
    return not any(quantity > 0 for quantity in missing.values())


def _shows_supplier(case: Case, fulfillment: Fulfillment, held: set[str]) -> bool:
    numbers = {normalise(one.number) for one in fulfillment.tracking}
    return any(
        not numbers.isdisjoint(shipment.numbers) and not held.isdisjoint(shipment.scope)
        for side in case.sides
        if side.is_readable
        for shipment in side.shipments
    )
