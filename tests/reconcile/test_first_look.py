"""The plainest rows of the truth table; the full tables are beside this file."""

from syncd.domain.steps import Action
from syncd.reconcile.decide import not_judged, reconcile
from tests.reconcile.world import NOW, POLICY, A, closed, done, order, parcel, placed, side, view


def test_an_order_in_sync_needs_nothing():
    shown = order(fulfillment_orders=(closed({A: 1}),), fulfillments=(done({A: 1}, "LX123456789CN"),))
    judgement = reconcile(view(shown, side(placed(parcel("LX123456789CN")))), policy=POLICY, now=NOW)
    assert (judgement.drifts, judgement.steps) == ((), ())


def test_a_shipped_parcel_is_fulfilled_in_the_store():
    judgement = reconcile(view(order(), side(placed(parcel("LX123456789CN")))), policy=POLICY, now=NOW)
    assert [drift.kind for drift in judgement.drifts] == ["shipped_not_fulfilled"]
    assert [step.action for step in judgement.steps] == [Action.CREATE_FULFILLMENT]
    assert [one.number for one in judgement.steps[0].tracking] == ["LX123456789CN"]


def test_an_order_that_was_cut_off_is_left_alone():
    judgement = reconcile(view(order(cut=("fulfillments",)), side(placed(parcel("P1")))), policy=POLICY, now=NOW)
    assert [drift.kind for drift in judgement.drifts] == ["observation_incomplete"]
    assert judgement.steps == ()


def test_of_an_order_that_could_not_be_judged_only_that_is_told():
    shown = view(order(), side(placed(parcel("LX123456789CN"))))
    judgement = not_judged(shown, policy=POLICY, now=NOW, error="OverflowError: too far")
    (drift,) = judgement.drifts
    assert (drift.kind, drift.order_id, drift.thing) == ("observation_incomplete", shown.order.id, shown.order.id)
    assert (drift.evidence["error"], drift.action) == ("OverflowError: too far", "report")
    assert (judgement.steps, judgement.due_at) == ((), None)
