"""Time that passes only when everybody waits: an event loop that jumps to the next timer, and clocks on it."""

from __future__ import annotations

import asyncio
import selectors
from dataclasses import dataclass
from datetime import datetime, timedelta

BEGINNING_S = 50_000.0
"""What monotonic clocks show at the beginning."""


class Stuck(RuntimeError):
    """Everybody waits, and nobody for a moment in time."""


class _Jumping(selectors.SelectSelector):
    """Waits for nothing: the time that would pass has passed."""

    loop: TimeLoop

    def select(self, timeout: float | None = None):
        if timeout is None:
            raise Stuck("everybody waits for somebody else")
        if timeout > 0:
            self.loop.elapsed_s += timeout
        return []


class TimeLoop(asyncio.SelectorEventLoop):
    """One loop for a whole world."""

    def __init__(self) -> None:
        selector = _Jumping()
        selector.loop = self
        self.elapsed_s = BEGINNING_S
        super().__init__(selector)

    def time(self) -> float:
        return self.elapsed_s


@dataclass(frozen=True, slots=True)
class TrueClock:
    """The world's time."""

    loop: TimeLoop
    start: datetime

    def now(self) -> datetime:
        return self.start + timedelta(microseconds=round((self.loop.elapsed_s - BEGINNING_S) * 1e6))

    def monotonic(self) -> float:
        return self.loop.elapsed_s

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass(slots=True)
class WallClock:
    """The clock of the machine on which syncd runs: it goes right, and may be set wrong."""

    true: TrueClock
    off: timedelta = timedelta(0)

    def now(self) -> datetime:
        return self.true.now() + self.off

    def monotonic(self) -> float:
        return self.true.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
