"""A supplier's time far from ours, as systems write it for "never" or "unknown", stops no judgement."""

from datetime import UTC, datetime

import pytest

from syncd.domain.orders import FulfillmentOrderStatus, MerchantRequest, RequestStatus
from syncd.domain.shipments import Parcel, Rung, SupplierOrder, SupplierState
from syncd.reconcile.decide import full, reconcile
from tests.reconcile.world import NOW, POLICY, A, ago, line, order, parcel, placed, policy, side, view, work

FAR = [
    datetime.min.replace(tzinfo=UTC),
    datetime(9999, 12, 31, tzinfo=UTC),
    datetime.max.replace(tzinfo=UTC),
]
OPEN = order(line(A))
REQUESTED = order(
    line(A),
    fulfillment_orders=(
        work(
            {A: 1},
            status=FulfillmentOrderStatus.IN_PROGRESS,
            request_status=RequestStatus.ACCEPTED,
            requests=(MerchantRequest(kind="FULFILLMENT_REQUEST", sent_at=ago(days=1)),),
        ),
    ),
)
CANCELLED = order(line(A), cancelled_at=ago(days=3))


def _parcels(far: datetime) -> list[Parcel]:
    return [
        parcel("YT2229521272164446", rung=rung, **{name: far})
        for name in ("shipped_at", "first_scan_at", "last_event_at", "delivered_at")
        for rung in (Rung.LABEL, Rung.HANDED_OVER, Rung.IN_TRANSIT, Rung.DELIVERED)
    ]


def _supplier_orders(far: datetime) -> list[SupplierOrder]:
    stated = [
        placed(state=state, **{name: far})
        for name in ("created_at", "changed_at", "promised_by")
        for state in (SupplierState.PROCESSING, SupplierState.UNPAID, SupplierState.SHIPPED)
    ]
    return [*stated, *(placed(one) for one in _parcels(far))]


@pytest.mark.parametrize("far", FAR, ids=lambda at: f"{at:%Y-%m-%dT%H:%M}")
@pytest.mark.parametrize("shown", [OPEN, REQUESTED, CANCELLED], ids=["open", "requested", "cancelled"])
@pytest.mark.parametrize("rules", [POLICY, policy(notify_customer="once")], ids=["never", "once"])
def test_it_is_judged_like_any_other(far, shown, rules):
    for supplier_order in _supplier_orders(far):
        seen = view(shown, side(supplier_order))
        told = reconcile(seen, policy=rules, now=NOW)
        assert told.due_at is None or told.due_at > NOW
        assert [one.kind for one in told.drifts] == [one.kind for one in full(seen, policy=rules, now=NOW).drifts]
