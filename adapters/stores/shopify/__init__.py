"""Shopify as a store: the Admin GraphQL API.

What belongs here: everything that is Shopify's own, from the price of a query to the words of its errors.
"""

from adapters.stores.shopify.settings import ShopifySettings
from adapters.stores.shopify.store import build
from syncd.domain.ports import Adapter

ADAPTER = Adapter(
    name="shopify",
    kind="store",
    settings=ShopifySettings,
    build=build,
    summary="Shopify shops, through the Admin GraphQL API",
)
