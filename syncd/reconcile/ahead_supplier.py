"""Group A: the supplier is ahead of the store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from syncd.domain.carriers import tracking_for
from syncd.domain.numbers import normalise
from syncd.domain.periods import elapsed
from syncd.domain.shipments import Rung, SupplierState
from syncd.domain.steps import Action, Allocation, Approval, StepLine, Target
from syncd.domain.tracking import Tracking
from syncd.reconcile.case import Case
from syncd.reconcile.evidence import doubt, numbers_of, parcel_facts, with_doubt
from syncd.reconcile.live import Live
from syncd.reconcile.matching import ALL_SHIPPED, Shipment, Side
from syncd.reconcile.movement import movement
from syncd.reconcile.placing import Place, Placing, owners, place_key
from syncd.reconcile.steps import Draft, at_least_asked
from syncd.reconcile.units import FINISHED

NEWS_FOR = elapsed(days=7)
"""A customer is told of a parcel only while its evidence is younger than this (design 4.5, notify `once`)."""

OLD_DELIVERY = elapsed(days=30)
"""A parcel that was delivered longer ago is fulfilled in the store only after a person agreed (catalogue A06)."""

_SAYS_SHIPPED = ALL_SHIPPED | {SupplierState.PART_SHIPPED}


def detect(case: Case) -> None:
    """What needs no knowledge of bars; creates are decided last, by `create`."""
    for side in case.sides:
        if not side.is_readable:
            continue
        for placing in case.placings[side.name]:
            _numbers(case, side, placing)
        _before_dispatch(case, side)
        _split_or_merged(case, side)


def evidence_at(shipment: Shipment) -> datetime | None:
    """When the parcel left, as well as it is known: what the supplier states, else when the mirror saw its number appear."""
    parcel, linked = shipment.parcel, shipment.placed.linked
    if parcel.shipped_at or parcel.first_scan_at:
        return parcel.shipped_at or parcel.first_scan_at
    # The first read of an old order shows its number too; only a number that came later was seen to appear.
    if linked.label_seen_at and linked.first_seen_at and linked.label_seen_at > linked.first_seen_at:
        return linked.label_seen_at
    return linked.order.changed_at


def shipment_facts(shipment: Shipment) -> dict[str, Any]:
    """What is known of a shipment, for the evidence of a drift."""
    suspect = doubt(shipment.tracking)
    return {
        **parcel_facts(shipment.parcel, rung=shipment.rung),
        "supplier_order": shipment.placed.order.id,
        "supplier_status": shipment.placed.order.raw_status,
        **({"doubt": suspect} if suspect else {}),
    }


# --- numbers on fulfillments that exist -------------------------------------------------------------------------------


def _numbers(case: Case, side: Side, placing: Placing) -> None:
    for live in placing.extra:
        _extra(case, side, placing.shipment, live, add=placing.shipment.tracking)
    for live in placing.replaced:
        _replaced(case, side, placing.shipment, live)
    if placing.unsure and placing.unsure_kind != "store_fulfilled_without_tracking":
        candidates = [live.id for live in placing.unsure]
        evidence = {**shipment_facts(placing.shipment), "candidates": candidates}
        case.found(placing.unsure_kind, thing=placing.shipment.key, evidence=evidence, side=side)
    _missing_numbers(case, side, placing)


def _missing_numbers(case: Case, side: Side, placing: Placing) -> None:
    """Numbers of a parcel that is in the store already: those of its other parcels (A03), or its last mile's (A05)."""
    shipment = placing.shipment
    if not placing.on:
        return
    shown = {number for live in case.lives for number in live.numbers}
    missing = [one for one, number in zip(shipment.tracking, shipment.numbers, strict=True) if number not in shown]
    if not missing:
        return
    live = placing.on[0]
    if len(shipment.parcels) > 1 and len(placing.on) == 1:
        if shipment.rung >= case.policy.fulfill_on:
            _extra(case, side, shipment, live, add=missing)
        return
    evidence = {**shipment_facts(shipment), "store_numbers": numbers_of(live.fulfillment.tracking)}
    evidence["missing"] = numbers_of(missing)
    lines = case.units_of(live.lines)
    case.found("last_mile_number_available", thing=shipment.key, evidence=evidence, lines=lines, side=side)


