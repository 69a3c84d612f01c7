"""Guards a plan as a whole before any of it is sent: the last look at whether so much change can be right.

In this order:

1. `mode = "observe"` holds every step; so does whoever stopped all writes.
2. A frozen source (mass change, refused credentials) holds every step that rests on its word; a frozen store all.
3. A step that takes something away needs a source that was read whole, and not long ago.
4. Too large a share of one supplier's open orders holds every step of that supplier.
5. More destructive steps than a run may have refuse the run.
6. More additive steps than a run may have wait for the next pass.

Every no says what was counted, what the limit is, and the next command.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil

from syncd.clock import rfc3339
from syncd.domain.steps import Action, Approval, Plan, Refusal, Step
from syncd.reconcile.policy import Policy

MAX_AGE = timedelta(hours=1)
"""How old an observation may be on which a destructive step rests: as old as a plan may get."""

SHARE_FROM = 5
"""Below so many destructive steps no share is looked at: one of two orders is no landslide."""

MANUAL = "manual"
"""The drift of a step that a person typed; it rests on the person's word, not on a source's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """How a source was last read. `frozen`: its mass change or its refused credentials are open."""

    complete: bool
    error: str | None = None
    observed_at: datetime | None = None
    frozen: bool = False
    reason: str = ""
    """Why it is frozen, in words; empty = not told."""
    remedy: str = ""
    """What thaws it, with the command; empty = not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Halt:
    """That nothing may be written now: why, in words, and what lets it go on."""

    why: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardFacts:
    """What a guard needs to know besides the plan. `sources` holds the store itself, by its name, too."""

    mode: str
    open_orders: Mapping[str, int]
    sources: Mapping[str, SourceState]
    now: datetime
    halt: Halt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """A plan after the guards.

    `go`: no guard objects; a step among them that needs approval, or is only reported, still waits for that. `held`: with the
    refusal that holds it. `deferred`: additive steps over the cap, for the next pass. `plan`: the same with its refusals.
    """

    go: tuple[Step, ...]
    held: tuple[tuple[Step, Refusal], ...]
    deferred: tuple[Step, ...]
    plan: Plan

    @property
    def is_refused(self) -> bool:
        """Whether any guard said no."""
        return bool(self.plan.refused)


def guard(
    plan: Plan,
    *,
    policy: Policy,
    facts: GuardFacts,
    allow_changes: int | None = None,
    allow_destructive: int | None = None,
    approved: Collection[str] = frozenset(),
) -> Guarded:
    """Which steps of `plan` may go, which are held and why, and which wait for the next pass.

    `approved` are ids of steps that a person let go. A step that still waits for approval, or is only reported, is not sent and
    so counts towards no cap. `allow_changes` and `allow_destructive` lift the caps to that number for this run.
    """
    caps = _Caps(
        policy=policy, facts=facts, changes=allow_changes, destructive=allow_destructive, approved=frozenset(approved)
    )
    bench = _Bench(store=plan.store, left=list(plan.steps))
    for check in (_mode, _halted, _frozen, _unread, _share, _too_destructive):
        check(bench, caps)
    deferred = _over_the_cap(bench, caps)
    waits = _ids(deferred)
    return Guarded(
        go=tuple(step for step in bench.left if step.id not in waits),
        held=tuple(bench.held),
        deferred=deferred,
        plan=replace(plan, refused=tuple(bench.refusals)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Caps:
    policy: Policy
    facts: GuardFacts
    changes: int | None
    destructive: int | None
    approved: frozenset[str]

    def is_sent(self, step: Step) -> bool:
        return step.approval is Approval.AUTO or (step.approval is Approval.REQUIRED and step.id in self.approved)

    def takes_away(self, steps: Iterable[Step]) -> list[Step]:
        return [step for step in steps if step.is_destructive and self.is_sent(step)]


@dataclass(slots=True, kw_only=True)
class _Bench:
    """The steps that no guard has held yet, and those that were."""

    store: str
    left: list[Step]
    held: list[tuple[Step, Refusal]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)

    def hold(self, refusal: Refusal, steps: Iterable[Step]) -> None:
        ids = _ids(steps)
        self.refusals.append(refusal)
        self.held += [(step, refusal) for step in self.left if step.id in ids]
        self.left = [step for step in self.left if step.id not in ids]


def _mode(bench: _Bench, caps: _Caps) -> None:
    if caps.facts.mode == "act" or not bench.left:
        return
    count = len(bench.left)
    text = f'{bench.store}: {_count(count, "step")} planned, and mode = "{caps.facts.mode}" lets none go. Nothing was changed.'
    remedy = (
        f'To let syncd act, set mode = "act" under [stores.{bench.store}], then: syncd reconcile --store {bench.store}'
    )
    refusal = Refusal(guard="mode", scope=bench.store, seen=count, limit=0, text=text, remedy=remedy)
    bench.hold(refusal, bench.left)


def _halted(bench: _Bench, caps: _Caps) -> None:
    halt, count = caps.facts.halt, len(bench.left)
    if halt is None or not bench.left:
        return
    text = f"{bench.store}: {_count(count, 'step')} planned, and {halt.why}. Nothing was changed."
    refusal = Refusal(guard="paused", scope=bench.store, seen=count, limit=0, text=text, remedy=halt.remedy)
    bench.hold(refusal, bench.left)


def _frozen(bench: _Bench, caps: _Caps) -> None:
    for source, state in sorted(caps.facts.sources.items()):
        resting = [step for step in bench.left if _rests_on(step, source) or source == bench.store]
        if not state.frozen or not resting:
            continue
        why = state.reason or "too many of its orders changed at once, or it refuses our credentials"
        text = (
            f"{source}: frozen ({why}). {_count(len(resting), 'step')} held, 0 may go. Nothing of {source} was changed."
        )
        remedy = state.remedy or f"Look at {source} itself, then: syncd check --store {bench.store}"
        refusal = Refusal(guard="frozen", scope=source, seen=len(resting), limit=0, text=text, remedy=remedy)
        bench.hold(refusal, resting)


def _unread(bench: _Bench, caps: _Caps) -> None:
    """Absence is only what a complete read shows, so nothing is taken away on the word of a partial or old one."""
    suppliers = sorted({step.supplier for step in bench.left if step.supplier})
    for supplier in suppliers:
        resting = [step for step in bench.left if step.is_destructive and _rests_on(step, supplier)]
        refusal = _doubt(supplier, steps=resting, store=bench.store, facts=caps.facts)
        if resting and refusal:
            bench.hold(refusal, resting)


def _doubt(source: str, *, steps: list[Step], store: str, facts: GuardFacts) -> Refusal | None:
    state = facts.sources.get(source, SourceState(complete=False, error="it was not read in this pass"))
    remedy = f"See what ails it: syncd check --store {store}; then: syncd reconcile --store {store}"
    if not state.complete or state.error or state.observed_at is None:
        why = state.error or "its answer was cut off"
        text = f"{source}: {_what(steps)}, but {source} was not read whole ({why}). None of this was sent."
        return Refusal(guard="incomplete", scope=source, seen=len(steps), limit=0, text=text, remedy=remedy)
    age = facts.now - state.observed_at
    if age <= MAX_AGE:
        return None
    # A minute that was begun counts, or a second too many would read "60 > 60".
    minutes, limit = (ceil(time / timedelta(minutes=1)) for time in (age, MAX_AGE))
    text = (
        f"{source}: {_what(steps)}, but {source} was last read at {rfc3339(state.observed_at)}, {minutes} minutes ago "
        f"({minutes} > {limit}). None of this was sent."
    )
    return Refusal(guard="stale", scope=source, seen=minutes, limit=limit, text=text, remedy=remedy)


def _share(bench: _Bench, caps: _Caps) -> None:
    limit = Fraction(str(caps.policy.max_destructive_share))
    sent = [step for step in caps.takes_away(bench.left) if step.supplier]
    by_supplier = {name: [step for step in sent if step.supplier == name] for name in {step.supplier for step in sent}}
    over = {
        name: steps
        for name, steps in by_supplier.items()
        if name and len(steps) >= SHARE_FROM and len(steps) > limit * caps.facts.open_orders.get(name, 0)
    }
    total = len(caps.takes_away(bench.left))
    if caps.destructive is not None and total <= caps.destructive:
        return
    for name in sorted(over):
        refusal = _share_refusal(name, over[name], total=total, store=bench.store, caps=caps)
        bench.hold(refusal, [step for step in bench.left if step.supplier == name])


def _share_refusal(name: str, steps: list[Step], *, total: int, store: str, caps: _Caps) -> Refusal:
    count, open_orders, limit = len(steps), caps.facts.open_orders.get(name, 0), caps.policy.max_destructive_share
    share = count / open_orders if open_orders else 1.0
    sum_ = f"{_percent(share)} > {_percent(limit)}" if open_orders else f"more than {_percent(limit)}"
    text = (
        f"{name}: {_what(steps)}, and it has {_count(open_orders, 'open order')}: {count} of {open_orders} ({sum_}). "
        f"Nothing of {name} was changed."
    )
    remedy = f"Check {name}, then: syncd reconcile --store {store} --allow-destructive {total}"
    return Refusal(guard="share", scope=name, seen=share, limit=limit, text=text, remedy=remedy)


def _too_destructive(bench: _Bench, caps: _Caps) -> None:
    steps = caps.takes_away(bench.left)
    limit = max(caps.policy.max_changes_per_run, caps.destructive or 0)
    if len(steps) <= limit:
        return
    text = f"{bench.store}: {_what(steps)} in one run ({len(steps)} > {limit}). Nothing was changed."
    remedy = f"Read the plan, then: syncd reconcile --store {bench.store} --allow-destructive {len(steps)}"
    refusal = Refusal(guard="count", scope=bench.store, seen=len(steps), limit=limit, text=text, remedy=remedy)
    bench.hold(refusal, bench.left)


def _over_the_cap(bench: _Bench, caps: _Caps) -> tuple[Step, ...]:
    limit = caps.policy.max_changes_per_run if caps.changes is None else caps.changes
    additive = [step for step in bench.left if not step.is_destructive and caps.is_sent(step)]
    return tuple(additive[limit:])


def _ids(steps: Iterable[Step]) -> frozenset[str]:
    return frozenset(step.id for step in steps)


def _rests_on(step: Step, source: str) -> bool:
    return step.supplier == source and step.drift != MANUAL


_TAKEN = {
    Action.CANCEL_FULFILLMENT: ("fulfillment", "would be cancelled"),
    Action.CANCEL_FULFILLMENT_ORDER: ("request", "would be cancelled"),
    Action.SUBMIT_CANCELLATION_REQUEST: ("cancellation", "would be asked for"),
    Action.CANCEL_ORDER: ("order", "would be cancelled"),
    Action.SUPPLIER_CANCEL: ("supplier order", "would be cancelled"),
}


def _what(steps: list[Step]) -> str:
    """What destructive steps do, in words with numbers: `41 requests would be cancelled`."""
    actions = [action for action in _TAKEN if any(step.action is action for step in steps)]
    parts = []
    for action in actions:
        noun, verb = _TAKEN[action]
        parts.append(f"{_count(sum(step.action is action for step in steps), noun)} {verb}")
    return " and ".join(parts)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _percent(share: float) -> str:
    return f"{share * 100:.4g} %"
