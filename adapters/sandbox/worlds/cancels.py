"""Groups D and E: cancels and edits that one side does not know of; parcels that are lost, late or not ours."""

from __future__ import annotations

from functools import partial

from adapters.sandbox.worlds.stage import Script, Stage, Story


def cj_cancels(stage: Stage) -> Script:
    yield 6.1
    order = stage.order("CJ-MUG")
    ref = stage.at_cj(order)
    yield 7.5
    stage.cj.cancel(ref)


def cj_cancels_what_was_sent(stage: Stage) -> Script:
    """CJ says shipped, syncd fulfills, and then CJ cancels."""
    yield 4.4
    order = stage.order("CJ-LAMP")
    ref = stage.at_cj(order)
    yield 6.2
    stage.cj_ships(ref)
    yield 7.5
    stage.cj.cancel(ref)


def customer_cancels(stage: Stage) -> Script:
    yield 7.6
    order = stage.order("CJ-CASE")
    stage.at_cj(order, status="UNPAID")
    yield 7.75
    stage.cancel(order)


def customer_cancels_too_late(stage: Stage) -> Script:
    """The store cancels; CJ sends all the same."""
    yield 6.0
    order = stage.order("CJ-CLOCK")
    ref = stage.at_cj(order)
    yield 7.2
    stage.cancel(order)
    yield 7.5
    stage.cj_ships(ref)


def ghost(stage: Stage) -> Script:
    """The warehouse agreed to stop; the parcel leaves nevertheless."""
    yield 5.4
    order = stage.order("CJ-LAMP", at_service=True)
    ref = stage.at_cj(order)
    stage.merchant.submit_request(order)
    yield 5.8
    stage.merchant.accept_request(order)
    yield 6.4
    stage.merchant.request_cancellation(order)
    yield 6.8
    stage.merchant.accept_cancellation(order)
    yield 7.5
    stage.cj_ships(ref)


def new_address(stage: Stage) -> Script:
    """The customer moves house after CJ got the order."""
    yield 6.2
    order = stage.order("CJ-MUG")
    stage.at_cj(order)
    yield 7.4
    stage.merchant.edit_address(order, address1="7 Difference Lane", city="Ottawa", zip="K1A 0B1")


def only_a_label(stage: Stage) -> Script:
    """A label since more than a week, and no parcel."""
    yield -1.2
    order = stage.order("CJ-CASE")
    ref = stage.at_cj(order)
    yield -0.6
    stage.cj.label(ref, stage.yun(), carrier="YunExpress")


def under_way(stage: Stage, *, ordered: float, last_seen: float, then: str, on: float) -> Script:
    """Sent and fulfilled before syncd came; what the depot says of it later is `then`."""
    yield ordered
    order = stage.order("DP-HAT")
    stage.at_depot(order)
    yield ordered + 1
    number = stage.ups()
    row = stage.depot_ships(order, "DP-HAT", number=number)
    stage.merchant.fulfill(order, number=number, company="UPS")
    yield last_seen
    stage.merchant.add_event(order, status="IN_TRANSIT")
    row["Status"] = "in transit"
    yield on
    row["Status"] = then


def one_number_for_two(stage: Stage) -> Script:
    """CJ gives the parcels of two customers the same number."""
    yield 6.3
    orders = [stage.order("CJ-MUG") for _ in range(2)]
    refs = [stage.at_cj(order) for order in orders]
    yield 7.6
    number = stage.yun()
    for ref in refs:
        stage.cj_ships(ref, number)


STORIES = (
    Story(kinds=("D01",), text="CJ cancelled, the customer waits", play=cj_cancels),
    Story(kinds=("D02",), text="CJ cancelled what it had called shipped", play=cj_cancels_what_was_sent),
    Story(kinds=("D03",), text="the customer cancelled, CJ works on", play=customer_cancels),
    Story(kinds=("D04",), text="cancelled here, sent by CJ", play=customer_cancels_too_late),
    Story(kinds=("D05",), text="a parcel left after the cancellation", play=ghost),
    Story(kinds=("D07",), text="a new address after CJ got the order", play=new_address),
    Story(kinds=("E01",), text="a label, and no parcel for a week", play=only_a_label),
    Story(
        kinds=("E03",),
        text="no news of the parcel for a month",
        play=partial(under_way, ordered=-33.0, last_seen=-29.0, then="in transit", on=1.0),
    ),
    Story(
        kinds=("E05",),
        text="the parcel comes back",
        play=partial(under_way, ordered=-6.0, last_seen=-3.0, then="returned", on=6.8),
    ),
    Story(kinds=("E06",), text="two orders, one tracking number", play=one_number_for_two),
)
