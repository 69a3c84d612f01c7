"""Mistakes in taking something back: a fulfillment, a request."""

from __future__ import annotations

from typing import Any

from syncd.domain.orders import RequestStatus
from syncd.reconcile import ahead_store, guard, matching, movement, requests
from tests.simulation.zoo.bug import Bugs, Patcher, everywhere, planted

BUGS: Bugs = {}


@planted(BUGS, "takes moving parcels back", breaks="S2")
def takes_moving_parcels_back(patcher: Patcher) -> None:
    """What the carrier tells the store is not looked at before a fulfillment is cancelled."""
    everywhere(patcher, movement.movement, lambda _: None)
    everywhere(patcher, movement.is_delivered, lambda _: False)


@planted(BUGS, "asks after a no", breaks="S6 L2")
def asks_after_a_no(patcher: Patcher) -> None:
    """A cancellation that the service rejected is asked for again."""
    original = requests.standing

    def standing(work: Any) -> RequestStatus:
        found = original(work)
        return RequestStatus.ACCEPTED if found is RequestStatus.CANCELLATION_REJECTED else found

    everywhere(patcher, original, standing)


@planted(BUGS, "withdraws without asking the supplier", breaks="S7")
def withdraws_without_asking_the_supplier(patcher: Patcher) -> None:
    """A request that nobody answered in the store is withdrawn, whatever its supplier shows."""
    patcher.setattr(requests, "shows_no_live_order", lambda *_, **__: True)


@planted(BUGS, "asks back what has left", breaks="S7")
def asks_back_what_has_left(patcher: Patcher) -> None:
    """An accepted request without a change is asked back, though the supplier shows a parcel."""
    patcher.setattr(requests, "shows_nothing_shipped", lambda *_: True)
    patcher.setattr(requests, "_has_shipped", lambda *_: False)


@planted(BUGS, "takes back what it knows nothing of", breaks="S2")
def takes_back_what_it_knows_nothing_of(patcher: Patcher) -> None:
    """A fulfillment is cancelled when no shipment is seen, though the supplier was not read whole. (Nor does a guard ask.)"""
    patcher.setattr(ahead_store, "shows_no_shipment", lambda *_, **__: True)
    patcher.setattr(matching.Side, "is_readable", property(lambda self: self.view is not None))
    patcher.setattr(guard, "_unread", lambda *_: None)
