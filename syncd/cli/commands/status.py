"""`syncd status`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from syncd.cli.exit_codes import ExitCode
from syncd.cli.options import ConfigOption, Format, FormatOption, StoreOption
from syncd.cli.session import session_of

if TYPE_CHECKING:
    from syncd.compose import Runtime


def status(
    ctx: typer.Context,
    store: StoreOption = None,
    output_format: FormatOption = Format.TABLE,
    config: ConfigOption = None,
) -> int:
    """Tell where each store stands, from the journal, without asking anybody."""
    session = session_of(ctx, config=config)
    names = session.store_names(store)

    async def work(runtime: Runtime) -> int:
        found = [await _status(runtime, name) for name in names]
        if output_format is Format.JSON:
            session.document({"stores": found})
            return ExitCode.FINE
        for one in found:
            session.show(f"{one['store']} ({one['mode']}): {_words(one)}")
            if one["due_at"]:
                session.show(f"  {_turns(one)}")
            if one["paused"]:
                session.show(f"  Nothing is written: {one['paused']}")
        return ExitCode.FINE

    return session.run(work)


async def _status(runtime: Runtime, name: str) -> dict[str, Any]:
    from syncd.clock import rfc3339
    from syncd.journal import cursors, drifts, fences, intents, mirror, pauses, schedules

    open_drifts = await runtime.db.run(drifts.open_drifts, store=name)
    counts = await runtime.db.run(mirror.counts, store=name)
    seen = await runtime.db.run(cursors.get, store=name, name="orders_changed")
    fence = await runtime.db.run(fences.holder, store=name)
    schedule = await runtime.db.run(schedules.of_store, store=name)
    now = runtime.clock.now()
    pause = await runtime.db.run(pauses.in_force, store=name, now=now)
    halt = runtime.brake(name).halt(now) or (pause.halt if pause else None)
    return {
        "store": name,
        "mode": runtime.config.stores[name].table.mode,
        "orders": counts.orders,
        "open_orders": counts.open,
        "drifts": len(open_drifts),
        "unsettled": len(await runtime.db.run(intents.unsettled, store=name)),
        "seen_until": rfc3339(seen) if seen else None,
        "held_by": fence.owner if fence and fence.lease_until > now else None,
        "paused": halt.why if halt else None,
        "passed_at": rfc3339(schedule.ended_at) if schedule and schedule.ended_at else None,
        "right_at": rfc3339(schedule.right_at) if schedule and schedule.right_at else None,
        "due_at": rfc3339(schedule.due_at) if schedule else None,
        "failing": schedule.error or None if schedule else None,
    }


def _words(one: dict[str, Any]) -> str:
    if one["seen_until"] is None:
        return "never looked at; try: syncd drift"
    parts = [
        f"{one['open_orders']} open orders of {one['orders']}",
        f"{one['drifts']} open drifts",
        f"{one['unsettled']} effects whose outcome is not settled",
        f"seen until {one['seen_until']}",
    ]
    if one["held_by"]:
        parts.append(f"held by {one['held_by']}")
    return ", ".join(parts)


def _turns(one: dict[str, Any]) -> str:
    passed = f"last pass ended {one['passed_at']}" if one["passed_at"] else "no pass yet"
    right = f"last right {one['right_at']}" if one["right_at"] else "never right so far"
    words = f"{passed}, {right}, next due {one['due_at']}"
    return f"{words}; failing: {one['failing']}" if one["failing"] else words
