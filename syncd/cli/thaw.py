"""A person says that a supplier's mass change is real."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncd.errors import UsageError
from syncd.journal import thawing

if TYPE_CHECKING:
    from syncd.compose import Runtime


async def resumed(runtime: Runtime, source: str, *, reason: str) -> list[str]:
    """Accept the mass change; says what follows from it.

    Raises UsageError when there is no such supplier or it is not frozen.
    """
    stores, now = runtime.supplier(source).stores, runtime.clock.now()
    was_frozen = await runtime.db.run(
        thawing.resume, supplier=source, stores=stores, actor=runtime.actor, now=now, reason=reason
    )
    if not was_frozen:
        raise UsageError(f"{source} is not frozen by a mass change.", remedy="See: syncd drift --last")
    return [f"{source} is believed again. The next pass acts on what it says: syncd plan"]
