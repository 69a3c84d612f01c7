"""Where every parcel of a supplier belongs in the store: on a fulfillment that shows it, on open units, or nowhere yet.

In this order, since the earlier one leaves less to guess:

1. Units of live fulfillments that carry the parcel's number.
2. Live fulfillments without any number, when only one can be meant (B02).
3. Live fulfillments that show a number which this very supplier order had, and has no more (A04), or which other goods have
   alone now (A03), or on which we wrote the parcel's number before somebody changed it (B04).
4. Open units, one fulfillment per location and delivery method (A01, A02, A06).
5. Fulfillments that carry other numbers: one more parcel (A03), a replaced number (A04), or a contradiction (B04).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from syncd.domain.numbers import normalise
from syncd.domain.orders import DeliveryMethod, FulfillmentOrder, FulfillmentOrderLine, FulfillmentOrderStatus
from syncd.domain.shipments import Rung
from syncd.domain.steps import Action, Allocation
from syncd.reconcile.lines import is_sent
from syncd.reconcile.live import Live
from syncd.reconcile.matching import Placed, Shipment, Side
from syncd.reconcile.units import FINISHED, Units
from syncd.reconcile.view import OrderView

CREATE = "CREATE_FULFILLMENT"
_FULFILLABLE = frozenset(
    {FulfillmentOrderStatus.OPEN, FulfillmentOrderStatus.IN_PROGRESS, FulfillmentOrderStatus.INCOMPLETE}
)

_WRITING = frozenset({Action.CREATE_FULFILLMENT, Action.UPDATE_TRACKING})

Place = tuple[str | None, DeliveryMethod]
"""What one fulfillment may span: one location and one delivery method."""


def place_key(place: Place) -> str:
    """A place as steps carry it."""
    location, method = place
    return f"{location or ''}:{method.value}"


@dataclass(slots=True, kw_only=True)
class Slot:
    """Open units of one line in one fulfillment order; `why_not` says why they cannot be fulfilled by us now."""

    work: FulfillmentOrder
    part: FulfillmentOrderLine
    left: int
    why_not: str | None

    @property
    def place(self) -> Place:
        return self.work.location_id, self.work.delivery_method


@dataclass(slots=True, kw_only=True, eq=False)
class Placing:
    """Where one shipment belongs."""

    shipment: Shipment
    need: dict[str, int]
    """Units that are still to be accounted for while placing; at the end: those that are nowhere in the store."""
    on: list[Live] = field(default_factory=list)
    creates: dict[Place, list[Allocation]] = field(default_factory=dict)
    blocked: dict[str, int] = field(default_factory=dict)
    why_blocked: tuple[str, ...] = ()
    bare: list[Live] = field(default_factory=list)
    extra: list[Live] = field(default_factory=list)
    replaced: list[Live] = field(default_factory=list)
    mismatched: list[Live] = field(default_factory=list)
    unsure: list[Live] = field(default_factory=list)
    """Fulfillments among which nobody can choose."""
    unsure_kind: str = ""
    guests: list[Shipment] = field(default_factory=list)
    """Further parcels for the very units that this one's create covers."""
    unknown_units: dict[str, int] = field(default_factory=dict)
    """Open units of which it may hold some; nobody can say which."""

    @property
    def is_somewhere(self) -> bool:
        return bool(self.on or self.creates or self.bare)


@dataclass(slots=True, kw_only=True, eq=False)
class Owners:
    """Whose a number in the store is: `current` the supplier's now, `own` the supplier's once or written by us."""

    current: frozenset[str]
    own: frozenset[str]

    def whose(self, number: str) -> str:
        if number in self.current:
            return "current"
        return "own" if number in self.own else "foreign"


def owners(side: Side, view: OrderView) -> Owners:
    """Whose numbers are, judged by the supplier's reports, the mirror and the ledger."""
    current = {number for shipment in side.shipments if not shipment.placed.is_dead for number in shipment.numbers}
    own = {number for shipment in side.shipments for number in shipment.numbers}
    for placed in side.orders:
        own |= placed.linked.past_numbers
    for intent in view.intents:
        # Only what we wrote on this supplier's word: a number that a person typed stays the person's.
        if intent.supplier == side.name and intent.action in _WRITING and intent.state not in {"pending", "refused"}:
            own.update(normalise(one.number) for one in intent.tracking)
    return Owners(current=frozenset(current), own=frozenset(own))


