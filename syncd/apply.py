"""Carries out steps, one intent each, through the journal.

The order of things for one step is the protocol that makes a crash harmless:

1. Commit the intent (`begin`): from here on a restart knows what was meant.
2. Read the target and its evidence again by id, and decide again. Is the same effect no longer wanted, stop.
3. Commit that the call is about to be made (`sent`), with the moment after which it cannot be made any more.
4. Make the call, once.
5. Commit what was answered (`outcome`); *unknown* is an answer.
6. Read back, and compare with what should be so now.

After a crash between 3 and 5 nobody knows whether the call took effect. `settling` finds out by reading back, before
anything else is done for the store; nothing is ever sent again blindly.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby, zip_longest
from typing import TypeVar

import structlog

from syncd.domain.orders import Order
from syncd.domain.ports import Call
from syncd.domain.steps import Action, Effect, EffectState, Step, StepOutcome, StepState
from syncd.errors import AuthRejected, FenceLost, OutcomeUnknown, Paused, PortError, SyncdError, Transient
from syncd.journal import fences, intents
from syncd.journal.fences import Fence
from syncd.journal.intents import UNSETTLED, IntentRow, IntentState
from syncd.journal.notifications import AlreadyNotified
from syncd.reconcile.settle import verify
from syncd.secrets import redact
from syncd.settling import keep_seen, outcome_of, read_target
from syncd.shop import Shop

log = structlog.get_logger()

Done = TypeVar("Done")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """A step decided again on fresh reads: the same effect, with the target's present ids. `decided_at`: when they were made."""

    step: Step
    before: Order
    decided_at: datetime


Redecide = Callable[[Sequence[Step]], Awaitable[Mapping[str, Fresh | SyncdError]]]
"""Reads the targets and evidence of some steps again by id; by step id, those that are still wanted, why the evidence of
others could not be read (PortError), and why others are refused now (any other error)."""

_FIRST = (
    Action.CANCEL_FULFILLMENT,
    Action.CANCEL_FULFILLMENT_ORDER,
    Action.SUBMIT_CANCELLATION_REQUEST,
    Action.SUPPLIER_CANCEL,
    Action.HOLD,
    Action.CREATE_FULFILLMENT,
)
"""Within an order what is cancelled goes before what is fulfilled, all else after both."""

BATCH = 24
"""Orders that are read again together: few enough that what was read is seconds old when it is acted on."""


async def carry_out(
    shop: Shop, fence: Fence, steps: Sequence[Step], *, redecide: Redecide, run_id: str
) -> tuple[StepOutcome, ...]:
    """Carry out `steps`: those of one order one after another, several orders side by side.

    One step that fails stops no other. Raises FenceLost, which stops all.
    """
    hand = _Hand(shop=shop, fence=fence, redecide=redecide, run_id=run_id)
    done: dict[str, StepOutcome] = {}
    for several in _rounds(steps):
        hand = replace(hand, fence=await _renewed(shop, hand.fence))
        for outcome in await hand.carry_out(several):
            done[outcome.step.id] = outcome
    return tuple(done[step.id] for step in steps)


