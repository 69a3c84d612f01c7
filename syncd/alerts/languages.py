"""The languages of mails: their messages, and how each writes dates, times, numbers and lists.

Messages are in `locales/*.po`, one file per language, for translators to edit; they are compiled when they are first needed.
English stands in the code. `tests/alerts` sees to it that no language misses a message, and `--refresh` adds new ones.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time, get_datetime_format
from babel.lists import format_list
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.units import format_unit

LANGUAGES = {"en": "en_GB", "da": "da", "fr": "fr", "zh-TW": "zh_TW"}
"""The locale of each language by the name that the configuration uses."""

LOCALES = Path(__file__).parent / "locales"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """One language in one time zone. Messages are given in English, with values in braces."""

    name: str
    locale: Locale
    zone: ZoneInfo
    messages: NullTranslations

    def say(self, message: str, **values: str) -> str:
        """The message; each value stands where its name does in braces."""
        return _filled(self.messages.gettext(message), values)

    def named(self, context: str, message: str, **values: str) -> str:
        """The message as it is said in this context, where one English text means several things."""
        return _filled(self.messages.pgettext(context, message), values)

    def count(self, one: str, many: str, n: int, **values: str) -> str:
        """The message for `n` things; `{n}` is the number."""
        return _filled(self.messages.ngettext(one, many, n), {"n": self.number(n), **values})

    def number(self, number: float) -> str:
        """`1,234`, `1.234`, `1 234`."""
        return format_decimal(number, locale=self.locale)

    def day(self, at: datetime) -> str:
        """The date."""
        return format_date(at.astimezone(self.zone).date(), "medium", locale=self.locale)

    def long_day(self, at: datetime) -> str:
        """The date with the month's whole name."""
        return format_date(at.astimezone(self.zone).date(), "long", locale=self.locale)

    def moment(self, at: datetime) -> str:
        """The date and the time of day."""
        local = at.astimezone(self.zone)
        glue = str(get_datetime_format("medium", locale=self.locale)).replace("'", "")
        time = format_time(local.time(), "short", locale=self.locale)
        return glue.format(time, self.day(at))

    def span(self, length: timedelta) -> str:
        """A length of time in its largest sensible unit: `40 minutes`, `3 hours`, `2 days`."""
        minutes = max(0, int(length.total_seconds() // 60))
        if minutes < 90:
            amount, unit = max(1, minutes), "duration-minute"
        elif minutes < 48 * 60:
            amount, unit = minutes // 60, "duration-hour"
        else:
            amount, unit = minutes // 1440, "duration-day"
        return self._unit(amount, unit)

    def days(self, length: timedelta) -> str:
        """A length of time in days with one decimal."""
        return self._unit(round(length / timedelta(days=1), 1), "duration-day")

    def listed(self, parts: Iterable[str]) -> str:
        """`a, b and c`."""
        return format_list(list(parts), locale=self.locale)

    def _unit(self, amount: float, unit: str) -> str:
        # In Chinese there is one word for each unit, which CLDR keeps under the short ones.
        length: Literal["short", "long"] = "short" if self.locale.language == "zh" else "long"
        return format_unit(amount, unit, length=length, locale=self.locale)


def tongue(language: str, *, zone: str) -> Tongue:
    """The language by the configuration's name. Raises KeyError for one that mails are not written in."""
    locale = LANGUAGES[language]
    return Tongue(name=language, locale=Locale.parse(locale), zone=ZoneInfo(zone), messages=_messages(language))


def catalog(language: str) -> Catalog:
    """The language's messages as its file has them; English has no file."""
    with (LOCALES / f"{LANGUAGES[language]}.po").open("rb") as file:
        return read_po(file, locale=LANGUAGES[language])


@cache
def _messages(language: str) -> NullTranslations:
    if language == "en":
        return NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, catalog(language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def _filled(message: str, values: dict[str, str]) -> str:
    return message.format(**values) if values else message
