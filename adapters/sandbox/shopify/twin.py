"""The twin of one shop: an ASGI app that answers as the Admin API does, and the world behind it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.sandbox.faults import FaultyApp, Faults, Scope
from adapters.sandbox.shopify import costs, execution, sdl
from adapters.sandbox.shopify.api import searches
from adapters.sandbox.shopify.api.registry import Request
from adapters.sandbox.shopify.errors import internal_error
from adapters.sandbox.shopify.ledger import Ledger
from adapters.sandbox.shopify.world import orders
from adapters.sandbox.shopify.world.merchant import Merchant
from adapters.sandbox.shopify.world.state import App, Order
from adapters.sandbox.shopify.world.world import ALL_SCOPES, NewLine, World
from syncd.clock import Clock

TOKEN = "shpat_sandbox"
TOKEN_LIFE_S = 86_399
"""What a client-credentials grant says (`expires_in`)."""


class Shop(World):
    """A world with the acts of a merchant at hand: what tests and demos hold."""

    def __init__(self, clock: Clock, rng: random.Random, *, domain: str) -> None:
        super().__init__(clock, rng, domain=domain)
        self.order_index.describe = searches.describe_order
        self.fulfillment_order_index.describe = searches.describe_fulfillment_order
        self.merchant = Merchant(self)

    def acting_as(self, app: App) -> Merchant:
        """The same acts, done by an app (a supplier's fulfillment service, a rival tool)."""
        return Merchant(self, app=app)

    def create_order(self, *lines: NewLine, **details: Any) -> Order:
        """A new order; see `world.orders.create_order` for the details."""
        return orders.create_order(self, lines, **details)


class ShopifyTwin:
    """One shop and one app that is installed in it.

    `token` is a static access token; `client` (id, secret) lets the app fetch tokens by the client-credentials grant
    instead or as well. `plan` is standard, advanced, plus or enterprise. The bucket of points runs on the clock's
    `now()`, so that it fills when a test moves its clock; `realtime` makes it run on `monotonic()`.
    """

    def __init__(
        self,
        clock: Clock,
        rng: random.Random,
        *,
        shop: str = "sandbox.myshopify.com",
        token: str = TOKEN,
        plan: str = "standard",
        client: tuple[str, str] | None = None,
        scopes: frozenset[str] = ALL_SCOPES,
        realtime: bool = False,
        oldest_version: str = sdl.SUPPORTED[0],
    ) -> None:
        self.clock = clock
        self.rng = rng
        self.plan = plan
        self.client = client
        self.oldest_version = oldest_version
        self.world = Shop(clock, rng, domain=shop)
        self.syncd = self.world.add_app("syncd", token=token, scopes=scopes)
        self.faults = Faults()
        self.spoilt: list[Spoilt] = []
        self._tokens: dict[str, App] = {}
        self._buckets: dict[str, costs.Bucket] = {}
        self._time: Callable[[], float] = clock.monotonic if realtime else lambda: clock.now().timestamp()
        routes = [
            Route("/admin/api/{version}/graphql.json", self._graphql, methods=["POST"]),
            Route("/admin/oauth/access_token", self._grant, methods=["POST"]),
        ]
        self.app = FaultyApp(Starlette(routes=routes), self.faults, names=self._names)

    @property
    def ledger(self) -> Ledger:
        """What really happened."""
        return self.world.ledger

    def spoil(self, operation: str, how: str, *, nth: int = 1, times: int = 1) -> Spoilt:
        """Plan a GraphQL-level fault for a root field or operation name.

        `how`: `throttled`, `internal_error` (nothing done) or `internal_error_after` (done, but the reply says not).
        """
        spoilt = Spoilt(operation, how, nth=nth, times=times)
        self.spoilt.append(spoilt)
        return spoilt

    def bucket(self, app: App) -> costs.Bucket:
        """The points of one app in this shop."""
        if app.handle not in self._buckets:
            self._buckets[app.handle] = costs.Bucket(costs.PLANS[self.plan], self._time)
        return self._buckets[app.handle]

    def app_of(self, token: str | None) -> App | None:
        """Whose token it is, if it is still good."""
        now = self.clock.now()
        for app in self.world.apps:
            if token is not None and token == app.token:
                return app if app.token_expires_at is None or now < app.token_expires_at else None
        return self._tokens.get(token or "")

    def revoke(self, token: str) -> None:
        """From now on this token is answered 401."""
        self._tokens.pop(token, None)
        for app in self.world.apps:
            if app.token == token:
                app.token = f"revoked-{app.handle}"

    # HTTP

    async def _graphql(self, http: HttpRequest) -> Response:
        refused = self._refused(http)
        if refused is not None:
            return refused
        version = sdl.served_version(http.path_params["version"], oldest=self.oldest_version)
        if version is None:
            return self._reply({"errors": "Not Found"}, status=404)
        app = self.app_of(http.headers.get("x-shopify-access-token"))
        if app is None:
            text = "[API] Invalid API key or access token (unrecognized login or wrong password)"
            return self._reply({"errors": text}, status=401)
        asked = _body(await http.body())
        if asked is None:
            return self._reply({"errors": {"query": "Required parameter missing or invalid"}}, status=400)
        base = f"{http.url.scheme}://{http.url.netloc}"
        return self._reply(self._answer(app, version, asked, base), version=version)

    def _refused(self, http: HttpRequest) -> Response | None:
        if self.world.shop.frozen:
            return self._reply({"errors": "Unavailable Shop"}, status=402)
        if self.world.shop.locked:
            return self._reply({"errors": "Locked"}, status=423)
        return None

    def _answer(self, app: App, version: str, asked: dict[str, Any], base: str) -> dict[str, Any]:
        self.world.settle()
        request = Request(world=self.world, app=app, version=version, base_url=base)
        text, name = asked["query"], asked.get("operationName")
        how = self._spoiling(version, text, name)
        if how == "internal_error":
            return internal_error(self._request_id())
        reply = execution.answer(
            request,
            self.bucket(app),
            text,
            variables=asked.get("variables"),
            operation_name=name,
            is_throttled=how == "throttled",
        )
        return internal_error(self._request_id()) if how == "internal_error_after" else reply

    def _spoiling(self, version: str, text: str, name: str | None) -> str | None:
        if not self.spoilt:
            return None
        names = {*execution.root_fields(version, text, name), name or ""}
        for spoilt in self.spoilt:
            if spoilt.operation in names and spoilt.strikes():
                return spoilt.how
        return None

    def _names(self, scope: Scope, body: bytes) -> list[str]:
        asked = _body(body)
        if asked is None:
            return []
        version = sdl.served_version(str(scope["path"]).split("/")[3], oldest=self.oldest_version)
        fields = execution.root_fields(version, asked["query"], asked.get("operationName")) if version else []
        return [*fields, asked.get("operationName") or ""]

    async def _grant(self, http: HttpRequest) -> Response:
        raw = await http.body()
        if "json" in http.headers.get("content-type", ""):
            asked = json.loads(raw or b"{}")
        else:
            asked = dict(await http.form())
        known = self.client is not None and (asked.get("client_id"), asked.get("client_secret")) == self.client
        if not known:
            return self._reply({"error": "invalid_client"}, status=401)
        if asked.get("grant_type") != "client_credentials":
            return self._reply({"error": "unsupported_grant_type"}, status=400)
        token = f"shpat_{self.rng.getrandbits(128):032x}"
        self._tokens[token] = self.syncd
        life = timedelta(seconds=TOKEN_LIFE_S)
        self.world.later(life, lambda: self.revoke(token))
        scope = ",".join(sorted(self.syncd.scopes))
        return self._reply({"access_token": token, "scope": scope, "expires_in": TOKEN_LIFE_S})

    def _reply(self, body: Any, *, status: int = 200, version: str | None = None) -> Response:
        headers = {
            "x-request-id": self._request_id(),
            "date": format_datetime(self.clock.now(), usegmt=True),
        }
        if version:
            headers["x-shopify-api-version"] = version
        return JSONResponse(body, status_code=status, headers=headers)

    def _request_id(self) -> str:
        digits = f"{self.rng.getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


class Spoilt:
    """A GraphQL-level fault: the HTTP reply is fine, what it says is not."""

    def __init__(self, operation: str, how: str, *, nth: int, times: int) -> None:
        if how not in {"throttled", "internal_error", "internal_error_after"}:
            raise ValueError(f"unknown way to spoil a reply: {how!r}")
        self.operation, self.how, self.nth, self.times = operation, how, nth, times
        self.seen = 0

    def strikes(self) -> bool:
        """Count one matching call; True when it is to be spoilt (`times` 0 = for ever)."""
        self.seen += 1
        return self.seen >= self.nth and (self.times == 0 or self.seen < self.nth + self.times)


def _body(raw: bytes) -> dict[str, Any] | None:
    try:
        asked = json.loads(raw)
    except ValueError:
        return None
    return asked if isinstance(asked, dict) and isinstance(asked.get("query"), str) else None
