"""Fulfillment orders that a recording finds at a service, in the middle of the talk about them.

Where they stand is not shown; what is first done with them needs a certain state.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.sandbox.shopify.twin import Shop
from adapters.sandbox.shopify.world.state import FulfillmentOrder, MerchantRequest
from tests.recordings.dialogue import Step
from tests.recordings.evidence import Evidence, canonical

_NEEDS = {
    "fulfillmentOrderSubmitFulfillmentRequest": ("OPEN", "UNSUBMITTED"),
    "fulfillmentOrderAcceptFulfillmentRequest": ("OPEN", "SUBMITTED"),
    "fulfillmentOrderRejectFulfillmentRequest": ("OPEN", "SUBMITTED"),
    "fulfillmentOrderSubmitCancellationRequest": ("IN_PROGRESS", "ACCEPTED"),
    "fulfillmentOrderAcceptCancellationRequest": ("IN_PROGRESS", "CANCELLATION_REQUESTED"),
    "fulfillmentOrderRejectCancellationRequest": ("IN_PROGRESS", "CANCELLATION_REQUESTED"),
}
"""Status and request status that a mutation takes."""


def place_at_service(shop: Shop, evidence: Evidence) -> None:
    """Put them at a service of the calling app, with what was said of them before."""
    for gid, step in evidence.first_done.items():
        known = shop.find(gid, FulfillmentOrder)
        root = step.roots[0] if step.roots else ""
        if known is None or root not in _NEEDS or known.location.service is not None or _is_refused(step, root):
            continue
        service = next((one for one in shop.services if one.app is shop.apps[0]), None)
        service = service or shop.add_service("Service from before", app=shop.apps[0])
        assert service.location is not None
        known.location = service.location
        known.status, known.request_status = _NEEDS[root]
        _requests(shop, known, _shown(step, root), own="Submit" in root)


def _shown(step: Step, root: str) -> Mapping[str, Any]:
    """The fulfillment order that the payload shows."""
    payload = canonical(step)[root]
    return payload.get("fulfillmentOrder") or payload.get("originalFulfillmentOrder") or {}


def _is_refused(step: Step, root: str) -> bool:
    return bool((step.data.get(root) or {"userErrors": [1]}).get("userErrors"))


def _requests(shop: Shop, fo: FulfillmentOrder, shown: Mapping[str, Any], *, own: bool) -> None:
    """What had been asked before; the last one shown is the mutation's own when that asks."""
    told = list(shown.get("merchantRequests") or ())
    for one in told[:-1] if own else told:
        gid, number = shop.new_id("FulfillmentOrderMerchantRequest")
        fo.requests.append(
            MerchantRequest(
                id=gid,
                number=number,
                fulfillment_order=fo,
                kind=one["kind"],
                message=one.get("message"),
                sent_at=shop.now(),
                request_options=one.get("requestOptions") or {},
            )
        )
