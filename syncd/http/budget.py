"""A bucket of cost points that a server keeps and tells us about, as Shopify's GraphQL does.

Alone on the bucket no request is ever refused: what is in flight is reserved at its full price. Beside somebody else
who drinks from the same bucket a refusal is possible; it costs a wait, nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

from syncd.clock import Clock
from syncd.errors import Refused
from syncd.http.lanes import Lane, Queue

_POLL_FLOOR = 0.1
"""Share of the bucket that polling leaves for what is more urgent. Our choice, no outside source."""
_FORGETTING = 0.995
"""How fast the room that is left for somebody else shrinks again with every request that passes."""
_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketStatus:
    """What the server says of the bucket (Shopify: `extensions.cost.throttleStatus`)."""

    maximum: float
    available: float
    restore_per_s: float


@dataclass(slots=True, eq=False)
class Reservation:
    """Points that were set aside for one request. Every reservation must be settled exactly once."""

    budget: CostBudget
    cost: float
    sent_s: float
    drained_before: float

    def settle(self, status: BucketStatus | None = None, *, actual: float | None = None) -> None:
        """The request was answered; it cost `actual` points (None: its whole price)."""
        self.budget._settle(self, status, self.cost if actual is None else actual)  # noqa: SLF001 - one unit

    def refuse(self, status: BucketStatus | None = None) -> None:
        """The server refused the request for lack of points; it cost nothing, and somebody else drinks here too."""
        self.budget._refuse(self, status)  # noqa: SLF001 - one unit


class CostBudget:
    """The points that may be spent now, estimated from the server's own word and our requests in flight."""

    def __init__(self, clock: Clock, *, maximum: float = 2000, restore_per_s: float = 100) -> None:
        self.maximum = maximum
        self.restore_per_s = restore_per_s
        self._clock = clock
        self._queue = Queue(clock)
        self._available = maximum
        self._at_s = clock.monotonic()
        self._in_flight = 0.0
        self._drained = 0.0
        self._share = 1.0
        self._cushion = 0.0

    @property
    def available(self) -> float:
        """Points that nothing has been promised to."""
        self._refill()
        return self._available

    async def reserve(self, cost: float, lane: Lane = Lane.POLL, *, deadline_s: float | None = None) -> Reservation:
        """Wait until `cost` points are free, and set them aside.

        Raises Refused when the bucket can never hold them, Transient when it takes longer than `deadline_s`.
        """
        if cost > self.maximum:
            raise Refused(
                f"A request of {cost:.0f} points can never pass a bucket of {self.maximum:.0f}.",
                code="max_cost_exceeded",
            )
        await self._queue.pass_through(
            lane, delay_s=lambda: self._delay_s(cost, lane), take=lambda: self._take(cost), deadline_s=deadline_s
        )
        return Reservation(self, cost, self._clock.monotonic(), self._drained)

    def _delay_s(self, cost: float, lane: Lane) -> float:
        self._refill()
        floor = max(self._cushion, self.maximum * _POLL_FLOOR if lane is Lane.POLL else 0.0)
        floor = min(floor, self.maximum - cost)
        missing = cost + floor - self._available
        return missing / (self.restore_per_s * self._share) if missing > _TOLERANCE else 0.0

    def _take(self, cost: float) -> None:
        self._available -= cost
        self._in_flight += cost

    def _settle(self, reservation: Reservation, status: BucketStatus | None, actual: float) -> None:
        self._refill()
        self._in_flight -= reservation.cost
        self._available = min(self.maximum, self._available + reservation.cost - actual)
        # Requests that were answered while this one was under way may or may not be in the status that it brought.
        overlapping = self._drained - reservation.drained_before
        self._drained += actual
        if status is not None:
            self._correct(status, overlapping)
            self._share = min(1.0, self._share + 0.02)
            self._cushion *= _FORGETTING
        self._queue.notify()

    def _refuse(self, reservation: Reservation, status: BucketStatus | None) -> None:
        self._refill()
        self._in_flight -= reservation.cost
        self._share = max(0.05, self._share * 0.8)
        self._cushion = min(self.maximum / 4, self._cushion + reservation.cost)
        if status is None:
            self._available = min(self._available, 0.0)
        else:
            # The refused request took nothing, but the server's bucket did not hold it: trust its word, not our sum.
            self._adopt(status)
            self._available = min(status.available, reservation.cost - 1) - self._in_flight
        self._queue.notify()

    def _correct(self, status: BucketStatus, overlapping: float) -> None:
        """Down at once, up only as far as is certain."""
        self._adopt(status)
        low = status.available - self._in_flight
        self._available = low if low < self._available else max(self._available, low - overlapping)
        self._available = min(self._available, self.maximum)

    def _adopt(self, status: BucketStatus) -> None:
        if status.maximum > 0:
            self.maximum = status.maximum
        if status.restore_per_s > 0:
            self.restore_per_s = status.restore_per_s

    def _refill(self) -> None:
        now = self._clock.monotonic()
        gained = (now - self._at_s) * self.restore_per_s * self._share
        self._available = min(self.maximum - self._in_flight, self._available + gained)
        self._at_s = now
