"""`syncd plan`."""

from __future__ import annotations

import typer

from syncd.cli.options import (
    AllowChangesOption,
    AllowDestructiveOption,
    ConfigOption,
    DetailedOption,
    Format,
    FormatOption,
    OrderOption,
    OutputOption,
    StoreOption,
)
from syncd.cli.session import session_of


def plan(
    ctx: typer.Context,
    store: StoreOption = None,
    order: OrderOption = None,
    output: OutputOption = None,
    output_format: FormatOption = Format.TABLE,
    detailed_exitcode: DetailedOption = False,
    allow_changes: AllowChangesOption = None,
    allow_destructive: AllowDestructiveOption = None,
    config: ConfigOption = None,
) -> int:
    """Look at all sides and show what would be done. Changes nothing.

    The plan is kept; `syncd apply PLAN_ID` carries it out, within the hour.
    """
    from syncd.cli import exit_codes, passes
    from syncd.cli.reporting import save
    from syncd.compose import Runtime
    from syncd.judge import Allowance
    from syncd.reconcile.plan import plan_document
    from syncd.reports.documents import json_lines

    session = session_of(ctx, config=config)
    allowance = Allowance(changes=allow_changes, destructive=allow_destructive)
    wishes = passes.Wishes(store=store, orders=tuple(order or ()), allowance=allowance)

    async def work(runtime: Runtime) -> int:
        codes: list[int] = []
        found = await passes.looks(session, runtime, wishes, codes=codes)
        passes.show_plans(session, found, as_json=output_format is Format.JSON)
        if output is not None and found:
            save(session, output, (json_lines(plan_document(look.plan) for look in found) + "\n").encode())
            session.note(f"Carry it out with: syncd apply {output}")
        codes += [exit_codes.of_look(look, detailed=detailed_exitcode) for look in found]
        return exit_codes.worst(codes)

    return session.run(work)
