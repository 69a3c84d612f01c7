"""What a fulfillment covers and carries, compared with what a step is about."""

from __future__ import annotations

from collections.abc import Iterable

from syncd.domain.numbers import normalise
from syncd.domain.orders import Fulfillment, Order
from syncd.domain.steps import StepLine
from syncd.domain.tracking import Tracking
from syncd.reconcile.units import FINISHED


def covers_exactly(fulfillment: Fulfillment, lines: Iterable[StepLine]) -> bool:
    """Whether it holds these units and no others."""
    held: dict[str, int] = {}
    for done in fulfillment.lines:
        held[done.line_id] = held.get(done.line_id, 0) + done.quantity
    return held == quantities(lines)


def carries(fulfillment: Fulfillment, tracking: Iterable[Tracking]) -> bool:
    """Whether it shows all of these numbers."""
    return number_set(tracking) <= number_set(fulfillment.tracking)


def quantities(lines: Iterable[StepLine]) -> dict[str, int]:
    """Units by line."""
    units: dict[str, int] = {}
    for line in lines:
        units[line.line_item_id] = units.get(line.line_item_id, 0) + line.quantity
    return units


def number_set(tracking: Iterable[Tracking]) -> frozenset[str]:
    """The numbers in the form in which they are compared."""
    return frozenset(normalise(one.number) for one in tracking)


def is_open(order: Order, lines: Iterable[StepLine]) -> bool:
    """Whether all of these units wait in fulfillment orders that are not finished."""
    open_units: dict[str, int] = {}
    for work in order.fulfillment_orders:
        if work.status not in FINISHED:
            for part in work.lines:
                open_units[part.line_id] = open_units.get(part.line_id, 0) + part.remaining
    return all(open_units.get(line_id, 0) >= quantity for line_id, quantity in quantities(lines).items())
