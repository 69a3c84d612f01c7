"""Orders to be explained, as `reconcile` is given them and as it judges them."""

from __future__ import annotations

from datetime import timedelta

from syncd.domain.orders import (
    FinancialStatus,
    Fulfillment,
    FulfillmentLine,
    FulfillmentOrder,
    FulfillmentOrderLine,
    FulfillmentOrderStatus,
    FulfillmentStatus,
    Hold,
    Line,
    Order,
    RequestStatus,
)
from syncd.domain.ports import Check
from syncd.domain.shipments import Parcel, Rung, SupplierLine, SupplierOrder, SupplierState
from syncd.domain.tracking import Tracking
from syncd.reconcile.policy import LineRule, Policy, SupplierRules
from syncd.reconcile.view import Judgement, Link, LinkedOrder, OrderView, Skip, SupplierView
from syncd.reports.facts import CheckReport, OrderStory
from tests.reports.sample import EVENTS, NOW, PROMISED, SHIPPED, STEPS, TWICE

POLICY = Policy(
    suppliers=(
        SupplierRules(name="cj", lines=LineRule(sku_prefix="CJ-")),
        SupplierRules(name="depot", lines=LineRule(sku_prefix="DP-")),
    )
)
MUG, CARD = "gid://shopify/LineItem/10311", "gid://shopify/LineItem/10312"


def order(*, live: bool = False, number: str | None = None, **changes: object) -> Order:
    """#1031: two mugs of cj's and a card of the shop's own; `live` = the mugs are fulfilled."""
    left = 0 if live else 2
    fulfillment = Fulfillment(
        id="gid://shopify/Fulfillment/771", name="#1031-F1", status=FulfillmentStatus.SUCCESS,
        created_at=NOW - timedelta(days=2), lines=(FulfillmentLine(line_id=MUG, quantity=2),),
        tracking=(Tracking(number=number, company="CJPacket"),) if number else (),
    )  # fmt: skip
    fields: dict[str, object] = {
        "id": "gid://shopify/Order/5300000001031", "name": "#1031", "created_at": NOW - timedelta(days=4),
        "updated_at": NOW - timedelta(days=1), "financial": FinancialStatus.PAID,
        "lines": (
            Line(id=MUG, sku="CJ-MUG", quantity=2, current_quantity=2, title="Mug"),
            Line(id=CARD, sku="CARD", quantity=1, current_quantity=1, title="Card"),
        ),
        "fulfillment_orders": (
            FulfillmentOrder(
                id="gid://shopify/FulfillmentOrder/61",
                status=FulfillmentOrderStatus.CLOSED if live else FulfillmentOrderStatus.OPEN,
                request_status=RequestStatus.UNSUBMITTED, location_id="gid://shopify/Location/1", location_name="CJ warehouse",
                supported_actions=frozenset({"CREATE_FULFILLMENT"}),
                lines=(FulfillmentOrderLine(id="f1", line_id=MUG, total=2, remaining=left),),
            ),
            FulfillmentOrder(
                id="gid://shopify/FulfillmentOrder/62", status=FulfillmentOrderStatus.ON_HOLD,
                request_status=RequestStatus.UNSUBMITTED, location_id="gid://shopify/Location/2", location_name="Shop",
                holds=(Hold(id="h1", reason="AWAITING_PAYMENT"),),
                lines=(FulfillmentOrderLine(id="f2", line_id=CARD, total=1, remaining=1),),
            ),
        ),
        "fulfillments": (fulfillment,) if live else (),
    }  # fmt: skip
    return Order(**{**fields, **changes})  # type: ignore[arg-type]


def linked(*, number: str | None = None, rung: Rung = Rung.LABEL) -> LinkedOrder:
    """cj's order for #1031."""
    contents = (SupplierLine(sku="CJ-MUG", quantity=2),)
    parcels = (Parcel(key=number, rung=rung, tracking=(Tracking(number=number, company="CJPacket"),), lines=contents),)
    shown = SupplierOrder(
        supplier="cj", id="SD10318841", state=SupplierState.SHIPPED if number else SupplierState.PROCESSING,
        raw_status="SHIPPED" if number else "UNSHIPPED", lines=contents, parcels=parcels if number else (),
    )  # fmt: skip
    return LinkedOrder(order=shown, observed_at=NOW, links=(Link(origin="reference"),))


def view(shown: Order, *orders: LinkedOrder, error: str | None = None) -> OrderView:
    """The order with what cj shows for it."""
    supplier = SupplierView(
        name="cj", complete=error is None, observed_at=NOW - timedelta(minutes=2), orders=orders, error=error,
        empty_reads=0 if orders or error else 2,
    )  # fmt: skip
    return OrderView(store="main", order=shown, observed_at=NOW - timedelta(seconds=40), suppliers=(supplier,))


def story(seen: OrderView, judgement: Judgement, **changes: object) -> OrderStory:
    """The order as `explain` is given it."""
    fields: dict[str, object] = {"view": seen, "judgement": judgement, "policy": POLICY, "now": NOW, "mode": "act"}
    return OrderStory(**{**fields, **changes})  # type: ignore[arg-type]


_CARD = Skip(reason="not_ours", lines=(CARD,), text="")
STORIES = {
    "shipped": story(
        view(order(), linked(number="CJPKL8830017455YQ", rung=Rung.HANDED_OVER)),
        Judgement(drifts=(SHIPPED[0].drift,), steps=(STEPS[0],), skips=(_CARD,)),
        records=(SHIPPED[0],),
        events=EVENTS,
    ),
    "label": story(
        view(order(), linked(number="CJPKL8830017455YQ")),
        Judgement(skips=(_CARD,), due_at=NOW + timedelta(days=3)),
    ),
    "promised": story(
        view(order(live=True), linked()),
        Judgement(drifts=(PROMISED[0].drift,), steps=(STEPS[-2],), skips=(_CARD,)),
        mode="observe",
    ),
    "twice": story(view(order(live=True), error="no answer within 30 s"), Judgement(drifts=(TWICE.drift,))),
    "nothing": story(
        view(order(live=True, number="CJPKL8830017455YQ"), linked(number="CJPKL8830017455YQ", rung=Rung.DELIVERED)),
        Judgement(),
    ),
}

CHECKS = CheckReport(
    groups=(
        ("config", (Check(name="syncd.toml", state="ok", text="1 store, 2 suppliers"),)),
        (
            "store main",
            (
                Check(name="credentials", state="ok", text="the token is accepted"),
                Check(
                    name="scopes", state="fail", text="write_merchant_managed_fulfillment_orders is missing",
                    remedy="Add it to the app's scopes in the Shopify admin and install the app again.",
                ),
                Check(name="API version", state="ok", text="2026-10"),
            ),
        ),
        (
            "supplier cj",
            (Check(name="limit", state="warn", text="1 request per second", remedy="Set requests_per_second to your level."),),
        ),
    )
)  # fmt: skip
