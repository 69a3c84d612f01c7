"""Mistakes in how effects are sent, settled and fenced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import update

from adapters.stores.shopify.store import ShopifyStore
from syncd import apply, redecide
from syncd.apply import Fresh
from syncd.domain.orders import Order
from syncd.domain.ports import Call
from syncd.domain.steps import Effect, EffectState, Step
from syncd.errors import SyncdError
from syncd.http.gate import Departure
from syncd.journal import fences, intents, mirror
from syncd.journal.rows import insert_new
from syncd.journal.schema import fences as fence_rows
from syncd.judge import Judged
from syncd.reconcile import settle as settling
from syncd.reconcile.coverage import carries
from syncd.settling import settle_open_intents
from syncd.shop import Limits, Shop
from tests.simulation.zoo.bug import Bugs, Patcher, everywhere, planted

BUGS: Bugs = {}

_LAST = datetime.max.replace(tzinfo=UTC)


@planted(BUGS, "asks a write again", breaks="S1 S6")
def asks_a_write_again(patcher: Patcher) -> None:
    """A write to which no answer came is sent once more at once, as reads are."""
    perform = ShopifyStore.perform

    async def twice(self: ShopifyStore, step: Step, call: Call) -> Effect:
        effect = await perform(self, step, call)
        if effect.state is not EffectState.UNKNOWN:
            return effect
        again = replace(call, deadline_s=call.deadline_s + 20)
        return await perform(self, step, again)

    patcher.setattr(ShopifyStore, "perform", twice)


@planted(BUGS, "takes silence for a no", breaks="S1 S6")
def takes_silence_for_a_no(patcher: Patcher) -> None:
    """No answer is noted as a refusal, so that the next pass plans the same effect anew while the first is under way."""
    call = apply._Hand._call

    async def sure(self: Any, step: Step, about: Any) -> Effect:
        effect = await call(self, step, about)
        return replace(effect, state=EffectState.REFUSED) if effect.state is EffectState.UNKNOWN else effect

    patcher.setattr(apply._Hand, "_call", sure)


@planted(BUGS, "tries again before the deadline", breaks="S1 S6")
def tries_again_before_the_deadline(patcher: Patcher) -> None:
    """An effect that cannot be seen yet is given up at once, although its request may still arrive."""
    original = settling.settle

    def early(intent: Any, *, now: datetime, **facts: Any) -> Any:
        return original(intent, now=now + timedelta(hours=1), **facts)

    everywhere(patcher, original, early)


@planted(BUGS, "settles nothing", breaks="L1 L3")
def settles_nothing(patcher: Patcher) -> None:
    """What became of an effect is not looked for in the next pass."""

    async def nothing(*_: Any, **__: Any) -> tuple[()]:
        return ()

    everywhere(patcher, settle_open_intents, nothing)


@planted(BUGS, "verifies nothing", breaks="L1")
def verifies_nothing(patcher: Patcher) -> None:
    """Whatever was sent counts as done, without a look at what became of it."""

    def fine(step: Step, **_: Any) -> settling.Verification:
        return settling.Verification(ok=True, effect_id=None, why="It was sent.")

    everywhere(patcher, settling.verify, fine)


@planted(BUGS, "number alone proves", breaks="L1 L2")
def number_alone_proves(patcher: Patcher) -> None:
    """A fulfillment that shows the number proves the effect, whatever units it holds."""

    def shown(order: Order, tracking: Any) -> str | None:
        return next((one.id for one in order.fulfillments if one.is_live and carries(one, tracking)), None)

    def read(intent: Any, order: Order) -> Any:
        found = shown(order, intent.tracking)
        return settling._Reading(is_done=found is not None, is_possible=True, effect_id=found, why="By its number.")

    def verify(step: Step, *, before: Order, after: Order) -> settling.Verification:
        found = shown(after, step.tracking)
        return settling.Verification(ok=found is not None, effect_id=found, why="By its number.")

    patcher.setattr(settling, "_read_create", read)
    patcher.setattr(settling, "_verify_create", verify)


@planted(BUGS, "writes the intent down afterwards", breaks="S1 S6")
def writes_the_intent_down_afterwards(patcher: Patcher) -> None:
    """That a call leaves is noted when its answer is there. (With a lease of 5 s: the full one outlasts every late request.)"""
    sent, call = intents.sent, apply._Hand._call

    def later(conn: Any, *, fence: Any, intent_id: str, step: Step, **_: Any) -> intents.IntentRow:
        fences.hold(conn, fence)
        return replace(intents._found(conn, intent_id), step=replace(step, id=intent_id))

    async def noted(self: Any, step: Step, about: Any) -> Effect:
        effect = await call(self, step, about)
        now, lease = self.shop.clock.now(), self.shop.limits.lease
        await self.shop.db.run(
            sent, fence=self.fence, intent_id=step.id, step=step, deadline_at=now, now=now, lease=lease
        )
        return effect

    patcher.setattr(intents, "sent", later)
    patcher.setattr(apply._Hand, "_call", noted)
    _short_lease(patcher)


def _short_lease(patcher: Patcher) -> None:
    defaults = Limits.__init__.__kwdefaults__
    patcher.setattr(Limits.__init__, "__kwdefaults__", {**defaults, "lease": timedelta(seconds=5)})


@planted(BUGS, "old fences may record", breaks="S5")
def old_fences_may_record(patcher: Patcher) -> None:
    """A fence that is not the newest any more stops nobody. (And what was decided is believed for ever, not for a lease.)"""

    def touch(conn: Any, fence: Any, **values: object) -> None:
        fences._update(conn, fence, **values)

    decide_again = apply._Hand._decide_again

    async def for_ever(self: Any, steps: Sequence[Step]) -> Mapping[str, Fresh | SyncdError]:
        found = await decide_again(self, steps)
        return {id_: replace(one, decided_at=_LAST) if isinstance(one, Fresh) else one for id_, one in found.items()}

    patcher.setattr(fences, "_touch", touch)
    patcher.setattr(apply._Hand, "_decide_again", for_ever)


@planted(BUGS, "takes a held store over", breaks="S5")
def takes_a_held_store_over(patcher: Patcher) -> None:
    """A store is taken over while its holder's lease runs. (And old fences may record, which alone would stop the first.)"""
    old_fences_may_record(patcher)

    def acquire(conn: Any, *, store: str, owner: str, now: datetime, lease: timedelta) -> fences.Fence:
        insert_new(conn, fence_rows, [{"store": store, "number": 0, "owner": "", "lease_until": now}])
        taken = update(fence_rows).where(fence_rows.c.store == store)
        taken = taken.values(number=fence_rows.c.number + 1, owner=owner, lease_until=now + lease)
        number = conn.execute(taken.returning(fence_rows.c.number)).scalar_one()
        return fences.Fence(store=store, number=number, owner=owner, lease_until=now + lease)

    patcher.setattr(fences, "acquire", acquire)


