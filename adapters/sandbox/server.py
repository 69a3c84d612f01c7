"""Several sandbox apps on loopback ports, in this event loop, for demos and for tests with real sockets."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from adapters.sandbox.faults import TRANSPORT, App, Receive, Scope, Send

HOST = "127.0.0.1"
PATIENCE_S = 1
"""How long a server that is asked to stop waits for open requests; hanging ones are cut off."""


class BreakableConnection(H11Protocol):
    """An HTTP connection that tells the app how to break it, so that faults can close the socket."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self.app: Any = _with_transport(self.app, transport)


def _with_transport(app: Any, transport: asyncio.Transport) -> App:
    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        known = {**(scope.get("extensions") or {}), TRANSPORT: transport}
        await app({**scope, "extensions": known}, receive, send)

    return wrapped


class Server(uvicorn.Server):
    """A server that leaves signals to the program around it."""

    @contextmanager
    def capture_signals(self) -> Any:
        yield


@asynccontextmanager
async def serve(apps: Mapping[str, Any], ports: Mapping[str, int] | None = None) -> AsyncIterator[dict[str, str]]:
    """Serve every app; yields its base URL by name. A port of 0, the default, takes any free one.

    Raises `OSError` when a port is taken. The servers stop when the context ends.
    """
    wanted = ports or {}
    async with AsyncExitStack() as stack:
        urls = {}
        servers: list[Server] = []
        for name, app in apps.items():
            # With the protocol named, asyncio turns Nagle's algorithm off: otherwise each answer waits 40 ms for an ACK.
            listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
            stack.callback(listener.close)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((HOST, wanted.get(name, 0)))
            servers.append(await stack.enter_async_context(_serving(app, listener)))
            urls[name] = f"http://{HOST}:{listener.getsockname()[1]}"
        yield urls
        # All at once: each needs a while to notice, and one after the other they would add up.
        for server in servers:
            server.should_exit = True


@asynccontextmanager
async def _serving(app: Any, listener: socket.socket) -> AsyncIterator[Server]:
    config = uvicorn.Config(
        _quiet(app),
        http=BreakableConnection,
        lifespan="off",
        log_config=None,
        access_log=False,
        date_header=False,
        server_header=False,
        timeout_graceful_shutdown=PATIENCE_S,
    )
    server = Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started and not task.done():  # noqa: ASYNC110  # uvicorn offers only the flag
            await asyncio.sleep(0.001)
        yield server
    finally:
        server.should_exit = True
        await task


def _quiet(app: Any) -> App:
    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except asyncio.CancelledError:
            # A hanging fault at shutdown: the client is gone, nobody needs to know.
            return

    return wrapped
