"""Sending operations: price reserved first, errors sorted by who must act."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from adapters.stores.shopify.auth import Tokens
from adapters.stores.shopify.documents import Operation, operation
from adapters.stores.shopify.faults import Fault, faults_of, raise_for
from syncd.clock import Clock
from syncd.errors import AuthRejected, InvalidResponse, OutcomeUnknown, PortError, Refused, Transient
from syncd.http import BucketStatus, CostBudget, HttpClient, Lane, Reservation, Response

log = structlog.get_logger(__name__)

LARGEST_QUERY = 1000.0
"""No single query may cost more, whatever the plan."""
_THROTTLED_AT_MOST = 30
"""How often one request waits its turn again beside a foreign consumer before it is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer to one operation. `denied` are the paths of fields that our scopes do not reach."""

    data: Mapping[str, Any]
    denied: tuple[Fault, ...] = ()
    request_id: str | None = None
    date: datetime | None = None


class Session:
    """One shop's GraphQL endpoint with its token, its budget and what was learnt about it."""

    def __init__(self, *, http: HttpClient, tokens: Tokens, budget: CostBudget, clock: Clock, version: str) -> None:
        self.version = version
        self.served_version: str | None = None
        self.ahead: timedelta | None = None
        """How far the shop's clock was ahead of ours at its last answer; whole seconds, and never more than the truth."""
        self.budget = budget
        self._http = http
        self._tokens = tokens
        self._clock = clock
        self._learnt: dict[tuple[str, float], float] = {}

    @property
    def affordable(self) -> float:
        """What one read may cost: a quarter of the bucket, so that more urgent requests always find room."""
        return min(LARGEST_QUERY, self.budget.maximum / 4)

    async def read(
        self, file: str, variables: Mapping[str, Any], *, lane: Lane = Lane.POLL, partial: bool = False
    ) -> Reply:
        """The answer to a query.

        With `partial` an answer that lacks what our scopes do not reach is returned and says so; else AuthRejected.
        """
        reply = await self._send(operation(file), variables, lane=lane, write=False, deadline_s=None)
        if reply.denied and not partial:
            raise_for(reply.denied, name=file, write=False)
        return reply

    async def write(self, file: str, variables: Mapping[str, Any], *, lane: Lane, deadline_s: float) -> Reply:
        """The answer to a mutation that leaves once, and not after `deadline_s`.

        Throttled and unauthorised answers say that nothing was done: those alone are sent again.
        """
        return await self._send(operation(file), variables, lane=lane, write=True, deadline_s=deadline_s)

    async def _send(
        self, asked: Operation, variables: Mapping[str, Any], *, lane: Lane, write: bool, deadline_s: float | None
    ) -> Reply:
        cost = self._cost(asked, variables)
        failures = 0
        for _ in range(_THROTTLED_AT_MOST):
            reservation = await self.budget.reserve(cost, lane, deadline_s=deadline_s)
            try:
                response = await self._post(asked, variables, write=write, deadline_s=deadline_s, lane=lane)
                reply = _document(response, write=write)
            except BaseException:
                reservation.settle()
                raise
            faults = faults_of(reply)
            if self._settle(reservation, reply, faults, asked):
                continue
            try:
                return self._reply(asked, response, reply, faults, write=write)
            except Transient:
                # An internal error of a read; a write that met one is OutcomeUnknown and never comes here.
                failures += 1
                if write or failures >= 3:
                    raise
                await self._clock.sleep(float(failures))
        raise Transient(
            f"{asked.name} was throttled {_THROTTLED_AT_MOST} times: somebody else uses up this shop's budget."
        )

    def _cost(self, asked: Operation, variables: Mapping[str, Any]) -> float:
        """Our price, or the server's where it once named a higher one for the same."""
        computed = asked.price(variables)
        return max(computed, self._learnt.get((asked.name, computed), 0.0))

    async def _post(
        self, asked: Operation, variables: Mapping[str, Any], *, write: bool, deadline_s: float | None, lane: Lane
    ) -> Response:
        token = await self._tokens.token()
        try:
            return await self._post_once(token, asked, variables, write=write, deadline_s=deadline_s, lane=lane)
        except AuthRejected:
            renewed = await self._tokens.renew(token)
            if renewed is None:
                raise
        return await self._post_once(renewed, asked, variables, write=write, deadline_s=deadline_s, lane=lane)

    async def _post_once(
        self,
        token: str,
        asked: Operation,
        variables: Mapping[str, Any],
        *,
        write: bool,
        deadline_s: float | None,
        lane: Lane,
    ) -> Response:
        response = await self._http.request(
            "POST",
            f"/admin/api/{self.version}/graphql.json",
            json={"query": asked.text, "operationName": asked.name, "variables": dict(variables)},
            headers={"x-shopify-access-token": token},
            write=write,
            deadline_s=deadline_s,
            lane=lane,
        )
        self.served_version = response.headers.get("x-shopify-api-version") or self.served_version
        if response.date is not None:
            self.ahead = response.date - self._clock.now()
        return response

    def _settle(
        self, reservation: Reservation, reply: Mapping[str, Any], faults: Iterable[Fault], asked: Operation
    ) -> bool:
        """Book what the answer says of the bucket; True when it says that we were throttled."""
        cost = _mapping(_mapping(reply.get("extensions")).get("cost"))
        status = _bucket(cost)
        if any(fault.code == "THROTTLED" for fault in faults):
            reservation.refuse(status)
            log.info("shopify.throttled", operation=asked.name, cost=reservation.cost)
            return True
        requested, actual = cost.get("requestedQueryCost"), cost.get("actualQueryCost")
        if isinstance(requested, int | float) and requested > reservation.cost:
            self._learnt[asked.name, reservation.cost] = float(requested)
        reservation.settle(status, actual=float(actual) if isinstance(actual, int | float) else None)
        return False

    def _reply(
        self, asked: Operation, response: Response, reply: Mapping[str, Any], faults: tuple[Fault, ...], *, write: bool
    ) -> Reply:
        data = reply.get("data")
        request_id = response.headers.get("x-request-id")
        denied = tuple(fault for fault in faults if fault.code == "ACCESS_DENIED")
        others = tuple(fault for fault in faults if fault.code != "ACCESS_DENIED")
        if others:
            raise_for(others, name=asked.name, write=write)
        if not isinstance(data, Mapping):
            if not denied:
                raise _no_data(asked, write=write)
            data = {}
        _refuse_search_warnings(reply, asked)
        return Reply(data=data, denied=denied, request_id=request_id, date=response.date)


