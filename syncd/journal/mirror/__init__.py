"""What was last seen of both sides. Never trusted for a write; may be thrown away and is rebuilt by a sweep."""

from syncd.journal.mirror.claims import claims, open_orders_by_supplier, wanted
from syncd.journal.mirror.masses import accept_mass_change
from syncd.journal.mirror.orders import (
    WATCHED_FOR,
    Counts,
    Recorded,
    counts,
    due,
    due_under,
    find,
    forget,
    keep_orders,
    make_all_due,
    make_due,
    record_orders,
    set_due,
)
from syncd.journal.mirror.suppliers import SupplierDelta, record_supplier_read, serves, store_was_read
from syncd.journal.mirror.views import SourceRow, intent_view, source_states, views

__all__ = [
    "WATCHED_FOR",
    "Counts",
    "Recorded",
    "SourceRow",
    "SupplierDelta",
    "accept_mass_change",
    "claims",
    "counts",
    "due",
    "due_under",
    "find",
    "forget",
    "intent_view",
    "keep_orders",
    "make_all_due",
    "make_due",
    "open_orders_by_supplier",
    "record_orders",
    "record_supplier_read",
    "serves",
    "set_due",
    "source_states",
    "store_was_read",
    "views",
    "wanted",
]
