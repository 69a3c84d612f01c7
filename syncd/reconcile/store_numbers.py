"""Group B, the numbers: which ones stand on a fulfillment, whose they are, and what is to be written there."""

from __future__ import annotations

from functools import lru_cache

from syncd.domain.carriers import resolve, tracking_for
from syncd.domain.numbers import normalise, tidy
from syncd.domain.orders import Fulfillment
from syncd.domain.steps import Action, Target
from syncd.domain.tracking import Tracking
from syncd.reconcile.ahead_store import is_foreign, is_made_by_us, live_facts, sides_of
from syncd.reconcile.ahead_supplier import shipment_facts, was_taken_back
from syncd.reconcile.case import Case, Retrack
from syncd.reconcile.evidence import numbers_of, with_doubt
from syncd.reconcile.live import Live
from syncd.reconcile.matching import Shipment, Side
from syncd.reconcile.movement import is_delivered
from syncd.reconcile.placing import Placing
from syncd.reconcile.steps import Draft, fulfillment_basis


def detect(case: Case) -> None:
    """B02, B04, B05, B06 and B09; their steps are made by `write`, one per fulfillment."""
    for live in case.lives:
        sides = sides_of(case, live)
        if all(side.is_readable for side in sides):
            _foreign(case, live, sides)
    for side in case.sides:
        if side.is_readable:
            for placing in case.placings[side.name]:
                _bare(case, side, placing)
                _mismatched(case, side, placing)
                _spelling(case, side, placing)


def _foreign(case: Case, live: Live, sides: list[Side]) -> None:
    """B09: somebody else fulfilled our units under a number that is not the supplier's."""
    if not live.numbers or is_made_by_us(case, live.fulfillment):
        return
    if any(live in placing.mismatched for side in sides for placing in case.placings[side.name]):
        return
    if is_delivered(live.fulfillment) and not any(side.orders for side in sides):
        return  # all is done, so nobody asks the supplier any more: that its number is not known here says nothing
    if all(is_foreign(case, sides, number) for number in live.numbers):
        lines = case.units_of(live.lines)
        case.found("foreign_fulfillment", thing=live.id, evidence=live_facts(live), lines=lines, side=sides[0])


def _mismatched(case: Case, side: Side, placing: Placing) -> None:
    """B04: the store and the supplier name different parcels for the same units."""
    for live in placing.mismatched:
        evidence = {**live_facts(live), **shipment_facts(placing.shipment)}
        lines = case.units_of(live.lines)
        case.found(
            "tracking_mismatch", thing=f"{live.id}/{placing.shipment.key}", evidence=evidence, lines=lines, side=side
        )


def _bare(case: Case, side: Side, placing: Placing) -> None:
    """B02: fulfilled without a number that the supplier has."""
    kind = "store_fulfilled_without_tracking"
    shipment = placing.shipment
    if placing.unsure and placing.unsure_kind == kind:
        for live in placing.unsure:
            evidence = {
                **live_facts(live),
                **shipment_facts(shipment),
                "candidates": [one.id for one in placing.unsure],
            }
            case.found(kind, thing=live.id, evidence=evidence, lines=case.units_of(live.lines), side=side)
    for live in placing.bare:
        taken_back = was_taken_back(case, live, shipment.tracking)
        evidence = {**live_facts(live), **shipment_facts(shipment), "taken_back": taken_back}
        thing = f"{live.id}/{shipment.key}"
        drift = case.found(kind, thing=thing, evidence=evidence, lines=case.units_of(live.lines), side=side)
        if not taken_back and case.may_act(side):
            change = case.retrack(live, side=side, drift=drift)
            for one in shipment.tracking:
                change.show(one)
            change.parcels.extend(key for key in shipment.keys if key not in change.parcels)


def _spelling(case: Case, side: Side, placing: Placing) -> None:
    """B05 and B06: the same number, written otherwise or under another carrier."""
    for live in placing.on:
        for number, stated in zip(placing.shipment.numbers, placing.shipment.tracking, strict=True):
            shown = live.numbers.get(number)
            if shown is None:
                continue
            if shown.number not in {stated.number, tidy(stated.number)}:
                evidence = {**live_facts(live), "supplier_number": stated.number, "store_number": shown.number}
                lines = case.units_of(live.lines)
                thing = f"{live.id}/{number}"
                case.found("tracking_format_only", thing=thing, evidence=evidence, lines=lines, side=side)
            if differs_in_carrier(shown, stated) and not _is_one_of_several(shown, live):
                _carrier(case, side, placing.shipment, live, number=number, shown=shown, stated=stated)


