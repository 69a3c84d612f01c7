"""What supplier tests stand on: a wire that can be spoiled, credentials in memory, a world that can be told what happens."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, Protocol

import httpx

from syncd.clock import ManualClock
from syncd.domain.ports import AdapterPorts, Call, Supplier, SupplierQuery, Wanted
from syncd.http import Http
from syncd.secrets import register

START = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def stopped_clock() -> ManualClock:
    """A clock at a fixed instant, with some time already behind it so that nothing in the past is negative."""
    return ManualClock(at=START, elapsed_s=10_000.0)


@dataclass(frozen=True, slots=True)
class Sent:
    """One request that left."""

    at_s: float
    method: str
    path: str
    params: Mapping[str, str]


Spoiler = Callable[[httpx.Request, httpx.Response, bytes], httpx.Response]
"""Makes another answer from the true one; may raise httpx errors."""


class Wire(httpx.AsyncBaseTransport):
    """Carries requests to a twin, counts them and spoils answers on request.

    `spoils` says which requests are spoiled, counted among those that `counts` picks; the handshake for tokens is not.
    """

    def __init__(self, app: Any, clock: ManualClock) -> None:
        self._inner = httpx.ASGITransport(app=app)
        self._clock = clock
        self.sent: list[Sent] = []
        self.spoiler: Spoiler | None = None
        self.spares = 0
        """How many requests pass unharmed before the spoiler sets in."""
        self.slow_s = 0.0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        self.sent.append(Sent(self._clock.monotonic(), request.method, path, dict(request.url.params)))
        if self.slow_s:
            await self._clock.sleep(self.slow_s)
            raise httpx.ReadTimeout("no answer in time")
        response = await self._inner.handle_async_request(request)
        body = await response.aread()
        if self.spoiler is not None and "authentication" not in path:
            if self.spares <= 0:
                return self.spoiler(request, response, body)
            self.spares -= 1
        return answer(response, body)

    def spoil(self, spoiler: Spoiler, *, after: int = 0) -> None:
        """Spoil every answer from now on, but for the first `after`."""
        self.spoiler, self.spares = spoiler, after

    def heal(self) -> None:
        self.spoiler, self.slow_s = None, 0.0


def answer(
    response: httpx.Response, body: bytes, *, status: int | None = None, kind: str | None = None
) -> httpx.Response:
    """The answer with another body; the announced length stays, as when a connection breaks off."""
    headers = {name: value for name, value in response.headers.items() if name != "transfer-encoding"}
    if kind:
        headers["content-type"] = kind
    return httpx.Response(status or response.status_code, headers=headers, content=body)


def dead(request: httpx.Request, _response: httpx.Response, _body: bytes) -> httpx.Response:
    raise httpx.ConnectError("connection refused", request=request)


def broken(_request: httpx.Request, response: httpx.Response, _body: bytes) -> httpx.Response:
    return answer(response, b"upstream failed", status=502, kind="text/plain")


def login_page(_request: httpx.Request, response: httpx.Response, _body: bytes) -> httpx.Response:
    return answer(response, b"<!DOCTYPE html><html><title>Sign in</title></html>", status=200, kind="text/html")


def cut(share: float) -> Spoiler:
    """Only the first part of each body arrives."""
    return lambda _request, response, body: answer(response, body[: int(len(body) * share)])


def says(body: bytes, *, status: int = 200, kind: str = "application/json") -> Spoiler:
    """Every answer is this one."""
    return lambda _request, response, _body: answer(response, body, status=status, kind=kind)


class MemoryCredentials:
    """Credentials that rotate, in memory, single flight by name; shared by the adapters of one test."""

    def __init__(self) -> None:
        self.kept: dict[str, Mapping[str, str]] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def get(self, name: str) -> Mapping[str, str] | None:
        return self.kept.get(name)

    async def renew(
        self,
        name: str,
        stale: Mapping[str, str] | None,
        fetch: Callable[[Mapping[str, str] | None], Awaitable[Mapping[str, str]]],
    ) -> Mapping[str, str]:
        async with self._locks.setdefault(name, asyncio.Lock()):
            kept = self.kept.get(name)
            if kept is not None and kept != stale:
                return kept
            self.kept[name] = await fetch(kept)
            return self.kept[name]


def ports(
    clock: ManualClock,
    wire: httpx.AsyncBaseTransport,
    *,
    credentials: MemoryCredentials | None = None,
    secrets: Mapping[str, str] | None = None,
    base_dir: Path = Path(),
) -> AdapterPorts:
    """What an adapter is handed, with nothing real in it."""
    rng = Random(7)
    return AdapterPorts(
        clock=clock,
        rng=rng,
        http=Http(clock, rng, wire),
        credentials=credentials or MemoryCredentials(),
        secret=lambda ref: register((secrets or {})[ref]),
        base_dir=base_dir,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An order that the world knows: the supplier's id and the store's order."""

    ref: str
    order_id: str
    order_name: str

    def wanted(self, *, is_known: bool = True) -> Wanted:
        return Wanted(
            order_id=self.order_id,
            order_name=self.order_name,
            supplier_order_ids=(self.ref,) if is_known else (),
        )


class World(Protocol):
    """A supplier whose truth a test decides, and the adapter that looks at it through a wire."""

    port: Supplier
    clock: ManualClock
    wire: Wire

    @property
    def secrets(self) -> tuple[str, ...]:
        """Values that must never come out."""
        ...

    def place(self, number: int) -> Placed:
        """An order for store order `#number` that the supplier works on; nothing is shipped."""
        ...

    def place_unpaid(self, number: int) -> Placed:
        """An order that is not paid or confirmed yet, where the supplier has such."""
        ...

    def label(self, placed: Placed, number: str) -> None:
        """A number is known, the parcel has not left."""
        ...

    def ship(self, placed: Placed, number: str) -> None: ...
    def deliver(self, placed: Placed) -> None: ...
    def cancel(self, placed: Placed) -> None: ...
    def say(self, placed: Placed, word: str) -> None:
        """The supplier uses a status word of its own."""
        ...

    def forget(self, placed: Placed) -> None:
        """The supplier does not know the order any more."""
        ...

    def cancelled(self) -> int:
        """How many cancels really happened."""
        ...


@dataclass(slots=True)
class Calls:
    """Bounds of writes, counted."""

    clock: ManualClock
    made: list[Call] = field(default_factory=list)

    def next(self, *, within_s: float = 20.0) -> Call:
        call = Call(deadline_s=self.clock.monotonic() + within_s, attempt_id=f"attempt-{len(self.made)}")
        self.made.append(call)
        return call


def query(*placed: Placed, is_known: bool = True) -> SupplierQuery:
    return SupplierQuery(wanted=tuple(each.wanted(is_known=is_known) for each in placed))
