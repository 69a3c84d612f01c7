"""`syncd sandbox`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from syncd.cli.session import session_of


class ShopPlan(StrEnum):
    """The shop's plan, which bounds how fast its API may be asked."""

    STANDARD = "standard"
    ADVANCED = "advanced"
    PLUS = "plus"
    ENTERPRISE = "enterprise"


def sandbox(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Option("--folder", metavar="DIR", help="Where its files go.")] = Path("sandbox"),
    port: Annotated[
        int, typer.Option("--port", min=0, max=65532, help="The store's port; the others follow it. 0: any free ones.")
    ] = 9700,
    orders: Annotated[int, typer.Option("--orders", min=0, max=5000, help="So many more orders that wait.")] = 0,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Another world.")] = 1,
    plan: Annotated[
        ShopPlan, typer.Option("--plan", help="The shop's plan: how fast its API may be asked.")
    ] = ShopPlan.STANDARD,
) -> int:
    """Serve a store and suppliers that behave like the real ones, on this machine, until Ctrl-C."""
    from syncd.cli.sandboxes import serve

    return serve(session_of(ctx), folder=folder, port=port, seed=seed, orders=orders, plan=plan.value)
