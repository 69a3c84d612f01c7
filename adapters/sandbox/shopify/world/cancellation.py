"""Cancelling orders: a job that is done a little later."""

from __future__ import annotations

from decimal import Decimal

from adapters.sandbox.shopify.errors import Refusal, UserError
from adapters.sandbox.shopify.world import fulfillment_orders, orders, payments, refunds
from adapters.sandbox.shopify.world.state import App, Job, Order
from adapters.sandbox.shopify.world.world import World

LONGEST_NOTE = 255


def check(order: Order | None, *, staff_note: str | None, refund: bool = False) -> Order:
    """The order, if it may be cancelled now.

    Recorded: live fulfillments (and returns) stand in the way only where money was received that would not be refunded.
    """
    if order is None:
        raise Refusal(UserError("Order does not exist", ("orderId",), "NOT_FOUND"))
    if staff_note is not None and len(staff_note) > LONGEST_NOTE:
        text = f"Staff note is too long. Maximum length is {LONGEST_NOTE} characters."
        raise Refusal(UserError(text, ("staffNote",), "INVALID"))
    if order.cancelled_at is not None:
        raise _refused("Cannot cancel an order that has already been canceled")
    if payments.net(order) <= 0 or refund:
        return order
    if any(fulfillment.is_live for fulfillment in order.fulfillments):
        raise _refused("Cannot cancel an order that has outstanding fulfillments")
    if any(taken_back.is_active for taken_back in order.returns):
        raise _refused("Cannot cancel an order that has an active return")
    return order


def _refused(text: str) -> Refusal:
    return Refusal(UserError(text, ("orderId",), "INVALID"))


def start(
    world: World,
    order: Order,
    *,
    by: App | None,
    reason: str = "OTHER",
    refund: bool = False,
    restock: bool = False,
    staff_note: str | None = None,
    notify: bool = False,
) -> Job:
    """Start the cancellation; it is done after `settings.cancel_takes`."""
    check(order, staff_note=staff_note, refund=refund)
    job = Job(id=f"gid://shopify/Job/{world.uuid()}", due=world.now() + world.settings.cancel_takes, order=order)
    world.jobs[job.id] = job

    def finish() -> None:
        job.done = True
        if order.cancelled_at is not None or any(fulfillment.is_live for fulfillment in order.fulfillments):
            return  # Somebody was faster; the payload already went out.
        order.cancel_reason, order.staff_note = reason, staff_note
        _finish(world, order, by=by, refund=refund, restock=restock)
        world.log("order_cancelled", by=by, order=order, thing=order, reason=reason, refund=refund, restock=restock)
        if notify:
            world.log("notification", by=by, order=order, thing=order, numbers=[], about="order_cancelled")

    world.later(world.settings.cancel_takes, finish)
    return job


def _finish(world: World, order: Order, *, by: App | None, refund: bool, restock: bool) -> None:
    now = world.now()
    owed = Decimal(order.total) - Decimal(order.refunded)
    is_paid = owed > 0 and order.financial in {"PAID", "PARTIALLY_PAID", "PARTIALLY_REFUNDED"}
    if refund:
        kind = "CANCEL" if restock else "NO_RESTOCK"
        units = [(line, orders.unfulfilled_quantity(line)) for line in order.lines]
        wanted = [refunds.Wanted(line=line, quantity=n, restock_type=kind) for line, n in units if n]
        refunds.create(world, order, wanted, by=by, amount=str(owed) if is_paid else "0")
    order.cancelled_at = now
    if refund or not is_paid:
        # Recorded: an order that was paid and not refunded stays open.
        order.closed_at = order.closed_at or now
    for fo in order.fulfillment_orders:
        if fo.is_open:
            fo.holds.clear()
            fulfillment_orders.close(world, fo)
    world.touch_order(order)
