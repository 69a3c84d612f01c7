"""Bulk operations: started, watched, and their results streamed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import structlog

from adapters.stores.shopify.documents import operation
from adapters.stores.shopify.fields import Json, items, maybe_obj, maybe_text, text
from adapters.stores.shopify.graphql import Session
from syncd.clock import Clock
from syncd.errors import InvalidResponse, PortError, Refused, Transient
from syncd.http import HttpClient, Lane, is_loopback, origin

log = structlog.get_logger(__name__)

_LONGEST_S = 1800.0
"""How long an operation may run before a sweep reads page by page instead. Our choice; Shopify allows 10 days."""
_START_WITHIN_S = 30.0
_OVER = frozenset({"COMPLETED", "FAILED", "CANCELED", "EXPIRED"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Where an operation's objects lie. `url` None: there are none. `is_whole` False: it broke off."""

    url: str | None
    objects: int | None
    is_whole: bool
    trouble: str = ""


class Bulk:
    """Runs bulk queries for one shop."""

    def __init__(self, session: Session, http: HttpClient, clock: Clock) -> None:
        self._session = session
        self._http = http
        self._clock = clock

    async def start(self, file: str, *, since: str) -> str:
        """Start the query in `file`; its id. Raises Refused, code `bulk_busy` when too many run already."""
        query = operation(file).text.replace("SINCE", since)
        deadline = self._clock.monotonic() + _START_WITHIN_S
        reply = await self._session.write("run_bulk", {"query": query}, lane=Lane.POLL, deadline_s=deadline)
        payload = maybe_obj(reply.data, "bulkOperationRunQuery") or {}
        for error in items(payload, "userErrors"):
            message = maybe_text(error, "message") or "no words"
            code = "bulk_busy" if "already in progress" in message else "bulk_refused"
            raise Refused(f"shopify refused the bulk operation: {message}", code=code)
        started = maybe_obj(payload, "bulkOperation")
        if started is None:
            raise InvalidResponse("shopify started no bulk operation and named no error.", path="bulkOperation")
        return text(started, "id")

    async def wait(self, operation_id: str) -> Result:
        """Return when the operation is over. Raises Transient when it takes longer than half an hour."""
        end = self._clock.monotonic() + _LONGEST_S
        pause = 1.0
        while True:
            status = await self._status(operation_id)
            if status.get("status") in _OVER:
                return _result(status)
            if self._clock.monotonic() + pause > end:
                await self._cancel(operation_id)
                raise Transient(f"The bulk operation {operation_id} was not done within {_LONGEST_S:.0f} s.")
            await self._clock.sleep(pause)
            pause = min(10.0, pause * 1.5)

    async def lines(self, result: Result) -> AsyncIterator[bytes]:
        """The result's JSON lines. The address is signed: our token does not go there."""
        if result.url is None:
            return
        if origin(result.url)[0] != "https" and not (is_loopback(result.url) and is_loopback(self._http.base_url)):
            raise InvalidResponse("shopify's result lies at an address without encryption.", path="bulkOperation.url")
        async for line in self._http.stream_lines(result.url):
            yield line

    async def _status(self, operation_id: str) -> Json:
        reply = await self._session.read("bulk_status", {"id": operation_id})
        found = maybe_obj(reply.data, "bulkOperation")
        if found is None:
            raise InvalidResponse(f"shopify no longer knows the bulk operation {operation_id}.", path="bulkOperation")
        return found

    async def _cancel(self, operation_id: str) -> None:
        deadline = self._clock.monotonic() + _START_WITHIN_S
        try:
            await self._session.write("cancel_bulk", {"id": operation_id}, lane=Lane.POLL, deadline_s=deadline)
        except PortError as exc:
            log.warning("shopify.bulk_cancel_failed", operation=operation_id, error=str(exc))


def _result(status: Json) -> Result:
    counted = str(status.get("objectCount") or "")
    objects = int(counted) if counted.isdigit() else None
    if status.get("status") == "COMPLETED":
        return Result(url=maybe_text(status, "url"), objects=objects, is_whole=True)
    trouble = f"the bulk operation ended as {status.get('status')} ({status.get('errorCode') or 'no code'})"
    return Result(url=maybe_text(status, "partialDataUrl"), objects=None, is_whole=False, trouble=trouble)
