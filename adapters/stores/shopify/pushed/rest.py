"""From a REST order resource, as webhooks about orders carry it, to syncd's order.

REST knows no fulfillment orders, and a pushed body is as old as its delivery; `cut` therefore always names what is missing,
so that nothing is concluded and no complete read is replaced by it. Words: https://shopify.dev/docs/api/admin-rest
(resources Order, Fulfillment, Refund), read 2026-11-22 through the samples of three API versions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from adapters.stores.shopify.mapping import money
from adapters.stores.shopify.pushed.document import Node
from syncd.domain.numbers import is_no_number, number_text
from syncd.domain.orders import (
    FinancialStatus,
    Fulfillment,
    FulfillmentLine,
    FulfillmentStatus,
    Line,
    Order,
    RefundedLine,
    Restock,
)
from syncd.domain.tracking import Tracking

NEVER_IN_REST = ("fulfillment_orders", "fulfillments.events", "returns")
"""What a REST order does not tell at all."""

_LISTS = {"line_items": "lines", "fulfillments": "fulfillments", "refunds": "refunds"}

_Word = TypeVar("_Word", FinancialStatus, FulfillmentStatus, Restock)


def rest_order(document: Mapping[str, Any]) -> Order:
    """The order that a REST resource shows, never a complete one. Raises InvalidResponse with the path.

    Addresses and customers are not read: None in an order means that they are not known.
    """
    node = Node(values=document)
    refunds = tuple(part for refund in node.objects("refunds") for part in _refunded(refund))
    lines = tuple(node.objects("line_items"))
    fulfillments = tuple(node.objects("fulfillments"))
    return Order(
        id=node.own_gid("Order"),
        name=node.text("name"),
        created_at=node.instant("created_at"),
        updated_at=node.instant("updated_at"),
        financial=_word(node, "financial_status", FinancialStatus),
        lines=tuple(_line(each, refunds=refunds) for each in lines),
        fulfillments=tuple(_fulfillment(each) for each in fulfillments),
        refunds=refunds,
        cancelled_at=node.maybe_instant("cancelled_at"),
        closed=node.maybe_instant("closed_at") is not None,
        tags=frozenset(tag for part in (node.maybe_text("tags") or "").split(",") if (tag := part.strip())),
        source=node.maybe_text("source_name"),
        total=money({"shopMoney": {"amount": node.values.get("total_price"), "currencyCode": currency}})
        if (currency := node.maybe_text("currency"))
        else None,
        cut=_cut(node, lines=lines, fulfillments=fulfillments),
    )


def _cut(node: Node, *, lines: Sequence[Node], fulfillments: Sequence[Node]) -> tuple[str, ...]:
    missing = set(NEVER_IN_REST)
    # A subscription may leave fields out: a list that is not there is no empty list.
    missing.update(part for name, part in _LISTS.items() if not node.has(name))
    if not all(line.has("current_quantity") for line in lines):
        missing.add("lines")
    if any(_is_mangled(cell) for each in fulfillments for cell in _cells(each)):
        missing.add("fulfillments.tracking")
    return tuple(sorted(missing))


def _line(node: Node, *, refunds: Iterable[RefundedLine]) -> Line:
    line_id, ordered = node.own_gid("LineItem"), node.quantity("quantity")
    taken_off = sum(part.quantity for part in refunds if part.line_id == line_id)
    return Line(
        id=line_id,
        sku=node.maybe_text("sku"),
        quantity=ordered,
        # Old versions do not tell it; what refunds took off is the nearest, and `cut` says that it is not sure.
        current_quantity=node.quantity("current_quantity")
        if node.has("current_quantity")
        else max(0, ordered - taken_off),
        requires_shipping=node.flag("requires_shipping", default=True),
        is_gift_card=node.flag("gift_card", default=False),
        vendor=node.maybe_text("vendor"),
        title=node.maybe_text("title") or "",
    )


def _fulfillment(node: Node) -> Fulfillment:
    service = node.maybe_text("service")
    shown = node.maybe_text("shipment_status")
    return Fulfillment(
        id=node.own_gid("Fulfillment"),
        name=node.maybe_text("name") or "",
        status=_word(node, "status", FulfillmentStatus),
        display_status=shown.upper() if shown else None,
        created_at=node.instant("created_at"),
        updated_at=node.maybe_instant("updated_at"),
        location_id=node.gid("location_id", "Location") if node.has("location_id") else None,
        service=None if service == "manual" else service,
        tracking=tuple(_tracking(node)),
        lines=tuple(
            FulfillmentLine(line_id=each.own_gid("LineItem"), quantity=each.quantity("quantity"))
            for each in node.objects("line_items")
        ),
    )


def _tracking(node: Node) -> Iterable[Tracking]:
    """The numbers of a fulfillment; one that a store kept as a JSON number comes back as an exponent and is none."""
    company, urls, cells = node.maybe_text("tracking_company"), node.items("tracking_urls"), _cells(node)
    for at, cell in enumerate(cells):
        if not is_no_number(cell):
            url = urls[at] if len(urls) == len(cells) else None
            yield Tracking(number=number_text(cell), company=company, url=url if isinstance(url, str) and url else None)


def _cells(node: Node) -> tuple[str | int | float | None, ...]:
    cells = node.items("tracking_numbers") or (node.values.get("tracking_number"),)
    for at, cell in enumerate(cells):
        if cell is not None and not isinstance(cell, str | int | float):
            raise node.wrong(f"tracking_numbers[{at}]", "a number")
    return cells


def _is_mangled(cell: str | float | None) -> bool:
    return bool(number_text(cell).strip()) and is_no_number(cell)


def _refunded(node: Node) -> Iterable[RefundedLine]:
    at = node.maybe_instant("created_at")
    for each in node.objects("refund_line_items"):
        line = each.maybe_object("line_item")
        line_id = line.own_gid("LineItem") if line is not None else each.gid("line_item_id", "LineItem")
        yield RefundedLine(
            line_id=line_id, quantity=each.quantity("quantity"), restock=_word(each, "restock_type", Restock), at=at
        )


def _word(node: Node, name: str, kind: type[_Word]) -> _Word:
    """REST writes Shopify's words in lower case; one that we do not know, or null, is UNKNOWN: never guessed."""
    value = node.values.get(name)
    try:
        return kind(value.upper()) if isinstance(value, str) else kind("UNKNOWN")
    except ValueError:
        return kind("UNKNOWN")
