"""The questions that a merchant asks about an order, asked of both sides and answered in words.

Was it placed at the supplier? Was a number issued? Did the parcel leave? Does the store show it? The answers retell
what was seen; what follows from them is `reconcile`'s to say, and is taken from its judgement.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from syncd.domain.orders import FinancialStatus, Order
from syncd.domain.shipments import Parcel, Rung, SupplierOrder
from syncd.domain.tracking import Tracking
from syncd.reconcile.policy import Policy
from syncd.reconcile.view import OrderView, SupplierView
from syncd.reports.words import clean, count, listed, tracking_text

MANUAL_TAG = "syncd:manual"
_UNPAID = {FinancialStatus.PENDING, FinancialStatus.AUTHORIZED, FinancialStatus.EXPIRED, FinancialStatus.VOIDED}

_NUMBERED = "Was a tracking number issued?"
_LEFT = "Did a parcel leave?"

RUNGS: dict[Rung, str] = {
    Rung.ORDERED: "ordered, nothing more",
    Rung.LABEL: "a label was made",
    Rung.HANDED_OVER: "handed over to the carrier",
    Rung.FIRST_SCAN: "scanned by the carrier",
    Rung.IN_TRANSIT: "on its way",
    Rung.DELIVERED: "delivered",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question with its answer. `yes` None = it cannot be told, or does not matter here."""

    asks: str
    yes: bool | None
    says: str


def store_questions(view: OrderView) -> tuple[Question, ...]:
    """What has to be settled before any supplier is asked."""
    order = view.order
    cancelled = order.cancelled_at is not None
    why_not = _why_not(order)
    return (
        Question(asks="Was the order read whole?", yes=order.is_complete, says=_read(order)),
        Question(asks="Is it still wanted?", yes=not cancelled, says="cancelled in the store" if cancelled else "yes"),
        Question(asks="Is it paid?", yes=order.financial not in _UNPAID, says=_word(order.financial.value)),
        Question(asks="May syncd change it?", yes=why_not is None, says=f"no: {why_not}" if why_not else "yes"),
    )


def _read(order: Order) -> str:
    if order.cut:
        return f"no: {listed(clean(part).replace('_', ' ') for part in order.cut)} could not be read"
    untold = listed(part.replace("_", " ").replace(".", ": ") for part in order.untold)
    return f"yes, but this store never tells {untold}" if untold else "yes"


def _why_not(order: Order) -> str | None:
    if order.untold:
        return "this store can only be read"
    is_manual = any(tag.strip().casefold() == MANUAL_TAG for tag in order.tags)
    return f"it carries the tag {MANUAL_TAG}" if is_manual else None


def supplier_questions(view: OrderView, *, supplier: SupplierView, policy: Policy) -> tuple[Question, ...]:
    """The four questions for one supplier; the last one only where the supplier could answer."""
    parcels = [parcel for linked in supplier.orders for parcel in linked.order.parcels]
    placed = _placed(supplier)
    if placed.yes is None:
        return (placed, *(Question(asks=asks, yes=None, says="cannot be told") for asks in (_NUMBERED, _LEFT)))
    return (placed, _numbered(parcels), _left(parcels, policy=policy), _shown(view.order, parcels=parcels))


def best_rung(parcels: Iterable[Parcel]) -> Rung:
    """The strongest evidence among the parcels; without any, ordered."""
    return max((parcel.rung for parcel in parcels), default=Rung.ORDERED)


def store_numbers(order: Order) -> tuple[Tracking, ...]:
    """The tracking numbers that the store shows on live fulfillments."""
    return tuple(one for fulfillment in order.fulfillments if fulfillment.is_live for one in fulfillment.tracking)


def _placed(supplier: SupplierView) -> Question:
    asks = f"Was it placed at {supplier.name}?"
    if supplier.orders:
        said = listed(_order_words(linked.order) for linked in supplier.orders)
        return Question(asks=asks, yes=True, says=said)
    if supplier.unknown_links:
        named = listed(clean(one) for one in supplier.unknown_links)
        return Question(asks=asks, yes=None, says=f"a link names {named}, which {supplier.name} has not shown")
    if supplier.doubtful:
        words = listed(
            f"{clean(one)} names it, but may be about {listed(clean(other) for other in others)}"
            for one, others in sorted(supplier.doubtful.items())
        )
        return Question(asks=asks, yes=None, says=words)
    if supplier.error or not supplier.complete:
        return Question(asks=asks, yes=None, says=f"cannot be told: {clean(supplier.error or 'only read in part')}")
    looked = f", looked {count(supplier.empty_reads, 'time')}" if supplier.empty_reads else ""
    return Question(asks=asks, yes=False, says=f"no order for it was found{looked}")


def _order_words(order: SupplierOrder) -> str:
    raw = f", in its words {clean(order.raw_status)}" if order.raw_status else ""
    return f"order {clean(order.id)} is {_word(order.state.value)}{raw}"


def _numbered(parcels: list[Parcel]) -> Question:
    numbers = [one for parcel in parcels for one in parcel.tracking]
    return Question(asks=_NUMBERED, yes=bool(numbers), says=tracking_text(numbers) if numbers else "no")


def _left(parcels: list[Parcel], *, policy: Policy) -> Question:
    rung = best_rung(parcels)
    enough = bool(parcels) and rung >= policy.fulfill_on
    said = RUNGS[rung] if parcels else "there is no parcel"
    wanted = "" if enough else f"; the policy waits for: {RUNGS[policy.fulfill_on]}"
    return Question(asks=_LEFT, yes=enough, says=said + wanted)


def _shown(order: Order, *, parcels: list[Parcel]) -> Question:
    asks = "Does the store show it?"
    live = [one for one in order.fulfillments if one.is_live]
    shown = {_plain(one.number) for one in store_numbers(order)}
    missing = [one for parcel in parcels for one in parcel.tracking[:1] if _plain(one.number) not in shown]
    if not live:
        return Question(asks=asks, yes=False, says="nothing is fulfilled in the store")
    said = f"{count(len(live), 'fulfillment')}"
    numbers = tracking_text(store_numbers(order))
    said += f" with {numbers}" if numbers else " without a tracking number"
    if missing:
        return Question(asks=asks, yes=False, says=f"{said}; not {tracking_text(missing)}")
    return Question(asks=asks, yes=True, says=said)


def _plain(number: str) -> str:
    return "".join(number.split()).upper()


def _word(value: str) -> str:
    return value.lower().replace("_", " ")
