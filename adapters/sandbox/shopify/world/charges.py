"""What an order costs beside its lines, and what was paid for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapters.sandbox.shopify.world.state import Order

RECEIVING = frozenset({"SALE", "CAPTURE"})
"""Kinds of transactions that bring money in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxLine:
    title: str
    rate: float | None
    price: str
    channel_liable: bool | None = None


@dataclass(slots=True, eq=False, kw_only=True)
class ShippingLine:
    id: str
    number: int
    title: str
    code: str | None
    source: str | None
    price: str
    tax_lines: list[TaxLine] = field(default_factory=list)


@dataclass(slots=True, eq=False, kw_only=True)
class Transaction:
    """Money that moved, or was tried to be moved."""

    id: str
    number: int
    kind: str
    status: str
    gateway: str
    amount: str
    created_at: datetime
    processed_at: datetime
    test: bool = False
    order: Order | None = None
    """Set once the order is made."""
    parent: Transaction | None = None


@dataclass(slots=True, eq=False, kw_only=True)
class Charges:
    """Shipping, taxes, discounts and payments of one order. Amounts are in the shop's currency."""

    shipping_lines: list[ShippingLine] = field(default_factory=list)
    tax_lines: list[TaxLine] = field(default_factory=list)
    """Of the order as a whole; lines and shipping lines have their own."""
    discount_codes: list[str] = field(default_factory=list)
    discount: Decimal = Decimal(0)
    taxes_included: bool = False
    transactions: list[Transaction] = field(default_factory=list)
    presentment_currency: str | None = None
    """What the customer paid in, when that is not the shop's."""
    presentment_rate: Decimal = Decimal(1)
    """Units of it per unit of the shop's currency."""

    @property
    def shipping(self) -> Decimal:
        return sum((Decimal(one.price) for one in self.shipping_lines), Decimal(0))

    @property
    def received(self) -> Decimal:
        """Payments that went through, refunds not taken off."""
        good = (one for one in self.transactions if one.kind in RECEIVING and one.status == "SUCCESS")
        return sum((Decimal(one.amount) for one in good), Decimal(0))
