"""`syncd check`."""

from __future__ import annotations

import typer

from syncd.cli.options import ConfigOption, Format, FormatOption, StoreOption
from syncd.cli.session import session_of


def check(
    ctx: typer.Context,
    store: StoreOption = None,
    output_format: FormatOption = Format.TABLE,
    config: ConfigOption = None,
) -> int:
    """Tell in one screen whether everything is right, and what to do where it is not."""
    from syncd.cli.checks import checked
    from syncd.cli.exit_codes import worst
    from syncd.reconcile.documents import check_document
    from syncd.reports.facts import CheckReport
    from syncd.reports.terminal.check import check_report

    session = session_of(ctx, config=config)
    found = checked(session, store=store)
    if output_format is Format.JSON:
        session.document(check_document([one for _, lines in found.groups for one in lines]))
    else:
        session.show(check_report(CheckReport(groups=tuple(found.groups))))
    return worst(found.codes)
