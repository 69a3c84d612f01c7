"""Steps that a person types for one order: decided on fresh reads, shown, agreed to, carried out as any other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from syncd import cycle
from syncd.cli import exit_codes, passes
from syncd.cli.orders import one_order
from syncd.config.problems import did_you_mean
from syncd.domain.tracking import Tracking
from syncd.errors import GuardRefused, UsageError
from syncd.reconcile import manual

if TYPE_CHECKING:
    from syncd.cli.session import Session
    from syncd.compose import Runtime
    from syncd.domain.steps import Step
    from syncd.reconcile.policy import Policy
    from syncd.reconcile.view import OrderView

Ask = Callable[["OrderView", "Policy", datetime, "Step | None"], "tuple[Step, ...] | manual.Refused"]
"""What one command wants of an order, given its policy and the time; asked about one step alone right before it is sent."""

HOLD_REASONS = (
    "AWAITING_PAYMENT",
    "AWAITING_RETURN_ITEMS",
    "HIGH_RISK_OF_FRAUD",
    "INCORRECT_ADDRESS",
    "INVENTORY_OUT_OF_STOCK",
    "OTHER",
    "UNKNOWN_DELIVERY_DATE",
)
"""Shopify's FulfillmentHoldReason (Admin schema 2026-10), without the one that only its own checkout uses."""

_MISTYPED = frozenset({"nothing", "reason"})
"""Refusals that are about what was typed rather than about what the order shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What was typed besides the command's own options."""

    order: str
    store: str | None
    yes: bool
    dry_run: bool
    as_json: bool
    wait: str


def carried_out(session: Session, typed: Typed, ask: Ask) -> int:
    """What `ask` decides for the order, after a yes; gives the exit code."""
    wishes = passes.Wishes(
        store=typed.store, as_json=typed.as_json, yes=typed.yes, wait=passes.waiting(typed.wait), detailed=False
    )
    names = session.store_names(typed.store)
    if not typed.dry_run:
        session.require_consent(yes=typed.yes)

    async def work(runtime: Runtime) -> int:
        store, order_id = await one_order(runtime, names, typed.order)
        shop = await runtime.shop(store)

        def decide(view: OrderView, only: Step | None = None) -> Sequence[Step]:
            return _steps(ask(view, shop.policy, runtime.clock.now(), only))

        if typed.dry_run:
            found = await cycle.look_by_hand(shop, order_id, decide=decide)
            passes.show_plans(session, [found], as_json=typed.as_json)
            return exit_codes.of_look(found, detailed=False)
        run = await cycle.act_by_hand(
            shop,
            order_id,
            decide=decide,
            again=decide,
            agree=lambda look: passes.agrees(session, look, wishes=wishes),
            wait=wishes.wait,
        )
        return passes.show_run(session, run, wishes=wishes, actor=runtime.actor)

    return session.run(work)


def _steps(decided: tuple[Step, ...] | manual.Refused) -> tuple[Step, ...]:
    if isinstance(decided, manual.Refused):
        error = UsageError if decided.code in _MISTYPED else GuardRefused
        raise error(decided.text, remedy=decided.remedy)
    return decided


def unfulfilling(*, reason: str, note: str) -> Ask:
    """Take back what never moved. Raises UsageError for a reason that is none."""
    _known(reason, manual.REASONS, "--reason")
    return lambda view, policy, now, _: manual.unfulfill(view, policy=policy, reason=reason, note=note, now=now)


def holding(*, reason: str, note: str) -> Ask:
    """Hold all open work. Raises UsageError for a reason that is none."""
    _known(reason, HOLD_REASONS, "--reason")
    return lambda view, policy, now, _: manual.hold(view, policy=policy, reason=reason, note=note, now=now)


def releasing(*, note: str) -> Ask:
    """Release our own holds."""
    return lambda view, policy, now, _: manual.release(view, policy=policy, note=note, now=now)


def fulfilling(*, numbers: Sequence[str], carrier: str | None, lines: Sequence[str], note: str) -> Ask:
    """Fulfill open units, all or those of `lines` (`SKU` or `SKU=UNITS`), under these numbers."""
    tracking = tuple(Tracking(number=number, company=carrier) for number in numbers)
    asked = dict(_units(line) for line in lines)

    def ask(
        view: OrderView, policy: Policy, now: datetime, only: Step | None = None
    ) -> tuple[Step, ...] | manual.Refused:
        if only is not None:
            # Of what was asked for, the rest is done by now, or is another step's to do.
            lines_left = {line.line_item_id: line.quantity for line in only.lines}
            return manual.fulfill(
                view, policy=policy, tracking=tracking, now=now, lines=lines_left, at=only.target.place, note=note
            )
        chosen = _chosen(view, asked) if asked else None
        return manual.fulfill(view, policy=policy, tracking=tracking, now=now, lines=chosen, note=note)

    return ask


def _units(line: str) -> tuple[str, int | None]:
    sku, mark, units = line.rpartition("=")
    if not mark:
        return line, None
    if not units.isdecimal() or not int(units):
        raise UsageError(f'--line: "{line}" is not understood.', remedy="Write SKU, or SKU=UNITS.")
    return sku, int(units)


def _chosen(view: OrderView, asked: Mapping[str, int | None]) -> dict[str, int]:
    """Units by line id. A SKU on two lines fills the first one first. Raises UsageError for a SKU that the order lacks."""
    chosen: dict[str, int] = {}
    open_units = {line.id: 0 for line in view.order.lines}
    for work in view.order.fulfillment_orders:
        for part in work.lines:
            open_units[part.line_id] = open_units.get(part.line_id, 0) + part.remaining
    for sku, units in asked.items():
        found = [line for line in view.order.lines if (line.sku or "").strip() == sku.strip()]
        if not found:
            known = [line.sku for line in view.order.lines if line.sku]
            raise UsageError(f'{view.order.name} has no line with the SKU "{sku}"; {did_you_mean(sku, known)}')
        left = sum(open_units[line.id] for line in found) if units is None else units
        for line in found[:-1]:
            chosen[line.id] = min(left, open_units[line.id])
            left -= chosen[line.id]
        chosen[found[-1].id] = left
    return {line_id: units for line_id, units in chosen.items() if units}


def _known(word: str, words: Sequence[str], option: str) -> None:
    if word not in words:
        text = f'{option}: "{word}" is no reason; {did_you_mean(word, words)}' if word else f"{option} is required."
        raise UsageError(text, remedy=f"Use one of: {', '.join(words)}.")
