"""Decides steps once more right before they are sent, on reads made now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from syncd.apply import Fresh, Redecide
from syncd.domain.steps import Step
from syncd.errors import GuardRefused, PortError, SyncdError, UsageError
from syncd.journal import mirror
from syncd.judge import judge_orders
from syncd.observe import Observed, observe_orders
from syncd.reconcile.settle import same_effect
from syncd.reconcile.view import OrderView
from syncd.shop import Shop


def deciding_again(
    shop: Shop, planned: Sequence[Step], *, by_hand: Callable[[OrderView, Step], Sequence[Step]] | None = None
) -> Redecide:
    """Decides a step again on reads made now: is the same effect still wanted, and on which of the store's objects?"""

    async def redecide(steps: Sequence[Step]) -> Mapping[str, Fresh | SyncdError]:
        observed = await observe_orders(shop, {step.order_id for step in steps}, suppliers=_evidence_of(shop, steps))
        fresh, decided_at = observed.fresh, shop.clock.now()
        found: dict[str, Fresh | SyncdError] = {}
        for view in await views_of(shop, observed):
            for step in (one for one in steps if one.order_id == view.order.id):
                try:
                    judged = None if by_hand else await judge_orders(shop, observed, [view.order.id], fresh=fresh)
                    wanted = judged.steps if judged else by_hand(view, step) if by_hand else ()
                except (UsageError, GuardRefused) as no:
                    found[step.id] = no
                    continue
                same = _same(step, wanted, others={one.id for one in planned if one.id != step.id})
                if same is not None:
                    found[step.id] = Fresh(step=same, before=view.order, decided_at=decided_at)
                elif error := _unread(step, observed):
                    found[step.id] = error
        return found

    return redecide


def _same(step: Step, wanted: Sequence[Step], *, others: Collection[str]) -> Step | None:
    """The one of `wanted` that is this step; never one that is another step of the same plan, which has its own turn."""
    same = [one for one in wanted if same_effect(one, step) and one.id not in others]
    return next((one for one in same if one.id == step.id), same[0] if same else None)


def _unread(step: Step, observed: Observed) -> PortError | None:
    """Why the evidence of a step could not be read again: it is not known to be stale then."""
    sources = [source for source in observed.sources if source.error and step.supplier in {source.name, None}]
    return sources[0].error if sources else None


def _evidence_of(shop: Shop, steps: Sequence[Step]) -> frozenset[str]:
    """Suppliers on whose word some steps rest; all of them when one of the steps names none."""
    names = {step.supplier for step in steps}
    return frozenset(name for name in shop.suppliers if name in names or None in names)


async def views_of(shop: Shop, observed: Observed) -> Sequence[OrderView]:
    """The orders of one look with all that is known about them."""
    return await shop.db.run(
        mirror.views,
        store=shop.name,
        order_ids=sorted(observed.touched),
        policy=shop.policy,
        reads=observed.reads,
        observed=observed.read_at,
        fresh=observed.fresh,
    )
