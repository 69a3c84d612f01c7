"""Pushed JSON, read as it was promised; whatever is not raises InvalidResponse with the path."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syncd.clock import parse_instant
from syncd.errors import InvalidResponse

DEEPEST = 40
"""How many levels a body may have. Shopify's have ten at most; a deeper one is made to hurt."""
_MOST = 1_000_000_000
_NUMBER = re.compile(r"[1-9][0-9]{0,19}", re.ASCII)
_GID = re.compile(r"gid://shopify/([A-Za-z]+)/([1-9][0-9]{0,19})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One object of a body, with the path that leads to it."""

    values: Mapping[str, Any]
    path: str = "$"

    def has(self, name: str) -> bool:
        """Whether the body says anything under this name; null says nothing."""
        return self.values.get(name) is not None

    def object(self, name: str) -> Node:
        """An object that must be there."""
        found = self.maybe_object(name)
        if found is None:
            raise self.wrong(name, "an object")
        return found

    def maybe_object(self, name: str) -> Node | None:
        """An object, or None when it is null or missing."""
        value = self.values.get(name)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise self.wrong(name, "an object")
        return Node(values=value, path=f"{self.path}.{name}")

    def objects(self, name: str) -> Iterator[Node]:
        """The objects of a list; none when it is null or missing."""
        value = self.values.get(name)
        if value is None:
            return
        if not isinstance(value, list):
            raise self.wrong(name, "a list")
        for at, item in enumerate(value):
            if not isinstance(item, Mapping):
                raise self.wrong(f"{name}[{at}]", "an object")
            yield Node(values=item, path=f"{self.path}.{name}[{at}]")

    def items(self, name: str) -> tuple[Any, ...]:
        """Whatever a list holds; nothing when it is null or missing."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, list):
            raise self.wrong(name, "a list")
        return tuple(value or ())

    def text(self, name: str) -> str:
        """A text that must be there and say something."""
        found = self.maybe_text(name)
        if not found:
            raise self.wrong(name, "a text")
        return found

    def maybe_text(self, name: str) -> str | None:
        """A text, or None when it is null, missing or empty."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, str):
            raise self.wrong(name, "a text")
        return value or None

    def quantity(self, name: str) -> int:
        """A quantity, not below zero, that must be there."""
        value = self.values.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MOST:
            raise self.wrong(name, "a quantity")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false; `default` when it is null or missing."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(name, "true or false")
        return default if value is None else value

    def instant(self, name: str) -> datetime:
        """A time that must be there."""
        at = self.maybe_instant(name)
        if at is None:
            raise self.wrong(name, "a time")
        return at

    def maybe_instant(self, name: str) -> datetime | None:
        """A time as aware UTC, or None when it is null, missing or empty."""
        value = self.maybe_text(name)
        if value is None:
            return None
        try:
            return parse_instant(value)
        except ValueError as exc:
            raise self.wrong(name, "a time with a zone") from exc

    def own_gid(self, kind: str) -> str:
        """The object's own id. `admin_graphql_api_id` wins: a number may have been through a double on its way."""
        return self.gid("admin_graphql_api_id" if self.has("admin_graphql_api_id") else "id", kind)

    def gid(self, name: str, kind: str) -> str:
        """An id as a gid of this kind, from a gid, a whole number or its digits. A float has lost digits: refused."""
        value = self.values.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**20:
            return f"gid://shopify/{kind}/{value}"
        if isinstance(value, str):
            if _NUMBER.fullmatch(value):
                return f"gid://shopify/{kind}/{value}"
            match = _GID.fullmatch(value)
            if match and match[1] == kind:
                return value
        raise self.wrong(name, f"the id of a {kind}")

    def wrong(self, name: str, expected: str) -> InvalidResponse:
        """The error for a value that is not what was promised."""
        path = f"{self.path}.{name}"
        return InvalidResponse(f"shopify: {path} is not {expected}.", path=path)


def parse(body: bytes) -> Node:
    """The object in `body`. Raises InvalidResponse for anything that is no JSON object of sound depth and text."""
    try:
        document = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except RecursionError as exc:
        raise _unreadable("nested too deep") from exc
    except ValueError as exc:
        raise _unreadable(f"no JSON ({exc})") from exc
    if not isinstance(document, dict):
        raise _unreadable("no JSON object")
    _check(document)
    return Node(values=document)


def _unreadable(what: str) -> InvalidResponse:
    return InvalidResponse(f"shopify: the pushed body is {what}.", path="$")


def _refuse_constant(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def _check(document: Any) -> None:
    """Depth, and texts that can be stored: a lone half of a surrogate pair could be neither logged nor kept."""
    waiting = [(document, "$", 1)]
    while waiting:
        value, path, depth = waiting.pop()
        if depth > DEEPEST:
            raise InvalidResponse(f"shopify: {path[:200]} is nested too deep.", path=path[:200])
        match value:
            case dict():
                waiting.extend((part, f"{path}.{name}", depth + 1) for name, part in value.items())
            case list():
                waiting.extend((part, f"{path}[{at}]", depth + 1) for at, part in enumerate(value))
            case str() if any("\ud800" <= sign <= "\udfff" for sign in value) or "\0" in value:
                raise InvalidResponse(f"shopify: {path[:200]!r} is not valid text.", path=path[:200])