def _rounds(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """One step of each of some orders at a time; each order's steps in the order in which they are to be done."""
    rank = {action: place for place, action in enumerate(_FIRST)}
    # The one that tells the customer goes first: once the store shows the parcel there is no news left to tell.
    ordered = sorted(
        steps,
        key=lambda step: (step.order_id, rank.get(step.action, len(rank)), not step.notify_customer, step.id),
    )
    orders = [list(group) for _, group in groupby(ordered, key=lambda step: step.order_id)]
    for start in range(0, len(orders), BATCH):
        for several in zip_longest(*orders[start : start + BATCH]):
            yield [step for step in several if step is not None]


async def _renewed(shop: Shop, fence: Fence) -> Fence:
    return await shop.db.run(fences.renew, fence, now=shop.clock.now(), lease=shop.limits.lease)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """A step that was sent, what was answered, and what its order looked like before. Not done until it is read back."""

    step: Step
    row: IntentRow
    effect: Effect
    before: Order


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hand:
    """The hand that acts: what every step of a run has in common."""

    shop: Shop
    fence: Fence
    redecide: Redecide
    run_id: str

    async def carry_out(self, steps: Sequence[Step]) -> list[StepOutcome]:
        """One step of each of several orders: decided again together, sent side by side, read back together."""
        rows = {step.id: await self._begin(step) for step in steps}
        fresh = await self._decide_again([step for step in steps if not _is_unsettled(rows[step.id])])
        turns = asyncio.Semaphore(self.shop.limits.orders_in_flight)

        async def one(step: Step) -> StepOutcome | _Sent:
            async with turns:
                return await _or_mishap(step, rows[step.id], self._step(step, rows[step.id], fresh.get(step.id)))

        lost: FenceLost | None = None
        try:
            async with asyncio.TaskGroup() as together:
                tasks = [together.create_task(one(step)) for step in steps]
        except* FenceLost as group:
            # Raised below: Python before 3.11.3 wraps what an `except*` raises in a group once more.
            lost = next(one for one in group.exceptions if isinstance(one, FenceLost))
        if lost is not None:
            raise lost
        tried = [task.result() for task in tasks]
        seen = await self._seen([one.step.order_id for one in tried if isinstance(one, _Sent)])
        outcomes: list[StepOutcome] = []
        for each in tried:
            if isinstance(each, _Sent):
                back = self._read_back(each, seen.get(each.step.order_id))
                outcomes.append(await _or_mishap(each.step, each.row, back))
            else:
                outcomes.append(each)
        return outcomes

    async def _begin(self, step: Step) -> IntentRow:
        evidence = {"drift": step.drift, "why": step.why, "basis": step.basis}
        now = self.shop.clock.now()
        return await self.shop.db.run(
            intents.begin, fence=self.fence, step=step, evidence=evidence, run_id=self.run_id, now=now
        )

    async def _decide_again(self, steps: Sequence[Step]) -> Mapping[str, Fresh | SyncdError]:
        try:
            return await self.redecide(steps) if steps else {}
        except FenceLost:
            raise
        except SyncdError as error:
            return dict.fromkeys((step.id for step in steps), error)

    async def _step(self, step: Step, row: IntentRow, fresh: Fresh | SyncdError | None) -> StepOutcome | _Sent:
        match row.state:
            case IntentState.VERIFIED:
                return _done_before(step, row, fresh)
            case IntentState.SENT | IntentState.UNKNOWN | IntentState.DONE:
                text = "An earlier attempt is not settled yet; nothing was sent again."
                return outcome_of(step, StepState.UNKNOWN, row=row, code="unsettled", text=text)
            case IntentState.PENDING | IntentState.REFUSED:
                pass
        if isinstance(fresh, PortError):
            return await self._not_sent(step, row, code="unreachable", text=str(fresh), state=StepState.FAILED)
        if isinstance(fresh, SyncdError):
            return await self._not_sent(step, row, code="stale", text=str(fresh))
        if fresh is None:
            text = "What it answered is no longer so; nothing was sent."
            return await self._not_sent(step, row, code="stale", text=text)
        if self.shop.clock.now() - fresh.decided_at > self.shop.limits.lease:
            # The machine slept, or the store took minutes for the steps before: people may have acted since.
            text = "It was held up for longer than a lease after it was decided; nothing was sent. The next pass decides anew."
            return await self._not_sent(step, row, code="held_up", text=text, state=StepState.FAILED)
        return await self._send(replace(fresh.step, id=step.id, approval=step.approval), row, before=fresh.before)

    async def _not_sent(
        self, step: Step, row: IntentRow, *, code: str, text: str, state: StepState = StepState.REFUSED
    ) -> StepOutcome:
        await self._record(row, Effect(state=EffectState.REFUSED, code=code, text=text))
        return outcome_of(step, state, row=row, code=code, text=text)

    async def _send(self, step: Step, row: IntentRow, *, before: Order) -> StepOutcome | _Sent:
        shop, limits = self.shop, self.shop.limits
        timeout, now = limits.call_timeout, shop.clock.now()
        if (halt := shop.brake.halt(now)) is not None:
            return await self._not_sent(step, row, code="paused", text=f"{halt.why}; nothing was sent. {halt.remedy}")
        call = Call(
            deadline_s=shop.clock.monotonic() + timeout.total_seconds(), attempt_id=f"{row.id}.{row.attempts + 1}"
        )
        try:
            row = await shop.db.run(
                intents.sent,
                fence=self.fence,
                intent_id=row.id,
                step=_with_existing(step, before),
                deadline_at=now + timeout,
                now=now,
                lease=limits.lease,
            )
        except AlreadyNotified as told:
            return await self._not_sent(step, row, code="already_notified", text=str(told))
        except Paused as paused:
            return await self._not_sent(step, row, code="paused", text=str(paused))
        effect = await self._call(step, call)
        # "It is so already" may speak of this very attempt: until it is read back nobody knows.
        await self._record(row, replace(effect, state=EffectState.UNKNOWN) if effect.already else effect)
        log.info("step.answered", step=step.id, order=step.order, action=step.action.value, answer=effect.state.value)
        if effect.state is EffectState.REFUSED and not effect.already:
            state = StepState.FAILED if effect.code == "not_sent" else StepState.REFUSED
            return outcome_of(step, state, row=row, code=effect.code, text=effect.text)
        return _Sent(step=step, row=row, effect=effect, before=before)

    async def _call(self, step: Step, call: Call) -> Effect:
        """Make the call. Whatever is not certainly without effect is UNKNOWN."""
        try:
            if step.action is Action.SUPPLIER_CANCEL:
                return await self._supplier_cancel(step, call)
            return await self.shop.port.perform(step, call)
        except Transient as error:
            return Effect(state=EffectState.REFUSED, code="not_sent", text=str(error))
        except OutcomeUnknown as error:
            return Effect(state=EffectState.UNKNOWN, code="no_answer", text=str(error))
        except PortError as error:
            code = getattr(error, "code", type(error).__name__.lower())
            return Effect(state=EffectState.REFUSED, code=code, text=str(error))
        except Exception as error:  # the source boundary: a broken adapter may have sent something
            log.exception("step.broken", step=step.id)
            return Effect(state=EffectState.UNKNOWN, code="broken", text=f"{type(error).__name__}: {error}")

    async def _supplier_cancel(self, step: Step, call: Call) -> Effect:
        supplier, ref = step.target.supplier, step.target.supplier_order_id
        if supplier is None or ref is None:
            raise TypeError(f"step {step.id} cancels at a supplier but names no supplier order")
        return await self.shop.suppliers[supplier].cancel(ref, call)

    async def _seen(self, order_ids: Sequence[str]) -> Mapping[str, Order | PortError]:
        """What several orders look like now, in one question; those that are left out are to be read by themselves."""
        if len(order_ids) < 2:
            return {}
        try:
            return {order.id: order for order in await self.shop.port.orders(order_ids)}
        except (Transient, AuthRejected) as error:
            return dict.fromkeys(order_ids, error)
        except PortError:  # because of one of them, perhaps
            return {}

    async def _read_back(self, sent: _Sent, seen: Order | PortError | None) -> StepOutcome:
        """Compare what is so now with what should be; nothing counts as done without it."""
        step, row, effect, before = sent.step, sent.row, sent.effect, sent.before
        try:
            after, supplier_order = await read_target(self.shop, step, seen=seen)
        except PortError as error:
            text = f"It could not be read back: {error}"
            if effect.state is EffectState.DONE:
                await self._record(row, Effect(state=EffectState.UNKNOWN, code="not_read_back", text=text))
            return outcome_of(step, StepState.UNKNOWN, row=row, code="not_read_back", text=text)
        found = verify(step, before=before, after=after, supplier_order=supplier_order)
        state = StepState.VERIFIED if found.ok else StepState.REFUSED if effect.already else StepState.UNKNOWN
        outcome = outcome_of(
            step,
            state,
            row=row,
            code="" if found.ok else effect.code or "unverified",
            text=found.why if found.ok or not effect.text else effect.text,
            effect_id=effect.effect_id or found.effect_id,
        )
        await keep_seen(self.shop, self.fence, outcome, before=before, after=after, run_id=self.run_id)
        return outcome

    async def _record(self, row: IntentRow, effect: Effect) -> None:
        await self.shop.db.run(
            intents.outcome,
            fence=self.fence,
            intent_id=row.id,
            state=effect.state.value,
            code=effect.code,
            text=redact(effect.text),
            effect_id=effect.effect_id,
            request_id=effect.request_id,
            now=self.shop.clock.now(),
        )


def _with_existing(step: Step, before: Order) -> Step:
    """The step as it is kept: with what was there before, so that what comes of it can be told from that by its id."""
    if step.action is not Action.CREATE_FULFILLMENT:
        return step
    return replace(step, target=replace(step.target, existing=tuple(sorted(one.id for one in before.fulfillments))))


def _is_unsettled(row: IntentRow) -> bool:
    return row.state in UNSETTLED


def _done_before(step: Step, row: IntentRow, fresh: Fresh | SyncdError | None) -> StepOutcome:
    """A step that was carried out once. Wanted again, its effect is gone or not shown: doing it again is for a person."""
    match fresh:
        case None:
            return already_done(step, row)
        case SyncdError():
            return outcome_of(step, StepState.FAILED, row=row, code="unreachable", text=str(fresh))
        case _:
            text = "It was carried out before, and the store does not show it any more; it is not done twice by itself."
            return outcome_of(step, StepState.REFUSED, row=row, code="undone", text=text)


async def _or_mishap(step: Step, row: IntentRow, work: Awaitable[Done]) -> Done | StepOutcome:
    """What goes wrong with one step stops no other: it becomes that step's outcome. A lost fence goes through."""
    try:
        return await work
    except FenceLost:
        raise
    except SyncdError as error:  # the journal: what was sent is found out before anything else is done for the store
        log.warning("step.not_recorded", step=step.id, error=str(error))
        return outcome_of(step, StepState.UNKNOWN, row=row, code="not_recorded", text=str(error))
    except Exception as error:  # a bug of ours; as above
        log.exception("step.broken", step=step.id)
        return outcome_of(step, StepState.UNKNOWN, row=row, code="broken", text=f"{type(error).__name__}: {error}")


def already_done(step: Step, row: IntentRow) -> StepOutcome:
    """A step whose effect was seen in an earlier run."""
    return outcome_of(step, StepState.ALREADY_DONE, row=row, text="This very step was carried out before.")
