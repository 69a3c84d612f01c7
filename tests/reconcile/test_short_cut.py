"""The short cut is taken only where nothing has to be weighed."""

from dataclasses import replace

import pytest

from syncd.domain.orders import FinancialStatus
from syncd.domain.shipments import Rung, SupplierLine, SupplierState
from syncd.reconcile.decide import full
from syncd.reconcile.quiet import quiet
from syncd.reconcile.view import Link
from tests.reconcile.world import NOW, POLICY, A, B, closed, done, line, linked, order, parcel, placed, side, view, work

P1 = "LX100000001CN"
TWIN = "gid://shopify/LineItem/14"
WAITS = placed(units={A: 1})
SENT = order(fulfillment_orders=(closed({A: 1}),), fulfillments=(done({A: 1}, P1),))


def stated(*lines):
    return replace(placed(), lines=tuple(lines))


TAKEN = [
    ("waiting, the supplier lists the line", view(order(), side(WAITS)), True),
    ("waiting, the supplier lists nothing", view(order(), side(placed())), True),
    ("waiting, two lines", view(order(line(A, 2), line(B)), side(placed(units={B: 1, A: 2}))), True),
    ("two lines of one SKU", view(order(line(A), line(TWIN, sku="CJ-A")), side(stated(*(SupplierLine(sku="CJ-A", quantity=1),) * 2))), False),
    ("fewer lines there", view(order(line(A), line(B)), side(WAITS)), False),
    ("more lines there", view(order(), side(placed(units={A: 1, B: 1}))), False),
    ("other units there", view(order(), side(placed(units={A: 2}))), False),
    ("units that are not stated", view(order(), side(placed(units={A: None}))), False),
    ("a line named by its id", view(order(), side(stated(SupplierLine(sku="CJ-A", quantity=1, line_id=A)))), False),
    ("a line without a SKU", view(order(line(A, sku=None)), side(stated(SupplierLine(sku=None, quantity=1)))), False),
    ("a dead line", view(order(), side(stated(SupplierLine(sku="CJ-A", quantity=1, state=SupplierState.CANCELLED)))), False),
    ("a link to all of the order", view(order(), side(linked(WAITS, links=(Link(origin="file", line_sku="CJ-A"), Link(origin="reference"))))), True),
    ("a link to one line", view(order(), side(linked(WAITS, links=(Link(origin="file", line_id=A),)))), False),
    ("no link any more", view(order(), side(linked(WAITS, links=()))), True),
    ("not shown last time", view(order(), side(linked(WAITS, missing_reads=1))), False),
    ("claimed by another order", view(order(), side(linked(WAITS, claimed_by=("#1002",)))), False),
    ("sent, and shown", view(SENT, side(placed(parcel(P1)))), True),
    ("sent, and moving", view(SENT, side(placed(parcel(P1, rung=Rung.IN_TRANSIT, last_event_at=NOW)))), True),
    ("sent, and not shown", view(order(), side(placed(parcel(P1)))), False),
    ("not paid", view(order(financial=FinancialStatus.PENDING), side(WAITS)), False),
    ("at a service", view(order(fulfillment_orders=(work({A: 1}, service="cj"),)), side(WAITS)), True),
    ("a supplier that was not read whole", view(order(), side(WAITS, complete=False)), False),
    ("nobody's", view(order(line(A, sku="X")), side(WAITS)), False),
    ("no supplier order", view(order(), side()), True),
    ("two supplier orders", view(order(), side(WAITS, placed(n=2))), False),
]  # fmt: skip


@pytest.mark.parametrize(("given", "is_taken"), [row[1:] for row in TAKEN], ids=[row[0] for row in TAKEN])
def test_the_short_cut_is_taken_only_where_all_is_plain(given, is_taken):
    fast = quiet(given, policy=POLICY, now=NOW)
    assert (fast is not None) is is_taken
    assert fast is None or fast == full(given, policy=POLICY, now=NOW)
