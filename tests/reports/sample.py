"""One believable week of one shop: the report that the golden files show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from syncd.domain.observation import Problem
from syncd.domain.steps import Action, Approval, Plan, Refusal, Step, StepLine, StepOutcome, StepState, Target
from syncd.domain.tracking import Tracking
from syncd.reconcile.view import Drift
from syncd.reports.facts import DriftReport, Event, Finding, RunFacts, Source, StoreFacts, findings

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Stands for the journal's record: the same fields."""

    drift: Drift
    first_seen: datetime
    last_seen: datetime
    state: str = "open"
    confirmed: bool = True
    regressions: int = 0


def record(
    kind: str,
    severity: str,
    *,
    order: int | None,
    days: float,
    source: str | None = "cj",
    evidence: Mapping[str, Any] | None = None,
    sku: str = "CJ-MUG",
    quantity: int = 1,
    regressions: int = 0,
    confirmed: bool = True,
) -> Record:
    """A drift that has been there for `days`, first seen an hour after it came to be."""
    since = NOW - timedelta(days=days)
    drift = Drift(
        id=f"drift-{kind}-{order}",
        kind=kind,
        severity=severity,
        order_id=f"gid://shopify/Order/{5_300_000_000_000 + order}" if order else None,
        order=f"#{order}" if order else None,
        thing=f"gid://shopify/LineItem/{order}1" if order else source or "",
        lines=(StepLine(line_item_id=f"gid://shopify/LineItem/{order}1", sku=sku, quantity=quantity),) if order else (),
        evidence={"observed_at": "2026-11-20T09:28:00Z", **(evidence or {})},
        source=source,
        since=since,
    )
    seen = min(NOW, since + timedelta(hours=1))
    return Record(drift=drift, first_seen=seen, last_seen=NOW, confirmed=confirmed, regressions=regressions)


def step(
    answers: Record,
    action: Action,
    *,
    approval: Approval = Approval.AUTO,
    number: str | None = None,
    company: str | None = None,
    why: str = "",
    notify: bool = False,
    supplier_order_id: str | None = None,
) -> Step:
    """The step that answers a drift."""
    drift = answers.drift
    assert drift.order is not None
    assert drift.order_id is not None
    return Step(
        id=f"{sum(map(ord, drift.id + action)):06x}{drift.order[1:]}",
        store="main",
        action=action,
        order=drift.order,
        order_id=drift.order_id,
        lines=drift.lines,
        tracking=(Tracking(number=number, company=company),) if number else (),
        target=Target(supplier=drift.source, supplier_order_id=supplier_order_id),
        basis="basis",
        drift=drift.kind,
        drift_id=drift.id,
        why=why,
        approval=approval,
        notify_customer=notify,
        supplier=drift.source,
    )


def _shipped(order: int, days: float, number: str, *, company: str = "CJPacket", rung: str = "handed_over") -> Record:
    seen = {"supplier_order_id": f"SD{order}8841", "rung": rung, "number": number, "company": company}
    return record("shipped_not_fulfilled", "high", order=order, days=days, evidence=seen)


