"""A small shop that executes real GraphQL against the real schema over plain dicts; not the twin: another voice.

What the twin and the adapter could both get wrong in the same way shows here.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

import httpx
from graphql import GraphQLSchema, build_schema, get_named_type, graphql_sync

from adapters.stores.shopify import ADAPTER
from adapters.stores.shopify.cost import price
from adapters.stores.shopify.store import ShopifyStore
from syncd.clock import ManualClock
from syncd.domain.ports import AdapterPorts
from syncd.http import Http

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
SHOP = "quiet-tea.myshopify.com"
VERSION = "2026-10"


def gid(kind: str, number: int) -> str:
    return f"gid://shopify/{kind}/{number}"


def at(**ago: float) -> str:
    return (NOW - timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


@cache
def schema() -> GraphQLSchema:
    text = files("adapters.sandbox.shopify").joinpath("schema", "admin-2026-10.graphql").read_text(encoding="utf-8")
    built = build_schema(text)
    for name in ("Node", "ReturnLineItemType"):
        built.type_map[name].resolve_type = lambda value, *_: value["__typename"]
    return built


def resolve(source: Any, info: Any, **args: Any) -> Any:
    """A dict's value; lists become connections or are cut to `first` as the field's type demands."""
    value = source.get(info.field_name) if isinstance(source, dict) else None
    if callable(value):
        value = value(**args)
    if isinstance(value, Exception):
        raise value
    kind = get_named_type(info.return_type).name
    if kind.endswith("Connection") and isinstance(value, list):
        return connection(value, **args)
    if isinstance(value, list) and args.get("first") is not None:
        return value[: args["first"]]
    return value


def connection(rows: list[Any], *, first: int, after: str | None = None, **_: Any) -> dict[str, Any]:
    start = int(after.partition(":")[2]) if after else 0
    page = rows[start : start + first]
    end = start + len(page)
    info = {
        "hasNextPage": end < len(rows),
        "hasPreviousPage": start > 0,
        "endCursor": f"c:{end}",
        "startCursor": f"c:{start}",
    }
    return {
        "nodes": page,
        "edges": [{"cursor": f"c:{start + n}", "node": row} for n, row in enumerate(page)],
        "pageInfo": info,
    }


class Denied(Exception):
    """A field that the app's scopes do not reach."""


