"""syncd's processes: each lives on the same journal, may be paused, and may die between any two effects."""

from __future__ import annotations

import asyncio
import contextvars
import signal
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from syncd.clock import Clock, ManualClock
from syncd.journal.database import Database
from syncd.journal.fences import Fence
from tests.crash.edges import Crashed, Edge
from tests.crash.lives import folder
from tests.simulation.timeline import WallClock

P = ParamSpec("P")
T = TypeVar("T")

_PRESENT: contextvars.ContextVar[Process | None] = contextvars.ContextVar("process", default=None)


@dataclass(slots=True, kw_only=True)
class Process(Edge):
    """One process of syncd. Its number, its tasks, and what is to become of it (see `Edge`)."""

    number: int
    wall: WallClock
    may_write: bool = True
    pause_s: float = 0.0
    """How long it is stopped when it comes to `pauses_at`."""
    pauses_after: int = 0
    """So many places of that name come before the one where it pauses."""
    paused_until_s: float = 0.0
    tasks: list[asyncio.Task[Any]] = field(default_factory=list)
    interrupted_at: int | None = None
    """The place (counted as for pauses) at which a person presses Ctrl-C: what is cleaned up then has its effect."""
    main: asyncio.Task[Any] | None = None
    in_flight: int = 0
    added: Counter[str] = field(default_factory=Counter)
    """Changes that it brought about, by store, and that count towards the cap of a run."""
    ports: Any = None
    journal: Any = None
    """What its adapters stand on, made at first use."""

    def now(self) -> datetime:
        return self.wall.now()

    def monotonic(self) -> float:
        return self.wall.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Also over a pause: who sleeps when the process is stopped wakes when it goes on."""
        await asyncio.sleep(seconds)
        await self.awake()

    async def linger(self, what: str) -> None:
        self.stopped_at.append(what)
        if self.pauses_at == what and self.pauses_after:
            self.pauses_after -= 1
        elif self.pauses_at in {len(self.stopped_at), what}:
            self.pauses_at = None
            self.paused_until_s = self.wall.monotonic() + self.pause_s
        if self.interrupted_at == len(self.stopped_at):
            self._interrupt()
        await self.awake()

    def _interrupt(self) -> None:
        """As by a signal: to the daemon, which handles it, or to a command, which is cancelled by it."""
        handlers: dict[int, Any] = asyncio.get_running_loop()._signal_handlers  # type: ignore[attr-defined]
        if signal.SIGTERM in handlers:
            handlers[signal.SIGTERM]._run()
        elif self.main is not None:
            self.main.cancel()

    async def awake(self) -> None:
        """Return once the process is not stopped."""
        while (left := self.paused_until_s - self.wall.monotonic()) > 0:  # noqa: ASYNC110 - it is a time, not an event
            await asyncio.sleep(left)
        self.must_live()

    async def live(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do `work` as this process. Raises what it raises; Crashed when it died. Nothing of it is left afterwards."""
        context = contextvars.copy_context()
        context.run(_PRESENT.set, self)
        self.main = asyncio.get_running_loop().create_task(_called(work), context=context)
        try:
            return await self.main
        finally:
            # What is cancelled may still run its `finally`: nothing of that has an effect.
            dies_of_itself, self.is_dead = self.is_dead, True
            await self._let_die()
            self.is_dead = dies_of_itself

    async def _let_die(self) -> None:
        left = [task for task in self.tasks if not task.done()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        self.tasks.clear()


async def _called(work: Callable[[], Awaitable[T]]) -> T:
    return await work()


def known_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """From now on every process knows its tasks."""

    def make(loop: asyncio.AbstractEventLoop, coro: Any, context: Any = None) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(coro, loop=loop, context=context)
        process = context.get(_PRESENT) if context is not None else _PRESENT.get()
        if process is not None:
            process.tasks.append(task)
        return task

    loop.set_task_factory(make)


def by_nobody(coro: Any) -> asyncio.Task[Any]:
    """A task of no process: what the world does by itself, and goes on doing whoever dies."""
    context = contextvars.copy_context()
    context.run(_PRESENT.set, None)
    return asyncio.get_running_loop().create_task(coro, context=context)


@dataclass(slots=True)
class Fences:
    """Who was given which store last, as the journal granted it."""

    newest: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Store -> (fence number, process number)."""

    def seen(self, fence: Fence | None, *, process: int) -> None:
        if fence is not None:
            self.newest[fence.store] = (fence.number, process)


@dataclass(slots=True, kw_only=True)
class Disk:
    """What may be wrong with the journal's file."""

    busy: Callable[[], bool] = lambda: False
    """Whether the transaction that is about to begin meets a lock."""
    is_full: bool = False

    def fill(self) -> None:
        """Leave no room: what makes the journal longer fails, as SQLite itself says it."""
        self.is_full = True
        pages = driver().execute("PRAGMA page_count").fetchone()[0]
        driver().execute(f"PRAGMA max_page_count = {pages}")

    def make_room(self) -> None:
        self.is_full = False
        driver().execute("PRAGMA max_page_count = 1073741823")


class Journal(Database):
    """The journal as one process has it open: a transaction may be lost whole, or be the last thing that it did."""

    def __init__(self, process: Process, *, fences: Fences, disk: Disk) -> None:
        self.url = _engine().url
        self.engine = _engine()
        self.clock: Clock = process
        self._key_file = folder() / "simulation.key"
        self._threads = None
        self._process = process
        self._fences = fences
        self._disk = disk

    def run_now(self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        process, name = self._process, getattr(fn, "__name__", "transaction")
        process.must_live()
        if self._disk.busy():
            raise OperationalError("BEGIN IMMEDIATE", None, _locked())
        with self.engine.begin() as conn:
            driver: Any = conn.connection.driver_connection
            before = driver.total_changes
            result = fn(conn, *args, **kwargs)
            wrote = driver.total_changes != before
            if wrote:
                process.touch(f"in {name}")
        if wrote:
            if isinstance(result, Fence) and name == "acquire":
                self._fences.seen(result, process=process.number)
            process.touch(f"after {name}")
        return result

    async def run(self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        await self._process.awake()
        result = await super().run(fn, *args, **kwargs)
        await self._process.linger(f"after {getattr(fn, '__name__', 'transaction')}")
        return result

    async def aclose(self) -> None:
        """The connection is the world's."""


def _locked() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorname = "SQLITE_BUSY"
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    return error


@cache
def _engine() -> Engine:
    """One journal in memory for the whole process; each world begins with an empty one."""
    return Database(
        "sqlite://", key_file=None, clock=ManualClock(at=datetime.fromisoformat("2026-01-01T00:00Z"))
    ).engine


@cache
def _empty() -> bytes:
    """An empty, migrated journal."""
    file = folder() / "simulation-empty.db"
    clock = ManualClock(at=datetime.fromisoformat("2026-01-01T00:00Z"))
    Database.open(f"sqlite:///{file}", key_file=None, clock=clock).engine.dispose()
    with sqlite3.connect(file) as kept:
        kept.execute("PRAGMA journal_mode = DELETE")
        content = kept.serialize()
    kept.close()
    return content


def driver() -> sqlite3.Connection:
    """The connection beneath the journal; for the world, not for syncd."""
    with _engine().connect() as conn:
        return conn.connection.driver_connection  # type: ignore[return-value]


def begin_journal() -> None:
    """Empty the journal."""
    content = _empty()
    driver().deserialize(content)


def read_journal(fn: Callable[[Connection], Iterable[T]]) -> list[T]:
    """What a plain look into the journal shows."""
    with _engine().connect() as conn:
        return list(fn(conn))


__all__ = [
    "Crashed",
    "Disk",
    "Fences",
    "Journal",
    "Process",
    "begin_journal",
    "by_nobody",
    "driver",
    "known_tasks",
    "read_journal",
]
