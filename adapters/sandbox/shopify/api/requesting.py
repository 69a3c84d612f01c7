"""Mutations between merchant and fulfillment service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.sandbox.shopify.api.fulfilling import pairs
from adapters.sandbox.shopify.api.ids import must
from adapters.sandbox.shopify.api.registry import Request, mutation
from adapters.sandbox.shopify.errors import refuse
from adapters.sandbox.shopify.world import requests
from adapters.sandbox.shopify.world.state import FulfillmentOrder

ASK = ("write_third_party_fulfillment_orders",)
ANSWER = ("write_assigned_fulfillment_orders",)


def _own(request: Request, global_id: str) -> FulfillmentOrder:
    """A fulfillment order that the calling app's own service was given."""
    fo = must(request, global_id, FulfillmentOrder)
    service = fo.location.service
    if service is not None and service.app is not request.app:
        raise refuse("The api_client does not have access to the fulfillment order.")
    return fo


@mutation("fulfillmentOrderSubmitFulfillmentRequest", scopes=ASK)
def submit_fulfillment(
    request: Request,
    *,
    id: str,  # noqa: A002  # the schema's name
    fulfillment_order_line_items: Sequence[Mapping[str, Any]] | None = None,
    message: str | None = None,
    notify_customer: bool | None = None,
) -> dict[str, Any]:
    submitted = requests.submit_fulfillment(
        request.world,
        must(request, id, FulfillmentOrder),
        by=request.app,
        lines=pairs(fulfillment_order_line_items),
        message=message,
        notify_customer=notify_customer,
    )
    return {
        "originalFulfillmentOrder": submitted.original,
        "submittedFulfillmentOrder": submitted.submitted,
        "unsubmittedFulfillmentOrder": submitted.unsubmitted,
    }


@mutation("fulfillmentOrderAcceptFulfillmentRequest", scopes=ANSWER)
def accept_fulfillment(
    request: Request,
    *,
    id: str,  # noqa: A002  # the schema's name
    message: str | None = None,
    **_: Any,
) -> dict[str, Any]:
    fo = _own(request, id)
    requests.accept_fulfillment(request.world, fo, by=request.app, message=message)
    return {"fulfillmentOrder": fo}


@mutation("fulfillmentOrderRejectFulfillmentRequest", scopes=ANSWER)
def reject_fulfillment(
    request: Request,
    *,
    id: str,  # noqa: A002  # the schema's name
    message: str | None = None,
    **_: Any,
) -> dict[str, Any]:
    fo = _own(request, id)
    requests.reject_fulfillment(request.world, fo, by=request.app, message=message)
    return {"fulfillmentOrder": fo}


@mutation("fulfillmentOrderSubmitCancellationRequest", scopes=ASK)
def submit_cancellation(
    request: Request,
    *,
    id: str,  # noqa: A002  # the schema's name
    message: str | None = None,
) -> dict[str, Any]:
    fo = must(request, id, FulfillmentOrder)
    before = fo.request_status
    requests.submit_cancellation(request.world, fo, by=request.app, message=message)
    return {"fulfillmentOrder": AsItWas(fo, request_status=before)}


class AsItWas:
    """A thing whose payload still shows an old value: recorded for the cancellation request, seen later by reads."""

    def __init__(self, thing: Any, **old: Any) -> None:
        self._thing = thing
        self._old = old

    def __getattr__(self, name: str) -> Any:
        return self._old[name] if name in self._old else getattr(self._thing, name)


@mutation("fulfillmentOrderAcceptCancellationRequest", scopes=ANSWER)
def accept_cancellation(
    request: Request,
    *,
    id: str,  # noqa: A002  # the schema's name
    message: str | None = None,
) -> dict[str, Any]:
    fo = _own(request, id)
    requests.accept_cancellation(request.world, fo, by=request.app, message=message)
    return {"fulfillmentOrder": fo}


@mutation("fulfillmentOrderRejectCancellationRequest", scopes=ANSWER)
def reject_cancellation(
    request: Request,
    *,
    id: str,  # noqa: A002  # the schema's name
    message: str | None = None,
) -> dict[str, Any]:
    fo = _own(request, id)
    requests.reject_cancellation(request.world, fo, by=request.app, message=message)
    return {"fulfillmentOrder": fo}


@mutation("fulfillmentOrderClose", scopes=ANSWER)
def close(
    request: Request,
    *,
    id: str,  # noqa: A002  # the schema's name
    message: str | None = None,
) -> dict[str, Any]:
    fo = _own(request, id)
    requests.fail(request.world, fo, by=request.app, message=message)
    return {"fulfillmentOrder": fo}
