"""Arguments of texts that were not kept: which variable, or which literal, a mutation was given.

Written from the variables' names (`setupName` is `name` of `setupUpdateSource`) and from what the reply shows: a switch
that is not as its default must have been given, and so must a required argument that no variable is named after.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from graphql import (
    BooleanValueNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLObjectType,
    get_named_type,
    is_required_argument,
)

_SHOWN_AS = {"name": "serviceName"}
"""Where a payload shows a required argument under another name."""


def root_of(key: str, shown: Any, kind: GraphQLObjectType, variables: Mapping[str, Any]) -> str | None:
    """The field that a key of the reply stands for: itself, or under an alias the one that fits best."""
    if key in kind.fields or not isinstance(shown, Mapping):
        return key if key in kind.fields else None
    fitting = {
        name: len(passed(field, variables, alias=key))
        for name, field in kind.fields.items()
        if isinstance(payload := get_named_type(field.type), GraphQLObjectType)
        and shown.keys() <= payload.fields.keys()
        and not missing(field, {**passed(field, variables, alias=key), **literals(field, shown)})
    }
    return max(fitting, key=lambda name: fitting[name], default=None)


def passed(field: GraphQLField, variables: Mapping[str, Any], *, alias: str = "") -> dict[str, str]:
    """Variables by argument."""
    found = {name: _variable(name, variables, alias) for name in field.args}
    return {name: variable for name, variable in found.items() if variable is not None}


def _variable(argument: str, variables: Mapping[str, Any], alias: str) -> str | None:
    """Of the same name; called after the alias or its first words; or one for an id that is called like `orderId`."""
    if argument in variables:
        return argument
    capital = argument[0].upper() + argument[1:]
    owned = [name for name in variables if name.endswith(capital) and alias.startswith(name.removesuffix(capital))]
    if alias and owned:
        return max(owned, key=len)
    ids = [name for name in variables if name.endswith("Id")]
    return ids[0] if argument == "id" and len(ids) == 1 else None


def missing(field: GraphQLField, given: Mapping[str, Any]) -> bool:
    """Whether a required argument has no value."""
    return any(is_required_argument(argument) for name, argument in field.args.items() if name not in given)


def literals(field: GraphQLField, shown: Any) -> dict[str, str]:
    """Literals by argument, for arguments that no variable is for."""
    found = {}
    for name, argument in field.args.items():
        value = _shown(name, shown)
        if _is_switched(argument, value) or (is_required_argument(argument) and isinstance(value, str)):
            found[name] = json.dumps(value)
    return found


def _is_switched(argument: GraphQLArgument, value: Any) -> bool:
    """A switch without a default leaves things as they are when it is not given: then giving it as shown does no harm."""
    declared = argument.ast_node.default_value if argument.ast_node else None
    if not isinstance(value, bool) or get_named_type(argument.type).name != "Boolean":
        return False
    return not isinstance(declared, BooleanValueNode) or value != declared.value


def _shown(name: str, payload: Any) -> Any:
    """What the payload, or a thing in it, says of an argument."""
    if not isinstance(payload, Mapping):
        return None
    for place in (payload, *(one for one in payload.values() if isinstance(one, Mapping))):
        for key in (name, _SHOWN_AS.get(name)):
            if key in place:
                return place[key]
    return None
