"""What one cell says: an order reference, a quantity, a date."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, tzinfo
from datetime import time as time_of_day

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
_FORMULA = re.compile(r'="(.*)"', re.DOTALL)
_EXPONENT = re.compile(r"#?\d([.,]\d+)?E[+-]?\d{1,3}", re.IGNORECASE)
_WHOLE = re.compile(r"(\d{1,6})(?:[.,]0+)?")
_TWO_WAYS = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?:[ T](\d{1,2}:\d{2}(?::\d{2})?))?")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ T](\d{1,2}:\d{2}(?::\d{2})?))?")
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?:[ T](\d{1,2}:\d{2}(?::\d{2})?))?")
_SPACED_ZONE = re.compile(r"\s+([+-]\d{2}:?\d{2}|Z|UTC|GMT)$")
_NAMED_MONTH = ("%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%d-%b-%Y")
_YEARS = range(2000, 3000)
"""Others are no dates of parcels: 1899-12-30 is a spreadsheet's zero, 0001-01-01 and 9999-12-31 a database's."""


def plain(cell: str) -> str:
    """The cell without what spreadsheets put around it: outer space, invisible signs, `="…"`, a leading apostrophe."""
    text = cell.translate(_INVISIBLE).strip()
    formula = _FORMULA.fullmatch(text)
    text = formula[1].strip() if formula else text
    return text[1:].strip() if text.startswith("'") and not text.endswith("'") else text


def order_key(name: str) -> str:
    """An order reference for comparing: without `#` and case."""
    return name.strip().lstrip("#").strip().casefold()


def order_name(cell: str) -> str:
    """The order reference as written. Raises ValueError when there is none, or a spreadsheet spoiled it."""
    name = plain(cell)
    if not order_key(name):
        raise ValueError("names no order")
    if _EXPONENT.fullmatch(name):
        raise ValueError(f"order {name!r} was turned into a power of ten by a spreadsheet")
    if "\ufffd" in name:
        raise ValueError(f"order {name!r} holds signs that are lost: set encoding")
    return name


def quantity(cell: str) -> int | None:
    """Units; None when blank. Raises ValueError for anything but a whole number above zero."""
    text = plain(cell)
    if not text:
        return None
    match = _WHOLE.fullmatch(text)
    if match is None or int(match[1]) == 0:
        raise ValueError(f"quantity {text[:20]!r} is no number of units")
    return int(match[1])


def instant(cell: str, *, zone: tzinfo, form: str | None) -> datetime | None:
    """A time as aware UTC; None when blank. A date alone is its first moment in `zone`.

    Raises ValueError for what is no date, and for 03/04/2026, which could be two.
    """
    text = plain(cell)
    if not text:
        return None
    at = datetime.strptime(text, form) if form else _read(_SPACED_ZONE.sub(_joined, text))  # noqa: DTZ007 - the zone comes next
    if at.year not in _YEARS:
        raise ValueError(f"date {text[:30]!r} is not of this millennium")
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _joined(zone: re.Match[str]) -> str:
    return "Z" if zone[1] in {"UTC", "GMT"} else zone[1]


def _read(text: str) -> datetime:
    if match := _YEAR_FIRST.fullmatch(text):
        return _built(year=match[1], month=match[2], day=match[3], clock=match[4])
    if match := _DOTTED.fullmatch(text):
        return _built(year=match[3], month=match[2], day=match[1], clock=match[4])
    if match := _TWO_WAYS.fullmatch(text):
        return _told_apart(match, text)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return _with_named_month(text)


def _told_apart(match: re.Match[str], text: str) -> datetime:
    first, second = int(match[1]), int(match[2])
    if first <= 12 and second <= 12 and first != second:
        raise ValueError(f"date {text!r} can be read in two ways: set date_format")
    day, month = (match[1], match[2]) if first > 12 else (match[2], match[1])
    return _built(year=match[3], month=month, day=day, clock=match[4])


def _built(*, year: str, month: str, day: str, clock: str | None) -> datetime:
    hours = (
        time_of_day.fromisoformat(clock.zfill(5) if clock.count(":") == 1 else clock.zfill(8))
        if clock
        else time_of_day()
    )
    return datetime.combine(date(int(year), int(month), int(day)), hours)


def _with_named_month(text: str) -> datetime:
    for form in _NAMED_MONTH:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the caller adds the zone
        except ValueError:
            continue
    raise ValueError(f"date {text[:30]!r} is no date that is understood: set date_format")
