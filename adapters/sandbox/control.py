"""A small HTTP API by which a test or a demo drives the sandbox from outside.

| call | body | does |
|---|---|---|
| `GET /state` | | every order with its lines, fulfillment orders and fulfillments |
| `GET /ledger` | | what really happened, oldest first |
| `GET /clock` | | `{"now": ...}` |
| `POST /clock` | `{"advance_s": 3600}` | moves the sandbox's clock, if it can be moved (409 otherwise) |
| `POST /orders` | `{"lines": [{"sku": "A", "quantity": 2}], "name": "#1", "tags": []}` | makes an order |
| `POST /merchant/{act}` | arguments of `Merchant.{act}`, e.g. `{"order": "#1001", "number": "1Z..."}` | acts by hand |
| `POST /faults` | fields of `Fault`, e.g. `{"kind": "drop", "operation": "fulfillmentCreate"}` | plans a fault |
| `DELETE /faults` | | forgets all faults |
| `POST /settings` | fields of `Settings`; durations in seconds | turns switches |

A refused act answers 422 with `{"errors": [...]}`, an unknown name 404, a wrong argument 400.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from inspect import signature
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.sandbox.shopify.errors import Refusal
from adapters.sandbox.shopify.state_dump import order_document
from adapters.sandbox.shopify.twin import ShopifyTwin
from adapters.sandbox.shopify.world.merchant import Merchant
from adapters.sandbox.shopify.world.world import NewLine
from syncd.clock import ManualClock, rfc3339

ACTS = frozenset(
    name
    for name in vars(Merchant)
    if not name.startswith("_") and name not in {"line", "fulfillment", "move", "add_line"}
)
"""What `POST /merchant/{act}` accepts."""
_DURATIONS = frozenset({"routing_delay", "index_lag", "cancel_takes", "bulk_takes"})
_TIMES = frozenset({"happened_at", "fulfill_at", "created_at"})

Handler = Callable[[Request], Awaitable[Response]]


class Control:
    """The control API of one twin, as an ASGI app of its own (`.app`)."""

    def __init__(self, twin: ShopifyTwin) -> None:
        self.twin = twin
        self.app = Starlette(
            routes=[
                Route("/state", self._guarded(self._state)),
                Route("/ledger", self._guarded(self._ledger)),
                Route("/clock", self._guarded(self._clock), methods=["GET", "POST"]),
                Route("/orders", self._guarded(self._order), methods=["POST"]),
                Route("/merchant/{act}", self._guarded(self._act), methods=["POST"]),
                Route("/faults", self._guarded(self._faults), methods=["POST", "DELETE"]),
                Route("/settings", self._guarded(self._settings), methods=["POST"]),
            ]
        )

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: Request) -> Response:
            try:
                return await handler(request)
            except Refusal as refusal:
                return JSONResponse({"errors": [error.message for error in refusal.errors]}, status_code=422)
            except KeyError as exc:
                return JSONResponse({"errors": [str(exc.args[0])]}, status_code=404)
            except (TypeError, ValueError) as exc:
                return JSONResponse({"errors": [str(exc)]}, status_code=400)

        return guarded

    async def _state(self, _: Request) -> Response:
        world = self.twin.world
        world.settle()
        orders = [order_document(order) for order in world.orders.values()]
        return JSONResponse({"now": rfc3339(world.now()), "orders": orders})

    async def _ledger(self, _: Request) -> Response:
        return JSONResponse({"entries": self.twin.ledger.as_documents()})

    async def _clock(self, request: Request) -> Response:
        if request.method == "POST":
            clock = self.twin.clock
            if not isinstance(clock, ManualClock):
                return JSONResponse({"errors": ["this clock cannot be moved"]}, status_code=409)
            clock.advance(timedelta(seconds=(await _json(request))["advance_s"]))
            self.twin.world.settle()
        return JSONResponse({"now": rfc3339(self.twin.clock.now())})

    async def _order(self, request: Request) -> Response:
        details = _typed(await _json(request))
        lines = [NewLine(**line) for line in details.pop("lines")]
        order = self.twin.world.create_order(*lines, **details)
        return JSONResponse(order_document(order), status_code=201)

    async def _act(self, request: Request) -> Response:
        act = request.path_params["act"]
        if act not in ACTS:
            raise KeyError(f"no such act: {act}; there are {', '.join(sorted(ACTS))}")
        details = _typed(await _json(request))
        order = self.twin.world.order(details.pop("order"))
        method = getattr(self.twin.world.merchant, act)
        if act in {"tag", "untag"}:
            method(order, *details["tags"])
        else:
            signature(method).bind(order, **details)  # A wrong argument is the caller's mistake, said at once.
            method(order, **details)
        return JSONResponse(order_document(order))

    async def _faults(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.twin.faults.clear()
            return JSONResponse({"waiting": 0})
        details = await _json(request)
        if "body" in details:
            details["body"] = str(details["body"]).encode()
        self.twin.faults.add(details.pop("kind"), **details)
        return JSONResponse({"waiting": len(self.twin.faults.waiting)}, status_code=201)

    async def _settings(self, request: Request) -> Response:
        settings = self.twin.world.settings
        for name, value in (await _json(request)).items():
            if not hasattr(settings, name):
                raise KeyError(f"no such setting: {name}")
            setattr(settings, name, timedelta(seconds=value) if name in _DURATIONS else value)
        return JSONResponse({"ok": True})


async def _json(request: Request) -> dict[str, Any]:
    document = json.loads(await request.body() or b"{}")
    if not isinstance(document, dict):
        raise TypeError("a JSON object is expected")
    return document


def _typed(details: dict[str, Any]) -> dict[str, Any]:
    """Times come as text."""
    return {
        key: datetime.fromisoformat(value) if key in _TIMES and isinstance(value, str) else value
        for key, value in details.items()
    }
