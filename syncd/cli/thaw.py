"""A person says that a supplier's mass change is real."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncd.errors import UsageError
from syncd.journal import drifts, history, mirror

if TYPE_CHECKING:
    from syncd.compose import Runtime

_MASS_CHANGE = "adapter_mass_change"


async def resumed(runtime: Runtime, source: str, *, reason: str) -> list[str]:
    """Accept the mass change, note who said so, and have the supplier's stores judged anew by the next pass.

    Raises UsageError when there is no such supplier or it is not frozen.
    """
    supplier, now = runtime.supplier(source), runtime.clock.now()
    if not await runtime.db.run(mirror.accept_mass_change, supplier=source):
        raise UsageError(f"{source} is not frozen by a mass change.", remedy="See: syncd drift --last")
    for store in supplier.stores:
        for record in await runtime.db.run(drifts.open_drifts, store=store, kind=_MASS_CHANGE):
            if record.drift.source == source:
                await runtime.db.run(
                    drifts.decide,
                    store=store,
                    drift_id=record.drift.id,
                    state=drifts.DriftState.RESOLVED,
                    actor=runtime.actor,
                    now=now,
                )
        await runtime.db.run(
            history.append, store=store, at=now, actor=runtime.actor, what="source.resumed", why=reason, after=source
        )
        await runtime.db.run(mirror.make_all_due, store=store, now=now)
    return [f"{source} is believed again. The next pass acts on what it says: syncd plan"]
