"""Lengths of time as people configure them: elapsed (`24h`) or in business days (`5bd`)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

_FORM = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|d|bd)")
_UNIT = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_LONGEST = timedelta(days=36_500)
LAST = datetime(9999, 12, 31, tzinfo=UTC)
"""No period ends later. Many systems write this day for "never", and a day after it there is none to count with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Which days count as business days: Monday to Friday, without `holidays`."""

    holidays: frozenset[date] = frozenset()

    def is_business_day(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.holidays


WEEKDAYS = Calendar()


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """`elapsed` time, or a number of `business_days` (then `elapsed` is zero)."""

    elapsed: timedelta = field(default=timedelta())
    business_days: int = 0

    @property
    def text(self) -> str:
        """As configuration spells it: `24h`, `5d`, `5bd`."""
        if self.business_days:
            return f"{self.business_days}bd"
        seconds = self.elapsed.total_seconds()
        for unit in ("d", "h", "m"):
            size = _UNIT[unit].total_seconds()
            if seconds >= size and seconds % size == 0:
                return f"{seconds / size:.0f}{unit}"
        return f"{seconds:g}s"

    def end(self, start: datetime, *, calendar: Calendar = WEEKDAYS) -> datetime:
        """The moment at which the period that began at `start` is over; at exactly that moment it is not exceeded yet.

        A business day is counted from `start`'s time of day (UTC) to the same time on the next business day.
        """
        try:
            return min(self._end(start, calendar), LAST)
        except OverflowError:
            return LAST

    def _end(self, start: datetime, calendar: Calendar) -> datetime:
        at, left = start + self.elapsed, self.business_days
        while left:
            at += timedelta(days=1)
            if calendar.is_business_day(at.date()):
                left -= 1
        return at


def parse_period(text: str) -> Period:
    """`"24h"`, `"5d"`, `"90m"`, `"5bd"`. Raises ValueError with the forms that are understood."""
    match = _FORM.fullmatch(text.strip().lower())
    if not match:
        raise ValueError(f"{text!r} is no length of time; write it as 30m, 24h, 5d or 5bd (business days)")
    number, unit = match.groups()
    if float(number) > _LONGEST / _UNIT.get(unit, timedelta(days=1)):
        raise ValueError(f"{text[:30]!r} is longer than a hundred years")
    if unit != "bd":
        return Period(elapsed=float(number) * _UNIT[unit])
    if "." in number or int(number) < 1:
        raise ValueError(f"{text!r}: business days are whole and at least 1")
    return Period(business_days=int(number))


def elapsed(**units: float) -> Period:
    """A period of elapsed time: `elapsed(hours=24)`."""
    return Period(elapsed=timedelta(**units))
