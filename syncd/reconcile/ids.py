"""Ids that follow from what they name: the same thing gets the same id in every pass, on every machine."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from syncd.domain.numbers import normalise
from syncd.domain.steps import Action, StepLine
from syncd.domain.tracking import Tracking

_BETWEEN = "\x1f"


def digest(parts: Iterable[str]) -> str:
    """16 hex characters that stand for `parts` in their order."""
    return sha256(_BETWEEN.join(parts).encode()).hexdigest()[:16]


def drift_id(*, store: str, about: str, thing: str, kind: str) -> str:
    """The id of a drift; `about` is the order's id, or the source's name where no order is meant."""
    return digest(("drift", store, about, thing, kind))


def step_id(
    *,
    store: str,
    order_id: str,
    action: Action,
    lines: Iterable[StepLine],
    tracking: Iterable[Tracking],
    basis: str,
) -> str:
    """The id of a step. A retry in the same situation has the same id; a new `basis` makes a new one."""
    units = [f"{line.line_item_id}*{line.quantity}" for line in lines]
    numbers = [f"{normalise(one.number)}@{one.company or ''}" for one in tracking]
    return digest(("step", store, order_id, action.value, *sorted(units), "#", *sorted(numbers), "#", basis))
