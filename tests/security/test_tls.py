"""TLS: certificates are verified, always, with TLS 1.2 or newer, and nothing turns that off."""

import re
import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from syncd.config.reference import keys
from syncd.http.addresses import Reach
from syncd.http.pinning import pinned_transport, tls
from tests.reference import ROOT
from tests.security.certificates import Authority
from tests.security.test_addresses import answering, listening

HOST = "depot.example.com"


@asynccontextmanager
async def asking(context: ssl.SSLContext) -> AsyncIterator[httpx.AsyncClient]:
    transport = pinned_transport(Reach.LOOPBACK, resolve=answering(["127.0.0.1"]), context=context)
    async with httpx.AsyncClient(transport=transport) as client:
        yield client


async def refused(server: ssl.SSLContext, context: ssl.SSLContext) -> str:
    """What the client says of the server; nothing was sent."""
    async with listening(server) as (port, heard), asking(context) as client:
        with pytest.raises(httpx.ConnectError) as caught:
            await client.get(f"https://{HOST}:{port}/")
    assert heard == []
    return str(caught.value)


async def test_a_server_that_its_own_authority_vouches_for_is_not_believed():
    assert "certificate verify failed" in await refused(Authority().server(HOST), tls())


async def test_an_expired_certificate_is_not_believed():
    authority = Authority()
    assert "expired" in await refused(authority.server(HOST, expired=True), authority.client(tls()))


async def test_the_certificate_of_another_host_is_not_believed():
    authority = Authority()
    assert "mismatch" in await refused(authority.server("other.example.com"), authority.client(tls()))


async def test_old_tls_is_not_spoken():
    authority = Authority()
    server = authority.server(HOST)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        server.set_ciphers("ALL:@SECLEVEL=0")
        server.minimum_version = server.maximum_version = ssl.TLSVersion.TLSv1_1
    await refused(server, authority.client(tls()))


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_proper_server_is_spoken_to(version):
    authority = Authority()
    server = authority.server(HOST)
    server.minimum_version = server.maximum_version = version
    async with listening(server) as (port, _), asking(authority.client(tls())) as client:
        assert (await client.get(f"https://{HOST}:{port}/")).status_code == 200


def test_the_context_verifies_whatever_the_environment_says(monkeypatch, tmp_path):
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(tmp_path / "nothing.pem"))
    monkeypatch.setenv("PYTHONHTTPSVERIFY", "0")
    context = tls()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert len(context.get_ca_certs()) > 50


def test_there_is_no_switch():
    """Neither a key of the configuration, nor a line of code."""
    off = re.compile(
        r"verify\s*=\s*False|CERT_NONE|CERT_OPTIONAL|check_hostname\s*=|_create_unverified|disable_warnings"
    )
    for folder in ("syncd", "adapters"):
        for file in (ROOT / folder).rglob("*.py"):
            assert not off.search(file.read_text()), file
    assert not [key.name for key in keys() if re.search(r"verify|insecure|ssl|tls|certificate", key.name)]
