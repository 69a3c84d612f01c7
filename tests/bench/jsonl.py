"""A shop of any size as bulk results, made line by line while they are read: it never exists as a whole."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx

ORDERED = "2026-11-{day:02d}T08:00:00Z"
CHUNK = 64 * 1024


def orders_lines(count: int) -> Iterator[dict[str, Any]]:
    """What `BulkOrders` brings: every order with two lines and the id of its fulfillment order; children come later."""
    for start in range(0, count, 250):
        numbers = range(start, min(start + 250, count))
        yield from map(_order, numbers)
        for number in numbers:
            for line in (2 * number, 2 * number + 1):
                yield _line(line) | {"__parentId": _gid("Order", number)}
            yield {"id": _gid("FulfillmentOrder", number), "__parentId": _gid("Order", number)}


def fulfillment_orders_lines(count: int) -> Iterator[dict[str, Any]]:
    """What `BulkFulfillmentOrders` brings: every one with its two lines and, where it is closed, its fulfillment."""
    for start in range(0, count, 250):
        numbers = range(start, min(start + 250, count))
        yield from map(_fulfillment_order, numbers)
        for number in numbers:
            parent = {"__parentId": _gid("FulfillmentOrder", number)}
            for line in (2 * number, 2 * number + 1):
                yield _work(line, left=int(is_open(number))) | parent
            if not is_open(number):
                yield {"id": _gid("Fulfillment", number), "status": "SUCCESS"} | parent


def is_open(number: int) -> bool:
    """One order in ten waits for its supplier; the others were fulfilled and delivered."""
    return number % 10 == 0


def _gid(kind: str, number: int) -> str:
    return f"gid://shopify/{kind}/{6_300_000_000_000 + number}"


def _at(number: int) -> str:
    return ORDERED.format(day=1 + number % 20)


def _order(number: int) -> dict[str, Any]:
    return {
        "id": _gid("Order", number),
        "name": f"#{1001 + number}",
        "createdAt": _at(number),
        "updatedAt": _at(number),
        "displayFinancialStatus": "PAID",
        "cancelledAt": None,
        "closed": False,
        "tags": ["wholesale"] if number % 7 == 0 else [],
        "sourceName": "web",
        "returnStatus": "NO_RETURN",
        "totalPriceSet": {"shopMoney": {"amount": "49.90", "currencyCode": "EUR"}},
        "refunds": [],
        "fulfillments": [] if is_open(number) else [_fulfillment(number)],
    }


def _fulfillment(number: int) -> dict[str, Any]:
    return {
        "id": _gid("Fulfillment", number),
        "name": f"#{1001 + number}-F1",
        "status": "SUCCESS",
        "displayStatus": "FULFILLED",
        "createdAt": _at(number),
        "updatedAt": _at(number),
        "inTransitAt": None,
        "deliveredAt": _at(number),
        "location": {"id": "gid://shopify/Location/1"},
        "service": {"handle": "manual", "type": "MANUAL"},
        "trackingInfo": [{"number": f"YT26{number:014d}", "company": "YunExpress", "url": None}],
    }


def _line(line: int) -> dict[str, Any]:
    return {
        "id": _gid("LineItem", line),
        "sku": f"DP-{line % 500:04d}",
        "quantity": 1,
        "currentQuantity": 1,
        "requiresShipping": True,
        "isGiftCard": False,
        "vendor": "Depot",
        "title": "A hat of good felt",
    }


def _fulfillment_order(number: int) -> dict[str, Any]:
    return {
        "id": _gid("FulfillmentOrder", number),
        "orderId": _gid("Order", number),
        "status": "OPEN" if is_open(number) else "CLOSED",
        "requestStatus": "UNSUBMITTED",
        "fulfillAt": None,
        "createdAt": _at(number),
        "updatedAt": _at(number),
        "supportedActions": [{"action": "CREATE_FULFILLMENT"}] if is_open(number) else [],
        "assignedLocation": {
            "name": "Depot",
            "location": {"id": "gid://shopify/Location/1", "isFulfillmentService": False, "fulfillmentService": None},
        },
        "deliveryMethod": {"methodType": "SHIPPING"},
        "fulfillmentHolds": [],
    }


def _work(line: int, *, left: int) -> dict[str, Any]:
    return {
        "id": _gid("FulfillmentOrderLineItem", line),
        "totalQuantity": 1,
        "remainingQuantity": left,
        "lineItem": {"id": _gid("LineItem", line)},
    }


class BulkShop(httpx.AsyncBaseTransport):
    """Answers what a sweep asks: how many orders there are, the two bulk operations, and their files. Counts requests."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.asked = 0
        self.objects = {1: 0, 2: 0}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if request.url.path.startswith("/bulk/"):
            return httpx.Response(200, stream=_Stream(self._lines(int(request.url.path[-1]))))
        asked = json.loads(await request.aread())
        data = self._data(asked["operationName"], asked["variables"])
        return httpx.Response(200, json={"data": data, "extensions": {"cost": _COST}})

    def _data(self, name: str, variables: dict[str, Any]) -> dict[str, Any]:
        match name:
            case "CountOrders":
                return {"ordersCount": {"count": min(self.count, variables["limit"]), "precision": "AT_LEAST"}}
            case "RunBulk":
                number = 2 if "fulfillmentOrders(" in variables["query"].split("{")[1] else 1
                started = {"id": f"gid://shopify/BulkOperation/{number}", "status": "CREATED"}
                return {"bulkOperationRunQuery": {"bulkOperation": started, "userErrors": []}}
            case "BulkStatus":
                return {"bulkOperation": self._status(variables["id"])}
            case "ChangedOrders":
                return {"orders": {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}}
            case _:
                raise AssertionError(f"a sweep does not ask for {name}")

    def _status(self, operation: str) -> dict[str, Any]:
        return {
            "id": operation,
            "status": "COMPLETED",
            "errorCode": None,
            "objectCount": None,
            "url": f"https://shop.test/bulk/{operation[-1]}",
            "partialDataUrl": None,
        }

    def _lines(self, number: int) -> Iterator[dict[str, Any]]:
        return orders_lines(self.count) if number == 1 else fulfillment_orders_lines(self.count)


class _Stream(httpx.AsyncByteStream):
    def __init__(self, lines: Iterator[dict[str, Any]]) -> None:
        self._lines = lines

    async def __aiter__(self) -> AsyncIterator[bytes]:
        buffer = bytearray()
        for line in self._lines:
            buffer += json.dumps(line).encode() + b"\n"
            if len(buffer) > CHUNK:
                yield bytes(buffer)
                buffer.clear()
        yield bytes(buffer)


_COST = {
    "requestedQueryCost": 10,
    "actualQueryCost": 10,
    "throttleStatus": {"maximumAvailable": 2000.0, "currentlyAvailable": 1990, "restoreRate": 100.0},
}
