"""Gives every store its turn: who is due, some side by side, one pass per store at a time. Knows nothing of APScheduler."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random

import structlog

from syncd.clock import Clock
from syncd.errors import SyncdError
from syncd.journal import schedules
from syncd.journal.database import Database
from syncd.journal.schedules import Turn

log = structlog.get_logger(__name__)

JITTER = 0.1
"""Share of the period by which a pass may come later, so that many stores do not come all at once. Our choice."""
LONGEST_REST = 12
"""Periods between two passes over a store that fails again and again, at most: an hour at five minutes. Our choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a turn ended. `error` empty = it came to its end; `is_right`: everything could be read and done.

    `is_busy`: somebody else has the store; then it counts as no turn.
    """

    is_right: bool = False
    error: str = ""
    is_busy: bool = False


PassOver = Callable[[Turn], Awaitable[Ended]]


def next_due(began: datetime, *, now: datetime, every: timedelta, failures: int, draw: float) -> datetime:
    """When the next pass is due: a period after this one began, later by chance, and the later the more passes failed.

    `draw` is between 0 and 1. A pass that took longer than its period is followed at once: missed turns are one turn.
    """
    rest = every * min(1 << max(0, failures - 1), LONGEST_REST)
    return max(now, began + rest * (1 + JITTER * draw))


@dataclass(kw_only=True)
class Turns:
    """Starts what is due at each `tick`; at most `at_once` passes run side by side."""

    stores: Sequence[str]
    db: Database
    clock: Clock
    rng: Random
    every: timedelta
    at_once: int
    pass_over: PassOver
    ticked_s: float = 0.0
    """When it was last looked whose turn it is, on the monotonic clock."""
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How many passes over each store ended how: right, partial, failed."""
    _running: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _is_entered: bool = False

    async def tick(self) -> None:
        """Start the passes whose turn it is, and come back at once. What the journal cannot tell now waits for the next tick."""
        now, self.ticked_s = self.clock.now(), self.clock.monotonic()
        try:
            if not self._is_entered:
                await self.db.run(schedules.enter, stores=self.stores, now=now)
                self._is_entered = True
            free = [store for store in self.stores if store not in self._running]
            found = await self.db.run(schedules.turns, stores=free, now=now)
        except SyncdError as error:
            log.warning("turns.not_read", error=error.text)
            return
        for turn in found[: self.at_once - len(self._running)]:
            task = asyncio.create_task(self._turn(turn), name=f"pass over {turn.store}")
            self._running[turn.store] = task
            task.add_done_callback(partial(self._let_go, turn.store))

    def take_over(self, stores: Sequence[str], *, every: timedelta, at_once: int) -> None:
        """Go on with these stores, in this rhythm."""
        self.stores, self.every, self.at_once, self._is_entered = stores, every, at_once, False

    async def finish(self, *, within: float | None = None) -> bool:
        """Wait for the passes in hand, `within` seconds at most (None = however long); then break them off.

        Gives whether all came to their end. What was broken off lets its store go, and what it had sent is found out by the
        next run, as after a crash.
        """
        going = list(self._running.values())
        if not going:
            return True
        _, left = await asyncio.wait(going, timeout=within)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        return not left

    def _let_go(self, store: str, _: asyncio.Task[None]) -> None:
        del self._running[store]

    async def _turn(self, turn: Turn) -> None:
        try:
            await self._passed(turn)
        except SyncdError as error:
            log.warning("turn.not_kept", store=turn.store, error=error.text)

    async def _passed(self, turn: Turn) -> None:
        began = self.clock.now()
        await self.db.run(schedules.began, store=turn.store, now=began)
        ended = await self.pass_over(turn)
        if ended.is_busy:
            return
        self.counts[turn.store, "failed" if ended.error else "right" if ended.is_right else "partial"] += 1
        kept = await self.db.run(schedules.of_store, store=turn.store)
        failures = (kept.failures if kept else 0) + 1 if ended.error else 0
        now = self.clock.now()
        due = next_due(began, now=now, every=self.every, failures=failures, draw=self.rng.random())
        await self.db.run(
            schedules.ended,
            turn=turn,
            began_at=began,
            now=now,
            due_at=due,
            is_right=ended.is_right,
            error=ended.error,
        )
