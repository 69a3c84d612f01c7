"""Requests per second for one credential."""

from __future__ import annotations

from syncd.clock import Clock
from syncd.http.lanes import Lane, Queue


class RateLimiter:
    """Lets `per_second` requests through, evenly; up to `burst` at once after a pause.

    Share one between all clients that use the same credential (`Http.limiter`).
    """

    def __init__(self, clock: Clock, *, per_second: float, burst: int = 1) -> None:
        if per_second <= 0:
            raise ValueError(f"{per_second} requests per second: nothing could ever be sent")
        self.per_second = per_second
        self._clock = clock
        self._queue = Queue(clock)
        self._burst = float(burst)
        self._tokens = float(burst)
        self._at_s = clock.monotonic()

    async def acquire(self, lane: Lane = Lane.POLL, *, deadline_s: float | None = None) -> None:
        """Return when one request may be sent. Raises Transient when that is not before `deadline_s`."""
        await self._queue.pass_through(lane, delay_s=self._delay_s, take=self._take, deadline_s=deadline_s)

    def pause(self, seconds: float) -> None:
        """Let nothing through for `seconds`: the server asked for it."""
        self._refill()
        self._tokens = min(self._tokens, 1 - seconds * self.per_second)

    def _delay_s(self) -> float:
        self._refill()
        # A hair's breadth of tolerance: sleeping exactly the rest must be enough in floating point.
        return max(0.0, (1 - self._tokens) / self.per_second) if self._tokens < 1 - 1e-9 else 0.0

    def _take(self) -> None:
        self._tokens -= 1

    def _refill(self) -> None:
        now = self._clock.monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._at_s) * self.per_second)
        self._at_s = now
