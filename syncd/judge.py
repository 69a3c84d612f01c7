"""Decides over the orders that changed or fell due, guards the plan as a whole, and keeps what was found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

import structlog

from syncd.domain.observation import StoreRead
from syncd.domain.orders import Order
from syncd.domain.steps import Approval, Step
from syncd.errors import PortError
from syncd.journal import approvals, drifts, mirror, pauses
from syncd.journal.drifts import DriftChanges
from syncd.journal.intents import UNSETTLED
from syncd.observe import Observed, Source, needs_credentials
from syncd.reconcile.decide import not_judged, reconcile
from syncd.reconcile.guard import Guarded, GuardFacts, Halt, SourceState, guard
from syncd.reconcile.plan import make_plan, policy_hash
from syncd.reconcile.sources import FREEZING, SourceLook, source_drifts
from syncd.reconcile.view import Drift, Judgement, OrderView, Skip
from syncd.secrets import redact
from syncd.shop import Shop

log = structlog.get_logger(__name__)

BATCH = 500
"""Orders judged at a time: enough to read them in few queries, few enough to keep memory flat."""

MANY = 5_000
"""From so many orders on, what is in sync is written down on the way. Rare: a first pass, or another policy."""

_UNSETTLED = frozenset(state.value for state in UNSETTLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """Caps that a person lifts for one run; None = the policy's."""

    changes: int | None = None
    destructive: int | None = None


UNLIFTED = Allowance()


@dataclass(slots=True, kw_only=True)
class Judged:
    """What was decided over some orders; grows while they are judged, and keeps nothing of those in sync."""

    drifts: list[Drift] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    skips: dict[str, tuple[Skip, ...]] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)
    """Orders judged on reads that lacked something: drift that was not found there may be there all the same."""
    due: dict[str, datetime | None] = field(default_factory=dict)
    seen_at: dict[str, datetime] = field(default_factory=dict)
    """When what each order was judged on was fetched: what became due after that is not answered by it."""
    answered: set[str] = field(default_factory=set)
    """Orders about which every supplier that may have them told all, whatever else it left out."""
    unsure: set[str] = field(default_factory=set)
    """Orders that a sweep showed without all their parts and that may need something: to be read by id."""
    failed: PortError | None = None
    """Why the store could not be asked about those."""

    @property
    def whole(self) -> set[str]:
        """Orders judged on complete reads: only their drift may count as resolved."""
        return self.due.keys() - self.cut

    def add(self, order_id: str, view: OrderView, judgement: Judgement, *, now: datetime) -> None:
        """`order_id` is the view's, in the caller's copy: kept for every order of a shop, it should exist once."""
        order = view.order
        self.drifts.extend(judgement.drifts)
        self.steps.extend(judgement.steps)
        self.seen_at[order_id] = now
        if judgement.skips:
            self.skips[order_id] = judgement.skips
        if not order.is_complete:
            self.cut.add(order_id)
        if all(supplier.complete for supplier in view.suppliers):
            self.answered.add(order_id)
        if not order.is_complete and (judgement.drifts or _was_edited(order) or "links" in order.cut):
            self.unsure.add(order_id)
        # Looked at again next pass, although nothing may change until then: what a side did not show this time may
        # decide, what was planned and not done (yet) must be planned again, and so must what nothing was planned for
        # only because a source is frozen or an effect is not settled.
        half_seen = not all(supplier.complete or not supplier.was_asked for supplier in view.suppliers)
        half_seen = half_seen or (not order.is_complete and bool(judgement.drifts))
        waits = bool(view.frozen_sources) or any(intent.state in _UNSETTLED for intent in view.intents)
        self.due[order_id] = now if half_seen or waits or judgement.steps else judgement.due_at

    def add_failed(self, order_id: str, judgement: Judgement, *, now: datetime) -> None:
        """An order that could not be judged: it is tried again in the next pass, and no drift of it counts as gone."""
        self.drifts.extend(judgement.drifts)
        self.seen_at[order_id] = now
        self.cut.add(order_id)
        self.due[order_id] = now

    def replace_orders(self, other: Judged) -> None:
        """What `other` found about its orders instead of what was found about them here."""
        again = other.due.keys()
        self.drifts = [drift for drift in self.drifts if drift.order_id not in again] + other.drifts
        self.steps = [step for step in self.steps if step.order_id not in again] + other.steps
        self.skips = {order: skips for order, skips in self.skips.items() if order not in again} | other.skips
        self.cut = (self.cut - again) | other.cut
        self.answered = (self.answered - again) | other.answered
        self.unsure -= other.whole
        self.due |= other.due
        self.seen_at |= other.seen_at

    def without_quiet(self) -> Judged:
        """Give up the orders about which there is nothing to say, and return when those are due again."""
        noted = {drift.order_id for drift in self.drifts} | {step.order_id for step in self.steps}
        quiet = self.due.keys() - noted - self.cut - self.unsure
        given = Judged(
            due={order_id: self.due.pop(order_id) for order_id in quiet},
            seen_at={order_id: self.seen_at.pop(order_id) for order_id in quiet},
            answered=self.answered & quiet,
        )
        self.answered -= quiet
        for order_id in quiet:
            self.skips.pop(order_id, None)
        return given

    def add_orders(self, other: Judged) -> None:
        """And what `other` found about other orders."""
        self.drifts += other.drifts
        self.steps += other.steps
        self.skips |= other.skips
        self.cut |= other.cut
        self.answered |= other.answered
        self.unsure |= other.unsure
        self.due |= other.due
        self.seen_at |= other.seen_at


