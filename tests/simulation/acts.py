"""What people and the daemon let syncd do: one act is the whole life of one process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

from syncd import cycle
from syncd.config.models import DaemonTable
from syncd.daemon import serve
from syncd.domain.steps import StepState
from syncd.journal import approvals
from syncd.shop import Shop
from tests.simulation.choices import Scope
from tests.simulation.process import Process
from tests.simulation.scene import Scene, Store

PATIENCE = timedelta(minutes=3)
"""How long a pass waits for the fence that a dead predecessor holds."""

Act = Callable[[Scene, Process, Store, Scope], Awaitable[None]]


async def one_pass(scene: Scene, process: Process, store: Store, scope: Scope) -> None:
    """`syncd reconcile --yes`."""
    run = await cycle.reconcile(scene.shop(process, store), agree=lambda _: True, wait=PATIENCE)
    noted(scene, run)


async def dry_run(scene: Scene, process: Process, store: Store, scope: Scope) -> None:
    """`syncd plan --output FILE`."""
    process.may_write = False
    found = await cycle.look(scene.shop(process, store))
    scene.plans[store.name] = found.plan
    scene.reached["dry run"] += 1


async def says_no(scene: Scene, process: Process, store: Store, scope: Scope) -> None:
    """`syncd reconcile`, and a no to the question."""
    process.may_write = False
    noted(scene, await cycle.reconcile(scene.shop(process, store), agree=lambda _: False, wait=PATIENCE))


async def saved_plan(scene: Scene, process: Process, store: Store, scope: Scope) -> None:
    """`syncd apply FILE`; of a file that is too old people know that mostly, and make another."""
    plan = scene.plans.get(store.name)
    is_old = plan is not None and process.now() - plan.created_at > cycle.PLAN_AGE
    if plan is None or (is_old and scope.chance("anew", 0.8)):
        await dry_run(scene, process, store, scope)
        return
    if scope.chance("once", 0.6):
        del scene.plans[store.name]
    noted(scene, await cycle.apply_plan(scene.shop(process, store), plan, wait=PATIENCE))
    scene.reached["saved plan applied"] += 1


async def decides(scene: Scene, process: Process, store: Store, scope: Scope) -> None:
    """`syncd approve ID` or `syncd reject ID`, for everything that waits."""
    shop = scene.shop(process, store)
    now = process.now()
    for place, row in enumerate(await shop.db.run(approvals.waiting, store=store.name, now=now)):
        yes = not scope.chance(f"no {place}", 0.3)
        await _answer(shop, row.step.id, yes=yes)
        if yes:
            scene.truth.agreed.add((row.step.order_id, row.step.action.value))
        scene.tell(f"a person says {'yes' if yes else 'no'} to {row.step.action} of {row.step.order}")
        scene.reached["approved" if yes else "rejected"] += 1


async def _answer(shop: Shop, step_id: str, *, yes: bool) -> None:
    fn = approvals.approve if yes else approvals.reject
    await shop.db.run(fn, store=shop.name, step_id=step_id, actor="tester", now=shop.clock.now())


def noted(scene: Scene, run: Any) -> None:
    """Count what a run came to."""
    scene.served.append(run.store)
    for outcome in run.outcomes:
        scene.reached.update(
            (f"step {outcome.step.action}", f"outcome {outcome.state}", f"code {outcome.code or 'none'}")
        )
        scene.tell(f"  {outcome.step.action} {outcome.step.order}: {outcome.state} {outcome.code}".rstrip())
        scene.asks = scene.asks or outcome.state is StepState.AWAITING_APPROVAL
    for outcome in run.settled:
        scene.reached.update((f"settled {outcome.state}", f"settled as {outcome.code or 'none'}"))
        scene.tell(f"  settled {outcome.step.action} {outcome.step.order}: {outcome.state} {outcome.code}")
    for source in run.sources:
        if source.error is None and not source.complete:
            scene.reached["partial read"] += 1


async def daemon_round(scene: Scene, process: Process, store: Store, scope: Scope) -> None:
    """One round of `syncd run`: every store gets its pass, whatever becomes of the others'."""
    runtime: Any = _Runtime(scene=scene, process=process)
    await serve(runtime, list(scene.stores), code_of=partial(_noted_code, scene), worst=max, once=True)
    scene.reached["daemon round"] += 1


def _noted_code(scene: Scene, run: Any) -> int:
    noted(scene, run)
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Runtime:
    """As much of the runtime as a round needs."""

    scene: Scene
    process: Process

    @property
    def config(self) -> Any:
        return SimpleNamespace(document=SimpleNamespace(daemon=DaemonTable()))

    async def shop(self, name: str) -> Shop:
        return self.scene.shop(self.process, self.scene.stores[name])


ACTS: dict[str, Act] = {
    "pass": one_pass,
    "plan": dry_run,
    "no": says_no,
    "apply": saved_plan,
    "decide": decides,
    "run --once": daemon_round,
}
