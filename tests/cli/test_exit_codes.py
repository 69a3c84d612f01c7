"""One code for everything that applies to a command: the first of the precedence wins."""

from itertools import combinations

import pytest

from syncd.cli.exit_codes import ExitCode, of_look, of_run, of_sources, worst
from syncd.domain.steps import Refusal, StepState
from syncd.errors import AuthRejected, Transient

PRECEDENCE = (78, 77, 69, 75, 4, 1, 3, 2, 0)


@pytest.mark.parametrize("pair", list(combinations(PRECEDENCE, 2)), ids=str)
def test_of_two_codes_the_earlier_in_the_list_wins(pair):
    first, second = pair
    assert worst([second, first]) == worst([first, second]) == first


def test_nothing_that_applies_is_fine_and_an_unknown_code_is_a_failure():
    assert worst([]) == 0
    assert worst([0, 99]) == 1
    assert worst(PRECEDENCE) == 78
    assert worst([64, 78]) == 64


class Thing:
    """A value with whatever a rule looks at."""

    def __init__(self, **values):
        self.__dict__.update(values)


def source(error=None, *, complete=True):
    return Thing(error=error, complete=complete)


def outcome(state, code="", text=""):
    return Thing(state=state, code=code, text=text)


def refusal(guard, text="no"):
    return Refusal(guard=guard, scope="main", seen=1, limit=0, text=text, remedy="")


def run(*outcomes, refused=(), sources=(), settled=()):
    return Thing(outcomes=outcomes, plan=Thing(refused=refused), sources=sources, settled=settled)


def look(*, steps=(), drifts=(), refused=(), sources=()):
    return Thing(plan=Thing(steps=steps, refused=refused), judged=Thing(drifts=drifts), sources=sources)


@pytest.mark.parametrize(
    ("sources", "code"),
    [
        ([], 0),
        ([source()], 0),
        ([source(), source(Transient("down"), complete=False)], 3),
        ([source(complete=False)], 3),
        ([source(AuthRejected("no"), complete=False), source(Transient("down"), complete=False)], 77),
    ],
)
def test_sources_that_do_not_answer(sources, code):
    assert of_sources(sources) == code


VERIFIED = outcome(StepState.VERIFIED)


@pytest.mark.parametrize(
    ("outcomes", "refused", "plain", "detailed"),
    [
        ([], (), 0, 0),
        ([VERIFIED], (), 0, 0),
        ([outcome(StepState.ALREADY_DONE)], (), 0, 0),
        ([VERIFIED, outcome(StepState.AWAITING_APPROVAL)], (), 0, 2),
        ([VERIFIED, outcome(StepState.REPORTED)], (), 0, 2),
        ([outcome(StepState.REFUSED, "deferred")], (), 0, 2),
        ([outcome(StepState.REFUSED, "stale")], (), 3, 3),
        ([outcome(StepState.UNKNOWN)], (), 3, 3),
        ([outcome(StepState.FAILED), outcome(StepState.AWAITING_APPROVAL)], (), 3, 3),
        ([outcome(StepState.REFUSED, "mode")], (), 4, 4),
        ([outcome(StepState.REFUSED, "share"), outcome(StepState.UNKNOWN)], (), 4, 4),
        ([outcome(StepState.REFUSED, "stale", "too old")], [refusal("stale", "too old")], 4, 4),
        ([VERIFIED], [refusal("mode")], 0, 0),
    ],
)
def test_what_came_of_the_steps(outcomes, refused, plain, detailed):
    assert of_run(run(*outcomes, refused=refused), detailed=False) == plain
    assert of_run(run(*outcomes, refused=refused), detailed=True) == detailed


def test_what_earlier_runs_left_unknown_is_not_done_and_what_was_found_out_is():
    assert of_run(run(VERIFIED, settled=[outcome(StepState.UNKNOWN)]), detailed=False) == 3
    assert of_run(run(VERIFIED, settled=[VERIFIED, outcome(StepState.FAILED)]), detailed=False) == 0


@pytest.mark.parametrize(
    ("found", "plain", "detailed"),
    [
        (look(), 0, 0),
        (look(steps=["a"]), 0, 2),
        (look(drifts=["a"]), 0, 2),
        (look(steps=["a"], refused=[refusal("mode")]), 0, 2),
        (look(steps=["a"], refused=[refusal("share")]), 4, 4),
        (look(steps=["a"], sources=[source(complete=False)]), 3, 3),
    ],
)
def test_what_a_look_means(found, plain, detailed):
    assert of_look(found, detailed=False) == plain
    assert of_look(found, detailed=True) == detailed


def test_every_code_is_named():
    assert {int(code) for code in ExitCode} == {*PRECEDENCE, 64, 130}