def _extra(case: Case, side: Side, shipment: Shipment, live: Live, *, add: Sequence[Tracking]) -> None:
    evidence = _versus(shipment, live)
    kind = "extra_parcel_not_in_store"
    if was_taken_back(case, live, add):
        evidence["taken_back"] = True
        thing = f"{live.id}/{shipment.key}"
        case.found(kind, thing=thing, evidence=evidence, lines=case.units_of(live.lines), side=side)
        return
    _change_numbers(case, side, shipment, live, kind=kind, evidence=evidence, add=add, drop=())


def _replaced(case: Case, side: Side, shipment: Shipment, live: Live) -> None:
    known = owners(side, case.view)
    lost = [number for number in live.numbers if known.whose(number) == "own"]
    evidence = {
        **_versus(shipment, live),
        "lost": lost,
        "moved": movement(live.fulfillment) or _scanned(side, shipment, lost),
    }
    evidence["taken_back"] = was_taken_back(case, live, shipment.tracking)
    kind = "tracking_replaced_at_supplier"
    if evidence["moved"] or evidence["taken_back"]:
        # A number that was scanned names a parcel on its way; one that somebody took back is a quarrel of two apps.
        thing = f"{live.id}/{shipment.key}"
        case.found(kind, thing=thing, evidence=evidence, lines=case.units_of(live.lines), side=side)
        return
    _change_numbers(case, side, shipment, live, kind=kind, evidence=evidence, add=shipment.tracking, drop=lost)


def _scanned(side: Side, shipment: Shipment, numbers: Sequence[str]) -> str | None:
    """How far these numbers were seen to get. A parcel that keeps its key while its number changes lends it its scans."""
    for placed in side.orders:
        kept = {parcel.key for parcel in shipment.parcels if shipment.is_of(placed)}
        for key, rung in placed.linked.max_rungs.items():
            is_theirs = normalise(key) in numbers or (key in kept and normalise(key) not in shipment.numbers)
            if rung >= Rung.FIRST_SCAN and is_theirs:
                return rung.word
    return None


def was_taken_back(case: Case, live: Live, numbers: Iterable[Tracking]) -> bool:
    """Whether we wrote one of these numbers on this fulfillment before, and somebody took it off."""
    ours = {
        normalise(one.number)
        for intent in case.view.intents
        if intent.effect_id == live.id and intent.state in {"done", "verified"}
        for one in intent.tracking
    }
    return any(normalise(one.number) in ours for one in numbers)


def _versus(shipment: Shipment, live: Live) -> dict[str, Any]:
    facts = shipment_facts(shipment)
    return {**facts, "fulfillment": live.id, "store_numbers": numbers_of(live.fulfillment.tracking)}


def _change_numbers(
    case: Case,
    side: Side,
    shipment: Shipment,
    live: Live,
    *,
    kind: str,
    evidence: dict[str, Any],
    add: Iterable[Tracking],
    drop: Iterable[str],
) -> None:
    thing = f"{live.id}/{shipment.key}"
    drift = case.found(kind, thing=thing, evidence=evidence, lines=case.units_of(live.lines), side=side)
    if not case.may_act(side):
        return
    change = case.retrack(live, side=side, drift=drift)
    change.drop.update(drop)
    for one in add:
        change.show(one)
    change.parcels.extend(key for key in shipment.keys if key not in change.parcels)


# --- open units -------------------------------------------------------------------------------------------------------


def create(case: Case) -> None:
    """A01, A02 and A06, once everything that bars a create is known."""
    for side in case.sides:
        if side.is_readable:
            for placing in case.placings[side.name]:
                if placing.unknown_units:
                    _contents_unknown(case, side, placing)
                elif placing.creates or placing.blocked:
                    _create(case, side, placing)


