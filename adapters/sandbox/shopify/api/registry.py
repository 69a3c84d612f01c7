"""Which function answers which field, and how a schema of a version is filled with them.

A field without a function is answered by the attribute of the same name, in snake case. A field with neither raises
`NotModelled`: the sandbox never answers a silent null.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    build_ast_schema,
    get_argument_values,
    get_named_type,
)

from adapters.sandbox.shopify.api.connections import EVERYTHING
from adapters.sandbox.shopify.errors import NotModelled, Refusal, access_denied, bad_request
from adapters.sandbox.shopify.sdl import schema_document
from adapters.sandbox.shopify.world import returned, state
from adapters.sandbox.shopify.world.state import App
from adapters.sandbox.shopify.world.world import World

Resolver = Callable[..., Any]
Info = GraphQLResolveInfo[Any]


@dataclass(slots=True)
class Request:
    """What resolvers know about the call they answer."""

    world: World
    app: App
    version: str
    base_url: str
    searches: list[dict[str, Any]] = field(default_factory=list)
    """`extensions.search` entries of the reply."""
    is_stale: bool = False
    """Searches are answered from the index as the last search left it."""
    is_bulk: bool = False
    """Connections are answered whole; nobody names a size."""


_RESOLVERS: dict[tuple[str, str], Resolver] = {}
_ATTRIBUTES: dict[str, type] = {
    "App": state.App,
    "Customer": state.Customer,
    "Fulfillment": state.Fulfillment,
    "FulfillmentEvent": state.FulfillmentEvent,
    "FulfillmentHold": state.Hold,
    "FulfillmentLineItem": state.FulfillmentLine,
    "FulfillmentOrder": state.FulfillmentOrder,
    "FulfillmentOrderLineItem": state.FoLine,
    "FulfillmentOrderMerchantRequest": state.MerchantRequest,
    "FulfillmentService": state.FulfillmentService,
    "FulfillmentTrackingInfo": state.TrackingRow,
    "InventoryItem": state.InventoryItem,
    "LineItem": state.Line,
    "Location": state.Location,
    "Metafield": state.Metafield,
    "Order": state.Order,
    "Product": state.Product,
    "ProductVariant": state.Variant,
    "Refund": state.Refund,
    "RefundLineItem": state.RefundLine,
    "Return": returned.Return,
    "ReturnLineItem": returned.ReturnLine,
}
_TYPE_OF_CLASS = {cls: name for name, cls in _ATTRIBUTES.items()}


def shows(type_name: str, cls: type) -> None:
    """Things of class `cls` appear as that type of the schema."""
    _ATTRIBUTES[type_name] = cls
    _TYPE_OF_CLASS[cls] = type_name


def resolves(type_name: str, *names: str) -> Callable[[Resolver], Resolver]:
    """The function answers these fields: `fn(source, info, **arguments)`, arguments in snake case."""

    def remember(function: Resolver) -> Resolver:
        for name in names:
            _RESOLVERS[type_name, name] = function
        return function

    return remember


def mutation(
    name: str, *, scopes: Iterable[str] = (), when_refused: Mapping[str, Any] | None = None
) -> Callable[[Resolver], Resolver]:
    """The function carries out a mutation: `fn(request, **arguments) -> payload values`.

    One of `scopes` is needed. A `Refusal` becomes the payload's `userErrors`; the other payload fields are null unless
    `when_refused` says otherwise.
    """
    needed = tuple(scopes)

    def remember(function: Resolver) -> Resolver:
        def resolver(_: Any, info: Info, **arguments: Any) -> dict[str, Any]:
            request: Request = info.context
            require(request, name, needed)
            key = _idempotency_key(info, request, name)
            known = request.world.replies.get((request.app.handle, name, key)) if key else None
            if known is not None:
                return _replayed(known, arguments)
            payload: dict[str, Any] = dict.fromkeys(info.return_type.fields)  # type: ignore[union-attr]
            payload.update({field: [] for field in ["userErrors", *payload] if field.lower().endswith("usererrors")})
            try:
                payload.update(function(request, **arguments))
            except Refusal as refusal:
                payload.update(when_refused or {})
                payload["userErrors"] = list(refusal.errors)
                payload.update({key: payload["userErrors"] for key in payload if key.endswith("UserErrors")})
            log_mutation(request, name, payload)
            if key and not payload["userErrors"]:
                request.world.replies[request.app.handle, name, key] = (arguments, payload)
            return payload

        _RESOLVERS["Mutation", name] = resolver
        return function

    return remember


_IDEMPOTENT = frozenset({"refundCreate"})
"""Mutations that need a key since 2026-04; of those that the twin carries out. No fulfillment mutation takes one."""
_KEYED = _IDEMPOTENT | {"locationActivate", "locationDeactivate"}
"""Mutations that heed one."""


def _idempotency_key(info: Info, request: Request, name: str) -> str | None:
    for directive in info.field_nodes[0].directives or ():
        if directive.name.value == "idempotent":
            values = _directive_values(info, directive)
            return str(values["key"]) if name in _KEYED else None
    if name in _IDEMPOTENT and request.version >= "2026-04":
        raise bad_request("The @idempotent directive is required for this mutation but was not provided.")
    return None


def _directive_values(info: Info, node: Any) -> dict[str, Any]:
    definition = info.schema.get_directive(node.name.value)
    return get_argument_values(definition, node, info.variable_values) if definition else {}


def _replayed(known: tuple[dict[str, Any], dict[str, Any]], arguments: dict[str, Any]) -> dict[str, Any]:
    """The reply of the first attempt with the same key; nothing is done again."""
    before, payload = known
    if before != arguments:
        raise bad_request("The idempotency key was already used with other parameters.")
    return payload


def log_mutation(request: Request, name: str, payload: dict[str, Any]) -> None:
    """Write into the ledger that a mutation was carried out or refused."""
    errors = [error.message for error in payload["userErrors"]]
    outcome = "refused" if errors else "done"
    request.world.log("mutation", by=request.app, name=name, outcome=outcome, errors=errors)


def require(request: Request, name: str, scopes: Iterable[str]) -> None:
    """Raise the access error unless the app has one of these scopes (or none is needed)."""
    needed = tuple(scopes)
    if needed and not request.app.scopes.intersection(needed):
        listed = [f"`{scope}`" for scope in needed]
        text = listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} or {listed[-1]}"
        raise access_denied(name, f"{text} access scope.")


def snake(name: str) -> str:
    """`remainingQuantity` -> `remaining_quantity`."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


