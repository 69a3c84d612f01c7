"""Behind `syncd run`: one pass over every store each time the engine ticks, until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog

from syncd import cycle
from syncd.engine.embedded import tick_until
from syncd.errors import SyncdError

if TYPE_CHECKING:
    from syncd.compose import Runtime

log = structlog.get_logger(__name__)


async def serve(runtime: Runtime, stores: Sequence[str], *, once: bool = False) -> int:
    """Pass over `stores` every `[daemon] every`; ends after the pass in hand at SIGTERM or SIGINT.

    An error of one store is logged and the next one gets its turn. Gives 0, or with `once` the last error's exit code.
    """
    stop = asyncio.Event()
    with _told_to_stop(stop):
        if once:
            return await _round(runtime, stores, stop)
        every = runtime.config.document.daemon.every
        await tick_until(stop, lambda: _tick(runtime, stores, stop), every=every)
    log.info("daemon.stopped")
    return 0


async def _tick(runtime: Runtime, stores: Sequence[str], stop: asyncio.Event) -> None:
    await _round(runtime, stores, stop)


async def _round(runtime: Runtime, stores: Sequence[str], stop: asyncio.Event) -> int:
    """One pass over each store, until told to stop; the last error's exit code."""
    code = 0
    for name in stores:
        if not stop.is_set():
            code = await _one_pass(runtime, name) or code
    return code


async def _one_pass(runtime: Runtime, store: str) -> int:
    try:
        shop = await runtime.shop(store)
        run = await cycle.reconcile(shop, agree=lambda _: True)
    except SyncdError as error:
        log.warning("pass.failed", store=store, error=error.text, remedy=error.remedy)
        return error.exit_code
    states = [outcome.state.value for outcome in run.outcomes]
    log.info(
        "pass.done", store=store, run=run.run_id, steps=len(states), **{s: states.count(s) for s in sorted(set(states))}
    )
    return 0


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
