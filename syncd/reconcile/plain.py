"""Frozen values as plain JSON ones, and the hash of such a value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from hashlib import sha256
from typing import Any

from syncd.clock import rfc3339


def plain(value: Any) -> Any:
    """Times as RFC 3339, spans in seconds, sets sorted: equal values have equal forms."""
    if is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    match value:
        case Enum():
            return value.value
        case datetime():
            return rfc3339(value)
        case date():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case tuple() | list():
            return [plain(each) for each in value]
        case set() | frozenset():
            return sorted((plain(each) for each in value), key=str)
        case Mapping():
            return {str(key): plain(each) for key, each in value.items()}
        case _:
            return value


def digest(value: Any) -> str:
    """The sha256 (hex) of a plain value; the order of keys does not count."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()
