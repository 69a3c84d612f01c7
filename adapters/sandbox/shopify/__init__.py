"""A Shopify that lives in this process: real GraphQL against the real schema, with the recorded behaviour."""

from adapters.sandbox.shopify.twin import ShopifyTwin
from adapters.sandbox.shopify.world.world import NewLine

__all__ = ["NewLine", "ShopifyTwin"]
