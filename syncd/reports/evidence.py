"""Evidence of a drift as short facts that a person can check."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime, tzinfo
from typing import Any

from syncd.reports.words import clean, day

_LABELS = {
    "rung": "evidence",
    "fulfillment_id": "fulfillment",
    "fulfillment_order_id": "fulfillment order",
    "supplier_order_id": "supplier order",
    "supplier_status": "supplier says",
    "supplier_state": "supplier says",
    "numbers": "number",
    "store_numbers": "in the store",
    "store_number": "in the store",
    "blocked": "not possible",
    "barred_by": "held up by",
    "ordered_at": "ordered",
    "sent_at": "sent",
    "shipped_at": "shipped",
    "delivered_at": "delivered",
    "cancelled_at": "cancelled",
}
_VALUES = {
    "not_permitted": "the store does not permit it",
    "no_parcel": "nothing is to be sent",
}
_FIRST = ("numbers", "number", "store_numbers", "store_number", "rung", "supplier_order", "supplier_order_id")
_LAST = ("blocked", "barred_by", "candidates", "problems")
_WORD = re.compile(r"[a-z]+(?:_[a-z]+)+")
"""A word of ours, such as `handed_over`; a number or reference of somebody else's stays as it is."""
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_NOISE = frozenset(
    {"observed_at", "hash", "basis", "observed", "lines", "supplier_observed_at", "stage", "intent", "intents"}
)


def facts(evidence: Mapping[str, Any], *, zone: tzinfo, limit: int | None = None) -> tuple[tuple[str, str], ...]:
    """(label, value) pairs without what is empty or only of use to machines; at most `limit` of them."""
    seen = _instant(evidence.get("observed_at"))
    told = sorted((key for key in evidence if _is_told(key, evidence)), key=_place)
    return tuple(
        (_LABELS.get(key, clean(key.replace("_", " "))), value_text(evidence[key], zone=zone, now=seen))
        for key in told[:limit]
    )


def _place(key: str) -> int:
    """What a reader looks for comes first; the rest keeps its order."""
    if key in _FIRST:
        return _FIRST.index(key) - len(_FIRST)
    return _LAST.index(key) + 1 if key in _LAST else 0


def _is_told(key: str, evidence: Mapping[str, Any]) -> bool:
    return key not in _NOISE and not _says_nothing(evidence[key]) and not _is_repeated(key, evidence)


def _instant(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _MOMENT.match(value):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at if at.tzinfo else None


def _says_nothing(value: Any) -> bool:
    return value is None or value is False or (isinstance(value, Collection) and not value)


def _is_repeated(key: str, evidence: Mapping[str, Any]) -> bool:
    """A parcel without an id of its own is called by its number, which stands there anyway."""
    return key == "parcel" and evidence[key] in (evidence.get("numbers") or ())


def facts_text(evidence: Mapping[str, Any], *, zone: tzinfo, limit: int | None = 4) -> str:
    """The facts on one line: `supplier order SD1, state shipped`."""
    return ", ".join(f"{label} {value}" for label, value in facts(evidence, zone=zone, limit=limit))


def changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, *, zone: tzinfo) -> tuple[str, ...]:
    """What differs: `status: OPEN -> CLOSED`; what is equal on both sides is left out."""
    old, new = before or {}, after or {}
    names = [name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]
    return tuple(
        f"{clean(name.replace('_', ' '))}: {_side(old, name, zone=zone)} -> {_side(new, name, zone=zone)}"
        for name in names
    )


def _side(values: Mapping[str, Any], name: str, *, zone: tzinfo) -> str:
    value = values.get(name)
    return "nothing" if value in (None, "", [], {}) else value_text(value, zone=zone)


def value_text(value: Any, *, zone: tzinfo, now: datetime | None = None) -> str:
    """One JSON-ready value in words: ids by their last part, instants as dates, lists joined."""
    at = _instant(value)
    if at is not None:
        return day(at, zone=zone, now=now)
    match value:
        case bool():
            return "yes" if value else "no"
        case str():
            return _text(value)
        case Mapping():
            parts = (f"{_name(str(key))} {value_text(one, zone=zone, now=now)}" for key, one in value.items())
            return ", ".join(parts)
        case list() | tuple():
            return ", ".join(value_text(one, zone=zone, now=now) for one in value)
        case _:
            return str(value)


def _name(key: str) -> str:
    return _text(key) if key.startswith("gid://") else clean(key.replace("_", " "))


def _text(value: str) -> str:
    if value.startswith("gid://"):
        return clean(value.rpartition("/")[2])
    if value in _VALUES:
        return _VALUES[value]
    return clean(value.replace("_", " ") if _WORD.fullmatch(value) else value)
