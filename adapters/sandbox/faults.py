"""Faults on demand, for any ASGI app: what goes wrong between a client and a service, exactly when told.

A fault names the requests that it hits and what happens to them. `BEFORE` faults come instead of the work, so
nothing is committed; `AFTER` faults come when the work is done and only the reply is lost or spoilt. That difference
is the whole point: a client cannot tell them apart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, assert_never

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Namer = Callable[[Scope, bytes], list[str]]

FAULT = "syncd.fault"
"""Where an app finds, in its ASGI scope, the fault that it has to carry out itself."""
TRANSPORT = "syncd.transport"
"""Where a fault finds the connection that it is to break, when there is a real one."""

LOGIN_PAGE = b"<!DOCTYPE html><html><head><title>Log in</title></head><body><form>Log in</form></body></html>"


class Kind(StrEnum):
    """What happens."""

    STATUS = "status"
    """An HTTP error status: 500, 502, 503, 429 (with `retry_after`), 401, ..."""
    DROP = "drop"
    """The connection breaks."""
    HANG = "hang"
    """No answer, ever, until the client gives up."""
    SLOW = "slow"
    """An answer after `seconds` of real time."""
    MALFORMED = "malformed"
    """A body that is no JSON, with status 200."""
    TRUNCATED = "truncated"
    """A body that stops in the middle."""
    LOGIN_PAGE = "login_page"
    """Status 200 and an HTML page."""
    BODY = "body"
    """Any body, given as `body`."""
    THROTTLED = "throttled"
    """The service says that the bucket is empty. This one and the next two are the app's to carry out."""
    INTERNAL_ERROR = "internal_error"
    """The service's own words for "something went wrong": nothing is known of the outcome."""
    STALE_SEARCH = "stale_search"
    """Searches see nothing that changed since the last search."""


BY_THE_APP = frozenset({Kind.THROTTLED, Kind.INTERNAL_ERROR, Kind.STALE_SEARCH})


class Moment(StrEnum):
    """Whether the service did the work before things went wrong."""

    BEFORE = "before"
    AFTER = "after"


class ConnectionDropped(ConnectionError):
    """What a client behind an in-process transport meets when the connection breaks."""


@dataclass(slots=True, kw_only=True)
class Fault:
    """One fault. It hits calls number `nth` to `nth + times - 1` among those that match; `times` 0 = for ever.

    `operation` is a GraphQL root field or operation name where the app knows such, `path` a prefix of the URL path.
    """

    kind: Kind
    moment: Moment = Moment.BEFORE
    operation: str | None = None
    path: str | None = None
    method: str | None = None
    nth: int = 1
    times: int = 1
    status: int = 500
    retry_after: str | None = None
    seconds: float = 0.0
    body: bytes = b"<html><body>Bad gateway</body></html>"
    content_type: str = "application/json"
    seen: int = 0
    hits: int = 0

    def matches(self, scope: Scope, names: list[str]) -> bool:
        """Whether the request is one that this fault counts."""
        if self.operation is not None and self.operation not in names:
            return False
        if self.method is not None and scope["method"] != self.method:
            return False
        return self.path is None or str(scope["path"]).startswith(self.path)

    def strikes(self) -> bool:
        """Count one matching call; True when it is to fail."""
        self.seen += 1
        struck = self.seen >= self.nth and (self.times == 0 or self.seen < self.nth + self.times)
        self.hits += struck
        return struck

    @property
    def is_spent(self) -> bool:
        return self.times > 0 and self.seen >= self.nth + self.times - 1


