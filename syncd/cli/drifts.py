"""The drift report: asks everybody, or only the journal, and writes what is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syncd.cli import exit_codes
from syncd.cli.facts import findings, source_facts, store_facts, zone_of
from syncd.cli.options import ReportFormat
from syncd.cli.orders import chosen_orders
from syncd.cli.passes import Wishes, looks
from syncd.cli.reporting import Report, write
from syncd.journal import cursors, drifts, mirror, runs
from syncd.reconcile.documents import drift_document
from syncd.reports.facts import DriftReport, Finding, RunFacts, Source
from syncd.reports.past import past_runs
from syncd.reports.tables import drift_sheet, source_sheet
from syncd.reports.terminal.drift import drift_report

if TYPE_CHECKING:
    from syncd.cli.session import Session
    from syncd.compose import Runtime
    from syncd.cycle import Look
    from syncd.journal.drifts import DriftRecord
    from syncd.shop import Shop


RUNS = 10
"""How many of a store's latest runs a report tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftWishes:
    """What the options of `syncd drift` ask for."""

    store: str | None
    orders: Sequence[str]
    kind: str | None
    last: bool
    form: ReportFormat
    output: Path | None
    detailed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What is open in one store."""

    shop: Shop
    records: tuple[DriftRecord, ...]
    look: Look | None
    sources: tuple[Source, ...]
    orders: int
    runs: tuple[RunFacts, ...]


async def reported(session: Session, runtime: Runtime, wishes: DriftWishes) -> int:
    """The report, written; gives the exit code."""
    codes: list[int] = []
    found = await _found(session, runtime, wishes, codes=codes)
    now = runtime.clock.now()
    report = DriftReport(
        generated_at=now,
        stores=tuple(store_facts(one.shop, session.config, orders=one.orders) for one in found),
        findings=tuple(finding for one in found for finding in _findings(one)),
        sources=tuple(source for one in found for source in one.sources),
        runs=tuple(run for one in found for run in one.runs),
        refused=tuple(refusal for one in found if one.look for refusal in one.look.plan.refused),
        zone=zone_of(session.config, wishes.store),
    )
    if found or not codes:
        forms = Report(
            table=lambda: drift_report(report),
            documents=lambda: [_document(one, now=now) for one in found],
            sheets=lambda: (drift_sheet(report), source_sheet(report)),
            page=lambda: _page(report),
            generated_at=now,
        )
        write(session, forms, form=wishes.form, output=wishes.output)
    codes += [exit_codes.of_sources(one.look.sources) for one in found if one.look]
    if wishes.detailed and any(one.records for one in found):
        codes.append(exit_codes.ExitCode.PENDING)
    return exit_codes.worst(codes)


async def _found(session: Session, runtime: Runtime, wishes: DriftWishes, *, codes: list[int]) -> list[_Found]:
    if wishes.last:
        chosen = await chosen_orders(session, runtime, store=wishes.store, texts=wishes.orders)
        shops: list[tuple[Shop, Look | None, Sequence[str]]] = [
            (await runtime.shop(name), None, ids) for name, ids in chosen.items()
        ]
    else:
        seen = await looks(session, runtime, Wishes(store=wishes.store, orders=wishes.orders), codes=codes)
        chosen = await chosen_orders(session, runtime, store=wishes.store, texts=wishes.orders)
        shops = [(await runtime.shop(look.plan.store), look, chosen.get(look.plan.store, ())) for look in seen]
    return [await _of_store(runtime, shop, look, only=ids, kind=wishes.kind) for shop, look, ids in shops]


async def _of_store(
    runtime: Runtime, shop: Shop, look: Look | None, *, only: Sequence[str], kind: str | None
) -> _Found:
    records = await runtime.db.run(drifts.open_drifts, store=shop.name, kind=kind)
    if only:
        records = [record for record in records if record.drift.order_id in set(only)]
    counts = await runtime.db.run(mirror.counts, store=shop.name)
    return _Found(
        shop=shop,
        records=tuple(records),
        look=look,
        sources=await _sources(runtime, shop, look),
        orders=len(only) or counts.open,
        runs=past_runs(await runtime.db.run(runs.latest, store=shop.name, limit=RUNS)),
    )


async def _sources(runtime: Runtime, shop: Shop, look: Look | None) -> tuple[Source, ...]:
    """How the sources were read: in this look, or as the journal remembers; the store up to its watermark."""
    if look is not None:
        return tuple(source_facts(source) for source in look.sources)
    seen_until = await runtime.db.run(cursors.get, store=shop.name, name=cursors.WATERMARK)
    if seen_until is None:
        return ()
    store = Source(name=shop.name, role="store", complete=True, observed_at=seen_until)
    states = await runtime.db.run(mirror.source_states, names=sorted(shop.suppliers))
    return (
        store,
        *(
            Source(
                name=name, role="supplier", complete=state.is_complete, observed_at=state.observed_at, error=state.error
            )
            for name, state in states.items()
        ),
    )


def _findings(one: _Found) -> tuple[Finding, ...]:
    return findings(one.shop.name, one.records, one.look)


def _page(report: DriftReport) -> str:
    from syncd.reports.webpage import html_page  # what makes pages is not loaded for those who want none

    return html_page(report)


def _document(one: _Found, *, now: Any) -> dict[str, Any]:
    return drift_document(one.records, store=one.shop.name, sources=one.sources, now=now)
