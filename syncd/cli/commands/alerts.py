"""`syncd alerts`: what merchants are told by mail."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from syncd.cli.exit_codes import ExitCode
from syncd.cli.options import ConfigOption, StoreOption
from syncd.cli.session import session_of

if TYPE_CHECKING:
    from syncd.compose import Runtime

commands = typer.Typer(no_args_is_help=True, help="Look at the mails that merchants get.")


class Language(StrEnum):
    """The languages of mails."""

    ENGLISH = "en"
    DANISH = "da"
    FRENCH = "fr"
    CHINESE = "zh-TW"


WhatArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[digest|resolved|test|KIND|ORDER]...",
        help="Which mail: the digest, about what was settled, a test, or at once about these kinds of drift or orders. "
        "[default: digest]",
        show_default=False,
    ),
]
HtmlOption = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Write the mail's HTML to FILE, to look at in a browser.")
]
EmlOption = Annotated[
    Path | None, typer.Option("--eml", metavar="FILE", help="Write the whole mail to FILE, to open in a mail program.")
]


@commands.callback()
def family() -> None:
    """Look at the mails that merchants get."""


@commands.command()
def preview(
    ctx: typer.Context,
    what: WhatArgument = None,
    store: StoreOption = None,
    language: Annotated[
        Language | None, typer.Option("--language", help="Another language than the store's.", show_default=False)
    ] = None,
    sample: Annotated[bool, typer.Option("--sample", help="About a made-up shop; needs no configuration.")] = False,
    html: HtmlOption = None,
    eml: EmlOption = None,
    config: ConfigOption = None,
) -> int:
    """Show the mail about what the journal shows now. Sends nothing, asks nobody."""
    from syncd.cli.mails import Wishes, previewed, sampled

    session = session_of(ctx, config=config)
    wishes = Wishes.of(what or (), language=language.value if language else None, html=html, eml=eml)
    if sample:
        sampled(session, wishes, store=store)
        return ExitCode.FINE
    names = session.store_names(store)

    async def work(runtime: Runtime) -> int:
        await previewed(session, runtime, names, wishes)
        return ExitCode.FINE

    return session.run(work)
