"""Whole orders, read by id: never through the search index, which lags behind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import structlog

from adapters.stores.shopify.documents import operation
from adapters.stores.shopify.faults import Fault, raise_for
from adapters.stores.shopify.fields import Json, items, maybe_obj, next_cursor, nodes
from adapters.stores.shopify.graphql import Reply, Session
from adapters.stores.shopify.mapping import Mapper
from adapters.stores.shopify.sizes import MORE, affordable
from syncd.domain.observation import Problem
from syncd.domain.orders import Order
from syncd.errors import InvalidResponse, NotFound, Refused
from syncd.http import Lane

log = structlog.get_logger(__name__)

BATCH = 50
"""Orders in one request. Its price does not grow with their number; its answer does (some 5 KB per order)."""
_URGENT = 150.0
"""Points for a read that something waits for, such as a read-back: a dear one would have to wait for room itself."""
_LIST_LIMIT = 250
_GID = re.compile(r"(?:gid://shopify/Order/)?[0-9]{1,20}", re.ASCII)

_OPTIONAL = {"returns": "returns", "shippingAddress": "address", "customer": "customer", "metafields": "links"}
"""Fields that other scopes guard: without them the order is still good, and they are not asked for again."""
_TOLERATED = frozenset({"location", "fulfillmentService", "service"})
"""Fields that are simply null when our scopes do not reach them."""


def _is_id(order_id: str) -> bool:
    return _GID.fullmatch(order_id) is not None


def gid(order_id: str) -> str:
    """An order's id as a gid; `1001` (digits alone) is understood too. Raises NotFound for anything else."""
    if not _is_id(order_id):
        raise NotFound(f"{order_id!r} is no order id.", remedy="Order ids look like gid://shopify/Order/1.")
    return f"gid://shopify/Order/{order_id.rpartition('/')[2]}"