SHIPPED = tuple(
    _shipped(order, days, number)
    for order, days, number in (
        (1031, 0.3, "CJPKL8830017455YQ"), (1034, 0.4, "CJPKL8830017462YQ"), (1036, 0.9, "CJPKL8830017479YQ"),
        (1037, 1.2, "CJPKL8830017486YQ"), (1040, 1.3, "CJPKL8830017493YQ"), (1041, 2.1, "CJPKL8830017509YQ"),
        (1044, 2.4, "CJPKL8830017516YQ"),
    )
)  # fmt: skip
DELIVERED = record(
    "supplier_delivered_store_open", "high", order=1012, days=5.2, source="depot", sku="DP-LAMP",
    evidence={"rung": "delivered", "number": "1Z999AA10123456784", "delivered_at": "2026-11-15T06:10:00Z"},
)  # fmt: skip
REPLACED = record(
    "tracking_replaced_at_supplier", "high", order=1019, days=1.1, source="depot", sku="DP-LAMP",
    evidence={"store_number": "9400111899220000000001", "number": "9400111899223100000002", "company": "USPS"},
)  # fmt: skip
EXTRA = record(
    "extra_parcel_not_in_store", "medium", order=1022, days=0.8, quantity=2,
    evidence={"number": "CJPKL8830017523YQ", "store_number": "CJPKL8830016113YQ"},
)  # fmt: skip
STALE = record(
    "request_not_acknowledged", "high", order=1028, days=2.6,
    evidence={"request": "SUBMITTED", "sent_at": "2026-11-17T19:00:00Z", "supplier_orders": "none"},
)  # fmt: skip
SILENT = record(
    "accepted_no_progress", "high", order=1003, days=9.4,
    evidence={"request": "ACCEPTED", "supplier_state": "processing", "last_change": "2026-11-10T23:50:00Z"},
)  # fmt: skip
PROMISED = tuple(
    record("store_fulfilled_without_shipment", "high", order=order, days=days,
           evidence={"fulfillment_id": f"gid://shopify/Fulfillment/{order}7", "supplier_state": "processing"})
    for order, days in ((1008, 6.5), (1015, 3.2))
)  # fmt: skip
TWICE = record(
    "duplicate_fulfillment", "critical", order=1026, days=0.6, quantity=1,
    evidence={"ordered": 1, "fulfilled": 2, "fulfillments": ["#1026-F1", "#1026-F2"]},
)  # fmt: skip
GHOST = record(
    "store_cancelled_supplier_shipped", "critical", order=1017, days=1.4,
    evidence={"cancelled_at": "2026-11-18T08:00:00Z", "number": "CJPKL8830016991YQ", "rung": "handed_over"},
)  # fmt: skip
REUSED = record(
    "tracking_reused", "critical", order=1033, days=0.2, source="depot", sku="DP-RUG",
    evidence={"number": "1Z999AA10123456784", "also_on": ["#1012"]},
)  # fmt: skip
UNCLEAR = tuple(
    record("mapping_missing_or_ambiguous", "high", order=order, days=days, source="depot", sku="DP-RUG",
           evidence={"candidates": ["row 14", "row 15"], "reason": "two rows carry different numbers"})
    for order, days in ((1010, 4.4), (1024, 1.9))
)  # fmt: skip
AGEING = tuple(
    record("unfulfilled_aging", "medium" if days < 14 else "high", order=order, days=days, evidence={"supplier_state": "processing"})
    for order, days in ((1001, 16.2), (1002, 15.8), (1006, 8.1))
)  # fmt: skip
LOST = record(
    "transit_expired", "high", order=977, days=33.0, source="depot", sku="DP-LAMP",
    evidence={"number": "9400111899220000000117", "last_event": "2026-10-18T09:00:00Z"}, regressions=1,
)  # fmt: skip
LABEL = record("fulfilled_before_dispatch", "info", order=1045, days=0.5, evidence={"rung": "label"})
HALF = record(
    "observation_incomplete", "low", order=None, days=0.1, source="depot", evidence={"reason": "2 rows unreadable"}
)

STEPS = (
    *(
        step(one, Action.CREATE_FULFILLMENT, number=str(one.drift.evidence["number"]), company="CJPacket",
             why=f"cj handed {one.drift.evidence['number']} over; the store still has it open", notify=True)
        for one in SHIPPED
    ),
    step(DELIVERED, Action.CREATE_FULFILLMENT, number="1Z999AA10123456784", company="UPS", why="depot reports it delivered"),
    step(REPLACED, Action.UPDATE_TRACKING, number="9400111899223100000002", company="USPS", why="depot replaced its own number"),
    step(EXTRA, Action.UPDATE_TRACKING, number="CJPKL8830017523YQ", company="CJPacket", why="cj sent a second parcel"),
    step(STALE, Action.CANCEL_FULFILLMENT_ORDER, why="no answer for 62 h (limit 24 h); cj has no order for it"),
    step(SILENT, Action.SUBMIT_CANCELLATION_REQUEST, approval=Approval.REQUIRED, why="no change for 9 days (limit 5d)"),
    *(
        step(one, Action.CANCEL_FULFILLMENT, approval=Approval.REQUIRED, why="fulfilled in the store, cj has not shipped it")
        for one in PROMISED
    ),
)  # fmt: skip

