"""One door to the database: opens it, migrates it, and runs plain functions in one transaction each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Concatenate, ParamSpec, Self, TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from syncd.clock import Clock, ShiftedClock, SystemClock
from syncd.domain.ports import Check
from syncd.errors import SyncdError
from syncd.files import Disk, draft_of
from syncd.journal import history, migrating
from syncd.journal.engines import make_engine, parse_url
from syncd.journal.keys import Key, KeyUnusable, load_key
from syncd.journal.schema import HEAD

P = ParamSpec("P")
T = TypeVar("T")

BUSY_FOR_S = 30.0
"""How long a transaction that meets a lock is tried again before the command gives up."""
_THREADS = 4
_FIRST_WAIT_S = 0.01
_LONGEST_WAIT_S = 0.25
_SQLITE_FAILURES = (
    "SQLITE_FULL",
    "SQLITE_IOERR",
    "SQLITE_READONLY",
    "SQLITE_CANTOPEN",
    "SQLITE_CORRUPT",
    "SQLITE_NOTADB",
)


class JournalBusy(SyncdError):
    """Another process kept the journal locked for longer than we wait."""

    exit_code = 75


class JournalFailed(SyncdError):
    """The database gave a transaction up for a reason that waiting does not mend: a full disk, a broken file."""


class JournalUnusable(SyncdError):
    """The journal cannot be opened as it is: wrong address, behind, or made by a newer syncd."""

    exit_code = 78


class Database:
    """The journal. SQLite runs inline on the event loop, PostgreSQL in a few threads; the functions are the same."""

    def __init__(self, url: str, *, key_file: Path | None, clock: Clock) -> None:
        """Connects to nothing yet; `open` is the usual way in, this one is for `syncd db upgrade`."""
        try:
            self.url: URL = parse_url(url)
            self.engine: Engine = make_engine(self.url)
        except (ArgumentError, ImportError) as exc:
            raise JournalUnusable(f"database url: {exc}.", remedy=_url_remedy(exc)) from exc
        self.clock = clock
        self._key_file = key_file
        self._threads = None if self.is_sqlite else ThreadPoolExecutor(_THREADS, thread_name_prefix="journal")

    @classmethod
    def open(cls, url: str, *, key_file: Path | None, clock: Clock) -> Self:
        """The journal at `url`, ready for use.

        SQLite is created and migrated as needed. Raises JournalUnusable when PostgreSQL is behind, when the schema is
        newer than this program, or when nothing answers.
        """
        database = cls(url, key_file=key_file, clock=clock)
        try:
            database._make_ready()
        except BaseException:
            database.engine.dispose()
            raise
        return database

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the one-machine engine."""
        return self.url.get_backend_name() == "sqlite"

    @cached_property
    def key(self) -> Key:
        """The key that protects kept credentials; its file is made at first use. Raises KeyUnusable."""
        if self._key_file is None:
            raise KeyUnusable("No key file is configured.", remedy='Set [database] key = "file:syncd.key".')
        return load_key(self._key_file)

    async def run(self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """`fn(conn, ...)` inside one transaction: all of it or nothing.

        A transaction that could not start, that the database gave up to end a deadlock, or whose connection broke before it
        was complete, is run again after a pause; `fn` must have no effect but on `conn`. Raises JournalBusy after
        `BUSY_FOR_S`, and JournalFailed.
        """
        give_up_at = self.clock.monotonic() + BUSY_FOR_S
        wait = _FIRST_WAIT_S
        while True:
            try:
                return await self._once(fn, *args, **kwargs)
            except DBAPIError as exc:
                if not _can_be_repeated(exc):
                    raise
                if self.clock.monotonic() >= give_up_at:
                    raise _given_up(exc) from exc
            await self.clock.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT_S)

    async def _once(self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        if self._threads is None:
            return self.run_now(fn, *args, **kwargs)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: self.run_now(fn, *args, **kwargs))

    def run_now(self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """As `run`, once, without waiting for anybody; for places without an event loop."""
        is_complete = False
        try:
            with self.engine.begin() as conn:
                result = fn(conn, *args, **kwargs)
                is_complete = True
        except DBAPIError as exc:
            # A connection that breaks while a transaction is being committed leaves open whether it was.
            if (is_complete and exc.connection_invalidated) or _is_failure(exc):
                raise _failed(exc) from exc
            raise
        return result

    async def shared_clock(self, clock: Clock) -> Clock:
        """The clock that all who work with this journal go by, so that one whose own is wrong takes no lease for over.

        PostgreSQL's own, where several machines may work; as it is compared now. Those who share an SQLite file share the
        machine's clock, and a clock that is not the machine's was stated to all of them.
        """
        if self.is_sqlite or not isinstance(clock, SystemClock):
            return clock
        return ShiftedClock(base=clock, ahead=await self.run(_ahead_of, clock=clock))

    def upgrade(self) -> tuple[str | None, str]:
        """Migrate to the newest schema. Returns the revisions before (None = empty) and after."""
        before = self._revision()
        _refuse_newer(before)
        migrating.upgrade(self.engine)
        return before, HEAD

    def check(self) -> tuple[Check, ...]:
        """Whether the journal can be used and is whole."""
        try:
            revision = self._revision()
        except (OperationalError, JournalUnusable) as exc:
            return (Check(name="journal", state="fail", text=f"{self._place}: {_first_line(exc)}", remedy="Start it."),)
        if revision != HEAD:
            state = f"schema {revision or 'empty'}, this program needs {HEAD}"
            return (Check(name="journal", state="fail", text=f"{self._place}: {state}", remedy="syncd db upgrade"),)
        found = self._damage()
        if found:
            return (Check(name="journal", state="fail", text=f"{self._place}: {found}", remedy="Restore a backup."),)
        fine = Check(name="journal", state="ok", text=f"{self._place}: schema {HEAD}, whole")
        return (fine, self.run_now(_check_history))

    def backup(self, path: Path, *, disk: Disk) -> None:
        """Write a consistent copy to `path` while everything keeps running; one that broke off is not left there.

        Raises SyncdError; never overwrites.
        """
        if not self.is_sqlite:
            raise SyncdError(
                "PostgreSQL is not backed up by syncd.",
                remedy=f"Use: pg_dump --format=custom --file={path} {self.url.database}",
            )
        if path.exists():
            raise SyncdError(f"{path} exists and is not overwritten.", remedy="Name another file.")
        try:
            # A draft that is there and empty is never readable by others, and VACUUM INTO accepts it.
            with draft_of(path, disk=disk, mode=0o600) as draft:
                self._copy(draft)
        except FileExistsError:
            raise SyncdError(f"{path} exists and is not overwritten.", remedy="Name another file.") from None
        except OSError as exc:
            raise SyncdError(f"{path} cannot be written: {exc.strerror}.") from exc

    def _copy(self, file: Path) -> None:
        try:
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
                conn.execute(text("VACUUM INTO :path"), {"path": str(file)})
        except DBAPIError as exc:
            raise SyncdError(f"The journal cannot be copied: {_first_line(exc)}.") from exc

    async def aclose(self) -> None:
        """Finish what is running and let the connections go."""
        if self._threads is not None:
            await asyncio.to_thread(self._threads.shutdown)
        self.engine.dispose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    @property
    def _place(self) -> str:
        return self.url.render_as_string(hide_password=True)

    def _make_ready(self) -> None:
        try:
            revision = self._revision()
        except OperationalError as exc:
            if _is_failure(exc):
                raise _failed(exc) from exc
            raise JournalUnusable(
                f"{self._place}: {_first_line(exc)}", remedy="Check [database] url, and that the server runs."
            ) from exc
        if revision == HEAD:
            return
        _refuse_newer(revision)
        if not self.is_sqlite:
            raise JournalUnusable(
                f"{self._place}: schema {revision or 'empty'}, this program needs {HEAD}.",
                remedy="Run: syncd db upgrade",
            )
        migrating.upgrade(self.engine)

    def _revision(self) -> str | None:
        return migrating.revision(self.engine)

    def _damage(self) -> str:
        if not self.is_sqlite:
            return ""
        with self.engine.connect() as conn:
            found = [str(row[0]) for row in conn.execute(text("PRAGMA quick_check(5)"))]
        return "" if found == ["ok"] else "; ".join(found)


def _ahead_of(conn: Connection, *, clock: Clock) -> timedelta:
    """How far the server's clock is ahead of `clock`, to within half the time that asking takes."""
    before = clock.now()
    server: datetime = conn.execute(text("SELECT clock_timestamp()")).scalar_one()
    return server - (before + (clock.now() - before) / 2)


def _check_history(conn: Connection) -> Check:
    faults = [fault for store in history.stores(conn) if (fault := history.verify_chain(conn, store=store))]
    if not faults:
        return Check(name="history", state="ok", text="every event is as it was written")
    text_of = "; ".join(f"{fault.store}: {fault.text}" for fault in faults)
    return Check(name="history", state="fail", text=text_of, remedy="Compare with a backup: somebody changed the file.")


def _refuse_newer(revision: str | None) -> None:
    if revision is not None and revision > HEAD:
        raise JournalUnusable(
            f"The journal has schema {revision}, this program knows {HEAD}: a newer syncd wrote it.",
            remedy="Install that version again, or restore the backup made before the upgrade.",
        )


def _can_be_repeated(exc: DBAPIError) -> bool:
    """Whether nothing of the transaction was kept: a lock on SQLite; on PostgreSQL a deadlock, a conflict, no connection."""
    if _is_postgresql(exc):
        return _state(exc) in {"40001", "40P01", "55P03"} or _is_away(exc)
    return _sqlite_name(exc).startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))


