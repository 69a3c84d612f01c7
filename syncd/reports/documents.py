"""JSON documents as text. What is in them is decided elsewhere; here they only get one stable form."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any


def json_text(document: Mapping[str, Any]) -> str:
    """One document for people and programs: sorted keys, indented, ends without a line break."""
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=True, allow_nan=False)


def json_lines(documents: Iterable[Mapping[str, Any]]) -> str:
    """Several documents, one a line (one per store), each with sorted keys."""
    lines = (json.dumps(one, sort_keys=True, ensure_ascii=True, allow_nan=False) for one in documents)
    return "\n".join(lines)
