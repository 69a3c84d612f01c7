"""People acting by hand: the merchant in the admin, and the staff of a fulfillment service.

The actions skip the API (no scopes, no cost) but follow the same rules, and the ledger says `merchant`.
An order is named by its global id, its name (`#1001`) or itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from adapters.sandbox.shopify.world import (
    cancellation,
    fulfillments,
    holds,
    orders,
    rearrange,
    refunds,
    requests,
    returns,
)
from adapters.sandbox.shopify.world.returned import Return
from adapters.sandbox.shopify.world.state import (
    App,
    Fulfillment,
    FulfillmentEvent,
    FulfillmentOrder,
    Job,
    Line,
    Location,
    Order,
    Refund,
)
from adapters.sandbox.shopify.world.world import NewLine, World

OrderRef = str | Order


class Merchant:
    """Every hand-made change that a shop sees; `app` set = done by that app instead of by a person."""

    def __init__(self, world: World, *, app: App | None = None) -> None:
        self.world = world
        self.app = app

    def fulfill(
        self,
        order: OrderRef,
        *,
        lines: Mapping[str, int] | None = None,
        number: str | Sequence[str] | None = None,
        company: str | None = None,
        url: str | None = None,
        notify: bool = False,
    ) -> Fulfillment:
        """Fulfill open units: `lines` maps SKU or line id to a quantity (default: everything at the first location)."""
        found = self.world.order(order)
        numbers = [number] if isinstance(number, str) else list(number or ())
        return fulfillments.create(
            self.world,
            self._groups(found, lines),
            by=self.app,
            tracking=fulfillments.tracking_rows(company=company, numbers=numbers, urls=[url] if url else ()),
            notify=notify,
        )

    def _groups(self, order: Order, lines: Mapping[str, int] | None) -> list[fulfillments.Group]:
        ready = [fo for fo in orders.open_fulfillment_orders(order) if fo.status in fulfillments.FULFILLABLE]
        if not ready:
            raise ValueError(f"{order.name} has nothing to fulfill")
        if lines is None:
            at = [fo for fo in ready if fo.location is ready[0].location]
            return [fulfillments.Group(fulfillment_order_id=fo.id) for fo in at]
        wanted = dict(lines)
        groups = []
        for fo in ready:
            taken = []
            for fo_line in fo.lines:
                for key in (fo_line.line.sku or "", fo_line.line.id):
                    quantity = min(wanted.get(key, 0), fo_line.remaining)
                    if quantity:
                        wanted[key] -= quantity
                        taken.append((fo_line.id, quantity))
                        break
            if taken:
                groups.append(fulfillments.Group(fulfillment_order_id=fo.id, lines=tuple(taken)))
        if any(wanted.values()):
            raise ValueError(f"{order.name} has no open units for {wanted}")
        return groups

    def cancel_fulfillment(self, order: OrderRef, *, fulfillment: str | None = None) -> Fulfillment:
        """Cancel one fulfillment by id or name, or the only live one."""
        chosen = self.fulfillment(order, fulfillment)
        fulfillments.cancel(self.world, chosen, by=self.app)
        return chosen

    def update_tracking(
        self,
        order: OrderRef,
        *,
        numbers: Sequence[str],
        company: str | None = None,
        urls: Sequence[str] = (),
        fulfillment: str | None = None,
        notify: bool = False,
    ) -> Fulfillment:
        """Type other tracking numbers into the admin."""
        chosen = self.fulfillment(order, fulfillment)
        rows = fulfillments.tracking_rows(company=company, numbers=numbers, urls=urls)
        fulfillments.update_tracking(self.world, chosen, rows, by=self.app, notify=notify)
        return chosen

    def add_event(
        self,
        order: OrderRef,
        *,
        status: str,
        happened_at: datetime | None = None,
        fulfillment: str | None = None,
    ) -> FulfillmentEvent:
        """A carrier integration reports where the parcel is."""
        chosen = self.fulfillment(order, fulfillment)
        return fulfillments.add_event(self.world, chosen, status=status, by=self.app, happened_at=happened_at)

    def refund(
        self,
        order: OrderRef,
        *,
        lines: Mapping[str, int],
        restock: str = "NO_RESTOCK",
        amount: str | None = None,
        note: str | None = None,
    ) -> Refund:
        """Refund units (SKU or line id -> quantity). `amount` defaults to their price."""
        found = self.world.order(order)
        wanted = [
            refunds.Wanted(line=self.line(found, key), quantity=quantity, restock_type=restock)
            for key, quantity in lines.items()
        ]
        return refunds.create(self.world, found, wanted, by=self.app, amount=amount, note=note)

    def return_(self, order: OrderRef, *, lines: Mapping[str, int], reason: str = "UNWANTED") -> Return:
        """Open a return of fulfilled units (SKU or line id -> quantity)."""
        found = self.world.order(order)
        wanted = []
        for key, quantity in lines.items():
            line = self.line(found, key)
            wanted.extend(returns.fulfilled_portions(found, line, quantity))
        return returns.create(
            self.world, found, [returns.Wanted(line=line, quantity=n, reason=reason) for line, n in wanted], by=self.app
        )

    def edit_line(self, order: OrderRef, *, line: str, quantity: int) -> Line:
        """Edit the order: the line's quantity (units still wanted, fulfilled ones included) becomes `quantity`."""
        found = self.line(self.world.order(order), line)
        orders.edit_line(self.world, found, quantity=quantity, by=self.app)
        return found

    def add_line(self, order: OrderRef, line: NewLine) -> Line:
        """Edit the order: one more line."""
        return orders.add_line(self.world, self.world.order(order), line, by=self.app)

    def cancel_order(
        self, order: OrderRef, *, reason: str = "CUSTOMER", refund: bool = True, restock: bool = True
    ) -> Job:
        """Cancel the order; it takes `settings.cancel_takes`."""
        found = self.world.order(order)
        return cancellation.start(self.world, found, by=self.app, reason=reason, refund=refund, restock=restock)

    def archive(self, order: OrderRef) -> None:
        orders.close(self.world, self.world.order(order))

    def unarchive(self, order: OrderRef) -> None:
        orders.reopen(self.world, self.world.order(order))

    def mark_paid(self, order: OrderRef) -> None:
        orders.mark_paid(self.world, self.world.order(order))

    def tag(self, order: OrderRef, *tags: str) -> None:
        found = self.world.order(order)
        orders.set_tags(self.world, found, [*found.tags, *tags])

    def untag(self, order: OrderRef, *tags: str) -> None:
        found = self.world.order(order)
        gone = {tag.lower() for tag in tags}
        orders.set_tags(self.world, found, [tag for tag in found.tags if tag.lower() not in gone])

    def edit_address(self, order: OrderRef, **changes: Any) -> None:
        """Change the shipping address: bumps the order, not its fulfillment orders."""
        found = self.world.order(order)
        found.shipping_address = {**(found.shipping_address or {}), **changes}
        self.world.touch_order(found)

    def hold(
        self,
        order: OrderRef,
        *,
        reason: str = "OTHER",
        handle: str = "",
        notes: str | None = None,
        fulfillment_order: str | None = None,
        lines: Mapping[str, int] | None = None,
    ) -> list[holds.Held]:
        """Hold one fulfillment order, or all open ones; `lines` (SKU or line id -> quantity) for a partial hold."""
        held = []
        for fo in self._fulfillment_orders(order, fulfillment_order):
            portions = [
                (line.id, quantity)
                for key, quantity in (lines or {}).items()
                for line in fo.lines
                if key in {line.line.sku, line.line.id}
            ]
            held.append(
                holds.place(self.world, fo, by=self.app, reason=reason, handle=handle, notes=notes, lines=portions)
            )
        return held

    def release(self, order: OrderRef, *, fulfillment_order: str | None = None) -> None:
        """Lift everybody's holds."""
        for fo in self._fulfillment_orders(order, fulfillment_order):
            if fo.holds:
                holds.release(self.world, fo, by=self.app)

    def submit_request(
        self, order: OrderRef, *, fulfillment_order: str | None = None, message: str | None = None
    ) -> list[FulfillmentOrder]:
        """Request fulfillment from the service(s)."""
        at_services = [fo for fo in self._fulfillment_orders(order, fulfillment_order) if fo.location.service]
        for fo in at_services:
            requests.submit_fulfillment(self.world, fo, by=self.app, message=message)
        return at_services

    def accept_request(self, order: OrderRef, *, fulfillment_order: str | None = None) -> None:
        for fo in self._requested(order, fulfillment_order, "SUBMITTED"):
            requests.accept_fulfillment(self.world, fo, by=self.app)

    def reject_request(self, order: OrderRef, *, fulfillment_order: str | None = None) -> None:
        for fo in self._requested(order, fulfillment_order, "SUBMITTED"):
            requests.reject_fulfillment(self.world, fo, by=self.app)

    def request_cancellation(self, order: OrderRef, *, fulfillment_order: str | None = None) -> None:
        for fo in self._requested(order, fulfillment_order, "ACCEPTED"):
            requests.submit_cancellation(self.world, fo, by=self.app)

    def accept_cancellation(self, order: OrderRef, *, fulfillment_order: str | None = None) -> None:
        for fo in self._requested(order, fulfillment_order, "CANCELLATION_REQUESTED"):
            requests.accept_cancellation(self.world, fo, by=self.app)

    def reject_cancellation(self, order: OrderRef, *, fulfillment_order: str | None = None) -> None:
        for fo in self._requested(order, fulfillment_order, "CANCELLATION_REQUESTED"):
            requests.reject_cancellation(self.world, fo, by=self.app)

    def close_request(self, order: OrderRef, *, fulfillment_order: str | None = None) -> None:
        """The service gives up: INCOMPLETE/CLOSED."""
        for fo in self._requested(order, fulfillment_order, "ACCEPTED"):
            requests.fail(self.world, fo, by=self.app)

    def move(self, order: OrderRef, *, to: Location, fulfillment_order: str | None = None) -> list[FulfillmentOrder]:
        """Move open fulfillment orders to another location."""
        chosen = self._fulfillment_orders(order, fulfillment_order)
        return [rearrange.move(self.world, fo, to=to).moved for fo in chosen]

    def split(self, order: OrderRef, *, lines: Mapping[str, int]) -> FulfillmentOrder:
        """Split units (SKU or line id -> quantity) off the first open fulfillment order; returns the new one."""
        fo = self._fulfillment_orders(order, None)[0]
        portions = [(line, lines.get(line.line.sku or "", lines.get(line.line.id, 0))) for line in fo.lines]
        return rearrange.split(self.world, fo, [(line, quantity) for line, quantity in portions if quantity])

    def schedule(self, order: OrderRef, *, fulfill_at: datetime) -> None:
        """Make open fulfillment orders wait for a date (prepaid subscriptions, pre-orders)."""
        for fo in self._fulfillment_orders(order, None):
            fo.status, fo.fulfill_at = "SCHEDULED", fulfill_at
            self.world.touch_fulfillment_order(fo)
            self.world.touch_order(fo.order)

    def fulfillment(self, order: OrderRef, reference: str | None = None) -> Fulfillment:
        """One fulfillment by id or name; without a reference the newest live one. Raises `KeyError`."""
        found = self.world.order(order)
        for fulfillment in reversed(found.fulfillments):
            if reference in {fulfillment.id, fulfillment.name} or (reference is None and fulfillment.is_live):
                return fulfillment
        raise KeyError(f"{found.name} has no such fulfillment: {reference}")

    def line(self, order: Order, key: str) -> Line:
        """The first line with that SKU or id. Raises `KeyError`."""
        for line in order.lines:
            if key in {line.sku, line.id}:
                return line
        raise KeyError(f"{order.name} has no line {key!r}")

    def _fulfillment_orders(self, order: OrderRef, reference: str | None) -> list[FulfillmentOrder]:
        found = self.world.order(order)
        return [fo for fo in list(found.fulfillment_orders) if fo.is_open and (reference is None or fo.id == reference)]

    def _requested(self, order: OrderRef, reference: str | None, status: str) -> Iterable[FulfillmentOrder]:
        chosen = [fo for fo in self._fulfillment_orders(order, reference) if fo.request_status == status]
        if not chosen:
            raise ValueError(f"no fulfillment order of {order if isinstance(order, str) else order.name} is {status}")
        return chosen
