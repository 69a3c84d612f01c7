"""Of what a store never tells nothing is said, and no step is made."""

from dataclasses import replace

import pytest

from syncd.reconcile.catalogue import KINDS
from syncd.reconcile.decide import reconcile
from syncd.reconcile.untold import RESTS_ON, as_told
from syncd.reconcile.view import Judgement
from tests.reconcile.world import NOW, POLICY, A, closed, done, order, parcel, placed, side, view

P1 = "LX100000001CN"


def test_where_all_is_told_the_judgement_stays_as_it_is():
    judgement = reconcile(view(order(), side(placed(parcel(P1)))), policy=POLICY, now=NOW)
    assert as_told(judgement, order=order()) is judgement


def test_a_drift_that_rests_on_what_is_told_is_reported_without_a_step():
    untold = view(order(untold=("fulfillments.tracking",)), side(placed(parcel(P1))))
    told = reconcile(replace(untold, order=order()), policy=POLICY, now=NOW)
    judgement = reconcile(untold, policy=POLICY, now=NOW)
    assert [drift.action for drift in told.drifts] == ["create_fulfillment"]
    assert judgement == replace(told, drifts=(replace(told.drifts[0], action="report"),), steps=())


def test_a_drift_that_rests_on_an_untold_part_is_not_told():
    bare = order(fulfillment_orders=(closed({A: 1}),), fulfillments=(done({A: 1}),))
    given = view(bare, side(placed(parcel(P1))))
    assert [drift.kind for drift in reconcile(given, policy=POLICY, now=NOW).drifts] == [
        "store_fulfilled_without_tracking"
    ]
    for untold in (("fulfillments.tracking",), ("returns", "fulfillments.tracking")):
        hidden = replace(given, order=replace(bare, untold=untold))
        assert reconcile(hidden, policy=POLICY, now=NOW).drifts == ()
    other = replace(given, order=replace(bare, untold=("returns", "something new")))
    assert len(reconcile(other, policy=POLICY, now=NOW).drifts) == 1


def test_an_empty_judgement_stays_empty():
    assert as_told(Judgement(), order=order(untold=("refunds",))) == Judgement()


@pytest.mark.parametrize("part", sorted(RESTS_ON))
def test_every_kind_that_rests_on_a_part_is_one_of_the_catalogue(part):
    assert RESTS_ON[part] <= KINDS.keys()
