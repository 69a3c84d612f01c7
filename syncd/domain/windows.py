"""Hours of the week, as people configure them: `Sun 02:00-04:00`, `Mon-Fri 22:00-06:00`, `00:30-01:00`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FORM = re.compile(r"(?:(?P<days>[a-z]{3}(?:[-,][a-z]{3})*)\s+)?(?P<start>\d{1,2}:\d{2})-(?P<end>\d{1,2}:\d{2})")
_HELP = "write it as Sun 02:00-04:00, Mon-Fri 22:00-06:00, Sat,Sun 00:00-24:00 or 01:00-02:00 (every day)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From `start` to `end` on the days named (0 = Monday). One that ends before it starts ends on the next day."""

    text: str
    days: frozenset[int]
    start: time
    end: time

    def covers(self, local: datetime) -> bool:
        """Whether this moment of the wall clock lies in it; its end does not.

        In the nights in which the clock changes it counts as the clock shows it.
        """
        at, today, yesterday = local.time(), local.weekday(), (local.weekday() - 1) % 7
        if self.start < self.end:
            return today in self.days and self.start <= at < self.end
        return (today in self.days and at >= self.start) or (yesterday in self.days and at < self.end)


def parse_window(text: str) -> Window:
    """`"Sun 02:00-04:00"`. Raises ValueError with the forms that are understood."""
    match = _FORM.fullmatch(text.strip().lower())
    if not match:
        raise ValueError(f"{text[:40]!r} is no time of the week; {_HELP}")
    days = frozenset(_days(match["days"])) if match["days"] else frozenset(range(7))
    return Window(text=text.strip(), days=days, start=_time(match["start"]), end=_time(match["end"], is_end=True))


def _days(text: str) -> set[int]:
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        start, end = _day(first), _day(last or first)
        found |= {day % 7 for day in range(start, end + 1 if end >= start else end + 8)}
    return found


def _day(word: str) -> int:
    if word not in _DAYS:
        raise ValueError(f"{word!r} is no day of the week; {_HELP}")
    return _DAYS.index(word)


def _time(text: str, *, is_end: bool = False) -> time:
    hour, minute = (int(part) for part in text.split(":"))
    if is_end and (hour, minute) == (24, 0):
        return time(0)
    if hour > 23 or minute > 59:
        raise ValueError(f"{text!r} is no time of day; {_HELP}")
    return time(hour, minute)
