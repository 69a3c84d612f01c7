"""Mutations of fulfillments and of fulfillment orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.sandbox.shopify.api.ids import kind_of, must
from adapters.sandbox.shopify.api.registry import Request, mutation
from adapters.sandbox.shopify.errors import Refusal, UserError, refuse, wrong_kind_of_id
from adapters.sandbox.shopify.world import fulfillment_orders, fulfillments, holds, rearrange
from adapters.sandbox.shopify.world.state import Fulfillment, FulfillmentOrder, Location, TrackingRow

ANY_WRITE = (
    "write_assigned_fulfillment_orders",
    "write_merchant_managed_fulfillment_orders",
    "write_third_party_fulfillment_orders",
)
MERCHANT_WRITE = ("write_merchant_managed_fulfillment_orders", "write_third_party_fulfillment_orders")


def pairs(lines: Sequence[Mapping[str, Any]] | None) -> list[tuple[str, int]]:
    """Line ids with quantities from a FulfillmentOrderLineItemInput list."""
    return [(line["id"], line["quantity"]) for line in lines or ()]


def _tracking(given: Mapping[str, Any] | None) -> list[TrackingRow]:
    if not given:
        return []
    numbers = given.get("numbers") or ([given["number"]] if given.get("number") else [])
    urls = given.get("urls") or ([given["url"]] if given.get("url") else [])
    return fulfillments.tracking_rows(company=given.get("company"), numbers=numbers, urls=urls)


def _create(request: Request, fulfillment: Mapping[str, Any], message: str | None) -> dict[str, Any]:
    groups = []
    for group in fulfillment["line_items_by_fulfillment_order"]:
        if not _names_fulfillment_order(group["fulfillment_order_id"]):
            raise wrong_kind_of_id()
        lines = group.get("fulfillment_order_line_items")
        groups.append(
            fulfillments.Group(
                fulfillment_order_id=group["fulfillment_order_id"], lines=tuple(pairs(lines)) if lines else None
            )
        )
    made = fulfillments.create(
        request.world,
        groups,
        by=request.app,
        tracking=_tracking(fulfillment.get("tracking_info")),
        notify=bool(fulfillment.get("notify_customer")),
        origin_address=origin(fulfillment.get("origin_address")),
        message=message,
    )
    return {"fulfillment": made}


def _names_fulfillment_order(global_id: str) -> bool:
    """Recorded: a number that names nothing is a refusal, 0 is no number."""
    return kind_of(global_id) == "FulfillmentOrder" and not global_id.endswith("/0")


def origin(given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """An origin address as fulfillments show it."""
    if given is None:
        return None
    names = {
        "address1": "address1",
        "address2": "address2",
        "city": "city",
        "country_code": "countryCode",
        "province_code": "provinceCode",
        "zip": "zip",
    }
    return {shown: given.get(name) for name, shown in names.items()}


@mutation("fulfillmentCreate", scopes=ANY_WRITE)
def create(request: Request, *, fulfillment: Mapping[str, Any], message: str | None = None) -> dict[str, Any]:
    return _create(request, fulfillment, message)


@mutation("fulfillmentCreateV2", scopes=ANY_WRITE)
def create_v2(request: Request, *, fulfillment: Mapping[str, Any], message: str | None = None) -> dict[str, Any]:
    return _create(request, fulfillment, message)


def _fulfillment(request: Request, global_id: str, *, field: Sequence[str], text: str) -> Fulfillment:
    if kind_of(global_id) != "Fulfillment":
        raise wrong_kind_of_id()
    found = request.world.find(global_id, Fulfillment)
    if found is None:
        raise refuse(text, field=field)
    return found


@mutation("fulfillmentCancel", scopes=ANY_WRITE)
def cancel(request: Request, *, id: str) -> dict[str, Any]:  # noqa: A002  # the schema's name
    made = _fulfillment(request, id, field=["id"], text="Fulfillment not found.")
    fulfillments.cancel(request.world, made, by=request.app)
    return {"fulfillment": made}


def _update_tracking(
    request: Request, fulfillment_id: str, tracking_info_input: Mapping[str, Any], *, notify_customer: bool | None
) -> dict[str, Any]:
    made = _fulfillment(request, fulfillment_id, field=["fulfillmentId"], text="Fulfillment does not exist.")
    rows = _tracking(tracking_info_input)
    fulfillments.update_tracking(request.world, made, rows, by=request.app, notify=bool(notify_customer))
    return {"fulfillment": made}


@mutation("fulfillmentTrackingInfoUpdate", scopes=ANY_WRITE)
def update_tracking(
    request: Request,
    *,
    fulfillment_id: str,
    tracking_info_input: Mapping[str, Any],
    notify_customer: bool | None = None,
) -> dict[str, Any]:
    return _update_tracking(request, fulfillment_id, tracking_info_input, notify_customer=notify_customer)


@mutation("fulfillmentTrackingInfoUpdateV2", scopes=ANY_WRITE)
def update_tracking_v2(
    request: Request,
    *,
    fulfillment_id: str,
    tracking_info_input: Mapping[str, Any],
    notify_customer: bool | None = None,
) -> dict[str, Any]:
    return _update_tracking(request, fulfillment_id, tracking_info_input, notify_customer=notify_customer)


@mutation("fulfillmentEventCreate", scopes=["write_fulfillments"])
def create_event(request: Request, *, fulfillment_event: Mapping[str, Any]) -> dict[str, Any]:
    details = dict(fulfillment_event)
    made = _fulfillment(
        request,
        details.pop("fulfillment_id"),
        field=["fulfillmentEvent", "fulfillmentId"],
        text="Fulfillment does not exist.",
    )
    status = details.pop("status")
    event = fulfillments.add_event(request.world, made, status=status, by=request.app, **details)
    return {"fulfillmentEvent": event}


@mutation("fulfillmentOrderCancel", scopes=MERCHANT_WRITE)
def cancel_fo(request: Request, *, id: str) -> dict[str, Any]:  # noqa: A002  # the schema's name
    fo = must(request, id, FulfillmentOrder)
    replacement = fulfillment_orders.cancel(request.world, fo)
    request.world.log("fulfillment_order_cancelled", by=request.app, order=fo.order, thing=fo)
    return {"fulfillmentOrder": fo, "replacementFulfillmentOrder": replacement}


@mutation("fulfillmentOrderOpen", scopes=MERCHANT_WRITE)
def open_fo(request: Request, *, id: str) -> dict[str, Any]:  # noqa: A002  # the schema's name
    fo = must(request, id, FulfillmentOrder)
    fulfillment_orders.open_(request.world, fo)
    return {"fulfillmentOrder": fo}


@mutation(
    "fulfillmentOrderReportProgress",
    scopes=["write_merchant_managed_fulfillment_orders", "write_assigned_fulfillment_orders"],
)
def report_progress(
    request: Request,
    *,
    id: str,  # noqa: A002  # the schema's name
    progress_report: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    fo = must(request, id, FulfillmentOrder)
    fulfillment_orders.report_progress(request.world, fo)
    notes = (progress_report or {}).get("reason_notes")
    request.world.log("progress_reported", by=request.app, order=fo.order, thing=fo, notes=notes)
    return {"fulfillmentOrder": fo}


@mutation("fulfillmentOrderHold", scopes=MERCHANT_WRITE)
def hold(request: Request, *, id: str, fulfillment_hold: Mapping[str, Any]) -> dict[str, Any]:  # noqa: A002
    held = holds.place(
        request.world,
        must(request, id, FulfillmentOrder),
        by=request.app,
        reason=fulfillment_hold["reason"],
        notes=fulfillment_hold.get("reason_notes"),
        handle=fulfillment_hold.get("handle") or "",
        external_id=fulfillment_hold.get("external_id"),
        lines=pairs(fulfillment_hold.get("fulfillment_order_line_items")),
    )
    return {
        "fulfillmentHold": held.hold,
        "fulfillmentOrder": held.fulfillment_order,
        "remainingFulfillmentOrder": held.remaining,
    }


@mutation("fulfillmentOrderReleaseHold", scopes=[*MERCHANT_WRITE, "write_marketplace_fulfillment_orders"])
def release_hold(
    request: Request,
    *,
    id: str,  # noqa: A002  # the schema's name
    hold_ids: Sequence[str] | None = None,
    external_id: str | None = None,
) -> dict[str, Any]:
    fo = must(request, id, FulfillmentOrder)
    return {
        "fulfillmentOrder": holds.release(request.world, fo, by=request.app, hold_ids=hold_ids, external_id=external_id)
    }


@mutation("fulfillmentOrderMove", scopes=MERCHANT_WRITE)
def move(
    request: Request,
    *,
    id: str,  # noqa: A002  # the schema's name
    new_location_id: str,
    fulfillment_order_line_items: Sequence[Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    fo = must(request, id, FulfillmentOrder)
    to = request.world.find(new_location_id, Location)
    if to is None:
        raise refuse("Location not found.", field=["id"])
    moved = rearrange.move(request.world, fo, to=to, lines=pairs(fulfillment_order_line_items))
    return {
        "movedFulfillmentOrder": moved.moved,
        "originalFulfillmentOrder": moved.original,
        "remainingFulfillmentOrder": moved.remaining,
    }


@mutation("fulfillmentOrdersReroute", scopes=ANY_WRITE)
def reroute(
    request: Request,
    *,
    fulfillment_order_ids: Sequence[str],
    included_location_ids: Sequence[str] | None = None,
    excluded_location_ids: Sequence[str] | None = None,
) -> dict[str, Any]:
    chosen = [must(request, one, FulfillmentOrder) for one in fulfillment_order_ids]
    candidates = [
        place
        for place in request.world.locations
        if place.is_active
        and place.fulfills_online_orders
        and place.service is None
        and (not included_location_ids or place.id in included_location_ids)
        and place.id not in (excluded_location_ids or ())
    ]
    return {"movedFulfillmentOrders": rearrange.reroute(request.world, chosen, to=candidates)}


@mutation("fulfillmentOrderSplit", scopes=MERCHANT_WRITE)
def split(request: Request, *, fulfillment_order_splits: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    planned = []
    for at, one in enumerate(fulfillment_order_splits):
        fo = request.world.find(one["fulfillment_order_id"], FulfillmentOrder)
        if fo is None:
            raise refuse("Fulfillment order does not exist.", code="FULFILLMENT_ORDER_NOT_FOUND")
        planned.append((fo, _split_portions(fo, pairs(one["fulfillment_order_line_items"]), at)))
    results = []
    for fo, portions in planned:
        new = rearrange.split(request.world, fo, portions)
        results.append({"fulfillmentOrder": fo, "remainingFulfillmentOrder": new, "replacementFulfillmentOrder": None})
    return {"fulfillmentOrderSplits": results}


def _split_portions(fo: FulfillmentOrder, asked: list[tuple[str, int]], at: int) -> list[Any]:
    field = ["fulfillmentOrderSplits", str(at), "fulfillmentOrderLineItems"]
    if not asked:
        raise refuse(
            "There must be at least one item selected in this fulfillment to split it.",
            field=field,
            code="NO_LINE_ITEMS_PROVIDED_TO_SPLIT",
        )
    for line_at, (_, quantity) in enumerate(asked):
        if quantity <= 0:
            raise refuse(
                "You must select at least one item to split into a new fulfillment order.",
                field=[*field, str(line_at), "quantity"],
                code="GREATER_THAN",
            )
    return fulfillment_orders.portions_of(fo, asked)


@mutation("fulfillmentOrderMerge", scopes=MERCHANT_WRITE)
def merge(request: Request, *, fulfillment_order_merge_inputs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    planned = [
        [_merge_intent(request, intent, at, intent_at) for intent_at, intent in enumerate(one["merge_intents"])]
        for at, one in enumerate(fulfillment_order_merge_inputs)
    ]
    merged = [rearrange.merge(request.world, chosen) for chosen in planned]
    return {"fulfillmentOrderMerges": [{"fulfillmentOrder": fo} for fo in merged]}


def _merge_intent(request: Request, intent: Mapping[str, Any], at: int, intent_at: int) -> FulfillmentOrder:
    fo = request.world.find(intent["fulfillment_order_id"], FulfillmentOrder)
    if fo is None:
        raise refuse("Fulfillment order does not exist.", code="FULFILLMENT_ORDER_NOT_FOUND")
    asked = pairs(intent.get("fulfillment_order_line_items"))
    field = ["fulfillmentOrderMergeInputs", str(at), "mergeIntents", str(intent_at), "fulfillmentOrderLineItems"]
    for line_at, (_, quantity) in enumerate(asked):
        if quantity <= 0:
            raise refuse(
                "You must select at least one item to merge into a new fulfillment order.",
                field=[*field, str(line_at), "quantity"],
                code="GREATER_THAN",
            )
    fulfillment_orders.portions_of(fo, asked)
    return fo


@mutation("fulfillmentOrderReschedule", scopes=MERCHANT_WRITE)
def reschedule(request: Request, *, id: str, fulfill_at: Any) -> dict[str, Any]:  # noqa: A002  # the schema's name
    fo = must(request, id, FulfillmentOrder)
    rearrange.reschedule(request.world, fo, fulfill_at=fulfill_at)
    return {"fulfillmentOrder": fo}


@mutation(
    "fulfillmentOrdersSetFulfillmentDeadline",
    scopes=[*MERCHANT_WRITE, "write_marketplace_fulfillment_orders"],
    when_refused={"success": False},
)
def set_deadline(
    request: Request, *, fulfillment_order_ids: Sequence[str], fulfillment_deadline: Any
) -> dict[str, Any]:
    chosen = [request.world.find(one, FulfillmentOrder) for one in fulfillment_order_ids]
    rearrange.set_deadline(request.world, chosen, deadline=fulfillment_deadline)
    return {"success": True}


@mutation("fulfillmentOrderLineItemsPreparedForPickup", scopes=MERCHANT_WRITE)
def prepared_for_pickup(request: Request, *, input: Mapping[str, Any]) -> dict[str, Any]:  # noqa: A002
    errors = []
    for at, one in enumerate(input["line_items_by_fulfillment_order"]):
        fo = request.world.find(one["fulfillment_order_id"], FulfillmentOrder)
        if fo is None or fo.delivery_method != "PICK_UP" or not fo.is_open:
            number = one["fulfillment_order_id"].rpartition("/")[2]
            field = ("input", "lineItemsByFulfillmentOrder", str(at), "fulfillmentOrderId")
            text = f"Invalid fulfillment_order_id provided {number}"
            errors.append(UserError(text, field, "FULFILLMENT_ORDER_INVALID"))
    if errors:
        raise Refusal(*errors)
    return {}
