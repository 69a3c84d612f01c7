"""The GraphQL side: what each field answers, in terms of the world."""

from __future__ import annotations

from importlib import import_module

_MODULES = (
    "orders",
    "fulfillment_orders",
    "fulfillments",
    "shop",
    "locations",
    "absent",
    "fulfilling",
    "requesting",
    "ordering",
    "bulk",
    "services",
    "webhooks",
    "refunding",
    "returning",
    "repaying",
    "stock",
    "placing",
    "money",
    "order_editing",
    "drafts",
    "products",
    "customers",
)


def load() -> None:
    """Import every module that registers resolvers."""
    for name in _MODULES:
        import_module(f"{__name__}.{name}")
