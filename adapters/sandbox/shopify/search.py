"""The search language of `query:` arguments, with its traps.

A field that the connection does not know is ignored with a warning, not refused. A timestamp without quotes is split
at its colons: `updated_at:>=2026-08-01T00:00:00Z` becomes a bound of `2026-08-01T00` and a search for a field `00`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

Values = Mapping[str, Any]
Test = Callable[[Values], bool]

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<open>\()|(?P<close>\))
      | (?P<not>-(?=\S)|NOT\b)
      | (?P<or>OR\b)|(?P<and>AND\b)
      | (?P<field>[A-Za-z0-9_]+):(?P<op>>=|<=|>|<|=)?(?P<value>"[^"]*"|'[^']*'|[^\s():]*)
      | (?P<stray>:)
      | (?P<word>"[^"]*"|'[^']*'|[^\s():]+)
    )""",
    re.VERBOSE,
)
_RANGES = {">=": "range_gte", ">": "range_gt", "<=": "range_lte", "<": "range_lt"}


@dataclass(frozen=True, slots=True)
class Field:
    """One searchable field: how a row's value is compared with what was typed."""

    matches: Callable[[Any, str], bool]
    key: str
    accepts: frozenset[str] | None = None
    """The words that it takes; others are ignored with a warning."""
    is_time: bool = False


@dataclass(slots=True)
class Search:
    """A parsed query."""

    test: Test
    parsed: Any = None
    warnings: list[dict[str, str]] = field(default_factory=list)
    updated_since: datetime | None = None
    """A bound that every match fulfils, if the query has one at its top level."""


def parse(query: str | None, fields: Mapping[str, Field], *, default: str = "default") -> Search:
    """Read a query for rows that have these fields. Never raises: what it cannot use becomes a warning."""
    if not query or not query.strip():
        return Search(test=lambda _: True)
    return _Parser(query, fields, default).run()


def is_qualified(query: str) -> bool:
    """Whether every term names its field, as filters of webhooks must."""
    tokens = [match for match in _TOKEN.finditer(query) if match.group().strip()]
    return bool(tokens) and not any(token.group("word") or token.group("stray") for token in tokens)


class _Parser:
    def __init__(self, query: str, fields: Mapping[str, Field], default: str) -> None:
        self.tokens = [match for match in _TOKEN.finditer(query) if match.group().strip()]
        self.at = 0
        self.fields = fields
        self.default = default
        self.search = Search(test=lambda _: True)
        self.depth = 0

    def run(self) -> Search:
        parts: list[Test] = []
        parsed: list[Any] = []
        while self.at < len(self.tokens):
            test, shown = self.either()
            parts.append(test)
            parsed.append(shown)
            if self.at < len(self.tokens) and self.tokens[self.at].group("close"):
                self.at += 1  # A stray parenthesis is skipped.
        self.search.test = lambda values: all(part(values) for part in parts)
        self.search.parsed = parsed[0] if len(parsed) == 1 else {"and": parsed}
        return self.search

    def either(self) -> tuple[Test, Any]:
        options = [self.together()]
        while self.at < len(self.tokens) and self.tokens[self.at].group("or"):
            self.at += 1
            self.search.updated_since = None  # A bound inside an alternative bounds nothing.
            self.depth += 1
            options.append(self.together())
            self.depth -= 1
        if len(options) == 1:
            return options[0]
        tests = [test for test, _ in options]
        return (lambda values: any(test(values) for test in tests)), {"or": [shown for _, shown in options]}

    def together(self) -> tuple[Test, Any]:
        parts: list[tuple[Test, Any]] = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if token.group("or") or token.group("close"):
                break
            self.at += 1
            if token.group("and") or token.group("stray"):
                continue
            parts.append(self.one(token))
        if len(parts) == 1:
            return parts[0]
        tests = [test for test, _ in parts]
        return (lambda values: all(test(values) for test in tests)), {"and": [shown for _, shown in parts]}

    def one(self, token: re.Match[str]) -> tuple[Test, Any]:
        if token.group("not"):
            if self.at >= len(self.tokens):
                return (lambda _: True), {}
            following = self.tokens[self.at]
            self.at += 1
            self.depth += 1
            test, shown = self.one(following)
            self.depth -= 1
            return (lambda values: not test(values)), {"not": shown}
        if token.group("open"):
            self.depth += 1
            test, shown = self.either()
            self.depth -= 1
            if self.at < len(self.tokens) and self.tokens[self.at].group("close"):
                self.at += 1
            return test, shown
        if token.group("field"):
            return self.term(token.group("field"), token.group("op") or "", _unquoted(token.group("value")))
        return self.word(_unquoted(token.group("word")))

    def term(self, name: str, op: str, value: str) -> tuple[Test, Any]:
        shown = {"field": name, _RANGES.get(op, "match_all"): value}
        known = self.fields.get(name)
        if known is None:
            self.warn(name, "Invalid search field for this query.", "invalid_field")
            return (lambda _: True), shown
        if known.accepts is not None and value.lower() not in known.accepts:
            self.warn(name, f"Input `{value}` is not an accepted value.", "invalid_value")
            return (lambda _: True), shown
        if known.is_time:
            bound = _bound(value)
            if bound is None:
                self.warn(name, f"Input `{value}` is not an accepted value.", "invalid_value")
                return (lambda _: True), shown
            if op in {">", ">="} and name == "updated_at" and self.depth == 0:
                self.search.updated_since = bound
            key = known.key
            return (lambda values: _compare(values[key], op, bound)), shown
        key, matches = known.key, known.matches
        return (lambda values: matches(values[key], value)), shown

    def word(self, text: str) -> tuple[Test, Any]:
        known = self.fields.get(self.default)
        shown = {"match_all": text}
        if known is None:
            return (lambda _: True), shown
        return (lambda values: known.matches(values[known.key], text)), shown

    def warn(self, name: str, message: str, code: str) -> None:
        self.search.warnings.append({"field": name, "message": message, "code": code})


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def _bound(text: str) -> datetime | None:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}", text):
        text += ":00:00Z"  # What is left of an unquoted timestamp.
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _compare(at: datetime | None, op: str, bound: datetime) -> bool:
    if at is None:
        return False
    second = at.replace(microsecond=0)  # Bounds are inclusive and exact to the second.
    match op:
        case ">=":
            return second >= bound
        case ">":
            return second > bound
        case "<=":
            return second <= bound
        case "<":
            return second < bound
        case _:
            day = bound.time() == bound.time().min
            return bound <= second < bound + timedelta(days=1) if day else second == bound


def equals(value: Any, text: str) -> bool:
    return str(value).lower() == text.lower()


def starts_or_equals(value: Any, text: str) -> bool:
    """Equal without regard to case; a trailing `*` matches any rest."""
    shown, wanted = str(value or "").lower(), text.lower()
    return shown.startswith(wanted[:-1]) if wanted.endswith("*") else shown == wanted


def contains(value: Any, text: str) -> bool:
    """Whether a list of words has this one, without regard to case."""
    return text.lower() in value


def matches_id(value: Any, text: str) -> bool:
    return str(value) == text.rpartition("/")[2]


def instant(key: str) -> Field:
    """A field that holds a time."""
    return Field(lambda _value, _text: True, key, is_time=True)
