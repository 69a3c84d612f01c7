"""Steps that a person types for one order: `fulfill`, `unfulfill`, `hold`, `release`.

The question at the terminal, or `--yes`, is the step's approval; guards and evidence still count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from syncd.cli.options import (
    ConfigOption,
    DryRunOption,
    Format,
    FormatOption,
    NoteOption,
    OrderArgument,
    StoreOption,
    WaitOption,
    YesOption,
)
from syncd.cli.session import session_of

if TYPE_CHECKING:
    from syncd.cli.manual import Typed


def fulfill(
    ctx: typer.Context,
    order: OrderArgument,
    tracking: Annotated[
        list[str] | None,
        typer.Option("--tracking", metavar="NUMBER", help="Tracking number; can be repeated. None: without tracking."),
    ] = None,
    carrier: Annotated[str | None, typer.Option("--carrier", metavar="NAME", help="The carrier's name.")] = None,
    line: Annotated[
        list[str] | None, typer.Option("--line", metavar="SKU[=UNITS]", help="Only this line; can be repeated.")
    ] = None,
    note: NoteOption = "",
    store: StoreOption = None,
    yes: YesOption = False,
    dry_run: DryRunOption = False,
    output_format: FormatOption = Format.TABLE,
    wait: WaitOption = "30s",
    config: ConfigOption = None,
) -> int:
    """Mark an order's open units as fulfilled, under the numbers given. The customer is not told."""
    from syncd.cli import manual

    ask = manual.fulfilling(numbers=tuple(tracking or ()), carrier=carrier, lines=tuple(line or ()), note=note)
    typed = _typed(order, store=store, yes=yes, dry_run=dry_run, output_format=output_format, wait=wait)
    return manual.carried_out(session_of(ctx, config=config), typed, ask)


def unfulfill(
    ctx: typer.Context,
    order: OrderArgument,
    reason: Annotated[
        str,
        typer.Option(
            "--reason",
            metavar="WORD",
            help="Required: fulfillment_error, customer_change, stock_discrepancy, logistics, premature, "
            "supplier_cancelled, recall or other.",
        ),
    ] = "",
    note: NoteOption = "",
    store: StoreOption = None,
    yes: YesOption = False,
    dry_run: DryRunOption = False,
    output_format: FormatOption = Format.TABLE,
    wait: WaitOption = "30s",
    config: ConfigOption = None,
) -> int:
    """Cancel a fulfillment whose goods never moved. Refused when any evidence says that they did."""
    from syncd.cli import manual

    ask = manual.unfulfilling(reason=reason, note=note)
    typed = _typed(order, store=store, yes=yes, dry_run=dry_run, output_format=output_format, wait=wait)
    return manual.carried_out(session_of(ctx, config=config), typed, ask)


def hold(
    ctx: typer.Context,
    order: OrderArgument,
    reason: Annotated[
        str, typer.Option("--reason", metavar="WORD", help="One of Shopify's: INCORRECT_ADDRESS, OTHER, ...")
    ] = "OTHER",
    note: NoteOption = "",
    store: StoreOption = None,
    yes: YesOption = False,
    dry_run: DryRunOption = False,
    output_format: FormatOption = Format.TABLE,
    wait: WaitOption = "30s",
    config: ConfigOption = None,
) -> int:
    """Hold an order's open work, under syncd's own name."""
    from syncd.cli import manual

    ask = manual.holding(reason=reason.upper(), note=note)
    typed = _typed(order, store=store, yes=yes, dry_run=dry_run, output_format=output_format, wait=wait)
    return manual.carried_out(session_of(ctx, config=config), typed, ask)


def release(
    ctx: typer.Context,
    order: OrderArgument,
    note: NoteOption = "",
    store: StoreOption = None,
    yes: YesOption = False,
    dry_run: DryRunOption = False,
    output_format: FormatOption = Format.TABLE,
    wait: WaitOption = "30s",
    config: ConfigOption = None,
) -> int:
    """Release the holds that syncd placed on an order; others' holds stay."""
    from syncd.cli import manual

    ask = manual.releasing(note=note)
    typed = _typed(order, store=store, yes=yes, dry_run=dry_run, output_format=output_format, wait=wait)
    return manual.carried_out(session_of(ctx, config=config), typed, ask)


def _typed(order: str, *, store: str | None, yes: bool, dry_run: bool, output_format: Format, wait: str) -> Typed:
    from syncd.cli.manual import Typed

    as_json = output_format is Format.JSON
    return Typed(order=order, store=store, yes=yes, dry_run=dry_run, as_json=as_json, wait=wait)
