"""Behind `syncd run`: every store gets its pass when it is due, until syncd is told to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
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
from syncd.supervisor import Supervisor
from syncd.web.health import Health
from syncd.web.reception import Reception
from syncd.web.server import routes, serving

if TYPE_CHECKING:
    from syncd.clock import Clock
    from syncd.compose import Runtime
    from syncd.config import Config
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
    read_config: Callable[[], Config] | None = None,
) -> int:
    """Pass over each of `stores` when it is due; at SIGTERM or SIGINT the passes in hand have `[daemon] stop_within` to end.

    An error of one store is logged and keeps no other waiting. At SIGHUP `read_config` reads the configuration anew. Gives 0;
    with `once`, after one pass over each, the `worst` of the exit codes, which `code_of` says of a run that came to its end.
    """
    stop, within = asyncio.Event(), runtime.config.document.daemon.stop_within
    if once:
        with _heeding(SIGTERM=stop.set, SIGINT=stop.set, SIGUSR1=_Brakeman(runtime, stores).pull):
            return worst(await _ended(_round(runtime, stores, stop, code_of=code_of), stop, within=within))
    daemon = Daemon(
        runtime=runtime,
        stores=stores,
        code_of=code_of,
        read_config=read_config,
        stop=stop,
        supervisor=Supervisor(runtime.env.get("NOTIFY_SOCKET")),
    )
    await daemon.run()
    log.info("daemon.stopped")
    return _RIGHT


@dataclass(kw_only=True)
class Daemon:
    """The long-running one. `runtime` and `stores` are those of the configuration that was read last."""

    runtime: Runtime
    stores: Sequence[str]
    code_of: CodeOf
    read_config: Callable[[], Config] | None
    stop: asyncio.Event
    supervisor: Supervisor
    _ticks: int = 0

    async def run(self) -> None:
        """Until `stop` is set and the passes in hand are ended or broken off."""
        table = self.runtime.config.document.daemon
        clock = await self.runtime.db.shared_clock(self.runtime.clock)
        turns = Turns(
            stores=self.stores,
            db=self.runtime.db,
            clock=clock,
            rng=self.runtime.http.rng,
            every=table.every,
            at_once=table.passes_at_once,
            pass_over=self._told_turn,
        )
        brakeman = _Brakeman(self.runtime, self.stores)
        with _heeding(
            SIGTERM=self.stop.set, SIGINT=self.stop.set, SIGUSR1=brakeman.pull, SIGHUP=partial(self._reload, turns)
        ):
            async with self._open_to_all(turns, clock=clock):
                await tick_until(self.stop, partial(self._tick, turns), every=TICK)
            self.supervisor.stopping()
            within = self.runtime.config.document.daemon.stop_within.total_seconds()
            if not await turns.finish(within=within):
                log.warning("round.parked", after_s=within)

    async def _tick(self, turns: Turns) -> None:
        await turns.tick()
        if self._ticks == 0:
            self.supervisor.ready(f"{len(self.stores)} stores")
        self._ticks += 1
        self.supervisor.alive()

    def _reload(self, turns: Turns) -> None:
        """Take over the configuration as it is now, whole or not at all. Passes in hand end under the old one."""
        self.supervisor.reloading(round(self.runtime.clock.monotonic() * 1e6))
        try:
            if self.read_config is not None:
                self._renew(turns, self.read_config())
        except SyncdError as error:
            log.error("config.not_reloaded", error=error.text, remedy="The one from before stays in force.")  # noqa: TRY400
        self.supervisor.ready(f"{len(self.stores)} stores")

    def _renew(self, turns: Turns, config: Config) -> None:
        fresh = self.runtime.renewed(config)
        kept = set(self.stores) & set(config.stores)
        new = set(config.stores) - set(self.runtime.config.stores)
        self.stores = tuple(name for name in config.stores if name in kept | new)
        self.runtime = fresh
        turns.take_over(self.stores, every=config.document.daemon.every, at_once=config.document.daemon.passes_at_once)
        log.info("config.reloaded", stores=list(self.stores))

    @asynccontextmanager
    async def _open_to_all(self, turns: Turns, *, clock: Clock) -> AsyncIterator[None]:
        """Webhooks, health and metrics at `[web] listen`, where that is set."""
        listen = self.runtime.config.document.web.listen
        if listen is None:
            yield
            return
        reception = Reception(listener=self._listener, db=self.runtime.db, clock=clock)
        health = Health(
            stores=lambda: self.stores,
            db=self.runtime.db,
            clock=clock,
            ticked_s=lambda: turns.ticked_s,
            webhooks=reception.counts,
            passes=turns.counts,
        )
        async with serving(routes(reception, health), listen=listen):
            yield

    def _listener(self, store: str) -> Listener | None:
        return self.runtime.listener(store)

    async def _told_turn(self, turn: Turn) -> Ended:
        """One turn, and a word about it to whoever watches from outside."""
        ended = await self._one_turn(turn)
        if not turn.things and not ended.is_busy and turn.store in self.runtime.config.stores:
            try:
                await self.runtime.ping(turn.store, ended)
            except SyncdError as error:
                log.warning("ping.failed", store=turn.store, error=error.text)
        return ended

    async def _one_turn(self, turn: Turn) -> Ended:
        try:
            run = await _passed_over(self.runtime, turn, wait=timedelta(0))
        except StoreBusy:
            return Ended(is_busy=True)
        except SyncdError as error:
            log.warning("pass.failed", store=turn.store, error=error.text, remedy=error.remedy)
            return Ended(error=error.text)
        except Exception as error:  # one store's trouble, whatever it is, must not keep the others waiting
            log.exception("pass.broken", store=turn.store)
            return Ended(error=redact(f"{type(error).__name__}: {error}"))
        return Ended(is_right=run is None or self.code_of(run) == _RIGHT)


async def _passed_over(runtime: Runtime, turn: Turn, *, wait: timedelta) -> Run | None:
    """One pass; None = what it was to look at does not exist any more."""
    shop = await runtime.shop(turn.store)
    orders: Sequence[str] = ()
    if turn.things and isinstance(shop.port, Listener):
        orders = await shop.port.orders_of(turn.things)
        if not orders:
            return None
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
        run = await _passed_over(runtime, Turn(store=store), wait=_WAIT)
        return code_of(run) if run else _RIGHT
    except SyncdError as error:
        log.warning("pass.failed", store=store, error=error.text, remedy=error.remedy)
        return error.exit_code
    except Exception:  # as above
        log.exception("pass.broken", store=store)
        return SyncdError.exit_code


@dataclass(kw_only=False)
class _Brakeman:
    """SIGUSR1 stops every write: of this process with the next step, of all others as soon as the journal knows."""

    runtime: Runtime
    stores: Sequence[str]
    _noting: set[asyncio.Task[None]] = field(default_factory=set)

    def pull(self) -> None:
        name = signal.SIGUSR1.name
        log.critical("writes.paused", by=name)
        for store in self.stores:
            self.runtime.brake(store).signal = name
        task = asyncio.create_task(self._note(by=name))
        self._noting.add(task)
        task.add_done_callback(self._noting.discard)

    async def _note(self, *, by: str) -> None:
        """Let the journal say it instead, so that `syncd resume` can lift it. Until that works it stays here."""
        runtime = self.runtime
        actor, now = f"{by} to {runtime.owner}", runtime.clock.now()
        try:
            await runtime.db.run(pauses.pause, store=None, stores=self.stores, actor=actor, reason="", now=now)
        except SyncdError as error:
            text = "Every write of this process stays stopped; it is to be told again, or ended."
            log.warning("writes.pause_not_kept", error=error.text, remedy=text)
            return
        for store in self.stores:
            runtime.brake(store).signal = ""


@contextmanager
def _heeding(**calls: Callable[[], None]) -> Iterator[None]:
    """Call these at the signals of these names, while the context lasts."""
    loop = asyncio.get_running_loop()
    for name, call in calls.items():
        loop.add_signal_handler(signal.Signals[name], call)
    try:
        yield
    finally:
        for name in calls:
            loop.remove_signal_handler(signal.Signals[name])