def _is_one_of_several(shown: Tracking, live: Live) -> bool:
    """Whether its carrier is left out for want of room: one list of numbers names one carrier, or gives each its own page."""
    return not shown.company and bool(shown.url) and len(live.numbers) > 1


@lru_cache(maxsize=1024)
def listed_company(company: str | None) -> str | None:
    """Shopify's name for this carrier, told by its name alone; None = Shopify lists no such carrier."""
    carrier = resolve(company, number=None)
    return carrier.company if carrier.is_listed else None


def differs_in_carrier(shown: Tracking, stated: Tracking) -> bool:
    """Whether the supplier's carrier has a listed name and the store shows another one."""
    listed = listed_company(stated.company)
    if listed is None or shown.company == listed:
        return False
    return shown.company != tracking_for(stated.number, company=stated.company, url=None).company


def _plausible(case: Case, number: str) -> set[str | None]:
    """Every carrier that a supplier names for this number, as the store should show it."""
    stated = (
        one
        for side in case.sides
        if side.is_readable
        for shipment in side.shipments
        for known, one in zip(shipment.numbers, shipment.tracking, strict=True)
        if known == number and listed_company(one.company)
    )
    return {tracking_for(one.number, company=one.company, url=None).company for one in stated}


def _carrier(
    case: Case, side: Side, shipment: Shipment, live: Live, *, number: str, shown: Tracking, stated: Tracking
) -> None:
    plausible = _plausible(case, number)
    thing = f"{live.id}/{number}"
    if shown.company in plausible or case.is_told("carrier_mismatch", thing):
        return
    evidence = {
        **live_facts(live),
        "number": shown.number,
        "store_company": shown.company,
        "supplier_company": stated.company,
        "carriers": sorted(one or "" for one in plausible),
    }
    drift = case.found("carrier_mismatch", thing=thing, evidence=evidence, lines=case.units_of(live.lines), side=side)
    # One fulfillment shows one carrier for all of its numbers: with two plausible ones a person has to choose.
    is_clear = len(plausible) == 1 and (len(live.numbers) == 1 or len(_companies(live, shipment)) == 1)
    if is_clear and case.may_act(side):
        change = case.retrack(live, side=side, drift=drift)
        change.add.setdefault(number, tracking_for(shown.number, company=stated.company, url=stated.url))


def _companies(live: Live, shipment: Shipment) -> set[str | None]:
    stated = dict(zip(shipment.numbers, shipment.tracking, strict=True))
    return {stated[number].company if number in stated else None for number in live.numbers}


def write(case: Case) -> None:
    """One update per fulfillment, with all of its numbers: an update replaces the whole list."""
    for change in case.retracks.values():
        _write(case, change)


def _write(case: Case, change: Retrack) -> None:
    fulfillment = change.live.fulfillment
    wanted = {
        number: one for one in fulfillment.tracking if (number := normalise(one.number)) not in change.drop
    } | change.add
    draft = Draft(
        action=Action.UPDATE_TRACKING,
        approval=case.policy.update_tracking,
        lines=case.units_of(_all_lines(fulfillment)),
        tracking=tuple(wanted.values()),
        target=Target(fulfillment_id=fulfillment.id),
        basis=fulfillment_basis(fulfillment),
        why=_why_write(change, fulfillment),
        parcels=tuple(change.parcels),
        supplier=change.side.name,
    )
    case.answer(sorted(change.drifts, key=lambda drift: drift.id), draft)


def _all_lines(fulfillment: Fulfillment) -> dict[str, int]:
    units: dict[str, int] = {}
    for done in fulfillment.lines:
        units[done.line_id] = units.get(done.line_id, 0) + done.quantity
    return units


def _why_write(change: Retrack, fulfillment: Fulfillment) -> str:
    before = ", ".join(numbers_of(fulfillment.tracking)) or "no number"
    added = ", ".join(one.number for one in change.add.values())
    why = f"{fulfillment.name or fulfillment.id} shows {before}; {change.side.name} reports {added}."
    return with_doubt(why, change.add.values())
