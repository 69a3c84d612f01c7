"""One pass over one store. Read this first.

A pass looks at all sides (`observe`), decides what disagrees and what should be done about it (`judge`), guards the
plan as a whole, carries it out step by step through the journal (`apply`), and judges what it touched once more. The
daemon and the commands go the same way; they differ only in who says yes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from syncd.apply import Redecide, already_done, carry_out
from syncd.clock import rfc3339
from syncd.domain.steps import Approval, Plan, Step, StepOutcome, StepState
from syncd.errors import (
    CredentialsRejected,
    FenceLost,
    GuardRefused,
    NotFound,
    StoreBusy,
    StoreUnreachable,
    SyncdError,
)
from syncd.journal import approvals, fences, intents, plans, runs
from syncd.journal.database import JournalBusy
from syncd.journal.fences import Fence
from syncd.judge import UNLIFTED, Allowance, Judged, guarded, judge, judge_orders, of_sources, remember
from syncd.observe import Observed, Source, needs_credentials, observe, observe_orders
from syncd.reconcile.documents import run_document
from syncd.reconcile.guard import Guarded
from syncd.reconcile.plan import plan_document, plan_id, policy_hash
from syncd.reconcile.settle import same_effect
from syncd.reconcile.view import OrderView
from syncd.redecide import deciding_again, views_of
from syncd.settling import settle_open_intents
from syncd.shop import Shop

PLAN_AGE = timedelta(hours=1)
"""A saved plan older than this is refused whole (design 4.5)."""

_BETWEEN_TRIES_S = 0.5
"""Seconds between two tries at a fence that somebody else holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a pass found, before anything is done about it."""

    observed: Observed
    judged: Judged
    guarded: Guarded

    @property
    def plan(self) -> Plan:
        return self.guarded.plan

    @property
    def sources(self) -> tuple[Source, ...]:
        return self.observed.sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a pass did. `settled` are effects of earlier runs whose outcome was found out now."""

    run_id: str
    store: str
    plan: Plan
    outcomes: tuple[StepOutcome, ...]
    started_at: datetime
    finished_at: datetime
    sources: tuple[Source, ...] = ()
    settled: tuple[StepOutcome, ...] = ()


async def look(shop: Shop, *, allowance: Allowance = UNLIFTED) -> Look:
    """Observe every side, judge what changed or fell due, and guard what would be done. Takes no lock, changes nothing outside.

    Raises StoreUnreachable when the store itself gives no answer, CredentialsRejected when it refuses ours.
    """
    observed = await observe(shop)
    judged = await judge(shop, observed)
    if judged.failed:
        observed = observed.without(shop.name, judged.failed)
    return await _judged(shop, observed, judged, allowance=allowance)


async def look_at(shop: Shop, order_ids: Collection[str], *, allowance: Allowance = UNLIFTED) -> Look:
    """The same for these orders alone, read afresh by id."""
    observed = await observe_orders(shop, order_ids)
    judged = await judge_orders(shop, observed, order_ids, fresh=observed.fresh)
    judged.drifts.extend(of_sources(shop, observed))
    return await _judged(shop, observed, judged, allowance=allowance)


async def reconcile(
    shop: Shop,
    *,
    agree: Callable[[Look], bool],
    wait: timedelta = timedelta(seconds=30),
    allowance: Allowance = UNLIFTED,
    order_ids: Collection[str] = (),
) -> Run:
    """One whole pass: settle what is unknown, look, ask `agree`, act, judge what was touched again.

    Raises StoreBusy when the store's fence is not free within `wait`, and what `look` raises.
    """
    async with _fenced(shop, wait=wait) as (fence, run_id, started):
        settled = await settle_open_intents(shop, fence, run_id=run_id)
        found = await (look_at(shop, order_ids, allowance=allowance) if order_ids else look(shop, allowance=allowance))
        redecide = deciding_again(shop, found.plan.steps)
        outcomes = await _act(shop, fence, found.guarded, redecide=redecide, run_id=run_id) if agree(found) else ()
        await _look_again(shop, found.observed, outcomes, run_id=run_id)
        return await _finish(
            shop, fence, found.plan, outcomes, run_id=run_id, started=started, sources=found.sources, settled=settled
        )