def open_slots(works: Iterable[FulfillmentOrder], *, lines: Iterable[str]) -> dict[str, list[Slot]]:
    """The open units of these lines, by line, in the order of the fulfillment orders' ids."""
    slots: dict[str, list[Slot]] = {line_id: [] for line_id in lines}
    for work in sorted(works, key=lambda work: work.id):
        if work.status in FINISHED:
            continue
        for part in work.lines:
            if part.remaining > 0 and part.line_id in slots:
                slots[part.line_id].append(Slot(work=work, part=part, left=part.remaining, why_not=why_not(work)))
    return slots


def why_not(work: FulfillmentOrder) -> str | None:
    """Why we cannot fulfill this fulfillment order now; None = we can."""
    if not is_sent(work.delivery_method):
        return "no_parcel"
    if CREATE in work.supported_actions and work.status in _FULFILLABLE:
        return None
    match work.status:
        case FulfillmentOrderStatus.ON_HOLD:
            return "on_hold"
        case FulfillmentOrderStatus.SCHEDULED:
            return "scheduled"
        case _:
            return "not_permitted"


def place(
    side: Side, *, view: OrderView, lives: Sequence[Live], units: Mapping[str, Units], fulfill_on: Rung
) -> list[Placing]:
    """Where every numbered parcel of the supplier belongs. Parcels of dead supplier orders belong nowhere."""
    usable = [one for one in side.shipments if one.numbers and not one.placed.is_dead and one.placed.is_shown]
    # The better a parcel is known to have left, the earlier it is placed.
    usable.sort(key=lambda one: -one.rung)
    placings = [Placing(shipment=one, need=dict(one.contents or {})) for one in usable]
    mine = [live for live in lives if not side.lines.keys().isdisjoint(live.lines)]
    work = _Work(side=side, lives=mine, units=units, fulfill_on=fulfill_on, owners=owners(side, view))
    work.slots = open_slots(view.order.fulfillment_orders, lines=side.lines)
    work.written = _written(view)
    known = [one for one in placings if one.shipment.contents is not None and one.shipment.rung >= Rung.LABEL]
    unknown = [one for one in placings if one.shipment.contents is None and one.shipment.rung >= Rung.LABEL]
    for placing in (*known, *unknown):
        work.by_number(placing)
    for each in (work.onto_bare, work.onto_old_number, work.onto_overwritten, work.onto_open, work.onto_numbered):
        for placing in known:
            each(placing)
    # What is in these is not known, so they come last: only then is it clear what may be left for them.
    for placing in unknown:
        work.unknown(placing)
    return placings


def _written(view: OrderView) -> dict[str, set[str]]:
    """By fulfillment: the numbers that it got through us."""
    written: dict[str, set[str]] = {}
    for intent in view.intents:
        if intent.effect_id and intent.action in _WRITING and intent.state in {"done", "verified"}:
            written.setdefault(intent.effect_id, set()).update(normalise(one.number) for one in intent.tracking)
    return written


