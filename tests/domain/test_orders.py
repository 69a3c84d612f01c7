"""What orders of the store and of suppliers say of themselves."""

import pytest

from syncd.domain.orders import FulfillmentStatus
from syncd.domain.shipments import DEAD, Rung, SupplierState
from tests.reconcile.world import A, done, line, order


def test_the_number_of_an_order_is_the_last_part_of_its_id() -> None:
    known = order(line(A))
    assert known.id.endswith(f"/{known.number}")
    assert known.number.isdigit()


def test_an_order_of_which_any_part_was_cut_off_is_not_complete() -> None:
    assert order(line(A)).is_complete
    assert not order(line(A), cut=("refunds",)).is_complete


@pytest.mark.parametrize("status", FulfillmentStatus)
def test_a_fulfillment_counts_unless_it_was_cancelled_or_failed_or_is_not_understood(status: FulfillmentStatus) -> None:
    live = {FulfillmentStatus.SUCCESS, FulfillmentStatus.OPEN, FulfillmentStatus.PENDING}
    assert done({A: 1}, status=status).is_live is (status in live)


def test_a_supplier_will_not_ship_what_it_cancelled_or_failed_to_make() -> None:
    assert set(SupplierState) - DEAD == {
        SupplierState.UNPAID,
        SupplierState.HELD,
        SupplierState.PROCESSING,
        SupplierState.PART_SHIPPED,
        SupplierState.SHIPPED,
        SupplierState.DELIVERED,
        SupplierState.UNKNOWN,
    }


def test_more_evidence_is_higher_up_the_ladder() -> None:
    assert [rung.word for rung in sorted(Rung)] == [
        "ordered",
        "label",
        "handed_over",
        "first_scan",
        "in_transit",
        "delivered",
    ]
