"""Everything that is told of every scenario: evidence, reasons, steps with all they carry, ids, and when to look again.

The tables say what is decided; these golden files hold the rest, which people read in `explain` and reports, and which
the next release must know again: a step whose id changed would be done a second time. Refresh with
`pytest tests/reconcile --refresh` and read the diff.
"""

from collections.abc import Iterator
from types import ModuleType

import pytest

from syncd.reconcile.decide import reconcile
from tests.reconcile import (
    test_ahead_store,
    test_ahead_supplier,
    test_cancels,
    test_doubles,
    test_own_side,
    test_requests,
    test_store_numbers,
    test_supplier_numbers,
    test_tracking_health,
)
from tests.reconcile.tables import Row
from tests.reconcile.telling import told

TABLES = {
    "ahead_supplier": test_ahead_supplier,
    "supplier_numbers": test_supplier_numbers,
    "ahead_store": test_ahead_store,
    "store_numbers": test_store_numbers,
    "doubles": test_doubles,
    "requests": test_requests,
    "cancels": test_cancels,
    "tracking_health": test_tracking_health,
    "own_side": test_own_side,
}


def _rows(module: ModuleType) -> Iterator[Row]:
    tables = [value for value in vars(module).values() if isinstance(value, list)]
    return (row for table in tables for row in table if isinstance(row, Row))


@pytest.mark.parametrize("name", TABLES)
def test_everything_that_is_told_of_a_scenario_is_as_somebody_found_it_good(name, is_as_kept):
    lines = []
    for row in _rows(TABLES[name]):
        lines += [f"== {row.name}", *told(reconcile(row.given, policy=row.policy, now=row.now))]
    assert len(lines) > 50
    is_as_kept(name, lines)


@pytest.mark.parametrize("name", TABLES)
def test_whatever_is_told_names_the_order_and_the_store_that_it_is_about(name):
    for row in _rows(TABLES[name]):
        judgement, order = reconcile(row.given, policy=row.policy, now=row.now), row.given.order
        for drift in judgement.drifts:
            assert (drift.order, drift.order_id) == (order.name, order.id)
        for step in judgement.steps:
            assert (step.store, step.order, step.order_id) == (row.given.store, order.name, order.id)
