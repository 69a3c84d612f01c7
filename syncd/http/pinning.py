"""Connections to addresses that were looked at first.

1. The host's name is resolved once, here.
2. Every address that it has must be allowed: one that is not refuses the host, since the next answer could name it alone.
3. The connection goes to one of these very addresses; the name is not asked again, so a second answer changes nothing.

What the server is asked for and shows its certificate for stays the name: only the connecting is ours, TLS and HTTP are not.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from ipaddress import ip_address

import httpcore
import httpx

from syncd.errors import Refused
from syncd.http.addresses import Reach, place_of
from syncd.http.racing import first_stream, in_turns

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host as texts, best first. Raises OSError."""

_MOST = 4
"""Addresses of one name that are tried."""
_CONNECTIONS = 100
_KEPT = 20
_KEPT_FOR_S = 5.0


async def system_resolve(host: str, port: int) -> Sequence[str]:
    """What this machine's resolver says."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


class PinnedBackend(httpcore.AsyncNetworkBackend):
    """Opens TCP connections inside one `Reach`, and no others."""

    def __init__(self, reach: Reach, resolve: Resolve, inner: httpcore.AsyncNetworkBackend | None = None) -> None:
        self._reach = reach
        self._resolve = resolve
        self._inner = inner or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises Refused, before anything is sent, when the host has an address outside the reach."""
        connect = partial(
            self._inner.connect_tcp,
            port=port,
            timeout=timeout,
            local_address=local_address,
            socket_options=socket_options,
        )
        allowed = in_turns(await self._allowed(host, port, within_s=timeout))
        return await first_stream(partial(connect, address) for address in allowed[:_MOST])

    async def _allowed(self, host: str, port: int, *, within_s: float | None) -> Sequence[str]:
        try:
            found = await asyncio.wait_for(self._resolve(host, port), within_s)
        except TimeoutError:
            raise httpcore.ConnectTimeout(f"the name {host} was not resolved within {within_s:.0f} s") from None
        except (OSError, UnicodeError) as exc:
            raise httpcore.ConnectError(f"the name {host} is not resolved: {exc}") from None
        for address in found:
            if not self._reach.covers(address):
                raise _refusal(host, address)
        if not found:
            raise httpcore.ConnectError(f"the name {host} has no address")
        return found

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Nothing is asked through a socket of this machine."""
        del timeout, socket_options
        raise httpcore.ConnectError(f"not connected to the socket {path}")

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


def _refusal(host: str, address: str) -> Refused:
    place = place_of(ip_address(address))
    shown = host if host == address else f"{host} ({address})"
    return Refused(
        f"{shown} is {place.value}; nothing was sent there.", code="address_not_allowed", remedy=_REMEDIES[place.name]
    )


_REMEDIES = {
    "PUBLIC": "An address that is written as one of this machine may not lead elsewhere; check /etc/hosts.",
    "PRIVATE": "If this service is in your own network, say so in its stanza: private_network = true. "
    "Otherwise check the address, and whose name server answered.",
    "LOOPBACK": "A service on this machine is written as such: 127.0.0.1 or localhost. "
    "Otherwise check the address, and whose name server answered.",
    "NOWHERE": "Check the address, and whose name server answered.",
}


def tls() -> ssl.SSLContext:
    """How servers prove who they are: always, by certifi's authorities, with TLS 1.2 or newer. There is no way around it."""
    context = httpx.create_ssl_context(trust_env=False)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def pinned_transport(reach: Reach, *, resolve: Resolve, context: ssl.SSLContext) -> httpx.AsyncBaseTransport:
    """A transport with its own pool: a connection that was allowed for one reach is never used for another."""
    transport = httpx.AsyncHTTPTransport(verify=context, trust_env=False)
    # httpx has no parameter for it; a test holds this against the version in use.
    transport._pool = httpcore.AsyncConnectionPool(  # noqa: SLF001 - see above
        ssl_context=context,
        max_connections=_CONNECTIONS,
        max_keepalive_connections=_KEPT,
        keepalive_expiry=_KEPT_FOR_S,
        network_backend=PinnedBackend(reach, resolve),
    )
    return transport
