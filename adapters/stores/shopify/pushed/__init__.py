"""What Shopify pushes: webhooks, and the REST resources that they carry.

What belongs here: reading them, as hints where to look next. Nothing here decides, and nothing is concluded from what a
body says or leaves out: the order is read by id before anything is done about it.
"""

from adapters.stores.shopify.pushed.hints import Hint, hint
from adapters.stores.shopify.pushed.rest import rest_order
from adapters.stores.shopify.pushed.topics import About

__all__ = ["About", "Hint", "hint", "rest_order"]
