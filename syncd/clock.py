"""The only place that asks what time it is."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Tells time. Everything that depends on time is handed one of these."""

    def now(self) -> datetime:
        """The present as an aware UTC datetime."""
        ...

    def monotonic(self) -> float:
        """Seconds that only grow and keep running while the process is stopped; for deadlines."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return once `seconds` have passed on this clock."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        # CLOCK_BOOTTIME also runs while the machine is suspended; not every system has it.
        source = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
        return time.clock_gettime(source)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True)
class ShiftedClock:
    """A clock that tells a time `ahead` of another's; what passes on it is the same."""

    base: Clock
    ahead: timedelta

    def now(self) -> datetime:
        return self.base.now() + self.ahead

    def monotonic(self) -> float:
        return self.base.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self.base.sleep(seconds)


@dataclass(slots=True)
class ManualClock:
    """A clock that stands until it is moved; sleeping moves it. For tests and the sandbox."""

    at: datetime
    elapsed_s: float = field(default=0.0)

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.elapsed_s

    async def sleep(self, seconds: float) -> None:
        self.advance(timedelta(seconds=seconds))
        await asyncio.sleep(0)

    def advance(self, by: timedelta) -> None:
        """Move forward by `by`."""
        self.at += by
        self.elapsed_s += by.total_seconds()


@dataclass(frozen=True, slots=True)
class StatedClock:
    """The wall time stated by `SYNCD_CLOCK`, for driving syncd from outside in tests.

    The statement is an RFC 3339 instant, or `file:PATH` with one inside that is read again at every question.
    Monotonic time and sleeping stay real: deadlines and retries must not stand still.
    """

    statement: str
    real: SystemClock = field(default_factory=SystemClock)

    def now(self) -> datetime:
        text = self.statement
        if text.startswith("file:"):
            text = Path(text[5:]).read_text(encoding="utf-8").strip()
        return parse_instant(text)

    def monotonic(self) -> float:
        return self.real.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self.real.sleep(seconds)


def parse_instant(text: str) -> datetime:
    """An RFC 3339 instant as aware UTC. Raises `ValueError` when there is no zone or no such time."""
    at = datetime.fromisoformat(text.strip())
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone; write it as 2026-11-22T08:00:00Z")
    try:
        return at.astimezone(UTC)
    except OverflowError as exc:
        raise ValueError(f"{text!r} lies outside of the years 1 to 9999") from exc


def rfc3339(at: datetime) -> str:
    """`at` as RFC 3339 in UTC with `Z`; whole seconds where there is no fraction."""
    text = at.astimezone(UTC).isoformat(timespec="auto")
    return text.replace("+00:00", "Z")
