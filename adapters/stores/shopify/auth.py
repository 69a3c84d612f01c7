"""The access token: given once, or granted for a day and renewed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol

from adapters.stores.shopify.settings import ShopifySettings
from syncd.clock import parse_instant, rfc3339
from syncd.domain.ports import AdapterPorts
from syncd.errors import AuthRejected, InvalidResponse
from syncd.http import HttpClient
from syncd.secrets import register

_EARLY = timedelta(minutes=10)
"""A granted token is renewed this long before it expires, so that none expires on the way."""


class Tokens(Protocol):
    """Where the token comes from."""

    async def token(self) -> str:
        """A token that is believed to be good."""
        ...

    async def renew(self, stale: str) -> str | None:
        """Another token after `stale` was rejected; None when there is no way to get one."""
        ...


class StaticToken:
    """A token that an admin made: it is good until it is revoked."""

    def __init__(self, ports: AdapterPorts, reference: str) -> None:
        self._ports = ports
        self._reference = reference

    async def token(self) -> str:
        return self._ports.secret(self._reference)

    async def renew(self, stale: str) -> str | None:
        # A file or command may give another one after a rotation.
        token = self._ports.secret(self._reference)
        return token if token != stale else None


class GrantedToken:
    """A token from the client credentials grant: about a day old at most, kept where all processes find it.

    POST {shop}/admin/oauth/access_token with grant_type=client_credentials; answers access_token, scope, expires_in.
    Only for apps of the organisation that owns the shop (shopify.dev, "Client credentials grant", read 2026-11).
    """

    def __init__(self, ports: AdapterPorts, settings: ShopifySettings, http: HttpClient) -> None:
        self._ports = ports
        self._settings = settings
        self._http = http
        self._name = f"shopify:{settings.shop}"

    async def token(self) -> str:
        kept = await self._ports.credentials.get(self._name)
        if kept is None or self._expires_soon(kept):
            kept = await self._ports.credentials.renew(self._name, kept, self._fetch)
        return register(kept["access_token"])

    async def renew(self, stale: str) -> str | None:
        kept = await self._ports.credentials.get(self._name)
        if kept is None or kept.get("access_token") == stale:
            kept = await self._ports.credentials.renew(self._name, kept, self._fetch)
        return register(kept["access_token"])

    def _expires_soon(self, kept: Mapping[str, str]) -> bool:
        return parse_instant(kept["expires_at"]) - _EARLY <= self._ports.clock.now()

    async def _fetch(self, _kept: Mapping[str, str] | None) -> Mapping[str, str]:
        form = {
            "client_id": self._secret(self._settings.client_id),
            "client_secret": self._secret(self._settings.client_secret),
            "grant_type": "client_credentials",
        }
        response = await self._http.request("POST", "/admin/oauth/access_token", form=form)
        reply = response.json()
        if not isinstance(reply, dict) or not isinstance(reply.get("access_token"), str):
            raise InvalidResponse("The token endpoint gave no access_token.", path="$.access_token")
        seconds = reply.get("expires_in")
        lasts = timedelta(seconds=float(seconds) if isinstance(seconds, int | float) else 3600)
        return {
            "access_token": register(reply["access_token"]),
            "expires_at": rfc3339(self._ports.clock.now() + lasts),
            "scope": str(reply.get("scope", "")),
        }

    def _secret(self, reference: str | None) -> str:
        if not reference:
            raise AuthRejected("client_id and client_secret are both needed.")
        is_reference = reference.partition(":")[0] in {"env", "file", "cred", "cmd"}
        return self._ports.secret(reference) if is_reference else reference


def tokens(ports: AdapterPorts, settings: ShopifySettings, http: HttpClient) -> Tokens:
    """The source of tokens that the settings name."""
    if settings.token:
        return StaticToken(ports, settings.token)
    return GrantedToken(ports, settings, http)