def _contents_unknown(case: Case, side: Side, placing: Placing) -> None:
    if placing.shipment.unclear:
        return  # told as F13, with the lines among which nobody can choose
    evidence = {**shipment_facts(placing.shipment), "contents": None, "candidates": sorted(placing.unknown_units)}
    lines = case.units_of(placing.unknown_units)
    since = evidence_at(placing.shipment)
    kind = "shipped_partial_not_reflected"
    case.found(kind, thing=placing.shipment.key, evidence=evidence, lines=lines, side=side, since=since)


def _create(case: Case, side: Side, placing: Placing) -> None:
    shipment = placing.shipment
    kind = _kind(case, side, shipment)
    evidence = shipment_facts(shipment)
    barred = sorted(case.barred)
    held_back = sorted(case.barred_lines & _line_ids(placing))
    if placing.blocked:
        evidence["blocked"] = list(placing.why_blocked)
    if barred or held_back:
        evidence["barred_by"] = [*barred, *(["mapping_missing_or_ambiguous"] if held_back else [])]
        evidence["barred_lines"] = held_back
    drafts = [] if barred else _create_drafts(case, side, placing, without=frozenset(held_back))
    case.found(
        kind,
        thing=shipment.key,
        evidence=evidence,
        lines=case.units_of(_units(placing)),
        side=side,
        since=evidence_at(shipment),
        drafts=drafts,
    )


def _kind(case: Case, side: Side, shipment: Shipment) -> str:
    if shipment.rung is Rung.DELIVERED:
        return "supplier_delivered_store_open"
    contents = shipment.contents or {}
    if any(case.units[line_id].wanted > contents.get(line_id, 0) for line_id in side.lines):
        return "shipped_partial_not_reflected"
    return "shipped_not_fulfilled"


def _line_ids(placing: Placing) -> set[str]:
    return {one.line_item_id for allocations in placing.creates.values() for one in allocations}


def _units(placing: Placing) -> dict[str, int]:
    units = dict(placing.blocked)
    for allocations in placing.creates.values():
        for one in allocations:
            units[one.line_item_id] = units.get(one.line_item_id, 0) + one.quantity
    return units


def _create_drafts(case: Case, side: Side, placing: Placing, *, without: frozenset[str]) -> list[Draft]:
    """One create per location and delivery method; the customer is told by the first of them at most."""
    shipments = [placing.shipment, *placing.guests]
    tracking = {
        number: tracking_for(one.number, company=one.company, url=one.url)
        for shipment in shipments
        for number, one in zip(shipment.numbers, shipment.tracking, strict=True)
    }
    notify = _is_news(case, placing, shipments)
    drafts: list[Draft] = []
    for place in sorted(placing.creates, key=lambda place: (place[0] or "", place[1].value)):
        allocations = tuple(one for one in placing.creates[place] if one.line_item_id not in without)
        if not allocations:
            continue
        drafts.append(
            Draft(
                action=Action.CREATE_FULFILLMENT,
                approval=_approval(case, placing.shipment),
                lines=_step_lines(case, allocations),
                tracking=tuple(tracking.values()),
                target=Target(
                    allocations=allocations,
                    supplier=side.name,
                    supplier_order_id=placing.shipment.placed.order.id,
                    place=place_key(place),
                ),
                basis=create_basis(case, place, allocations),
                why=_why(placing.shipment),
                notify=notify and not drafts,
                parcels=tuple(key for shipment in shipments for key in shipment.keys),
                supplier=side.name,
            )
        )
    return drafts


def _step_lines(case: Case, allocations: Iterable[Allocation]) -> tuple[StepLine, ...]:
    units: dict[str, int] = {}
    for one in allocations:
        units[one.line_item_id] = units.get(one.line_item_id, 0) + one.quantity
    return case.units_of(units)


def _approval(case: Case, shipment: Shipment) -> Approval:
    """The policy's word; a delivery of long ago is back-filled only after a person agreed."""
    delivered = shipment.parcel.delivered_at
    approval = case.policy.create_fulfillments
    if shipment.rung is Rung.DELIVERED and delivered is not None and case.is_over(OLD_DELIVERY, delivered):
        return at_least_asked(approval)
    return approval


