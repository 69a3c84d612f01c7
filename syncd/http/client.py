"""Clients: one per source, all through one pool of connections."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx
import structlog

from syncd import __version__
from syncd.clock import Clock
from syncd.errors import InvalidResponse, OutcomeUnknown, PortError, Transient
from syncd.http.budget import CostBudget
from syncd.http.gate import Departure, Gate
from syncd.http.lanes import Lane
from syncd.http.limiter import RateLimiter
from syncd.http.lines import lines_of
from syncd.http.meaning import error_of
from syncd.http.origins import origin
from syncd.http.response import Response
from syncd.http.retry import asking_again
from syncd.secrets import redact

log = structlog.get_logger(__name__)

MAX_BODY = 64 * 2**20
"""Bytes of one answer, unpacked, that are accepted unless a client says otherwise."""
_MAX_REDIRECTS = 5
_BROKEN = (httpx.TransportError, OSError)
"""What a broken exchange raises; in-process transports raise plain OSErrors."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Http:
    """The way out. Holds the connections, and what all users of one credential share."""

    def __init__(self, clock: Clock, rng: Random, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.clock = clock
        self.rng = rng
        self._transport = transport
        self._gate: Gate | None = None
        self._limiters: dict[str, RateLimiter] = {}
        self._budgets: dict[str, CostBudget] = {}

    @property
    def gate(self) -> Gate:
        """The transport through which everything leaves; made at first use, since loading certificates takes time."""
        if self._gate is None:
            inner = self._transport or httpx.AsyncHTTPTransport(
                trust_env=False, limits=httpx.Limits(max_connections=100, max_keepalive_connections=20)
            )
            self._gate = Gate(inner)
        return self._gate

    def client(
        self,
        *,
        source: str,
        base_url: str,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 30,
        limit: RateLimiter | float | None = None,
        max_body: int = MAX_BODY,
    ) -> HttpClient:
        """A client for one source. `limit` is requests per second (shared by source name) or a limiter."""
        if isinstance(limit, int | float):
            limit = self.limiter(source, per_second=limit)
        return HttpClient(
            http=self,
            source=source,
            base_url=base_url.rstrip("/"),
            headers=dict(headers or {}),
            timeout_s=timeout_s,
            limit=limit,
            max_body=max_body,
        )

    def limiter(self, credential: str, *, per_second: float, burst: int = 1) -> RateLimiter:
        """The limiter of one credential: the same object for everybody who uses it."""
        if credential not in self._limiters:
            self._limiters[credential] = RateLimiter(self.clock, per_second=per_second, burst=burst)
        return self._limiters[credential]

    def budget(self, credential: str) -> CostBudget:
        """The cost bucket of one credential: the same object for everybody who uses it."""
        if credential not in self._budgets:
            self._budgets[credential] = CostBudget(self.clock)
        return self._budgets[credential]

    async def aclose(self) -> None:
        if self._gate is not None:
            await self._gate.aclose()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One request as the adapter stated it."""

    method: str
    url: str
    write: bool
    deadline_s: float | None
    lane: Lane
    headers: Mapping[str, str]
    params: Any = None
    json: Any = None
    form: Any = None
    content: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpClient:
    """Requests to one source. Reads are asked again when that may help; a write leaves at most once."""

    http: Http
    source: str
    base_url: str
    headers: Mapping[str, str] = field(repr=False)
    timeout_s: float
    limit: RateLimiter | None
    max_body: int

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Any = None,
        json: Any = None,
        form: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        write: bool = False,
        deadline_s: float | None = None,
        lane: Lane = Lane.POLL,
    ) -> Response:
        """The answer to one request; `path` is appended to the base URL, or is a whole URL.

        `deadline_s` is on the clock's monotonic scale; nothing leaves after it. The client's headers, which hold its
        credential, go to the base URL's origin only. Raises the PortErrors of `syncd.errors`; of a write Transient
        says that certainly nothing was done, and OutcomeUnknown that nobody knows.
        """
        asked = _Asked(
            method=method.upper(),
            url=self._url(path),
            write=write,
            deadline_s=deadline_s,
            lane=lane,
            headers=dict(headers or {}),
            params=params,
            json=json,
            form=form,
            content=content,
        )
        if write:
            return await self._ask(asked)
        return await asking_again(
            lambda: self._ask(asked), clock=self.http.clock, rng=self.http.rng, deadline_s=deadline_s
        )

    async def stream_lines(
        self, url: str, *, headers: Mapping[str, str] | None = None, deadline_s: float | None = None
    ) -> AsyncIterator[bytes]:
        """The lines of a (large) answer as they come, without line ends and without empty ones.

        Raises Transient when the answer breaks off: lines that came before then are not the whole.
        """
        asked = _Asked(
            method="GET", url=self._url(url), write=False, deadline_s=deadline_s, lane=Lane.POLL, headers=headers or {}
        )

        async def begin() -> tuple[httpx.Response, Departure]:
            return await self._open(asked)

        reply, departure = await asking_again(begin, clock=self.http.clock, rng=self.http.rng, deadline_s=deadline_s)
        try:
            async for line in lines_of(reply.aiter_bytes(), source=self.source):
                yield line
        except _BROKEN as exc:
            raise self._failure(exc, asked, departure) from None
        except httpx.DecodingError as exc:
            raise InvalidResponse(f"{self.source}: the answer cannot be unpacked: {redact(str(exc))}.") from None
        finally:
            await reply.aclose()

    def _url(self, path: str) -> str:
        return path if path.startswith(("http://", "https://")) else f"{self.base_url}/{path.lstrip('/')}"

    async def _ask(self, asked: _Asked) -> Response:
        reply, departure = await self._open(asked)
        try:
            body = await self._body(reply, departure)
        except (*_BROKEN, httpx.DecodingError) as exc:
            raise self._failure(exc, asked, departure) from None
        except PortError as exc:
            if asked.write:
                raise OutcomeUnknown(f"{exc.text} Whether the write was carried out is not known.") from None
            raise
        finally:
            await reply.aclose()
        return Response(status=reply.status_code, headers=reply.headers, body=body, source=self.source)

    async def _open(self, asked: _Asked) -> tuple[httpx.Response, Departure]:
        """Send, follow redirects of reads, and return once the status is fine; the body is still unread."""
        url = asked.url
        for _ in range(_MAX_REDIRECTS):
            reply, departure = await self._send(asked, url)
            if reply.status_code not in _REDIRECTS or asked.write or "location" not in reply.headers:
                break
            await reply.aclose()
            url = self._redirected(url, reply.headers["location"])
        if not 200 <= reply.status_code < 300:
            await self._raise_for(reply, asked, departure)
        return reply, departure

    def _redirected(self, url: str, location: str) -> str:
        target = str(httpx.URL(url).join(location))
        if origin(url)[0] == "https" and origin(target)[0] != "https":
            raise InvalidResponse(f"{self.source} redirects from https to http; it was not followed.", path="location")
        return target

    async def _raise_for(self, reply: httpx.Response, asked: _Asked, departure: Departure) -> None:
        try:
            body = await self._body(reply, departure)
        except (*_BROKEN, httpx.DecodingError, PortError):
            body = b""  # the status says enough
        finally:
            await reply.aclose()
        response = Response(status=reply.status_code, headers=reply.headers, body=body, source=self.source)
        error = error_of(response, write=asked.write, now=self.http.clock.now())
        if isinstance(error, Transient) and error.retry_after_s and self.limit:
            self.limit.pause(error.retry_after_s)
        if error is not None:
            log.debug("http.refused", source=self.source, status=response.status, method=asked.method)
            raise error

    async def _send(self, asked: _Asked, url: str) -> tuple[httpx.Response, Departure]:
        if self.limit is not None:
            await self.limit.acquire(asked.lane, deadline_s=asked.deadline_s)
        departure = Departure(self.http.clock, asked.deadline_s)
        request = self._build(asked, url, departure)
        try:
            return await self.http.gate.handle_async_request(request), departure
        except _BROKEN as exc:
            raise self._failure(exc, asked, departure) from None

    def _build(self, asked: _Asked, url: str, departure: Departure) -> httpx.Request:
        is_home = origin(url) == origin(self.base_url)
        remaining = departure.remaining_s
        timeout = self.timeout_s if remaining is None else max(0.001, min(self.timeout_s, remaining))
        headers = {"user-agent": f"syncd/{__version__}", "accept": "*/*", "accept-encoding": "gzip, deflate"}
        return httpx.Request(
            asked.method,
            url,
            params=asked.params if url == asked.url else None,
            headers=headers | ({**self.headers, **asked.headers} if is_home else {}),
            json=asked.json,
            data=asked.form,
            content=asked.content,
            extensions={
                "departure": departure,
                "timeout": dict.fromkeys(("connect", "read", "write", "pool"), timeout),
            },
        )

    async def _body(self, reply: httpx.Response, departure: Departure) -> bytes:
        """The whole body. The size is counted after unpacking: a small bomb is a big body."""
        chunks: list[bytes] = []
        size = 0
        async for chunk in reply.aiter_bytes():
            size += len(chunk)
            if size > self.max_body:
                raise InvalidResponse(f"{self.source} sent more than {self.max_body} bytes; reading was stopped.")
            chunks.append(chunk)
            remaining = departure.remaining_s
            if remaining is not None and remaining <= 0:
                raise httpx.ReadTimeout("the answer was still coming when the call's deadline passed")
        return b"".join(chunks)

    def _failure(self, exc: Exception, asked: _Asked, departure: Departure) -> PortError:
        """What a broken exchange means. Texts of httpx may hold the URL: they are redacted, and not chained."""
        text = f"{self.source}: {type(exc).__name__}: {redact(str(exc)).rstrip('.') or 'no details'}"
        log.debug("http.failed", source=self.source, error=text, method=asked.method)
        was_sent = not departure.certainly_not_sent(exc)
        if asked.write and was_sent:
            return OutcomeUnknown(f"{text}. Whether the write was carried out is not known.")
        return Transient(f"{text}.", was_sent=was_sent)
