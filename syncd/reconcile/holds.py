"""Holds with our own handle: on the units that are meant, and on nobody else's."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from syncd.domain.orders import FulfillmentOrder, FulfillmentOrderLine
from syncd.domain.steps import Action, Allocation, StepLine, Target
from syncd.reconcile.case import Case
from syncd.reconcile.matching import Side
from syncd.reconcile.steps import OUR_HANDLE, Draft, request_basis


def hold_drafts(
    case: Case,
    side: Side,
    works: Iterable[FulfillmentOrder],
    *,
    why: str,
    reason: str = "OTHER",
    only: Collection[str] | None = None,
) -> list[Draft]:
    """Holds, where there is none of ours yet and nobody took one of ours off. `only`: lines (default: all of the supplier's)."""
    drafts = []
    for work in works:
        parts = [
            part for part in work.lines if part.remaining > 0 and part.line_id in (side.lines if only is None else only)
        ]
        lines = _units(case, parts)
        is_part = any(part.remaining > 0 and part not in parts for part in work.lines)
        # A hold on some of the units splits the fulfillment order: the others stay free.
        is_able = {"HOLD", "SPLIT"} if is_part else {"HOLD"}
        is_held = any(hold.is_ours or hold.handle == OUR_HANDLE for hold in work.holds)
        if not parts or is_held or not is_able <= work.supported_actions or _was_held(case, lines):
            continue
        target = Target(
            fulfillment_order_id=work.id,
            hold_handle=OUR_HANDLE,
            hold_reason=reason,
            allocations=_allocations(work, parts) if is_part else (),
        )
        draft = Draft(
            action=Action.HOLD,
            approval=case.policy.holds,
            lines=lines,
            target=target,
            basis=f"hold:{request_basis(work)}",
            why=why,
            supplier=side.name,
            message=why,
        )
        drafts.append(draft)
    return drafts


def _units(case: Case, parts: Iterable[FulfillmentOrderLine]) -> tuple[StepLine, ...]:
    units: dict[str, int] = {}
    for part in parts:
        units[part.line_id] = units.get(part.line_id, 0) + part.remaining
    return case.units_of(units)


def _allocations(work: FulfillmentOrder, parts: Iterable[FulfillmentOrderLine]) -> tuple[Allocation, ...]:
    return tuple(
        Allocation(
            fulfillment_order_id=work.id,
            fulfillment_order_line_id=part.id,
            line_item_id=part.line_id,
            quantity=part.remaining,
        )
        for part in sorted(parts, key=lambda part: part.id)
    )


def _was_held(case: Case, lines: tuple[StepLine, ...]) -> bool:
    """A hold of ours that is gone was released by somebody who meant it."""
    held = {line.line_item_id for line in lines}
    return any(
        intent.action is Action.HOLD
        and intent.state in {"done", "verified"}
        and held <= {line.line_item_id for line in intent.lines}
        for intent in case.view.intents
    )
