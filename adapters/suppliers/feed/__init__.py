"""Feeds: tables of orders and tracking numbers that a supplier writes, as CSV or TSV, in a file or at a web address.

What belongs here: everything between bytes and supplier orders. `supplier` is the port; `source` fetches, `encoding` and
`records` take apart, `header` finds the columns, `cells` and `rows` read, `orders` says what it means.
"""

from adapters.suppliers.feed.settings import FeedSettings
from adapters.suppliers.feed.supplier import build
from syncd.domain.ports import Adapter

ADAPTER = Adapter(
    name="feed",
    kind="supplier",
    settings=FeedSettings,
    build=build,
    summary="CSV or TSV with orders and tracking numbers, from a path or an http(s) address",
)
