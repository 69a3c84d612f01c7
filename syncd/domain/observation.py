"""What a source answered, how whole the answer is, and when it was given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from syncd.domain.orders import Order
from syncd.domain.shipments import SupplierOrder

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing in a source that could not be read. `place` is a line, a path or an id."""

    place: str
    text: str
    order_id: str | None = None
    """The store's order that was left out because of it: it is to be read again until it reads well, or is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """One page of a listing; `complete` is meaningful on the last one: it says that nothing was cut off."""

    items: tuple[T, ...]
    is_last: bool
    complete: bool = True
    problems: tuple[Problem, ...] = ()
    ahead: timedelta | None = None
    """How far the source's clock is ahead of ours (negative: behind), as it was found while listing; None = not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierRead:
    """All that one look at one supplier brought.

    `complete`: every order asked for was answered, or the listing was read to its end; only then may absence
    of an order in `asked` mean anything, and only for those. A failed source is this value with `error`.
    """

    supplier: str
    observed_at: datetime
    complete: bool
    orders: tuple[SupplierOrder, ...] = ()
    asked: frozenset[str] = frozenset()
    """Supplier order ids that were asked for by id (or that the listing would have shown)."""
    lists_everything: bool = False
    """The read shows every order that the supplier has for us (a snapshot): an order not in it does not exist there."""
    answered: frozenset[str] = frozenset()
    """Store orders (`Wanted.order_id`) for which the supplier was asked by the store's own reference and answered whole:
    a supplier order for them that is not in `orders` does not exist there. Like `asked`, but by the store's name for it."""
    about: frozenset[str] | None = None
    """Store orders about which the supplier was asked at all; None = not noted. Of others the read says nothing."""
    error: str | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreRead:
    """All that one look at the store brought; see SupplierRead."""

    store: str
    observed_at: datetime
    complete: bool
    orders: tuple[Order, ...] = ()
    error: str | None = None
    problems: tuple[Problem, ...] = ()
