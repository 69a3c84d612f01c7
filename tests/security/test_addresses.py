"""Server-side request forgery: addresses from configuration, redirects and answers lead to no place that was not meant."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_address
from pathlib import Path
from random import Random

import httpcore
import httpx
import pytest

from syncd.clock import ManualClock, SystemClock
from syncd.compose import open_runtime
from syncd.config import load
from syncd.errors import ConfigError, InvalidResponse, Refused, Transient
from syncd.http import Http
from syncd.http.addresses import Place, Reach, place_of
from syncd.http.origins import host_matches
from syncd.http.pinning import PinnedBackend, pinned_transport
from tests.http.test_client import Script
from tests.http.virtual import EPOCH
from tests.security.certificates import Authority

PLACES = {
    Place.PUBLIC: ["1.1.1.1", "23.227.38.74", "2606:4700::1111", "::ffff:23.227.38.74", "64:ff9b::23.227.38.74"],
    Place.PRIVATE: ["10.0.0.1", "172.31.255.1", "192.168.7.7", "100.64.0.1", "198.18.0.9", "fd12::1", "::ffff:10.1.1.1"],
    Place.LOOPBACK: ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "64:ff9b::127.0.0.1"],
    Place.NOWHERE: [
        *("0.0.0.0", "0.1.2.3", "::", "::ffff:0.0.0.0", "255.255.255.255", "224.0.0.1", "ff02::1", "240.0.0.1"),
        *("169.254.169.254", "169.254.1.1", "::ffff:169.254.169.254", "64:ff9b::169.254.169.254", "fe80::1", "fec0::1"),
        *("100.100.100.200", "168.63.129.16", "fd00:ec2::254", "fd20:ce::254"),
        *("2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:0:7f00:1::1", "::127.0.0.1", "::10.0.0.1", "64:ff9b:1::1"),
        *("192.0.2.1", "198.51.100.1", "203.0.113.9", "2001:db8::1", "192.88.99.1", "192.0.0.192", "100::1"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("place", "address"), [(place, one) for place, all_ in PLACES.items() for one in all_])
def test_every_kind_of_address_is_known_for_what_it_is(place, address):
    assert place_of(ip_address(address)) is place


@pytest.mark.parametrize(
    ("reach", "places"),
    [
        (Reach.PUBLIC, {Place.PUBLIC}),
        (Reach.PRIVATE, {Place.PUBLIC, Place.PRIVATE}),
        (Reach.LOOPBACK, {Place.LOOPBACK}),
    ],
)
def test_no_reach_covers_more_than_its_name_says(reach, places):
    assert {place for place, all_ in PLACES.items() for one in all_ if reach.covers(one)} == places


def answering(*answers: Sequence[str]):
    """A resolver that gives these answers, one after the other; `.asked` counts."""
    left = list(answers)

    async def resolve(host: str, port: int) -> Sequence[str]:
        resolve.asked += 1
        return left.pop(0) if len(left) > 1 else left[0]

    resolve.asked = 0
    return resolve


class Recording(httpcore.AsyncNetworkBackend):
    """Notes where a connection would go; `dead` addresses do not answer, `silent` ones not even in the end."""

    def __init__(self, *dead: str, silent: Sequence[str] = ()) -> None:
        self.dead, self.silent, self.connected, self.let_go = dead, silent, [], []

    async def connect_tcp(self, host, port, *_, **__):
        self.connected.append((host, port))
        if host in self.dead:
            raise httpcore.ConnectTimeout("no answer")
        if host in self.silent:
            try:
                await asyncio.Event().wait()
            finally:
                self.let_go.append(host)
        return httpcore.AsyncMockStream([])


@pytest.mark.parametrize(
    "address", [one for place in (Place.PRIVATE, Place.LOOPBACK, Place.NOWHERE) for one in PLACES[place]]
)
async def test_a_name_that_leads_inside_is_refused_before_anything_is_sent(address):
    wire = Recording()
    with pytest.raises(Refused) as caught:
        await PinnedBackend(Reach.PUBLIC, answering([address]), wire).connect_tcp("depot.example.com", 443)
    assert wire.connected == []
    assert caught.value.code == "address_not_allowed"
    assert f"depot.example.com ({address})" in caught.value.text
    assert caught.value.remedy


async def test_one_address_of_many_that_leads_inside_refuses_the_name():
    wire = Recording()
    with pytest.raises(Refused):
        await PinnedBackend(Reach.PUBLIC, answering(["1.1.1.1", "169.254.169.254"]), wire).connect_tcp("x.example", 443)
    assert wire.connected == []


async def test_a_name_is_asked_once_and_its_first_answer_is_used():
    """A name server that says something else the second time (rebinding) changes nothing."""
    wire, resolve = Recording(), answering(["1.1.1.1"], ["127.0.0.1"])
    await PinnedBackend(Reach.PUBLIC, resolve, wire).connect_tcp("x.example", 443)
    assert (wire.connected, resolve.asked) == ([("1.1.1.1", 443)], 1)


async def test_the_next_address_is_tried_where_one_does_not_answer():
    wire = Recording("2606:4700::1111")
    await PinnedBackend(Reach.PUBLIC, answering(["2606:4700::1111", "1.1.1.1"]), wire).connect_tcp("x.example", 443, 9)
    assert [host for host, _ in wire.connected] == ["2606:4700::1111", "1.1.1.1"]


SIX = ["2606:4700::1", "2606:4700::2", "2606:4700::3", "2606:4700::4"]


async def test_a_family_that_leads_nowhere_does_not_hide_the_other():
    """Many names have four addresses of IPv6 and more, and many machines have an IPv6 that ends at the next router."""
    wire = Recording(*SIX)
    await PinnedBackend(Reach.PUBLIC, answering([*SIX, "1.1.1.1"]), wire).connect_tcp("x.example", 443, 9)
    assert [host for host, _ in wire.connected] == [SIX[0], "1.1.1.1"]


async def test_an_address_that_stays_silent_costs_a_moment_and_is_let_go():
    wire = Recording(silent=SIX)
    backend = PinnedBackend(Reach.PUBLIC, answering([*SIX, "1.1.1.1"]), wire)
    async with asyncio.timeout(20):
        await backend.connect_tcp("x.example", 443, 60)
    assert wire.let_go == [SIX[0]]


async def test_where_no_address_answers_the_last_trouble_is_told():
    wire = Recording(*SIX, "1.1.1.1")
    with pytest.raises(httpcore.ConnectTimeout, match="no answer"):
        await PinnedBackend(Reach.PUBLIC, answering([*SIX, "1.1.1.1"]), wire).connect_tcp("x.example", 443, 9)
    assert len(wire.connected) == 4


async def test_a_private_network_is_reached_where_the_stanza_allows_it_and_its_machine_and_its_metadata_are_not():
    wire = Recording()
    await PinnedBackend(Reach.PRIVATE, answering(["192.168.7.7"]), wire).connect_tcp("depot.lan", 443)
    assert wire.connected == [("192.168.7.7", 443)]
    for inside in ("127.0.0.1", "169.254.169.254", "fd00:ec2::254", "0.0.0.0"):
        with pytest.raises(Refused):
            await PinnedBackend(Reach.PRIVATE, answering([inside]), wire).connect_tcp("depot.lan", 443)
    assert len(wire.connected) == 1


@pytest.mark.parametrize("answer", [OSError("no such name"), UnicodeError("label too long")])
async def test_a_name_that_nobody_knows_is_a_connection_error(answer):
    async def resolve(host: str, port: int) -> Sequence[str]:
        raise answer

    with pytest.raises(httpcore.ConnectError):
        await PinnedBackend(Reach.PUBLIC, resolve, Recording()).connect_tcp("x.example", 443)
    with pytest.raises(httpcore.ConnectError):
        await PinnedBackend(Reach.PUBLIC, answering([]), Recording()).connect_tcp("x.example", 443)


async def test_a_name_server_that_does_not_answer_ends_with_the_connect_timeout():
    async def resolve(host: str, port: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return ()

    with pytest.raises(httpcore.ConnectTimeout):
        await PinnedBackend(Reach.PUBLIC, resolve, Recording()).connect_tcp("x.example", 443, 0.01)


async def test_no_socket_of_this_machine_is_asked():
    with pytest.raises(httpcore.ConnectError):
        await PinnedBackend(Reach.LOOPBACK, answering([]), Recording()).connect_unix_socket("/run/docker.sock")


# ---- The whole door ---------------------------------------------------------------------------------------------------


@asynccontextmanager
async def door(*addresses: str, **allowed) -> AsyncIterator[Http]:
    http = Http(SystemClock(), Random(1), resolve=answering(addresses))
    try:
        yield http.allowing(**allowed) if allowed else http
    finally:
        await http.aclose()


@asynccontextmanager
async def listening(context: ssl.SSLContext | None = None) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server of this machine; its port and what it heard."""
    heard: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1], heard
    finally:
        server.close()
        await server.wait_closed()