def _document(response: Response, *, write: bool) -> Mapping[str, Any]:
    try:
        document = response.json()
    except InvalidResponse as exc:
        if write:
            raise OutcomeUnknown(f"{exc.text} Whether the write was carried out is not known.") from None
        raise
    if isinstance(document, dict):
        return document
    text = "shopify answered with JSON that is no object."
    raise OutcomeUnknown(text) if write else InvalidResponse(text, path="$")


def _no_data(asked: Operation, *, write: bool) -> PortError:
    text = f"{asked.name}: shopify answered without data and without an error."
    return OutcomeUnknown(text) if write else InvalidResponse(text, path="$.data")


def _refuse_search_warnings(reply: Mapping[str, Any], asked: Operation) -> None:
    """A search that Shopify did not understand is answered as if the filter were not there: never use such a page."""
    searches = _mapping(reply.get("extensions")).get("search")
    for search in searches if isinstance(searches, list) else ():
        warnings = _mapping(search).get("warnings")
        if warnings:
            raise Refused(
                f"{asked.name}: shopify did not understand the search {_mapping(search).get('query')!r}: {warnings}.",
                code="search_warning",
            )


def _bucket(cost: Mapping[str, Any]) -> BucketStatus | None:
    """The bucket as the server states it; None where the answer has no such extension."""
    status = _mapping(cost.get("throttleStatus"))
    try:
        return BucketStatus(
            maximum=float(status["maximumAvailable"]),
            available=float(status["currentlyAvailable"]),
            restore_per_s=float(status["restoreRate"]),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
