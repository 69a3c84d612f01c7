"""Behind `syncd run`: every store gets its pass when it is due, until syncd is told to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from syncd import cycle
from syncd.domain.ports import Listener
from syncd.engine.embedded import tick_until
from syncd.engine.turns import Ended, Turns
from syncd.errors import StoreBusy, SyncdError
from syncd.journal import pauses
from syncd.journal.schedules import Turn
from syncd.secrets import redact
from syncd.web.health import Health
from syncd.web.reception import Reception
from syncd.web.server import routes, serving

if TYPE_CHECKING:
    from syncd.clock import Clock
    from syncd.compose import Runtime
    from syncd.cycle import Run

log = structlog.get_logger(__name__)

TICK = timedelta(seconds=1)
"""How often it is asked whose turn it is: two small queries."""
_RIGHT, _IN_PART = 0, 3
"""Exit codes: of what could be done to its end, and of what could not."""

_WAIT = timedelta(seconds=30)
"""How long a single round waits for a store that somebody else has."""

CodeOf = Callable[["Run"], int]


async def serve(
    runtime: Runtime,
    stores: Sequence[str],
    *,
    code_of: CodeOf,
    worst: Callable[[Iterable[int]], int],
    once: bool = False,
) -> int:
    """Pass over each of `stores` when it is due; at SIGTERM or SIGINT the passes in hand have `[daemon] stop_within` to end.

    An error of one store is logged and keeps no other waiting. Gives 0; with `once`, after one pass over each, the `worst` of
    the exit codes, which `code_of` says of a run that came to its end.
    """
    stop, daemon = asyncio.Event(), runtime.config.document.daemon
    with _told_to_stop(stop), _told_to_pause(runtime, stores):
        if once:
            return worst(await _ended(_round(runtime, stores, stop, code_of=code_of), stop, within=daemon.stop_within))
        await _turns(runtime, stores, stop, code_of=code_of)
    log.info("daemon.stopped")
    return 0


async def _turns(runtime: Runtime, stores: Sequence[str], stop: asyncio.Event, *, code_of: CodeOf) -> None:
    daemon = runtime.config.document.daemon

    async def pass_over(turn: Turn) -> Ended:
        return await _one_turn(runtime, turn, code_of=code_of)

    clock = await runtime.db.shared_clock(runtime.clock)
    turns = Turns(
        stores=stores,
        db=runtime.db,
        clock=clock,
        rng=runtime.http.rng,
        every=daemon.every,
        at_once=daemon.passes_at_once,
        pass_over=pass_over,
    )
    async with _open_to_all(runtime, turns, clock=clock):
        await tick_until(stop, turns.tick, every=TICK)
    if not await turns.finish(within=daemon.stop_within.total_seconds()):
        log.warning("round.parked", after_s=daemon.stop_within.total_seconds())


@asynccontextmanager
async def _open_to_all(runtime: Runtime, turns: Turns, *, clock: Clock) -> AsyncIterator[None]:
    """Webhooks, health and metrics at `[web] listen`, where that is set."""
    listen = runtime.config.document.web.listen
    if listen is None:
        yield
        return
    reception = Reception(listener=runtime.listener, db=runtime.db, clock=clock)
    health = Health(
        stores=turns.stores,
        db=runtime.db,
        clock=clock,
        ticked_s=lambda: turns.ticked_s,
        webhooks=reception.counts,
        passes=turns.counts,
    )
    async with serving(routes(reception, health), listen=listen):
        yield


async def _one_turn(runtime: Runtime, turn: Turn, *, code_of: CodeOf) -> Ended:
    try:
        code = code_of(await _passed_over(runtime, turn, wait=timedelta(0)))
    except StoreBusy:
        return Ended(is_busy=True)
    except SyncdError as error:
        log.warning("pass.failed", store=turn.store, error=error.text, remedy=error.remedy)
        return Ended(error=error.text)
    except Exception as error:  # one store's trouble, whatever it is, must not keep the others waiting
        log.exception("pass.broken", store=turn.store)
        return Ended(error=redact(f"{type(error).__name__}: {error}"))
    return Ended(is_right=code == _RIGHT)


async def _passed_over(runtime: Runtime, turn: Turn, *, wait: timedelta) -> Run:
    shop = await runtime.shop(turn.store)
    orders = await shop.port.orders_of(turn.things) if isinstance(shop.port, Listener) else ()
    run = await cycle.reconcile(shop, agree=lambda _: True, wait=wait, order_ids=orders)
    states = [outcome.state.value for outcome in run.outcomes]
    counts = {state: states.count(state) for state in sorted(set(states))}
    log.info("pass.done", store=turn.store, run=run.run_id, orders=len(orders) or None, steps=len(states), **counts)
    return run


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


async def _round(runtime: Runtime, stores: Sequence[str], stop: asyncio.Event, *, code_of: CodeOf) -> list[int]:
    """One pass over each store, until told to stop; their exit codes."""
    return [await _one_pass(runtime, name, code_of=code_of) for name in stores if not stop.is_set()]


async def _one_pass(runtime: Runtime, store: str, *, code_of: CodeOf) -> int:
    try:
        return code_of(await _passed_over(runtime, Turn(store=store), wait=_WAIT))
    except SyncdError as error:
        log.warning("pass.failed", store=store, error=error.text, remedy=error.remedy)
        return error.exit_code
    except Exception:  # as above
        log.exception("pass.broken", store=store)
        return SyncdError.exit_code


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
