"""A twin of CJ's API 2.0: the documented calls, codes and traps, over a world that can be told what happened.

Facts: shopping.html, auth.html, limit.html at developers.cjdropshipping.com (read 2026-11-21). Where the documents are
silent (HTTP statuses, the wrapper of a page) `quirks` chooses between the forms that have been seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from random import Random
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.sandbox.cj_orders import CjLine, CjOrder
from adapters.sandbox.faults import Faults, FaultyApp
from syncd.clock import Clock

__all__ = ["CjLine", "CjOrder", "CjTwin"]

BEIJING = timezone(timedelta(hours=8))
STATUSES = ("CREATED", "IN_CART", "UNPAID", "UNSHIPPED", "SHIPPED", "DELIVERED", "CANCELLED", "OTHER")
_UNCONFIRMED = frozenset({"CREATED", "IN_CART", "UNPAID"})
_BASE = "/api2.0/v1"
_KEY_PAUSE_S = 300.0
_REFRESH_WINDOW_S = 60.0
_REFRESHES = 5
_DEFAULT_PAGE = 20
_LARGEST_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request that reached the twin; for counting calls and checking limits. `at_s` is monotonic."""

    at_s: float
    method: str
    path: str
    params: Mapping[str, str]


@dataclass(slots=True)
class _Tokens:
    access: set[str] = field(default_factory=set)
    refresh: set[str] = field(default_factory=set)
    by_key_at_s: list[float] = field(default_factory=list)
    refreshed_at_s: list[float] = field(default_factory=list)