class Shop(httpx.AsyncBaseTransport):
    """Answers GraphQL posts. `before` may answer instead of the shop: faults, in order, the last one stays away."""

    def __init__(self, orders: list[dict[str, Any]]) -> None:
        self.data = orders
        self.roots: dict[str, Callable[..., Any]] = {
            "orders": self._orders,
            "fulfillmentOrders": self._fulfillment_orders,
            "order": lambda **key: self.node(key["id"]),
            "nodes": lambda ids: [self.node(each) for each in ids],
            "fulfillment": lambda id: self._inner("fulfillments", id),  # noqa: A006
            "fulfillmentOrder": lambda id: self._inner("fulfillmentOrders", id),  # noqa: A006
            "refund": lambda id: self._inner("refunds", id),  # noqa: A006
            "return": lambda id: self._inner("returns", id),  # noqa: A006
            "ordersCount": lambda query, limit: {"count": min(limit, len(self._matching(query))), "precision": "EXACT"},
        }
        self.before: list[Callable[[httpx.Request], httpx.Response] | httpx.Response | Exception] = []
        self.requests: list[dict[str, Any]] = []
        self.headers = {"x-shopify-api-version": VERSION, "x-request-id": "req-1"}
        self.served: list[str] = []
        self.files: dict[str, bytes] = {}
        self.with_cost = True
        self.token = "shpat_good"

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, content=self.files[request.url.path])
        self.served.append(str(request.url))
        if self.before:
            answer = self.before.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer if isinstance(answer, httpx.Response) else answer(request)
        if request.headers.get("x-shopify-access-token") != self.token:
            return httpx.Response(401, json={"errors": "[API] Invalid API key or access token"})
        return self.answer(request)

    def answer(self, request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)
        self.requests.append(asked)
        result = graphql_sync(
            schema(),
            asked["query"],
            root_value=self.roots,
            variable_values=asked["variables"],
            operation_name=asked["operationName"],
            field_resolver=resolve,
        )
        body: dict[str, Any] = {"data": result.data}
        if result.errors:
            body["errors"] = [self._error(each) for each in result.errors]
        if self.with_cost:
            body["extensions"] = {"cost": cost(price(asked["query"], asked["variables"]))}
        return httpx.Response(200, json=body, headers=self.headers)

    def operations(self) -> list[str]:
        return [each["operationName"] for each in self.requests]

    def sent(self, name: str) -> list[dict[str, Any]]:
        return [each["variables"] for each in self.requests if each["operationName"] == name]

    def node(self, order_id: str) -> dict[str, Any] | None:
        return next((each for each in self.data if each["id"] == order_id), None)

    @staticmethod
    def _error(error: Any) -> dict[str, Any]:
        shown: dict[str, Any] = {"message": error.message, "path": error.path}
        if isinstance(error.original_error, Denied):
            shown["extensions"] = {"code": "ACCESS_DENIED", "requiredAccess": str(error.original_error)}
        return shown

    def _inner(self, part: str, wanted: str) -> Any:
        return next((row for order in self.data for row in order[part] if row["id"] == wanted), None)

    def _matching(self, query: str) -> list[dict[str, Any]]:
        """Understands what the adapter asks, and nothing else: anything else is a mistake of one of the two."""
        rows = sorted(self.data, key=lambda row: row["updatedAt"])
        for term in query.split(" "):
            field, _, value = term.partition(":")
            text = value.lstrip("<>=").strip("'")
            match field, value[:2]:
                case "updated_at", ">=":
                    rows = [row for row in rows if row["updatedAt"] >= text]
                case "updated_at", _:
                    rows = [row for row in rows if row["updatedAt"] < text]
                case "status", _:
                    rows = [row for row in rows if not row["closed"] and not row["cancelledAt"]]
                case "name", _:
                    rows = [row for row in rows if text.lower() in row["name"].lower()]
                case _:
                    raise AssertionError(f"what is {query!r}?")
        return rows

    def _orders(self, *, query: str, **args: Any) -> Any:
        return connection(self._matching(query), **args)

    def _fulfillment_orders(self, *, query: str, includeClosed: bool, **args: Any) -> Any:  # noqa: N803
        assert includeClosed
        since = query.partition(">=")[2].strip("'")
        rows = [row for order in self.data for row in order["fulfillmentOrders"] if row["updatedAt"] >= since]
        return connection(sorted(rows, key=lambda row: row["updatedAt"]), **args)


def cost(requested: float, *, available: float = 1900, maximum: float = 2000, rate: float = 100) -> dict[str, Any]:
    status = {"maximumAvailable": maximum, "currentlyAvailable": available, "restoreRate": rate}
    return {"requestedQueryCost": requested, "actualQueryCost": requested, "throttleStatus": status}


def throttled(requested: float = 100, *, available: float = 10) -> httpx.Response:
    error = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
    return httpx.Response(200, json={"errors": [error], "extensions": {"cost": cost(requested, available=available)}})


def an_order(number: int = 1, **parts: Any) -> dict[str, Any]:
    """An open order of two units of one line at the merchant's own location."""
    line = a_line(number * 10)
    return {
        "__typename": "Order",
        "id": gid("Order", number),
        "name": f"#{1000 + number}",
        "createdAt": at(days=3),
        "updatedAt": at(hours=1),
        "displayFinancialStatus": "PAID",
        "returnStatus": "NO_RETURN",
        "cancelledAt": None,
        "closed": False,
        "tags": ["vip"],
        "sourceName": "web",
        "totalPriceSet": {"shopMoney": {"amount": "25.98", "currencyCode": "EUR"}},
        "lineItems": [line],
        "fulfillmentOrders": [a_fulfillment_order(number, [line])],
        "fulfillments": [],
        "refunds": [],
        "returns": [],
        "shippingAddress": {"firstName": "Ada", "address1": "1 Mill Lane", "city": "Ribe", "countryCodeV2": "DK"},
        "customer": {"id": gid("Customer", 5)},
        "metafields": [],
        **parts,
    }


