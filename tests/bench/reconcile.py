"""How many orders a second are judged on one core.

Four mixes: orders in sync that were shipped, orders in sync that wait, orders that drift in various ways, and a store's
usual mix (one in fifty drifts).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import process_time

from syncd.domain.shipments import Rung, SupplierState
from syncd.judge import BATCH
from syncd.reconcile.decide import reconcile
from syncd.reconcile.view import OrderView
from tests.reconcile.world import NOW, POLICY, A, B, C, ago, closed, done, line, order, parcel, placed, side, view, work

SIZES = (1_000, 10_000, 100_000)
LINES = ((A,), (A, B), (A, B, C))


def shipped(n: int) -> OrderView:
    units = dict.fromkeys(LINES[n % 3], 1)
    number = f"YT26{n:012d}"
    box = parcel(number, rung=Rung.IN_TRANSIT, company="YunExpress", last_event_at=ago(days=n % 20))
    shown = order(
        *map(line, units),
        fulfillment_orders=(closed(units),),
        fulfillments=(done(units, number, company="YunExpress"),),
    )
    return _numbered(view(shown, side(placed(box, units=dict(units)))), n)


def waiting(n: int) -> OrderView:
    units = dict.fromkeys(LINES[n % 3], 1)
    shown = order(*map(line, units), fulfillment_orders=(work(units),))
    return _numbered(view(shown, side(placed(units=dict(units)))), n)


def drifting(n: int) -> OrderView:
    """In turn: not fulfilled, partly fulfilled, cancelled, without a number, another number, one more parcel."""
    units = dict.fromkeys(LINES[n % 3], 1)
    number = f"YT26{n:012d}"
    lines = [line(line_id) for line_id in units]
    is_done = {"fulfillment_orders": (closed(units),)}
    box = parcel(number, company="YunExpress", units=dict(units))
    match n % 6:
        case 0:
            found = view(order(*lines), side(placed(box)))
        case 1:
            part = parcel(number, company="YunExpress", units={A: 1})
            found = view(order(*lines), side(placed(part, state=SupplierState.PART_SHIPPED, units=dict(units))))
        case 2:
            found = view(order(*lines), side(placed(state=SupplierState.CANCELLED)))
        case 3:
            found = view(order(*lines, fulfillments=(done(units),), **is_done), side(placed(box)))
        case 4:
            found = view(order(*lines, fulfillments=(done(units, "OTHER123"),), **is_done), side(placed(box)))
        case _:
            more = parcel("YT2600000000000000", company="YunExpress", units=dict(units))
            found = view(order(*lines, fulfillments=(done(units, number),), **is_done), side(placed(box, more)))
    return _numbered(found, n)


def mixed(n: int) -> OrderView:
    if n % 50 == 0:
        return drifting(n)
    return waiting(n) if n % 3 == 0 else shipped(n)


def _numbered(found: OrderView, n: int) -> OrderView:
    return replace(found, order=replace(found.order, id=f"gid://shopify/Order/{n}", name=f"#{n}"))


MIXES: Mapping[str, Callable[[int], OrderView]] = {
    "shipped": shipped,
    "waiting": waiting,
    "drifting": drifting,
    "mixed": mixed,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Orders judged per second of CPU, by how many orders there were."""

    mix: str
    by_size: Mapping[int, float]

    @property
    def rate(self) -> float:
        """With the most orders."""
        return self.by_size[max(self.by_size)]

    @property
    def flatness(self) -> float:
        """The dearest time per order over the cheapest one, over all sizes."""
        return max(self.by_size.values()) / min(self.by_size.values())


def rates(mix: str, sizes: Sequence[int] = SIZES) -> Rates:
    return Rates(mix=mix, by_size={size: rate(MIXES[mix], size) for size in sizes})


def rate(make: Callable[[int], OrderView], orders: int) -> float:
    """Orders judged per second of CPU. They are made and judged in batches, as a pass does; only judging is timed."""
    spent = 0.0
    for start in range(0, orders, BATCH):
        views = [make(number) for number in range(start, min(start + BATCH, orders))]
        began = process_time()
        for one in views:
            reconcile(one, policy=POLICY, now=NOW)
        spent += process_time() - began
    return orders / spent
