"""The plain loop behind `syncd run`: one pass over every store, then a pause, until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog

from syncd import cycle
from syncd.errors import SyncdError

if TYPE_CHECKING:
    from syncd.compose import Runtime

log = structlog.get_logger(__name__)


async def serve(runtime: Runtime, stores: Sequence[str], *, once: bool = False) -> int:
    """Pass over `stores` every `[daemon] every`; ends after the store in hand at SIGTERM or SIGINT.

    An error of one store is logged and the next one gets its turn. Gives 0, or with `once` the last error's exit code.
    """
    stop = asyncio.Event()
    code = 0
    with _told_to_stop(stop):
        while not stop.is_set():
            code = 0
            for name in stores:
                if not stop.is_set():
                    code = await _one_pass(runtime, name) or code
            if once:
                return code
            await _pause(runtime, stop)
    log.info("daemon.stopped")
    return 0


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


async def _pause(runtime: Runtime, stop: asyncio.Event) -> None:
    """Until the next pass is due, or until told to stop."""
    seconds = runtime.config.document.daemon.every.total_seconds()
    waits = [asyncio.ensure_future(runtime.clock.sleep(seconds)), asyncio.ensure_future(stop.wait())]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waits:
            one.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


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
