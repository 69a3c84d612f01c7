"""The way of each request from a process to a store or supplier, and what may befall it there."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from adapters.sandbox.faults import Moment
from tests.crash.lives import is_write, name_of
from tests.crash.troubles import SPOILINGS, Spoiling
from tests.simulation.choices import Scope
from tests.simulation.process import Crashed, Process, by_nobody
from tests.simulation.scene import Scene

Spoils = Callable[[httpx.Response], httpx.Response]

_NUMBERS = re.compile(rb"YT[0-9]{16}")
MARGIN_S = 25.0
"""A request may arrive so long after its deadline: less than the margin that syncd leaves (30 s) before it tries again."""


class Road:
    """All ways of one world."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.twins: dict[str, Any] = {"cj.test": scene.cj, "depot.test": scene.depot}
        self.twins |= {store.host: store.twin for store in scene.stores.values()}
        self.requests = 0
        self.rate = 0.0
        """The share of reads that something befalls."""
        self.write_rate = 0.0
        """And of writes: there are few of them, and what befalls those matters most."""
        self.slow = 0.0
        self.on_way = 0
        """Requests that left and did not arrive yet, although nobody waits for them."""
        self.spoilt: dict[str, Spoils] = {}
        """Answers that are not right for a while, by what is asked for."""
        self.between: Any = None
        """What may happen in the world while a request is on its way."""
        self.watch: Any = None
        """Told of each write that leaves, and after each request that was carried out."""

    def of(self, process: Process) -> httpx.AsyncBaseTransport:
        return _Way(self, process)

    async def carry_out(self, request: httpx.Request, *, process: Process | None, sent_at: Any) -> httpx.Response:
        """Let the twin do it, and see to it that the world is as promised then."""
        scene = self.scene
        scene.sending, scene.sent_at = process, sent_at
        try:
            response = await _direct(self.twins[request.url.host].app, request)
        finally:
            scene.trace(name_of(request), request.content)
            self.watch.carried_out(request)
            scene.sending = scene.sent_at = None
        if spoils := self.spoilt.get(name_of(request)):
            response = spoils(response)
        if request.url.host == "cj.test":
            scene.truth.seen.update(number.decode() for number in _NUMBERS.findall(response.content))
        scene.trace(response.status_code, response.content)
        return response

    def arrives_later(self, request: httpx.Request, *, process: Process, after_s: float) -> None:
        """A request for whose answer nobody waits any more."""
        sent_at = self.scene.clock.now()
        self.on_way += 1

        async def arrive() -> None:
            await asyncio.sleep(after_s)
            self.on_way -= 1
            self.scene.tell(f"{name_of(request)} of process {process.number} arrives, {after_s:.0f} s late")
            self.scene.reached["late request"] += 1
            with contextlib.suppress(OSError):
                await self.carry_out(request, process=process, sent_at=sent_at)

        by_nobody(arrive())


@dataclass(slots=True)
class _Way(httpx.AsyncBaseTransport):
    road: Road
    process: Process

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        road, process, scene = self.road, self.process, self.road.scene
        process.must_live()
        road.requests += 1
        choices = scene.choices.within(f"request/{road.requests}")
        what, write = name_of(request), is_write(request)
        if road.between is not None:
            road.between(choices)
        process.in_flight += 1
        road.watch.leaves(request, process=process, write=write)
        try:
            try:
                process.touch(f"before {what}")
            except Crashed:
                self._let_fly(request, choices, write=write)
                raise
            response = await self._travel(request, choices, write=write)
        finally:
            process.in_flight -= 1
        process.must_live()
        road.watch.answered(request, response)
        if write:
            process.touch(f"after {what}")
        await process.linger(f"after {what}")
        return response

    def _let_fly(self, request: httpx.Request, choices: Scope, *, write: bool) -> None:
        """What a dying process was about to send may have left all the same."""
        if write and choices.chance("flies", 0.7):
            self.road.arrives_later(request, process=self.process, after_s=self._late_s(request, choices))

    def _late_s(self, request: httpx.Request, choices: Scope) -> float:
        left = max(0.0, request.extensions["departure"].remaining_s)
        return (left + MARGIN_S) * choices.among("late", (0, 0.25, 0.5, 0.75, 1, 1, 1))

    async def _travel(self, request: httpx.Request, choices: Scope, *, write: bool) -> httpx.Response:
        road, scene = self.road, self.road.scene
        sent_at = scene.clock.now()
        if road.slow and choices.chance("slow", road.slow):
            await asyncio.sleep((0.2, 1.0, 4.0, 9.0)[choices.number("slow_s", 4)])
            scene.reached["slow request"] += 1
        rate = road.write_rate if write else road.rate
        if rate and choices.chance("befalls", rate):
            fitting = [one for one in SPOILINGS if one.name in scene.shape.faults and _fits(one, request, write=write)]
            of_writes = [one for one in fitting if one.writes_only]
            if of_writes and choices.chance("as only writes can", 0.6):
                fitting = of_writes
            if fitting:
                return await self._befall(choices.among("what", fitting), request, choices, sent_at=sent_at)
        return await road.carry_out(request, process=self.process, sent_at=sent_at)

    async def _befall(
        self, spoiling: Spoiling, request: httpx.Request, choices: Scope, *, sent_at: Any
    ) -> httpx.Response:
        road, scene = self.road, self.road.scene
        scene.reached[f"fault {spoiling.name}"] += 1
        scene.tell(f"{spoiling.name}: {name_of(request)} of process {self.process.number}")
        road.watch.befalls(request)
        if spoiling.kind is None:
            return await self._silence(spoiling, request, choices, sent_at=sent_at)
        twin = road.twins[request.url.host]
        twin.faults.add(spoiling.kind, moment=spoiling.moment, status=spoiling.status)
        try:
            return await road.carry_out(request, process=self.process, sent_at=sent_at)
        finally:
            twin.faults.clear()

    async def _silence(
        self, spoiling: Spoiling, request: httpx.Request, choices: Scope, *, sent_at: Any
    ) -> httpx.Response:
        if spoiling.arrives_after is not None:
            self.road.arrives_later(request, process=self.process, after_s=self._late_s(request, choices))
        elif spoiling.moment is Moment.AFTER:
            await self.road.carry_out(request, process=self.process, sent_at=sent_at)
        await self.process.sleep(request.extensions["timeout"]["read"])
        raise httpx.ReadTimeout("no answer came", request=request)


def _fits(spoiling: Spoiling, request: httpx.Request, *, write: bool) -> bool:
    host = request.url.host
    return spoiling.fits("shop.test" if host == "other.test" else host, write=write)


async def _direct(app: Any, request: httpx.Request) -> httpx.Response:
    """The app's answer, without a transport between."""
    url = request.url
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(key.lower(), value) for key, value in request.headers.raw],
        "scheme": url.scheme,
        "path": url.path,
        "raw_path": url.raw_path.split(b"?")[0],
        "query_string": url.query,
        "server": (url.host, url.port),
        "client": ("127.0.0.1", 123),
        "root_path": "",
    }
    parts: list[bytes] = []
    start: dict[str, Any] = {}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": request.content, "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, send)
    return httpx.Response(start["status"], headers=start["headers"], content=b"".join(parts), request=request)


def is_throttled(response: httpx.Response) -> bool:
    """Whether the store says that the bucket is empty."""
    if response.status_code != 200 or b'"THROTTLED"' not in response.content:
        return False
    errors = json.loads(response.content).get("errors") or []
    return any(one.get("extensions", {}).get("code") == "THROTTLED" for one in errors if isinstance(one, dict))
