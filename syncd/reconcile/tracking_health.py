"""Group E: parcels that exist on paper only, are lost, come back, or bear somebody else's number."""

from __future__ import annotations

from datetime import datetime

from syncd.domain.orders import Fulfillment
from syncd.domain.shipments import Rung
from syncd.reconcile.ahead_supplier import shipment_facts
from syncd.reconcile.case import Case
from syncd.reconcile.evidence import stamp
from syncd.reconcile.matching import Shipment, Side
from syncd.reconcile.movement import is_delivered, movement


def detect(case: Case) -> None:
    """Every kind of group E."""
    for side in case.sides:
        if side.is_readable:
            for shipment in side.shipments:
                if shipment.placed.is_shown:
                    _label_stale(case, side, shipment)
                    _transit_expired(case, side, shipment)
                    _returned(case, side, shipment)
                    _scanned_too_early(case, side, shipment)
    if case.view.number_uses:
        _reused(case)


def _label_stale(case: Case, side: Side, shipment: Shipment) -> None:
    """E01: a label and no scan."""
    since = shipment.placed.linked.label_seen_at
    if shipment.rung is not Rung.LABEL or since is None or shipment.placed.is_dead:
        return
    if any(movement(live.fulfillment) for live in case.lives if shipment in live.shown_by):
        return
    if case.is_over(case.policy.label_stale_after, since, calendar=side.rules.calendar):
        evidence = {**shipment_facts(shipment), "label_seen_at": stamp(since)}
        lines = case.units_of(shipment.contents or {})
        case.found("label_only_stale", thing=shipment.key, evidence=evidence, lines=lines, side=side, since=since)


def _transit_expired(case: Case, side: Side, shipment: Shipment) -> None:
    """E03: scanned once, and silent for too long."""
    shown = [live.fulfillment for live in case.lives if shipment in live.shown_by]
    # What the store's own events show raises the evidence, too.
    is_moving = shipment.rung >= Rung.FIRST_SCAN or any(movement(one) for one in shown)
    if not is_moving or shipment.rung is Rung.DELIVERED or any(is_delivered(one) for one in shown):
        return
    last = _latest(shipment, shown)
    if last is not None and case.is_over(case.policy.transit_expired_after, last, calendar=side.rules.calendar):
        evidence = {**shipment_facts(shipment), "last_event_at": stamp(last)}
        lines = case.units_of(shipment.contents or {})
        case.found("transit_expired", thing=shipment.key, evidence=evidence, lines=lines, side=side, since=last)


def _latest(shipment: Shipment, shown: list[Fulfillment]) -> datetime | None:
    times = [event.happened_at for one in shown for event in one.events]
    times += [one.in_transit_at for one in shown if one.in_transit_at is not None]
    for parcel in shipment.parcels:
        times += [time for time in (parcel.last_event_at, parcel.first_scan_at) if time is not None]
    return max(times, default=None)


def _returned(case: Case, side: Side, shipment: Shipment) -> None:
    """E05: the carrier brings it back."""
    for parcel, key in zip(shipment.parcels, shipment.keys, strict=True):
        if parcel.exception and "return" in parcel.exception.lower():
            evidence = {
                **shipment_facts(shipment),
                "exception": parcel.exception,
                "last_event_at": stamp(parcel.last_event_at),
            }
            lines = case.units_of(shipment.contents or {})
            since = parcel.last_event_at
            case.found("returned_to_sender", thing=key, evidence=evidence, lines=lines, side=side, since=since)


def _scanned_too_early(case: Case, side: Side, shipment: Shipment) -> None:
    """E06: a parcel that was on its way before the order existed is somebody else's."""
    first = shipment.parcel.first_scan_at
    if first is not None and first < case.order.created_at and shipment.numbers:
        case.barred.add("tracking_reused")
        evidence = {
            **shipment_facts(shipment),
            "first_scan_at": stamp(first),
            "ordered_at": stamp(case.order.created_at),
        }
        lines = case.units_of(shipment.contents or {})
        case.found("tracking_reused", thing=f"{shipment.numbers[0]}/scanned", evidence=evidence, lines=lines, side=side)


def _reused(case: Case) -> None:
    """E06: another order carries the number. The same customer at the same address may share a parcel."""
    own = {number for live in case.lives for number in live.numbers}
    own |= {number for side in case.sides if side.is_readable for one in side.shipments for number in one.numbers}
    order = case.order
    for number in sorted({use.number for use in case.view.number_uses} & own):
        uses = [use for use in case.view.number_uses if use.number == number and use.order_id != order.id]
        if not uses:
            continue
        is_combined = all(
            use.address_hash is not None
            and use.customer_hash is not None
            and (use.address_hash, use.customer_hash) == (order.address_hash, order.customer_hash)
            for use in uses
        )
        if not is_combined:
            case.barred.add("tracking_reused")
        evidence = {
            "number": number,
            "same_customer_and_address": is_combined,
            "used_by": sorted(
                ({"order": use.order, "where": use.where} for use in uses), key=lambda use: (use["order"], use["where"])
            ),
        }
        case.found("tracking_reused", thing=number, evidence=evidence, case="combined" if is_combined else "")
