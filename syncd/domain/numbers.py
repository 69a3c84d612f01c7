"""Tracking numbers as people and systems write them: cleaned, taken apart, and judged.

A judgement never blocks anything by itself: carriers invent formats, and a check digit is right by chance once in ten
times. It says how surprising a number is for the carrier that was named with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import assert_never

from syncd.domain.carrier_names import family_of
from syncd.domain.number_formats import COUNTRIES, FORMATS, KNOWN_WHOLLY, Format, of_family

Cell = str | int | float | None
"""What a source may give where a number belongs: spreadsheets and JSON turn digits into numbers."""

_EXACT = 2**53
"""Whole numbers beyond it are rounded by a float, so their last digits are lost."""

_WIDE = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_DASHES = dict.fromkeys(map(ord, "-\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63"))
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
_QUOTES = dict.fromkeys(map(ord, "'\"`\u2018\u2019\u201c\u201d"))
_UPPER = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}
_CLEAN = {**_WIDE, **_UNSEEN}
_COMPARE = {**_UPPER, **_DASHES, **_QUOTES}
"""For text that is clean already."""

_EXPONENT = re.compile(r"\d+[.,]\d+\s*E\s*[+-]?\d{1,4}|\d\s*E\s*[+-]?\d{2,3}|\d+\s*E[+-]\d{1,3}", re.IGNORECASE)
_FLOAT = re.compile(r"(\d+)\.0+")
_DIGITS_OF_A_FLOAT = 15
_LONGEST = 4096
"""Signs in a cell; a longer one holds no number, and taking it apart could take for ever."""
_ERROR = re.compile(r"#[A-Z0-9/]+[!?]?", re.IGNORECASE)
_WORDS_FOR_NONE = re.compile(
    r"(pending|awaiting|waiting|await|not|no|none|without|to be|will be|tba|tbc|tbd|n/?a|unknown|untracked|processing|coming|soon)\b(?!.*\d{5}).*",
    re.IGNORECASE | re.DOTALL,
)

_HARD = re.compile(r"[,;|\r\n\t\u3001]+")
_SOFT = re.compile(r"\s*[/+&]\s*|\s+and\s+", re.IGNORECASE)
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+")
_SHORTEST_OF_SEVERAL = 8


class NumberState(StrEnum):
    """How a number looks beside the carrier that was named with it."""

    VALID = "valid"
    """It has one of the carrier's forms and its check digit is right."""
    PLAUSIBLE = "plausible"
    """It has a known form without a check digit, or a right check digit that proves little."""
    SUSPECT = "suspect"
    """The carrier's forms are known and it has none of them: a typo, or another carrier's number."""
    UNKNOWN = "unknown"
    """Nothing can be said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A judgement on one number. `format` names the form that it has; `text` says it to a person."""

    state: NumberState
    format: str | None
    text: str

    @property
    def is_suspect(self) -> bool:
        return self.state is NumberState.SUSPECT


def normalise(text: Cell) -> str:
    """A number for comparing: upper case, without spaces, dashes, quotes and invisible signs; leading zeros stay."""
    return _normalised(text) if isinstance(text, str) else _for_comparing(text)


def _for_comparing(cell: Cell) -> str:
    return "".join(number_text(cell).translate(_COMPARE).split())


_normalised = lru_cache(maxsize=4096)(_for_comparing)
"""One decision compares the same few numbers again and again. Text only: 1, 1.0 and True are one key."""


def number_text(cell: Cell) -> str:
    """What a cell says, as text. A float that cannot have kept all digits comes out in exponent form."""
    match cell:
        case None | bool():
            return ""
        case int():
            return str(cell)
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < _EXACT else f"{cell:.14E}"
        case str():
            return _without_decimals(cell.translate(_CLEAN).strip())
        case _:
            assert_never(cell)


def is_no_number(text: Cell) -> bool:
    """Whether a cell holds no tracking number at all: blank, `0`, `n/a`, `#N/A`, `pending`, `1.23E+21`, no digit in it."""
    shown = number_text(text).strip(" '\"")
    if len(shown) > _LONGEST:
        return True
    bare = normalise(shown)
    if not any(sign in "0123456789" for sign in bare) or not bare.strip("0."):
        return True
    return not _has_known_shape(bare) and any(form.fullmatch(shown) for form in (_EXPONENT, _ERROR, _WORDS_FOR_NONE))


def split_numbers(cell: Cell) -> tuple[str, ...]:
    """The numbers in one cell, in their order, each once, without inner spaces; cells like `n/a` hold none.

    Commas, semicolons, bars and line ends always separate; slashes, plus signs and spaces only where what is left
    on both sides looks like a number of its own.
    """
    shown = number_text(cell)
    if is_no_number(shown):
        return ()
    if _THOUSANDS.fullmatch(shown):
        return (shown.replace(",", ""),)
    found = (tidy(number) for part in _HARD.split(shown) for piece in _soft(part) for number in _by_space(piece))
    kept = {normalise(number): number for number in reversed([each for each in found if not is_no_number(each)])}
    return tuple(reversed(kept.values()))


