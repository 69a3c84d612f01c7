"""Group C: requests to fulfillment services, and supplier orders that do not get on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from syncd.domain.orders import FinancialStatus, FulfillmentOrder, FulfillmentOrderStatus, RequestStatus
from syncd.domain.shipments import SupplierState
from syncd.domain.steps import Action, Approval, StepLine, Target
from syncd.reconcile.ahead_store import shipped_rung
from syncd.reconcile.case import Case
from syncd.reconcile.evidence import stamp
from syncd.reconcile.holds import hold_drafts
from syncd.reconcile.matching import ALL_SHIPPED, Placed, Side
from syncd.reconcile.steps import Draft, at_least_asked, request_basis
from syncd.reconcile.units import FINISHED

PAID = frozenset({FinancialStatus.PAID, FinancialStatus.PARTIALLY_REFUNDED})
"""The customer's money is there: only then is a line to be placed at a supplier."""

ABSENT_READS = 2
"""What is inferred from absence needs this many whole reads, a minute apart (design 4.5)."""

_WORKING = frozenset({FulfillmentOrderStatus.OPEN, FulfillmentOrderStatus.IN_PROGRESS})


def detect(case: Case) -> None:
    """Every kind of group C."""
    if case.order.cancelled_at is None:
        for side in case.sides:
            for work in works_of(case, side):
                _request(case, side, work)
            if side.is_readable:
                _aging(case, side)
    for side in case.sides:
        if side.is_readable:
            _supplier_orders(case, side)


def works_of(case: Case, side: Side) -> list[FulfillmentOrder]:
    """Fulfillment orders that still hold open units of this supplier's lines."""
    return [
        work
        for work in sorted(case.order.fulfillment_orders, key=lambda work: work.id)
        if work.status not in FINISHED and any(part.remaining > 0 and part.line_id in side.lines for part in work.lines)
    ]


def work_lines(case: Case, side: Side, work: FulfillmentOrder) -> tuple[StepLine, ...]:
    """The open units of this supplier's lines in this fulfillment order."""
    units: dict[str, int] = {}
    for part in work.lines:
        if part.line_id in side.lines:
            units[part.line_id] = units.get(part.line_id, 0) + part.remaining
    return case.units_of(units)


def _request(case: Case, side: Side, work: FulfillmentOrder) -> None:
    match standing(work):
        case RequestStatus.UNSUBMITTED:
            _not_submitted(case, side, work)
        case RequestStatus.SUBMITTED:
            _not_acknowledged(case, side, work)
        case RequestStatus.ACCEPTED:
            _no_progress(case, side, work)
        case RequestStatus.CANCELLATION_REQUESTED:
            _cancellation_unanswered(case, side, work)
        case RequestStatus.REJECTED:
            _rejected(case, side, work)
        case _:
            pass


def standing(work: FulfillmentOrder) -> RequestStatus:
    """The request's status. Right after a cancellation request the store still says ACCEPTED (recorded)."""
    if work.request_status is RequestStatus.ACCEPTED and work.requests:
        last = max(work.requests, key=lambda request: request.sent_at)
        if last.kind == "CANCELLATION_REQUEST":
            return RequestStatus.CANCELLATION_REQUESTED
    return work.request_status


def last_sent(work: FulfillmentOrder, kind: str) -> datetime | None:
    """When the last request of this kind was sent."""
    return max((request.sent_at for request in work.requests if request.kind == kind), default=None)


def _facts(work: FulfillmentOrder, **more: Any) -> dict[str, Any]:
    return {
        "fulfillment_order": work.id,
        "status": work.status.value,
        "request_status": work.request_status.value,
        "service": work.service,
        **more,
    }


# --- C01, C02, C03, C04, C06 -------------------------------------------------------------------------------------------


def _not_submitted(case: Case, side: Side, work: FulfillmentOrder) -> None:
    if work.service is None or work.status is not FulfillmentOrderStatus.OPEN or case.order.financial not in PAID:
        return
    if any(placed.is_live for placed in side.orders):
        return  # the supplier has it by another way
    start = work.created_at or case.order.created_at
    if case.is_over(case.policy.unsubmitted_after, start, calendar=side.rules.calendar):
        lines = work_lines(case, side, work)
        evidence = _facts(work, created_at=stamp(start))
        case.found(
            "request_not_submitted", thing=_thing(lines, work), evidence=evidence, lines=lines, side=side, since=start
        )


