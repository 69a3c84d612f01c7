"""What a guard says when it says no: every sentence with its arithmetic, and where every step ends."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.domain.steps import Action, Approval
from syncd.reconcile.guard import Guarded, GuardFacts, SourceState, guard
from syncd.reconcile.plan import make_plan
from syncd.reconcile.policy import Policy
from tests.plan.steps import NOW, facts, step, steps

CANCEL, UNFULFILL = Action.CANCEL_FULFILLMENT_ORDER, Action.CANCEL_FULFILLMENT
FROZEN = SourceState(complete=True, observed_at=NOW, frozen=True)
TOLD = SourceState(complete=True, observed_at=NOW, frozen=True, reason="401 since Monday", remedy="Renew its token.")
EVERY = [step(n, action, supplier=None) for n, action in enumerate(Action, 1)]
FEW = Policy(max_changes_per_run=2, max_destructive_share=1)


def aged(**age: float) -> SourceState:
    return SourceState(complete=True, observed_at=NOW - timedelta(**age))


def nobody(**sources: SourceState) -> GuardFacts:
    """Nothing is known of any supplier but this."""
    return GuardFacts(mode="act", open_orders={}, sources=sources, now=NOW)


def guarded(planned, given_facts=None, policy=Policy(), **more) -> Guarded:  # noqa: B008 - a value
    plan = make_plan("main", planned, policy=policy, seen="seen", now=NOW)
    return guard(plan, policy=policy, facts=given_facts or facts(), **more)


def situations() -> Iterator[tuple[str, Guarded]]:
    """By name: what the guards make of it."""
    yield "observing, one step", guarded([step(1)], facts(mode="observe"))
    yield "observing, several", guarded(steps(3), facts(mode="observe"))
    yield "a frozen supplier, one step", guarded([step(1), step(2, supplier="ali")], facts(cj=FROZEN))
    yield "a frozen supplier, and why", guarded(steps(2), facts(cj=TOLD))
    yield (
        "two frozen suppliers",
        guarded([step(1), step(2, supplier="ali"), step(3, supplier=None)], facts(cj=FROZEN, ali=TOLD)),
    )
    yield "a frozen store", guarded([step(1), step(2, supplier=None)], facts(main=FROZEN))
    yield "a frozen supplier, a step that a person typed", guarded([step(1, drift="manual")], facts(cj=FROZEN))
    yield "a frozen supplier without steps", guarded([step(1, supplier="ali")], facts(cj=FROZEN))
    yield "cut off", guarded([step(1, CANCEL)], facts(cj=SourceState(complete=False, observed_at=NOW)))
    yield "an error", guarded(steps(2, CANCEL), facts(cj=SourceState(complete=True, observed_at=NOW, error="timeout")))
    yield (
        "cut off by an error",
        guarded([step(1, CANCEL)], facts(cj=SourceState(complete=False, observed_at=NOW, error="502"))),
    )
    yield "never read", guarded([step(1, CANCEL)], facts(cj=SourceState(complete=True)))
    yield "not asked", guarded([step(1, CANCEL)], nobody())
    yield (
        "two suppliers that were not asked",
        guarded([step(1, CANCEL), step(2, CANCEL, supplier="ali"), step(3)], nobody()),
    )
    yield "an hour old", guarded([step(1, CANCEL)], facts(cj=aged(hours=1)))
    yield "an hour and a second old", guarded([step(1, CANCEL)], facts(cj=aged(hours=1, seconds=1)))
    yield "two hours old, less a second", guarded([step(1, CANCEL)], facts(cj=aged(hours=2, seconds=-1)))
    yield "all of five", guarded(steps(5, CANCEL), facts(open_orders=5))
    yield "all of one, and four more", guarded(steps(5, CANCEL), facts(open_orders=1))
    yield "five of none", guarded(steps(5, CANCEL), facts(open_orders=0))
    yield "five of nobody knows how many", guarded(steps(5, CANCEL), nobody(cj=aged(minutes=1)))
    yield (
        "five of none, and none is too many",
        guarded(steps(5, CANCEL), nobody(cj=aged(minutes=1)), Policy(max_destructive_share=1)),
    )
    yield "a third", guarded(steps(33, CANCEL), facts(open_orders=99))
    yield (
        "a share of two suppliers",
        guarded([*steps(5, CANCEL), *steps(6, UNFULFILL, start=20, supplier="ali")], facts(open_orders=10)),
    )
    yield "a share that is allowed by its number", guarded(steps(5, CANCEL), facts(open_orders=5), allow_destructive=5)
    yield "a share, and too small a number", guarded(steps(5, CANCEL), facts(open_orders=5), allow_destructive=4)
    yield (
        "a share of what nobody let go yet",
        guarded(steps(5, CANCEL, approval=Approval.REQUIRED), facts(open_orders=5)),
    )
    yield (
        "a share of what somebody let go",
        guarded(
            steps(5, CANCEL, approval=Approval.REQUIRED), facts(open_orders=5), approved={each.id for each in steps(5)}
        ),
    )
    yield (
        "a report is never let go",
        guarded(
            steps(5, CANCEL, approval=Approval.REPORT), facts(open_orders=5), approved={each.id for each in steps(5)}
        ),
    )
    yield "too destructive", guarded([*steps(3, CANCEL), step(9)], policy=FEW)
    yield "too destructive, allowed", guarded(steps(3, CANCEL), policy=FEW, allow_destructive=3)
    yield "as destructive as is allowed", guarded(steps(2, CANCEL), policy=FEW)
    yield "one destructive step where none is allowed", guarded([step(1, CANCEL)], policy=Policy(max_changes_per_run=0))
    yield "every action, and nothing is allowed", guarded(EVERY, policy=Policy(max_changes_per_run=0))
    yield "two of some", guarded([*steps(2, CANCEL), *steps(2, UNFULFILL, start=5)], policy=FEW)
    yield "more additive than allowed", guarded(steps(3), policy=FEW)
    yield "more additive than allowed, and more is asked for", guarded(steps(4), policy=FEW, allow_changes=3)
    yield "nothing additive is allowed", guarded(steps(2), allow_changes=0)
    yield (
        "additive ones that wait do not count",
        guarded([*steps(2, approval=Approval.REQUIRED), *steps(3, start=5)], policy=FEW),
    )
    yield (
        "all at once",
        guarded(
            [
                *steps(5, CANCEL),
                step(20),
                step(21, UNFULFILL, supplier="ali"),
                step(22, supplier="depot"),
                *steps(4, start=30, supplier=None),
            ],
            GuardFacts(
                mode="act",
                open_orders={"cj": 6},
                sources={"cj": aged(minutes=1), "ali": aged(days=1), "depot": FROZEN},
                now=NOW,
            ),
            Policy(max_changes_per_run=3),
        ),
    )


def _told(result: Guarded) -> Iterator[str]:
    for one in result.plan.refused:
        yield f"{one.guard} {one.scope} {one.seen} > {one.limit}: {one.text} {one.remedy}"
    held = [f"{each.order} by {refusal.guard} of {refusal.scope}" for each, refusal in result.held]
    for what, names in (("go", result.go), ("wait", result.deferred)):
        yield f"{what}: {' '.join(each.order for each in names) or '-'}"
    yield f"held: {', '.join(held) or '-'}"


def test_every_refusal_is_told_as_somebody_found_it_good(request: pytest.FixtureRequest) -> None:
    golden = Path(__file__).parent / "documents" / "refusals.txt"
    lines = [line for name, result in situations() for line in (f"== {name}", *_told(result))]
    if request.config.getoption("--refresh"):
        golden.write_text("".join(f"{line}\n" for line in lines))
    assert lines == golden.read_text().splitlines()
