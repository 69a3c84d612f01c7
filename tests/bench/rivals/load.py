"""What every client has to do, and what goes wrong meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import cycle
from random import Random

from adapters.sandbox.faults import Kind, Moment

PRICE = 10
"""Points that one `fulfillmentCreate` costs."""
IN_FLIGHT = 20
LATENCY_S = 0.08
TRIES = 10
"""How often clients with a retry around them try one write."""
TOKEN = "shpat_test"
MUTATION = """
mutation Ship($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) { fulfillment { id } userErrors { message } }
}
"""
_FAULTS = (
    (Kind.DROP, Moment.AFTER),
    (Kind.STATUS, Moment.BEFORE),
    (Kind.DROP, Moment.BEFORE),
    (Kind.STATUS, Moment.AFTER),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """So many parcels against a bucket of `maximum` points that gets `per_s` back each second."""

    orders: int
    maximum: int
    per_s: int
    one_fault_in: int = 10

    @property
    def limit_s(self) -> float:
        """Before that the bucket cannot have given the points of the mutations."""
        return max(0.0, (self.orders * PRICE - self.maximum) / self.per_s)

    def faults(self, seed: int = 1) -> Mapping[str, tuple[Kind, Moment]]:
        """By tracking number, what happens when the store would take the write for the first time.

        Each kind of fault strikes as many orders that left whole as such that left in part.
        """
        rng, pairs = Random(seed), self.orders // self.one_fault_in // 2
        whole, part = (rng.sample(range(kind, self.orders, 2), pairs) for kind in (0, 1))
        struck = zip(whole, part, cycle(_FAULTS), strict=False)
        return {number_of(each): fault for one, other, fault in struck for each in (one, other)}


FULL = Load(orders=400, maximum=2000, per_s=100)
QUICK = Load(orders=80, maximum=500, per_s=500)


def number_of(parcel: int) -> str:
    return f"YT26{parcel:014d}"


def units_of(parcel: int) -> tuple[int, int]:
    """How many units the order has, and how many of them left in the parcel."""
    return (2, 1) if parcel % 2 else (1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One parcel with the ids that its write needs."""

    parcel: int
    order: str
    order_id: str
    line_item: str
    fulfillment_order: str
    fulfillment_order_line: str

    def variables(self) -> dict[str, object]:
        lines = [{"id": self.fulfillment_order_line, "quantity": units_of(self.parcel)[1]}]
        return {
            "fulfillment": {
                "lineItemsByFulfillmentOrder": [
                    {"fulfillmentOrderId": self.fulfillment_order, "fulfillmentOrderLineItems": lines}
                ],
                "notifyCustomer": False,
                "trackingInfo": {"number": number_of(self.parcel), "company": "YunExpress"},
            }
        }