@pytest.mark.parametrize("write", [False, True])
async def test_the_door_refuses_a_name_that_leads_to_this_machine(write):
    async with listening() as (port, heard), door("127.0.0.1") as http:
        client = http.client(source="depot", base_url=f"https://depot.example.com:{port}")
        with pytest.raises(Refused, match=r"depot\.example\.com \(127\.0\.0\.1\) is this machine"):
            await client.request("GET", "/tracking.csv", write=write)
    assert heard == []


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.0.0.1.", "[::ffff:7f00:1]"])
async def test_odd_spellings_of_this_machine_are_refused_too(host):
    """The machine's own resolver reads these; none of them leaves it."""
    http = Http(SystemClock(), Random(1))
    try:
        with pytest.raises((Refused, Transient)):
            await http.client(source="depot", base_url=f"https://{host}:9").request("GET", "/", write=True)
    finally:
        await http.aclose()


async def test_a_machine_of_a_private_network_is_refused_with_the_remedy():
    async with door("192.168.7.7") as http:
        with pytest.raises(Refused) as caught:
            await http.client(source="depot", base_url="https://depot.lan").request("GET", "/tracking.csv")
    assert "private network" in caught.value.text
    assert "private_network = true" in caught.value.remedy


async def test_the_metadata_service_is_refused_also_where_private_networks_are_allowed():
    async with door("169.254.169.254", private_network=True) as http:
        with pytest.raises(Refused):
            await http.client(source="depot", base_url="https://depot.lan").request("GET", "/latest/meta-data/")


