"""Steps that a person types for one order: `fulfill`, `unfulfill`, `hold`, `release`.

The question at the terminal, or `--yes`, is the step's approval; guards and evidence still count.
"""

from __future__ import annotations

from typing import Annotated

import typer

from syncd.cli.options import (
    ConfigOption,
    DryRunOption,
    Format,
    FormatOption,
    NoteOption,
    OrderArgument,
    ReasonOption,
    StoreOption,
    WaitOption,
    YesOption,
)
from syncd.cli.session import session_of

_NEEDED = Annotated[str, typer.Option("--reason", metavar="WORD", help="Why; required, kept in the history.")]


def fulfill(
    ctx: typer.Context,
    order: OrderArgument,
    tracking: Annotated[
        list[str] | None, typer.Option("--tracking", metavar="NUMBER", help="Tracking number; can be repeated.")
    ] = None,
    carrier: Annotated[str | None, typer.Option("--carrier", metavar="NAME", help="The carrier's name.")] = None,
    sku: Annotated[
        list[str] | None, typer.Option("--sku", metavar="SKU", help="These lines only; can be repeated.")
    ] = None,
    reason: ReasonOption = "",
    note: NoteOption = "",
    store: StoreOption = None,
    yes: YesOption = False,
    dry_run: DryRunOption = False,
    output_format: FormatOption = Format.TABLE,
    wait: WaitOption = "30s",
    config: ConfigOption = None,
) -> int:
    """Mark an order as fulfilled: by what its suppliers show, or by the number given."""
    from syncd.cli.manual import ManualWishes, carried_out

    session = session_of(ctx, config=config)
    wishes = ManualWishes(
        command="fulfill", order=order, store=store, reason=reason, note=note, yes=yes, dry_run=dry_run,
        as_json=output_format is Format.JSON, wait=wait,
        options={"tracking": tuple(tracking or ()), "carrier": carrier, "skus": tuple(sku or ())},
    )  # fmt: skip
    return carried_out(session, wishes)


def unfulfill(
    ctx: typer.Context,
    order: OrderArgument,
    reason: _NEEDED = "",
    note: NoteOption = "",
    store: StoreOption = None,
    yes: YesOption = False,
    dry_run: DryRunOption = False,
    output_format: FormatOption = Format.TABLE,
    wait: WaitOption = "30s",
    config: ConfigOption = None,
) -> int:
    """Cancel a fulfillment whose goods never moved. Refused when any evidence says that they did."""
    from syncd.cli.manual import ManualWishes, carried_out

    session = session_of(ctx, config=config)
    wishes = ManualWishes(
        command="unfulfill", order=order, store=store, reason=reason, note=note, yes=yes, dry_run=dry_run,
        as_json=output_format is Format.JSON, wait=wait,
    )  # fmt: skip
    return carried_out(session, wishes)


def hold(
    ctx: typer.Context,
    order: OrderArgument,
    reason: ReasonOption = "OTHER",
    note: NoteOption = "",
    store: StoreOption = None,
    yes: YesOption = False,
    dry_run: DryRunOption = False,
    output_format: FormatOption = Format.TABLE,
    wait: WaitOption = "30s",
    config: ConfigOption = None,
) -> int:
    """Hold an order's open fulfillment orders, under syncd's own name."""
    from syncd.cli.manual import ManualWishes, carried_out

    session = session_of(ctx, config=config)
    wishes = ManualWishes(
        command="hold", order=order, store=store, reason=reason, note=note, yes=yes, dry_run=dry_run,
        as_json=output_format is Format.JSON, wait=wait,
    )  # fmt: skip
    return carried_out(session, wishes)


def release(
    ctx: typer.Context,
    order: OrderArgument,
    reason: ReasonOption = "",
    note: NoteOption = "",
    store: StoreOption = None,
    yes: YesOption = False,
    dry_run: DryRunOption = False,
    output_format: FormatOption = Format.TABLE,
    wait: WaitOption = "30s",
    config: ConfigOption = None,
) -> int:
    """Release the holds that syncd placed on an order; others' holds stay."""
    from syncd.cli.manual import ManualWishes, carried_out

    session = session_of(ctx, config=config)
    wishes = ManualWishes(
        command="release", order=order, store=store, reason=reason, note=note, yes=yes, dry_run=dry_run,
        as_json=output_format is Format.JSON, wait=wait,
    )  # fmt: skip
    return carried_out(session, wishes)
