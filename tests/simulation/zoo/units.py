"""Mistakes in counting units, and in choosing those that a parcel stands for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from syncd.domain.orders import FulfillmentOrder, Line, Order
from syncd.domain.shipments import Rung
from syncd.reconcile import case, placing, units
from syncd.reconcile.placing import Slot
from tests.simulation.zoo.bug import Bugs, Patcher, everywhere, planted

BUGS: Bugs = {}


@planted(BUGS, "first fulfillment order only", breaks="L1")
def first_fulfillment_order_only(patcher: Patcher) -> None:
    """Only the first open fulfillment order of an order is fulfilled."""
    original = placing.open_slots

    def first(works: Iterable[FulfillmentOrder], **asked: Any) -> dict[str, list[Slot]]:
        live = [work for work in sorted(works, key=lambda one: one.id) if work.status not in units.FINISHED]
        return original(live[:1], **asked)

    everywhere(patcher, original, first)


@planted(BUGS, "counts what is closed", breaks="L1 L2")
def counts_what_is_closed(patcher: Patcher) -> None:
    """What a closed fulfillment order shows as remaining counts as open work."""
    patcher.setattr(placing, "FINISHED", frozenset())
    patcher.setattr(units, "FINISHED", frozenset())


@planted(BUGS, "counts a refund twice", breaks="L1")
def counts_a_refund_twice(patcher: Patcher) -> None:
    """Refunded units are taken off as refunds, and once more as an edit."""
    original = units.removed

    def twice(line: Line, *, order: Order) -> int:
        return original(line, order=order) + sum(one.quantity for one in order.refunds if one.line_id == line.id)

    patcher.setattr(units, "removed", twice)


@planted(BUGS, "part for the whole line", breaks="S1")
def part_for_the_whole_line(patcher: Patcher) -> None:
    """A parcel with some units of a line fulfills all of them."""
    choose = placing._Work._choose

    def all_of_it(self: Any, wanted: Mapping[str, int]) -> list[tuple[Slot, int]]:
        return [(slot, slot.left) for slot, _ in choose(self, wanted)]

    patcher.setattr(placing._Work, "_choose", all_of_it)


@planted(BUGS, "a label is enough", breaks="S1")
def a_label_is_enough(patcher: Patcher) -> None:
    """A parcel is fulfilled as soon as it has a number, whatever the policy waits for."""
    original = placing.place

    def early(*facts: Any, fulfill_on: Rung, **more: Any) -> Any:
        return original(*facts, fulfill_on=min(fulfill_on, Rung.LABEL), **more)

    everywhere(patcher, original, early)


@planted(BUGS, "fulfills what is held", breaks="L2")
def fulfills_what_is_held(patcher: Patcher) -> None:
    """Work that the merchant holds is tried like any other, in every pass."""
    patcher.setattr(placing, "why_not", lambda _: None)


@planted(BUGS, "one fulfillment for several places", breaks="L1 L2")
def one_fulfillment_for_several_places(patcher: Patcher) -> None:
    """Units of several locations go into one fulfillment, which the store refuses."""
    original = case.place

    def merged(*facts: Any, **more: Any) -> Any:
        placings = original(*facts, **more)
        for one in placings:
            if len(one.creates) > 1:
                first = min(one.creates, key=lambda place: (place[0] or "", place[1].value))
                one.creates = {first: [each for several in one.creates.values() for each in several]}
        return placings

    patcher.setattr(case, "place", merged)
