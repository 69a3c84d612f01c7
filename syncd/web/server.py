"""Serves the routes in the daemon's own event loop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from syncd.errors import UsageError
from syncd.web.health import Health
from syncd.web.reception import Reception

log = structlog.get_logger(__name__)

_PATIENCE_S = 2
"""How long open requests have to end when the daemon stops."""


def routes(reception: Reception, health: Health) -> Starlette:
    """All that is served."""
    return Starlette(
        routes=[
            Route("/webhooks/{store}", reception.webhook, methods=["POST"]),
            Route("/livez", health.livez),
            Route("/readyz", health.readyz),
            Route("/metrics", health.metrics),
        ]
    )


class _Server(uvicorn.Server):
    """A server that leaves signals to the daemon."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(app: Starlette, *, listen: str) -> AsyncIterator[str]:
    """Serve at `HOST:PORT` (0 = any free port) while the context lasts; gives the address.

    Raises UsageError when the port is taken or the host is not this machine's.
    """
    host, _, port = listen.rpartition(":")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio turns Nagle's algorithm off: otherwise each answer waits 40 ms for an ACK.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    with listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host.strip("[]"), int(port)))
        except OSError as error:
            raise UsageError(
                f"Nothing can be served at {listen}: {error.strerror}.", remedy="Change listen under [web]."
            ) from None
        config = uvicorn.Config(
            app,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_PATIENCE_S,
        )
        server = _Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        address = f"http://{host}:{listener.getsockname()[1]}"
        log.info("web.listening", address=address)
        try:
            yield address
        finally:
            server.should_exit = True
            await task
