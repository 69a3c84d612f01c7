"""`syncd history`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from syncd.cli.exit_codes import ExitCode
from syncd.cli.options import ConfigOption, OutputOption, ReportFormat, ReportOption, StoreOption
from syncd.cli.session import Session, session_of

if TYPE_CHECKING:
    from syncd.compose import Runtime
    from syncd.reports.facts import Event


def history(
    ctx: typer.Context,
    order: Annotated[str | None, typer.Argument(metavar="[ORDER]", help="One order, by name or id.")] = None,
    store: StoreOption = None,
    verify: Annotated[bool, typer.Option("--verify", help="Check that nothing was changed or left out.")] = False,
    report_format: ReportOption = ReportFormat.TABLE,
    output: OutputOption = None,
    config: ConfigOption = None,
) -> int:
    """Tell what was done: who, when, why, before and after."""
    from syncd.cli.facts import zone_of
    from syncd.cli.reporting import Report, write
    from syncd.reconcile.documents import history_document
    from syncd.reports.tables import history_sheet
    from syncd.reports.terminal.history import history as history_report
    from syncd.reports.webpage import history_page

    session = session_of(ctx, config=config)
    names = session.store_names(store)

    async def work(runtime: Runtime) -> int:
        if verify:
            return await _verified(session, runtime, names)
        events = await _events(runtime, names, order)
        zone = zone_of(session.config, store)
        report = Report(
            table=lambda: history_report(events, zone=zone),
            documents=lambda: [history_document(events)],
            sheets=lambda: (history_sheet(events),),
            page=lambda: history_page(events, generated_at=runtime.clock.now(), zone=zone),
            generated_at=runtime.clock.now(),
        )
        write(session, report, form=report_format, output=output)
        return ExitCode.FINE

    return session.run(work)


async def _events(runtime: Runtime, names: tuple[str, ...], order: str | None) -> tuple[Event, ...]:
    from syncd.cli.facts import event_facts
    from syncd.cli.orders import one_order
    from syncd.journal import history as journal

    order_id = None
    if order is not None:
        where, order_id = await one_order(runtime, names, order)
        names = (where,)
    found: list[Event] = []
    for name in names:
        found += [event_facts(one) for one in await runtime.db.run(journal.events, store=name, order=order_id)]
    return tuple(found)


async def _verified(session: Session, runtime: Runtime, names: tuple[str, ...]) -> int:
    from syncd.journal import history as journal

    faults = [fault for name in names if (fault := await runtime.db.run(journal.verify_chain, store=name))]
    for fault in faults:
        session.show(f"{fault.store}: {fault.text}")
    if not faults:
        session.show("The history is whole: nothing was changed or left out.")
    return ExitCode.ERROR if faults else ExitCode.FINE