@lru_cache(maxsize=8)
def schema(version: str) -> GraphQLSchema:
    """The schema of a version with a resolver at every field."""
    built = build_ast_schema(schema_document(version), assume_valid_sdl=True)
    for name, kind in built.type_map.items():
        if name.startswith("__"):
            continue
        match kind:
            case GraphQLObjectType():
                for field_name, definition in kind.fields.items():
                    _fill(name, field_name, definition)
            case GraphQLInterfaceType() | GraphQLUnionType():
                kind.resolve_type = _type_name
            case GraphQLInputObjectType():
                for field_name, definition in kind.fields.items():
                    definition.out_name = snake(field_name)
            case GraphQLScalarType():
                _fill_scalar(name, kind)
    return built


def _fill(type_name: str, name: str, definition: GraphQLField) -> None:
    for argument_name, argument in definition.args.items():
        argument.out_name = snake(argument_name)
    resolver = _RESOLVERS.get((type_name, name)) or _default(type_name, name)
    is_connection = get_named_type(definition.type).name.endswith("Connection")
    definition.resolve = _sized(resolver) if is_connection else resolver


def _sized(resolver: Resolver) -> Resolver:
    def sized(source: Any, info: Info, **arguments: Any) -> Any:
        if info.context.is_bulk and arguments.get("first") is None and arguments.get("last") is None:
            arguments["first"] = EVERYTHING
        return resolver(source, info, **arguments)

    return sized


def _default(type_name: str, name: str) -> Resolver:
    cls = _ATTRIBUTES.get(type_name)
    attribute = snake(name)
    if cls is not None:
        if _has(cls, attribute):
            return lambda source, _info, **_: getattr(source, attribute)
        return _unmodelled(f"{type_name}.{name}")
    if type_name in {"QueryRoot", "Mutation"}:
        return _unmodelled(name)
    return lambda source, _info, **_: _member(source, type_name, name, attribute)


def _member(source: Any, type_name: str, name: str, attribute: str) -> Any:
    if isinstance(source, dict):
        if name in source:
            return source[name]
    elif hasattr(source, attribute):
        return getattr(source, attribute)
    raise NotModelled(f"{type_name}.{name}")


def _unmodelled(what: str) -> Resolver:
    def resolver(_source: Any, _info: Info, **_: Any) -> Any:
        raise NotModelled(what)

    return resolver


def _has(cls: type, attribute: str) -> bool:
    if is_dataclass(cls) and attribute in {one.name for one in fields(cls)}:
        return True
    return isinstance(getattr(cls, attribute, None), property)


def _type_name(value: Any, _info: Info, _kind: Any) -> str:
    if isinstance(value, dict):
        return str(value["__typename"])
    return _TYPE_OF_CLASS[type(value)]


def type_name_of(thing: Any) -> str | None:
    """The schema's name for a thing of the world."""
    return _TYPE_OF_CLASS.get(type(thing))


def _fill_scalar(name: str, kind: GraphQLScalarType) -> None:
    match name:
        case "DateTime":
            kind.coerce_output_value = show_instant
            kind.coerce_input_value = _read_instant
        case "UnsignedInt64" | "Decimal" | "Money" | "URL" | "ARN":
            kind.coerce_output_value = str
        case _:
            return


def show_instant(at: Any) -> str:
    """Whole seconds, UTC, `Z`, as every DateTime of the API."""
    return at if isinstance(at, str) else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _read_instant(text: Any) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