async def apply_plan(
    shop: Shop, plan: Plan, *, wait: timedelta = timedelta(seconds=30), allowance: Allowance = UNLIFTED
) -> Run:
    """Carry out a saved plan: each step is decided again on fresh reads, and sent only if the same effect is still wanted.

    What was seen when it was made need not be so any more, and a step may have been edited: it is refused by itself then, and
    the rest goes on. Raises GuardRefused when the plan is too old, for another store, or made under another policy; StoreBusy.
    """
    _must_be_ours(shop, plan)
    async with _fenced(shop, wait=wait) as (fence, run_id, started):
        settled = await settle_open_intents(shop, fence, run_id=run_id)
        done = await shop.db.run(intents.done, [step.id for step in plan.steps])
        left = replace(plan, steps=tuple(step for step in plan.steps if step.id not in done), refused=())
        observed = await observe_orders(shop, {step.order_id for step in left.steps})
        kept = await _guard_again(shop, observed, left, allowance=allowance)
        outcomes = [already_done(step, done[step.id]) for step in plan.steps if step.id in done]
        outcomes += await _act(shop, fence, kept, redecide=deciding_again(shop, plan.steps), run_id=run_id)
        await _look_again(shop, observed, outcomes, run_id=run_id)
        return await _finish(
            shop, fence, plan, outcomes, run_id=run_id, started=started, sources=observed.sources, settled=settled
        )


async def act_by_hand(
    shop: Shop,
    order_id: str,
    *,
    decide: Callable[[OrderView], Sequence[Step]],
    agree: Callable[[Look], bool],
    again: Callable[[OrderView, Step], Sequence[Step]] | None = None,
    wait: timedelta = timedelta(seconds=30),
) -> Run:
    """What a person typed for one order. `decide` turns the order's fresh view into steps; the person's yes is their approval.

    Right before each step is sent `again` is asked about that step alone, on reads made then, since others of the same command
    may be done by then; without it `decide` is. Both may raise to refuse. Raises GuardRefused while an earlier effect on the
    order is not settled.
    """
    async with _fenced(shop, wait=wait) as (fence, run_id, started):
        settled = await settle_open_intents(shop, fence, run_id=run_id)
        _must_be_settled(settled, order_id)
        found = await look_by_hand(shop, order_id, decide=decide)
        redecide = deciding_again(shop, found.plan.steps, by_hand=again or (lambda view, _: decide(view)))
        outcomes = await _act(shop, fence, found.guarded, redecide=redecide, run_id=run_id) if agree(found) else ()
        await _look_again(shop, found.observed, outcomes, run_id=run_id)
        return await _finish(
            shop, fence, found.plan, outcomes, run_id=run_id, started=started, sources=found.sources, settled=settled
        )


async def look_by_hand(shop: Shop, order_id: str, *, decide: Callable[[OrderView], Sequence[Step]]) -> Look:
    """What `decide` would do about one order, guarded; changes nothing. Raises NotFound, and what `decide` raises."""
    observed = await observe_orders(shop, [order_id])
    views = await views_of(shop, observed)
    if not views:
        raise NotFound(f"{shop.name} has no order {order_id}.")
    judged = Judged(steps=list(decide(views[0])))
    return Look(observed=observed, judged=judged, guarded=await guarded(shop, observed, judged))


# What the story is made of, in the order in which it is told.


