"""The calls that are made to CJ, each at most as often as its account allows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from adapters.suppliers.cj.codes import BAD_TOKEN, COME_AGAIN, TOKEN_REFUSED, Envelope, envelope, envelope_of, failure
from adapters.suppliers.cj.payload import Listing, Row, Sight, listing, row, sight
from adapters.suppliers.cj.settings import CjSettings
from adapters.suppliers.cj.tokens import Kept, Tokens
from syncd.domain.ports import AdapterPorts, Call
from syncd.errors import AuthRejected, InvalidResponse, NotFound, PortError, Refused, Transient
from syncd.http import HttpClient

BASE_PATH = "/api2.0/v1"
PAGE = 200
"""Rows per page; the documented maximum."""
BATCH = 50
"""Ids in one `orderIds`; no maximum is documented, fifty keep the address short."""
_TRIES = 3


class CjApi:
    """CJ's order calls as values. Raises the PortErrors; codes inside an HTTP 200 count like statuses."""

    def __init__(self, source: str, settings: CjSettings, ports: AdapterPorts) -> None:
        self.source = source
        self._clock = ports.clock
        self._client: HttpClient = ports.http.client(
            source=source,
            base_url=settings.base_url.rstrip("/") + BASE_PATH,
            timeout_s=settings.timeout_s,
            limit=settings.requests_per_second,
        )
        self.tokens = Tokens(
            source=source,
            address=settings.base_url,
            api_key=lambda: ports.secret(settings.api_key),
            credentials=ports.credentials,
            clock=ports.clock,
            post=self._post,
        )

    async def page(
        self, status: str, *, number: int = 1, order_ids: Iterable[str] = (), parent: str | None = None
    ) -> Listing:
        """One page of the orders in `status`, which is always stated: left out it would mean CANCELLED."""
        params = {"pageNum": number, "pageSize": PAGE, "status": status}
        if ids := ",".join(order_ids):
            params["orderIds"] = ids
        if parent:
            params["shipmentOrderId"] = parent
        return listing((await self._read("/shopping/order/list", params)).data)

    async def detail(self, ref: str) -> Row:
        """One order, by CJ's id or by the store's own id or number. Raises NotFound only when CJ's code says so."""
        said = await self._read("/shopping/order/getOrderDetail", {"orderId": ref})
        return row(said.data, path="data")

    async def sight(self, number: str) -> Sight | None:
        """What CJ's tracking knows of a number; None when nothing."""
        try:
            said = await self._read("/logistic/trackInfo", {"trackNumber": number})
        except NotFound:
            return None
        return sight(said.data, number=number)

    async def delete(self, ref: str, call: Call) -> Envelope:
        """Ask CJ to drop an order that is not confirmed yet. Sent at most once; the code is for the caller to read."""
        token = await self.tokens.current()
        said = await self._send(
            "DELETE",
            "/shopping/order/deleteOrder",
            token=token,
            params={"orderId": ref},
            write=True,
            deadline_s=call.deadline_s,
        )
        if said.code in TOKEN_REFUSED:
            await self.tokens.renewed(token)
            raise Transient(f"{self.source}: CJ refused the token, so nothing was deleted; there is a new one now.")
        return said

    async def _read(self, path: str, params: Mapping[str, Any]) -> Envelope:
        """A read that is asked again while CJ is busy, at most three times, and once with a new token."""
        token = await self.tokens.current()
        is_renewed = False
        for attempt in range(1, _TRIES + 1):
            said = await self._send("GET", path, token=token, params=params)
            if said.code in TOKEN_REFUSED and not is_renewed:
                token, is_renewed = await self.tokens.renewed(token), True
                said = await self._send("GET", path, token=token, params=params)
            error = failure(said, source=self.source, now=self._clock.now())
            if error is None:
                return said
            if said.code not in COME_AGAIN or attempt == _TRIES:
                raise error
            await self._clock.sleep(2.0**attempt)
        raise AssertionError("unreachable")

    async def _post(self, path: str, body: dict[str, str]) -> Envelope:
        # A write for the door: an answer that got lost must not make it ask for a second token.
        return await self._send("POST", path, json=body, write=True)

    async def _send(self, method: str, path: str, *, token: Kept | None = None, **request: Any) -> Envelope:
        headers = {"CJ-Access-Token": token["access_token"]} if token else {}
        try:
            response = await self._client.request(method, path, headers=headers, **request)
        except (AuthRejected, NotFound, Refused) as exc:
            return self._said(exc)
        return envelope(response.body)

    def _said(self, error: PortError) -> Envelope:
        """The business code that came with a refusing status. A bare 404 is no statement about an order."""
        said = envelope_of(error)
        if said is not None and not said.is_ok:
            return said
        match error:
            case AuthRejected():
                return Envelope(code=BAD_TOKEN, message=error.text, data=None)
            case NotFound():
                text = f"{self.source}: the address answers 404 without a CJ code; check base_url."
                raise InvalidResponse(text, path="code") from error
            case _:
                raise error
