"""How big the pages inside an order are: as big as the budget allows, since what does not fit costs another request."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.stores.shopify.documents import Operation

Sizes = Mapping[str, int]


_NAMES = (
    "lines",
    "fulfillmentOrders",
    "fulfillmentOrderLines",
    "requests",
    "fulfillmentLines",
    "events",
    "refundLines",
    "returns",
    "returnLines",
)

LADDER: tuple[Sizes, ...] = tuple(
    dict(zip(_NAMES, sizes, strict=True))
    for sizes in (
        (250, 20, 100, 10, 100, 50, 50, 5, 20),
        (100, 10, 50, 5, 50, 20, 20, 5, 10),
        (50, 5, 20, 3, 20, 10, 10, 2, 10),
        (20, 3, 10, 2, 10, 5, 5, 2, 5),
        (10, 2, 5, 2, 5, 2, 2, 2, 2),
    )
)
"""From generous to thrifty; costs fall from about 400 points to about 60."""

MORE: Sizes = {"fulfillmentOrders": 20, "fulfillmentOrderLines": 100, "requests": 10, "returns": 10, "returnLines": 50}
"""Page sizes when the rest of one order's list is read."""


def affordable(operation: Operation, flags: Mapping[str, object], *, points: float) -> Sizes:
    """The most generous sizes whose price is within `points`; the thriftiest when none is."""
    for sizes in LADDER:
        if operation.price({**sizes, **flags}) <= points:
            return sizes
    return LADDER[-1]
