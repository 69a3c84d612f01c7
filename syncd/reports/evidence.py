"""Evidence of a drift as short facts that a person can check."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime, tzinfo
from typing import Any

from syncd.reports.words import clean, day

_LABELS = {
    "observed_at": "read",
    "rung": "evidence",
    "fulfillment_id": "fulfillment",
    "fulfillment_order_id": "fulfillment order",
    "supplier_order_id": "supplier order",
    "supplier_status": "supplier says",
    "numbers": "number",
    "store_numbers": "in the store",
    "why_not": "not possible",
    "blocked": "not possible",
    "barred_by": "held up by",
}
_WORD = re.compile(r"[a-z]+(?:_[a-z]+)+")
"""A word of ours, such as `handed_over`; a number or reference of somebody else's stays as it is."""
_NOISE = frozenset({"observed_at", "hash", "basis", "observed", "lines", "supplier_observed_at"})


def facts(evidence: Mapping[str, Any], *, zone: tzinfo, limit: int | None = None) -> tuple[tuple[str, str], ...]:
    """(label, value) pairs without what is empty or only of use to machines; at most `limit` of them."""
    pairs = [
        (_LABELS.get(key, clean(key.replace("_", " "))), value_text(value, zone=zone))
        for key, value in evidence.items()
        if key not in _NOISE and not _says_nothing(value) and not _is_repeated(key, evidence)
    ]
    return tuple(pairs[:limit])


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


def value_text(value: Any, *, zone: tzinfo) -> str:
    """One JSON-ready value in words: ids by their last part, instants as dates, lists joined."""
    match value:
        case bool():
            return "yes" if value else "no"
        case str():
            return _text(value, zone=zone)
        case Mapping():
            return ", ".join(
                f"{clean(str(key).replace('_', ' '))} {value_text(one, zone=zone)}" for key, one in value.items()
            )
        case list() | tuple():
            return ", ".join(value_text(one, zone=zone) for one in value)
        case datetime():
            return day(value, zone=zone)
        case _:
            return str(value)


def _text(value: str, *, zone: tzinfo) -> str:
    if value.startswith("gid://"):
        return clean(value.rpartition("/")[2])
    if len(value) >= 20 and value[4:5] == "-" and value[10:11] == "T":
        try:
            return day(datetime.fromisoformat(value), zone=zone)
        except ValueError:
            return clean(value)
    return clean(value.replace("_", " ") if _WORD.fullmatch(value) else value)
