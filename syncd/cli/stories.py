"""One order with everything that is known about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syncd import cycle
from syncd.cli import exit_codes
from syncd.cli.facts import event_facts, zone_of
from syncd.clock import rfc3339
from syncd.errors import UsageError
from syncd.journal import drifts, history, mirror
from syncd.reconcile.decide import reconcile
from syncd.reconcile.documents import event_document, record_document
from syncd.reconcile.plain import plain
from syncd.reconcile.plan import step_document
from syncd.reports.facts import OrderStory

if TYPE_CHECKING:
    from syncd.compose import Runtime


async def story_of(runtime: Runtime, store: str, order_id: str, *, ask: bool) -> tuple[OrderStory, int]:
    """The order's story, with the exit code of the looks that it took. Raises UsageError when it was never seen."""
    shop = await runtime.shop(store)
    code, reads = exit_codes.ExitCode.FINE.value, {}
    if ask:
        found = await cycle.look_at(shop, [order_id])
        code, reads = exit_codes.of_sources(found.sources), dict(found.observed.reads)
    # An unchanged order is not written again; that it was looked at now is known here.
    observed = {order_id: shop.clock.now()} if ask else None
    views = await runtime.db.run(
        mirror.views, store=store, order_ids=[order_id], policy=shop.policy, reads=reads, observed=observed
    )
    if not views:
        raise UsageError(f"{order_id} was never seen in {store}.", remedy="Ask the store: leave --last out.")
    now = runtime.clock.now()
    events = await runtime.db.run(history.events, store=store, order=order_id)
    story = OrderStory(
        view=views[0],
        judgement=reconcile(views[0], policy=shop.policy, now=now),
        policy=shop.policy,
        now=now,
        records=tuple(await runtime.db.run(drifts.open_drifts, store=store, order=order_id)),
        events=tuple(event_facts(one) for one in events),
        zone=zone_of(runtime.config, store),
        mode=shop.mode,
    )
    return story, code


def story_document(story: OrderStory, *, store: str) -> dict[str, Any]:
    """The same as JSON: what each side shows, what is wrong, what would be done, what was done."""
    order = story.view.order
    return {
        "schema": 1,
        "generated_at": rfc3339(story.now),
        "store": store,
        "mode": story.mode,
        "order": order.name,
        "order_id": order.id,
        "seen": {"store": plain(order), "suppliers": plain(story.view.suppliers)},
        "drifts": [record_document(record, store=store) for record in story.records],
        "steps": [step_document(step) for step in story.judgement.steps],
        "skips": plain(story.judgement.skips),
        "history": [event_document(event) for event in story.events],
    }