@dataclass(slots=True, kw_only=True, eq=False)
class _Work:
    side: Side
    lives: list[Live]
    units: Mapping[str, Units]
    fulfill_on: Rung
    owners: Owners
    slots: dict[str, list[Slot]] = field(default_factory=dict)
    written: dict[str, set[str]] = field(default_factory=dict)
    created: list[Placing] = field(default_factory=list)
    dressed: list[Live] = field(default_factory=list)
    """Fulfillments that get their first number in this pass."""

    def by_number(self, placing: Placing) -> None:
        shipment = placing.shipment
        for live in self.lives:
            if any(number in live.numbers for number in shipment.numbers):
                placing.on.append(live)
                if shipment.contents is None:
                    # What is in it is not known, so it may account for everything there.
                    live.take(shipment, dict(live.left))
                else:
                    live.take(shipment, placing.need)

    def onto_bare(self, placing: Placing) -> None:
        wanted = _open(placing.need)
        bare = [live for live in self.lives if not live.numbers and _shares(live.left, wanted)]
        if not bare:
            return
        if _all_meant((live.left for live in bare), wanted) or (
            len(bare) == 1 and all(bare[0].left.get(line_id, 0) >= wanted[line_id] for line_id in wanted)
        ):
            chosen = bare
        else:
            placing.unsure, placing.unsure_kind, placing.need = bare, "store_fulfilled_without_tracking", {}
            return
        placing.bare = chosen
        self.dressed.extend(chosen)
        for live in chosen:
            live.take(placing.shipment, placing.need)

    def onto_old_number(self, placing: Placing) -> None:
        """A parcel under another number is no further one: open units must not be taken for it again.

        Also where its old number is shown beside those of others, or is that of goods which it left behind.
        """
        wanted, current = _open(placing.need), self.owners.current
        wanted, current = _open(placing.need), self.owners.current
        past = placing.shipment.placed.linked.past_numbers - self._shown_by(placing.shipment.placed)
        if not self.side.rules.snapshot:
            past &= current  # of others; the rest may be as true as ever
        old = [
            live
            for live in self.lives
            if _shares(live.left, wanted) and live.numbers.keys() & past and live.numbers.keys() <= past | current
        ]
        if old:
            self._settle_on(placing, [live for live in old if live.numbers.keys().isdisjoint(current)] or old)

    def _shown_by(self, placed: Placed) -> set[str]:
        """The numbers that a supplier order shows now."""
        return {number for one in self.side.shipments if one.is_of(placed) for number in one.numbers}

    def onto_overwritten(self, placing: Placing) -> None:
        """A parcel that we fulfilled stays fulfilled when somebody types another number over its own.

        Also when the supplier gave it another one meanwhile: then neither side shows the number that we wrote.
        """
        wanted, had = _open(placing.need), placing.shipment.placed.linked.past_numbers - self.owners.current
        numbers = {*placing.shipment.numbers, *had}
        changed = [
            live
            for live in self.lives
            if live not in placing.on
            and _shares(live.left, wanted)
            and not self.written.get(live.id, set()).isdisjoint(numbers)
        ]
        if changed:
            self._settle_on(placing, changed)

    def onto_open(self, placing: Placing) -> None:
        if placing.shipment.rung < self.fulfill_on or placing.unsure:
            return  # it is one of those, whichever it is
        reasons: list[str] = []
        for slot, quantity in self._choose(_open(placing.need)):
            slot.left -= quantity
            placing.need[slot.part.line_id] -= quantity
            if slot.why_not is None:
                placing.creates.setdefault(slot.place, []).append(_allocation(slot, quantity))
            else:
                placing.blocked[slot.part.line_id] = placing.blocked.get(slot.part.line_id, 0) + quantity
                reasons.append(slot.why_not)
        placing.why_blocked = tuple(dict.fromkeys(reasons))
        if placing.creates:
            self.created.append(placing)

    def _choose(self, wanted: Mapping[str, int]) -> list[tuple[Slot, int]]:
        """Slots for these units: one place that has room for all of them before several, ours to fulfill first."""
        room: dict[Place, dict[str, int]] = {}
        for line_id in wanted:
            for slot in self.slots[line_id]:
                if slot.why_not is None:
                    there = room.setdefault(slot.place, {})
                    there[line_id] = there.get(line_id, 0) + slot.left
        whole = [
            place
            for place, there in room.items()
            if all(there.get(line_id, 0) >= wanted[line_id] for line_id in wanted)
        ]
        first = min(whole, key=lambda place: (place[0] or "", place[1].value)) if whole else None
        chosen: list[tuple[Slot, int]] = []
        for line_id, quantity in sorted(wanted.items()):
            left = quantity
            ranked = sorted(self.slots[line_id], key=lambda slot: (slot.why_not is not None, slot.place != first))
            for slot in ranked:
                units = min(left, slot.left)
                if units > 0:
                    chosen.append((slot, units))
                    left -= units
        return chosen

    def onto_numbered(self, placing: Placing) -> None:
        wanted = _open(placing.need)
        if not wanted or any(self._room(line_id) for line_id in wanted):
            return
        uncovered = [live for live in self.lives if live.numbers and _shares(live.left, wanted)]
        if uncovered:
            self._settle_on(placing, uncovered)
        elif not placing.is_somewhere and not placing.blocked:
            # Everything is accounted for already: one more parcel for the same units.
            numbered = [live for live in self.lives if live.numbers or live in self.dressed]
            covered = [live for live in numbered if _shares(live.lines, wanted)]
            if covered:
                self._settle_on(placing, covered, is_excess=True)
            else:
                self._ride_along(placing, wanted)

    def unknown(self, placing: Placing) -> None:
        """Place a parcel of which only the possible lines are known."""
        shipment = placing.shipment
        if placing.on:
            return
        room = {line_id: self._room(line_id) for line_id in shipment.scope if self._room(line_id)}
        if room:
            placing.unknown_units = room if shipment.rung >= self.fulfill_on else {}
            return
        wanted = [line_id for line_id in shipment.scope if self.units[line_id].wanted > 0]
        touched = [live for live in self.lives if _shares(live.lines, wanted)]
        if touched:
            self._unknown_onto(placing, [live for live in touched if any(live.left.values())] or touched)
        else:
            self._ride_along(placing, wanted)

    def _unknown_onto(self, placing: Placing, candidates: list[Live]) -> None:
        if len(candidates) != 1:
            is_numbered = any(live.numbers for live in candidates)
            if is_numbered and placing.shipment.rung < self.fulfill_on:
                return
            placing.unsure = candidates
            placing.unsure_kind = "extra_parcel_not_in_store" if is_numbered else "store_fulfilled_without_tracking"
            return
        (live,) = candidates
        if live.numbers:
            self._settle_on(placing, candidates)
        else:
            placing.bare = [live]
            live.take(placing.shipment, dict(live.left))

    def _ride_along(self, placing: Placing, wanted: Iterable[str]) -> None:
        """Join the create of this pass that covers the same units, if only that one can be meant."""
        hosts = [one for one in self.created if not _created(one).isdisjoint(wanted)]
        if len(hosts) == 1 and len(hosts[0].creates) == 1 and placing.shipment.rung >= self.fulfill_on:
            hosts[0].guests.append(placing.shipment)

    def _room(self, line_id: str) -> int:
        return sum(slot.left for slot in self.slots[line_id])

    def _settle_on(self, placing: Placing, lives: list[Live], *, is_excess: bool = False) -> None:
        """Say what the parcel means for fulfillments that carry other numbers."""
        known = [live for live in lives if self._whose(live) != {"foreign"}]
        held = [live.lines if is_excess else live.left for live in known]
        if len(known) > 1 and not _all_meant(held, _open(placing.need)):
            is_lost = not is_excess and any(self._is_lost(live) for live in known)
            placing.unsure = known
            placing.unsure_kind = "tracking_replaced_at_supplier" if is_lost else "extra_parcel_not_in_store"
            return
        for live in known or lives:
            if self._is_lost(live):
                placing.replaced.append(live)
            elif live not in known:
                if not placing.is_somewhere:
                    placing.mismatched.append(live)
            elif placing.shipment.rung >= self.fulfill_on:
                placing.extra.append(live)
            live.take(placing.shipment, placing.need)

    def _whose(self, live: Live) -> set[str]:
        return {self.owners.whose(number) for number in live.numbers}

    def _is_lost(self, live: Live) -> bool:
        """Whether it shows a number that the supplier had once and has no more."""
        return self.side.rules.snapshot and "own" in self._whose(live)


def _open(need: Mapping[str, int]) -> dict[str, int]:
    return {line_id: quantity for line_id, quantity in need.items() if quantity > 0}


def _all_meant(held: Iterable[Mapping[str, int]], wanted: Mapping[str, int]) -> bool:
    """Whether there is nothing to choose: the parcel has enough for all of them together."""
    units: dict[str, int] = {}
    for one in held:
        for line_id, quantity in one.items():
            units[line_id] = units.get(line_id, 0) + quantity
    return all(quantity <= wanted.get(line_id, 0) for line_id, quantity in units.items())


def _shares(left: Mapping[str, int], wanted: Iterable[str]) -> bool:
    return any(left.get(line_id, 0) > 0 for line_id in wanted)


def _created(placing: Placing) -> set[str]:
    return {one.line_item_id for allocations in placing.creates.values() for one in allocations}


def _allocation(slot: Slot, quantity: int) -> Allocation:
    return Allocation(
        fulfillment_order_id=slot.work.id,
        fulfillment_order_line_id=slot.part.id,
        line_item_id=slot.part.line_id,
        quantity=quantity,
    )
