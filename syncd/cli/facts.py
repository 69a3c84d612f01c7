"""What a pass or the journal found, as the values that reports are made from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from syncd.reports import facts

if TYPE_CHECKING:
    from syncd.config import Config
    from syncd.cycle import Look, Run
    from syncd.journal.drifts import DriftRecord
    from syncd.journal.history import Event
    from syncd.observe import Source
    from syncd.shop import Shop


def source_facts(source: Source) -> facts.Source:
    """One look at one source."""
    return facts.Source(
        name=source.name,
        role=source.kind,
        complete=source.complete,
        observed_at=source.observed_at,
        error=None if source.error is None else str(source.error),
        orders=source.seen,
        problems=source.problems,
    )


def store_facts(shop: Shop, config: Config, *, orders: int) -> facts.StoreFacts:
    """One store of a report."""
    settings = config.stores[shop.name].settings
    return facts.StoreFacts(
        name=shop.name, shop=getattr(settings, "shop", None), mode=shop.mode, orders=orders, policy=shop.policy
    )


def run_facts(run: Run, *, actor: str) -> facts.RunFacts:
    """What one run did."""
    return facts.RunFacts(
        run_id=run.run_id,
        store=run.store,
        started_at=run.started_at,
        finished_at=run.finished_at,
        outcomes=run.outcomes,
        actor=actor,
        plan=run.plan,
        sources=tuple(source_facts(source) for source in run.sources),
    )


def event_facts(event: Event) -> facts.Event:
    """One entry of the history."""
    return facts.Event(
        at=event.at,
        actor=event.actor,
        what=event.what,
        why=event.why,
        order=event.order,
        order_id=event.order_id,
        store=event.store,
        before=event.before,
        after=event.after,
        hash=event.hash,
        previous=event.previous,
    )


def findings(store: str, records: Iterable[DriftRecord], look: Look | None) -> tuple[facts.Finding, ...]:
    """Open drift with the steps that answer it; without a look, without steps."""
    if look is None:
        return facts.findings(store, records)
    return facts.findings(store, records, steps=look.plan.steps, held=look.guarded.held)


def zone_of(config: Config, store: str | None = None) -> ZoneInfo:
    """The time zone in which a store's people read times."""
    stanza = config.stores.get(store or "")
    table = stanza.table.alerts.timezone if stanza else None
    email = config.document.alerts.email
    return ZoneInfo(table or (email.timezone if email else "UTC"))
