"""Which steps take something away, and which ones a customer may see."""

import pytest

from syncd.domain.steps import Action
from tests.plan.steps import step

TAKES_AWAY = {
    Action.CANCEL_FULFILLMENT,
    Action.CANCEL_FULFILLMENT_ORDER,
    Action.SUBMIT_CANCELLATION_REQUEST,
    Action.CANCEL_ORDER,
    Action.SUPPLIER_CANCEL,
}
IS_SEEN = {
    Action.CREATE_FULFILLMENT,
    Action.UPDATE_TRACKING,
    Action.ADD_EVENT,
    Action.CANCEL_FULFILLMENT,
    Action.CANCEL_ORDER,
}


@pytest.mark.parametrize("action", Action)
def test_what_takes_something_away_is_counted_apart(action):
    assert step(action=action).is_destructive is (action in TAKES_AWAY)


@pytest.mark.parametrize("action", Action)
def test_a_customer_sees_fulfillments_and_cancelled_orders_and_whatever_is_told(action):
    assert step(action=action, notify_customer=False).customer_visible is (action in IS_SEEN)
    assert step(action=action, notify_customer=True).customer_visible