HELD = Refusal(
    guard="source_incomplete", scope="depot", seen=2, limit=0,
    text="depot: 2 of 41 rows could not be read, so its new numbers wait for a whole read. Nothing was changed.",
    remedy="Correct rows 14 and 15 of the feed, then: syncd reconcile --store main",
)  # fmt: skip

RECORDS = (
    *SHIPPED, DELIVERED, REPLACED, EXTRA, STALE, SILENT, *PROMISED, TWICE, GHOST, REUSED, *UNCLEAR, *AGEING, LOST, LABEL, HALF,
)  # fmt: skip

SOURCES = (
    Source(name="main", role="store", complete=True, observed_at=NOW - timedelta(seconds=40), orders=61),
    Source(name="cj", role="supplier", complete=True, observed_at=NOW - timedelta(minutes=2), orders=38),
    Source(
        name="depot", role="supplier", complete=False, observed_at=NOW - timedelta(minutes=3), orders=39,
        problems=(
            Problem(place="line 14", text="tracking number 9.4001E+21 was turned into an exponent by a spreadsheet"),
            Problem(place="line 15", text="5 cells where the header has 8"),
        ),
    ),
    Source(
        name="print", role="supplier", complete=False, observed_at=NOW - timedelta(hours=7),
        error="no answer within 30 s, three times",
    ),
)  # fmt: skip


def _outcome(one: Step, state: StepState, *, code: str = "", text: str = "", effect: str | None = None) -> StepOutcome:
    return StepOutcome(step=one, state=state, code=code, text=text, attempts=1, effect_id=effect)


def run() -> RunFacts:
    """Last night's run: most things done, one refused, one unknown, three waiting."""
    outcomes = (
        *(
            _outcome(replace(one, order=f"#{980 + number}", order_id=f"gid://shopify/Order/{number}"), StepState.VERIFIED,
                     effect=f"gid://shopify/Fulfillment/77{number}")
            for number, one in enumerate(STEPS[:6])
        ),
        _outcome(STEPS[7], StepState.ALREADY_DONE, text="a fulfillment with this number was there already"),
        _outcome(STEPS[8], StepState.REFUSED, code="stale", text="the order changed since the plan was made"),
        _outcome(STEPS[6], StepState.UNKNOWN, code="connection_lost", text="the line broke after sending; it is read back"),
        _outcome(STEPS[11], StepState.AWAITING_APPROVAL),
        _outcome(STEPS[12], StepState.AWAITING_APPROVAL),
    )  # fmt: skip
    started = NOW - timedelta(hours=8, minutes=30)
    return RunFacts(
        run_id="run-7f3a", store="main", started_at=started, finished_at=started + timedelta(seconds=41), outcomes=outcomes,
        actor="daemon",
    )  # fmt: skip


def report(*, records: tuple[Record, ...] = RECORDS, **changes: Any) -> DriftReport:
    """The whole sample."""
    held = [(STEPS[8], HELD)]
    found: tuple[Finding, ...] = findings("main", records, steps=STEPS, held=held)
    whole = DriftReport(
        generated_at=NOW,
        stores=(StoreFacts(name="main", shop="northwind-home.myshopify.com", mode="act", orders=61),),
        findings=found,
        sources=SOURCES,
        runs=(run(),),
        refused=(HELD,),
    )
    return replace(whole, **changes)


def plan() -> Plan:
    """All steps of the sample as a plan."""
    return Plan(
        id="plan-4c1e", store="main", fingerprint="f", policy_hash="p", created_at=NOW, steps=STEPS, refused=(HELD,)
    )  # fmt: skip


EVENTS = (
    Event(
        at=NOW - timedelta(days=2), actor="daemon", what="create_fulfillment", why="cj handed it over", order="#1031",
        order_id="gid://shopify/Order/1031", store="main", before={"status": "OPEN", "remaining": 1},
        after={"status": "CLOSED", "remaining": 0, "fulfillment": "gid://shopify/Fulfillment/771"}, hash="b", previous="a",
    ),
    Event(
        at=NOW - timedelta(days=1), actor="maria", what="cancel_fulfillment", why="premature: the parcel had not left",
        order="#1031", order_id="gid://shopify/Order/1031", store="main", before={"status": "SUCCESS"},
        after={"status": "CANCELLED"}, hash="c", previous="b",
    ),
)  # fmt: skip
