"""Who goes first when requests have to wait for each other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import IntEnum
from heapq import heapify, heappop, heappush
from itertools import count

from syncd.clock import Clock
from syncd.errors import Transient


class Lane(IntEnum):
    """What a request is for; a lower lane goes first."""

    READ_BACK = 0
    CANCEL = 1
    FULFILL = 2
    POLL = 3


_SHORTEST_S = 0.001
"""No wait is shorter: clocks round, and a wait that is rounded to nothing would never end."""


class Queue:
    """A line of waiting requests: by lane, then first come, first served.

    Nobody overtakes the head, however small the request: a big one would starve otherwise.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: list[tuple[int, int]] = []
        self._numbers = count()
        self._changed = asyncio.Event()

    def head_is_before(self, lane: Lane) -> bool:
        """Whether somebody of an earlier lane is waiting."""
        return bool(self._waiting) and self._waiting[0][0] < lane

    def notify(self) -> None:
        """Let everybody look again: what they wait for has changed."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def pass_through(
        self, lane: Lane, *, delay_s: Callable[[], float], take: Callable[[], None], deadline_s: float | None = None
    ) -> None:
        """Return after `take()` was called, once this request is at the head and `delay_s()` is not positive.

        Raises Transient when that cannot be before `deadline_s` (monotonic scale).
        """
        ticket = (int(lane), next(self._numbers))
        heappush(self._waiting, ticket)
        self.notify()  # a sleeping head may no longer be the head
        try:
            while True:
                is_head = self._waiting[0] == ticket
                delay = delay_s() if is_head else None
                if delay is not None and delay <= 0:
                    take()
                    return
                await self._wait(delay, deadline_s)
        finally:
            self._leave(ticket)

    def _leave(self, ticket: tuple[int, int]) -> None:
        if self._waiting[0] == ticket:
            heappop(self._waiting)
        else:
            self._waiting.remove(ticket)
            heapify(self._waiting)
        self.notify()

    async def _wait(self, delay: float | None, deadline_s: float | None) -> None:
        """Wait for a change, at most `delay` (None: as long as it takes)."""
        if deadline_s is not None:
            left = deadline_s - self._clock.monotonic()
            if left <= 0 or (delay is not None and delay > left):
                raise Transient(
                    "There is no room in the request budget before this call's deadline.", retry_after_s=delay
                )
            delay = left if delay is None else delay
        change = asyncio.ensure_future(self._changed.wait())
        delay = None if delay is None else max(_SHORTEST_S, delay)
        if delay is None:
            await change
            return
        sleep = asyncio.ensure_future(self._clock.sleep(delay))
        try:
            await asyncio.wait({change, sleep}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            change.cancel()
            sleep.cancel()
