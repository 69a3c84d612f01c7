"""Orders: routing, archive, cancellation, edits, and the status the API derives for them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from adapters.sandbox.shopify.world import fulfillment_orders, inventory, payments
from adapters.sandbox.shopify.world.state import App, FulfillmentOrder, Line, Order
from adapters.sandbox.shopify.world.world import NewLine, World


def sorted_tags(tags: Sequence[str]) -> list[str]:
    """Tags as the service keeps them."""
    return sorted(dict.fromkeys(tags), key=str.lower)


def put_line(world: World, order: Order, spec: NewLine) -> Line:
    """Give the order a line that nobody has planned yet."""
    global_id, number = world.new_id("LineItem")
    variant = spec.variant or (world.variants.get(spec.sku) if spec.sku and not spec.is_custom else None)
    line = Line(
        id=global_id,
        number=number,
        order=order,
        title=spec.title or (variant.product.title if variant else spec.sku or "Custom item"),
        sku=spec.sku or (variant.sku if variant else None),
        quantity=spec.quantity,
        price=spec.price,
        vendor=spec.vendor or (variant.product.vendor if variant else None),
        variant=variant,
        product=variant.product if variant else None,
        requires_shipping=spec.requires_shipping,
        is_gift_card=spec.is_gift_card,
        location=spec.location,
        delivery_method=spec.delivery_method if spec.requires_shipping else "NONE",
        variant_title=spec.variant_title,
        taxable=spec.taxable,
        tax_lines=list(spec.tax_lines),
        custom_attributes=[{"key": key, "value": value} for key, value in spec.properties.items()],
    )
    order.lines.append(world.register(line))
    return line


def route(world: World, order: Order) -> None:
    """Plan the work: one fulfillment order per location and delivery method."""
    if order.routed or order.cancelled_at is not None:
        return
    order.routed = True
    for line in order.lines:
        if line.quantity > line.removed:
            plan_units(world, order, line, line.quantity - line.removed)


def plan_units(world: World, order: Order, line: Line, quantity: int) -> FulfillmentOrder:
    """Put unplanned units of a line into an open fulfillment order of this routing, or into a new one."""
    location = line.location or world.locations[0]
    fitting = [
        fo
        for fo in order.fulfillment_orders
        if fo.status == "OPEN"
        and fo.location is location
        and fo.delivery_method == line.delivery_method
        and fo.created_at == world.now()
    ]
    target = (
        fitting[0]
        if fitting
        else fulfillment_orders.make(world, order, location=location, delivery_method=line.delivery_method)
    )
    fulfillment_orders.add_units(world, target, line, quantity)
    inventory.plan(line, location, quantity)
    world.touch_fulfillment_order(target, bump=False)
    return target


def fulfilled_units(order: Order) -> int:
    """Units that live fulfillments cover."""
    return sum(line.quantity for fulfillment in order.fulfillments if fulfillment.is_live for line in fulfillment.lines)


def open_fulfillment_orders(order: Order) -> list[FulfillmentOrder]:
    """Those with work left; CLOSED and CANCELLED ones do not count, whatever their quantities say."""
    return [fo for fo in order.fulfillment_orders if fo.is_open and fo.remaining > 0]


def fulfillment_status(order: Order) -> str:
    """Order.displayFulfillmentStatus in the newest version's words (older ones never say FULFILLMENT_NOT_REQUIRED)."""
    if all(line.quantity == line.removed for line in order.lines) and order.cancelled_at is None:
        return "FULFILLMENT_NOT_REQUIRED"
    pending = open_fulfillment_orders(order)
    if fulfilled_units(order):
        return "PARTIALLY_FULFILLED" if pending else "FULFILLED"
    if not pending:
        return "UNFULFILLED"
    if all(fo.status == "ON_HOLD" for fo in pending):
        return "ON_HOLD"
    if all(fo.status == "SCHEDULED" for fo in pending):
        return "SCHEDULED"
    if any(fo.request_status == "REJECTED" for fo in pending):
        return "REQUEST_DECLINED"
    if all(_is_under_way(fo) for fo in pending):
        return "IN_PROGRESS"
    return "UNFULFILLED"


def _is_under_way(fo: FulfillmentOrder) -> bool:
    return fo.status == "IN_PROGRESS" or fo.request_status in {"SUBMITTED", "ACCEPTED", "CANCELLATION_REQUESTED"}


def fulfillable_quantity(line: Line) -> int:
    """Units that could be fulfilled now: remaining and neither held nor closed.

    Recorded: cancelling an order leaves the number as it was, unless the cancellation refunded the units.
    """
    if line.order.cancelled_at is not None:
        return line.quantity - line.removed
    return sum(
        fo_line.remaining
        for fo in line.order.fulfillment_orders
        if fo.is_open and fo.status != "ON_HOLD"
        for fo_line in fo.lines
        if fo_line.line is line
    )


