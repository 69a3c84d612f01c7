"""What a file of orders is good for: seeing drift before anything is connected, and nothing that a file cannot tell."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.stores.orders_export.orders import UNTOLD, read_orders
from adapters.stores.orders_export.table import read_table
from syncd.domain.orders import Order
from syncd.domain.shipments import Parcel, Rung, SupplierLine, SupplierOrder, SupplierState
from syncd.domain.tracking import Tracking
from syncd.reconcile.catalogue import KINDS
from syncd.reconcile.decide import reconcile
from syncd.reconcile.policy import LineRule, Policy, SupplierRules
from syncd.reconcile.untold import RESTS_ON, as_told
from syncd.reconcile.view import Link, LinkedOrder, OrderView, SupplierView
from tests.orders_export.files import further, row, text
from tests.reference import REFERENCE, needs_reference

NOW = datetime(2026, 9, 28, tzinfo=UTC)
NUMBER = "1Z999AA10123456784"


def orders(*rows: dict[str, str]) -> tuple[Order, ...]:
    return read_orders(read_table(text(rows).encode(), file="x.csv").rows, exported_at=NOW, zone=UTC).orders


def shipped(order: Order, *skus: str, rung: Rung = Rung.HANDED_OVER, at: datetime = NOW) -> LinkedOrder:
    """The supplier's order for these SKUs of the order, all in one parcel."""
    lines = tuple(
        SupplierLine(sku=line.sku, quantity=line.quantity) for line in order.lines if not skus or line.sku in skus
    )
    parcel = Parcel(
        key=NUMBER, rung=rung, tracking=(Tracking(number=NUMBER, company="UPS"),), lines=lines,
        shipped_at=at - timedelta(days=1), delivered_at=at if rung is Rung.DELIVERED else None,
    )  # fmt: skip
    state = SupplierState.DELIVERED if rung is Rung.DELIVERED else SupplierState.SHIPPED
    seen = SupplierOrder(
        supplier="depot", id=f"d{order.number}", state=state, raw_status=state, lines=lines, parcels=(parcel,)
    )
    return LinkedOrder(order=seen, observed_at=at, links=(Link(origin="reference"),), first_seen_at=at)


def waiting(order: Order, *, at: datetime = NOW) -> LinkedOrder:
    """The supplier's order for all of the order, not shipped."""
    lines = tuple(SupplierLine(sku=line.sku, quantity=line.quantity) for line in order.lines)
    seen = SupplierOrder(
        supplier="depot", id=f"d{order.number}", state=SupplierState.PROCESSING, raw_status="open", lines=lines
    )
    return LinkedOrder(order=seen, observed_at=at, links=(Link(origin="reference"),), first_seen_at=at)


def judged(order: Order, *linked: LinkedOrder, prefix: str = "", at: datetime = NOW):
    policy = Policy(suppliers=(SupplierRules(name="depot", lines=LineRule(sku_prefix=prefix or order.lines[0].sku)),))
    view = OrderView(
        store="file", order=order, observed_at=at,
        suppliers=(SupplierView(name="depot", complete=True, observed_at=at, orders=linked),),
    )  # fmt: skip
    return reconcile(view, policy=policy, now=at)


def kinds(judgement) -> set[str]:
    return {drift.kind for drift in judgement.drifts}


@pytest.mark.parametrize(
    ("rung", "kind"),
    [
        (Rung.HANDED_OVER, "shipped_not_fulfilled"),
        (Rung.DELIVERED, "supplier_delivered_store_open"),
        (Rung.LABEL, "fulfilled_before_dispatch"),
    ],
)
def test_what_the_supplier_did_and_the_file_does_not_show_is_listed_without_any_step(rung, kind):
    (order,) = orders(row())
    found = judged(order, shipped(order, rung=rung))
    assert kind in kinds(found)
    assert found.steps == ()
    assert {drift.action for drift in found.drifts} == {"report"}


def test_what_the_file_calls_fulfilled_and_the_supplier_has_not_sent_is_listed():
    (order,) = orders(row(lineitem_fulfillment_status="fulfilled", fulfilled_at="2026-09-21 10:00:00 +0000"))
    assert "store_fulfilled_without_shipment" in kinds(judged(order, waiting(order)))


def test_a_fulfilled_order_that_the_supplier_shipped_is_in_sync_though_the_file_shows_no_number():
    (order,) = orders(row(lineitem_fulfillment_status="fulfilled", fulfilled_at="2026-09-10 10:00:00 +0000"))
    assert kinds(judged(order, shipped(order))) == set()


def test_a_half_fulfilled_order_is_listed_for_its_open_line_alone():
    (order,) = orders(row(lineitem_fulfillment_status="fulfilled"), further(lineitem_sku="CJ-LAMP"))
    found = judged(order, shipped(order, "CJ-LAMP"), prefix="CJ-")
    (drift,) = [one for one in found.drifts if one.kind.startswith("shipped")]
    assert [line.sku for line in drift.lines] == ["CJ-LAMP"]


def test_an_order_with_a_line_that_could_not_be_read_is_only_said_to_be_incomplete():
    (order,) = orders(row(), further(lineitem_quantity="x"))
    assert kinds(judged(order, shipped(order))) == {"observation_incomplete"}


def test_orders_of_a_store_that_tells_everything_are_judged_as_before():
    from dataclasses import replace

    (order,) = orders(row())
    told = replace(order, untold=())
    judgement = reconcile(
        OrderView(store="file", order=told, observed_at=NOW), policy=Policy(), now=NOW
    )  # fmt: skip
    assert as_told(judgement, order=told) is judgement


def test_only_kinds_of_the_catalogue_and_parts_that_exports_lack_are_named():
    assert set().union(*RESTS_ON.values()) <= set(KINDS)
    assert set(RESTS_ON) == set(UNTOLD)


@needs_reference
@pytest.mark.reference
def test_the_real_export_shows_every_shipped_order_and_nothing_else():
    data = (REFERENCE / "real/csv/shopify_orders_export_devstore.csv").read_bytes()
    real = read_orders(read_table(data, file="real.csv").rows, exported_at=NOW, zone=UTC).orders
    at = datetime(2025, 12, 7, tzinfo=UTC)
    for place, order in enumerate(real):
        rung = (Rung.HANDED_OVER, Rung.DELIVERED)[place % 2]
        found = judged(order, shipped(order, order.lines[0].sku or "", rung=rung, at=at), at=at)
        assert kinds(found) & {
            "shipped_not_fulfilled", "shipped_partial_not_reflected", "supplier_delivered_store_open",
            "mapping_missing_or_ambiguous",
        }, order.name  # fmt: skip
        assert not found.steps