class CjTwin:
    """CJ for one account. `quirks`: int_ids, bare_list, no_total, null_page, one_object, http_status."""

    def __init__(
        self,
        clock: Clock,
        rng: Random,
        *,
        api_key: str = "CJ1000001@api@sandbox-key",
        requests_per_second: float = 1.0,
        quirks: Iterable[str] = (),
    ) -> None:
        self.clock = clock
        self.api_key = api_key
        self.requests_per_second = requests_per_second
        self.quirks = set(quirks)
        self.orders: dict[str, CjOrder] = {}
        self.page_cap = _LARGEST_PAGE
        """Rows that a page has at most, whatever was asked for."""
        self.last_miles: dict[str, tuple[str, str]] = {}
        self.asked: list[Asked] = []
        self.deleted: list[str] = []
        self.faults = Faults()
        self._rng = rng
        self._tokens = _Tokens()
        self._next_id = 260823100000000001
        self._served_at_s: list[float] = []
        app = Starlette(
            routes=[
                Route(f"{_BASE}/authentication/getAccessToken", self._get_access_token, methods=["POST"]),
                Route(f"{_BASE}/authentication/refreshAccessToken", self._refresh_access_token, methods=["POST"]),
                Route(f"{_BASE}/shopping/order/list", self._list, methods=["GET"]),
                Route(f"{_BASE}/shopping/order/getOrderDetail", self._detail, methods=["GET"]),
                Route(f"{_BASE}/shopping/order/deleteOrder", self._delete, methods=["DELETE"]),
                Route(f"{_BASE}/logistic/trackInfo", self._track_info, methods=["GET"]),
            ]
        )
        self.app = FaultyApp(app, self.faults)

    # What happens in the world.

    def place(
        self, *, name: str, lines: Sequence[CjLine], store_order_id: str | None = None, status: str = "UNSHIPPED"
    ) -> str:
        """An order as CJ takes it over from the store; its CJ id."""
        order_id = self._new_id()
        now = self.clock.now()
        paid_at = None if status in _UNCONFIRMED else now
        self.orders[order_id] = CjOrder(
            id=order_id,
            name=name,
            store_order_id=store_order_id,
            lines=tuple(lines),
            status=status,
            created_at=now,
            paid_at=paid_at,
        )
        return order_id

    def pay(self, order_id: str) -> None:
        order = self.orders[order_id]
        order.status, order.paid_at = "UNSHIPPED", self.clock.now()

    def label(self, order_id: str, number: Any, *, carrier: str | None = "CJPacket Ordinary") -> None:
        """A number is known, the parcel is still in the warehouse."""
        order = self.orders[order_id]
        order.number, order.carrier = number, carrier
        order.url = f"https://www.cjpacket.com/?trackingNumber={number}" if number else None

    def ship(self, order_id: str, number: Any, *, carrier: str | None = "CJPacket Ordinary") -> None:
        """The parcel leaves the warehouse."""
        self.label(order_id, number, carrier=carrier)
        order = self.orders[order_id]
        order.status, order.left_at = "SHIPPED", self.clock.now()

    def deliver(self, order_id: str) -> None:
        self.orders[order_id].status = "DELIVERED"

    def cancel(self, order_id: str) -> None:
        """CJ, or the merchant on CJ's site, cancels."""
        self.orders[order_id].status = "CANCELLED"

    def say(self, order_id: str, word: str) -> None:
        """Let CJ use any status word."""
        self.orders[order_id].status = word

    def dispute(self, order_id: str, dispute_id: str = "D1") -> None:
        self.orders[order_id].dispute_id = dispute_id

    def forget(self, order_id: str) -> None:
        """The order vanishes, as if it had never been."""
        del self.orders[order_id]

    def split(self, order_id: str, parts: Sequence[Sequence[CjLine]]) -> tuple[str, ...]:
        """Replace an order by child orders that name it as their parent; their ids."""
        parent = self.orders.pop(order_id)
        children = []
        for lines in parts:
            child = replace(parent, id=self._new_id(), lines=tuple(lines), parent_id=order_id)
            self.orders[child.id] = child
            children.append(child.id)
        return tuple(children)

    def revoke_tokens(self, *, refresh_too: bool = False) -> None:
        """Access tokens stop working before their time."""
        self._tokens.access.clear()
        if refresh_too:
            self._tokens.refresh.clear()

    @property
    def access_tokens(self) -> frozenset[str]:
        """The access tokens that work now."""
        return frozenset(self._tokens.access)

    @property
    def key_requests_s(self) -> tuple[float, ...]:
        """When (monotonic) a token was asked for by API key, refused ones too."""
        return tuple(self._tokens.by_key_at_s)

    def _new_id(self) -> str:
        order_id = str(self._next_id)
        self._next_id += 1
        return order_id

    # What CJ answers.

    async def _before(self, request: Request, *, needs_token: bool = True) -> Response | None:
        """What answers before the call itself does: the rate limit, a refused token."""
        now_s = self.clock.monotonic()
        self.asked.append(
            Asked(
                at_s=now_s,
                method=request.method,
                path=request.url.path.removeprefix(_BASE),
                params=dict(request.query_params),
            )
        )
        if not self._has_room(now_s):
            return self._no(1600200, "Too much request", status=429)
        if needs_token and request.headers.get("CJ-Access-Token", "") not in self._tokens.access:
            return self._no(1600001, "Invalid API key or access token.", status=401)
        return None

    def _has_room(self, now_s: float) -> bool:
        window_s = max(1.0, 1 / self.requests_per_second) - 1e-6
        self._served_at_s = [at_s for at_s in self._served_at_s if now_s - at_s < window_s]
        if len(self._served_at_s) >= max(1.0, self.requests_per_second):
            return False
        self._served_at_s.append(now_s)
        return True

    async def _get_access_token(self, request: Request) -> Response:
        if instead := await self._before(request, needs_token=False):
            return instead
        body = await request.json()
        now_s = self.clock.monotonic()
        is_early = any(now_s - at_s < _KEY_PAUSE_S for at_s in self._tokens.by_key_at_s)
        self._tokens.by_key_at_s.append(now_s)
        if is_early:
            return self._no(1600200, "Too much request, once per 300 seconds", status=429)
        if not isinstance(body, dict) or body.get("apiKey") != self.api_key:
            return self._no(1600001, "Invalid API key or access token.", status=401)
        return self._token()

    async def _refresh_access_token(self, request: Request) -> Response:
        if instead := await self._before(request, needs_token=False):
            return instead
        body = await request.json()
        now_s = self.clock.monotonic()
        recent = [at_s for at_s in self._tokens.refreshed_at_s if now_s - at_s < _REFRESH_WINDOW_S]
        self._tokens.refreshed_at_s = [*recent, now_s]
        if len(recent) >= _REFRESHES:
            return self._no(1600200, "Too much request", status=429)
        if not isinstance(body, dict) or body.get("refreshToken") not in self._tokens.refresh:
            return self._no(1600003, "Invalid refresh token.", status=401)
        return self._token()

    def _token(self) -> Response:
        access, refresh = (f"{self._rng.getrandbits(128):032x}" for _ in range(2))
        self._tokens.access, self._tokens.refresh = {access}, {refresh}
        now = self.clock.now().astimezone(BEIJING).replace(microsecond=0)
        return self._yes(
            {
                "openId": 123456789,
                "accessToken": access,
                "accessTokenExpiryDate": (now + timedelta(days=15)).isoformat(),
                "refreshToken": refresh,
                "refreshTokenExpiryDate": (now + timedelta(days=180)).isoformat(),
                "createDate": now.isoformat(),
            }
        )

    async def _list(self, request: Request) -> Response:
        if instead := await self._before(request):
            return instead
        params = request.query_params
        # The documented trap: without a status the list shows what was cancelled.
        status = params.get("status", "CANCELLED")
        try:
            number, size = int(params.get("pageNum", 1)), int(params.get("pageSize", _DEFAULT_PAGE))
        except ValueError:
            return self._no(1600300, "Param error")
        if status not in STATUSES or number < 1 or not 1 <= size <= _LARGEST_PAGE:
            return self._no(1600300, "Param error")
        size = min(size, self.page_cap)
        ids, parent = params.get("orderIds"), params.get("shipmentOrderId")
        found = [order for order in reversed(self.orders.values()) if self._is_listed(order, status)]
        found = [order for order in found if ids is None or order.id in ids.split(",")]
        found = [order for order in found if parent is None or order.parent_id == parent]
        rows = [self._row(order) for order in found[(number - 1) * size : number * size]]
        return self._yes(self._page(rows, number=number, size=size, total=len(found)))

    def _is_listed(self, order: CjOrder, status: str) -> bool:
        return order.status == status or (status == "OTHER" and order.status not in STATUSES)

    def _page(self, rows: list[dict[str, Any]], *, number: int, size: int, total: int) -> Any:
        if not rows and "null_page" in self.quirks:
            return None
        if len(rows) == 1 and "one_object" in self.quirks:
            return rows[0]
        if "bare_list" in self.quirks:
            return rows
        page = {"pageNum": number, "pageSize": size, "total": total, "list": rows}
        return {key: value for key, value in page.items() if key != "total" or "no_total" not in self.quirks}

    async def _detail(self, request: Request) -> Response:
        if instead := await self._before(request):
            return instead
        ref = request.query_params.get("orderId", "")
        if not ref:
            return self._no(1600300, "Param error: orderId is required")
        order = self.orders.get(ref) or next(
            (order for order in self.orders.values() if ref in (order.name, order.store_order_id)), None
        )
        if order is None:
            return self._no(1600300, "order not found")
        more = {
            "platformOrderId": self._id(order.store_order_id),
            "disputeId": order.dispute_id,
            "outWarehouseTime": _beijing(order.left_at),
            "isComplete": 1,
            "productList": [self._product(line) for line in order.lines],
        }
        return self._yes(self._row(order) | more)

    async def _delete(self, request: Request) -> Response:
        if instead := await self._before(request):
            return instead
        order = self.orders.get(request.query_params.get("orderId", ""))
        if order is None:
            return self._no(1603100, "order not found")
        if order.status not in _UNCONFIRMED:
            return self._no(1603002, "order delete fail")
        order.status = "CANCELLED"
        self.deleted.append(order.id)
        return self._yes(order.id)

    async def _track_info(self, request: Request) -> Response:
        if instead := await self._before(request):
            return instead
        number = request.query_params.get("trackNumber", "")
        order = next((order for order in self.orders.values() if str(order.number) == number), None)
        if order is None:
            return self._yes([])
        last_number, last_carrier = self.last_miles.get(number, (None, None))
        word = {"SHIPPED": "In transit", "DELIVERED": "Delivered"}.get(order.status, "")
        return self._yes(
            [
                {
                    "trackingNumber": number,
                    "logisticName": order.carrier,
                    "trackingFrom": "CN",
                    "trackingTo": "US",
                    "trackingStatus": word,
                    "lastMileCarrier": last_carrier,
                    "lastTrackNumber": last_number,
                }
            ]
        )

    def _row(self, order: CjOrder) -> dict[str, Any]:
        return {
            "orderId": self._id(order.id),
            "orderNum": order.name,
            "cjOrderId": self._id(order.parent_id),
            "shipmentOrderId": self._id(order.parent_id),
            "orderStatus": order.status,
            "logisticName": order.carrier,
            "trackNumber": order.number,
            "trackingUrl": order.url,
            "createDate": _beijing(order.created_at),
            "paymentDate": _beijing(order.paid_at),
            "storeCreateDate": order.created_at.strftime("%Y-%m-%d %H:%M:%S"),
            "orderAmount": 4.25,
            "storageId": "0001",
            "storageName": "China Warehouse",
        }

    def _product(self, line: CjLine) -> dict[str, Any]:
        return {
            "vid": line.vid,
            "sku": line.sku,
            "quantity": line.quantity,
            "sellPrice": 0.57,
            "lineItemId": None,
            "storeLineItemId": self._id(line.store_line_id),
        }

    def _id(self, text: str | None) -> Any:
        return int(text) if text and text.isdigit() and "int_ids" in self.quirks else text

    def _yes(self, data: Any) -> Response:
        return JSONResponse(
            {"code": 200, "result": True, "message": "Success", "data": data, "requestId": self._request_id()}
        )

    def _no(self, code: int, message: str, *, status: int = 200) -> Response:
        body = {"code": code, "result": False, "message": message, "data": None, "requestId": self._request_id()}
        return JSONResponse(body, status_code=status if "http_status" in self.quirks else 200)

    def _request_id(self) -> str:
        return f"{self._rng.getrandbits(64):016x}"


def _beijing(at: datetime | None) -> str | None:
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S") if at else None
