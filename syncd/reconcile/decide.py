"""The truth table: what disagrees about one order, and what should be done. Pure; read this first.

1. An order that was not read whole is told about (F09) and left alone.
2. Everything known is laid out once: whose lines, where their units are, what every parcel is about (`open_case`).
3. The groups of the catalogue look for their kinds. What bars a create is collected on the way.
4. Creates come last, when everything that bars them is known; changes of numbers are one step per fulfillment.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from syncd.domain.orders import FinancialStatus
from syncd.reconcile import ahead_store, ahead_supplier, cancels, own_side, requests, store_numbers, tracking_health
from syncd.reconcile.case import MANUAL_TAG, UNTIL_TAG, Case, open_case
from syncd.reconcile.policy import Policy
from syncd.reconcile.quiet import quiet
from syncd.reconcile.untold import as_told
from syncd.reconcile.view import Judgement, OrderView, Skip

_NO_MONEY_YET = frozenset(
    {
        FinancialStatus.AUTHORIZED,
        FinancialStatus.EXPIRED,
        FinancialStatus.PARTIALLY_PAID,
        FinancialStatus.PENDING,
        FinancialStatus.VOIDED,
    }
)


def reconcile(view: OrderView, *, policy: Policy, now: datetime) -> Judgement:
    """What disagrees about one order at `now`, the steps that would answer it, and when to look again."""
    judgement = quiet(view, policy=policy, now=now) or full(view, policy=policy, now=now)
    return as_told(judgement, order=view.order)


def full(view: OrderView, *, policy: Policy, now: datetime) -> Judgement:
    """The judgement without the short cut for orders that are in sync."""
    if view.order.cut:
        return _not_whole(view, policy=policy, now=now)
    case = open_case(view, policy=policy, now=now)
    _hands_off(case)
    own_side.detect_ledger(case)
    own_side.detect(case)
    cancels.detect(case)
    requests.detect(case)
    tracking_health.detect(case)
    ahead_store.detect(case)
    store_numbers.detect(case)
    ahead_supplier.detect(case)
    store_numbers.write(case)
    ahead_supplier.create(case)
    return case.judgement()


def _not_whole(view: OrderView, *, policy: Policy, now: datetime) -> Judgement:
    """Nothing may be concluded from an order that was cut off, but the ledger speaks for itself."""
    case = Case(view=view, policy=policy, now=now, order=view.order)
    own_side.detect_ledger(case)
    case.found("observation_incomplete", thing=view.order.id, evidence={"cut": sorted(view.order.cut)})
    return case.judgement()


def not_judged(view: OrderView, *, policy: Policy, now: datetime, error: str) -> Judgement:
    """What is told of an order whose judgement failed: a mistake of ours, or data that nobody foresaw. Nothing is done about it."""
    case = Case(view=view, policy=policy, now=now, order=view.order)
    case.found("observation_incomplete", thing=view.order.id, evidence={"error": error})
    return case.judgement()


def _hands_off(case: Case) -> None:
    """Why nothing is to be done, or nothing be created, whatever is found."""
    view, order = case.view, case.order
    tags = {tag.strip().casefold() for tag in order.tags}
    if MANUAL_TAG in tags:
        case.hands_off = True
        case.skips.append(Skip(reason="manual", text=f"tagged {MANUAL_TAG}: drifts are told, nothing is done"))
    _hold_until(case, tags)
    if own_side.is_ahead_of_view(case):
        case.hands_off = True
    if view.store in view.frozen_sources:
        case.hands_off = True
    if any(side.name in view.frozen_sources for side in case.sides):
        case.barred.add("adapter_mass_change")
    if order.cancelled_at is not None:
        case.skips.append(Skip(reason="cancelled", text="the order is cancelled in the store"))
    elif order.financial in _NO_MONEY_YET:
        case.skips.append(Skip(reason="unpaid", text=f"the payment is {order.financial.value.lower()}"))


def _hold_until(case: Case, tags: Collection[str]) -> None:
    """Until when the merchant wants nothing done; of several tags the latest counts, and one that cannot be read for ever."""
    stated = [tag.removeprefix(UNTIL_TAG).strip() for tag in sorted(tags) if tag.startswith(UNTIL_TAG)]
    times = {text: _instant(text) for text in stated}
    if unread := [text for text, at in times.items() if at is None]:
        case.hands_off = True
        told = f"tagged {UNTIL_TAG}{unread[0]}, which is no date: nothing is done until the tag is put right"
        case.skips.append(Skip(reason="until", text=told))
        return
    # Each is asked for: the earliest that is still to come is when to look again.
    waiting = [at for at in times.values() if at is not None and not case.is_past(at)]
    if waiting:
        case.hands_off = True
        case.skips.append(Skip(reason="until", text=f"tagged {UNTIL_TAG}…: nothing is done before that"))


def _instant(text: str) -> datetime | None:
    """A moment in ISO 8601; a date counts from its first second in UTC."""
    try:
        at = datetime.fromisoformat(text.upper())
        return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
