"""Keeps the app's webhook subscriptions as they should be: each topic of ours at our address, whole, as JSON.

Shopify removes a subscription after eight failures, and nobody is told. An app sees its own only; what others of its programs
subscribed to, at other addresses, is left alone. Creating one that is there is refused, so doing it twice does no harm.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any
from urllib.parse import urlsplit

from adapters.stores.shopify.documents import operation
from adapters.stores.shopify.fields import Json, items, maybe_obj, maybe_text, next_cursor, nodes
from adapters.stores.shopify.graphql import Reply, Session
from adapters.stores.shopify.pushed.topics import TOPICS
from syncd.clock import Clock
from syncd.domain.ports import Subscription
from syncd.errors import AuthRejected, InvalidResponse, OutcomeUnknown, Refused
from syncd.http import Lane

_CALL_S = 20.0


async def subscribe(url: str, *, session: Session, clock: Clock, dry_run: bool) -> tuple[Subscription, ...]:
    """What is with each topic of ours, and was done about it (with `dry_run`: would be)."""
    kept = [node async for node in _subscriptions(session)]
    found: list[Subscription] = []
    for topic in sorted(TOPICS):
        name = topic.replace("/", "_").upper()
        mine = [node for node in kept if node.get("topic") == name and _is_ours(node, url)]
        if any(_is_right(node, url) for node in mine):
            found.append(Subscription(topic=topic, state="kept"))
            continue
        state = "repaired" if mine else "created"
        if dry_run:
            found.append(Subscription(topic=topic, state=state))
            continue
        file = "update_webhook" if mine else "create_webhook"
        target = {"id": mine[0]["id"]} if mine else {"topic": name}
        webhook: dict[str, Any] = {"uri": url, "format": "JSON", "includeFields": [], "filter": None}
        problem = await _written(file, {**target, "webhook": webhook}, session=session, clock=clock)
        found.append(Subscription(topic=topic, state="refused" if problem else state, text=problem))
    return tuple(found)


async def _subscriptions(session: Session) -> AsyncIterator[Json]:
    after: str | None = None
    while True:
        reply = await session.read("webhook_subscriptions", {"after": after}, lane=Lane.POLL)
        for node in nodes(reply.data, "webhookSubscriptions"):
            yield node
        after = next_cursor(maybe_obj(reply.data, "webhookSubscriptions"))
        if after is None:
            return


def _is_ours(node: Json, url: str) -> bool:
    """Whether it leads to us: to this address, or to the same path elsewhere, from where syncd moved."""
    uri = maybe_text(node, "uri") or ""
    return uri == url or urlsplit(uri).path == urlsplit(url).path


def _is_right(node: Json, url: str) -> bool:
    is_whole = not node.get("includeFields") and not node.get("filter")
    return node.get("uri") == url and node.get("format") == "JSON" and is_whole


async def _written(file: str, variables: Json, *, session: Session, clock: Clock) -> str:
    """Why it was not written; empty = it was."""
    try:
        reply = await session.write(file, variables, lane=Lane.POLL, deadline_s=clock.monotonic() + _CALL_S)
    except (AuthRejected, Refused, InvalidResponse, OutcomeUnknown) as error:
        return error.text
    return _problem(reply, operation(file).root)


def _problem(reply: Reply, root: str) -> str:
    payload = maybe_obj(reply.data, root)
    if payload is None:
        return "; ".join(_denied(reply)) or "shopify answered without a result"
    return "; ".join(str(error.get("message")) for error in items(payload, "userErrors"))


def _denied(reply: Reply) -> Iterable[str]:
    for fault in reply.denied:
        yield f"the scope {fault.scope} is missing" if fault.scope else fault.message
