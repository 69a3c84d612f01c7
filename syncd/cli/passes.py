"""Commands that make a pass: looking at stores, asking for a yes, and carrying out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from syncd import cycle
from syncd.cli import exit_codes
from syncd.cli.facts import run_facts
from syncd.cli.orders import chosen_orders
from syncd.cycle import Look, Run
from syncd.domain.periods import parse_period
from syncd.domain.steps import Approval
from syncd.errors import GuardRefused, UsageError
from syncd.judge import Allowance
from syncd.reconcile.documents import run_document
from syncd.reconcile.plan import effects, plan_document
from syncd.reports.terminal.plan import plan_report
from syncd.reports.terminal.run import run_report
from syncd.reports.words import effects_text

if TYPE_CHECKING:
    from syncd.cli.session import Session
    from syncd.compose import Runtime
    from syncd.domain.steps import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the options of a pass ask for."""

    store: str | None = None
    orders: Sequence[str] = ()
    allowance: Allowance = field(default_factory=Allowance)
    as_json: bool = False
    detailed: bool = False
    yes: bool = False
    wait: timedelta = timedelta(seconds=30)


def waiting(text: str) -> timedelta:
    """`--wait` as a length of time. Raises UsageError."""
    try:
        return parse_period(text).elapsed
    except ValueError as error:
        raise UsageError(f"--wait: {error}.") from None


async def looks(session: Session, runtime: Runtime, wishes: Wishes, *, codes: list[int]) -> list[Look]:
    """A look at every store that was asked for; a store that fails is told and its code kept."""
    found = []
    for store, order_ids in (await chosen_orders(session, runtime, store=wishes.store, texts=wishes.orders)).items():
        with session.told(codes):
            shop = await runtime.shop(store)
            with session.busy(f"Looking at {', '.join([store, *shop.suppliers])} ..."):
                if order_ids:
                    found.append(await cycle.look_at(shop, order_ids, allowance=wishes.allowance))
                else:
                    found.append(await cycle.look(shop, allowance=wishes.allowance))
    return found


def show_plans(session: Session, found: Iterable[Look], *, as_json: bool) -> None:
    """The plans, as documents one a line or for people."""
    for look in found:
        if as_json:
            session.document(plan_document(look.plan))
        else:
            show_sources(session, look)
            session.show(plan_report(look.plan))


def show_sources(session: Session, look: Look) -> None:
    """Sources that did not answer wholly, on stderr."""
    for source in look.sources:
        if source.error is not None:
            session.note(f"{source.name}: not reached: {source.error}")
        for problem in source.problems[:5]:
            session.note(f"{source.name}: {problem.place}: {problem.text}")
        if len(source.problems) > 5:
            session.note(f"{source.name}: and {len(source.problems) - 5} more")


async def reconciled(session: Session, runtime: Runtime, wishes: Wishes) -> int:
    """Plan, ask, apply, for every store that was asked for."""
    codes: list[int] = []
    chosen = await chosen_orders(session, runtime, store=wishes.store, texts=wishes.orders)
    for store, order_ids in chosen.items():
        with session.told(codes):
            shop = await runtime.shop(store)
            run = await cycle.reconcile(
                shop,
                agree=lambda look: agrees(session, look, wishes=wishes),
                wait=wishes.wait,
                allowance=wishes.allowance,
                order_ids=order_ids,
            )
            codes.append(show_run(session, run, wishes=wishes, actor=runtime.actor))
    return exit_codes.worst(codes)


def agrees(session: Session, look: Look, *, wishes: Wishes) -> bool:
    """Show what would be done and ask. Nothing to do needs no answer."""
    show_sources(session, look)
    if not wishes.as_json:
        session.show(plan_report(look.plan))
    going = [step for step in look.guarded.go if step.approval is Approval.AUTO]
    if not going or session.agrees(f"{look.plan.store}: {effects_text(effects(going))}. Go on?", yes=wishes.yes):
        return True
    session.note("Nothing was changed.")
    return False


def show_run(session: Session, run: Run, *, wishes: Wishes, actor: str) -> int:
    """What a run did; gives its exit code."""
    if wishes.as_json:
        session.document(_run_document(run))
    else:
        session.show(run_report(run_facts(run, actor=actor)))
    return exit_codes.of_run(run, detailed=wishes.detailed)


def _run_document(run: Run) -> dict[str, Any]:
    return run_document(
        run.plan,
        run.outcomes,
        run_id=run.run_id,
        started_at=run.started_at,
        finished_at=run.finished_at,
        settled=run.settled,
    )


async def applied(session: Session, runtime: Runtime, plan: Plan, wishes: Wishes) -> int:
    """A saved plan, carried out."""
    if plan.store not in session.config.stores:
        raise GuardRefused(f'The plan is for the store "{plan.store}", which this configuration does not have.')
    shop = await runtime.shop(plan.store)
    run = await cycle.apply_plan(shop, plan, wait=wishes.wait, allowance=wishes.allowance)
    return show_run(session, run, wishes=wishes, actor=runtime.actor)
