"""Asking again: reads only, with jitter, and never sooner than the server wishes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from random import Random
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type
from tenacity.stop import stop_base
from tenacity.wait import wait_base

from syncd.clock import Clock
from syncd.errors import Transient

T = TypeVar("T")

ATTEMPTS = 4
LONGEST_WAIT_S = 60.0
"""A server that wishes a longer pause is asked again by a later pass, not by this one."""
_BASE_S = 0.5
_CEILING_S = 20.0


def wished_s(state: RetryCallState) -> float | None:
    """The pause that the server asked for in its last answer."""
    error = state.outcome.exception() if state.outcome else None
    return error.retry_after_s if isinstance(error, Transient) else None


class _Wait(wait_base):
    """The server's wish plus a little; else exponential with full jitter, so that callers do not come in step."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng

    def __call__(self, retry_state: RetryCallState) -> float:
        wish = wished_s(retry_state)
        if wish is not None:
            return wish + self._rng.uniform(0, 0.25)
        return self._rng.uniform(0, min(_CEILING_S, _BASE_S * 2.0**retry_state.attempt_number))


class _Stop(stop_base):
    def __init__(self, clock: Clock, deadline_s: float | None) -> None:
        self._clock = clock
        self._deadline_s = deadline_s

    def __call__(self, retry_state: RetryCallState) -> bool:
        pause = retry_state.upcoming_sleep
        if retry_state.attempt_number >= ATTEMPTS or pause > LONGEST_WAIT_S:
            return True
        return self._deadline_s is not None and self._clock.monotonic() + pause >= self._deadline_s


async def asking_again(
    ask: Callable[[], Awaitable[T]], *, clock: Clock, rng: Random, deadline_s: float | None = None
) -> T:
    """What `ask` returns, called up to four times while it raises Transient; then the last error."""
    retrying = AsyncRetrying(
        sleep=clock.sleep,
        stop=_Stop(clock, deadline_s),
        wait=_Wait(rng),
        retry=retry_if_exception_type(Transient),
        reraise=True,
    )

    async def attempt() -> T:  # tenacity only awaits what it recognises as a coroutine function
        return await ask()

    return await retrying(attempt)
