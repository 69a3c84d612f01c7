"""The dead man's switch is told how each pass ended, and never stands in a pass's way."""

from datetime import UTC, datetime
from random import Random

import httpx
import pytest

from syncd.clock import ManualClock
from syncd.engine.pings import ping
from syncd.engine.turns import Ended
from syncd.http import Http

ADDRESS = "https://hc.test/ping/3f0a"


@pytest.mark.parametrize(
    ("ended", "path", "body"),
    [
        (Ended(is_right=True), "/ping/3f0a", b"main: right"),
        (Ended(), "/ping/3f0a/fail", b"main: not everything could be read or done"),
        (Ended(error="401: " + "x" * 20_000), "/ping/3f0a/fail", (b"main: 401: " + b"x" * 20_000)[:10_000]),
    ],
)
async def test_the_switch_is_told_once_how_the_pass_ended(ended: Ended, path: str, body: bytes) -> None:
    told: list[tuple[str, str, bytes]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        told.append((request.method, request.url.path, request.content))
        return httpx.Response(200, text="OK")

    http = Http(ManualClock(at=datetime(2026, 11, 2, tzinfo=UTC)), Random(1), httpx.MockTransport(answer))
    await ping(http, address=f"{ADDRESS}/", store="main", ended=ended)
    assert told == [("POST", path, body)]


@pytest.mark.parametrize("status", [404, 429, 503, 0])
async def test_a_switch_that_gives_no_answer_is_asked_once_and_harms_nothing(status: int) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if not status:
            raise httpx.ConnectError("nobody there", request=request)
        return httpx.Response(status)

    http = Http(ManualClock(at=datetime(2026, 11, 2, tzinfo=UTC)), Random(1), httpx.MockTransport(answer))
    await ping(http, address=ADDRESS, store="main", ended=Ended(is_right=True))
    assert len(asked) == 1