def _is_away(exc: DBAPIError) -> bool:
    """Whether PostgreSQL does not answer, or just stops or starts: without a code nothing was ever answered."""
    is_unanswered = not _state(exc) and isinstance(exc, OperationalError)
    return _is_postgresql(exc) and (is_unanswered or _state(exc).startswith(("08", "57P0")))


def _is_failure(exc: DBAPIError) -> bool:
    """Whether the database itself failed, rather than what was asked of it. Classes 53, 58: out of space, I/O errors."""
    if _is_postgresql(exc):
        return _state(exc).startswith(("53", "58"))
    return _sqlite_name(exc).startswith(_SQLITE_FAILURES)


def _is_postgresql(exc: DBAPIError) -> bool:
    return hasattr(exc.orig, "sqlstate")


def _state(exc: DBAPIError) -> str:
    """PostgreSQL's code of the error; empty when it comes from the connection."""
    return getattr(exc.orig, "sqlstate", None) or ""


def _sqlite_name(exc: DBAPIError) -> str:
    return str(getattr(exc.orig, "sqlite_errorname", ""))


def _failed(exc: DBAPIError) -> JournalFailed:
    return JournalFailed(
        f"The journal failed: {_first_line(exc)}.",
        remedy="Make room or repair it (syncd db check), then run again: what was sent is found out first.",
    )


def _given_up(exc: DBAPIError) -> SyncdError:
    if _is_away(exc):
        return JournalFailed(
            f"The journal did not answer for {BUSY_FOR_S:.0f} s: {_first_line(exc)}.",
            remedy="Start it, then run again: what was sent is found out first.",
        )
    return JournalBusy(
        f"The journal was locked by another process for {BUSY_FOR_S:.0f} s.",
        remedy="Find out which one holds it (a backup, an open sqlite3 shell?), then try again.",
    )


def _first_line(exc: BaseException) -> str:
    return str(getattr(exc, "orig", None) or exc).strip().partition("\n")[0]


def _url_remedy(exc: Exception) -> str:
    if isinstance(exc, ImportError):
        return "PostgreSQL needs an extra: pip install 'syncd[postgres]'"
    return "Write it as sqlite:///syncd.db or postgresql://user@host/name."
