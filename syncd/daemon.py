"""Behind `syncd run`: one pass over every store each time the engine ticks, until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from syncd import cycle
from syncd.engine.embedded import tick_until
from syncd.errors import SyncdError
from syncd.journal import pauses

if TYPE_CHECKING:
    from syncd.compose import Runtime
    from syncd.cycle import Run

log = structlog.get_logger(__name__)

_IN_PART = 3
"""The exit code of what was not done to its end."""


async def serve(
    runtime: Runtime,
    stores: Sequence[str],
    *,
    code_of: Callable[[Run], int],
    worst: Callable[[Iterable[int]], int],
    once: bool = False,
) -> int:
    """Pass over `stores` every `[daemon] every`; at SIGTERM or SIGINT the pass in hand has `[daemon] stop_within` to end.

    An error of one store is logged and the next one gets its turn. Gives 0, or with `once` the `worst` of the exit codes,
    which `code_of` says of a run that came to its end.
    """
    stop, daemon = asyncio.Event(), runtime.config.document.daemon

    async def one_round() -> list[int]:
        return await _ended(_round(runtime, stores, stop, code_of=code_of), stop, within=daemon.stop_within)

    async def tick() -> None:
        await one_round()

    with _told_to_stop(stop), _told_to_pause(runtime, stores):
        if once:
            return worst(await one_round())
        await tick_until(stop, tick, every=daemon.every)
    log.info("daemon.stopped")
    return 0


async def _ended(round_: Coroutine[None, None, list[int]], stop: asyncio.Event, *, within: timedelta) -> list[int]:
    """What the round gives. One that has not ended `within` this time after `stop` is broken off.

    It lets its store go, and what it had sent is found out by the next run, as after a crash.
    """
    going, told = asyncio.ensure_future(round_), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({going, told}, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait({going}, timeout=within.total_seconds())
    finally:
        told.cancel()
        going.cancel()  # nothing happens to one that has ended
    try:
        return await going
    except asyncio.CancelledError:
        log.warning("round.parked", after_s=within.total_seconds())
        return [_IN_PART]


async def _round(
    runtime: Runtime, stores: Sequence[str], stop: asyncio.Event, *, code_of: Callable[[Run], int]
) -> list[int]:
    """One pass over each store, until told to stop; their exit codes."""
    return [await _one_pass(runtime, name, code_of=code_of) for name in stores if not stop.is_set()]


async def _one_pass(runtime: Runtime, store: str, *, code_of: Callable[[Run], int]) -> int:
    try:
        shop = await runtime.shop(store)
        run = await cycle.reconcile(shop, agree=lambda _: True)
    except SyncdError as error:
        log.warning("pass.failed", store=store, error=error.text, remedy=error.remedy)
        return error.exit_code
    except Exception:  # one store's trouble, whatever it is, must not keep the others waiting
        log.exception("pass.broken", store=store)
        return SyncdError.exit_code
    states = [outcome.state.value for outcome in run.outcomes]
    log.info(
        "pass.done", store=store, run=run.run_id, steps=len(states), **{s: states.count(s) for s in sorted(set(states))}
    )
    return code_of(run)


@contextmanager
def _told_to_pause(runtime: Runtime, stores: Sequence[str]) -> Iterator[None]:
    """SIGUSR1 stops every write: of this process with the next step, of all others as soon as the journal knows."""
    loop, name = asyncio.get_running_loop(), signal.SIGUSR1.name
    noting: set[asyncio.Task[None]] = set()

    def pull() -> None:
        log.critical("writes.paused", by=name)
        for store in stores:
            runtime.brake(store).signal = name
        noting.add(asyncio.create_task(_note_pause(runtime, stores, by=name)))

    loop.add_signal_handler(signal.SIGUSR1, pull)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGUSR1)


async def _note_pause(runtime: Runtime, stores: Sequence[str], *, by: str) -> None:
    """Let the journal say it instead of this process, so that `syncd resume` can lift it. Until that works it stays here."""
    actor, now = f"{by} to {runtime.owner}", runtime.clock.now()
    try:
        await runtime.db.run(pauses.pause, store=None, stores=stores, actor=actor, reason="", now=now)
    except SyncdError as error:
        text = "Every write of this process stays stopped; it is to be told again, or ended."
        log.warning("writes.pause_not_kept", error=error.text, remedy=text)
        return
    for store in stores:
        runtime.brake(store).signal = ""


@contextmanager
def _told_to_stop(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)
    for one in signals:
        loop.add_signal_handler(one, stop.set)
    try:
        yield
    finally:
        for one in signals:
            loop.remove_signal_handler(one)
