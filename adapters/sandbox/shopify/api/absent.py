"""Reads by id of things that the sandbox's shop has none of: whatever the id, there is nothing."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLResolveInfo

from adapters.sandbox.shopify.api.registry import Request, resolves
from adapters.sandbox.shopify.errors import access_denied, top_level

Info = GraphQLResolveInfo[Any]


@resolves(
    "QueryRoot",
    "automaticDiscountNode",
    "catalog",
    "codeDiscountNode",
    "discountNode",
    "discountRedeemCodeBulkCreation",
    "giftCard",
    "inventoryShipment",
    "market",
    "priceList",
    "reverseDelivery",
    "shopifyFunction",
    "storeCreditAccount",
    "urlRedirect",
    "validation",
)
def nothing(_: Any, _info: Info, *, id: str) -> None:  # noqa: A002  # the schema's name
    del id


@resolves("QueryRoot", "customerPaymentMethod")
def no_payment_method(_: Any, info: Info, *, id: str, **_more: Any) -> None:  # noqa: A002  # the schema's name
    del id
    request: Request = info.context
    if "read_customer_payment_methods" not in request.app.scopes:
        text = "`read_customers` access scope. Also: Requires `read_customer_payment_methods` scope."
        raise access_denied("customerPaymentMethod", text)


@resolves("QueryRoot", "scriptTag")
def no_script_tag(_: Any, info: Info, *, id: str) -> None:  # noqa: A002  # the schema's name
    del id
    request: Request = info.context
    if "read_script_tags" not in request.app.scopes:
        text = "`read_script_tags` access scope. Also: Requires access to script tags."
        raise access_denied("scriptTag", text)


@resolves("QueryRoot", "theme")
def no_theme(_: Any, _info: Info, *, id: str) -> None:  # noqa: A002  # the schema's name
    del id
    raise top_level("Theme does not exist", "NOT_FOUND")