def _was_edited(order: Order) -> bool:
    return any(line.current_quantity != line.quantity for line in order.lines)


async def judge(shop: Shop, observed: Observed, *, many: int = MANY) -> Judged:
    """Judge every order that changed on any side or fell due; never all of them."""
    now = shop.clock.now()
    due = await shop.db.run(mirror.due_under, store=shop.name, policy=policy_hash(shop.policy), now=now)
    ids = sorted(observed.touched.union(due))
    del due
    judged = (
        await judge_orders(shop, observed, ids)
        if len(ids) <= many
        else await _judge_many(shop, observed, ids, size=many)
    )
    if judged.unsure:
        # A sweep only nominates: what may need something is read by id before it is believed.
        try:
            await _read_by_id(shop, judged.unsure)
        except PortError as error:
            judged.failed = error
            observed = observed.without(shop.name, error)
        else:
            judged.replace_orders(await judge_orders(shop, observed, judged.unsure))
    judged.drifts.extend(of_sources(shop, observed))
    return judged


async def _judge_many(shop: Shop, observed: Observed, order_ids: list[str], *, size: int) -> Judged:
    """Judge a whole shop: what is in sync is remembered as soon as it was judged, and not kept in memory until the end."""
    judged, of_source = Judged(), list(of_sources(shop, observed))
    for ids in _batches(order_ids, size=size):
        part = await judge_orders(shop, observed, ids)
        quiet = part.without_quiet()
        quiet.drifts.extend(of_source)  # found in this pass, too: they must not look resolved meanwhile
        await remember(shop, observed, quiet, run_id=f"{shop.name}-look")
        judged.add_orders(part)
    return judged


async def judge_orders(
    shop: Shop, observed: Observed, order_ids: Iterable[str], *, fresh: StoreRead | None = None
) -> Judged:
    """Judge these orders as the mirror shows them; those of `fresh` as they were read right now."""
    judged = Judged()
    for ids in _batches(sorted(order_ids)):
        now = shop.clock.now()
        own = dict(zip(ids, ids, strict=True))
        views = await shop.db.run(
            mirror.views,
            store=shop.name,
            order_ids=ids,
            policy=shop.policy,
            reads=observed.reads,
            observed=observed.read_at,
            fresh=fresh,
        )
        for view in views:
            seen = replace(view, frozen_sources=_frozen(shop, observed, view.frozen_sources))
            try:
                judged.add(own[view.order.id], seen, reconcile(seen, policy=shop.policy, now=now), now=now)
            except Exception as error:  # one order's trouble, whatever it is, must not keep the others waiting
                log.exception("order.not_judged", store=shop.name, order=view.order.name)
                why = redact(f"syncd could not judge it: {type(error).__name__}: {error}")
                failed = not_judged(seen, policy=shop.policy, now=now, error=why)
                judged.add_failed(own[view.order.id], failed, now=now)
    return judged


