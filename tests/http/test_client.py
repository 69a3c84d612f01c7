"""What callers of the door can rely on, whatever the other side does."""

import gzip
from collections.abc import Callable, Iterable
from random import Random

import httpx
import pytest
import respx

from syncd.clock import ManualClock
from syncd.errors import (
    AuthRejected,
    InvalidResponse,
    NotFound,
    OutcomeUnknown,
    Refused,
    Transient,
)
from syncd.http import Http, HttpClient
from syncd.secrets import register
from tests.http.virtual import EPOCH

BASE = "https://api.example.test"
TOKEN = register("tok-7f3a9c51e2")


class Script(httpx.AsyncBaseTransport):
    """Answers (or breaks) in the order given, the last one for ever; remembers what it was sent."""

    def __init__(self, *answers: httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else answer(request)


def client(transport: httpx.AsyncBaseTransport, clock: ManualClock | None = None, **options) -> HttpClient:
    http = Http(clock or ManualClock(EPOCH), Random(1), transport)
    return http.client(source="shop", base_url=BASE, headers={"x-token": TOKEN}, **options)


async def test_a_read_is_asked_again_until_it_is_answered():
    script = Script(httpx.Response(502), httpx.ConnectError("refused"), httpx.Response(200, json={"ok": True}))
    reply = await client(script).request("GET", "/x", params={"a": "1"})
    assert reply.json() == {"ok": True}
    assert [str(each.url) for each in script.requests] == [f"{BASE}/x?a=1"] * 3


async def test_a_read_that_never_works_ends_as_transient_after_four_attempts():
    script = Script(httpx.ReadTimeout("too slow"))
    with pytest.raises(Transient):
        await client(script).request("GET", "/x")
    assert len(script.requests) == 4


@pytest.mark.parametrize(
    ("header", "wait_s"), [("4.0", 4), ("7", 7), ("Sun, 22 Nov 2026 00:00:09 GMT", 9), ("soon", None)]
)
async def test_the_pause_that_the_server_wishes_is_kept(header, wait_s):
    clock = ManualClock(EPOCH)
    script = Script(httpx.Response(429, headers={"Retry-After": header}), httpx.Response(200))
    await client(script, clock).request("GET", "/x")
    if wait_s is None:
        assert clock.monotonic() <= 1
    else:
        assert wait_s <= clock.monotonic() <= wait_s + 0.25


async def test_a_wish_for_a_long_pause_is_handed_to_the_caller():
    script = Script(httpx.Response(503, headers={"Retry-After": "3600"}))
    with pytest.raises(Transient) as caught:
        await client(script).request("GET", "/x")
    assert caught.value.retry_after_s == 3600
    assert len(script.requests) == 1


async def test_a_pause_that_would_outlast_the_deadline_is_not_begun():
    clock = ManualClock(EPOCH)
    script = Script(httpx.Response(429, headers={"Retry-After": "20"}))
    with pytest.raises(Transient):
        await client(script, clock).request("GET", "/x", deadline_s=10)
    assert clock.monotonic() == 0


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ReadTimeout("no answer"),
        httpx.ReadError("reset"),
        httpx.WriteError("broken pipe"),
        httpx.RemoteProtocolError("Server disconnected without sending a response."),
        httpx.Response(500),
        httpx.Response(502),
        httpx.Response(503, headers={"Retry-After": "1"}),
        httpx.Response(408),
    ],
    ids=str,
)
async def test_a_write_that_may_have_arrived_is_never_sent_again(failure):
    script = Script(failure, httpx.Response(200))
    with pytest.raises(OutcomeUnknown):
        await client(script).request("POST", "/x", json={}, write=True)
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    "failure",
    [httpx.ConnectError("refused"), httpx.ConnectTimeout("no route"), httpx.PoolTimeout("busy"), httpx.Response(429)],
    ids=str,
)
async def test_a_write_that_certainly_was_not_done_is_transient(failure):
    script = Script(failure)
    with pytest.raises(Transient):
        await client(script).request("POST", "/x", json={}, write=True)
    assert len(script.requests) == 1


async def test_a_write_whose_answer_breaks_off_is_unknown():
    async def half() -> Iterable[bytes]:
        yield b'{"ok"'
        raise httpx.RemoteProtocolError("peer closed connection")

    script = Script(lambda _: httpx.Response(200, content=half()))
    with pytest.raises(OutcomeUnknown):
        await client(script).request("POST", "/x", write=True)


async def test_nothing_leaves_after_the_deadline():
    clock = ManualClock(EPOCH, elapsed_s=100)
    script = Script(httpx.Response(200))
    with pytest.raises(Transient):
        await client(script, clock).request("POST", "/x", write=True, deadline_s=100)
    assert script.requests == []


async def test_what_is_left_until_the_deadline_bounds_the_timeouts():
    clock = ManualClock(EPOCH)
    script = Script(httpx.Response(200))
    await client(script, clock, timeout_s=30).request("POST", "/x", write=True, deadline_s=7)
    assert script.requests[0].extensions["timeout"] == {"connect": 7, "read": 7, "write": 7, "pool": 7}


async def test_an_answer_that_is_still_coming_at_the_deadline_leaves_a_write_unknown():
    clock = ManualClock(EPOCH)

    async def slow() -> Iterable[bytes]:
        yield b"{"
        await clock.sleep(10)
        yield b"}"

    script = Script(lambda _: httpx.Response(200, content=slow()))
    with pytest.raises(OutcomeUnknown):
        await client(script, clock).request("POST", "/x", write=True, deadline_s=5)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, AuthRejected),
        (403, AuthRejected),
        (404, NotFound),
        (402, Refused),
        (423, Refused),
        (430, Refused),
        (422, Refused),
        (418, Refused),
    ],
)
@pytest.mark.parametrize("write", [False, True])
async def test_a_status_says_who_must_act(status, error, write):
    script = Script(httpx.Response(status, text="no"))
    with pytest.raises(error):
        await client(script).request("POST", "/x", write=write)
    assert len(script.requests) == 1