async def _judged(shop: Shop, observed: Observed, judged: Judged, *, allowance: Allowance) -> Look:
    await remember(shop, observed, judged, run_id=f"{shop.name}-look")
    _store_must_answer(shop, observed)
    found = Look(observed=observed, judged=judged, guarded=await guarded(shop, observed, judged, allowance=allowance))
    plan = found.plan
    await shop.db.run(plans.save, store=shop.name, plan_id=plan.id, document=plan_document(plan), now=plan.created_at)
    # Asked for as soon as it is shown, so that the id that a plan prints can be approved at once.
    waiting = [step for step in found.guarded.go if step.approval is Approval.REQUIRED]
    await shop.db.run(approvals.request, store=shop.name, steps=waiting, plan_id=plan.id, now=plan.created_at)
    return found


def _store_must_answer(shop: Shop, observed: Observed) -> None:
    source = observed.source(shop.name)
    if source is None or source.error is None:
        return
    error, remedy = source.error, source.error.remedy or f"Then: syncd check --store {shop.name}"
    if needs_credentials(source):
        raise CredentialsRejected(error.text, remedy=remedy) from error
    raise StoreUnreachable(f"{shop.name}: {error.text}. Nothing was planned.", remedy=remedy) from error


@asynccontextmanager
async def _fenced(shop: Shop, *, wait: timedelta) -> AsyncIterator[tuple[Fence, str, datetime]]:
    """The store's fence, and a run begun under it. Let go at the end, also of a failed run."""
    started = shop.clock.now()
    until = shop.clock.monotonic() + wait.total_seconds()
    lease = shop.limits.lease
    while True:
        fence = await shop.db.run(fences.acquire, store=shop.name, owner=shop.owner, now=shop.clock.now(), lease=lease)
        if fence is not None:
            break
        if shop.clock.monotonic() >= until:
            raise StoreBusy(
                f"{shop.name}: another run holds the store; waited {wait.total_seconds():.0f} s.",
                remedy="See who: syncd status. Wait longer: --wait 5m",
            )
        await shop.clock.sleep(_BETWEEN_TRIES_S)
    ended = asyncio.Event()
    beat = asyncio.create_task(_keep_lease(shop, fence, ended))
    try:
        run_id = await shop.db.run(runs.start, fence=fence, actor=shop.actor, now=started)
        try:
            yield fence, run_id, started
        except (Exception, asyncio.CancelledError) as error:
            text = str(error) or type(error).__name__
            with suppress(SyncdError):  # the fence may be what was lost
                await shop.db.run(runs.fail, fence=fence, run_id=run_id, now=shop.clock.now(), error=text)
            raise
    finally:
        ended.set()
        try:
            await asyncio.gather(beat, return_exceptions=True)
        finally:  # an interruption may come just here
            await shop.db.run(fences.release, fence)


async def _keep_lease(shop: Shop, fence: Fence, ended: asyncio.Event) -> None:
    """Renew the fence until the run has `ended`: looking at all sides may take far longer than one lease.

    On the event loop's own time, so that a process that is stopped, or waits for a person's answer, renews nothing. A fence
    that is lost is met by the run itself, at the next thing that it records.
    """
    lease = shop.limits.lease
    with suppress(FenceLost):
        while not ended.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), timeout=lease.total_seconds() / 3)
                return
            with suppress(JournalBusy):  # the lease allows another try
                await shop.db.run(fences.renew, fence, now=shop.clock.now(), lease=lease)


async def _act(shop: Shop, fence: Fence, plan: Guarded, *, redecide: Redecide, run_id: str) -> tuple[StepOutcome, ...]:
    """Carry out what may go alone or was approved; ask for the rest."""
    allowed = [step for step in plan.go if step.approval is Approval.AUTO]
    waiting = [step for step in plan.go if step.approval is Approval.REQUIRED]
    done = await carry_out(shop, fence, allowed, redecide=redecide, run_id=run_id)
    return (*done, *_left(plan, waiting))


