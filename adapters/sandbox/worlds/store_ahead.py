"""Group B: the store says more than the supplier, or something else."""

from __future__ import annotations

from adapters.sandbox.worlds.stage import Script, Stage, Story


def fulfilled_too_early(stage: Stage) -> Script:
    """The merchant marks it as fulfilled by hand; CJ has not sent anything."""
    yield 4.6
    order = stage.order("CJ-LAMP")
    stage.at_cj(order)
    yield 5.2
    stage.merchant.fulfill(order)
    stage.star = order.name


def no_number_in_the_store(stage: Stage) -> Script:
    """Fulfilled by hand without a number; then CJ has one."""
    yield 6.9
    order = stage.order("CJ-CASE")
    ref = stage.at_cj(order)
    yield 7.3
    stage.merchant.fulfill(order)
    yield 7.7
    stage.cj_ships(ref)


def no_number_anywhere(stage: Stage) -> Script:
    """Fulfilled long ago; CJ says SHIPPED and never gave a number."""
    yield -2.5
    order = stage.order("CJ-CLOCK")
    ref = stage.at_cj(order)
    yield -1.5
    stage.cj.ship(ref, None, carrier=None)
    stage.merchant.fulfill(order)


def numbers_disagree(stage: Stage) -> Script:
    yield 5.8
    order = stage.order("CJ-MUG")
    ref = stage.at_cj(order)
    yield 7.1
    stage.merchant.fulfill(order, number=stage.ups(), company="UPS")
    yield 7.6
    stage.cj_ships(ref)


def wrong_carrier(stage: Stage) -> Script:
    """The right number under the wrong carrier: the customer's link leads nowhere."""
    yield 6.0
    order = stage.order("DP-BAG")
    stage.at_depot(order)
    number = stage.ups()
    yield 7.2
    stage.depot_ships(order, "DP-BAG", number=number)
    stage.merchant.fulfill(order, number=number, company="FedEx")


def fulfilled_twice(stage: Stage) -> Script:
    """One parcel with one hat stands on two fulfillments."""
    yield 5.3
    order = stage.order("DP-HAT", quantity=2)
    row, number = stage.at_depot(order)[0], stage.ups()
    row["Qty"] = "1"
    yield 7.1
    stage.depot_ships(order, "DP-HAT", quantity=1, number=number)
    for _ in range(2):
        stage.merchant.fulfill(order, lines={"DP-HAT": 1}, number=number, company="UPS")


def another_app(stage: Stage) -> Script:
    """Another app fulfills CJ's line under a number that CJ has never heard of."""
    yield 6.5
    order = stage.order("CJ-MUG")
    stage.at_cj(order)
    yield 7.2
    stage.rival.fulfill(order, number=stage.ups(), company="UPS")


def cancelled_by_hand(stage: Stage) -> Script:
    """Somebody takes back what syncd had fulfilled: syncd does not fight."""
    yield 3.6
    order = stage.order("CJ-CLOCK")
    ref = stage.at_cj(order)
    yield 4.8
    stage.cj_ships(ref)
    yield 7.4
    if any(one.is_live for one in order.fulfillments):
        stage.merchant.cancel_fulfillment(order)


STORIES = (
    Story(kinds=("B01",), text="marked as fulfilled by hand, never sent", play=fulfilled_too_early),
    Story(kinds=("B02",), text="fulfilled by hand, the number came later", play=no_number_in_the_store),
    Story(kinds=("B03",), text="fulfilled, and nobody has a number", play=no_number_anywhere),
    Story(kinds=("B04",), text="merchant and CJ name different parcels", play=numbers_disagree),
    Story(kinds=("B06",), text="the right number under the wrong carrier", play=wrong_carrier),
    Story(kinds=("B08",), text="one parcel fulfilled twice over", play=fulfilled_twice),
    Story(kinds=("B09",), text="another app fulfilled it", play=another_app),
    Story(kinds=("B10",), text="somebody took back what syncd had fulfilled", play=cancelled_by_hand),
)
