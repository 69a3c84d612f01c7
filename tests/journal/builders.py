"""Orders as the tests of the journal need them."""

from dataclasses import replace
from datetime import UTC, datetime

from syncd.domain.orders import (
    FinancialStatus,
    Fulfillment,
    FulfillmentLine,
    FulfillmentOrder,
    FulfillmentOrderLine,
    FulfillmentOrderStatus,
    FulfillmentStatus,
    Line,
    Order,
    RequestStatus,
)
from syncd.domain.shipments import Parcel, Rung, SupplierOrder, SupplierState
from syncd.domain.steps import Action, Approval, Step, StepLine, Target
from syncd.domain.tracking import Tracking
from syncd.reconcile.policy import LineRule, Policy, SupplierRules

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
POLICY = Policy(
    suppliers=(
        SupplierRules(name="cj", lines=LineRule(sku_prefix="CJ-")),
        SupplierRules(name="ali", lines=LineRule(sku_prefix="AE-"), link_metafield="syncd.ali"),
    )
)


def order(number: int = 1, *, sku: str = "CJ-1", at: datetime = NOW, open_units: int = 1, **changes: object) -> Order:
    """An order of one line, one unit."""
    line = Line(id=f"gid://shopify/LineItem/{number}0", sku=sku, quantity=1, current_quantity=1)
    work = FulfillmentOrder(
        id=f"gid://shopify/FulfillmentOrder/{number}5",
        status=FulfillmentOrderStatus.OPEN if open_units else FulfillmentOrderStatus.CLOSED,
        request_status=RequestStatus.UNSUBMITTED,
        location_id="gid://shopify/Location/7",
        location_name="Depot",
        supported_actions=frozenset({"CREATE_FULFILLMENT", "HOLD", "MOVE"}),
        lines=(
            FulfillmentOrderLine(
                id=f"gid://shopify/FulfillmentOrderLineItem/{number}6", line_id=line.id, total=1, remaining=open_units
            ),
        ),
    )
    base = Order(
        id=f"gid://shopify/Order/{number}",
        name=f"#{1000 + number}",
        created_at=at,
        updated_at=at,
        financial=FinancialStatus.PAID,
        lines=(line,),
        fulfillment_orders=(work,),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def fulfilled(number: int = 1, *, tracking: str = "LX1", at: datetime = NOW, **changes: object) -> Order:
    """An order whose one unit is fulfilled."""
    shipment = Fulfillment(
        id=f"gid://shopify/Fulfillment/{number}8",
        status=FulfillmentStatus.SUCCESS,
        created_at=at,
        tracking=(Tracking(number=tracking),),
        lines=(FulfillmentLine(line_id=f"gid://shopify/LineItem/{number}0", quantity=1),),
    )
    return replace(order(number, at=at, open_units=0, fulfillments=(shipment,)), **changes)  # type: ignore[arg-type]


def bought(number: int = 1, *, supplier: str = "cj", tracking: str | None = None, **changes: object) -> SupplierOrder:
    """The supplier order that answers store order `number` by its id."""
    parcels = (Parcel(key=tracking, rung=Rung.HANDED_OVER, tracking=(Tracking(number=tracking),)),) if tracking else ()
    base = SupplierOrder(
        supplier=supplier,
        id=f"S{number}",
        state=SupplierState.SHIPPED if tracking else SupplierState.PROCESSING,
        raw_status="x",
        store_order_ids=(f"gid://shopify/Order/{number}",),
        parcels=parcels,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def step(id_: str = "a1", *, number: int = 1, notify: bool = False, parcels: tuple[str, ...] = ("cj/S1/LX1",)) -> Step:
    """A create for order `number`."""
    return Step(
        id=id_,
        store="main",
        action=Action.CREATE_FULFILLMENT,
        order=f"#{1000 + number}",
        order_id=f"gid://shopify/Order/{number}",
        lines=(StepLine(line_item_id=f"gid://shopify/LineItem/{number}0", sku="CJ-1", quantity=1),),
        tracking=(Tracking(number="LX1"),),
        target=Target(supplier="cj", supplier_order_id=f"S{number}"),
        basis="b",
        drift="shipped_not_fulfilled",
        drift_id="d1",
        why="it left",
        approval=Approval.AUTO,
        notify_customer=notify,
        parcels=parcels,
        supplier="cj",
    )
