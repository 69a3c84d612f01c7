"""Clients: one per source, all through one pool of connections."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any, Self

import httpx
import structlog

from syncd import __version__
from syncd.clock import Clock
from syncd.errors import InvalidResponse, OutcomeUnknown, PortError, Refused, Transient
from syncd.http.addresses import Reach
from syncd.http.budget import CostBudget
from syncd.http.gate import Departure, Gate
from syncd.http.lanes import Lane
from syncd.http.limiter import RateLimiter
from syncd.http.lines import lines_of
from syncd.http.meaning import error_of
from syncd.http.origins import host_matches, host_of, is_loopback, origin
from syncd.http.pinning import Resolve, pinned_transport, system_resolve, tls
from syncd.http.response import Response
from syncd.http.retry import asking_again
from syncd.http.unpacking import ACCEPTED, unpacked
from syncd.secrets import redact

log = structlog.get_logger(__name__)

MAX_BODY = 64 * 2**20
"""Bytes of one answer, unpacked, that are accepted unless a client says otherwise."""
MAX_STREAM = 8 * 2**30
"""Bytes of one streamed answer, unpacked: some ten times the bulk result of a shop with a million orders."""
LONGEST_PAUSE_S = 300.0
"""How long all requests of a credential rest at most because one was told to: a wish for years must not stop a daemon."""
LONGEST_S = 600.0
"""How long one answer may take to come, however steadily it drips: a pass has to end. Our choice."""
LONGEST_STREAM_S = 3600.0
"""The same for a streamed one, which may be large. Our choice."""
_MAX_REDIRECTS = 5
_BROKEN = (httpx.TransportError, OSError)
"""What a broken exchange raises; in-process transports raise plain OSErrors."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Http:
    """The way out. Holds the connections, and what all users of one credential share."""

    def __init__(
        self,
        clock: Clock,
        rng: Random,
        transport: httpx.AsyncBaseTransport | None = None,
        *,
        resolve: Resolve = system_resolve,
    ) -> None:
        """`transport` stands in for the network, and nothing is resolved then."""
        self.clock = clock
        self.rng = rng
        self.private_network = False
        self.redirects_to: Sequence[str] = ()
        self._limiters: dict[str, RateLimiter] = {}
        self._budgets: dict[str, CostBudget] = {}
        self._gates: dict[Reach | None, Gate] = {}
        self._transport = transport
        self._resolve = resolve
        self._context = cache(tls)

    def allowing(self, *, private_network: bool, redirects_to: Sequence[str] = ()) -> Self:
        """The same way out for one stanza: what its owner allows besides the public internet and the host it names.

        `private_network`: its host may be in one. `redirects_to`: hosts to which it may redirect, `*.` for any below.
        """
        other = copy(self)
        other.private_network, other.redirects_to = private_network, tuple(redirects_to)
        return other

    def gate(self, reach: Reach) -> Gate:
        """The transport through which everything leaves; made at first use, since loading certificates takes time."""
        key = reach if self._transport is None else None
        if key not in self._gates:
            inner = self._transport or pinned_transport(reach, resolve=self._resolve, context=self._context())
            self._gates[key] = Gate(inner)
        return self._gates[key]

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
        for gate in self._gates.values():
            await gate.aclose()


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
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        deadline_s: float | None = None,
        max_bytes: int = MAX_STREAM,
    ) -> AsyncIterator[bytes]:
        """The lines of a (large) answer as they come, without line ends and without empty ones.

        Raises Transient when the answer breaks off, InvalidResponse when it is larger than `max_bytes`: lines that came
        before then are not the whole.
        """
        asked = _Asked(
            method="GET", url=self._url(url), write=False, deadline_s=deadline_s, lane=Lane.POLL, headers=headers or {}
        )

        async def begin() -> tuple[httpx.Response, Departure]:
            return await self._open(asked)

        reply, departure = await asking_again(begin, clock=self.http.clock, rng=self.http.rng, deadline_s=deadline_s)
        try:
            coming = self._coming(reply, departure, longest_s=LONGEST_STREAM_S)
            chunks = _at_most(max_bytes, coming, source=self.source)
            async for line in lines_of(chunks, source=self.source):
                yield line
        except _BROKEN as exc:
            raise self._failure(exc, asked, departure) from None
        finally:
            await reply.aclose()

    def _url(self, path: str) -> str:
        return path if path.startswith(("http://", "https://")) else f"{self.base_url}/{path.lstrip('/')}"

    async def _ask(self, asked: _Asked) -> Response:
        reply, departure = await self._open(asked)
        try:
            body = await self._body(reply, departure)
        except _BROKEN as exc:
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
        """Where a redirect leads. Raises InvalidResponse where it may not be followed."""
        try:
            target = str(httpx.URL(url).join(location))
            (scheme, *_), host = origin(target), host_of(target)
        except (ValueError, httpx.InvalidURL):
            raise InvalidResponse(
                f"{self.source} redirects to no address; it was not followed.", path="location"
            ) from None
        if origin(url)[0] == "https" and scheme != "https":
            raise InvalidResponse(f"{self.source} redirects from https to http; it was not followed.", path="location")
        named = (host_of(url), host_of(self.base_url), *self.http.redirects_to)
        if not host_matches(host, named):
            raise InvalidResponse(
                f"{self.source} redirects to another host, {host}; it was not followed.",
                path="location",
                remedy=f'If that is where it is kept, say so in its stanza: redirects_to = ["{host}"]',
            )
        return target

    def _reach(self, url: str) -> Reach:
        """Where a request may lead. What the stanza allows holds for the host that it names, not for what answers name."""
        if is_loopback(url) and is_loopback(self.base_url):
            return Reach.LOOPBACK
        is_named = host_of(url) == host_of(self.base_url)
        return Reach.PRIVATE if self.http.private_network and is_named else Reach.PUBLIC

    async def _raise_for(self, reply: httpx.Response, asked: _Asked, departure: Departure) -> None:
        try:
            body = await self._body(reply, departure)
        except (*_BROKEN, PortError):
            body = b""  # the status says enough
        finally:
            await reply.aclose()
        response = Response(status=reply.status_code, headers=reply.headers, body=body, source=self.source)
        error = error_of(response, write=asked.write, now=self.http.clock.now())
        if isinstance(error, Transient) and error.retry_after_s and self.limit:
            self.limit.pause(min(error.retry_after_s, LONGEST_PAUSE_S))
        if error is not None:
            log.debug("http.refused", source=self.source, status=response.status, method=asked.method)
            raise error

    async def _send(self, asked: _Asked, url: str) -> tuple[httpx.Response, Departure]:
        if self.limit is not None:
            await self.limit.acquire(asked.lane, deadline_s=asked.deadline_s)
        departure = Departure(self.http.clock, asked.deadline_s)
        try:
            request = self._build(asked, url, departure)
        except (ValueError, httpx.InvalidURL) as exc:
            said = redact(str(exc)).rstrip(".")
            raise Refused(f"{self.source}: this is no address: {said}.", code="invalid_address") from None
        try:
            return await self.http.gate(self._reach(url)).handle_async_request(request), departure
        except _BROKEN as exc:
            raise self._failure(exc, asked, departure) from None

    def _build(self, asked: _Asked, url: str, departure: Departure) -> httpx.Request:
        is_home = origin(url) == origin(self.base_url)
        remaining = departure.remaining_s
        timeout = self.timeout_s if remaining is None else max(0.001, min(self.timeout_s, remaining))
        headers = {"user-agent": f"syncd/{__version__}", "accept": "*/*", "accept-encoding": ACCEPTED}
        if is_home:
            headers |= {**self.headers, **asked.headers}
        _refuse_unsendable(headers, source=self.source)
        return httpx.Request(
            asked.method,
            url,
            params=asked.params if url == asked.url else None,
            headers=headers,
            json=asked.json,
            data=asked.form,
            content=asked.content,
            extensions={
                "departure": departure,
                "timeout": dict.fromkeys(("connect", "read", "write", "pool"), timeout),
            },
        )

    async def _coming(self, reply: httpx.Response, departure: Departure, *, longest_s: float) -> AsyncIterator[bytes]:
        """The body as it comes, unpacked, until the call's deadline or `longest_s` is over."""
        assert isinstance(reply.stream, httpx.AsyncByteStream)
        give_up_s = self.http.clock.monotonic() + longest_s
        async for chunk in unpacked(reply.stream, reply.headers.get("content-encoding", ""), source=self.source):
            yield chunk
            remaining = departure.remaining_s
            if remaining is not None and remaining <= 0:
                raise httpx.ReadTimeout("the answer was still coming when the call's deadline passed")
            if self.http.clock.monotonic() > give_up_s:
                raise httpx.ReadTimeout(f"the answer was still coming after {longest_s:.0f} s")

    async def _body(self, reply: httpx.Response, departure: Departure) -> bytes:
        """The whole body. The size is counted after unpacking: a small bomb is a big body."""
        coming = self._coming(reply, departure, longest_s=LONGEST_S)
        return b"".join([chunk async for chunk in _at_most(self.max_body, coming, source=self.source)])

    def _failure(self, exc: Exception, asked: _Asked, departure: Departure) -> PortError:
        """What a broken exchange means. Texts of httpx may hold the URL: they are redacted, and not chained."""
        text = f"{self.source}: {type(exc).__name__}: {redact(str(exc)).rstrip('.') or 'no details'}"
        log.debug("http.failed", source=self.source, error=text, method=asked.method)
        was_sent = not departure.certainly_not_sent(exc)
        if asked.write and was_sent:
            return OutcomeUnknown(f"{text}. Whether the write was carried out is not known.")
        return Transient(f"{text}.", was_sent=was_sent)


def _refuse_unsendable(headers: Mapping[str, str], *, source: str) -> None:
    """Raise Refused for a header with a line break or the like in it: it would end the header and begin another."""
    for name, value in headers.items():
        if not f"{name}{value}".isascii() or not f"{name}{value}".isprintable():
            raise Refused(
                f"{source}: the header {name!r} holds a line break or a sign that is not ASCII; nothing was sent.",
                code="invalid_header",
                remedy="Check the secret that it comes from: was more than the secret pasted?",
            )


async def _at_most(limit: int, chunks: AsyncIterator[bytes], *, source: str) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise InvalidResponse(f"{source} sent more than {limit} bytes; reading was stopped.")
        yield chunk