async def test_an_address_that_an_answer_names_is_no_way_inside():
    """As a bulk result's: what the stanza allows holds for the host that the stanza names."""
    async with listening() as (port, heard), door("127.0.0.1", private_network=True) as http:
        client = http.client(source="shop", base_url="https://example.myshopify.com")
        with pytest.raises(Refused):
            [line async for line in client.stream_lines(f"http://127.0.0.1:{port}/result.jsonl")]
    async with door("10.0.0.5", private_network=True) as http:
        client = http.client(source="shop", base_url="https://example.myshopify.com")
        with pytest.raises(Refused):
            [line async for line in client.stream_lines("https://inside.example.com/result.jsonl")]
    assert heard == []


async def test_the_sandbox_on_this_machine_is_reached_as_it_is_written():
    async with listening() as (port, heard), door("127.0.0.1") as http:
        for host in ("127.0.0.1", "localhost"):
            reply = await http.client(source="shop", base_url=f"http://{host}:{port}").request("GET", "/x")
            assert reply.body == b"ok"
    assert b"host: localhost:" in heard[1].lower()


async def test_localhost_that_leads_elsewhere_is_refused():
    async with door("1.1.1.1") as http:
        with pytest.raises(Refused, match="public address"):
            await http.client(source="shop", base_url="http://localhost:9700").request("GET", "/x")


async def test_the_server_is_asked_for_its_name_and_proves_it_though_the_address_is_pinned():
    authority, asked = Authority(), []
    context = authority.server("depot.example.com")
    context.sni_callback = lambda _socket, name, _context: asked.append(name)
    async with listening(context) as (port, heard):
        transport = pinned_transport(Reach.LOOPBACK, resolve=answering(["127.0.0.1"]), context=authority.client())
        async with httpx.AsyncClient(transport=transport) as client:
            reply = await client.get(f"https://depot.example.com:{port}/tracking.csv")
            assert (reply.status_code, asked) == (200, ["depot.example.com"])
            assert f"host: depot.example.com:{port}".encode() in heard[0].lower()
            with pytest.raises(httpx.ConnectError, match="certificate"):
                await client.get(f"https://other.example.com:{port}/")
    assert len(heard) == 1


async def test_environment_proxies_are_not_used(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with listening() as (port, heard), door("127.0.0.1") as http:
        await http.client(source="shop", base_url=f"http://127.0.0.1:{port}").request("GET", "/x")
    assert heard[0].startswith(b"GET /x HTTP/1.1")


# ---- Redirects --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example/x",
        "//evil.example/x",
        "https://api.example.test@evil.example/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "http://169.254.169.254/latest/meta-data/",
        "http://api.example.test/x",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_x",
        "javascript:alert(1)",
        "https://",
        "https://[::1",
        "https://host:99999999/x",
        "\\\\evil.example\\x",
        "https://evil.example\\@api.example.test/",
    ],
)
async def test_a_redirect_leads_to_no_other_host_and_to_no_other_scheme(location):
    script = Script(httpx.Response(302, headers={"location": location}), httpx.Response(200, text="stolen"))
    client = Http(ManualClock(EPOCH), Random(1), script).client(source="depot", base_url="https://api.example.test")
    with suppress(InvalidResponse):
        await client.request("GET", "/x")
    asked = {(request.url.scheme, request.url.host) for request in script.requests}
    assert asked == {("https", "api.example.test")}


