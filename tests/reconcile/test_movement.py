"""By which words of the store a parcel is on its way, or has arrived."""

from dataclasses import replace

import pytest

from syncd.domain.orders import FulfillmentEvent
from syncd.reconcile.movement import is_delivered, movement
from tests.reconcile.world import NOW, A, done

SHOWN = done({A: 1}, "LX100000001CN")
MOVING = (
    "ATTEMPTED_DELIVERY",
    "CARRIER_PICKED_UP",
    "DELAYED",
    "FAILURE",
    "IN_TRANSIT",
    "NOT_DELIVERED",
    "OUT_FOR_DELIVERY",
    "PICKED_UP",
    "READY_FOR_PICKUP",
)
STANDING = (
    "FULFILLED",
    "MARKED_AS_FULFILLED",
    "SUBMITTED",
    "CONFIRMED",
    "LABEL_PRINTED",
    "LABEL_PURCHASED",
    "CANCELED",
)


def displayed(word):
    return replace(SHOWN, display_status=word)


def happened(*words):
    return replace(SHOWN, events=tuple(FulfillmentEvent(status=word, happened_at=NOW) for word in words))


@pytest.mark.parametrize("word", MOVING)
def test_words_that_need_goods_in_a_carriers_hands_show_movement(word):
    for shown in (displayed(word), happened(word), happened("CONFIRMED", word)):
        assert (movement(shown), is_delivered(shown)) == (word, False)


@pytest.mark.parametrize("word", STANDING)
def test_words_of_preparing_show_none(word):
    assert movement(displayed(word)) is movement(happened(word)) is None


@pytest.mark.parametrize(
    "shown",
    [
        displayed("DELIVERED"),
        happened("DELIVERED"),
        happened("IN_TRANSIT", "DELIVERED"),
        replace(SHOWN, delivered_at=NOW),
        replace(SHOWN, delivered_at=NOW, in_transit_at=NOW, display_status="IN_TRANSIT"),
    ],
    ids=["the word", "an event", "a later event", "a time", "a time beside an older word"],
)
def test_what_was_delivered_is_shown_as_delivered_by_whatever_the_store_has(shown):
    assert (movement(shown), is_delivered(shown)) == ("DELIVERED", True)


def test_a_time_of_transit_counts_before_a_word():
    assert movement(replace(SHOWN, in_transit_at=NOW, display_status="DELAYED")) == "IN_TRANSIT"
