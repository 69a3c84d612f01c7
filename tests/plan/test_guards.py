"""What may go, what is held and what waits: guards look at a plan as a whole."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from syncd.cli.app import app
from syncd.domain.steps import Action, Approval, Plan
from syncd.reconcile.guard import Guarded, GuardFacts, Halt, SourceState, guard
from syncd.reconcile.plan import make_plan
from syncd.reconcile.policy import Policy
from tests.plan.steps import NOW, STEPS, facts, step, steps

FROZEN = SourceState(complete=True, observed_at=NOW, frozen=True)
CANCEL = Action.CANCEL_FULFILLMENT_ORDER
POLICY = Policy()


def guarded(planned, *, policy: Policy = POLICY, given_facts: GuardFacts | None = None, **caps) -> Guarded:
    plan = make_plan("main", planned, policy=policy, seen="seen", now=NOW)
    return guard(plan, policy=policy, facts=given_facts or facts(), **caps)


def told(result: Guarded) -> list[tuple[str, str, float, float]]:
    return [(refusal.guard, refusal.scope, refusal.seen, refusal.limit) for refusal in result.plan.refused]


def test_an_ordinary_plan_goes_whole() -> None:
    planned = [*steps(10), *steps(3, CANCEL, start=50)]
    result = guarded(planned)
    assert list(result.go) == planned
    assert (result.held, result.deferred, result.is_refused) == ((), (), False)


def test_observing_lets_nothing_go() -> None:
    result = guarded(steps(3), given_facts=facts(mode="observe"))
    assert result.go == ()
    assert len(result.held) == 3
    assert told(result) == [("mode", "main", 3, 0)]
    assert not guarded([], given_facts=facts(mode="observe")).is_refused


def test_a_halt_holds_everything_and_says_what_lifts_it() -> None:
    halted = replace(facts(), halt=Halt(why="main is paused by ada", remedy="syncd resume --store main"))
    result = guarded([step(1), step(2, drift="manual")], given_facts=halted)
    assert (result.go, len(result.held)) == ((), 2)
    (refusal,) = result.plan.refused
    assert refusal.text == "main: 2 steps planned, and main is paused by ada. Nothing was changed."
    assert (refusal.guard, refusal.remedy) == ("paused", "syncd resume --store main")
    assert (refusal.scope, refusal.seen, refusal.limit) == ("main", 2, 0)
    assert not guarded([], given_facts=halted).is_refused


def test_a_frozen_source_holds_its_steps_and_no_others() -> None:
    cj, ali = step(1), step(2, supplier="ali")
    result = guarded([cj, ali], given_facts=facts(cj=FROZEN))
    assert result.go == (ali,)
    assert told(result) == [("frozen", "cj", 1, 0)]


def test_a_frozen_store_holds_everything() -> None:
    result = guarded([step(1), step(2, supplier=None)], given_facts=facts(main=FROZEN))
    assert result.go == ()


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (SourceState(complete=False, observed_at=NOW), ("incomplete", "cj", 1, 0)),
        (SourceState(complete=True, observed_at=NOW, error="timeout"), ("incomplete", "cj", 1, 0)),
        (SourceState(complete=True), ("incomplete", "cj", 1, 0)),
        (SourceState(complete=True, observed_at=NOW - timedelta(minutes=61)), ("stale", "cj", 61, 60)),
    ],
)
def test_nothing_is_taken_back_on_the_word_of_a_partial_or_old_read(state: SourceState, said: object) -> None:
    create, cancel = step(1), step(2, CANCEL)
    result = guarded([create, cancel], given_facts=facts(cj=state))
    assert result.go == (create,)
    assert told(result) == [said]


def test_an_hour_old_read_is_still_fresh() -> None:
    edge = facts(cj=SourceState(complete=True, observed_at=NOW - timedelta(hours=1)))
    assert not guarded([step(1, CANCEL)], given_facts=edge).is_refused


def test_a_source_that_nobody_read_was_not_read_whole() -> None:
    result = guarded([step(1, CANCEL, supplier="depot")])
    assert told(result) == [("incomplete", "depot", 1, 0)]


def test_a_person_s_own_step_rests_on_no_source() -> None:
    typed = step(1, Action.CANCEL_FULFILLMENT, drift="manual")
    assert guarded([typed], given_facts=facts(cj=SourceState(complete=False))).go == (typed,)


@pytest.mark.parametrize(
    ("count", "open_orders", "refused"),
    [
        (30, 100, False),  # exactly the limit is not over it
        (31, 100, True),
        (29, 100, False),
        (4, 4, False),  # below five no share is looked at
        (5, 5, True),
        (5, 0, True),
        (21, 70, False),  # 0.3 * 70 is 21 exactly, whatever a float makes of it
    ],
)
def test_too_large_a_share_of_a_supplier_s_open_orders_holds_the_supplier(
    count: int, open_orders: int, *, refused: bool
) -> None:
    planned = [*steps(count, CANCEL), step(500, supplier="ali")]
    result = guarded(planned, given_facts=facts(open_orders=open_orders))
    assert result.is_refused is refused
    assert result.go == (tuple(planned[-1:]) if refused else tuple(planned))


def test_a_share_of_29_percent_is_counted_in_whole_steps() -> None:
    policy = Policy(max_destructive_share=0.29)
    assert not guarded(steps(29, CANCEL), policy=policy).is_refused
    assert guarded(steps(30, CANCEL), policy=policy).is_refused


def test_the_share_also_holds_what_the_same_supplier_would_add() -> None:
    planned = [*steps(41, CANCEL), *steps(3, start=60)]
    assert guarded(planned).go == ()


def test_steps_that_wait_for_a_person_count_only_once_approved() -> None:
    waiting = steps(41, CANCEL, approval=Approval.REQUIRED)
    assert not guarded(waiting).is_refused
    assert not guarded(steps(41, CANCEL, approval=Approval.REPORT)).is_refused
    assert told(guarded(waiting, approved={each.id for each in waiting})) == [("share", "cj", 0.41, 0.3)]


def test_a_person_lifts_the_destructive_caps_by_naming_the_number() -> None:
    planned = [*steps(41, CANCEL), *steps(40, CANCEL, start=50, supplier="ali")]
    assert guarded(planned, allow_destructive=80).is_refused
    assert guarded(planned, allow_destructive=81).go == tuple(planned)


def test_the_number_that_a_refusal_names_is_the_number_that_lifts_it() -> None:
    planned = [
        *steps(41, CANCEL),
        *steps(40, CANCEL, start=50, supplier="ali"),
        *steps(2, CANCEL, start=99, supplier=None),
    ]
    result = guarded(planned)
    numbers = {int(refusal.remedy.rpartition("--allow-destructive ")[2]) for refusal in result.plan.refused}
    assert numbers == {83}
    assert not guarded(planned, allow_destructive=83).is_refused


def test_more_destructive_steps_than_a_run_may_have_refuse_the_run() -> None:
    policy = Policy(max_changes_per_run=10, max_destructive_share=1)
    planned = [*steps(11, CANCEL), step(50, supplier="ali")]
    result = guarded(planned, policy=policy)
    assert result.go == ()
    assert told(result) == [("count", "main", 11, 10)]
    assert guarded(planned, policy=policy, allow_destructive=11).go == tuple(planned)
    assert not guarded(steps(10, CANCEL), policy=policy).is_refused


def test_more_additive_steps_than_a_run_may_have_wait_for_the_next_pass() -> None:
    policy = Policy(max_changes_per_run=10)
    planned = steps(12)
    result = guarded(planned, policy=policy)
    assert (result.go, result.deferred) == (tuple(planned[:10]), tuple(planned[10:]))
    assert not result.is_refused
    assert guarded(planned, policy=policy, allow_changes=11).deferred == tuple(planned[11:])
    assert guarded(planned, policy=policy, allow_changes=5).deferred == tuple(planned[5:])


def test_what_is_not_sent_does_not_use_up_the_additive_cap() -> None:
    policy = Policy(max_changes_per_run=2)
    shown = [*steps(5, approval=Approval.REPORT), *steps(5, start=10, approval=Approval.REQUIRED)]
    sent = steps(2, start=20)
    assert guarded([*shown, *sent], policy=policy).go == (*shown, *sent)


def test_guarding_again_tells_today_s_refusals_only() -> None:
    first = guarded(steps(3), given_facts=facts(mode="observe"))
    again = guard(first.plan, policy=Policy(), facts=facts())
    assert again.plan.refused == ()


STATES = st.builds(
    SourceState,
    complete=st.booleans(),
    error=st.none() | st.just("timeout"),
    observed_at=st.none() | st.sampled_from([NOW, NOW - timedelta(hours=2)]),
    frozen=st.booleans(),
)
SITUATIONS = st.builds(
    GuardFacts,
    mode=st.sampled_from(["act", "act", "observe"]),
    open_orders=st.dictionaries(st.sampled_from(["cj", "ali"]), st.integers(min_value=0, max_value=20)),
    sources=st.dictionaries(st.sampled_from(["main", "cj", "ali"]), STATES),
    now=st.just(NOW),
)
POLICIES = st.builds(
    Policy,
    max_changes_per_run=st.integers(min_value=0, max_value=8),
    max_destructive_share=st.floats(min_value=0, max_value=1),
)


def _plan(planned) -> Plan:
    return make_plan("main", planned, policy=Policy(), seen="seen", now=NOW)


@given(
    planned=st.lists(STEPS, max_size=12), situation=SITUATIONS, policy=POLICIES, allowed=st.none() | st.integers(0, 20)
)
def test_every_step_ends_in_exactly_one_place(planned, situation, policy, allowed) -> None:
    plan = _plan(planned)
    result = guard(plan, policy=policy, facts=situation, allow_changes=allowed, allow_destructive=allowed)
    places = [*result.go, *(each for each, _ in result.held), *result.deferred]
    assert sorted(each.id for each in places) == sorted(each.id for each in plan.steps)
    assert {refusal for _, refusal in result.held} == set(result.plan.refused)
    assert all(not each.is_destructive for each in result.deferred)


@given(
    planned=st.lists(STEPS, max_size=12), situation=SITUATIONS, policy=POLICIES, allowed=st.none() | st.integers(0, 20)
)
def test_no_destructive_step_of_a_doubtful_source_ever_goes(planned, situation, policy, allowed) -> None:
    result = guard(_plan(planned), policy=policy, facts=situation, allow_changes=allowed, allow_destructive=allowed)
    for each in result.go:
        state = situation.sources.get(each.supplier)
        assert situation.mode == "act"
        assert not (situation.sources.get("main") or FROZEN_NOT).frozen
        if each.is_destructive and each.supplier and each.drift != "manual":
            assert state is not None
            assert not state.frozen
            assert state.complete
            assert not state.error
            assert state.observed_at == NOW


@given(planned=st.lists(STEPS, max_size=12), situation=SITUATIONS, policy=POLICIES)
def test_no_run_sends_more_than_its_caps(planned, situation, policy) -> None:
    result = guard(_plan(planned), policy=policy, facts=situation)
    sent = [each for each in result.go if each.approval is Approval.AUTO]
    destructive = [each for each in sent if each.is_destructive]
    assert len(destructive) <= policy.max_changes_per_run
    assert len(sent) - len(destructive) <= policy.max_changes_per_run
    for supplier in ("cj", "ali"):
        count = sum(each.supplier == supplier for each in destructive)
        assert count < 5 or count <= policy.max_destructive_share * situation.open_orders.get(supplier, 0)


FROZEN_NOT = SourceState(complete=True)

REFUSED = {
    "mode": guarded(steps(3), given_facts=facts(mode="observe")),
    "frozen": guarded(
        steps(3, CANCEL),
        given_facts=facts(cj=replace(FROZEN, reason="41 of 100 open orders were cancelled in one pass")),
    ),
    "incomplete": guarded(
        [step(1, CANCEL)], given_facts=facts(cj=SourceState(complete=False, error="timeout after 30 s"))
    ),
    "stale": guarded(
        steps(2, CANCEL), given_facts=facts(cj=SourceState(complete=True, observed_at=NOW - timedelta(hours=3)))
    ),
    "share": guarded(steps(41, CANCEL)),
    "count": guarded([*steps(2, CANCEL), step(9, Action.SUPPLIER_CANCEL)], policy=Policy(max_changes_per_run=2)),
}
WORDS = {
    "mode": (
        'main: 3 steps planned, and mode = "observe" lets none go. Nothing was changed.',
        'To let syncd act, set mode = "act" under [stores.main], then: syncd reconcile --store main',
    ),
    "frozen": (
        "cj: frozen (41 of 100 open orders were cancelled in one pass). 3 steps held, 0 may go. Nothing of cj was changed.",
        "Look at cj itself, then: syncd check --store main",
    ),
    "incomplete": (
        "cj: 1 request would be cancelled, but cj was not read whole (timeout after 30 s). None of this was sent.",
        "See what ails it: syncd check --store main; then: syncd reconcile --store main",
    ),
    "stale": (
        "cj: 2 requests would be cancelled, but cj was last read at 2026-11-22T05:00:00Z, 180 minutes ago (180 > 60). None of this was sent.",
        "See what ails it: syncd check --store main; then: syncd reconcile --store main",
    ),
    "share": (
        "cj: 41 requests would be cancelled, and it has 100 open orders: 41 of 100 (41 % > 30 %). Nothing of cj was changed.",
        "Check cj, then: syncd reconcile --store main --allow-destructive 41",
    ),
    "count": (
        "main: 2 requests would be cancelled and 1 supplier order would be cancelled in one run (3 > 2). Nothing was changed.",
        "Read the plan, then: syncd reconcile --store main --allow-destructive 3",
    ),
}


@pytest.mark.parametrize("name", sorted(WORDS))
def test_a_refusal_has_its_arithmetic_and_the_next_command(name: str) -> None:
    (refusal,) = REFUSED[name].plan.refused
    assert (refusal.text, refusal.remedy) == WORDS[name]
    assert refusal.guard == name


def test_every_command_and_option_that_a_refusal_names_exists() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for result in REFUSED.values():
        for name, rest in re.findall(r": syncd ([a-z-]+)([^;]*)", result.plan.refused[0].remedy):
            options = {option for param in commands[name].params for option in param.opts}
            assert set(re.findall(r"--[a-z-]+", rest)) <= options
