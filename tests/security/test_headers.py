"""Header and request injection: a value from outside ends no header and begins no other request."""

import asyncio
from random import Random

import httpx
import pytest

from syncd.clock import ManualClock, SystemClock
from syncd.domain.ports import SupplierQuery
from syncd.errors import Refused
from syncd.http import Http
from tests.http.test_client import Script
from tests.http.test_wire import serving
from tests.http.virtual import EPOCH
from tests.security.feeds import web_feed

BREAKS = (
    "x\r\nX-Evil: 1",
    "x\nX-Evil: 1",
    "x\rX-Evil: 1",
    "x\x00y",
    "x\x0b",
    "x\x7f",
    "x\u2028X-Evil: 1",
    "x\u0130\u010a",
)
"""The last ends in a sign whose low byte is a line feed, for programs that cut signs to bytes."""


def client(script: Script, **headers):
    http = Http(ManualClock(EPOCH), Random(1), script)
    return http.client(source="depot", base_url="https://api.example.test", headers=headers)


@pytest.mark.parametrize("value", BREAKS)
@pytest.mark.parametrize("write", [False, True])
async def test_a_credential_with_a_line_break_in_it_is_not_sent(value, write):
    """As when two lines were pasted into a secret; told without showing it."""
    script = Script(httpx.Response(200))
    for one in (client(script, authorization=value).request("GET", "/x", write=write),
                client(script).request("GET", "/x", headers={"x-token": value}, write=write)):  # fmt: skip
        with pytest.raises(Refused) as caught:
            await one
        assert caught.value.code == "invalid_header"
        assert "Evil" not in str(caught.value)
    assert script.requests == []


@pytest.mark.parametrize("value", BREAKS)
async def test_paths_and_parameters_stay_what_they_are(value):
    heard = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with serving(listen) as url:
        http = Http(SystemClock(), Random(1))
        one = http.client(source="depot", base_url=url)
        await one.request("GET", "/x", params={"order": value})
        try:
            await one.request("GET", f"/orders/{value}")
        except Refused as error:
            assert error.code == "invalid_address"  # noqa: PT017 - sent whole, or not at all
        await http.aclose()
    for request in heard:
        assert request.count(b"\r\n\r\n") == 1
        assert not [line for line in request.lower().split(b"\r\n") if line.startswith(b"x-evil")]
        assert request.startswith(b"GET /") and request.split(b"\r\n")[0].endswith(b" HTTP/1.1")  # noqa: PT018


async def test_what_a_server_says_of_its_own_version_comes_back_to_it_as_it_was():
    """The one header that is taken from an answer: a validator, which no transport lets hold a line break."""
    feed = web_feed(b"Order,Tracking\n#1,1Z999AA10123456784\n")
    script: Script = feed._source._client.http._transport
    script.answers[0].headers["etag"] = '"v1"'
    await feed.orders(SupplierQuery())
    await feed.orders(SupplierQuery())
    assert script.requests[1].headers["if-none-match"] == '"v1"'
