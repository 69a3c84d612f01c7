"""What Shopify's user errors mean. Plain UserErrors have no code, so their words decide.

The texts were recorded from the real service (2025-01, 2026-04). A text that is not here is `user_error`: refused,
shown as it is, never guessed at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """`already`: the state may be what we wanted; only a read can tell. `remedy` is for people."""

    code: str
    already: bool = False
    remedy: str = ""


_NO_ACCESS = (
    "Another app's fulfillment service owns the location, or write_merchant_managed_fulfillment_orders is missing: "
    "see syncd check."
)
_TABLE: tuple[tuple[re.Pattern[str], Meaning], ...] = tuple(
    (re.compile(words, re.IGNORECASE), meaning)
    for words, meaning in (
        (r"unfulfillable status= ?(closed|cancelled)", Meaning(code="already", already=True)),
        (r"unfulfillable status= ?on_hold", Meaning(code="on_hold", remedy="Release the hold first.")),
        (r"unfulfillable status=", Meaning(code="not_fulfillable")),
        (r"invalid fulfillment order line item quantity", Meaning(code="quantity", already=True)),
        (r"quantity must be greater than 0", Meaning(code="quantity")),
        (r"fulfillment order line item does not exist", Meaning(code="stale")),
        (r"fulfillment order does not exist", Meaning(code="stale")),
        (r"fulfillment (not found|does not exist)", Meaning(code="not_found")),
        (r"must belong to the same order", Meaning(code="grouping")),
        (r"must be assigned to a single location", Meaning(code="grouping")),
        (r"same delivery method", Meaning(code="grouping")),
        (r"does not have access to the fulfillment order", Meaning(code="no_access", remedy=_NO_ACCESS)),
        (r"not in cancel+able request state", Meaning(code="already", already=True)),
        (r"mark as unfulfilled first", Meaning(code="progress_reported", remedy="Mark it as open in the admin first.")),
        (r"service must be of api type", Meaning(code="not_a_service")),
        (r"already in use|has already been taken", Meaning(code="already", already=True)),
        (r"maximum number of fulfillment holds", Meaning(code="hold_limit")),
        (r"not in a splittable state", Meaning(code="not_splittable")),
        (r"already been cancell?ed", Meaning(code="already", already=True)),
        (r"outstanding fulfillment", Meaning(code="outstanding_fulfillments", remedy="Cancel its fulfillments first.")),
        (r"expected fulfillment order status to be valid", Meaning(code="state")),
        (r"does not exist|not found|could not be found", Meaning(code="not_found")),
    )
)
_OTHER = Meaning(code="user_error")


def meaning_of(message: str) -> Meaning:
    """What the words of a user error mean; the first row that fits."""
    return next((meaning for words, meaning in _TABLE if words.search(message)), _OTHER)
