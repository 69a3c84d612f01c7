"""Group A: goods left, and the store does not say so (yet)."""

from __future__ import annotations

from functools import partial

from adapters.sandbox.cj import CjLine
from adapters.sandbox.worlds.stage import Script, Stage, Story


def cj_ships(stage: Stage, *, ordered: float, left: float, sku: str = "CJ-MUG", quantity: int = 1) -> Script:
    """CJ sends everything, and the store hears nothing of it."""
    yield ordered
    order = stage.order(sku, quantity=quantity)
    ref = stage.at_cj(order)
    yield left
    stage.cj_ships(ref)


def depot_ships(stage: Stage, *, ordered: float, left: float, sku: str = "DP-HAT", quantity: int = 1) -> Script:
    """The depot sends everything."""
    yield ordered
    order = stage.order(sku, quantity=quantity)
    stage.at_depot(order)
    yield left
    stage.depot_ships(order, sku, quantity=quantity)


def cj_splits(stage: Stage) -> Script:
    """CJ splits an order in two, and one half leaves."""
    yield 6.3
    order = stage.order("CJ-LAMP", "CJ-CASE")
    ref = stage.at_cj(order)
    lamp, case = (CjLine(store_line_id=str(line.number), quantity=line.quantity) for line in order.lines)
    yield 7.2
    first, _ = stage.cj.split(ref, [[lamp], [case]])
    yield 7.7
    stage.cj_ships(first)


def depot_sends_a_part(stage: Stage) -> Script:
    yield 6.6
    order = stage.order("DP-HAT", "DP-BAG")
    stage.at_depot(order)
    yield 7.6
    stage.depot_ships(order, "DP-BAG")


def second_parcel(stage: Stage) -> Script:
    """Two hats in two parcels; the second number appears when the first is in the store already."""
    yield 3.2
    order = stage.order("DP-HAT", quantity=2)
    stage.at_depot(order)
    yield 4.2
    stage.depot_ships(order, "DP-HAT", quantity=2)
    yield 7.5
    stage.depot_ships(order, "DP-HAT", quantity=2)


def number_replaced(stage: Stage) -> Script:
    """The depot made a new label: the number that the store shows will never be scanned."""
    yield 3.4
    order = stage.order("DP-BAG")
    stage.at_depot(order)
    yield 4.3
    row = stage.depot_ships(order, "DP-BAG")
    yield 7.4
    row["Tracking Number"] = stage.ups()


def delivered_before_told(stage: Stage) -> Script:
    """The depot enters a parcel only when it has arrived."""
    yield 2.3
    order = stage.order("DP-SOCKS")
    stage.at_depot(order)
    yield 7.5
    row = stage.depot_ships(order, "DP-SOCKS")
    row |= {"Status": "delivered", "Ship Date": stage.at(4.5).strftime("%Y-%m-%d %H:%M:%S")}


STORIES = (
    *(
        Story(kinds=("A01",), text="CJ sent it last night", play=partial(cj_ships, ordered=ordered, left=left, sku=sku))
        for ordered, left, sku in (
            (5.7, 7.3, "CJ-MUG"),
            (6.1, 7.55, "CJ-LAMP"),
            (6.2, 7.6, "CJ-CASE"),
            (6.4, 7.65, "CJ-CLOCK"),
            (6.5, 7.7, "CJ-MUG"),
            (6.8, 7.8, "CJ-LAMP"),
        )
    ),
    Story(kinds=("A01",), text="the depot sent three", play=partial(depot_ships, ordered=6.2, left=7.4, quantity=3)),
    Story(kinds=("A01",), text="the depot sent it", play=partial(depot_ships, ordered=6.7, left=7.7, sku="DP-BAG")),
    Story(kinds=("A01",), text="the depot sent it", play=partial(depot_ships, ordered=7.0, left=7.8, sku="DP-SOCKS")),
    Story(kinds=("A02",), text="CJ split it, one half left", play=cj_splits),
    Story(kinds=("A02",), text="one of two lines left the depot", play=depot_sends_a_part),
    Story(kinds=("A03",), text="a second parcel for the same order", play=second_parcel),
    Story(kinds=("A04",), text="the depot replaced the number", play=number_replaced),
    Story(kinds=("A06",), text="delivered, and the store never heard of it", play=delivered_before_told),
)
