"""`syncd approvals`, `approve` and `reject`: what waits for a person's yes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from syncd.cli.exit_codes import ExitCode
from syncd.cli.options import ConfigOption, Format, FormatOption, StoreOption
from syncd.cli.session import session_of
from syncd.errors import UsageError

if TYPE_CHECKING:
    from syncd.compose import Runtime

IdsArgument = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Ids from `syncd approvals`.")]
AllOption = Annotated[bool, typer.Option("--all", help="Everything that waits.")]
WhyOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; kept in the history.")]


def approvals(
    ctx: typer.Context,
    store: StoreOption = None,
    output_format: FormatOption = Format.TABLE,
    config: ConfigOption = None,
) -> int:
    """List what waits for a yes."""
    from syncd.cli.waiting import document_of, waiting, words_of

    session = session_of(ctx, config=config)
    names = session.store_names(store)

    async def work(runtime: Runtime) -> int:
        rows = await waiting(runtime, names)
        if output_format is Format.JSON:
            session.document({"approvals": [document_of(row) for row in rows]})
            return ExitCode.FINE
        for row in rows:
            session.show(words_of(row))
        if not rows:
            session.show("Nothing waits for a yes.")
        return ExitCode.FINE

    return session.run(work)


def approve(
    ctx: typer.Context,
    ids: IdsArgument = None,
    everything: AllOption = False,
    reason: WhyOption = "",
    store: StoreOption = None,
    config: ConfigOption = None,
) -> int:
    """Let steps go. The next pass checks each against the present, then carries it out."""
    return _decided(ctx, ids, verdict="approve", everything=everything, reason=reason, store=store, config=config)


def reject(
    ctx: typer.Context,
    ids: IdsArgument = None,
    everything: AllOption = False,
    reason: WhyOption = "",
    store: StoreOption = None,
    config: ConfigOption = None,
) -> int:
    """Say no to steps. The same step is not asked about again while nothing changes."""
    return _decided(ctx, ids, verdict="reject", everything=everything, reason=reason, store=store, config=config)


def _decided(
    ctx: typer.Context,
    ids: list[str] | None,
    *,
    verdict: str,
    everything: bool,
    reason: str,
    store: str | None,
    config: ConfigOption,
) -> int:
    from syncd.cli.waiting import decide

    session = session_of(ctx, config=config)
    names = session.store_names(store)
    if bool(ids) == everything:
        raise UsageError(f"Name what to {verdict}, or say --all.", remedy="See: syncd approvals")

    async def work(runtime: Runtime) -> int:
        for line in await decide(runtime, names, ids or (), verdict=verdict, reason=reason):
            session.show(line)
        return ExitCode.FINE

    return session.run(work)
