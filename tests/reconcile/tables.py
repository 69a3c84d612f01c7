"""Scenario tables: one row = name, what is given, what is expected, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from syncd.domain.steps import Step
from syncd.reconcile.catalogue import KINDS
from syncd.reconcile.decide import full, reconcile
from syncd.reconcile.policy import Policy
from syncd.reconcile.view import Judgement, OrderView
from tests.reconcile.world import NOW, POLICY, A, B, C

SHORT = {A: "A", B: "B", C: "C"}


@dataclass(frozen=True)
class Row:
    """`told`: every drift as `CODE action`; `steps`: every step as `action A*1 NUMBER`; None = not looked at."""

    name: str
    given: OrderView
    told: Sequence[str]
    because: str
    steps: Sequence[str] | None = None
    policy: Policy = POLICY
    now: datetime = NOW
    skips: Sequence[str] | None = None


def told(judgement: Judgement) -> list[str]:
    return sorted(f"{KINDS[drift.kind].code} {drift.action}" for drift in judgement.drifts)


def shown(step: Step) -> str:
    lines = "+".join(f"{SHORT.get(one.line_item_id, one.line_item_id)}*{one.quantity}" for one in step.lines)
    numbers = ",".join(one.number for one in step.tracking)
    mail = " mail" if step.notify_customer else ""
    return f"{step.action.value} {lines} {numbers}".strip() + mail


def check(row: Row) -> None:
    judgement = reconcile(row.given, policy=row.policy, now=row.now)
    assert told(judgement) == sorted(row.told), row.because
    if row.steps is not None:
        assert sorted(map(shown, judgement.steps)) == sorted(row.steps), row.because
    if row.skips is not None:
        assert sorted(skip.reason for skip in judgement.skips) == sorted(row.skips), row.because
    assert judgement == full(row.given, policy=row.policy, now=row.now), "the short cut must say the same"
    for drift in judgement.drifts:
        assert drift.evidence["observed_at"]
        assert drift.severity in {"critical", "high", "medium", "low", "info"}


def table(rows: Sequence[Row]) -> Callable[[Any], Any]:
    assert len({row.name for row in rows}) == len(rows), "every row has its own name"
    return pytest.mark.parametrize("row", rows, ids=[row.name.replace(" ", "_") for row in rows])
