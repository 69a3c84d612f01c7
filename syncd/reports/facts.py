"""What reports are made from: small values that the caller fills from the journal, a pass or a run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any

from syncd.domain.observation import Problem
from syncd.domain.ports import Check
from syncd.domain.steps import Plan, Refusal, Step, StepOutcome
from syncd.reconcile.documents import Recorded
from syncd.reconcile.policy import Policy
from syncd.reconcile.view import Judgement, OrderView

_HANDLE = re.compile(r"[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """How well one store or supplier could be read. `role` is `store` or `supplier`."""

    name: str
    role: str
    complete: bool
    observed_at: datetime | None
    error: str | None = None
    orders: int | None = None
    """How many orders it showed; None = not counted."""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFacts:
    """One store of a report. `shop` is its myshopify.com domain, None for a store without an admin page."""

    name: str
    shop: str | None = None
    mode: str = "observe"
    orders: int = 0
    """Orders that were looked at."""
    policy: Policy | None = None
    """Says who lets steps go; None = the catalogue's defaults are assumed."""

    def admin_url(self, order_id: str | None) -> str | None:
        """The order's page in the Shopify admin; None when shop or id are not of the known form."""
        handle, dot, rest = (self.shop or "").partition(".")
        number = (order_id or "").rpartition("/")[2]
        if rest != "myshopify.com" or not dot or not _HANDLE.fullmatch(handle):
            return None
        if not (number.isascii() and number.isdigit()):
            return None
        return f"https://admin.shopify.com/store/{handle}/orders/{number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One drift of a report, with the step that answers it and the guard that holds that step back, if any."""

    store: str
    record: Recorded
    step: Step | None = None
    held: Refusal | None = None

    @property
    def since(self) -> datetime:
        """Since when it is so: as the evidence tells, else when syncd first saw it."""
        return self.record.drift.since or self.record.first_seen


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What one run did."""

    run_id: str
    store: str
    started_at: datetime
    finished_at: datetime | None
    outcomes: tuple[StepOutcome, ...] = ()
    actor: str = ""
    plan: Plan | None = None
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftReport:
    """Everything that a drift report shows, for one store or several. Times are shown in `zone`."""

    generated_at: datetime
    stores: tuple[StoreFacts, ...]
    findings: tuple[Finding, ...] = ()
    sources: tuple[Source, ...] = ()
    runs: tuple[RunFacts, ...] = ()
    """Recent runs, newest first."""
    refused: tuple[Refusal, ...] = ()
    """Guards' refusals that hold back whole sources or plans."""
    zone: tzinfo = UTC

    def store(self, name: str) -> StoreFacts:
        """The facts of the store called `name`; a bare value when the report has none."""
        return next((store for store in self.stores if store.name == name), StoreFacts(name=name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry of the history. `before` and `after` are JSON-ready."""

    at: datetime
    actor: str
    what: str
    why: str = ""
    order: str | None = None
    order_id: str | None = None
    store: str = ""
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    hash: str = ""
    previous: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStory:
    """One order with all that is known about it, for `syncd explain ORDER`."""

    view: OrderView
    judgement: Judgement
    policy: Policy
    now: datetime
    records: tuple[Recorded, ...] = ()
    events: tuple[Event, ...] = ()
    zone: tzinfo = UTC
    mode: str = "observe"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """All lines of `syncd check`, grouped by what they are about (`config`, a store, a supplier, `database`, ...)."""

    groups: tuple[tuple[str, tuple[Check, ...]], ...] = field(default=())


def findings(
    store: str,
    records: Iterable[Recorded],
    *,
    steps: Iterable[Step] = (),
    held: Iterable[tuple[Step, Refusal]] = (),
) -> tuple[Finding, ...]:
    """The journal's records joined with the steps that answer them (by the drift's id)."""
    refusals = {step.drift_id: (step, refusal) for step, refusal in held}
    answers = {step.drift_id: step for step in steps if step.drift_id}
    found = []
    for record in records:
        step, refusal = refusals.get(record.drift.id, (answers.get(record.drift.id), None))
        found.append(Finding(store=store, record=record, step=step, held=refusal))
    return tuple(found)