@pytest.mark.parametrize(("status", "code"), [(402, "frozen"), (423, "locked"), (430, "blocked"), (409, "conflict")])
async def test_a_refusal_has_a_stable_word(status, code):
    with pytest.raises(Refused) as caught:
        await client(Script(httpx.Response(status))).request("GET", "/x")
    assert caught.value.code == code


async def test_a_login_page_is_no_json():
    script = Script(httpx.Response(200, html="<html>please log in</html>"))
    reply = await client(script).request("GET", "/x")
    with pytest.raises(InvalidResponse, match="please log in"):
        reply.json()


async def test_secrets_do_not_reach_error_texts():
    url = f"{BASE}/x?token={TOKEN}"
    failures = (
        httpx.ReadError(f"failed at {url}"),
        httpx.Response(401, text=f"bad token {TOKEN}"),
        httpx.Response(500, text=f"token {TOKEN}"),
    )
    for failure in failures:
        for write in (False, True):
            with pytest.raises((Transient, AuthRejected, OutcomeUnknown)) as caught:
                await client(Script(failure)).request("GET", url, write=write)
            assert TOKEN not in str(caught.value)
            assert caught.value.__cause__ is None
    assert TOKEN not in repr(client(Script(httpx.Response(200))))


async def test_too_big_an_answer_is_not_read_to_its_end_and_bombs_are_counted_unpacked():
    bomb = gzip.compress(b"0" * 100_000)
    script = Script(httpx.Response(200, content=bomb, headers={"content-encoding": "gzip"}))
    with pytest.raises(InvalidResponse, match="more than 1000 bytes"):
        await client(script, max_body=1000).request("GET", "/x")
    with pytest.raises(OutcomeUnknown):
        await client(script, max_body=1000).request("POST", "/x", write=True)


async def test_a_redirect_to_another_host_is_followed_where_the_stanza_names_it_and_takes_no_credential_along():
    script = Script(httpx.Response(302, headers={"location": "https://cdn.example.test/file"}), httpx.Response(200))
    http = Http(ManualClock(EPOCH), Random(1), script).allowing(private_network=False, redirects_to=["*.example.test"])
    there = http.client(source="shop", base_url=BASE, headers={"x-token": TOKEN})
    await there.request("GET", "/x", params={"q": "1"})
    there = script.requests[1]
    assert str(there.url) == "https://cdn.example.test/file"
    assert "x-token" not in there.headers
    assert there.headers["host"] == "cdn.example.test"


async def test_a_redirect_within_the_host_keeps_it():
    script = Script(httpx.Response(307, headers={"location": "/y"}), httpx.Response(200))
    await client(script).request("GET", "/x")
    assert script.requests[1].headers["x-token"] == TOKEN


async def test_a_redirect_to_plain_http_is_not_followed():
    script = Script(httpx.Response(302, headers={"location": "http://api.example.test/x"}))
    with pytest.raises(InvalidResponse):
        await client(script).request("GET", "/x")
    assert len(script.requests) == 1


async def test_a_write_is_not_redirected():
    script = Script(httpx.Response(302, headers={"location": "/y"}))
    with pytest.raises(InvalidResponse):
        await client(script).request("POST", "/x", write=True)
    assert len(script.requests) == 1


async def test_redirects_in_a_circle_end():
    script = Script(httpx.Response(302, headers={"location": "/x"}))
    with pytest.raises(InvalidResponse):
        await client(script).request("GET", "/x")


async def test_clients_of_one_source_share_its_rate():
    clock = ManualClock(EPOCH)
    http = Http(clock, Random(1), Script(httpx.Response(200)))
    one, two = (http.client(source="cj", base_url=BASE, limit=1) for _ in range(2))
    for each in (one, two, one):
        await each.request("GET", "/x")
    assert clock.monotonic() == pytest.approx(2)


async def test_lines_are_streamed_and_the_credential_stays_at_home():
    script = Script(httpx.Response(200, content=b'{"a":1}\n\n{"b":2}\r\n{"c":3}'))
    lines = [line async for line in client(script).stream_lines("https://files.example.test/result.jsonl?sig=1")]
    assert lines == [b'{"a":1}', b'{"b":2}', b'{"c":3}']
    assert "x-token" not in script.requests[0].headers


async def test_a_stream_that_breaks_off_says_so():
    async def half() -> Iterable[bytes]:
        yield b"one\ntwo\nthr"
        raise httpx.ReadError("reset")

    lines: list[bytes] = []

    async def read() -> None:
        async for line in client(Script(lambda _: httpx.Response(200, content=half()))).stream_lines("/x"):
            lines.append(line)  # noqa: PERF401 - what came before the break is looked at

    with pytest.raises(Transient):
        await read()
    assert lines == [b"one", b"two"]


async def test_a_respx_router_can_be_handed_in_as_transport():
    router = respx.MockRouter(assert_all_called=True)
    route = router.get(f"{BASE}/orders").respond(json={"orders": []})
    reply = await client(httpx.MockTransport(router.async_handler)).request("GET", "/orders")
    assert reply.json() == {"orders": []}
    assert route.call_count == 1


@pytest.mark.parametrize("url", ["https://0177.0.0.1/x", "https://[::1/x", "https://h:99999999/x", "https://"])
async def test_what_is_no_address_is_refused_in_words(url):
    script = Script(httpx.Response(200))
    with pytest.raises(Refused, match="no address"):
        await client(script).request("GET", url)
    assert script.requests == []
