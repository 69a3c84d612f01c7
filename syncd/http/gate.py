"""The last thing before bytes leave: the deadline, and the record of whether any byte may have left."""

from __future__ import annotations

from typing import Any

import httpx

from syncd.clock import Clock

_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    ConnectionRefusedError,
)


class DeadlinePassed(httpx.TransportError):
    """The call's deadline had come before the request could leave; nothing was sent."""


class Departure:
    """What is known about the leaving of one request.

    A real connection tells through httpcore's trace events when the first header byte goes out; connecting and the TLS
    handshake come before. A transport without such events (tests, in-process applications) is only asked to act after
    the deadline was checked, and then everything but a connection error may have had an effect.
    """

    def __init__(self, clock: Clock, deadline_s: float | None) -> None:
        self._clock = clock
        self.deadline_s = deadline_s
        self._is_traced = False
        self._has_left = False

    @property
    def remaining_s(self) -> float | None:
        """Time until the deadline; None when there is none."""
        return None if self.deadline_s is None else self.deadline_s - self._clock.monotonic()

    def check(self) -> None:
        """Raise DeadlinePassed when the deadline has come."""
        remaining = self.remaining_s
        if remaining is not None and remaining <= 0:
            raise DeadlinePassed(f"the deadline passed {-remaining:.1f} s before the request could be sent")

    async def trace(self, event: str, _info: dict[str, Any]) -> None:
        """Called by httpcore at every stage of a request."""
        self._is_traced = True
        if event.endswith("send_request_headers.started"):
            self.check()
            self._has_left = True

    def certainly_not_sent(self, exc: Exception) -> bool:
        """Whether `exc` shows that no byte of the request has left."""
        if isinstance(exc, DeadlinePassed):
            return not self._has_left
        return not self._has_left and (self._is_traced or isinstance(exc, _NEVER_SENT))


class Gate(httpx.AsyncBaseTransport):
    """Wraps the transport that sends: checks the deadline and hands the trace hook on."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        departure: Departure = request.extensions["departure"]
        request.extensions["trace"] = departure.trace
        departure.check()
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()
