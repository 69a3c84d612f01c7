"""Order edits: changes that are collected first and take hold when they are committed."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from adapters.sandbox.shopify.world import orders, payments
from adapters.sandbox.shopify.world.state import App, Line, Order, Variant
from adapters.sandbox.shopify.world.world import NewLine, World


@dataclass(slots=True, eq=False, kw_only=True)
class AddedLine:
    """A line that the edit will add."""

    id: str
    edit: OrderEdit
    spec: NewLine
    quantity: int


@dataclass(slots=True, eq=False, kw_only=True)
class OrderEdit:
    """One edit in work. `quantities` are the wanted ones of the order's own lines."""

    id: str
    number: int
    order: Order
    quantities: dict[Line, int]
    added: list[AddedLine] = field(default_factory=list)
    committed: bool = False

    @property
    def total(self) -> Decimal:
        """What the order would cost."""
        changed = sum(
            (Decimal(line.price) * (wanted - line.current_quantity) for line, wanted in self.quantities.items()),
            Decimal(0),
        )
        new = sum((Decimal(one.spec.price) * one.quantity for one in self.added), Decimal(0))
        return payments.current_total(self.order) + changed + new


def begin(world: World, order: Order) -> OrderEdit:
    """Start an edit; nothing of the order changes."""
    global_id, number = world.new_id("CalculatedOrder")
    wanted = {line: line.current_quantity for line in order.lines}
    return world.register(OrderEdit(id=global_id, number=number, order=order, quantities=wanted))


def add_custom(world: World, edit: OrderEdit, spec: NewLine) -> AddedLine:
    """Add an item that is no product."""
    return _add(world, edit, spec)


def add_variant(world: World, edit: OrderEdit, variant: Variant, *, quantity: int) -> AddedLine:
    """Add units of a variant, at its price."""
    return _add(world, edit, NewLine(sku=variant.sku, quantity=quantity, price=variant.price, variant=variant))


def _add(world: World, edit: OrderEdit, spec: NewLine) -> AddedLine:
    line = AddedLine(
        id=f"gid://shopify/CalculatedLineItem/{world.uuid()}", edit=edit, spec=spec, quantity=spec.quantity
    )
    edit.added.append(line)
    return line


def commit(world: World, edit: OrderEdit, *, by: App | None, notify: bool, staff_note: str | None) -> list[str]:
    """Carry the changes out. Returns the service's words on what was done; editing takes orders out of the archive."""
    order = edit.order
    edit.committed = True
    for line, wanted in edit.quantities.items():
        if wanted != line.current_quantity:
            orders.edit_line(world, line, quantity=wanted + line.refunded_fulfilled, by=by)
    for one in edit.added:
        if one.quantity:
            orders.add_line(world, order, one.spec, by=by)
    said = ["Order updated"]
    if order.closed_at is not None:
        orders.reopen(world, order)
        said.append("Order unarchived")
    if notify:
        is_owed = payments.outstanding(order) > 0
        said.append("Invoice sent" if is_owed else "Notification sent")
        world.log("notification", by=by, order=order, thing=order, numbers=[], about="order_edited")
    order.staff_note = staff_note or order.staff_note
    return said
