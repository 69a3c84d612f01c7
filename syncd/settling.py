"""Finds out by reading back what became of effects; nothing is sent here.

`apply` reads back what it just sent. Before anything else is done for a store, `settle_open_intents` does so for whatever
earlier runs left open: after a crash, or an answer that was lost, nobody knows whether a call took effect.
"""

from __future__ import annotations

from syncd.domain.orders import Order
from syncd.domain.shipments import SupplierOrder
from syncd.domain.steps import Action, Step, StepOutcome, StepState
from syncd.errors import PortError
from syncd.journal import intents, mirror
from syncd.journal.fences import Fence
from syncd.journal.intents import WITHOUT_EFFECT, IntentRow, IntentState
from syncd.journal.outcomes import keep_outcome
from syncd.reconcile.settle import Settlement, settle
from syncd.secrets import redact
from syncd.shop import Shop


async def read_target(
    shop: Shop, step: Step, *, seen: Order | PortError | None = None
) -> tuple[Order, SupplierOrder | None]:
    """A step's order, and the supplier order that it touches, read afresh by id. `seen`: what reading the order just gave."""
    if isinstance(seen, PortError):
        raise seen
    supplier_order = None
    if step.action is Action.SUPPLIER_CANCEL and step.target.supplier and step.target.supplier_order_id:
        supplier_order = await shop.suppliers[step.target.supplier].order(step.target.supplier_order_id)
    return seen or await shop.port.order(step.order_id), supplier_order


async def settle_open_intents(shop: Shop, fence: Fence, *, run_id: str) -> tuple[StepOutcome, ...]:
    """Find out by reading back what became of every effect that was not seen yet.

    What was only intended was never sent and counts as such. What cannot be settled now stays open, and is told as
    drift (`effect_unknown`): either it is too early to tell, or a person has to look.
    """
    now = shop.clock.now()
    await shop.db.run(intents.give_up_pending, fence=fence, before=now, now=now)
    outcomes = []
    for row in await shop.db.run(intents.unsettled, store=shop.name):
        try:
            order, supplier_order = await read_target(shop, row.step)
        except PortError as error:
            outcomes.append(outcome_of(row.step, StepState.UNKNOWN, row=row, code="not_read_back", text=str(error)))
            continue
        found = settle(
            mirror.intent_view(row, observed_at=shop.clock.now()),
            order=order,
            supplier_order=supplier_order,
            now=shop.clock.now(),
            margin=shop.limits.settle_margin,
        )
        outcomes.append(await _settled(shop, fence, row, found, order=order, run_id=run_id))
    return tuple(outcomes)


async def _settled(
    shop: Shop, fence: Fence, row: IntentRow, found: Settlement, *, order: Order, run_id: str
) -> StepOutcome:
    match found.verdict:
        case "done":
            outcome = outcome_of(
                row.step, StepState.VERIFIED, row=row, code="settled", text=found.why, effect_id=found.effect_id
            )
        case "retry":
            await _give_up(shop, fence, row, code=WITHOUT_EFFECT, text=found.why)
            return outcome_of(row.step, StepState.FAILED, row=row, code=WITHOUT_EFFECT, text=found.why)
        case "wait" | "person":
            outcome = outcome_of(row.step, StepState.UNKNOWN, row=row, code=found.verdict, text=found.why)
            if row.state is IntentState.UNKNOWN:
                return outcome  # as told before: the history need not say so again in every pass
    await keep_seen(shop, fence, outcome, before=None, after=order, run_id=run_id)
    return outcome


async def keep_seen(
    shop: Shop, fence: Fence, outcome: StepOutcome, *, before: Order | None, after: Order, run_id: str
) -> None:
    """Keep what was seen of an effect: in its intent, the mirror and the history."""
    await shop.db.run(
        keep_outcome,
        fence=fence,
        outcome=outcome,
        before=before,
        after=after,
        actor=shop.actor,
        run_id=run_id,
        now=shop.clock.now(),
    )


async def _give_up(shop: Shop, fence: Fence, row: IntentRow, *, code: str, text: str) -> None:
    """The attempt certainly had no effect: the same step may be tried again."""
    await shop.db.run(
        intents.outcome, fence=fence, intent_id=row.id, state=IntentState.REFUSED, code=code, text=text,
        effect_id=None, request_id=None, now=shop.clock.now(),
    )  # fmt: skip


def outcome_of(
    step: Step, state: StepState, *, row: IntentRow, code: str = "", text: str = "", effect_id: str | None = None
) -> StepOutcome:
    """What came of a step, with what its intent knows."""
    return StepOutcome(
        step=step,
        state=state,
        code=code,
        text=redact(text),  # often the other side's words, which may quote what we sent
        attempts=row.attempts,
        effect_id=effect_id or row.effect_id,
    )
