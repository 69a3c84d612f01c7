"""`syncd drift`."""

from __future__ import annotations

from typing import Annotated

import typer

from syncd.cli.options import (
    ConfigOption,
    DetailedOption,
    OrderOption,
    OutputOption,
    ReportFormat,
    ReportOption,
    StoreOption,
)
from syncd.cli.session import session_of


def drift(
    ctx: typer.Context,
    store: StoreOption = None,
    order: OrderOption = None,
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="KIND", help="One kind of drift, by name or code.")
    ] = None,
    last: Annotated[bool, typer.Option("--last", help="What the last look found, without asking anybody.")] = False,
    report_format: ReportOption = ReportFormat.TABLE,
    output: OutputOption = None,
    detailed_exitcode: DetailedOption = False,
    config: ConfigOption = None,
) -> int:
    """Report where store and suppliers disagree, since when, and what can be done."""
    from syncd.cli.drifts import DriftWishes, reported
    from syncd.cli.kinds import kind_named
    from syncd.compose import Runtime

    session = session_of(ctx, config=config)
    wishes = DriftWishes(
        store=store,
        orders=tuple(order or ()),
        kind=kind_named(kind).name if kind else None,
        last=last,
        form=report_format,
        output=output,
        detailed=detailed_exitcode,
    )

    async def work(runtime: Runtime) -> int:
        return await reported(session, runtime, wishes)

    session.store_names(store)
    return session.run(work)