def create_basis(case: Case, place: Place, allocations: Iterable[Allocation]) -> str:
    """The state that a create answers: the units open at this place, and every fulfillment that ever held them there."""
    location, method = place
    touched = {one.line_item_id for one in allocations}
    open_here: dict[str, int] = {}
    for work in case.order.fulfillment_orders:
        if (work.location_id, work.delivery_method) == place and work.status not in FINISHED:
            for part in work.lines:
                if part.line_id in touched:
                    open_here[part.line_id] = open_here.get(part.line_id, 0) + part.remaining
    before = sorted(
        f"{one.id}:{one.is_live}"
        for one in case.order.fulfillments
        if one.location_id == location and any(done.line_id in touched for done in one.lines)
    )
    units = sorted(f"{line_id}*{quantity}" for line_id, quantity in open_here.items())
    return f"{location}:{method.value}:{','.join(units)}:{','.join(before)}"


def _is_news(case: Case, placing: Placing, shipments: Sequence[Shipment]) -> bool:
    """Whether the customer is to be told: never before, not yet in the store, not delivered, and recent."""
    if case.policy.notify_customer != "once" or placing.on:
        return False
    shown = {number for live in case.lives for number in live.numbers}
    for shipment in shipments:
        if not case.view.notified.isdisjoint(shipment.keys) or not shown.isdisjoint(shipment.numbers):
            return False
        left = evidence_at(shipment)
        if shipment.rung is Rung.DELIVERED or left is None or case.now >= (end := NEWS_FOR.end(left)):
            return False
        case.later(end)
    return True


def _why(shipment: Shipment) -> str:
    order = shipment.placed.order
    numbers = ", ".join(numbers_of(shipment.tracking))
    rung = shipment.rung.word.replace("_", " ")
    why = f"{shipment.supplier} order {order.id} ({order.raw_status}): {numbers} is {rung}, and the store does not show it."
    return with_doubt(why, shipment.tracking)


# --- waiting, splitting -----------------------------------------------------------------------------------------------


def _before_dispatch(case: Case, side: Side) -> None:
    """A07: the supplier speaks of shipping, or has a label, and the evidence is below the policy's rung."""
    for placed in side.live_orders:
        if not placed.is_shown:
            continue
        mine = [one for one in side.shipments if one.is_of(placed)]
        top = max((one.rung for one in mine), default=Rung.ORDERED)
        waits = case.open_units(placed.covers)
        says_so = placed.order.state in _SAYS_SHIPPED or top >= Rung.LABEL
        if waits and says_so and top < case.policy.fulfill_on:
            evidence = {
                "supplier_order": placed.order.id,
                "supplier_status": placed.order.raw_status,
                "rung": top.word,
                "fulfill_on": case.policy.fulfill_on.word,
                "numbers": [number for one in mine for number in numbers_of(one.tracking)],
            }
            case.found(
                "fulfilled_before_dispatch",
                thing=placed.order.id,
                evidence=evidence,
                lines=case.units_of(waits),
                side=side,
            )


def _split_or_merged(case: Case, side: Side) -> None:
    """A08: several live supplier orders share a line and do not add up, or came of one that we knew while units are open."""
    parents = {placed.order.parent_id for placed in side.live_orders}
    split = {line_id for placed in side.orders if placed.order.id in parents for line_id in placed.covers}
    held: dict[str, list[str]] = {}
    sums: dict[str, int] = {}
    for placed in side.live_orders:
        if not placed.is_shown or placed.order.id in parents:
            continue  # its parts stand for it
        for line_id, quantity in placed.covers.items():
            held.setdefault(line_id, []).append(placed.order.id)
            sums[line_id] = sums.get(line_id, 0) + quantity
    for line_id, orders in sorted(held.items()):
        units = case.units[line_id]
        is_whole = sums[line_id] == units.wanted
        is_news = line_id in split and units.open > 0
        if is_news or (len(orders) > 1 and not is_whole):
            evidence = {"supplier_orders": orders, "units": sums[line_id], "wanted": units.wanted, "adds_up": is_whole}
            lines = case.units_of({line_id: units.ordered})
            case.found("supplier_split_or_merged", thing=line_id, evidence=evidence, lines=lines, side=side)
