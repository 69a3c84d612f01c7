"""Short words for building orders, supplier orders and views in tests. Everything has a default that is in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from syncd.domain.orders import (
    DeliveryMethod,
    FinancialStatus,
    Fulfillment,
    FulfillmentLine,
    FulfillmentOrder,
    FulfillmentOrderLine,
    FulfillmentOrderStatus,
    FulfillmentStatus,
    Hold,
    Line,
    MerchantRequest,
    Order,
    RefundedLine,
    RequestStatus,
    Restock,
)
from syncd.domain.shipments import Parcel, Rung, SupplierLine, SupplierOrder, SupplierState
from syncd.domain.steps import Action, StepLine
from syncd.domain.tracking import Tracking
from syncd.reconcile.policy import LineRule, Policy, SupplierRules
from syncd.reconcile.view import IntentView, Link, LinkedOrder, OrderView, SupplierView

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
ACTIONS = frozenset({"CREATE_FULFILLMENT", "HOLD", "MOVE", "SPLIT"})

A, B, C = (f"gid://shopify/LineItem/{n}" for n in (11, 12, 13))
SKUS = {A: "CJ-A", B: "CJ-B", C: "CJ-C"}


def ago(**units: float) -> datetime:
    return NOW - timedelta(**units)


def line(line_id: str = A, quantity: int = 1, current: int | None = None, **more: object) -> Line:
    sku = more.pop("sku", SKUS.get(line_id))
    return Line(
        id=line_id, sku=sku, quantity=quantity, current_quantity=quantity if current is None else current, **more
    )


def work(
    units: Mapping[str, int], n: int = 1, *, remaining: Mapping[str, int] | None = None, **more: object
) -> FulfillmentOrder:
    """A fulfillment order; `units` are its totals, `remaining` what is left of them."""
    left = units if remaining is None else remaining
    parts = tuple(
        FulfillmentOrderLine(
            id=f"gid://shopify/FOLI/{n}-{i}", line_id=line_id, total=total, remaining=left.get(line_id, 0)
        )
        for i, (line_id, total) in enumerate(units.items())
    )
    status = more.pop("status", FulfillmentOrderStatus.OPEN)
    is_open = status in {FulfillmentOrderStatus.OPEN, FulfillmentOrderStatus.IN_PROGRESS}
    given = {
        "id": f"gid://shopify/FulfillmentOrder/{n}",
        "request_status": RequestStatus.UNSUBMITTED,
        "location_id": "gid://shopify/Location/1",
        "supported_actions": ACTIONS if is_open else frozenset(),
        "created_at": ago(hours=3),
        "updated_at": ago(hours=3),
        **more,
    }
    return FulfillmentOrder(status=status, lines=parts, **given)


def closed(units: Mapping[str, int], n: int = 1, **more: object) -> FulfillmentOrder:
    return work(units, n, remaining={}, status=FulfillmentOrderStatus.CLOSED, **more)


def done(
    units: Mapping[str, int], *numbers: str, n: int = 1, company: str | None = None, **more: object
) -> Fulfillment:
    """A fulfillment that shows these numbers."""
    given = {
        "id": f"gid://shopify/Fulfillment/{n}",
        "name": f"#1001-F{n}",
        "status": FulfillmentStatus.SUCCESS,
        "created_at": ago(hours=1),
        "updated_at": ago(hours=1),
        "location_id": "gid://shopify/Location/1",
        "service": "manual",
        "display_status": "FULFILLED",
        **more,
    }
    return Fulfillment(
        tracking=tuple(Tracking(number=number, company=company) for number in numbers),
        lines=tuple(FulfillmentLine(line_id=line_id, quantity=quantity) for line_id, quantity in units.items()),
        **given,
    )


def undone(
    units: Mapping[str, int], *numbers: str, n: int = 1, at: datetime | None = None, **more: object
) -> Fulfillment:
    """A cancelled fulfillment; `at` is when it was cancelled."""
    return done(
        units,
        *numbers,
        n=n,
        status=FulfillmentStatus.CANCELLED,
        updated_at=at or ago(minutes=30),
        display_status="CANCELED",
        **more,
    )


def order(*lines: Line, **more: object) -> Order:
    """An order with one open fulfillment order for all its lines, unless other ones are given."""
    held = lines or (line(),)
    given = {
        "id": "gid://shopify/Order/1",
        "name": "#1001",
        "created_at": ago(hours=3),
        "updated_at": ago(hours=1),
        "financial": FinancialStatus.PAID,
        "address_hash": "addr",
        "customer_hash": "cust",
        **more,
    }
    if "fulfillment_orders" not in given:
        given["fulfillment_orders"] = (work({one.id: one.quantity for one in held}),)
    return Order(lines=tuple(held), **given)


def parcel(
    *numbers: str,
    rung: Rung = Rung.HANDED_OVER,
    units: Mapping[str, int | None] | None = None,
    company: str | None = None,
    key: str | None = None,
    **more: object,
) -> Parcel:
    """A parcel; `units` by line id says what is inside, by SKU."""
    lines = None if units is None else tuple(SupplierLine(sku=SKUS.get(k, k), quantity=q) for k, q in units.items())
    given = {"shipped_at": ago(hours=2) if rung >= Rung.HANDED_OVER else None, **more}
    if rung is Rung.DELIVERED:
        given = {"delivered_at": ago(hours=1), **given}
    tracking = tuple(Tracking(number=number, company=company) for number in numbers)
    return Parcel(key=key or (numbers[0] if numbers else "none"), rung=rung, tracking=tracking, lines=lines, **given)


def placed(
    *parcels: Parcel,
    units: Mapping[str, int | None] | None = None,
    n: int = 1,
    state: SupplierState | None = None,
    **more: object,
) -> SupplierOrder:
    """A supplier order; `units` None = it lists no lines."""
    if state is None:
        state = (
            SupplierState.SHIPPED if any(one.rung >= Rung.HANDED_OVER for one in parcels) else SupplierState.PROCESSING
        )
    lines = None if units is None else tuple(SupplierLine(sku=SKUS.get(k, k), quantity=q) for k, q in units.items())
    given = {
        "supplier": "cj",
        "id": f"S{n}",
        "raw_status": state.value,
        "created_at": ago(hours=3),
        "changed_at": ago(hours=2),
    }
    return SupplierOrder(state=state, lines=lines, parcels=parcels, **{**given, **more})


def linked(supplier_order: SupplierOrder, **more: object) -> LinkedOrder:
    given = {
        "observed_at": NOW,
        "links": (Link(origin="reference"),),
        "first_seen_at": ago(hours=3),
        "past_numbers": frozenset(one.number for each in supplier_order.parcels for one in each.tracking),
        **more,
    }
    return LinkedOrder(order=supplier_order, **given)


def side(*orders: SupplierOrder | LinkedOrder, name: str = "cj", **more: object) -> SupplierView:
    found = tuple(one if isinstance(one, LinkedOrder) else linked(one) for one in orders)
    given = {"complete": True, "observed_at": NOW, **more}
    return SupplierView(name=name, orders=found, **given)


def intent(action: Action, units: Mapping[str, int] | None = None, *numbers: str, **more: object) -> IntentView:
    given = {
        "id": "i1",
        "state": "done",
        "created_at": ago(minutes=50),
        "sent_at": ago(minutes=50),
        "deadline_at": ago(minutes=49),
        "observed_after": True,
        **more,
    }
    return IntentView(
        action=action,
        lines=step_lines(units if units is not None else {A: 1}),
        tracking=tuple(Tracking(number=number) for number in numbers),
        **given,
    )


def step_lines(units: Mapping[str, int]) -> tuple[StepLine, ...]:
    return tuple(StepLine(line_item_id=line_id, sku=SKUS.get(line_id), quantity=q) for line_id, q in units.items())


def view(shown: Order, *suppliers: SupplierView, **more: object) -> OrderView:
    return OrderView(store="main", order=shown, suppliers=suppliers, **{"observed_at": NOW, **more})


CJ = SupplierRules(name="cj", lines=LineRule(sku_prefix="CJ-"), can_cancel=True, snapshot=True)
POLICY = Policy(suppliers=(CJ,))


def policy(**more: object) -> Policy:
    return replace(POLICY, **more)


__all__ = [name for name in dir() if not name.startswith("_")]
_ = (DeliveryMethod, Hold, MerchantRequest, RefundedLine, Restock)
