"""Webhook subscriptions with the recorded validations. The twin keeps them; nothing is delivered unless a test does so."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from graphql import GraphQLResolveInfo

from adapters.sandbox.shopify import sdl
from adapters.sandbox.shopify.api import searches
from adapters.sandbox.shopify.api.connections import Window, window
from adapters.sandbox.shopify.api.orders import counted
from adapters.sandbox.shopify.api.registry import Request, mutation, resolves, shows
from adapters.sandbox.shopify.errors import Refusal, UserError, refuse
from adapters.sandbox.shopify.search import Field, contains, instant, is_qualified, matches_id
from adapters.sandbox.shopify.world import addresses
from adapters.sandbox.shopify.world.state import App

Info = GraphQLResolveInfo[Any]

AT_URI = ("webhookSubscription", "callbackUrl")
_JSON_ONLY = ("RETURNS_", "REVERSE_", "FULFILLMENT_ORDERS_", "FULFILLMENT_HOLDS_", "BULK_OPERATIONS_")
"""Topics that are younger than XML. Recorded for RETURNS_; the others have the same kind of payload."""


@dataclass(slots=True, eq=False, kw_only=True)
class Subscription:
    """A webhook subscription."""

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

_FIELDS = {
    "default": Field(contains, "default"),
    "id": Field(matches_id, "id"),
    "topic": Field(contains, "default"),
    "created_at": instant("created_at"),
    "updated_at": instant("updated_at"),
}


def _described(one: Subscription) -> dict[str, Any]:
    topic = one.topic.lower()
    # Recorded cursors show that the index knows whole seconds only.
    return {
        "id": one.number,
        "default": {topic, topic.replace("_", "/", 1)},
        "created_at": one.created_at,
        "updated_at": one.updated_at,
    }


def _own(request: Request) -> list[Subscription]:
    return [one for one in request.world.subscriptions if one.app is request.app]


@resolves("QueryRoot", "webhookSubscription")
def subscription(_: Any, info: Info, *, id: str) -> Subscription | None:  # noqa: A002  # the schema's name
    return next((one for one in _own(info.context) if one.id == id), None)


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
    search = searches.searched(info, query, _FIELDS)
    wanted = uri or callback_url
    chosen = [
        one
        for one in _own(info.context)
        if (not topics or one.topic in topics)
        and (wanted is None or one.uri == wanted)
        and (format is None or one.format == format)
        and search.test(_described(one))
    ]
    if sort_key == "ID":
        return window(chosen, **size)
    return window(chosen, key=lambda one: one.created_at.replace(microsecond=0), **size)


@resolves("QueryRoot", "webhookSubscriptionsCount")
def subscription_count(_: Any, info: Info, *, query: str | None = None, limit: int | None = 10000) -> dict[str, Any]:
    search = searches.searched(info, query, _FIELDS)
    return counted(sum(search.test(_described(one)) for one in _own(info.context)), limit)


@resolves("WebhookSubscription", "callbackUrl")
def callback_url(known: Subscription, _: Info) -> str:
    """The field is older than the buses; recorded: of both kinds it says this."""
    return "https://eventbridge.arn" if addresses.is_cloud(known.uri) else known.uri


@resolves("WebhookSubscription", "endpoint")
def endpoint(known: Subscription, _: Info) -> dict[str, Any]:
    if known.uri.startswith("arn:"):
        return {"__typename": "WebhookEventBridgeEndpoint", "arn": known.uri}
    if known.uri.startswith("pubsub://"):
        project, topic = known.uri.removeprefix("pubsub://").split(":", 1)
        return {"__typename": "WebhookPubSubEndpoint", "pubSubProject": project, "pubSubTopic": topic}
    return {"__typename": "WebhookHttpEndpoint", "callbackUrl": known.uri}


@resolves("WebhookSubscription", "legacyResourceId")
def legacy_id(known: Subscription, _: Info) -> str:
    return str(known.number)


@resolves("WebhookSubscription", "apiVersion")
def api_version(known: Subscription, info: Info) -> dict[str, Any]:
    request: Request = info.context
    return sdl.described_version(known.app.webhook_version or request.version, today=request.world.now().date())


@mutation("webhookSubscriptionCreate")
def subscribe(request: Request, *, topic: str, webhook_subscription: Mapping[str, Any]) -> dict[str, Any]:
    return _create(request, topic, webhook_subscription, uri=_uri(webhook_subscription) or "")


@mutation("webhookSubscriptionUpdate")
def resubscribe(
    request: Request,
    *,
    id: str,  # noqa: A002  # the schema's name
    webhook_subscription: Mapping[str, Any],
) -> dict[str, Any]:
    return _update(request, id, webhook_subscription, uri=_uri(webhook_subscription))


def _uri(given: Mapping[str, Any]) -> str | None:
    found = given.get("uri") if given.get("uri") is not None else given.get("callback_url")
    return None if found is None else found.strip()


def _pubsub_uri(given: Mapping[str, Any]) -> str:
    """The address of a project's topic. Raises the texts of the mutations that take them apart."""
    errors = []
    if not addresses.PROJECT.fullmatch(given["pub_sub_project"]):
        text = "Google Cloud Pub/Sub project ID is not valid"
        errors.append(UserError(text, ("webhookSubscription", "pubSubProject"), "INVALID_PARAMETERS"))
    if not addresses.TOPIC.fullmatch(given["pub_sub_topic"]):
        text = "Google Cloud Pub/Sub topic ID is not valid"
        errors.append(UserError(text, ("webhookSubscription", "pubSubTopic"), "INVALID_PARAMETERS"))
    if errors:
        raise Refusal(*errors)
    return f"pubsub://{given['pub_sub_project']}:{given['pub_sub_topic']}"


