"""Everything that a judgement or a step holds, one thing in one line: for golden files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import datetime
from typing import Any

from syncd.domain.steps import Step
from syncd.reconcile.catalogue import KINDS
from syncd.reconcile.view import Drift, Judgement


def told(judgement: Judgement) -> Iterator[str]:
    for drift in judgement.drifts:
        yield f"{KINDS[drift.kind].code} {_drift(drift)}"
    yield from told_steps(judgement.steps)
    for skip in judgement.skips:
        yield f"left alone: {skip.reason}, {skip.text}: {' '.join(map(_short, skip.lines))}"
    if judgement.due_at is not None:
        yield f"again at {judgement.due_at.isoformat()}"


def told_steps(steps: Iterable[Step]) -> Iterator[str]:
    for step in steps:
        yield f"-> {_line(step, step.action.value, without={'action', 'store', 'order', 'order_id'})}"


def _drift(drift: Drift) -> str:
    known = _line(drift, drift.severity, without={"kind", "severity", "order", "order_id", "evidence"})
    return f"{known} {_json(drift.evidence)}"


def _line(value: Drift | Step, first: str, *, without: set[str]) -> str:
    shown = {one.name: _plain(getattr(value, one.name)) for one in fields(value) if one.name not in without}
    return f"{first} {_json({name: held for name, held in shown.items() if held not in (None, [], False, '')})}"


def _plain(value: Any) -> Any:
    """A value as JSON has it; what is not set is left out, and Shopify's prefix of ids too."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if hasattr(value, "__dataclass_fields__"):
        held = {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
        return {name: one for name, one in held.items() if one is not None and one != []}
    return value


def _json(value: Any) -> str:
    return _short(json.dumps(value, ensure_ascii=False, separators=(", ", ":")))


def _short(text: str) -> str:
    return text.replace("gid://shopify/", "")