@pytest.mark.parametrize(
    ("base", "ways"),
    [
        ("https://depot.example", ["https://login.example/a", "https://depot.example/b"]),
        ("https://depot.example.", ["https://depot.example./b"]),
        ("https://Depot.Example", ["//depot.example/b"]),
    ],
)
async def test_a_redirect_to_the_host_that_the_stanza_names_is_followed(base, ways):
    script = Script(
        *(httpx.Response(302, headers={"location": way}) for way in ways), httpx.Response(200, text="number")
    )
    http = Http(ManualClock(EPOCH), Random(1), script).allowing(private_network=False, redirects_to=["login.example"])
    reply = await http.client(source="depot", base_url=base).request("GET", "/x")
    assert reply.body == b"number"


async def test_the_refusal_of_a_redirect_names_the_host_and_the_key():
    script = Script(httpx.Response(302, headers={"location": "https://doc-0c.googleusercontent.com/x"}))
    client = Http(ManualClock(EPOCH), Random(1), script).client(source="depot", base_url="https://docs.google.com")
    with pytest.raises(InvalidResponse) as caught:
        await client.request("GET", "/x")
    assert caught.value.remedy.endswith('redirects_to = ["doc-0c.googleusercontent.com"]')


@pytest.mark.parametrize(
    ("host", "pattern", "is_named"),
    [
        ("cdn.example.com", "cdn.example.com", True),
        ("CDN.example.com.", "cdn.EXAMPLE.com", True),
        ("a.b.example.com", "*.example.com", True),
        ("example.com", "*.example.com", False),
        ("evilexample.com", "*.example.com", False),
        ("example.com.evil.test", "*.example.com", False),
        ("cdn.example.com", "example.com", False),
    ],
)
def test_patterns_name_whole_labels(host, pattern, is_named):
    assert host_matches(host, [pattern]) is is_named


# ---- Configuration ----------------------------------------------------------------------------------------------------

STANZA = """
[stores.main]
adapter = "shopify"
shop = "example.myshopify.com"
token = "env:TOKEN"

[suppliers.depot]
adapter = "feed"
source = "{source}"
stores = ["main"]
lines = {{ sku_prefix = "DP-" }}
{more}
"""


def configured(folder: Path, *, source: str = "https://depot.lan/tracking.csv", more: str = "") -> Path:
    file = folder / "syncd.toml"
    file.write_text(STANZA.format(source=source, more=more))
    return file


@pytest.mark.parametrize("source", ["http://depot.lan/x.csv", "http://192.168.7.7/x.csv", "http://0.0.0.0/x.csv"])
def test_plain_http_is_only_configured_for_this_machine(tmp_path, source):
    with pytest.raises(ConfigError, match="http only on loopback"):
        load(configured(tmp_path, source=source, more="private_network = true"), env={})


@pytest.mark.parametrize("source", ["file:///etc/passwd", "ftp://h/x", "gopher://h/x", "https://u:p@h/x.csv"])
def test_other_schemes_and_passwords_in_addresses_are_no_configuration(tmp_path, source):
    with pytest.raises(ConfigError):
        load(configured(tmp_path, source=source), env={})


@pytest.mark.parametrize("pattern", ["*", "*.com.", "a*.example.com", "https://x.example", "x.example/path", ""])
def test_redirects_are_not_allowed_wholesale(tmp_path, pattern):
    with pytest.raises(ConfigError, match="redirects_to"):
        load(configured(tmp_path, more=f'redirects_to = ["{pattern}"]'), env={})


@pytest.mark.parametrize(("more", "word"), [("", "private network"), ("private_network = true", "no service has")])
async def test_the_stanza_alone_allows_its_private_network(tmp_path, more, word):
    config = load(configured(tmp_path, more=more), env={})
    async with open_runtime(config, env={"TOKEN": "shpat_x"}) as runtime:
        inside = ["192.168.7.7"] if not more else ["169.254.169.254"]
        runtime.http = Http(SystemClock(), Random(1), resolve=answering(inside))
        checks = await runtime.supplier("depot").port.check()
        assert [check.state for check in checks] == ["fail"]
        assert word in checks[0].text
        await runtime.http.aclose()


def test_the_transport_in_use_is_the_pinned_one():
    """httpx has no parameter for it, so a new version of httpx might drop what is set: this would tell."""
    transport = Http(SystemClock(), Random(1)).gate(Reach.PUBLIC)._inner
    assert isinstance(transport._pool._network_backend, PinnedBackend)
    assert socket.getaddrinfo("127.0.0.1", 1)  # the guard of the tests is not what refuses here
