"""One GraphQL request from text to reply: parsed, checked, priced, admitted, executed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import structlog
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    execute_sync,
    parse,
)

from adapters.sandbox.shopify import costs
from adapters.sandbox.shopify.api import load
from adapters.sandbox.shopify.api.registry import Request, schema
from adapters.sandbox.shopify.errors import ServiceFailure, internal_error
from adapters.sandbox.shopify.validation import operations, problems, syntax_error
from adapters.sandbox.shopify.variables import variable_errors

log = structlog.get_logger()

LIMITS_PAGE = "https://shopify.dev/api/usage/rate-limits"

load()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query text that was parsed and checked once."""

    document: DocumentNode | None
    errors: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """The operation to run, with its price list."""

    operation: OperationDefinitionNode
    prices: list[costs.Priced]


@lru_cache(maxsize=512)
def prepare(version: str, text: str) -> Prepared:
    """Parse and check a query, once per text."""
    try:
        document = parse(text)
    except GraphQLSyntaxError as exc:
        return Prepared(None, (syntax_error(exc),))
    return Prepared(document, tuple(problems(schema(version), document)))


@lru_cache(maxsize=512)
def _choose(version: str, text: str, name: str | None) -> Chosen | None:
    document = prepare(version, text).document
    assert document is not None
    found = [one for one in operations(document) if name is None or (one.name and one.name.value == name)]
    if not found:
        return None
    return Chosen(found[0], costs.price_list(schema(version), document, found[0]))


def asked_for(version: str, text: str, name: str | None) -> list[str]:
    """The operation's name and its root fields; empty when the query is not valid."""
    prepared = prepare(version, text)
    if prepared.document is None or prepared.errors:
        return []
    chosen = _choose(version, text, name)
    if chosen is None:
        return []
    own = chosen.operation.name
    return [*(entry.name for entry in chosen.prices), *([own.value] if own else [])]


def answer(
    request: Request,
    bucket: costs.Bucket,
    text: str,
    *,
    variables: Mapping[str, Any] | None = None,
    operation_name: str | None = None,
    is_throttled: bool = False,
) -> dict[str, Any]:
    """The body of the reply. `is_throttled` refuses it as if the bucket were empty."""
    prepared = prepare(request.version, text)
    if prepared.errors or prepared.document is None:
        return {"errors": list(prepared.errors)}
    if operation_name is None and sum(1 for _ in operations(prepared.document)) > 1:
        return {"errors": [{"message": "An operation name is required"}]}
    chosen = _choose(request.version, text, operation_name)
    if chosen is None:
        return {"errors": [{"message": f'No operation named "{operation_name}"'}]}
    given = dict(variables or {})
    wrong = variable_errors(schema(request.version), chosen.operation, given)
    if wrong:
        return {"errors": wrong}
    tracking_cost = request.world.settings.tracking_update_cost
    wanted = costs.requested(chosen.prices, _with_defaults(chosen.operation, given), tracking_cost=tracking_cost)
    if wanted > costs.MOST_PER_QUERY:
        return {"errors": [_too_dear(wanted)]}
    if is_throttled or not bucket.admits(wanted):
        return _throttled(wanted, bucket)
    return _run(request, bucket, Admitted(prepared.document, chosen, given, wanted))


def _with_defaults(operation: OperationDefinitionNode, given: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for definition in operation.variable_definitions or ():
        value = getattr(definition.default_value, "value", None)
        if value is not None:
            values[definition.variable.name.value] = value
    return {**values, **given}


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request that may run, and what it was priced at."""

    document: DocumentNode
    chosen: Chosen
    variables: dict[str, Any]
    cost: int


def _run(request: Request, bucket: costs.Bucket, admitted: Admitted) -> dict[str, Any]:
    name = admitted.chosen.operation.name
    result = execute_sync(
        schema(request.version),
        admitted.document,
        context_value=request,
        variable_values=admitted.variables,
        operation_name=name.value if name else None,
    )
    failed = _bug(request, result.errors)
    if failed is not None:
        return failed
    tracking_cost = request.world.settings.tracking_update_cost
    came_back = costs.actual(admitted.chosen.prices, result.data, admitted.variables, tracking_cost=tracking_cost)
    paid = min(came_back, admitted.cost)
    bucket.charge(paid)
    reply: dict[str, Any] = {}
    if result.errors:
        reply["errors"] = [_shown(error) for error in result.errors]
    reply["data"] = result.data
    cost = {"requestedQueryCost": admitted.cost, "actualQueryCost": paid, "throttleStatus": bucket.status()}
    reply["extensions"] = {"cost": cost}
    if request.searches and not result.errors:
        reply["extensions"]["search"] = request.searches
    return reply


def _bug(request: Request, errors: list[GraphQLError] | None) -> dict[str, Any] | None:
    """A resolver that fell over is the sandbox's own fault: say so loudly, in the shape of an internal error."""
    for error in errors or ():
        cause = error.original_error
        if isinstance(cause, ServiceFailure):
            return internal_error(request.world.uuid())
        if cause is not None and not isinstance(cause, GraphQLError):
            log.error("sandbox.bug", error=repr(cause), path=error.path, exc_info=cause)
            return internal_error(f"sandbox-bug-{type(cause).__name__}: {cause}")
    return None


def _shown(error: GraphQLError) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "message": error.message,
        "locations": [{"line": at.line, "column": at.column} for at in error.locations or ()],
    }
    if error.extensions:
        shown["extensions"] = dict(error.extensions)
    shown["path"] = error.path
    return shown


def _too_dear(cost: int) -> dict[str, Any]:
    text = (
        f"Query cost is {cost}, which exceeds the single query max cost limit ({costs.MOST_PER_QUERY}).\n\n"
        "See https://shopify.dev/docs/api/usage/rate-limits for more information on how the\n"
        "cost of a query is calculated.\n\n"
        "To query larger amounts of data with fewer limits, bulk operations should be used instead.\n"
        "See https://shopify.dev/docs/api/usage/bulk-operations/queries for usage details.\n"
    )
    return {
        "message": text,
        "extensions": {
            "code": "MAX_COST_EXCEEDED",
            "cost": cost,
            "maxCost": costs.MOST_PER_QUERY,
            "documentation": LIMITS_PAGE,
        },
    }


def _throttled(cost: int, bucket: costs.Bucket) -> dict[str, Any]:
    error = {"message": "Throttled", "extensions": {"code": "THROTTLED", "documentation": LIMITS_PAGE}}
    status = {"requestedQueryCost": cost, "actualQueryCost": None, "throttleStatus": bucket.status()}
    return {"errors": [error], "extensions": {"cost": status}}