def _not_acknowledged(case: Case, side: Side, work: FulfillmentOrder) -> None:
    sent = last_sent(work, "FULFILLMENT_REQUEST")
    if sent is None or not case.is_over(case.policy.unacknowledged_after, sent, calendar=side.rules.calendar):
        return
    is_free = shows_no_live_order(side, since=sent)
    lines = work_lines(case, side, work)
    draft = _draft(
        case,
        side,
        work,
        action=Action.CANCEL_FULFILLMENT_ORDER,
        approval=case.policy.cancel_stale_requests,
        why=f"The request of {stamp(sent)} was never answered, and {side.name} shows no live order for it.",
    )
    case.found(
        "request_not_acknowledged",
        thing=_thing(lines, work),
        evidence=_facts(work, sent_at=stamp(sent), supplier_shows_no_order=is_free),
        lines=lines,
        side=side,
        since=sent,
        drafts=[draft] if is_free and _is_wholly_ours(side, work) else [],
    )


def shows_no_live_order(side: Side, *, since: datetime) -> bool:
    """Whether a whole read of the supplier, made after `since`, shows that no order of its is alive for us."""
    view = side.view
    if view is None or not view.complete or view.may_have_more or view.observed_at is None or view.observed_at < since:
        return False
    if not side.orders:
        return view.empty_reads >= 1
    return all(placed.is_dead and placed.is_shown for placed in side.orders)


def _no_progress(case: Case, side: Side, work: FulfillmentOrder) -> None:
    if not side.is_readable or work.status not in _WORKING:
        return
    lines = work_lines(case, side, work)
    held = {line.line_item_id for line in lines}
    orders = [placed for placed in side.orders if not held.isdisjoint(placed.covers)]
    if orders and all(placed.is_dead for placed in orders):
        return  # nobody will make progress: D01
    if _has_shipped(case, side, held):
        return
    since = _last_change(work, orders)
    if since is None or not case.is_over(case.policy.stale_after, since, calendar=side.rules.calendar):
        return
    draft = _draft(
        case,
        side,
        work,
        action=Action.SUBMIT_CANCELLATION_REQUEST,
        approval=case.policy.cancel_stale_requests,
        why=f"Accepted, and nothing has changed at {side.name} since {stamp(since)}.",
    )
    is_unshipped = shows_nothing_shipped(side, orders)
    case.found(
        "accepted_no_progress",
        thing=_thing(lines, work),
        evidence=_facts(work, last_change_at=stamp(since), supplier_shows_no_shipment=is_unshipped),
        lines=lines,
        side=side,
        since=since,
        drafts=[draft] if is_unshipped and _is_wholly_ours(side, work) else [],
    )


def shows_nothing_shipped(side: Side, orders: Iterable[Placed]) -> bool:
    """Whether a whole read shows that nothing has left, and no label was made that may leave any moment."""
    view = side.view
    if view is None or not view.complete or view.may_have_more:
        return False
    if not side.orders:
        return view.empty_reads >= 1
    if any(not placed.is_shown or placed.order.state in ALL_SHIPPED for placed in side.orders):
        return False
    mine = list(orders)
    return not any(any(one.is_of(each) for each in mine) and one.numbers for one in side.shipments)


def _has_shipped(case: Case, side: Side, held: set[str]) -> bool:
    rung = shipped_rung(case)
    return any(one.rung >= rung and not held.isdisjoint(one.scope) for one in side.shipments)


def _last_change(work: FulfillmentOrder, orders: Iterable[Placed]) -> datetime | None:
    times = [work.updated_at or last_sent(work, "FULFILLMENT_REQUEST")]
    for placed in orders:
        stated = placed.order.changed_at or placed.order.created_at
        times += [stated, placed.linked.change_seen_at]
    return max((time for time in times if time is not None), default=None)


def _cancellation_unanswered(case: Case, side: Side, work: FulfillmentOrder) -> None:
    sent = last_sent(work, "CANCELLATION_REQUEST") or work.updated_at
    if sent is None or not case.is_over(case.policy.cancellation_unanswered_after, sent, calendar=side.rules.calendar):
        return
    lines = work_lines(case, side, work)
    held = {line.line_item_id for line in lines}
    orders = [placed for placed in side.orders if not held.isdisjoint(placed.covers)]
    is_unshipped = shows_nothing_shipped(side, orders)
    draft = _draft(
        case,
        side,
        work,
        action=Action.CANCEL_FULFILLMENT_ORDER,
        approval=at_least_asked(case.policy.cancel_stale_requests),
        why=f"The cancellation request of {stamp(sent)} was never answered.",
    )
    case.found(
        "cancellation_unanswered",
        thing=_thing(lines, work),
        evidence=_facts(work, sent_at=stamp(sent), supplier_shows_no_shipment=is_unshipped),
        lines=lines,
        side=side,
        since=sent,
        drafts=[draft] if is_unshipped and _is_wholly_ours(side, work) else [],
    )


def _rejected(case: Case, side: Side, work: FulfillmentOrder) -> None:
    lines = work_lines(case, side, work)
    why = "The service rejected the request; the hold keeps the order from being forgotten."
    case.found(
        "request_rejected",
        thing=_thing(lines, work),
        evidence=_facts(work, updated_at=stamp(work.updated_at)),
        lines=lines,
        side=side,
        since=work.updated_at,
        drafts=hold_drafts(case, side, [work], why=why),
    )


