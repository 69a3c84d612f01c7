"""`syncd reconcile`."""

from __future__ import annotations

import typer

from syncd.cli.options import (
    AllowChangesOption,
    AllowDestructiveOption,
    ConfigOption,
    DetailedOption,
    DryRunOption,
    Format,
    FormatOption,
    OrderOption,
    StoreOption,
    WaitOption,
    YesOption,
)
from syncd.cli.session import session_of


def reconcile(
    ctx: typer.Context,
    store: StoreOption = None,
    order: OrderOption = None,
    yes: YesOption = False,
    dry_run: DryRunOption = False,
    output_format: FormatOption = Format.TABLE,
    detailed_exitcode: DetailedOption = False,
    allow_changes: AllowChangesOption = None,
    allow_destructive: AllowDestructiveOption = None,
    wait: WaitOption = "30s",
    config: ConfigOption = None,
) -> int:
    """Plan, ask, and put it right."""
    from syncd.cli import exit_codes, passes
    from syncd.compose import Runtime
    from syncd.judge import Allowance

    session = session_of(ctx, config=config)
    wishes = passes.Wishes(
        store=store,
        orders=tuple(order or ()),
        allowance=Allowance(changes=allow_changes, destructive=allow_destructive),
        as_json=output_format is Format.JSON,
        detailed=detailed_exitcode,
        yes=yes,
        wait=passes.waiting(wait),
    )

    async def only_look(runtime: Runtime) -> int:
        codes: list[int] = []
        found = await passes.looks(session, runtime, wishes, codes=codes)
        passes.show_plans(session, found, as_json=wishes.as_json)
        return exit_codes.worst([*codes, *(exit_codes.of_look(look, detailed=detailed_exitcode) for look in found)])

    async def act(runtime: Runtime) -> int:
        return await passes.reconciled(session, runtime, wishes)

    session.store_names(store)
    if dry_run:
        return session.run(only_look)
    session.require_consent(yes=yes)
    return session.run(act)