@planted(BUGS, "leaves after its deadline", breaks="S5 S1 S6")
def leaves_after_its_deadline(patcher: Patcher) -> None:
    """A process that was stopped right before a call makes it when it goes on, however late that is."""
    patcher.setattr(Departure, "check", lambda _: None)


@planted(BUGS, "forgets what it wanted", breaks="L1")
def forgets_what_it_wanted(patcher: Patcher) -> None:
    """An order for which something is planned is looked at again only when it changes, whether the plan was carried out or not."""
    add = Judged.add

    def forgetful(self: Judged, order_id: str, view: Any, judgement: Any, *, now: datetime) -> None:
        add(self, order_id, view, judgement, now=now)
        self.due[order_id] = judgement.due_at

    patcher.setattr(Judged, "add", forgetful)


@planted(BUGS, "decides nothing again", breaks="S1 S2 S3 S6 S7")
def decides_nothing_again(patcher: Patcher) -> None:
    """A step is sent as it was planned, on what the mirror showed then, without reading its order and evidence again."""

    def deciding(shop: Shop, planned: Sequence[Step], **_: Any) -> Any:
        async def same(steps: Sequence[Step]) -> Mapping[str, Fresh | SyncdError]:
            ids = sorted({step.order_id for step in steps})
            views = await shop.db.run(mirror.views, store=shop.name, order_ids=ids, policy=shop.policy, reads={})
            kept = {view.order.id: view.order for view in views}
            return {
                step.id: Fresh(step=step, before=kept[step.order_id], decided_at=shop.clock.now()) for step in steps
            }

        return same

    everywhere(patcher, redecide.deciding_again, deciding)
