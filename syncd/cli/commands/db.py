"""`syncd db`: the journal's housekeeping."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from syncd.cli.exit_codes import ExitCode
from syncd.cli.options import ConfigOption
from syncd.cli.session import Session, session_of

if TYPE_CHECKING:
    from syncd.journal.database import Database

commands = typer.Typer(no_args_is_help=True, help="Look after the journal: upgrade, check, back up.")


@commands.command()
def upgrade(ctx: typer.Context, config: ConfigOption = None) -> int:
    """Bring the journal to this version's schema."""
    session = session_of(ctx, config=config)
    with _unopened(session) as database:
        before, after = database.upgrade()
    session.show(f"Already at {after}." if before == after else f"Upgraded from {before or 'nothing'} to {after}.")
    return 0


@commands.command()
def check(ctx: typer.Context, config: ConfigOption = None) -> int:
    """Tell whether the journal can be used and is whole."""
    from syncd.reports.facts import CheckReport
    from syncd.reports.terminal.check import check_report

    session = session_of(ctx, config=config)
    with _unopened(session) as database:
        found = database.check()
    session.show(check_report(CheckReport(groups=(("database", found),))))
    return ExitCode.ERROR if any(one.state == "fail" for one in found) else ExitCode.FINE


@commands.command()
def backup(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy goes; never overwritten.")],
    config: ConfigOption = None,
) -> int:
    """Copy the journal while everything keeps running."""
    session = session_of(ctx, config=config)
    with _unopened(session) as database:
        database.backup(file, disk=session.disk)
    session.show(f"Wrote {file}. Keep the key file with it: without it, kept credentials cannot be read.")
    return 0


@contextmanager
def _unopened(session: Session) -> Iterator[Database]:
    """The journal as it is: neither migrated nor refused."""
    from syncd.clock import SystemClock
    from syncd.config import rules
    from syncd.journal.database import Database
    from syncd.secrets import register_url

    url = register_url(rules.database_url(session.config, env=session.env))
    database = Database(url, key_file=rules.key_file(session.config), clock=session.clock or SystemClock())
    try:
        yield database
    finally:
        database.engine.dispose()
