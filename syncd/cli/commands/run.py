"""`syncd run`."""

from __future__ import annotations

from typing import Annotated

import typer

from syncd.cli.options import ConfigOption, StoreOption
from syncd.cli.session import session_of


def run(
    ctx: typer.Context,
    store: StoreOption = None,
    once: Annotated[bool, typer.Option("--once", help="One pass over every store, then end.")] = False,
    config: ConfigOption = None,
) -> int:
    """Pass over the stores again and again, until stopped; what needs a yes waits for it."""
    from syncd.daemon import serve

    session = session_of(ctx, config=config)
    names = session.store_names(store)
    session.verbose = max(session.verbose, 1)
    return session.run(lambda runtime: serve(runtime, names, once=once))
