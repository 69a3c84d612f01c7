"""The catalogue of drift: every way in which store, supplier, carrier and our ledger can disagree, in one table.

README, reports, `explain`, mails and the JSON Schemas are made from it. The rows stand in one module per group.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from syncd.errors import UsageError
from syncd.reconcile.catalogue import cancels, own_side, requests, store_ahead, supplier_ahead, tracking_health
from syncd.reconcile.catalogue.kinds import CORE, DETECTED, REPORT, Answer, Group, Kind, Severity

__all__ = [
    "BY_CODE",
    "CORE",
    "DETECTED",
    "KINDS",
    "REPORT",
    "Answer",
    "Group",
    "Kind",
    "Severity",
    "kind_of",
]

_ROWS: tuple[Kind, ...] = (
    *supplier_ahead.ROWS,
    *store_ahead.ROWS,
    *requests.ROWS,
    *cancels.ROWS,
    *tracking_health.ROWS,
    *own_side.ROWS,
)

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ROWS}
"""Every kind by its name, in the catalogue's order."""

BY_CODE: Mapping[str, Kind] = {kind.code: kind for kind in _ROWS}
"""Every kind by its code: `A01`."""


def kind_of(text: str) -> Kind:
    """The kind with this code or name, in any case. Raises UsageError that names the nearest ones."""
    asked = text.strip()
    name = asked.lower().replace("-", "_").replace(" ", "_")
    found = BY_CODE.get(asked.upper()) or KINDS.get(name)
    if found:
        return found
    near = get_close_matches(name, list(KINDS))
    group = [code for code in BY_CODE if code[:1] == asked[:1].upper() and asked[1:].isdigit()]
    if near:
        remedy = f"Did you mean {' or '.join(near)}?"
    elif group:
        remedy = f"The codes of this group are {group[0]} to {group[-1]}."
    else:
        remedy = "Kinds have names such as shipped_not_fulfilled and codes such as A01."
    raise UsageError(f"There is no kind of drift called {asked!r}.", remedy=remedy)
