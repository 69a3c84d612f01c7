"""The same promises on real sockets: what has left, and what has not."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from random import Random

import pytest

from syncd.clock import ManualClock, SystemClock
from syncd.errors import OutcomeUnknown, Transient
from syncd.http import Http
from tests.http.virtual import EPOCH

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def door(clock=None) -> AsyncIterator[Http]:
    http = Http(clock or SystemClock(), Random(1))
    try:
        yield http
    finally:
        await http.aclose()


async def test_a_connection_that_is_refused_means_that_nothing_was_sent():
    async with serving(_hang_up) as url:
        pass  # the port is free again
    async with door() as http:
        with pytest.raises(Transient):
            await http.client(source="shop", base_url=url).request("POST", "/x", json={}, write=True)


async def test_a_peer_that_hangs_up_after_the_request_leaves_it_unknown():
    async with serving(_hang_up) as url, door() as http:
        with pytest.raises(OutcomeUnknown):
            await http.client(source="shop", base_url=url).request("POST", "/x", json={}, write=True)


async def test_the_deadline_is_asked_again_after_connecting():
    """A process that is stopped while it connects must not send when it wakes."""
    heard = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(100))
        writer.close()

    class Stopped(ManualClock):
        """Time passes the deadline between the question before connecting (the second) and the one after (the third)."""

        def monotonic(self) -> float:
            self.elapsed_s += 4
            return self.elapsed_s

    async with serving(listen) as url, door(Stopped(EPOCH)) as http:
        with pytest.raises(Transient):
            await http.client(source="shop", base_url=url).request("POST", "/x", json={}, write=True, deadline_s=11)
        await asyncio.sleep(0.01)
    assert heard in ([], [b""])


async def test_an_ordinary_exchange_works_and_no_proxy_of_the_environment_is_used(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-Request-ID: 7\r\n\r\n{}")
        await writer.drain()
        writer.close()

    async with serving(answer) as url, door() as http:
        reply = await http.client(source="shop", base_url=url).request("GET", "/x", deadline_s=None)
    assert (reply.status, reply.json(), reply.headers["X-Request-Id"]) == (200, {}, "7")


async def _hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(10)
    writer.close()