@mutation("pubSubWebhookSubscriptionCreate")
def subscribe_pubsub(request: Request, *, topic: str, webhook_subscription: Mapping[str, Any]) -> dict[str, Any]:
    return _create(request, topic, webhook_subscription, uri=_pubsub_uri(webhook_subscription))


@mutation("pubSubWebhookSubscriptionUpdate")
def resubscribe_pubsub(
    request: Request,
    *,
    id: str,  # noqa: A002  # the schema's name
    webhook_subscription: Mapping[str, Any],
) -> dict[str, Any]:
    return _update(request, id, webhook_subscription, uri=_pubsub_uri(webhook_subscription))


@mutation("eventBridgeWebhookSubscriptionCreate")
def subscribe_event_bridge(request: Request, *, topic: str, webhook_subscription: Mapping[str, Any]) -> dict[str, Any]:
    arn = webhook_subscription.get("arn") or ""
    return _create(request, topic, webhook_subscription, uri=arn, at=("webhookSubscription", "arn"))


@mutation("eventBridgeWebhookSubscriptionUpdate")
def resubscribe_event_bridge(
    request: Request,
    *,
    id: str,  # noqa: A002  # the schema's name
    webhook_subscription: Mapping[str, Any],
) -> dict[str, Any]:
    arn = webhook_subscription.get("arn")
    return _update(request, id, webhook_subscription, uri=arn, at=("webhookSubscription", "arn"))


def _create(
    request: Request, topic: str, given: Mapping[str, Any], *, uri: str, at: tuple[str, ...] = AT_URI
) -> dict[str, Any]:
    world = request.world
    global_id, number = world.new_id("WebhookSubscription")
    now = world.now()
    made = Subscription(
        id=global_id, number=number, app=request.app, topic=topic, uri=uri, created_at=now, updated_at=now
    )
    _apply(made, given, uri=uri)
    _check(request, made, at=at)
    world.subscriptions.append(world.register(made))
    return {"webhookSubscription": made}


def _update(
    request: Request, global_id: str, given: Mapping[str, Any], *, uri: str | None, at: tuple[str, ...] = AT_URI
) -> dict[str, Any]:
    found = next((one for one in _own(request) if one.id == global_id), None)
    if found is None:
        raise refuse("Webhook subscription does not exist", field=["id"])
    before = {name: getattr(found, name) for name in (*_PLAIN, "uri")}
    _apply(found, given, uri=uri)
    try:
        _check(request, found, at=at)
    except Refusal:
        for name, value in before.items():
            setattr(found, name, value)
        raise
    found.updated_at = request.world.now()
    return {"webhookSubscription": found}


_PLAIN = ("format", "filter", "name", "include_fields", "metafield_namespaces", "metafields")


def _apply(known: Subscription, given: Mapping[str, Any], *, uri: str | None) -> None:
    for key in _PLAIN:
        if given.get(key) is not None:
            setattr(known, key, given[key])
    # The app's own namespaces are spelled out.
    known.metafield_namespaces = [
        re.sub(r"^\$app(?::|$)", f"app--{known.app.number}--", one) for one in known.metafield_namespaces
    ]
    known.uri = known.uri if uri is None else uri


def _check(request: Request, known: Subscription, *, at: tuple[str, ...]) -> None:
    """Raise everything that is wrong with a subscription as it would be."""
    errors = [UserError(text, at) for text in addresses.problems(known.uri, client=known.app.number)]
    others = [one for one in _own(request) if one is not known]
    if not errors and any(_identity(one) == _identity(known) for one in others):
        errors.append(UserError("Address for this topic has already been taken", at))
    errors.extend(_format_errors(known))
    errors.extend(_name_errors(known, others))
    if known.filter and not is_qualified(known.filter):
        text = "The specified filter is invalid, please ensure you specify the field(s) you wish to filter on."
        errors.append(UserError(text, ("webhookSubscription",)))
    if errors:
        raise Refusal(*errors)


def _identity(one: Subscription) -> tuple[str, ...]:
    return one.topic, one.uri, one.format, one.filter or ""


def _format_errors(known: Subscription) -> list[UserError]:
    at = ("webhookSubscription", "format")
    if known.format == "JSON":
        return []
    if addresses.is_cloud(known.uri):
        return [UserError("Format can only be used with format: 'json'", at)]
    if known.topic.startswith(_JSON_ONLY):
        text = f"Format '{known.format.lower()}' is invalid for this webhook topic. Allowed formats: json"
        return [UserError(text, at)]
    return []


def _name_errors(known: Subscription, others: Sequence[Subscription]) -> list[UserError]:
    at = ("webhookSubscription", "name")
    if known.name is None:
        return []
    errors = []
    if not known.name:
        errors.append(UserError("Name is too short (minimum is 1 character)", at))
    if not re.fullmatch(r"[\w-]+", known.name, re.ASCII):
        text = "Name name field can only contain alphanumeric characters, underscores, and hyphens"
        errors.append(UserError(text, at))
    if not errors and any((one.name or "").lower() == known.name.lower() for one in others):
        errors.append(UserError("Name already exists, no duplicate allowed", at))
    return errors


@mutation("webhookSubscriptionDelete")
def unsubscribe(request: Request, *, id: str) -> dict[str, Any]:  # noqa: A002  # the schema's name
    found = next((one for one in _own(request) if one.id == id), None)
    if found is None:
        raise refuse("Webhook subscription does not exist", field=["id"])
    request.world.subscriptions.remove(found)
    request.world.nodes.pop(found.id, None)
    return {"deletedWebhookSubscriptionId": found.id}
