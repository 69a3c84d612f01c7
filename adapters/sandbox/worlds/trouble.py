"""Group F: what goes wrong between the services and us. Each trouble lasts for one pass."""

from __future__ import annotations

import json

from adapters.sandbox.faults import Kind, Moment
from adapters.sandbox.worlds.stage import Script, Stage, Story

PASSWORD, OUTAGE, FALSE_YES, CUT, ALL_DEAD = 2.0, 3.0, 4.5, 5.5, 6.0
"""The days of the troubles, each with a pass of its own."""

TROUBLES = {
    PASSWORD: "the depot refuses our credentials",
    OUTAGE: "CJ answers nothing but 503",
    FALSE_YES: "a proxy says yes to a cancel that never reached the store",
    CUT: "the line breaks right after a write",
    ALL_DEAD: "the depot's file calls every order cancelled",
}

JUST = 0.02


def wrong_password(stage: Stage) -> Script:
    yield PASSWORD - JUST
    stage.depot.authorization = "Basic changed"
    stage.break_(lambda: setattr(stage.depot, "authorization", None))


def outage(stage: Stage) -> Script:
    yield OUTAGE - JUST
    stage.cj.faults.add(Kind.STATUS, status=503, times=0)
    stage.break_(stage.cj.faults.clear)


def everything_cancelled(stage: Stage) -> Script:
    yield ALL_DEAD - JUST
    before = [(row, row["Status"]) for row in stage.depot.rows]
    for row in stage.depot.rows:
        row["Status"] = "cancelled"

    def restore() -> None:
        for row, status in before:
            row["Status"] = status

    stage.break_(restore)


def cut_off(stage: Stage) -> Script:
    """The store makes the fulfillment, the answer is lost, and for a while nobody can look."""
    yield 3.1
    order = stage.order("CJ-MUG")
    ref = stage.at_cj(order)
    yield CUT - 0.3
    stage.cj_ships(ref)
    yield CUT - JUST
    stage.shop.faults.add(Kind.DROP, moment=Moment.AFTER, operation="fulfillmentCreate")
    stage.shop.faults.add(Kind.STATUS, operation="OrderById", status=502, times=0)
    stage.break_(stage.shop.faults.clear)


def false_yes(stage: Stage) -> Script:
    """Fulfilled by hand and never sent; the merchant lets syncd take it back, and a proxy swallows the call."""
    yield 0.3
    order = stage.order("CJ-LAMP")
    ref = stage.at_cj(order)
    yield 0.6
    fulfillment = stage.merchant.fulfill(order)
    yield FALSE_YES - 0.2
    stage.approve(order)
    yield FALSE_YES - JUST
    said = {"fulfillment": {"id": fulfillment.id, "status": "CANCELLED"}, "userErrors": []}
    cost = {"requestedQueryCost": 10, "actualQueryCost": 10}
    cost["throttleStatus"] = {"maximumAvailable": 2000.0, "currentlyAvailable": 1990, "restoreRate": 100.0}  # type: ignore[assignment]
    body = json.dumps({"data": {"fulfillmentCancel": said}, "extensions": {"cost": cost}}).encode()
    stage.shop.faults.add(Kind.BODY, operation="fulfillmentCancel", body=body)
    stage.break_(stage.shop.faults.clear)
    yield 6.9
    stage.cj.cancel(ref)
    if not any(one.is_live for one in order.fulfillments):
        stage.cancel(order)


def slow_routing(stage: Stage) -> Script:
    """For a day and a half the store plans no work for an order: its units are nowhere."""
    yield 6.4
    settings = stage.shop.world.settings
    before = settings.routing_delay
    settings.routing_delay = stage.at(8.5) - stage.at(6.4)
    order = stage.order("CJ-MUG")
    settings.routing_delay = before
    stage.at_cj(order)


STORIES = (
    Story(kinds=("F01",), text="fulfilled, and the answer was lost", play=cut_off),
    Story(kinds=("F04",), text="the store lost count of its units", play=slow_routing),
    Story(kinds=("F07",), text="taken back, said the proxy; it was not", play=false_yes),
    Story(kinds=("F09",), text=TROUBLES[OUTAGE], play=outage),
    Story(kinds=("F10",), text=TROUBLES[ALL_DEAD], play=everything_cancelled),
    Story(kinds=("F12",), text=TROUBLES[PASSWORD], play=wrong_password),
)
