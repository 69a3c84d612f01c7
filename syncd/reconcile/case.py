"""One order while it is being judged: what is known, what was found so far, and when to look again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from syncd.domain.carriers import tracking_for
from syncd.domain.numbers import normalise
from syncd.domain.orders import Line, Order
from syncd.domain.periods import LAST, WEEKDAYS, Calendar, Period
from syncd.domain.steps import Step, StepLine
from syncd.domain.tracking import Tracking
from syncd.reconcile.catalogue import KINDS, REPORT
from syncd.reconcile.evidence import stamp
from syncd.reconcile.ids import drift_id
from syncd.reconcile.lines import Claims, claim
from syncd.reconcile.live import Live, live_fulfillments
from syncd.reconcile.matching import Side, match_side
from syncd.reconcile.placing import Placing, place
from syncd.reconcile.policy import Policy
from syncd.reconcile.steps import Draft, make_step
from syncd.reconcile.units import Units, count
from syncd.reconcile.view import Drift, Judgement, OrderView, Skip

TICK = timedelta(microseconds=1)
"""At exactly a limit it is not exceeded yet; one tick later it is."""

MANUAL_TAG = "syncd:manual"
UNTIL_TAG = "syncd:hold-until="

_PLACE = {name: place for place, name in enumerate(KINDS)}


@dataclass(slots=True, kw_only=True, eq=False)
class Retrack:
    """What is to be changed about the numbers of one live fulfillment; all reasons end in one step."""

    live: Live
    side: Side
    """The supplier on whose word it rests; of several the first."""
    drop: set[str] = field(default_factory=set)
    add: dict[str, Tracking] = field(default_factory=dict)
    parcels: list[str] = field(default_factory=list)
    drifts: list[Drift] = field(default_factory=list)

    def show(self, stated: Tracking) -> None:
        """Add a number; of two reports of one number, the one that names a carrier counts."""
        number = normalise(stated.number)
        known = self.add.get(number)
        if known is None or known.company is None:
            self.add[number] = tracking_for(stated.number, company=stated.company, url=stated.url)


@dataclass(slots=True, kw_only=True, eq=False)
class Case:
    """The working notes of one judgement. Detectors add to it; `judgement` closes it.

    Nothing is laid out of an order about which nothing may be concluded.
    """

    view: OrderView
    policy: Policy
    now: datetime
    order: Order
    lines: dict[str, Line] = field(default_factory=dict)
    units: dict[str, Units] = field(default_factory=dict)
    claims: Claims = field(default_factory=Claims)
    sides: tuple[Side, ...] = ()
    lives: tuple[Live, ...] = ()
    placings: dict[str, list[Placing]] = field(default_factory=dict)
    """By supplier; only of suppliers whose read was whole."""
    drifts: list[Drift] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    skips: list[Skip] = field(default_factory=list)
    retracks: dict[str, Retrack] = field(default_factory=dict)
    barred: set[str] = field(default_factory=set)
    """Kinds that are open on the order and bar every create."""
    barred_lines: set[str] = field(default_factory=set)
    """Lines on which an open F13 bars creates."""
    hands_off: bool = False
    """Nothing at all is to be done about this order, whatever is found."""
    due: datetime | None = None

    def later(self, at: datetime | None) -> None:
        """The judgement may change right at `at`."""
        if at is not None and at > self.now and (self.due is None or at < self.due):
            self.due = at

    def is_over(self, period: Period, start: datetime, *, calendar: Calendar = WEEKDAYS) -> bool:
        """Whether more than `period` has passed since `start`; notes when it will have."""
        return self.is_past(period.end(start, calendar=calendar))

    def is_past(self, end: datetime) -> bool:
        """Whether `end` is behind us; notes when it will be."""
        if self.now > end:
            return True
        self.later(min(end, LAST) + TICK)
        return False

    def units_of(self, quantities: Mapping[str, int]) -> tuple[StepLine, ...]:
        """Step lines for these quantities, in the order of the line ids; lines without units are left out."""
        known = self.lines
        return tuple(
            [
                StepLine(line_item_id=line_id, sku=known[line_id].sku, quantity=quantities[line_id])
                for line_id in sorted(quantities)
                if quantities[line_id] > 0 and line_id in known
            ]
        )

    def open_units(self, line_ids: Iterable[str]) -> dict[str, int]:
        """The units of these lines that the store still has open."""
        return {line_id: self.units[line_id].open for line_id in line_ids if self.units[line_id].open > 0}

    def found(
        self,
        kind: str,
        *,
        thing: str,
        evidence: Mapping[str, Any],
        lines: tuple[StepLine, ...] = (),
        side: Side | None = None,
        since: datetime | None = None,
        case: str = "",
        drafts: Sequence[Draft] = (),
    ) -> Drift:
        """Record a drift and the steps that answer it, unless something forbids steps."""
        if side is not None and side.view is not None:
            evidence = {**evidence, "supplier_observed_at": stamp(side.view.observed_at)}
        thing = self._apart(kind, thing)
        acts = bool(drafts) and self.may_act(side)
        drift = Drift(
            id=drift_id(store=self.view.store, about=self.order.id, thing=thing, kind=kind),
            kind=kind,
            severity=self._severity(kind, since=since, case=case),
            order_id=self.order.id,
            order=self.order.name,
            thing=thing,
            lines=lines,
            evidence={**evidence, "observed_at": stamp(self.view.observed_at)},
            source=side.name if side else None,
            since=since,
            action=drafts[0].action.value if acts else REPORT,
        )
        for draft in drafts if acts else ():
            self._plan(make_step(draft, view=self.view, drift=drift))
        self.drifts.append(drift)
        return drift

    def is_told(self, kind: str, thing: str) -> bool:
        """Whether this very drift was recorded already."""
        return any(one.kind == kind and one.thing == thing for one in self.drifts)

    def _apart(self, kind: str, thing: str) -> str:
        """A name for the thing that no other drift of this kind has: two pieces of work may hold the same lines."""
        same = sum(one.kind == kind and one.thing.partition("#")[0] == thing for one in self.drifts)
        return f"{thing}#{same + 1}" if same else thing

    def _plan(self, step: Step) -> None:
        """One step may answer several drifts: a thing is held or taken back once."""
        about = (step.target.fulfillment_id, step.target.fulfillment_order_id)
        same = (one for one in self.steps if one.action is step.action and any(about))
        if not any((one.target.fulfillment_id, one.target.fulfillment_order_id) == about for one in same):
            self.steps.append(step)

    def answer(self, drifts: Sequence[Drift], draft: Draft) -> None:
        """Let one step answer drifts that were recorded before; it bears the name of the first."""
        self.steps.append(make_step(draft, view=self.view, drift=drifts[0]))
        answered = {one.id for one in drifts}
        self.drifts = [replace(one, action=draft.action.value) if one.id in answered else one for one in self.drifts]

    def may_act(self, side: Side | None) -> bool:
        """Whether a step may rest on this supplier at all."""
        return not self.hands_off and (side is None or side.name not in self.view.frozen_sources)

    def _severity(self, kind: str, *, since: datetime | None, case: str) -> str:
        row = KINDS[kind]
        if since is not None:
            for age, _ in row.severity_ageing:
                self.is_over(Period(elapsed=age), since)
        return row.severity_at(since=since, now=self.now, case=case).value

    def retrack(self, live: Live, *, side: Side, drift: Drift) -> Retrack:
        """The pending change of this fulfillment's numbers, with one more reason for it."""
        change = self.retracks.setdefault(live.id, Retrack(live=live, side=side))
        change.drifts.append(drift)
        return change

    def judgement(self) -> Judgement:
        """What was found, in the catalogue's order whatever the order of the input was."""
        return Judgement(
            drifts=tuple(sorted(self.drifts, key=lambda drift: (_PLACE[drift.kind], drift.thing))),
            steps=tuple(sorted(self.steps, key=lambda step: (_PLACE[step.drift], _line_ids(step), step.id))),
            skips=(*self.claims.skips, *self.skips),
            due_at=self.due,
        )


def _line_ids(step: Step) -> tuple[str, ...]:
    return tuple(line.line_item_id for line in step.lines)


def open_case(view: OrderView, *, policy: Policy, now: datetime) -> Case:
    """Lay out everything that is known about the order."""
    order = view.order
    lines = {line.id: line for line in order.lines}
    claims = claim(order, policy=policy)
    units = count(order)
    seen = {supplier.name: supplier for supplier in view.suppliers}
    sides = []
    for rules in policy.suppliers:
        mine = {line_id: lines[line_id] for line_id in sorted(claims.ours) if claims.ours[line_id] == rules.name}
        if mine:
            sides.append(match_side(rules, seen.get(rules.name), lines=mine, units=units))
    case = Case(
        view=view,
        policy=policy,
        now=now,
        order=order,
        lines=lines,
        units=units,
        claims=claims,
        sides=tuple(sides),
        lives=live_fulfillments(order, ours=claims.ours),
    )
    for side in sides:
        if side.is_readable:
            case.placings[side.name] = place(
                side, view=view, lives=case.lives, units=units, fulfill_on=policy.fulfill_on
            )
    return case
