"""Steps: what is to be done about a drift, as values."""

from __future__ import annotations

from dataclasses import dataclass

from syncd.domain.orders import Fulfillment, FulfillmentOrder
from syncd.domain.steps import Action, Approval, Step, StepLine, Target
from syncd.domain.tracking import Tracking
from syncd.reconcile.evidence import stamp
from syncd.reconcile.ids import step_id
from syncd.reconcile.view import Drift, OrderView

OUR_HANDLE = "syncd"
"""The handle of holds that are ours; no other hold is ever released."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A step before it is tied to an order and the drift that it answers; see Step for the fields."""

    action: Action
    approval: Approval
    lines: tuple[StepLine, ...]
    target: Target
    basis: str
    why: str
    tracking: tuple[Tracking, ...] = ()
    notify: bool = False
    parcels: tuple[str, ...] = ()
    supplier: str | None = None
    message: str | None = None


def make_step(draft: Draft, *, view: OrderView, drift: Drift | None) -> Step:
    """The step itself; without a drift it is one that a person typed."""
    return Step(
        id=step_id(
            store=view.store,
            order_id=view.order.id,
            action=draft.action,
            lines=draft.lines,
            tracking=draft.tracking,
            basis=draft.basis,
        ),
        store=view.store,
        action=draft.action,
        order=view.order.name,
        order_id=view.order.id,
        lines=draft.lines,
        tracking=draft.tracking,
        target=draft.target,
        basis=draft.basis,
        drift=drift.kind if drift else "manual",
        drift_id=drift.id if drift else None,
        why=draft.why,
        approval=draft.approval,
        notify_customer=draft.notify,
        parcels=draft.parcels,
        supplier=draft.supplier,
        message=draft.message,
    )


def at_least_asked(approval: Approval) -> Approval:
    """The policy's answer for what is never done without a person."""
    return Approval.REQUIRED if approval is Approval.AUTO else approval


def fulfillment_basis(fulfillment: Fulfillment) -> str:
    """The state of a fulfillment that a step on it answers."""
    shown = sorted(f"{one.number}@{one.company or ''}" for one in fulfillment.tracking)
    return f"{fulfillment.id}:{fulfillment.status.value}:{','.join(shown)}"


def request_basis(work: FulfillmentOrder) -> str:
    """The state of a fulfillment order that a step on it answers. Its id is left out: it churns, lines do not."""
    units = sorted(f"{part.line_id}*{part.remaining}" for part in work.lines)
    last = max((request.sent_at for request in work.requests), default=None)
    return f"{work.status.value}:{work.request_status.value}:{stamp(last)}:{','.join(units)}"
