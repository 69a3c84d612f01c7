"""Addresses and customers as keyed hashes: comparable with each other, useless to anybody else."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from adapters.stores.shopify.fields import Json, maybe_text

_ADDRESS = ("firstName", "lastName", "company", "address1", "address2", "city", "zip", "provinceCode", "countryCodeV2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hasher:
    """HMAC-SHA256 under the installation's key. Without a key nothing is hashed: an open hash can be guessed back."""

    key: bytes = field(repr=False)

    def address(self, node: Json | None) -> str | None:
        """The same for addresses that differ only in case or spaces; None when there is none or nothing in it."""
        if node is None:
            return None
        parts = [" ".join((maybe_text(node, name) or "").casefold().split()) for name in _ADDRESS]
        return self._hash("address", *parts) if any(parts) else None

    def customer(self, node: Json | None) -> str | None:
        """The same for orders of one customer."""
        customer = maybe_text(node or {}, "id")
        return self._hash("customer", customer) if customer else None

    def _hash(self, *parts: str) -> str | None:
        if not self.key:
            return None
        return hmac.new(self.key, "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()