def unfulfilled_quantity(line: Line) -> int:
    """Units of open fulfillment orders, held ones included; before routing, everything."""
    if not line.order.routed:
        return line.quantity - line.removed
    return sum(
        fo_line.remaining
        for fo in line.order.fulfillment_orders
        if fo.is_open
        for fo_line in fo.lines
        if fo_line.line is line
    )


def archive_if_done(world: World, order: Order) -> None:
    """What the shop's setting does with orders that are fulfilled and paid, a moment later."""
    if world.settings.auto_archive and _is_done(order):
        world.later(world.settings.archive_takes, lambda: _archive(world, order))


def _archive(world: World, order: Order) -> None:
    if _is_done(order):
        close(world, order)


def _is_done(order: Order) -> bool:
    return order.closed_at is None and order.financial == "PAID" and fulfillment_status(order) == "FULFILLED"


def close(world: World, order: Order) -> None:
    """Archive; a repeat changes nothing."""
    if order.closed_at is None:
        order.closed_at = world.now()
        world.touch_order(order)


def reopen(world: World, order: Order) -> None:
    """Take out of the archive; a repeat changes nothing."""
    if order.closed_at is not None:
        order.closed_at = None
        world.touch_order(order)


def mark_paid(world: World, order: Order) -> None:
    owed = payments.outstanding(order)
    if owed > 0:
        payments.pay(world, order, owed)
    order.financial = "PAID"
    world.touch_order(order)
    archive_if_done(world, order)


def edit_line(world: World, line: Line, *, quantity: int, by: App | None = None) -> None:
    """Change the ordered quantity as an order edit does: unfulfilled units go down, added ones get a new order of work.

    Raises `ValueError` when more would be taken off than is unfulfilled.
    """
    order = line.order
    change = quantity - (line.quantity - line.removed)
    if change > 0:
        line.quantity += change
        order.total = str(Decimal(order.total) + Decimal(line.price) * change)
        fo = fulfillment_orders.make(
            world,
            order,
            location=line.location or world.locations[0],
            delivery_method=line.delivery_method,
        )
        fulfillment_orders.add_units(world, fo, line, change)
        inventory.plan(line, fo.location, change)
        world.touch_fulfillment_order(fo, bump=False)
    elif change < 0:
        if -change > unfulfilled_quantity(line):
            raise ValueError(f"only {unfulfilled_quantity(line)} units of {line.sku} are unfulfilled")
        remove_unfulfilled(world, line, -change)
        line.removed += -change
    order.edited = True
    payments.rebalance(order)
    world.touch_order(order)
    world.log("order_edited", by=by, order=order, thing=line, quantity=quantity)


def add_line(world: World, order: Order, spec: NewLine, *, by: App | None = None) -> Line:
    """Add a line as an order edit does; it gets a fulfillment order of its own."""
    line = put_line(world, order, spec)
    location = line.location or world.locations[0]
    fo = fulfillment_orders.make(world, order, location=location, delivery_method=line.delivery_method)
    fulfillment_orders.add_units(world, fo, line, line.quantity)
    inventory.plan(line, location, line.quantity)
    world.touch_fulfillment_order(fo, bump=False)
    order.edited = True
    order.total = str(Decimal(order.total) + Decimal(line.price) * line.quantity)
    payments.rebalance(order)
    world.touch_order(order)
    world.log("order_edited", by=by, order=order, thing=line, quantity=line.quantity)
    return line


def remove_unfulfilled(world: World, line: Line, quantity: int) -> int:
    """Take units off open fulfillment orders, youngest first. Returns how many were found."""
    left = quantity
    for fo in reversed(line.order.fulfillment_orders):
        if not fo.is_open:
            continue
        for fo_line in fo.lines:
            if fo_line.line is line and left:
                taken = min(left, fo_line.remaining)
                fulfillment_orders.take_away(fo_line, taken)
                inventory.give_up(line, fo.location, taken)
                left -= taken
                world.touch_fulfillment_order(fo)
        if fo.remaining == 0:
            fulfillment_orders.close(world, fo)
    return quantity - left


def set_tags(world: World, order: Order, tags: Sequence[str]) -> None:
    """Replace the tags; they are kept sorted, and compared without regard to case."""
    kept: dict[str, str] = {}
    for tag in tags:
        if tag.strip():
            kept.setdefault(tag.strip().lower(), tag.strip())
    changed = sorted(kept.values(), key=str.lower)
    if changed != order.tags:
        order.tags = changed
        world.touch_order(order)
