"""`syncd sandbox`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from syncd.cli.session import session_of


def sandbox(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Option("--folder", metavar="DIR", help="Where its files go.")] = Path("sandbox"),
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Another world.")] = 1,
) -> int:
    """Serve a store and suppliers that behave like the real ones, on this machine."""
    from syncd.cli.sandboxes import sandbox_named

    session = session_of(ctx)
    return sandbox_named("sandbox").serve(session, folder=folder, seed=seed)