@dataclass(slots=True)
class Faults:
    """The faults that wait for requests."""

    waiting: list[Fault] = field(default_factory=list)

    def add(self, kind: Kind | str, **details: Any) -> Fault:
        """Plan a fault; the fields are those of `Fault`."""
        if "moment" in details:
            details["moment"] = Moment(details["moment"])
        fault = Fault(kind=Kind(kind), **details)
        self.waiting.append(fault)
        return fault

    def clear(self) -> None:
        self.waiting.clear()

    def struck(self, scope: Scope, names: list[str]) -> Fault | None:
        """The first fault that hits this request; every matching one counts it."""
        hit = None
        for fault in self.waiting:
            if fault.matches(scope, names) and fault.strikes() and hit is None:
                hit = fault
        return hit


class FaultyApp:
    """An ASGI app in front of another, with faults between. `names` says what a request asks for."""

    def __init__(self, app: App, faults: Faults, *, names: Namer | None = None) -> None:
        self.app = app
        self.faults = faults
        self.names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self.faults.waiting:
            await self.app(scope, receive, send)
            return
        body = await _read(receive)
        names = self.names(scope, body) if self.names else []
        fault = self.faults.struck(scope, names)
        again = _replay(body, receive)
        if fault is None or fault.kind in BY_THE_APP:
            await self.app({**scope, FAULT: fault}, again, send)
        elif fault.moment is Moment.BEFORE:
            await self._fail(fault, b"", scope, again, send)
        else:
            done = await _swallow(self.app, scope, again)
            await self._fail(fault, done, scope, again, send)

    async def _fail(self, fault: Fault, done: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        match fault.kind:
            case Kind.DROP:
                await drop(scope, receive)
            case Kind.HANG:
                await asyncio.Event().wait()
            case Kind.SLOW:
                await asyncio.sleep(fault.seconds)
                if fault.moment is Moment.BEFORE:
                    await self.app(scope, receive, send)
                else:
                    await _reply(send, 200, done, fault.content_type)
            case _:
                status, body, content_type = _spoilt(fault, done)
                retry = [(b"retry-after", fault.retry_after.encode())] if fault.retry_after is not None else []
                await _reply(send, status, body, content_type, headers=retry)


def _spoilt(fault: Fault, done: bytes) -> tuple[int, bytes, str]:
    """Status, body and content type of a reply that comes instead of the right one."""
    match fault.kind:
        case Kind.STATUS:
            return fault.status, b"{}", fault.content_type
        case Kind.MALFORMED:
            return 200, b'{"data": {"oops', fault.content_type
        case Kind.TRUNCATED:
            whole = done or b'{"data": {"order": {"id": "gid://shopify/Order/1"}}}'
            return 200, whole[: len(whole) // 2], fault.content_type
        case Kind.LOGIN_PAGE:
            return 200, LOGIN_PAGE, "text/html; charset=utf-8"
        case Kind.BODY:
            return 200, fault.body, fault.content_type
        case Kind.DROP | Kind.HANG | Kind.SLOW | Kind.THROTTLED | Kind.INTERNAL_ERROR | Kind.STALE_SEARCH:
            raise AssertionError(f"{fault.kind} is no spoilt reply")
        case _:
            assert_never(fault.kind)


async def drop(scope: Scope, receive: Receive) -> None:
    """Break the connection: on a real server the socket is closed, in process an error is raised."""
    transport = scope.get("extensions", {}).get(TRANSPORT)
    if transport is not None:
        transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass
        return
    raise ConnectionDropped(f"{scope['method']} {scope['path']}: the sandbox dropped the connection")


async def _read(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _swallow(app: App, scope: Scope, receive: Receive) -> bytes:
    parts: list[bytes] = []

    async def keep(message: Message) -> None:
        parts.append(message.get("body", b""))

    await app(scope, receive, keep)
    return b"".join(parts)


async def _reply(
    send: Send, status: int, body: bytes, content_type: str, headers: list[tuple[bytes, bytes]] | None = None
) -> None:
    shown = [
        (b"content-type", content_type.encode()),
        (b"content-length", str(len(body)).encode()),
        *(headers or []),
    ]
    await send({"type": "http.response.start", "status": status, "headers": shown})
    await send({"type": "http.response.body", "body": body})
