"""Single values of the export: instants, quantities, ids and status words. What cannot be read raises ValueError."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

from syncd.domain.orders import FinancialStatus

_ID = re.compile(r"(\d{4,20})(?:\.0+)?")
_EXPONENT = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
_WHOLE = re.compile(r"(\d{1,6})(?:\.0+)?")
_YEARS = range(2000, 3000)
_FORMS = ("%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d")


def instant(cell: str, *, zone: tzinfo) -> datetime | None:
    """`2026-09-20 09:59:58 -0400` as aware UTC; None for an empty cell. Times without a zone are in `zone`."""
    if not cell:
        return None
    at = _parsed(cell)
    if at.year not in _YEARS:
        raise ValueError(f"time {cell!r} is not of this millennium")
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _parsed(cell: str) -> datetime:
    try:
        return datetime.fromisoformat(cell)
    except ValueError:
        pass
    for form in _FORMS:
        try:
            return datetime.strptime(cell, form)  # noqa: DTZ007 - the zone is settled by the caller
        except ValueError:
            continue
    raise ValueError(f"{cell!r} is no time such as 2026-09-20 09:59:58 -0400")


def quantity(cell: str) -> int:
    """A number of units, at least 1."""
    match = _WHOLE.fullmatch(cell)
    if not match or int(match[1]) < 1:
        raise ValueError(f"{cell!r} is no number of units")
    return int(match[1])


def order_number(cell: str) -> str:
    """The digits of an order's id."""
    match = _ID.fullmatch(cell)
    if match:
        return match[1]
    if _EXPONENT.fullmatch(cell):
        raise ValueError(f"the id {cell!r} was turned into an exponent by a spreadsheet; export the file anew")
    raise ValueError(f"{cell!r} is no order id")


def financial(cell: str) -> FinancialStatus:
    """The payment status; a word that is not Shopify's is UNKNOWN."""
    try:
        return FinancialStatus(cell.strip().upper().replace(" ", "_"))
    except ValueError:
        return FinancialStatus.UNKNOWN