def tidy(text: Cell) -> str:
    """A number as it may be written: without inner spaces and quotes, in upper case where its form asks for it."""
    shown = "".join(number_text(text).translate(_QUOTES).split())
    return shown.upper() if _has_known_shape(normalise(shown)) else shown


def judge(number: Cell, *, company: str | None) -> Verdict:
    """How `number` looks for the carrier called `company` (any spelling), or for any carrier when none is named."""
    return _judged(normalise(number), company)


@lru_cache(maxsize=4096)
def _judged(bare: str, company: str | None) -> Verdict:
    if not bare:
        return Verdict(state=NumberState.UNKNOWN, format=None, text="no tracking number")
    family = family_of(company)
    if company is None or family is None:
        return _undeclared(bare)
    return _declared(bare, family=family, company=company.strip())


def telling_format(number: Cell) -> Format | None:
    """The one format whose shape alone names the carrier, when the number has it and its check digit is right."""
    bare = normalise(number)
    return next((form for form in FORMATS if form.is_telling and form.accepts(bare)), None)


def _declared(bare: str, *, family: str, company: str) -> Verdict:
    forms = of_family(family)
    accepted = [form for form in forms if form.accepts(bare)]
    checked = next((form for form in accepted if form.check), None)
    if checked:
        return Verdict(state=NumberState.VALID, format=checked.name, text=f"a {checked.name} number, check digit right")
    if accepted:
        return Verdict(state=NumberState.PLAUSIBLE, format=accepted[0].name, text=f"has the form of {accepted[0].name}")
    mistyped = next((form for form in forms if form.check and form.family == family and form.has_shape(bare)), None)
    if mistyped:
        text = f"looks like {mistyped.name}, but {_fault(mistyped, bare)}"
        return Verdict(state=NumberState.SUSPECT, format=mistyped.name, text=text)
    if family in KNOWN_WHOLLY:
        return Verdict(state=NumberState.SUSPECT, format=None, text=f"has none of the forms that {company} uses")
    return Verdict(state=NumberState.UNKNOWN, format=None, text=f"a form of {company} that is not in our table")


def _fault(form: Format, bare: str) -> str:
    country = form.country(bare)
    return f"{country} is no country" if country and country not in COUNTRIES else "its check digit is wrong"


def _undeclared(bare: str) -> Verdict:
    accepted = sorted((form for form in FORMATS if form.accepts(bare)), key=lambda form: not form.is_telling)
    sure = next((form for form in accepted if form.check and not bare.isdigit()), None)
    sure = sure or next((form for form in accepted if form.check and form.is_telling), None)
    if sure:
        return Verdict(state=NumberState.VALID, format=sure.name, text=f"a {sure.name} number, check digit right")
    if accepted:
        return Verdict(state=NumberState.PLAUSIBLE, format=accepted[0].name, text=f"could be {accepted[0].name}")
    return Verdict(state=NumberState.UNKNOWN, format=None, text="no carrier in our table writes numbers like this")


def _without_decimals(text: str) -> str:
    """`123456789012.0` is what a table reader makes of a whole number; longer ones have lost digits on the way."""
    match = _FLOAT.fullmatch(text)
    if match is None or len(text) > _LONGEST:
        return text
    whole = match[1]
    return whole if len(whole) <= _DIGITS_OF_A_FLOAT else f"{Decimal(whole):.14E}"


def _soft(part: str) -> Iterable[str]:
    pieces = [piece for piece in _SOFT.split(part) if piece.strip()]
    return pieces if all(_stands_alone(piece) for piece in pieces) else [part]


def _by_space(piece: str) -> Iterable[str]:
    chunks = piece.split()
    if len(chunks) < 2:
        return chunks
    if all(_has_known_shape(normalise(chunk)) for chunk in chunks):
        return chunks
    if _has_known_shape(normalise(piece)):
        return [piece]
    return chunks if all(_stands_alone(chunk) for chunk in chunks) else [piece]


def _stands_alone(piece: str) -> bool:
    bare = normalise(piece)
    return is_no_number(bare) or (len(bare) >= _SHORTEST_OF_SEVERAL and any(sign.isdigit() for sign in bare))


_NAMED_GROUP = re.compile(r"\(\?P<\w+>")
_ANY_SHAPE = re.compile("|".join(f"(?:{_NAMED_GROUP.sub('(?:', form.pattern.pattern)})" for form in FORMATS), re.ASCII)
"""All formats in one: asked of every number that is written, and fifty times as fast as one after another."""


@lru_cache(maxsize=4096)
def _has_known_shape(bare: str) -> bool:
    return _ANY_SHAPE.fullmatch(bare) is not None
