"""A read-only store made from Shopify's orders export (admin: Orders > Export, CSV), for looking before connecting.

What belongs here: everything between the file's bytes and orders. `table` takes the file apart, `cells` reads values,
`orders` says what rows mean, `store` is the port. The export tells which lines are fulfilled, not with which number.
"""

from adapters.stores.orders_export.settings import OrdersExportSettings
from adapters.stores.orders_export.store import build
from syncd.domain.ports import Adapter

ADAPTER = Adapter(
    name="orders_export",
    kind="store",
    settings=OrdersExportSettings,
    build=build,
    summary="Shopify's orders export (CSV) as a read-only list of orders: drift can be seen, nothing can be changed",
)
