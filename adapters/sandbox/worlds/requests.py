"""Group C: requests to a fulfillment service, and supplier orders that do not get on."""

from __future__ import annotations

from functools import partial

from adapters.sandbox.worlds.stage import Script, Stage, Story


def never_asked(stage: Stage) -> Script:
    yield 7.3
    stage.order("CJ-MUG", at_service=True)


def never_answered(stage: Stage, *, ordered: float) -> Script:
    """The warehouse was asked and says nothing; CJ has no order either."""
    yield ordered
    order = stage.order("CJ-CASE", at_service=True)
    stage.merchant.submit_request(order)


def accepted_and_forgotten(stage: Stage, *, ordered: float, answered: float | None = None) -> Script:
    """The warehouse accepted, and nothing has happened since."""
    yield ordered
    order = stage.order("CJ-LAMP", at_service=True)
    stage.at_cj(order)
    stage.merchant.submit_request(order)
    yield ordered + 0.1
    stage.merchant.accept_request(order)
    if answered is not None:
        yield answered
        # Where syncd has asked for the cancellation by then, the work moves to a fulfillment order with another id.
        if any(work.request_status == "CANCELLATION_REQUESTED" for work in order.fulfillment_orders):
            stage.merchant.accept_cancellation(order)


def cancellation_unanswered(stage: Stage) -> Script:
    yield 4.9
    order = stage.order("CJ-MUG", at_service=True)
    stage.at_cj(order)
    stage.merchant.submit_request(order)
    yield 5.1
    stage.merchant.accept_request(order)
    yield 5.6
    stage.merchant.request_cancellation(order)


def rejected(stage: Stage) -> Script:
    yield 7.0
    order = stage.order("CJ-CLOCK", at_service=True)
    stage.merchant.submit_request(order)
    yield 7.5
    stage.merchant.reject_request(order)


def vanished(stage: Stage) -> Script:
    """CJ had the order, and has it no more."""
    yield 5.4
    order = stage.order("CJ-MUG")
    ref = stage.at_cj(order)
    yield 6.6
    stage.cj.forget(ref)


def unpaid_at_cj(stage: Stage) -> Script:
    yield 7.1
    stage.at_cj(stage.order("CJ-LAMP"), status="UNPAID")


def never_placed(stage: Stage) -> Script:
    yield 5.1
    stage.order("CJ-CASE")


def waiting_long(stage: Stage) -> Script:
    yield 3.3
    stage.at_cj(stage.order("CJ-CLOCK"))


STORIES = (
    Story(kinds=("C01",), text="the warehouse was never asked", play=never_asked),
    Story(kinds=("C02",), text="the warehouse never answered", play=partial(never_answered, ordered=6.3)),
    Story(kinds=("C02",), text="the warehouse never answered", play=partial(never_answered, ordered=6.6)),
    Story(kinds=("C03",), text="accepted, then silence", play=partial(accepted_and_forgotten, ordered=2.4)),
    Story(
        kinds=("F02",),
        text="the work got another id after a cancellation",
        play=partial(accepted_and_forgotten, ordered=1.2, answered=7.4),
    ),
    Story(kinds=("C04",), text="asked to cancel, no answer", play=cancellation_unanswered),
    Story(kinds=("C06",), text="the warehouse said no", play=rejected),
    Story(kinds=("C10",), text="CJ's order has vanished", play=vanished),
    Story(kinds=("C12",), text="CJ waits for its money", play=unpaid_at_cj),
    Story(kinds=("C14",), text="CJ takes its time", play=waiting_long),
    Story(kinds=("F13",), text="was it ever placed?", play=never_placed),
)
