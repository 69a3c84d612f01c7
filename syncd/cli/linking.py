"""Ties between store orders and supplier orders that persons and files state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from syncd.cli.orders import one_order
from syncd.compose import named, suppliers_of
from syncd.errors import UsageError
from syncd.journal import links as journal

if TYPE_CHECKING:
    from syncd.compose import Runtime


async def linked(
    runtime: Runtime, stores: Sequence[str], order: str, *, supplier: str, supplier_order: str, sku: str | None
) -> str:
    """Tie them, and tell the history; says what was done."""
    store, order_id = await _place(runtime, stores, order, supplier=supplier)
    now = runtime.clock.now()
    if await _is_stated(runtime, store, order_id, supplier=supplier, supplier_order=supplier_order, sku=sku):
        return f"{order} was tied to {supplier} {supplier_order} already."
    await runtime.db.run(
        journal.link,
        store=store,
        store_order=order_id,
        supplier=supplier,
        supplier_order_id=supplier_order,
        actor=runtime.actor,
        now=now,
        line_sku=sku,
    )
    return f"Tied {order} to {supplier} {supplier_order}. The next look reads it: syncd plan --order {order}"


async def unlinked(runtime: Runtime, stores: Sequence[str], order: str, *, supplier: str, supplier_order: str) -> str:
    """Take back what a person said; says what was done. Raises UsageError when no person had tied them."""
    store, order_id = await _place(runtime, stores, order, supplier=supplier)
    if not await _is_stated(runtime, store, order_id, supplier=supplier, supplier_order=supplier_order):
        raise UsageError(
            f"Nobody tied {order} to {supplier} {supplier_order} by hand.",
            remedy="References, metafields and link files are changed where they come from. See: syncd links",
        )
    await runtime.db.run(
        journal.unlink,
        store=store,
        store_order=order_id,
        supplier=supplier,
        supplier_order_id=supplier_order,
        actor=runtime.actor,
        now=runtime.clock.now(),
    )
    return f"Took back: {order} and {supplier} {supplier_order}."


async def listed(runtime: Runtime, stores: Sequence[str]) -> list[dict[str, Any]]:
    """Every tie of these stores."""
    found = {link: None for store in stores for link in await runtime.db.run(journal.all_links, store=store)}
    return [
        {
            "store": link.store,
            "order": link.store_order,
            "sku": link.line_sku,
            "supplier": link.supplier,
            "supplier_order": link.supplier_order_id,
            "origin": link.origin,
            "by": link.added_by,
        }
        for link in found
    ]


async def _is_stated(
    runtime: Runtime, store: str, order_id: str, *, supplier: str, supplier_order: str, sku: str | None = None
) -> bool:
    """Whether a person tied them already; `sku` None = for any line."""
    return any(
        link.origin == "person"
        and (link.store_order, link.supplier_order_id) == (order_id, supplier_order.strip())
        and sku in {None, link.line_sku}
        for link in await runtime.db.run(journal.all_links, store=store, supplier=supplier)
    )


async def _place(runtime: Runtime, stores: Sequence[str], order: str, *, supplier: str) -> tuple[str, str]:
    named(runtime.config.suppliers, supplier, "supplier")
    store, order_id = await one_order(runtime, stores, order)
    if supplier not in suppliers_of(runtime.config, store):
        raise UsageError(f"{supplier} does not ship for {store}.", remedy=f"Its stores are in [suppliers.{supplier}].")
    return store, order_id
