"""Variables checked and refused in the service's words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    is_required_argument,
    is_required_input_field,
    print_ast,
    type_from_ast,
)

GLOBAL_ID = re.compile(r"^gid://[a-z-]+/\w+/[\w.\-]+(\?[\w=&]+)?$")

_INTEGERS = (-(2**31), 2**31 - 1)

DECLARED_ORDER = {
    "FulfillmentEventStatus": [
        "LABEL_PURCHASED",
        "LABEL_PRINTED",
        "READY_FOR_PICKUP",
        "CONFIRMED",
        "IN_TRANSIT",
        "OUT_FOR_DELIVERY",
        "ATTEMPTED_DELIVERY",
        "DELAYED",
        "DELIVERED",
        "FAILURE",
        "CARRIER_PICKED_UP",
    ],
    "ReturnDeclineReason": ["RETURN_PERIOD_ENDED", "FINAL_SALE", "OTHER"],
    "ReturnReason": [
        "SIZE_TOO_SMALL",
        "SIZE_TOO_LARGE",
        "UNWANTED",
        "NOT_AS_DESCRIBED",
        "WRONG_ITEM",
        "DEFECTIVE",
        "STYLE",
        "COLOR",
        "OTHER",
        "UNKNOWN",
    ],
}
"""Enums whose values a recorded message lists in the service's own order; the schema file is sorted by name."""

Problem = tuple[tuple[str | int, ...], str]


def variable_errors(
    schema: GraphQLSchema, operation: OperationDefinitionNode, given: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """One error per variable that cannot be taken, as the service words it."""
    errors = []
    for definition in operation.variable_definitions or ():
        name = definition.variable.name.value
        wanted = type_from_ast(schema, definition.type)
        if wanted is None:
            continue
        if name not in given and (definition.default_value is not None or not isinstance(wanted, GraphQLNonNull)):
            continue
        value = given.get(name)
        problems = list(_problems(wanted, value, ()))
        if problems:
            errors.append(_error(definition, name, print_ast(definition.type), value, problems))
    return errors


def _error(definition: Any, name: str, type_text: str, value: Any, problems: list[Problem]) -> dict[str, Any]:
    text = f"Variable ${name} of type {type_text} was provided invalid value"
    placed = [(".".join(map(str, path)), explanation) for path, explanation in problems if path]
    if placed:
        text += " for " + ", ".join(f"{path} ({explanation})" for path, explanation in placed)
    shown = []
    for path, explanation in problems:
        problem: dict[str, Any] = {"path": list(path), "explanation": explanation}
        if explanation.startswith("Invalid global id"):
            problem["message"] = explanation
        shown.append(problem)
    at = definition.loc.start_token
    return {
        "message": text,
        "locations": [{"line": at.line, "column": at.column}],
        "extensions": {"code": "INVALID_VARIABLE", "value": value, "problems": shown},
    }


def _problems(wanted: Any, value: Any, path: tuple[str | int, ...]) -> list[Problem]:
    if isinstance(wanted, GraphQLNonNull):
        return [(path, "Expected value to not be null")] if value is None else _problems(wanted.of_type, value, path)
    if value is None:
        return []
    if isinstance(wanted, GraphQLList):
        items = value if isinstance(value, list) else [value]
        return [found for at, item in enumerate(items) for found in _problems(wanted.of_type, item, (*path, at))]
    if isinstance(wanted, GraphQLInputObjectType):
        return _object_problems(wanted, value, path)
    if isinstance(wanted, GraphQLEnumType):
        return _enum_problems(wanted, value, path)
    explanation = _scalar_problem(wanted.name, value)
    return [(path, explanation)] if explanation else []


def _object_problems(wanted: GraphQLInputObjectType, value: Any, path: tuple[str | int, ...]) -> list[Problem]:
    if not isinstance(value, Mapping):
        return [(path, f"Expected {_shown(value)} to be a key-value object.")]
    found: list[Problem] = [
        ((*path, name), f"Field is not defined on {wanted.name}") for name in value if name not in wanted.fields
    ]
    for name, definition in wanted.fields.items():
        if name in value:
            found.extend(_problems(definition.type, value[name], (*path, name)))
        elif is_required(definition):
            found.append(((*path, name), "Expected value to not be null"))
    return found


def is_required(definition: GraphQLArgument | GraphQLInputField) -> bool:
    """Whether an argument or input field must be given. Introspection's own have defaults without a place in the SDL."""
    if isinstance(definition, GraphQLArgument):
        return is_required_argument(definition)
    return is_required_input_field(definition)


def _enum_problems(wanted: GraphQLEnumType, value: Any, path: tuple[str | int, ...]) -> list[Problem]:
    if isinstance(value, str) and value in wanted.values:
        return []
    names = ", ".join(DECLARED_ORDER.get(wanted.name, wanted.values))
    return [(path, f"Expected {_shown(value)} to be one of: {names}")]


def _scalar_problem(name: str, value: Any) -> str | None:
    good: bool
    match name:
        case "ID":
            good = isinstance(value, str) and GLOBAL_ID.match(value) is not None
            return None if good else f"Invalid global id '{value}'"
        case "Int":
            whole = isinstance(value, int) and not isinstance(value, bool)
            good = whole and _INTEGERS[0] <= value <= _INTEGERS[1]
        case "Float":
            good = isinstance(value, (int, float)) and not isinstance(value, bool)
        case "Boolean":
            good = isinstance(value, bool)
        case "DateTime":
            good = isinstance(value, str) and is_instant(value)
        case "Decimal" | "Money":
            good = isinstance(value, (str, int, float)) and _is_decimal(value)
        case "String" | "URL":
            good = isinstance(value, str)
        case _:
            good = True
    return None if good else f"Could not coerce value {_shown(value)} to {name}"


def is_instant(text: str) -> bool:
    """Whether `text` is a time with a zone."""
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _is_decimal(value: Any) -> bool:
    try:
        return Decimal(str(value)).is_finite()
    except InvalidOperation:
        return False


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    return str(value).lower() if isinstance(value, bool) else str(value)
