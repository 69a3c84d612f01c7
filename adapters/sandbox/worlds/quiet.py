"""Orders with which all is well, and those that are none of syncd's business."""

from __future__ import annotations

from functools import partial
from typing import Any

from adapters.sandbox.worlds.stage import Script, Stage, Story
from adapters.sandbox.worlds.supplier_ahead import cj_ships, depot_ships


def waiting(stage: Stage, *, ordered: float, sku: str) -> Script:
    """Ordered a short while ago; the supplier has it."""
    yield ordered
    order = stage.order(sku)
    if sku.startswith("CJ-"):
        stage.at_cj(order)
    else:
        stage.at_depot(order)


def all_done(stage: Stage, *, ordered: float) -> Script:
    """Sent and delivered; both sides know."""
    yield ordered
    order = stage.order("CJ-MUG")
    ref = stage.at_cj(order)
    yield ordered + 1
    number = stage.cj_ships(ref)
    stage.merchant.fulfill(order, number=number, company="YunExpress")
    yield ordered + 3
    stage.cj.deliver(ref)
    stage.merchant.add_event(order, status="DELIVERED")


def left_alone(stage: Stage, *, ordered: float, sku: str, **details: Any) -> Script:
    """Nobody ships it, or the merchant wants no help with it."""
    yield ordered
    stage.order(sku, **details)


def with_a_hand_off_tag(stage: Stage) -> Script:
    yield 6.6
    order = stage.order("CJ-CLOCK", tags=["syncd:manual"])
    ref = stage.at_cj(order)
    yield 7.5
    stage.cj_ships(ref)


_SENT = (
    (-0.9, 0.4, "CJ-MUG"), (-0.5, 0.8, "CJ-LAMP"), (0.2, 1.4, "CJ-CASE"), (0.9, 2.3, "CJ-MUG"),
    (1.5, 2.6, "CJ-CLOCK"), (2.1, 3.4, "CJ-LAMP"), (3.5, 4.7, "CJ-CASE"),
)  # fmt: skip
_DEPOT_SENT = ((-0.7, 0.3, "DP-HAT"), (0.6, 1.6, "DP-BAG"), (2.2, 3.3, "DP-SOCKS"), (3.7, 4.1, "DP-HAT"))

STORIES = (
    *(
        Story(text="sent days ago, fulfilled by syncd", play=partial(cj_ships, ordered=ordered, left=left, sku=sku))
        for ordered, left, sku in _SENT
    ),
    *(
        Story(text="sent days ago, fulfilled by syncd", play=partial(depot_ships, ordered=ordered, left=left, sku=sku))
        for ordered, left, sku in _DEPOT_SENT
    ),
    Story(text="done before syncd came", play=partial(all_done, ordered=-9.0)),
    Story(text="done before syncd came", play=partial(all_done, ordered=-7.5)),
    *(
        Story(text="on its way through the warehouse", play=partial(waiting, ordered=ordered, sku=sku))
        for ordered, sku in ((7.35, "CJ-MUG"), (7.6, "CJ-CASE"), (7.45, "DP-HAT"), (7.85, "DP-BAG"))
    ),
    Story(text="picked up in the shop", play=partial(left_alone, ordered=6.1, sku="CJ-MUG", method="PICK_UP")),
    Story(
        text="sold over the counter",
        play=partial(left_alone, ordered=5.9, sku="DP-HAT", method="RETAIL", source_name="pos"),
    ),
    Story(text="a gift card", play=partial(left_alone, ordered=6.7, sku="GIFT-50")),
    Story(text="shipped by the merchant, not by a supplier", play=partial(left_alone, ordered=7.2, sku="OWN-CANDLE")),
    Story(text="not paid yet", play=partial(left_alone, ordered=7.0, sku="CJ-LAMP", financial="PENDING")),
    Story(text="tagged syncd:manual: the merchant does it alone", play=with_a_hand_off_tag),
)


def more(count: int) -> list[Story]:
    """Further orders that wait to be sent, for those who want a larger shop."""
    text = "one of many that wait"
    return [
        Story(text=text, play=partial(waiting, ordered=7.0 + 0.9 * place / count, sku=_SKUS[place % len(_SKUS)]))
        for place in range(count)
    ]


_SKUS = ("CJ-MUG", "CJ-LAMP", "DP-HAT", "CJ-CASE", "DP-BAG")
