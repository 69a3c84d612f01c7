"""Steps that wait for a person's yes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from syncd.clock import rfc3339
from syncd.errors import CredentialsRejected, UsageError
from syncd.journal import approvals
from syncd.reports.words import step_text

if TYPE_CHECKING:
    from syncd.compose import Runtime
    from syncd.journal.approvals import ApprovalRow


async def waiting(runtime: Runtime, stores: Sequence[str]) -> list[ApprovalRow]:
    """Everything that a person may still decide on in these stores, oldest first: also a yes that was not used yet."""
    now = runtime.clock.now()
    return [row for store in stores for row in await runtime.db.run(approvals.undecided, store=store, now=now)]


def document_of(row: ApprovalRow) -> dict[str, Any]:
    """One request as JSON."""
    return {
        "id": row.step.id,
        "store": row.step.store,
        "order": row.step.order,
        "order_id": row.step.order_id,
        "action": row.step.action.value,
        "drift": row.step.drift,
        "why": row.step.why,
        "state": row.state.value,
        "plan_id": row.plan_id,
        "requested_at": rfc3339(row.requested_at),
        "expires_at": rfc3339(row.expires_at),
    }


def words_of(row: ApprovalRow) -> str:
    """One request for people."""
    said = (
        "" if row.state == "requested" else f"\n    approved by {row.actor}; take it back: syncd reject {row.step.id}"
    )
    return f"{row.step.id}  {row.step.store}  {row.step.order}: {step_text(row.step)}\n    {row.step.why}{said}"


async def decide(
    runtime: Runtime, stores: Sequence[str], ids: Sequence[str], *, verdict: str, reason: str
) -> list[str]:
    """Say yes (`approve`) or no to these requests, or to all; tells the history. Nothing is decided when an id is wrong."""
    _may_decide(runtime)
    may_be = {"requested"} if verdict == "approve" or not ids else {"requested", "approved"}
    found = {row.step.id: row for row in await waiting(runtime, stores) if row.state in may_be}
    unknown = [one for one in ids if one not in found]
    if unknown:
        raise UsageError(f"Nothing waits under {', '.join(unknown)}.", remedy="See: syncd approvals")
    said = []
    for row in [found[one] for one in ids] if ids else found.values():
        decision = approvals.approve if verdict == "approve" else approvals.reject
        now = runtime.clock.now()
        step = row.step
        await runtime.db.run(decision, store=step.store, step_id=step.id, actor=runtime.actor, now=now, reason=reason)
        said.append(f"{'Approved' if verdict == 'approve' else 'Rejected'} {step.id}: {step.order}, {step_text(step)}")
    if verdict == "approve" and said:
        said.append("The next pass carries it out: syncd reconcile")
    return said or ["Nothing waits for a yes."]


def _may_decide(runtime: Runtime) -> None:
    names = runtime.config.document.approvers.names
    if names and runtime.actor not in names:
        raise CredentialsRejected(
            f"{runtime.actor} is not among the approvers of this configuration.", remedy="See [approvers] names."
        )