def _left(plan: Guarded, waiting: Collection[Step]) -> list[StepOutcome]:
    """Outcomes of the steps that were not sent, each with why."""
    left = [
        StepOutcome(
            step=step, state=StepState.AWAITING_APPROVAL, code="approval", text=f"Waits for: syncd approve {step.id}"
        )
        for step in waiting
    ]
    left += [
        StepOutcome(step=step, state=StepState.REPORTED, code="report", text="The policy only reports this.")
        for step in plan.go
        if step.approval is Approval.REPORT
    ]
    left += [
        StepOutcome(step=step, state=StepState.REFUSED, code=refusal.guard, text=refusal.text)
        for step, refusal in plan.held
    ]
    left += [
        StepOutcome(
            step=step, state=StepState.REFUSED, code="deferred", text="Over this run's cap; the next pass takes it."
        )
        for step in plan.deferred
    ]
    return left


async def _look_again(shop: Shop, observed: Observed, outcomes: Sequence[StepOutcome], *, run_id: str) -> None:
    """Judge the touched orders on what was read back, so that what was put right is not told as drift any more."""
    touched = {outcome.step.order_id for outcome in outcomes if outcome.attempts or outcome.code == "stale"}
    if not touched:
        return
    judged = await judge_orders(shop, observed, touched)
    judged.drifts.extend(of_sources(shop, observed))
    now = shop.clock.now()
    for outcome in outcomes:
        if outcome.step.order_id in touched and outcome.state is not StepState.VERIFIED:
            judged.due[outcome.step.order_id] = now
    await remember(shop, observed, judged, run_id=run_id)


async def _finish(
    shop: Shop,
    fence: Fence,
    plan: Plan,
    outcomes: Sequence[StepOutcome],
    *,
    run_id: str,
    started: datetime,
    sources: tuple[Source, ...],
    settled: tuple[StepOutcome, ...],
) -> Run:
    now = shop.clock.now()
    document = run_document(plan, outcomes, run_id=run_id, started_at=started, finished_at=now, settled=settled)
    await shop.db.run(runs.finish, fence=fence, run_id=run_id, now=now, document=document, plan_id=plan.id)
    return Run(
        run_id=run_id,
        store=shop.name,
        plan=plan,
        outcomes=tuple(outcomes),
        started_at=started,
        finished_at=now,
        sources=sources,
        settled=settled,
    )


def _must_be_settled(settled: Sequence[StepOutcome], order_id: str) -> None:
    unseen = next((one for one in settled if one.step.order_id == order_id and one.state is StepState.UNKNOWN), None)
    if unseen is not None:
        text = (
            f"An earlier effect on {unseen.step.order} ({unseen.step.action.value}) is not settled yet: {unseen.text}"
        )
        raise GuardRefused(f"{text} Nothing was changed.", remedy="Try again in a minute.")


def _must_be_ours(shop: Shop, plan: Plan) -> None:
    now = shop.clock.now()
    remedy = f"Make a new one: syncd plan --store {shop.name}"
    if plan.store != shop.name:
        raise GuardRefused(f"The plan is for {plan.store}, not for {shop.name}.", remedy=remedy)
    if plan.id != plan_id(plan.fingerprint, created_at=plan.created_at):
        text = f"The plan says that it was made at {rfc3339(plan.created_at)}, which is not when {plan.id} was made."
        raise GuardRefused(f"{text} Nothing was changed.", remedy=remedy)
    if now - plan.created_at > PLAN_AGE:
        text = f"The plan was made at {rfc3339(plan.created_at)}, more than 1 h ago. Nothing was changed."
        raise GuardRefused(text, remedy=remedy)
    if plan.policy_hash != policy_hash(shop.policy):
        raise GuardRefused("The plan was made under another policy. Nothing was changed.", remedy=remedy)


async def _guard_again(shop: Shop, observed: Observed, plan: Plan, *, allowance: Allowance) -> Guarded:
    """The plan's steps, guarded on what is seen now. Who may let a step go is what the policy says, not what a file says."""
    fresh = (await judge_orders(shop, observed, observed.touched)).steps
    steps = [
        replace(step, approval=next((one.approval for one in fresh if same_effect(one, step)), step.approval))
        for step in plan.steps
    ]
    return await guarded(shop, observed, Judged(steps=steps), allowance=allowance)
