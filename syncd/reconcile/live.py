"""Live fulfillments as the judging sees them: their numbers, and which of their units a parcel accounts for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from syncd.domain.numbers import normalise
from syncd.domain.orders import Fulfillment, Order
from syncd.domain.tracking import Tracking
from syncd.reconcile.matching import Shipment


@dataclass(slots=True, kw_only=True, eq=False)
class Live:
    """A live fulfillment. `left`: units by line that no parcel accounts for; `shown_by`: the shipments that do."""

    fulfillment: Fulfillment
    lines: dict[str, int]
    numbers: dict[str, Tracking]
    """What the store shows, by normalised number."""
    left: dict[str, int]
    shown_by: list[Shipment] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.fulfillment.id

    def take(self, shipment: Shipment, need: dict[str, int]) -> None:
        """Let the shipment account for as many units as both have."""
        if shipment not in self.shown_by:
            self.shown_by.append(shipment)
        for line_id, wanted in need.items():
            units = min(wanted, self.left.get(line_id, 0))
            if units:
                self.left[line_id] -= units
                need[line_id] = wanted - units


def live_fulfillments(order: Order, *, ours: Iterable[str]) -> tuple[Live, ...]:
    """The live fulfillments that hold units of our lines, by id."""
    mine = frozenset(ours)
    lives = []
    for fulfillment in order.fulfillments:
        if not fulfillment.is_live:
            continue
        lines: dict[str, int] = {}
        for done in fulfillment.lines:
            if done.line_id in mine:
                lines[done.line_id] = lines.get(done.line_id, 0) + done.quantity
        if lines:
            numbers = {normalise(one.number): one for one in fulfillment.tracking}
            lives.append(Live(fulfillment=fulfillment, lines=lines, numbers=numbers, left=dict(lines)))
    return tuple(sorted(lives, key=lambda live: live.id))