class Reader:
    """Reads orders whole: with every page of every list inside, or with the name of what is missing in `cut`."""

    def __init__(self, session: Session, mapper: Mapper, *, links: tuple[str, ...] = ()) -> None:
        self.links = links
        """Metafields (`namespace.key`) of an order that are read along."""
        self.denied: dict[str, str] = {}
        """Parts that our scopes do not reach, with the scope that would."""
        self._session = session
        self._mapper = mapper
        self._batch = BATCH

    async def order(self, order_id: str, *, lane: Lane) -> Order:
        """One order. Raises NotFound, also when it is older than the 60 days that we may see."""
        asked = gid(order_id)
        reply = await self._ask("order_by_id", {"id": asked}, lane=lane)
        node = maybe_obj(reply.data, "order")
        if node is None:
            raise NotFound(
                f"There is no order {asked}, or it lies outside what we may see.",
                remedy="Orders older than 60 days need the scope read_all_orders.",
            )
        return await self._whole(node, lane=lane)

    async def orders(
        self, order_ids: Sequence[str], *, lane: Lane, unread: list[Problem] | None = None
    ) -> tuple[Order, ...]:
        """Several orders in few requests; those that do not exist are left out.

        So are those of a form that we do not understand: one of them must not hide all others. They are added to `unread`,
        if it is given. One that is asked for alone raises InvalidResponse then.
        """
        wanted = list(dict.fromkeys(gid(each) for each in order_ids if _is_id(each)))
        trouble = unread if unread is not None else [] if len(wanted) > 1 else None
        found: list[Order] = []
        while wanted:
            chunk, wanted = wanted[: self._batch], wanted[self._batch :]
            try:
                reply = await self._ask("orders_by_id", {"ids": chunk}, lane=lane)
            except Refused as exc:
                if exc.code != "max_cost_exceeded" or len(chunk) == 1:
                    raise
                # The service charges by the number of ids after all: smaller batches from now on.
                self._batch = max(1, len(chunk) // 2)
                wanted = chunk + wanted
                log.info("shopify.batch_reduced", batch=self._batch)
                continue
            given = [node for node in items(reply.data, "nodes") if node.get("id")]
            found += [order for node in given if (order := await self._try(node, lane=lane, trouble=trouble))]
        return tuple(found)

    async def _try(self, node: Json, *, lane: Lane, trouble: list[Problem] | None) -> Order | None:
        try:
            return await self._whole(node, lane=lane)
        except InvalidResponse as exc:
            if trouble is None:
                raise
            log.warning("shopify.order_left_out", order=node["id"], error=str(exc))
            trouble.append(Problem(place=str(node["id"]), text=exc.text, order_id=str(node["id"])))
            return None

    async def _ask(self, file: str, variables: Mapping[str, Any], *, lane: Lane) -> Reply:
        """The reply, asked again without the parts that turned out to be out of our scopes."""
        for _ in range(1 + len(_OPTIONAL)):
            flags = self._flags()
            points = self._session.affordable if lane is Lane.POLL else min(_URGENT, self._session.affordable)
            sizes = affordable(operation(file), flags, points=points)
            reply = await self._session.read(file, {**variables, **sizes, **flags}, lane=lane, partial=True)
            if not self._learn(reply.denied, file):
                return reply
        raise InvalidResponse(f"{file}: shopify denies parts that were not asked for.", path="$.errors")

    def _flags(self) -> dict[str, Any]:
        return {
            "withReturns": "returns" not in self.denied,
            "withAddress": "address" not in self.denied,
            "withCustomer": "customer" not in self.denied,
            "withLinks": bool(self.links) and "links" not in self.denied,
            "links": list(self.links) or None,
        }

    def _learn(self, faults: Iterable[Fault], file: str) -> bool:
        """Note which optional parts are denied; True when there is a new one. Raises AuthRejected for any other."""
        is_new = False
        for fault in faults:
            part = next((_OPTIONAL[name] for name in fault.path if name in _OPTIONAL), None)
            if part is not None:
                is_new |= part not in self.denied
                self.denied[part] = fault.scope or fault.message
            elif not _TOLERATED.intersection(fault.path[-1:]):
                raise_for([fault], name=file, write=False)
        return is_new

    async def _whole(self, node: Json, *, lane: Lane) -> Order:
        cut = [name for name in ("fulfillments", "refunds") if len(list(items(node, name))) >= _LIST_LIMIT]
        for part, owner, connection, file in _inner_lists(node):
            if not await self._rest(owner, connection, file, lane=lane):
                cut.append(part)
        return self._mapper.order(node, cut=cut)

    async def _rest(self, owner: Json, name: str, file: str, *, lane: Lane) -> bool:
        """Add the further pages of one list to `owner`; False when they cannot be had."""
        connection = maybe_obj(owner, name)
        cursor, seen = next_cursor(connection), set[str]()
        while cursor is not None and connection is not None:
            if cursor in seen:
                return False  # going round in circles
            seen.add(cursor)
            try:
                reply = await self._session.read(
                    file, {"id": owner["id"], "after": cursor, **MORE}, lane=lane, partial=True
                )
                page = maybe_obj(maybe_obj(reply.data, operation(file).root) or {}, name)
                if page is None:
                    return False
                held = connection.get("nodes")
                if not isinstance(held, list):
                    return False
                held.extend(nodes({name: page}, name))
                cursor = next_cursor(page)
            except (InvalidResponse, NotFound, Refused) as exc:
                log.warning("shopify.list_cut", owner=owner.get("id"), part=name, error=str(exc))
                return False
        return True


def _inner_lists(order: Json) -> Iterator[tuple[str, Json, str, str]]:
    """Every list inside an order that may go on: (part of the order, its owner, its field, the operation).

    A generator on purpose: lists of later rows lie inside the rows that earlier ones have brought.
    """
    yield "lines", order, "lineItems", "more_lines"
    yield "fulfillment_orders", order, "fulfillmentOrders", "more_fulfillment_orders"
    for each in nodes(order, "fulfillmentOrders"):
        yield "fulfillment_orders", each, "lineItems", "more_fulfillment_order_lines"
        yield "requests", each, "merchantRequests", "more_requests"
    for each in items(order, "fulfillments"):
        yield "fulfillments", each, "fulfillmentLineItems", "more_fulfillment_lines"
        yield "events", each, "events", "more_events"
    for each in items(order, "refunds"):
        yield "refunds", each, "refundLineItems", "more_refund_lines"
    yield "returns", order, "returns", "more_returns"
    for each in nodes(order, "returns"):
        yield "returns", each, "returnLineItems", "more_return_lines"
