"""Fields of fulfillment orders, their lines, holds and requests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo

from adapters.sandbox.shopify.api import searches
from adapters.sandbox.shopify.api.connections import Window, window
from adapters.sandbox.shopify.api.ids import of_kind
from adapters.sandbox.shopify.api.money import money
from adapters.sandbox.shopify.api.orders import READS
from adapters.sandbox.shopify.api.registry import Request, require, resolves
from adapters.sandbox.shopify.errors import NotModelled
from adapters.sandbox.shopify.search import Search
from adapters.sandbox.shopify.world import fulfillment_orders, holds
from adapters.sandbox.shopify.world.state import App, FoLine, FulfillmentOrder, Hold, Line, Location

Info = GraphQLResolveInfo[Any]


@resolves("QueryRoot", "fulfillmentOrder")
def fulfillment_order(_: Any, info: Info, *, id: str) -> FulfillmentOrder | None:  # noqa: A002  # the schema's name
    request: Request = info.context
    require(request, "fulfillmentOrder", READS)
    found = of_kind(request, id, FulfillmentOrder)
    return found if found is not None and fulfillment_orders.may_see(found, request.app) else None


@resolves("QueryRoot", "fulfillmentOrders")
def fulfillment_order_list(
    _: Any,
    info: Info,
    *,
    query: str | None = None,
    sort_key: str = "ID",
    reverse: bool = False,
    include_closed: bool = False,
    **size: Any,
) -> Window:
    request: Request = info.context
    require(request, "fulfillmentOrders", READS)
    return searches.page(
        request.world.fulfillment_order_index,
        searches.searched(info, query, searches.FULFILLMENT_ORDER_FIELDS),
        request,
        sort=searches.FULFILLMENT_ORDER_SORT[sort_key],
        reverse=reverse,
        only=lambda row: (
            (include_closed or row.values["is_open"]) and fulfillment_orders.may_see(row.thing, request.app)
        ),
        **size,
    )


@resolves("QueryRoot", "manualHoldsFulfillmentOrders")
def manual_holds(_: Any, info: Info, *, query: str | None = None, reverse: bool = False, **size: Any) -> Window:
    request: Request = info.context
    require(request, "manualHoldsFulfillmentOrders", READS)
    search = searches.searched(info, query, searches.FULFILLMENT_ORDER_FIELDS)
    return searches.page(
        request.world.fulfillment_order_index,
        search,
        request,
        sort="id",
        reverse=reverse,
        only=lambda row: row.thing.status == "ON_HOLD" and fulfillment_orders.may_see(row.thing, request.app),
        **size,
    )


_ASSIGNED = {
    "CANCELLATION_REQUESTED": "CANCELLATION_REQUESTED",
    "FULFILLMENT_ACCEPTED": "ACCEPTED",
    "FULFILLMENT_REQUESTED": "SUBMITTED",
    "FULFILLMENT_UNSUBMITTED": "UNSUBMITTED",
}


@resolves("QueryRoot", "assignedFulfillmentOrders")
def assigned(
    _: Any,
    info: Info,
    *,
    assignment_status: str | None = None,
    location_ids: Sequence[str] | None = None,
    sort_key: str = "ID",
    reverse: bool = False,
    **size: Any,
) -> Window:
    request: Request = info.context
    require(request, "assignedFulfillmentOrders", ["read_assigned_fulfillment_orders"])
    if not any(service.app is request.app for service in request.world.services):
        raise GraphQLError('["The api_client is not associated with any fulfillment service."]')
    wanted = _ASSIGNED.get(assignment_status or "")

    def is_ours(fo: FulfillmentOrder) -> bool:
        service = fo.location.service
        return (
            service is not None
            and service.app is request.app
            and fo.is_open
            and (wanted is None or fo.request_status == wanted)
            and (location_ids is None or fo.location.id in location_ids)
        )

    return searches.page(
        request.world.fulfillment_order_index,
        Search(test=lambda _: True),
        request,
        sort=searches.FULFILLMENT_ORDER_SORT[sort_key],
        reverse=reverse,
        only=lambda row: is_ours(row.thing),
        **size,
    )


@resolves("FulfillmentOrder", "lineItems")
def line_items(fo: FulfillmentOrder, _: Info, **size: Any) -> Window:
    return window(fo.lines, **size)


@resolves("FulfillmentOrder", "supportedActions")
def supported_actions(fo: FulfillmentOrder, info: Info) -> list[dict[str, Any]]:
    request: Request = info.context
    # Recorded: the root fields fulfillmentOrder(s) do not offer MERGE, reads through the order do.
    root = info.path.as_list()[0]
    with_merge = root not in {"fulfillmentOrder", "fulfillmentOrders"}
    actions = fulfillment_orders.supported_actions(fo, request.app, with_merge=with_merge)
    if request.version < "2026-04":
        actions = [action for action in actions if action != "REPORT_PROGRESS"]
    return [{"action": action, "externalUrl": None} for action in actions]


@resolves("FulfillmentOrder", "assignedLocation")
def assigned_location(fo: FulfillmentOrder, _: Info) -> dict[str, Any]:
    location = fo.location
    return {
        "name": location.name,
        "location": location,
        "address1": None,
        "address2": None,
        "city": location.city,
        "countryCode": location.country_code,
        "phone": None,
        "province": None,
        "zip": None,
    }


@resolves("FulfillmentOrder", "deliveryMethod")
def delivery_method(fo: FulfillmentOrder, _: Info) -> dict[str, Any]:
    return {
        "__typename": "DeliveryMethod",
        "id": f"gid://shopify/DeliveryMethod/{fo.number}",
        "methodType": fo.delivery_method,
        "additionalInformation": None,
        "maxDeliveryDateTime": None,
        "minDeliveryDateTime": None,
        "presentedName": None,
        "serviceCode": None,
        "sourceReference": None,
    }


@resolves("FulfillmentOrder", "destination")
def destination(fo: FulfillmentOrder, _: Info) -> dict[str, Any] | None:
    given = fo.order.shipping_address
    if given is None:
        return None
    known = ("address1", "address2", "city", "company", "countryCode", "firstName", "lastName", "phone", "zip")
    return {
        "__typename": "FulfillmentOrderDestination",
        **{key: given.get(key) for key in known},
        "id": f"gid://shopify/FulfillmentOrderDestination/{fo.number}",
        "email": fo.order.email,
        "location": None,
        "province": given.get("provinceCode"),
    }


@resolves("FulfillmentOrder", "fulfillmentHolds")
def fulfillment_holds(fo: FulfillmentOrder, _: Info) -> list[Hold]:
    return fo.holds


@resolves("FulfillmentOrder", "merchantRequests")
def merchant_requests(fo: FulfillmentOrder, _: Info, *, kind: str | None = None, **size: Any) -> Window:
    return window([one for one in fo.requests if kind is None or one.kind == kind], **size)


@resolves("FulfillmentOrder", "fulfillments")
def fulfillments(fo: FulfillmentOrder, _: Info, **size: Any) -> Window:
    made = [
        fulfillment
        for fulfillment in fo.order.fulfillments
        if any(take.fo_line.fulfillment_order is fo for take in fulfillment.takes)
    ]
    return window(made, **size)


@resolves("FulfillmentOrder", "fulfillmentOrdersForMerge")
def for_merge(fo: FulfillmentOrder, _: Info, **size: Any) -> Window:
    return window(fulfillment_orders.mergeable_with(fo), **size)


@resolves("FulfillmentOrder", "locationsForMove")
def for_move(
    fo: FulfillmentOrder,
    info: Info,
    *,
    location_ids: Sequence[str] | None = None,
    line_item_ids: Sequence[str] = (),
    query: str | None = None,
    **size: Any,
) -> Window:
    if query or line_item_ids:
        raise NotModelled("FulfillmentOrder.locationsForMove with query or lineItemIds")
    request: Request = info.context
    others = [
        place
        for place in request.world.locations
        if place is not fo.location and place.is_active and (location_ids is None or place.id in location_ids)
    ]
    found = window(others, **size)
    nodes = [{"location": place, "movable": fo.status == "OPEN", "message": None} for place in found.nodes]
    return Window(nodes, found.cursors, found.has_next_page, found.has_previous_page)


@resolves("FulfillmentOrder", "orderId")
def order_id(fo: FulfillmentOrder, _: Info) -> str:
    return fo.order.id


@resolves("FulfillmentOrder", "orderName")
def order_name(fo: FulfillmentOrder, _: Info) -> str:
    return fo.order.name


@resolves("FulfillmentOrder", "orderProcessedAt")
def order_processed_at(fo: FulfillmentOrder, _: Info) -> Any:
    return fo.order.processed_at


@resolves("FulfillmentOrder", "internationalDuties", "channelId")
def nothing(_: Any, _info: Info) -> None:
    return None


@resolves("FulfillmentOrderLineItem", "lineItem")
def fo_line_item(line: FoLine, _: Info) -> Line:
    return line.line


@resolves("FulfillmentOrderLineItem", "totalQuantity")
def total_quantity(line: FoLine, _: Info) -> int:
    return line.total


@resolves("FulfillmentOrderLineItem", "remainingQuantity")
def remaining_quantity(line: FoLine, _: Info) -> int:
    return line.remaining


@resolves("FulfillmentOrderLineItem", "sku")
def sku(line: FoLine, _: Info) -> str | None:
    return line.line.sku


@resolves("FulfillmentOrderLineItem", "productTitle")
def product_title(line: FoLine, _: Info) -> str:
    return line.line.title


@resolves("FulfillmentOrderLineItem", "requiresShipping")
def requires_shipping(line: FoLine, _: Info) -> bool:
    return line.line.requires_shipping


@resolves("FulfillmentOrderLineItem", "vendor")
def vendor(line: FoLine, _: Info) -> str | None:
    return line.line.vendor


@resolves("FulfillmentOrderLineItem", "variant")
def variant(line: FoLine, _: Info) -> Any:
    return line.line.variant


@resolves("FulfillmentOrderLineItem", "variantTitle")
def variant_title(line: FoLine, _: Info) -> str | None:
    return line.line.variant_title


@resolves("FulfillmentOrderLineItem", "inventoryItemId")
def inventory_item_id(line: FoLine, _: Info) -> str | None:
    return line.line.variant.inventory_item.id if line.line.variant else None


@resolves("FulfillmentOrderLineItem", "originalUnitPriceSet")
def unit_price(line: FoLine, _: Info) -> dict[str, Any]:
    return money(line.line.price, line.line.order.currency)


@resolves("FulfillmentOrderLineItem", "warnings")
def warnings(_: FoLine, _info: Info) -> list[Any]:
    return []


@resolves("FulfillmentHold", "displayReason")
def display_reason(hold: Hold, _: Info) -> str:
    return holds.DISPLAY_REASONS[hold.reason]


@resolves("FulfillmentHold", "heldByApp")
def held_by_app(hold: Hold, info: Info) -> App | None:
    request: Request = info.context
    require(request, "heldByApp", ["read_apps"])
    return hold.app


@resolves("FulfillmentHold", "heldByRequestingApp")
def held_by_requesting_app(hold: Hold, info: Info) -> bool:
    request: Request = info.context
    return hold.app is request.app


@resolves("Location", "isFulfillmentService")
def is_service(location: Location, _: Info) -> bool:
    return location.service is not None


@resolves("Location", "fulfillmentService")
def service_of(location: Location, _: Info) -> Any:
    return location.service
