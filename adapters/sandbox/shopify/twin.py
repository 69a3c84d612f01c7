"""The twin of one shop: an ASGI app that answers as the Admin API does, and the world behind it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from adapters.sandbox.faults import FAULT, Fault, Faults, FaultyApp, Kind, Moment, Scope
from adapters.sandbox.shopify import costs, execution, sdl
from adapters.sandbox.shopify.api import searches
from adapters.sandbox.shopify.api.registry import Request
from adapters.sandbox.shopify.errors import internal_error
from adapters.sandbox.shopify.ledger import Ledger
from adapters.sandbox.shopify.world import placing
from adapters.sandbox.shopify.world.merchant import Merchant
from adapters.sandbox.shopify.world.state import App, Order
from adapters.sandbox.shopify.world.world import ALL_SCOPES, NewLine, World
from syncd.clock import Clock

TOKEN = "shpat_sandbox"  # noqa: S105  # opens only the sandbox
TOKEN_LIFE_S = 86_399
"""What a client-credentials grant says (`expires_in`)."""


CHUNK = 65_536


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
        """A new order; see `world.placing.create_order` for the details."""
        return placing.create_order(self, lines, **details)


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
        self._tokens: dict[str, App] = {}
        self._buckets: dict[str, costs.Bucket] = {}
        self._time: Callable[[], float] = clock.monotonic if realtime else lambda: clock.now().timestamp()
        routes = [
            Route("/admin/api/{version}/graphql.json", self._graphql, methods=["POST"]),
            Route("/admin/oauth/access_token", self._grant, methods=["POST"]),
            Route("/bulk/{number:int}.jsonl", self._bulk_file, methods=["GET"]),
        ]
        self.app = FaultyApp(Starlette(routes=routes), self.faults, names=self._names)

    @property
    def ledger(self) -> Ledger:
        """What really happened."""
        return self.world.ledger

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
        self.world.settle()
        refused = self._refused()
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
        return self._reply(self._answer(app, http, version, asked), version=version)

    def _refused(self) -> Response | None:
        if self.world.shop.frozen:
            return self._reply({"errors": "Unavailable Shop"}, status=402)
        if self.world.shop.locked:
            return self._reply({"errors": "Locked"}, status=423)
        return None

    def _answer(self, app: App, http: HttpRequest, version: str, asked: dict[str, Any]) -> dict[str, Any]:
        fault: Fault | None = http.scope.get(FAULT)
        kind = fault.kind if fault else None
        if fault and kind is Kind.INTERNAL_ERROR and fault.moment is Moment.BEFORE:
            return internal_error(self.world.uuid())
        request = Request(
            world=self.world,
            app=app,
            version=version,
            base_url=f"{http.url.scheme}://{http.url.netloc}",
            is_stale=kind is Kind.STALE_SEARCH,
        )
        reply = execution.answer(
            request,
            self.bucket(app),
            asked["query"],
            variables=asked.get("variables"),
            operation_name=asked.get("operationName"),
            is_throttled=kind is Kind.THROTTLED,
        )
        return internal_error(self.world.uuid()) if kind is Kind.INTERNAL_ERROR else reply

    async def _bulk_file(self, http: HttpRequest) -> Response:
        """The result of a bulk operation, streamed. The link itself is the key, as with the real one."""
        number = http.path_params["number"]
        found = next((one for one in self.world.bulk_operations if one.number == number), None)
        if found is None or found.result is None:
            return self._reply({"errors": "Not Found"}, status=404)
        return StreamingResponse(_chunks(found.result.getvalue()), media_type="application/jsonl")

    def _names(self, scope: Scope, body: bytes) -> list[str]:
        asked = _body(body)
        if asked is None:
            return []
        version = sdl.served_version(str(scope["path"]).split("/")[3], oldest=self.oldest_version)
        return execution.asked_for(version, asked["query"], asked.get("operationName")) if version else []

    async def _grant(self, http: HttpRequest) -> Response:
        raw = await http.body()
        is_json = "json" in http.headers.get("content-type", "")
        asked = json.loads(raw or b"{}") if is_json else dict(parse_qsl(raw.decode()))
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
            "x-request-id": self.world.uuid(),
            "date": format_datetime(self.clock.now(), usegmt=True),
        }
        if version:
            headers["x-shopify-api-version"] = version
        return JSONResponse(body, status_code=status, headers=headers)


def _chunks(content: bytes) -> Iterator[bytes]:
    for at in range(0, len(content), CHUNK):
        yield content[at : at + CHUNK]


def _body(raw: bytes) -> dict[str, Any] | None:
    try:
        asked = json.loads(raw)
    except ValueError:
        return None
    return asked if isinstance(asked, dict) and isinstance(asked.get("query"), str) else None
