"""`syncd resume`: a frozen source told the truth after all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from syncd.cli.exit_codes import ExitCode
from syncd.cli.options import ConfigOption, YesOption
from syncd.cli.session import session_of

if TYPE_CHECKING:
    from syncd.compose import Runtime


def resume(
    ctx: typer.Context,
    source: Annotated[str, typer.Argument(metavar="SUPPLIER", help="The supplier that is frozen.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; kept in the history.")] = "",
    yes: YesOption = False,
    config: ConfigOption = None,
) -> int:
    """Believe a supplier again that was frozen because too many of its orders changed at once."""
    from syncd.cli.thaw import resumed

    session = session_of(ctx, config=config)

    async def work(runtime: Runtime) -> int:
        question = f"{source}: is it true that so many of its orders were cancelled, failed or vanished?"
        if not session.agrees(question, yes=yes):
            session.show("Nothing was changed.")
            return ExitCode.FINE
        for line in await resumed(runtime, source, reason=reason):
            session.show(line)
        return ExitCode.FINE

    return session.run(work)
