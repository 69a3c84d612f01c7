"""`syncd pause` and `syncd resume`: stop every write, and let it go on."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from syncd.cli.exit_codes import ExitCode
from syncd.cli.options import ConfigOption, StoreOption, YesOption
from syncd.cli.session import session_of

if TYPE_CHECKING:
    from syncd.cli.session import Session
    from syncd.compose import Runtime
    from syncd.reconcile.guard import Halt

ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; kept in the history.")]


def pause(
    ctx: typer.Context,
    store: StoreOption = None,
    length: Annotated[
        str | None, typer.Option("--for", metavar="TIME", help="End by itself after so long, like 2h or 1d.")
    ] = None,
    reason: ReasonOption = "",
    config: ConfigOption = None,
) -> int:
    """Stop every write at once, of the daemon and of every command. syncd goes on looking and telling."""
    from syncd.clock import rfc3339
    from syncd.journal import pauses

    session = session_of(ctx, config=config)
    names = session.store_names(store)

    async def work(runtime: Runtime) -> int:
        now = runtime.clock.now()
        until = _until(length, now=now)
        await runtime.db.run(
            pauses.pause, store=store, stores=names, actor=runtime.actor, reason=reason, now=now, until=until
        )
        end = f"until {rfc3339(until)}, or until" if until else "until"
        session.show(f"{store or 'All stores'}: paused. Nothing is written {end}: {_resume(store)}")
        return ExitCode.FINE

    return session.run(work)


def resume(
    ctx: typer.Context,
    source: Annotated[
        str | None, typer.Argument(metavar="[SUPPLIER]", help="A supplier that is frozen, to be believed again.")
    ] = None,
    store: StoreOption = None,
    reason: ReasonOption = "",
    yes: YesOption = False,
    config: ConfigOption = None,
) -> int:
    """Let writes go on after a pause. With a SUPPLIER: believe one that was frozen since too much of it changed at once."""
    session = session_of(ctx, config=config)
    return _go_on(session, store, reason=reason) if source is None else _thaw(session, source, reason=reason, yes=yes)


def _go_on(session: Session, store: str | None, *, reason: str) -> int:
    from syncd.errors import UsageError
    from syncd.journal import pauses

    names = session.store_names(store)

    async def work(runtime: Runtime) -> int:
        now = runtime.clock.now()
        lifted = await runtime.db.run(
            pauses.resume, store=store, stores=names, actor=runtime.actor, reason=reason, now=now
        )
        if not lifted:
            what = f"{store} is not paused by itself" if store else "No pause binds all stores"
            raise UsageError(f"{what}.", remedy="See: syncd status")
        session.show(f"{store or 'All stores'}: the next pass writes again.")
        for name in names:
            left = runtime.brake(name).halt(now) or await _still(runtime, name, now)
            if left is not None:
                session.note(f"{name}: still nothing is written: {left.why}. {left.remedy}")
        return ExitCode.FINE

    return session.run(work)


async def _still(runtime: Runtime, store: str, now: datetime) -> Halt | None:
    from syncd.journal import pauses

    found = await runtime.db.run(pauses.in_force, store=store, now=now)
    return found.halt if found else None


def _thaw(session: Session, source: str, *, reason: str, yes: bool) -> int:
    from syncd.cli.thaw import resumed

    async def work(runtime: Runtime) -> int:
        question = f"{source}: is it true that so many of its orders were cancelled, failed or vanished?"
        if not session.agrees(question, yes=yes):
            session.show("Nothing was changed.")
            return ExitCode.FINE
        for line in await resumed(runtime, source, reason=reason):
            session.show(line)
        return ExitCode.FINE

    return session.run(work)


def _until(length: str | None, *, now: datetime) -> datetime | None:
    from syncd.domain.periods import parse_period
    from syncd.errors import UsageError

    if length is None:
        return None
    try:
        return parse_period(length).end(now)
    except ValueError as error:
        raise UsageError(f"--for: {error}") from None


def _resume(store: str | None) -> str:
    return f"syncd resume --store {store}" if store else "syncd resume"