def a_line(number: int, **parts: Any) -> dict[str, Any]:
    return {
        "id": gid("LineItem", number),
        "sku": f"CJ-{number}",
        "quantity": 2,
        "currentQuantity": 2,
        "requiresShipping": True,
        "isGiftCard": False,
        "vendor": "CJ",
        "title": "Tea",
        **parts,
    }


def a_fulfillment_order(number: int, lines: list[dict[str, Any]], **parts: Any) -> dict[str, Any]:
    return {
        "id": gid("FulfillmentOrder", number),
        "orderId": gid("Order", number),
        "status": "OPEN",
        "requestStatus": "UNSUBMITTED",
        "fulfillAt": at(days=3),
        "createdAt": at(days=3),
        "updatedAt": at(days=3),
        "supportedActions": [{"action": "CREATE_FULFILLMENT"}, {"action": "HOLD"}],
        "assignedLocation": {"name": "Depot", "location": {"id": gid("Location", 1), "isFulfillmentService": False}},
        "deliveryMethod": {"methodType": "SHIPPING"},
        "fulfillmentHolds": [],
        "merchantRequests": [],
        "lineItems": [
            {
                "id": gid("FulfillmentOrderLineItem", number * 100 + n),
                "lineItem": line,
                "totalQuantity": 2,
                "remainingQuantity": 2,
            }
            for n, line in enumerate(lines)
        ],
        "fulfillments": [],
        **parts,
    }


def a_fulfillment(number: int, lines: list[tuple[dict[str, Any], int]], **parts: Any) -> dict[str, Any]:
    return {
        "id": gid("Fulfillment", number),
        "name": f"#{number}-F1",
        "status": "SUCCESS",
        "displayStatus": "FULFILLED",
        "createdAt": at(days=1),
        "updatedAt": at(days=1),
        "inTransitAt": None,
        "deliveredAt": None,
        "location": {"id": gid("Location", 1)},
        "service": {"handle": "manual", "type": "MANUAL"},
        "trackingInfo": [{"number": "4PX0001", "company": "4PX", "url": "https://t.example/4PX0001"}],
        "fulfillmentLineItems": [{"quantity": quantity, "lineItem": line} for line, quantity in lines],
        "events": [],
        **parts,
    }


class Kept:
    """Credentials in memory."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.renewals = 0

    async def get(self, name: str) -> Any:
        return self.values.get(name)

    async def renew(self, name: str, stale: Any, fetch: Callable[[Any], Any]) -> Any:
        if self.values.get(name) == stale:
            self.renewals += 1
            self.values[name] = await fetch(stale)
        return self.values[name]


def store_of(
    transport: httpx.AsyncBaseTransport,
    *,
    clock: ManualClock | None = None,
    kept: Kept | None = None,
    secrets: dict[str, str] | None = None,
    link_metafields: tuple[str, ...] = (),
    **settings: Any,
) -> ShopifyStore:
    """The adapter as compose would build it, talking to `transport`."""
    clock = clock or ManualClock(NOW)
    secrets = secrets or {"env:TOKEN": "shpat_good", "env:SECRET": "shpss_secret", "env:ID": "client-1"}
    stanza = {"shop": SHOP, **(settings or {"token": "env:TOKEN"})}
    ports = AdapterPorts(
        clock=clock,
        rng=Random(7),
        http=Http(clock, Random(7), transport),
        credentials=kept or Kept(),
        secret=secrets.__getitem__,
        hash_key=b"k" * 32,
        link_metafields=link_metafields,
    )
    return ADAPTER.build("main", ADAPTER.settings(**stanza), ports)
