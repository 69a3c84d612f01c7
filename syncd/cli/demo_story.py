"""Plays a sandbox's story through the real path: HTTP to the twins, the journal, the guards; nothing is shown here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from syncd import cycle
from syncd.cli.waiting import decide, waiting
from syncd.cycle import Look, Run
from syncd.journal import drifts, mirror
from syncd.reconcile.catalogue import KINDS

if TYPE_CHECKING:
    from syncd.compose import Runtime
    from syncd.domain.sandbox import Moment, Sandbox, Truth
    from syncd.journal.drifts import DriftRecord

STORE = "main"
BETWEEN = timedelta(minutes=1)
"""Between applying today's plan and the second pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One pass of the days before today: what was new in it, and what syncd did."""

    moment: Moment
    run: Run
    new: tuple[DriftRecord, ...]
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """Today in detail: what was seen and planned, what became of it, and a second pass."""

    look: Look
    records: tuple[DriftRecord, ...]
    orders: int
    run: Run
    second: Run
    truth: Truth
    left: tuple[DriftRecord, ...]
    """What is still open after the second pass."""
    met: frozenset[str]
    """Kinds of drift that were met in all these days."""


async def play_until_today(runtime: Runtime, sandbox: Sandbox, *, told: Callable[[Day], None]) -> list[Day]:
    """Every pass but the last, each told when it is over."""
    days: list[Day] = []
    known: set[str] = set()
    for moment in sandbox.moments()[:-1]:
        await _say_yes(runtime, sandbox.play(moment.at))
        shop = await runtime.shop(STORE)
        run = await cycle.reconcile(shop, agree=lambda _: True)
        records = await runtime.db.run(drifts.open_drifts, store=STORE)
        met = await runtime.db.run(drifts.opened_since, store=STORE, at=run.started_at)
        new = tuple(record for record in met if record.drift.id not in known)
        known |= {record.drift.id for record in new}
        days.append(Day(moment=moment, run=run, new=new, open=len(records)))
        told(days[-1])
    return days


async def play_today(runtime: Runtime, sandbox: Sandbox) -> Today:
    """The last moment: look, plan, apply the plan, and pass once more."""
    first, *_, last = sandbox.moments()
    at = last.at
    await _say_yes(runtime, sandbox.play(at))
    shop = await runtime.shop(STORE)
    look = await cycle.look(shop)
    records = await runtime.db.run(drifts.open_drifts, store=STORE)
    run = await cycle.apply_plan(shop, look.plan)
    sandbox.play(runtime.clock.now() + BETWEEN)
    second = await cycle.reconcile(shop, agree=lambda _: True)
    met = await runtime.db.run(drifts.opened_since, store=STORE, at=first.at)
    return Today(
        look=look,
        records=tuple(records),
        orders=(await runtime.db.run(mirror.counts, store=STORE)).orders,
        run=run,
        second=second,
        truth=sandbox.truth(at),
        left=tuple(await runtime.db.run(drifts.open_drifts, store=STORE)),
        met=frozenset(record.drift.kind for record in met),
    )


def core_kinds() -> frozenset[str]:
    """Names of the kinds that the demo is to show."""
    return frozenset(kind.name for kind in KINDS.values() if kind.is_core)


async def _say_yes(runtime: Runtime, orders: tuple[str, ...]) -> None:
    """The merchant's yes to what waits for these orders, as `syncd approve` gives it."""
    ids = [row.step.id for row in await waiting(runtime, [STORE]) if row.step.order in orders]
    if ids:
        await decide(runtime, [STORE], ids, verdict="approve", reason="It was never sent.")
