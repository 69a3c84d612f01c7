"""JSON from outside, read so that it hurts nobody who works with it afterwards."""

from __future__ import annotations

import json
import re
from typing import Any

DEEPEST = 64
"""Levels that a document may have: one nested deeper is made to hurt whoever walks through it. Our choice."""
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_SUSPICIOUS = (b"\\u0000", b"\\ud", b"\\uD", b"\xed", b"\0")
"""What a document with such signs has in it: their escapes, their bytes, or the bytes of UTF-16 and UTF-32."""


class TooDeep(ValueError):
    """The document has too many levels."""

    def __init__(self) -> None:
        super().__init__(f"JSON of more than {DEEPEST} levels")


def read_json(body: bytes) -> Any:
    """The document in `body`. Raises ValueError for what is none, with NaN and Infinity, and TooDeep.

    Signs that can be neither kept nor sent on (NUL, half a surrogate pair) are replaced by U+FFFD.
    """
    try:
        document = json.loads(body, parse_constant=_refuse_constant)
    except RecursionError:
        raise TooDeep from None
    if _is_too_deep(document):
        raise TooDeep
    return _storable(document) if any(sign in body for sign in _SUSPICIOUS) else document


def _is_too_deep(document: Any) -> bool:
    """Looked at level by level, so that depth costs no stack."""
    level = [document] if isinstance(document, dict | list) else []
    for _ in range(DEEPEST):
        level = [
            part
            for whole in level
            for part in (whole.values() if isinstance(whole, dict) else whole)
            if isinstance(part, dict | list)
        ]
    return bool(level)


def _refuse_constant(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def _storable(document: Any) -> Any:
    match document:
        case str():
            return _UNSTORABLE.sub("\ufffd", document)
        case dict():
            return {_storable(name): _storable(value) for name, value in document.items()}
        case list():
            return [_storable(value) for value in document]
        case _:
            return document