async def guarded(shop: Shop, observed: Observed, judged: Judged, *, allowance: Allowance = UNLIFTED) -> Guarded:
    """The plan that follows, guarded as a whole. A step that a person approved counts as one that may go alone."""
    now = shop.clock.now()
    approved = await shop.db.run(approvals.approved_ids, store=shop.name, now=now)
    steps = [replace(step, approval=Approval.AUTO) if step.id in approved else step for step in judged.steps]
    plan = make_plan(shop.name, steps, policy=shop.policy, seen=_seen(observed), now=now)
    frozen = _frozen(shop, observed, frozenset())
    facts = GuardFacts(
        mode=shop.mode,
        # Counted only for something to be weighed against it: a pass that finds nothing must not cost more in a big shop.
        open_orders=await shop.db.run(mirror.open_orders_by_supplier, store=shop.name, policy=shop.policy)
        if steps
        else {},
        sources={source.name: _state(source, frozen=source.name in frozen) for source in observed.sources},
        now=now,
        halt=(shop.brake.halt(now) or await _paused(shop, now)) if steps else None,
    )
    return guard(
        plan,
        policy=shop.policy,
        facts=facts,
        allow_changes=allowance.changes,
        allow_destructive=allowance.destructive,
        approved=approved,
    )


async def _paused(shop: Shop, now: datetime) -> Halt | None:
    found = await shop.db.run(pauses.in_force, store=shop.name, now=now)
    return found.halt if found else None


async def remember(shop: Shop, observed: Observed, judged: Judged, *, run_id: str) -> DriftChanges:
    """Keep the drift that was found, what is resolved by not being found, and when each order is due again."""
    complete = [source.name for source in observed.sources if source.complete]
    changes = await shop.db.run(
        drifts.record,
        store=shop.name,
        judged=judged.whole,
        drifts=judged.drifts,
        now=shop.clock.now(),
        run_id=run_id,
        complete_sources=complete,
        answered=judged.answered,
        is_part=any(source.is_part for source in observed.sources),
    )
    await shop.db.run(mirror.set_due, store=shop.name, due=judged.due, judged_at=judged.seen_at, now=shop.clock.now())
    return changes


async def _read_by_id(shop: Shop, order_ids: Iterable[str]) -> None:
    for ids in _batches(sorted(order_ids)):
        orders = await shop.port.orders(ids)
        await shop.db.run(mirror.record_orders, store=shop.name, orders=orders, now=shop.clock.now())


def of_sources(shop: Shop, observed: Observed) -> tuple[Drift, ...]:
    """Drift of the sources themselves: not reached, half read, credentials refused, a mass change."""
    states = [
        SourceLook(
            source=source.name,
            complete=source.complete,
            observed_at=source.observed_at,
            error=str(source.error) if source.error else None,
            is_rejected=needs_credentials(source),
            problems=len(source.problems),
            left_out=source.left_out,
        )
        for source in observed.sources
    ]
    return source_drifts(store=shop.name, states=states, changes=observed.changes, now=shop.clock.now())


def _frozen(shop: Shop, observed: Observed, before: frozenset[str]) -> frozenset[str]:
    """Sources that are frozen now. `before` counts for those alone that were not looked at this time."""
    now = frozenset(drift.source for drift in of_sources(shop, observed) if drift.kind in FREEZING and drift.source)
    return now | (before - {source.name for source in observed.sources})


def _state(source: Source, *, frozen: bool) -> SourceState:
    thaw = f"Look at {source.name} itself. If it is true: syncd resume {source.name}"
    return SourceState(
        complete=source.complete,
        error=str(source.error) if source.error else None,
        observed_at=source.observed_at,
        frozen=frozen,
        reason=_why_frozen(source) if frozen else "",
        remedy=thaw if frozen and not needs_credentials(source) else "",
    )


def _why_frozen(source: Source) -> str:
    return "it refuses our credentials" if needs_credentials(source) else "too many of its orders changed at once"


def _seen(observed: Observed) -> str:
    """What the plan's fingerprint covers besides its steps: how far each source could be believed."""
    return ";".join(f"{source.name}={source.complete}" for source in observed.sources)


def _batches(ids: list[str], *, size: int = BATCH) -> Iterator[list[str]]:
    rest = iter(ids)
    while batch := list(islice(rest, size)):
        yield batch
