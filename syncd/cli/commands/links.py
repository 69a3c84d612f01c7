"""`syncd link`, `unlink` and `links`: which supplier order belongs to which store order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from syncd.cli.exit_codes import ExitCode
from syncd.cli.options import ConfigOption, Format, FormatOption, OrderArgument, StoreOption
from syncd.cli.session import session_of

if TYPE_CHECKING:
    from syncd.compose import Runtime

SupplierArgument = Annotated[str, typer.Argument(metavar="SUPPLIER", help="The supplier's name in the configuration.")]
SupplierOrderArgument = Annotated[str, typer.Argument(metavar="SUPPLIER_ORDER", help="The supplier's own order id.")]
SkuOption = Annotated[str | None, typer.Option("--sku", metavar="SKU", help="One line only. [default: all its lines]")]


def link(
    ctx: typer.Context,
    order: OrderArgument,
    supplier: SupplierArgument,
    supplier_order: SupplierOrderArgument,
    sku: SkuOption = None,
    store: StoreOption = None,
    config: ConfigOption = None,
) -> int:
    """Tie a supplier's order to a store order."""
    from syncd.cli.linking import linked

    session = session_of(ctx, config=config)
    names = session.store_names(store)

    async def work(runtime: Runtime) -> int:
        said = await linked(runtime, names, order, supplier=supplier, supplier_order=supplier_order, sku=sku)
        session.show(said)
        return ExitCode.FINE

    return session.run(work)


def unlink(
    ctx: typer.Context,
    order: OrderArgument,
    supplier: SupplierArgument,
    supplier_order: SupplierOrderArgument,
    store: StoreOption = None,
    config: ConfigOption = None,
) -> int:
    """Take a tie back that a person made."""
    from syncd.cli.linking import unlinked

    session = session_of(ctx, config=config)
    names = session.store_names(store)

    async def work(runtime: Runtime) -> int:
        said = await unlinked(runtime, names, order, supplier=supplier, supplier_order=supplier_order)
        session.show(said)
        return ExitCode.FINE

    return session.run(work)


def links(
    ctx: typer.Context,
    store: StoreOption = None,
    output_format: FormatOption = Format.TABLE,
    config: ConfigOption = None,
) -> int:
    """List the ties made by persons and by link files."""
    from syncd.cli.linking import listed

    session = session_of(ctx, config=config)
    names = session.store_names(store)

    async def work(runtime: Runtime) -> int:
        rows = await listed(runtime, names)
        if output_format is Format.JSON:
            session.document({"links": rows})
        for row in rows if output_format is Format.TABLE else ():
            session.show("  ".join(str(value) for value in row.values() if value is not None))
        if not rows and output_format is Format.TABLE:
            session.show("No links. Make one: syncd link ORDER SUPPLIER SUPPLIER_ORDER")
        return ExitCode.FINE

    return session.run(work)
