"""The sandbox's clock: moved by the story first, running with real time afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from syncd.clock import Clock, ManualClock


@dataclass(slots=True)
class StoryClock(ManualClock):
    """A clock that stands until it is moved. After `run_with` it goes with another clock; it can still be moved on."""

    real: Clock | None = None
    _real_start_s: float = 0.0

    def run_with(self, real: Clock) -> None:
        """Go with `real` from now on, from its present if that is ahead."""
        self.advance(max(timedelta(0), real.now() - self.now()))
        self.real, self._real_start_s = real, real.monotonic()

    @property
    def _since(self) -> timedelta:
        return timedelta(seconds=self.real.monotonic() - self._real_start_s) if self.real else timedelta(0)

    def now(self) -> datetime:
        return self.at + self._since

    def monotonic(self) -> float:
        return self.elapsed_s + self._since.total_seconds()

    async def sleep(self, seconds: float) -> None:
        if self.real:
            await self.real.sleep(seconds)
        else:
            await ManualClock.sleep(self, seconds)
