"""Recorded dialogues with the real service, held with the twin: the same requests in the same order.

Ids differ, so they are paired as they come up: the twin's id at the place of a recorded one stands for it from then on.
Orders that a recording created through mutations that the twin does not offer are put into its world. What depends on
the rest of the recorded shop (searches over all its orders, names of its locations, its clock) is not compared.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema, get_named_type, is_leaf_type

from adapters.sandbox.shopify import NewLine
from tests.real.samples import REFERENCE
from tests.twin.shop import Desk

GID = re.compile(r"gid://shopify/([A-Za-z]+)/[\w.-]+(\?.*)?")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
NUMBER = re.compile(r"\d{4,}")
OF_THE_SHOP = frozenset({"extensions", "locations", "cursor", "startCursor", "endCursor"})
LISTS = frozenset({"orders", "fulfillmentOrders", "manualHoldsFulfillmentOrders", "assignedFulfillmentOrders"})
"""Lists over the whole recorded shop, of which we know a few orders."""
NOT_OFFERED = frozenset({"orderDelete", "fulfillmentOrdersReroute", "returnRequest", "__type"})
"""Roots that the twin does not offer, and introspection, which shows the pruned schema."""
OF_THE_ORDER = frozenset(
    {"email", "note", "tags", "closed", "closedAt", "displayFinancialStatus", "currentTotalPriceSet", "totalPriceSet"}
)
"""What the recorded order was given at its creation, and we do not give ours; orders are archived by a shop's setting."""


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One recorded request with its reply; `place` is the path in the file."""

    place: str
    query: str | None
    variables: Mapping[str, Any]
    reply: Mapping[str, Any]

    @property
    def roots(self) -> tuple[str, ...]:
        return tuple(self.reply.get("data") or ())


def exchanges(document: Any, place: tuple[str, ...] = ()) -> Iterator[Exchange]:
    """In the order of the file, each once. `upstreamCalls` repeat what the recorder's proxy asked for itself."""
    if isinstance(document, list):
        document = {str(at): value for at, value in enumerate(document)}
    if not isinstance(document, dict):
        return
    if "response" in document and isinstance(document.get("setup"), dict):
        yield from exchanges(document["setup"], (*place, "setup"))  # what was made ready before this was asked
    asked = document.get("request") if isinstance(document.get("request"), dict) else document
    reply = _body(document.get("response") or document.get("payload"))
    query = asked.get("query")
    if reply is not None and (isinstance(query, str) or isinstance(asked.get("variables"), dict)):
        yield Exchange(
            place=".".join(place), query=query if isinstance(query, str) else None,
            variables=asked.get("variables") or {}, reply=reply,
        )  # fmt: skip
    for key, value in document.items():
        if key not in {"upstreamCalls", "response", "payload", "request"}:
            yield from exchanges(value, (*place, key))


def _body(reply: Any) -> dict[str, Any] | None:
    while isinstance(reply, dict) and not {"data", "errors"} & set(reply):
        reply = next((reply[key] for key in ("response", "payload", "body") if key in reply), None)
    return reply if isinstance(reply, dict) else None


