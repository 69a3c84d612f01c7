"""`syncd demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from syncd.cli.session import session_of


def demo(
    ctx: typer.Context,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the sandbox running, for playing.")] = False,
    folder: Annotated[Path, typer.Option("--folder", metavar="DIR", help="Where its files go.")] = Path("demo"),
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Another world.")] = 1,
) -> int:
    """Show the main job on an embedded sandbox: a store and suppliers on this machine, days in seconds."""
    from syncd.cli.demo import demonstrate

    return demonstrate(session_of(ctx), folder=folder, keep=keep, seed=seed)