def _draft(case: Case, side: Side, work: FulfillmentOrder, *, action: Action, approval: Approval, why: str) -> Draft:
    return Draft(
        action=action,
        approval=approval,
        lines=work_lines(case, side, work),
        target=Target(fulfillment_order_id=work.id, supplier=side.name),
        basis=request_basis(work),
        why=why,
        supplier=side.name,
        message=why,
    )


def _is_wholly_ours(side: Side, work: FulfillmentOrder) -> bool:
    """Whether a step on the whole fulfillment order touches no units of anybody else."""
    return all(part.line_id in side.lines for part in work.lines if part.remaining > 0)


def _thing(lines: tuple[StepLine, ...], work: FulfillmentOrder) -> str:
    """Fulfillment-order ids churn, so what a drift is about are the lines and the place where they are worked on."""
    return f"{'+'.join(line.line_item_id for line in lines)}@{work.location_id}"


# --- C10, C11, C12, C13, C14 -------------------------------------------------------------------------------------------


def _supplier_orders(case: Case, side: Side) -> None:
    for placed in side.orders:
        _missing(case, side, placed)
        if placed.is_shown:
            _unpaid(case, side, placed)
            _late(case, side, placed)
    view = side.view
    if view is not None and view.empty_reads >= ABSENT_READS:
        for ref in sorted(view.unknown_links):
            _missing_order(case, side, ref, {"supplier_order": ref, "empty_reads": view.empty_reads}, tuple(side.lines))


def _missing(case: Case, side: Side, placed: Placed) -> None:
    reads = placed.linked.missing_reads
    if reads < ABSENT_READS or placed.is_dead or not case.open_units(placed.covers):
        return
    # An order that was split may go, once its parts are there.
    if any(other.order.parent_id == placed.order.id for other in side.orders):
        return
    evidence = {
        "supplier_order": placed.order.id,
        "missing_reads": reads,
        "last_status": placed.order.raw_status,
        "last_shown_at": stamp(placed.linked.observed_at),
    }
    _missing_order(case, side, placed.order.id, evidence, tuple(placed.covers))


def _missing_order(case: Case, side: Side, ref: str, evidence: dict[str, Any], line_ids: tuple[str, ...]) -> None:
    case.barred.add("supplier_order_missing")
    lines = case.units_of(case.open_units(line_ids))
    case.found("supplier_order_missing", thing=ref, evidence=evidence, lines=lines, side=side)


def _unpaid(case: Case, side: Side, placed: Placed) -> None:
    start = placed.order.created_at or placed.linked.first_seen_at
    if placed.order.state is not SupplierState.UNPAID or start is None:
        return
    if case.is_over(case.policy.unpaid_after, start, calendar=side.rules.calendar):
        evidence = {
            "supplier_order": placed.order.id,
            "supplier_status": placed.order.raw_status,
            "created_at": stamp(start),
        }
        lines = case.units_of(placed.covers)
        case.found("supplier_unpaid", thing=placed.order.id, evidence=evidence, lines=lines, side=side, since=start)


def _late(case: Case, side: Side, placed: Placed) -> None:
    promised = placed.order.promised_by
    if promised is None or placed.is_dead or placed.order.state in ALL_SHIPPED or case.order.cancelled_at is not None:
        return
    held = set(placed.covers)
    if _has_shipped(case, side, held) or not case.open_units(held) or not case.is_past(promised):
        return
    evidence = {
        "supplier_order": placed.order.id,
        "promised_by": stamp(promised),
        "supplier_status": placed.order.raw_status,
    }
    lines = case.units_of(case.open_units(held))
    kind = "supplier_delay_vs_promise"
    case.found(kind, thing=placed.order.id, evidence=evidence, lines=lines, side=side, since=promised)


def _aging(case: Case, side: Side) -> None:
    """C14: work that is neither held nor scheduled, and has not left."""
    if case.order.financial not in PAID:
        return
    waits: dict[str, int] = {}
    for work in works_of(case, side):
        if work.status not in {FulfillmentOrderStatus.ON_HOLD, FulfillmentOrderStatus.SCHEDULED}:
            for line in work_lines(case, side, work):
                if not _has_shipped(case, side, {line.line_item_id}):
                    waits[line.line_item_id] = waits.get(line.line_item_id, 0) + line.quantity
    if not waits:
        return
    start = case.order.created_at
    stage = sum(case.is_over(period, start, calendar=side.rules.calendar) for period in case.policy.aging_after)
    if stage:
        evidence = {"ordered_at": stamp(start), "stage": stage, "limit": case.policy.aging_after[stage - 1].text}
        lines = case.units_of(waits)
        case.found("unfulfilled_aging", thing=side.name, evidence=evidence, lines=lines, side=side, since=start)
