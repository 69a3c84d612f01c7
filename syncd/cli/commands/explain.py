"""`syncd explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from syncd.cli.exit_codes import ExitCode
from syncd.cli.options import ConfigOption, Format, FormatOption, StoreOption
from syncd.cli.session import Session, session_of
from syncd.errors import UsageError

if TYPE_CHECKING:
    from syncd.compose import Runtime


def explain(
    ctx: typer.Context,
    what: Annotated[str, typer.Argument(metavar="ORDER|KIND", help="An order (#1001), or a kind of drift (A01).")],
    store: StoreOption = None,
    last: Annotated[bool, typer.Option("--last", help="As last seen, without asking anybody.")] = False,
    output_format: FormatOption = Format.TABLE,
    config: ConfigOption = None,
) -> int:
    """Tell the whole story of an order, or what a kind of drift means and what to do."""
    from syncd.cli.kinds import kind_document, kind_named
    from syncd.reports.terminal.kind import explain_kind

    session = session_of(ctx, config=config)
    try:
        kind = kind_named(what)
    except UsageError as error:
        if not any(char.isdigit() for char in what):
            raise error from None
        return _order(session, what, store=store, last=last, as_json=output_format is Format.JSON)
    if output_format is Format.JSON:
        session.document(kind_document(kind))
    else:
        session.show(explain_kind(kind))
    return ExitCode.FINE


def _order(session: Session, what: str, *, store: str | None, last: bool, as_json: bool) -> int:
    from syncd.cli.orders import one_order
    from syncd.cli.stories import story_document, story_of
    from syncd.reports.terminal.explain import explain_order

    names = session.store_names(store)

    async def work(runtime: Runtime) -> int:
        where, order_id = await one_order(runtime, names, what)
        story, code = await story_of(runtime, where, order_id, ask=not last)
        if as_json:
            session.document(story_document(story, store=where))
        else:
            session.show(explain_order(story))
        return code

    return session.run(work)
