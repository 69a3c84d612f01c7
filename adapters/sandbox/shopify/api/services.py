"""Fulfillment services and webhook subscriptions: simple stores with the recorded validations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from graphql import GraphQLResolveInfo

from adapters.sandbox.shopify.api.connections import Window, window
from adapters.sandbox.shopify.api.orders import counted
from adapters.sandbox.shopify.api.registry import Request, mutation, resolves, shows
from adapters.sandbox.shopify.errors import NotModelled, Refusal, UserError, refuse
from adapters.sandbox.shopify.world.state import App, FulfillmentService
from adapters.sandbox.shopify.world.world import service_handle

Info = GraphQLResolveInfo[Any]
WRITE = ("write_fulfillments",)

_RESERVED = frozenset({"manual", "gift_card", "shopify", "amazon"})


def _check_name(request: Request, name: str, *, known: FulfillmentService | None) -> list[UserError]:
    if not name.strip():
        return [UserError("Name can't be blank", ("name",))]
    errors = []
    if name[0].isspace():
        errors.append(UserError("Name cannot begin with a whitespace character", ("name",)))
    if name[-1].isspace():
        errors.append(UserError("Name cannot end with a whitespace character", ("name",)))
    if name.lower() in _RESERVED:
        errors.append(UserError("Name is reserved", ("name",)))
    elif any(one is not known and _is_same(one, name) for one in request.world.services):
        errors.append(UserError("Name has already been taken", ("name",)))
    return errors


def _is_same(known: FulfillmentService, name: str) -> bool:
    return known.service_name.lower() == name.lower() or known.handle == service_handle(name)


def _check_url(request: Request, url: str | None) -> list[UserError]:
    if not url:
        return []
    scheme = url.partition("://")[0]
    if scheme not in {"http", "https"}:
        return [UserError(f"Callback url protocol {scheme}:// is not supported", ("callbackUrl",))]
    hosts = request.app.callback_hosts
    if hosts is not None and urlsplit(url).hostname not in {*hosts, request.world.shop.domain}:
        return [UserError("Callback url is not allowed", ("callbackUrl",))]
    return []


@mutation("fulfillmentServiceCreate", scopes=WRITE)
def create(
    request: Request,
    *,
    name: str,
    callback_url: str | None = None,
    inventory_management: bool = False,
    tracking_support: bool = False,
    requires_shipping_method: bool = True,
    fulfillment_orders_opt_in: bool = True,
    **_: Any,
) -> dict[str, Any]:
    errors = [*_check_name(request, name, known=None), *_check_url(request, callback_url)]
    if errors:
        raise Refusal(*errors)
    made = request.world.add_service(name, app=request.app, callback_url=callback_url)
    made.inventory_management = inventory_management
    made.tracking_support = tracking_support
    made.requires_shipping_method = requires_shipping_method
    made.fulfillment_orders_opt_in = fulfillment_orders_opt_in
    return {"fulfillmentService": made}


def _service(request: Request, global_id: str) -> FulfillmentService:
    found = request.world.find(global_id, FulfillmentService)
    if found is None or found.app is not request.app:
        raise refuse("Fulfillment service could not be found.", field=["id"])
    return found


@mutation("fulfillmentServiceUpdate", scopes=WRITE)
def update(request: Request, *, id: str, **changes: Any) -> dict[str, Any]:  # noqa: A002  # the schema's name
    found = _service(request, id)
    errors = _check_url(request, changes.get("callback_url"))
    if changes.get("name") is not None:
        errors = [*_check_name(request, changes["name"], known=found), *errors]
    if errors:
        raise Refusal(*errors)
    if changes.get("name") is not None:
        found.service_name = changes.pop("name")
        if found.location is not None:
            found.location.name = found.service_name
    for key, value in changes.items():
        if value is not None and key != "permits_sku_sharing":
            setattr(found, key, value)
    return {"fulfillmentService": found}


@mutation("fulfillmentServiceDelete", scopes=WRITE)
def delete(
    request: Request,
    *,
    id: str,  # noqa: A002  # the schema's name
    destination_location_id: str | None = None,
    inventory_action: str = "TRANSFER",
) -> dict[str, Any]:
    found = _service(request, id)
    if destination_location_id is not None and inventory_action != "TRANSFER":
        raise refuse(
            "Inventory action Destination location id should not be present when deleting/keeping the inventory of "
            "the fulfillment service.",
            field=["inventoryAction"],
        )
    if destination_location_id is not None and destination_location_id not in request.world.nodes:
        raise refuse("Invalid destination location.")
    world = request.world
    world.services.remove(found)
    for global_id in (found.id, found.id.partition("?")[0]):
        world.nodes.pop(global_id, None)
    if found.location is not None:
        # KEEP turns the place into one of the merchant's, the other actions remove it.
        found.location.service = None
        if inventory_action != "KEEP":
            world.remove_location(found.location)
    return {"deletedId": found.id.partition("?")[0]}


@dataclass(slots=True, eq=False, kw_only=True)
class Subscription:
    """A webhook subscription. The twin keeps it; nothing is delivered unless a test does so."""

    id: str
    number: int
    app: App
    topic: str
    uri: str
    created_at: datetime
    updated_at: datetime
    format: str = "JSON"
    filter: str | None = None
    name: str | None = None
    include_fields: list[str] = field(default_factory=list)
    metafield_namespaces: list[str] = field(default_factory=list)
    metafields: list[dict[str, Any]] = field(default_factory=list)


shows("WebhookSubscription", Subscription)


def _subscriptions(request: Request) -> list[Subscription]:
    return [one for one in request.world.subscriptions if one.app is request.app]


@resolves("QueryRoot", "webhookSubscription")
def subscription(_: Any, info: Info, *, id: str) -> Subscription | None:  # noqa: A002  # the schema's name
    return next((one for one in _subscriptions(info.context) if one.id == id), None)


@resolves("QueryRoot", "webhookSubscriptions")
def subscription_list(
    _: Any,
    info: Info,
    *,
    topics: Sequence[str] | None = None,
    uri: str | None = None,
    callback_url: str | None = None,
    query: str | None = None,
    format: str | None = None,  # noqa: A002  # the schema's name
    sort_key: str = "CREATED_AT",
    **size: Any,
) -> Window:
    if query:
        raise NotModelled("webhookSubscriptions(query:)")
    wanted = uri or callback_url
    chosen = [
        one
        for one in _subscriptions(info.context)
        if (not topics or one.topic in topics)
        and (wanted is None or one.uri == wanted)
        and (format is None or one.format == format)
    ]
    if sort_key == "ID":
        return window(chosen, **size)
    return window(chosen, key=lambda one: one.created_at, **size)


@resolves("QueryRoot", "webhookSubscriptionsCount")
def subscription_count(_: Any, info: Info, *, query: str | None = None, limit: int | None = 10000) -> dict[str, Any]:
    if query:
        raise NotModelled("webhookSubscriptionsCount(query:)")
    return counted(len(_subscriptions(info.context)), limit)


@resolves("WebhookSubscription", "callbackUrl")
def callback_url(known: Subscription, _: Info) -> str:
    return known.uri


@resolves("WebhookSubscription", "endpoint")
def endpoint(known: Subscription, _: Info) -> dict[str, Any]:
    return {"__typename": "WebhookHttpEndpoint", "callbackUrl": known.uri}


@resolves("WebhookSubscription", "legacyResourceId")
def legacy_id(known: Subscription, _: Info) -> str:
    return str(known.number)


@resolves("WebhookSubscription", "apiVersion")
def api_version(_: Subscription, info: Info) -> dict[str, Any]:
    request: Request = info.context
    return {"handle": request.version, "displayName": request.version, "supported": True}


def _uri(given: Mapping[str, Any]) -> str | None:
    return given.get("uri") or given.get("callback_url")


def _check_uri(request: Request, topic: str, uri: str | None, *, known: Subscription | None) -> str:
    at = ["webhookSubscription", "callbackUrl"]
    if not uri:
        raise refuse("Address can't be blank", field=at)
    scheme = uri.partition("://")[0]
    if scheme not in {"https", "pubsub", "kafka"} and not uri.startswith("arn:"):
        raise refuse(f"Address protocol {scheme}:// is not supported", field=at)
    if any(one is not known and (one.topic, one.uri) == (topic, uri) for one in _subscriptions(request)):
        raise refuse("Address for this topic has already been taken", field=at)
    return uri


_PLAIN = ("format", "filter", "name", "include_fields", "metafield_namespaces", "metafields")


@mutation("webhookSubscriptionCreate")
def subscribe(request: Request, *, topic: str, webhook_subscription: Mapping[str, Any]) -> dict[str, Any]:
    uri = _check_uri(request, topic, _uri(webhook_subscription), known=None)
    world = request.world
    global_id, number = world.new_id("WebhookSubscription")
    now = world.now()
    made = Subscription(
        id=global_id, number=number, app=request.app, topic=topic, uri=uri, created_at=now, updated_at=now
    )
    _apply(made, webhook_subscription)
    world.subscriptions.append(world.register(made))
    return {"webhookSubscription": made}


def _apply(known: Subscription, given: Mapping[str, Any]) -> None:
    for key in _PLAIN:
        if given.get(key) is not None:
            setattr(known, key, given[key])


@mutation("webhookSubscriptionUpdate")
def resubscribe(
    request: Request,
    *,
    id: str,  # noqa: A002  # the schema's name
    webhook_subscription: Mapping[str, Any],
) -> dict[str, Any]:
    found = next((one for one in _subscriptions(request) if one.id == id), None)
    if found is None:
        raise refuse("Webhook subscription does not exist", field=["id"])
    if _uri(webhook_subscription):
        found.uri = _check_uri(request, found.topic, _uri(webhook_subscription), known=found)
    _apply(found, webhook_subscription)
    found.updated_at = request.world.now()
    return {"webhookSubscription": found}


@mutation("webhookSubscriptionDelete")
def unsubscribe(request: Request, *, id: str) -> dict[str, Any]:  # noqa: A002  # the schema's name
    found = next((one for one in _subscriptions(request) if one.id == id), None)
    if found is None:
        raise refuse("Webhook subscription does not exist", field=["id"])
    request.world.subscriptions.remove(found)
    request.world.nodes.pop(found.id, None)
    return {"deletedWebhookSubscriptionId": found.id}
