"""Things put into the twin's world under their recorded ids."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeVar

from adapters.sandbox.shopify.twin import Shop

T = TypeVar("T")


def number_of(gid: str) -> int:
    """The digits of a global id; 0 when it has none."""
    digits = gid.partition("?")[0].rpartition("/")[2]
    return int(digits) if digits.isdigit() else 0


def keep(shop: Shop, thing: T, kind: str) -> T:
    """Register under the recorded id; what is made later gets later ids."""
    number: int = thing.number  # type: ignore[attr-defined]
    shop._last_number[kind] = max(shop._last_number.get(kind, 0), number)
    return shop.register(thing)


def at(shop: Shop, text: str | None) -> datetime:
    """The recorded time, or now."""
    return maybe_at(text) or shop.now()


def maybe_at(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None
