"""Recorded dialogues, read in place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from tests.reference import REFERENCE

FOLDER = REFERENCE / "recordings"


class Dialogue(NamedTuple):
    """One recorded request with its reply."""

    file: str
    query: str
    variables: dict[str, Any]
    body: dict[str, Any]


@cache
def read(path: str) -> Any:
    return json.loads((FOLDER / path).read_text(encoding="utf-8"))


def dialogues(pattern: str = "**/*.json") -> Iterator[Dialogue]:
    """Every request with a query text in the matching files."""
    for path in sorted(FOLDER.glob(pattern)):
        yield from _in(json.loads(path.read_text(encoding="utf-8")), path)


def _in(document: Any, path: Path) -> Iterator[Dialogue]:
    if isinstance(document, dict):
        asked = document.get("request") if isinstance(document.get("request"), dict) else document
        query = asked.get("query") or document.get("query") or document.get("document")
        reply = document.get("response") or document.get("payload") or (document.get("mutation") or {})
        if isinstance(query, str) and isinstance(reply, dict):
            yield Dialogue(path.stem, query, asked.get("variables") or {}, _body(reply))
        for value in document.values():
            yield from _in(value, path)
    elif isinstance(document, list):
        for value in document:
            yield from _in(value, path)


def _body(reply: dict[str, Any]) -> dict[str, Any]:
    for key in ("response", "payload", "body"):
        if isinstance(reply.get(key), dict):
            reply = reply[key]
    return reply
