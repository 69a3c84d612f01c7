"""The commands, in the order and the groups in which `syncd --help` shows them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from syncd.cli.commands import (
    adapters,
    alerts,
    apply,
    approvals,
    by_hand,
    check,
    config,
    db,
    demo,
    drift,
    explain,
    history,
    init,
    links,
    pause,
    plan,
    reconcile,
    run,
    sandbox,
    status,
    version,
    webhooks,
)
from syncd.cli.options import ConfigOption
from syncd.cli.session import session_of

DAILY = "Every day"
ORDERS = "One order"
APPROVALS = "Approvals"
START = "Set-up"
SERVICE = "Service"


class LogFormat(StrEnum):
    """How log lines look on stderr."""

    CONSOLE = "console"
    JSON = "json"


app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="Keeps what a store says about its orders true.",
    epilog="Exit codes: 0 fine, 1 error, 2 pending (--detailed-exitcode), 3 partial, 4 refused by a guard, 64 usage, "
    "69 store unreachable, 75 store busy, 77 credentials, 78 configuration.",
)


def _version(ctx: typer.Context, wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        raise typer.Exit(version.version(ctx))


@app.callback()
def root(
    ctx: typer.Context,
    config: ConfigOption = None,
    verbose: Annotated[int, typer.Option("--verbose", "-v", count=True, help="Log more; twice for everything.")] = 0,
    log_format: Annotated[LogFormat, typer.Option("--log-format", help="How log lines look.")] = LogFormat.CONSOLE,
    show_version: Annotated[
        bool, typer.Option("--version", help="Show the version.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    session = session_of(ctx, config=config)
    session.verbose, session.log_format = verbose, log_format.value
    del show_version  # its callback has ended the command


app.command(rich_help_panel=START)(init.init)
app.command(rich_help_panel=START)(check.check)
app.command(rich_help_panel=DAILY)(plan.plan)
app.command(rich_help_panel=DAILY)(apply.apply)
app.command(rich_help_panel=DAILY)(reconcile.reconcile)
app.command(rich_help_panel=DAILY)(drift.drift)
app.command(rich_help_panel=DAILY)(explain.explain)
app.command(rich_help_panel=DAILY)(history.history)
app.command(rich_help_panel=DAILY)(status.status)
app.command(rich_help_panel=ORDERS)(by_hand.fulfill)
app.command(rich_help_panel=ORDERS)(by_hand.unfulfill)
app.command(rich_help_panel=ORDERS)(by_hand.hold)
app.command(rich_help_panel=ORDERS)(by_hand.release)
app.command(rich_help_panel=ORDERS)(links.link)
app.command(rich_help_panel=ORDERS)(links.unlink)
app.command(rich_help_panel=ORDERS)(links.links)
app.command(rich_help_panel=APPROVALS)(approvals.approvals)
app.command(rich_help_panel=APPROVALS)(approvals.approve)
app.command(rich_help_panel=APPROVALS)(approvals.reject)
app.command(rich_help_panel=SERVICE)(run.run)
app.command(rich_help_panel=SERVICE)(pause.pause)
app.command(rich_help_panel=SERVICE)(pause.resume)
app.command(rich_help_panel=START)(demo.demo)
app.command(rich_help_panel=START)(sandbox.sandbox)
app.add_typer(alerts.commands, name="alerts", rich_help_panel=SERVICE)
app.add_typer(config.commands, name="config", rich_help_panel=START)
app.add_typer(webhooks.commands, name="webhooks", rich_help_panel=SERVICE)
app.add_typer(db.commands, name="db", rich_help_panel=SERVICE)
app.command(rich_help_panel=START)(adapters.adapters)
app.command(rich_help_panel=START)(version.version)
