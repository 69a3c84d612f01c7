"""Which work is held by us: the units that are meant, once, and never against somebody who let go."""

from dataclasses import replace

import pytest

from syncd.domain.orders import Hold
from syncd.domain.steps import Action, Allocation
from syncd.reconcile.case import open_case
from syncd.reconcile.holds import hold_drafts
from tests.reconcile.world import NOW, POLICY, A, B, intent, line, order, placed, side, step_lines, view, work

ONLY_HOLD = {"supported_actions": frozenset({"HOLD"})}
BOTH = {A: 1, B: 2}
A_OF_BOTH = (Allocation(fulfillment_order_id="gid://shopify/FulfillmentOrder/1", fulfillment_order_line_id="gid://shopify/FOLI/1-0", line_item_id=A, quantity=1),)  # fmt: skip


def held(*works, only=None, intents=()):
    """What is to be held: the work, the units, and the parts where it is not all of them."""
    given = view(order(line(A), line(B, 2), fulfillment_orders=works), side(placed()), intents=intents)
    case = open_case(given, policy=POLICY, now=NOW)
    drafts = hold_drafts(case, case.sides[0], works, why="stop", only=only)
    assert {draft.target.fulfillment_order_id for draft in drafts} <= {one.id for one in works}
    return [(draft.lines, draft.target.allocations) for draft in drafts]


def test_all_of_the_work_is_held_as_it_is():
    assert held(work(BOTH)) == [(step_lines(BOTH), ())]


def test_a_hold_on_some_of_the_units_names_them_and_needs_a_split():
    assert held(work(BOTH), only={A}) == [(step_lines({A: 1}), A_OF_BOTH)]
    assert held(work(BOTH, **ONLY_HOLD), only={A}) == [], "the store would hold the others, too"
    assert held(work(BOTH, **ONLY_HOLD)) == [(step_lines(BOTH), ())]
    assert held(work(BOTH, supported_actions=frozenset({"SPLIT"})), only={A}) == []


def test_units_that_are_done_need_no_hold_and_no_split():
    rest = work(BOTH, remaining={A: 1}, **ONLY_HOLD)
    assert held(rest) == held(rest, only={A}) == [(step_lines({A: 1}), ())]
    assert held(work(BOTH, remaining={}), work({A: 1}, 2)) == [(step_lines({A: 1}), ())]


def test_a_line_in_two_parts_of_one_work_is_held_with_all_of_its_units():
    given = work({A: 1})
    twice = replace(given, lines=(*given.lines, replace(given.lines[0], id="x", remaining=2)))
    assert held(twice) == [(step_lines({A: 3}), ())]


def test_work_that_we_hold_already_leaves_the_other_to_be_held():
    ours = Hold(id="h1", reason="OTHER", handle="syncd")
    theirs = Hold(id="h2", reason="OTHER", handle="fraud")
    assert held(work({A: 1}, 1, holds=(ours,)), work({B: 2}, 2, holds=(theirs,))) == [(step_lines({B: 2}), ())]
    assert held(work({A: 1}, 1, holds=(replace(theirs, is_ours=True),))) == []


@pytest.mark.parametrize(
    ("did", "is_held"),
    [
        (intent(Action.HOLD, {A: 1}, state="done"), False),
        (intent(Action.HOLD, {A: 1, B: 2}, state="verified"), False),
        (intent(Action.HOLD, {A: 1}, state="refused"), True),
        (intent(Action.HOLD, {B: 2}, state="done"), True),
        (intent(Action.RELEASE_HOLD, {A: 1}, state="verified"), True),
    ],
    ids=["ours", "ours, with more in it", "one that was refused", "one of another line", "a release"],
)
def test_a_hold_of_ours_that_somebody_released_is_not_put_back(did, is_held):
    assert bool(held(work({A: 1}), intents=(did,))) is is_held