@dataclass
class Player:
    """Plays exchanges to a twin and says where it answers otherwise."""

    desk: Desk
    schema: GraphQLSchema
    known: dict[str, str] = field(default_factory=dict)
    played: set[str] = field(default_factory=set)

    async def play(self, said: Exchange, *, version: str) -> list[str] | None:
        """Every difference as `path: recorded | ours`; None when this was not asked: a repetition, or no query known."""
        mark = json.dumps([said.query, said.variables, said.reply], sort_keys=True)
        if mark in self.played:
            return None
        self.played.add(mark)
        if "orderCreate" in said.roots:
            self._create(said)
            return None
        query = said.query or self._query(said)
        if query is None or self._is_elsewhere(said, query):
            return None
        self._places(said.variables)
        body = {"query": query, "variables": self._ours(said.variables)}
        self.desk.pass_time(seconds=5)  # jobs of the request before are done by then, as they were
        reply = (await self.desk.http.post(f"/admin/api/{version}/graphql.json", json=body)).json()
        self._pair(said.reply.get("data"), reply.get("data"))
        return [f"{path}: {theirs!r} | {ours!r}" for path, theirs, ours in _differences(said.reply, reply, "")]

    def _is_elsewhere(self, said: Exchange, query: str) -> bool:
        """Whether it asks for what the twin does not offer, or about things that the recording never showed before."""
        if any(re.search(rf"\b{root}\b", query) for root in NOT_OFFERED):
            return True
        named = {
            found[0] for found in re.finditer(r"gid://shopify/\w*(Order|Fulfillment)/\d+", json.dumps(said.variables))
        }
        shown = json.dumps(said.reply.get("data"))
        is_done = any(one in shown and one not in self.known for one in named) or '"job": {' in shown
        return is_done and not named <= self.known.keys()

    def _create(self, said: Exchange) -> None:
        """The recorded order, with its lines and quantities, in the twin's world."""
        told = (said.reply["data"]["orderCreate"] or {}).get("order") or {}
        if not told or told["id"] in self.known:
            return
        given = said.variables.get("order") or {}
        rows = [
            NewLine(sku=row.get("sku") or "", title=row.get("title") or "Tea", quantity=row.get("quantity", 1))
            for row in given.get("lineItems") or ()
        ]
        made = self.desk.world.create_order(*rows)
        self.known[told["id"]] = made.id
        for line, ours in zip(_nodes(told, "lineItems"), made.lines, strict=False):
            self.known[line["id"]] = ours.id
        for work, mine in zip(_nodes(told, "fulfillmentOrders"), made.fulfillment_orders, strict=False):
            self.known[work["id"]] = mine.id
            self._pair(work.get("assignedLocation"), {"location": {"id": mine.location.id}})
            for row, ours in zip(_nodes(work, "lineItems"), mine.lines, strict=False):
                self.known[row["id"]] = ours.id
                self._pair(row.get("lineItem"), {"id": ours.line.id})

    def _places(self, variables: Any) -> None:
        """A location that is named before it was shown is another one than the orders' own."""
        for found in re.findall(r"gid://shopify/Location/\d+", json.dumps(variables)):
            if found not in self.known and not found.endswith("/0"):
                self.known[found] = self.desk.world.add_location("Second").id

    def _pair(self, theirs: Any, ours: Any, *, at: str = "") -> None:
        match theirs, ours:
            case dict(), dict():
                for key in theirs.keys() & ours.keys():
                    self._pair(theirs[key], ours[key], at=key if key != "nodes" else at)
            case list(), list() if at != "locations":
                for one, other in zip(theirs, ours, strict=False):
                    self._pair(one, other, at=at)
            case str(), str() if GID.fullmatch(theirs) and GID.fullmatch(ours):
                self.known.setdefault(theirs, ours)

    def _ours(self, value: Any) -> Any:
        match value:
            case dict():
                return {key: self._ours(part) for key, part in value.items()}
            case list():
                return [self._ours(part) for part in value]
            case str():
                return self.known.get(value, value)
            case _:
                return value

    def _query(self, said: Exchange) -> str | None:
        """A mutation whose text was not kept: its variables are its arguments, its reply shows what was asked for."""
        mutations = self.schema.mutation_type
        if len(said.roots) != 1 or mutations is None or said.roots[0] not in mutations.fields:
            return None
        name, root = said.roots[0], mutations.fields[said.roots[0]]
        arguments = {key: root.args[key].type for key in said.variables if key in root.args}
        shown = (said.reply["data"] or {})[name]
        if len(arguments) != len(said.variables) or not isinstance(shown, dict):
            return None
        declared = ", ".join(f"${key}: {kind}" for key, kind in arguments.items())
        passed = ", ".join(f"{key}: ${key}" for key in arguments)
        return f"mutation M({declared}) {{ {name}({passed}) {_selection(shown, get_named_type(root.type))} }}"


def _selection(shown: Mapping[str, Any], kind: Any) -> str:
    parts = []
    for key, value in shown.items():
        if not isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) or key not in kind.fields:
            raise KeyError(f"{kind}.{key}")
        known = kind.fields[key]
        inner = get_named_type(known.type)
        sample = next((one for one in value if isinstance(one, dict)), None) if isinstance(value, list) else value
        first = "(first: 50)" if "first" in known.args else ""
        if is_leaf_type(inner):
            parts.append(key)
        elif isinstance(sample, dict):
            parts.append(f"{key}{first} {_selection(sample, inner)}")
        else:
            parts.append(f"{key}{first} {{ __typename }}")
    return "{ " + " ".join(parts) + " }"


def _nodes(node: Mapping[str, Any], name: str) -> list[Any]:
    nodes: list[Any] = (node.get(name) or {}).get("nodes") or []
    return nodes


def _differences(theirs: Any, ours: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    match theirs, ours:
        case dict(), dict():
            for key in dict.fromkeys([*theirs, *ours]):
                if not _is_of_the_shop(key, path, theirs):
                    yield from _differences(theirs.get(key, "absent"), ours.get(key, "absent"), f"{path}.{key}")
        case list(), list() if len(theirs) == len(ours):
            for at, (one, other) in enumerate(zip(theirs, ours, strict=True)):
                yield from _differences(one, other, f"{path}[{at}]")
        case str(), str():
            if not _is_the_same_text(theirs, ours):
                yield path, theirs, ours
        case _ if theirs != ours:
            yield path, theirs, ours


def _is_of_the_shop(key: str, path: str, node: Mapping[str, Any]) -> bool:
    if path == ".data" and key in LISTS:
        return True
    if not path and key == "errors" and LISTS & set(node.get("data") or ()):
        return True
    of_a_location = key == "name" and path.endswith(("assignedLocation", "location"))
    return key in OF_THE_SHOP or of_a_location or (key in OF_THE_ORDER and path.endswith("order"))


def _is_the_same_text(theirs: str, ours: str) -> bool:
    one, other = GID.fullmatch(theirs), GID.fullmatch(ours)
    if one and other:
        return one[1] == other[1]
    if TIME.match(theirs) and TIME.match(ours):
        return True
    return NUMBER.sub("N", theirs) == NUMBER.sub("N", ours)


def document(file: str) -> Any:
    return json.loads((REFERENCE / "recordings" / file).read_bytes())
