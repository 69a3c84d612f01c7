"""`syncd init`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from syncd.cli.session import Session, session_of
from syncd.errors import SyncdError, UsageError
from syncd.files import draft_of


def init(
    ctx: typer.Context,
    shop: Annotated[
        str | None, typer.Option("--shop", metavar="DOMAIN", help="The shop's permanent domain: example.myshopify.com.")
    ] = None,
    token: Annotated[
        str | None, typer.Option("--token", metavar="REF", help="Where its token is. [default: env:SHOPIFY_TOKEN]")
    ] = None,
    cj: Annotated[
        str | None, typer.Option("--cj", metavar="PREFIX", help="SKU prefix of CJ Dropshipping's goods.")
    ] = None,
    feed: Annotated[
        str | None, typer.Option("--feed", metavar="SOURCE", help="A supplier's tracking table: a path or an address.")
    ] = None,
    feed_prefix: Annotated[
        str | None, typer.Option("--feed-prefix", metavar="PREFIX", help="SKU prefix of that supplier's goods.")
    ] = None,
    file: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write it; never overwritten.")
    ] = Path("syncd.toml"),
) -> int:
    """Write a first configuration, with comments. It only observes until you say otherwise."""
    from syncd.cli.starting import Answers, configuration

    session = session_of(ctx)
    if file.exists():
        raise UsageError(f"{file} exists and is not overwritten.", remedy="Name another: syncd init --output FILE")
    if shop is None and not session.is_interactive:
        raise UsageError("There is no terminal to ask on.", remedy="Say at least --shop example.myshopify.com")
    asks = shop is None
    answers = Answers(
        shop=shop or _asked(session, "The shop's permanent domain (example.myshopify.com)"),
        token=token or "env:SHOPIFY_TOKEN",
        cj_prefix=cj if not asks else cj or _asked(session, "SKU prefix of goods from CJ Dropshipping (empty: none)"),
        feed=feed
        if not asks
        else feed or _asked(session, "A supplier's tracking table, path or address (empty: none)"),
        feed_prefix=feed_prefix,
    )
    if answers.feed and not answers.feed_prefix:
        prefix = _asked(session, "SKU prefix of that supplier's goods") if asks else ""
        answers = answers.with_feed_prefix(prefix or "DP-")
    _write(session, file, configuration(answers))
    session.show(f"Wrote {file}. It only observes. Next:")
    session.show(f"  1. give {answers.token} a value      2. syncd check      3. syncd drift      4. syncd plan")
    return 0


def _asked(session: Session, question: str) -> str:
    session.err.write(f"{question}: ")
    session.err.flush()
    return session.stdin.readline().strip()


def _write(session: Session, file: Path, text: str) -> None:
    try:
        with draft_of(file, disk=session.disk) as draft:
            session.disk.write(draft, text.encode("utf-8"))
    except FileExistsError:
        raise UsageError(f"{file} exists and is not overwritten.") from None
    except OSError as error:
        raise SyncdError(f"{file} cannot be written: {error.strerror}.") from error
