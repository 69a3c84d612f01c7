"""`syncd run`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from syncd.cli.options import ConfigOption, StoreOption
from syncd.cli.session import session_of

if TYPE_CHECKING:
    from syncd.config import Config
    from syncd.cycle import Run


def run(
    ctx: typer.Context,
    store: StoreOption = None,
    once: Annotated[bool, typer.Option("--once", help="One pass over every store, then end.")] = False,
    config: ConfigOption = None,
) -> int:
    """Pass over the stores again and again, until stopped; what needs a yes waits for it."""
    from syncd.cli.exit_codes import of_run, worst
    from syncd.daemon import serve

    session = session_of(ctx, config=config)
    names = session.store_names(store)
    session.verbose = max(session.verbose, 1)

    def code_of(run: Run) -> int:
        return of_run(run, detailed=False)

    def read_config() -> Config:
        from syncd.config import load

        return load(session.config_path, env=session.env)

    return session.run(
        lambda runtime: serve(runtime, names, once=once, code_of=code_of, worst=worst, read_config=read_config)
    )
