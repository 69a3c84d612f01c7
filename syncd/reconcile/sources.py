"""Drifts about whole sources: not read whole (F09), changed on a grand scale (F10), credentials refused (F12)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from syncd.reconcile.catalogue import KINDS
from syncd.reconcile.evidence import stamp
from syncd.reconcile.ids import drift_id
from syncd.reconcile.view import Drift

MASS_SHARE = 0.3
"""F10: more than this share of a source's open orders died in one pass."""

MASS_LEAST = 5
"""F10: and at least this many."""

FREEZING = frozenset({"adapter_mass_change", "permission_or_token"})
"""F10 and F12: while one is open, nothing is done on the word of its source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceChange:
    """How many of a source's open orders became cancelled, failed or absent in one pass; shipped and delivered never count."""

    source: str
    open_before: int
    became_dead: int
    first_pass: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLook:
    """How the last look at a source went. `incomplete_since`: since when no look was whole."""

    source: str
    complete: bool
    observed_at: datetime
    error: str | None = None
    is_rejected: bool = False
    """It refused our credentials, or a scope is missing (AuthRejected)."""
    problems: int = 0
    """How many rows or pages could not be understood."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Single orders that could not be understood, by id, with why; the look may be whole for all others."""
    incomplete_since: datetime | None = None


def is_mass_change(change: SourceChange) -> bool:
    """Whether so much died at once that the source is rather broken than telling the truth."""
    if change.first_pass or change.became_dead < MASS_LEAST:
        return False
    return change.became_dead > MASS_SHARE * change.open_before


def source_drifts(
    *, store: str, states: Iterable[SourceLook], changes: Iterable[SourceChange] = (), now: datetime
) -> tuple[Drift, ...]:
    """F09, F10 and F12 for one pass over one store, in the order of the sources' names."""
    found: list[Drift] = []
    observed = {}
    for state in sorted(states, key=lambda state: state.source):
        observed[state.source] = state.observed_at
        if state.is_rejected:
            found.append(_drift("permission_or_token", state.source, store=store, evidence=_facts(state), now=now))
        elif not state.complete:
            evidence = {**_facts(state), "problems": state.problems}
            since = state.incomplete_since or state.observed_at
            found.append(
                _drift("observation_incomplete", state.source, store=store, evidence=evidence, now=now, since=since)
            )
        for order_id, why in sorted(state.left_out.items()):
            evidence = {"order_id": order_id, "error": why, "observed_at": stamp(state.observed_at)}
            found.append(
                _drift("observation_incomplete", state.source, store=store, evidence=evidence, now=now, thing=order_id)
            )
    for change in sorted(changes, key=lambda change: change.source):
        if is_mass_change(change):
            evidence = {
                "open_before": change.open_before,
                "became_dead": change.became_dead,
                "share": round(change.became_dead / change.open_before, 4) if change.open_before else 1.0,
                "limit": MASS_SHARE,
                "observed_at": stamp(observed.get(change.source, now)),
            }
            found.append(_drift("adapter_mass_change", change.source, store=store, evidence=evidence, now=now))
    return tuple(found)


def _facts(state: SourceLook) -> dict[str, Any]:
    return {"error": state.error, "complete": state.complete, "observed_at": stamp(state.observed_at)}


def _drift(
    kind: str,
    source: str,
    *,
    store: str,
    evidence: dict[str, Any],
    now: datetime,
    since: datetime | None = None,
    thing: str | None = None,
) -> Drift:
    return Drift(
        id=drift_id(store=store, about=source, thing=thing or source, kind=kind),
        kind=kind,
        severity=KINDS[kind].severity_at(since=since, now=now, case="").value,
        order_id=None,
        order=None,
        thing=thing or source,
        lines=(),
        evidence=evidence,
        source=source,
        since=since,
    )
