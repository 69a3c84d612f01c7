"""The text of requests whose text was not kept: another one of the same file that fits, or one written from the reply."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from graphql import (
    FieldNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
    is_leaf_type,
    print_ast,
)

from tests.recordings.arguments import literals, missing, passed, root_of
from tests.recordings.dialogue import Step, fragments, operation, with_text

PAGE = 50
"""What connections are asked for when the size is not known; prices of such texts are not compared."""


def with_texts(steps: Iterable[Step], *, others: Iterable[Step], schema: GraphQLSchema) -> Iterator[Step]:
    """The steps, each with a text if there can be one."""
    steps = tuple(steps)
    texts = tuple(dict.fromkeys(step.query for step in (*steps, *others) if step.query))
    for step in steps:
        query = step.query or _fitting(step, texts) or _shortened(step, texts, schema) or _written(step, schema)
        yield step if query is None or step.query else with_text(step, query)


def _fitting(step: Step, texts: Iterable[str]) -> str | None:
    return next((text for text in texts if step.data and _fits(step, text)), None)


def _shortened(step: Step, texts: Iterable[str], schema: GraphQLSchema) -> str | None:
    """A text of the same file that asks for more, cut down to what the reply shows."""
    for text in texts:
        asked = operation(text)
        roots = [one for one in asked.selection_set.selections if isinstance(one, FieldNode)] if asked else []
        shown = [one.alias.value if one.alias else one.name.value for one in roots]
        if asked is None or not step.data or shown != list(step.data):
            continue
        kind = schema.get_root_type(asked.operation)
        parts = [
            f"{print_ast(_bare(one))} {_selection([value], get_named_type(kind.fields[one.name.value].type))}"
            for one, value in zip(roots, step.data.values(), strict=True)
            if kind is not None and one.name.value in kind.fields
        ]
        head = ", ".join(print_ast(one) for one in asked.variable_definitions or ())
        return f"{asked.operation.value} Recorded{f'({head})' if head else ''} {{ {' '.join(parts)} }}"
    return None


def _bare(node: FieldNode) -> FieldNode:
    return FieldNode(name=node.name, alias=node.alias, arguments=node.arguments, directives=node.directives)


def _fits(step: Step, text: str) -> bool:
    asked = operation(text)
    if asked is None:
        return False
    declared = {one.variable.name.value for one in asked.variable_definitions or ()}
    return set(step.variables) <= declared and _shows(asked.selection_set, step.data, fragments(text))


def _shows(chosen: SelectionSetNode, value: Any, named: Mapping[str, SelectionSetNode]) -> bool:
    """Whether a reply to this selection could look like this."""
    match value:
        case list():
            return all(_shows(chosen, one, named) for one in value)
        case dict():
            always, perhaps = _fields(chosen, named)
            known = perhaps | always
            if not always.keys() <= value.keys() <= known.keys():
                return False
            return all(
                _shows(known[key].selection_set, one, named) for key, one in value.items() if known[key].selection_set
            )
        case _:
            return True


def _fields(
    chosen: SelectionSetNode, named: Mapping[str, SelectionSetNode]
) -> tuple[dict[str, FieldNode], dict[str, FieldNode]]:
    """What is asked for whatever the type, and what only for some types."""
    always: dict[str, FieldNode] = {}
    perhaps: dict[str, FieldNode] = {}
    for one in chosen.selections:
        if isinstance(one, FieldNode):
            always[one.alias.value if one.alias else one.name.value] = one
            continue
        inner = one.selection_set if isinstance(one, InlineFragmentNode) else named[one.name.value]
        for found in _fields(inner, named):
            perhaps |= found
    return always, perhaps


def _written(step: Step, schema: GraphQLSchema) -> str | None:
    """A text that asks for what the reply shows; None when the roots or their arguments cannot be told."""
    kinds = {"query": schema.query_type, "mutation": schema.mutation_type}
    for word, kind in kinds.items():
        if kind is None or not step.data:
            continue
        roots = [root_of(key, shown, kind, step.variables) for key, shown in step.data.items()]
        known = [root for root in roots if root is not None]
        if len(known) == len(roots):
            return _operation(word, kind, step, known)
    return None


def _operation(word: str, kind: GraphQLObjectType, step: Step, roots: Iterable[str]) -> str | None:
    declared: dict[str, str] = {}
    parts = []
    for (key, shown), name in zip(step.data.items(), roots, strict=True):
        root = kind.fields[name]
        variables = passed(root, step.variables, alias=key if key != name else "")
        literal = {one: value for one, value in literals(root, shown).items() if one not in variables}
        if missing(root, {**variables, **literal}):
            return None
        declared |= {variable: str(root.args[one].type) for one, variable in variables.items()}
        chosen = _selection([shown], get_named_type(root.type))
        sized = {"first": str(PAGE)} if "first" in root.args and not variables.keys() & {"first", "last"} else {}
        given = sized | literal | {one: f"${variable}" for one, variable in variables.items()}
        arguments = ", ".join(f"{one}: {value}" for one, value in given.items())
        label = f"{key}: " if key != name else ""
        parts.append(f"{label}{name}{f'({arguments})' if arguments else ''} {chosen}")
    head = ", ".join(f"${one}: {wanted}" for one, wanted in declared.items())
    return f"{word} Recorded{f'({head})' if head else ''} {{ {' '.join(parts)} }}"


def _selection(shown: Iterable[Any], kind: Any) -> str:
    """Everything that any of these values shows, for a field of that type."""
    if is_leaf_type(kind):
        return ""
    values = [
        one for value in shown for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)
    ]
    if not values:
        return "{ __typename }"
    if isinstance(kind, GraphQLUnionType) or any("__typename" in one for one in values):
        return _by_type(values)
    return f"{{ {' '.join(_parts(values, kind))} }}"


def _by_type(values: list[dict[str, Any]]) -> str:
    names = dict.fromkeys(one["__typename"] for one in values if "__typename" in one)
    inner = []
    for name in names:
        shown = [
            {key: one[key] for key in one if key != "__typename"} for one in values if one.get("__typename") == name
        ]
        inner.append(f"... on {name} {{ {' '.join(_named_parts(name, shown)) or '__typename'} }}")
    return f"{{ __typename {' '.join(inner)} }}"


def _named_parts(name: str, values: list[dict[str, Any]]) -> Iterator[str]:
    keys = dict.fromkeys(key for one in values for key in one)
    for key in keys:
        objects = [one[key] for one in values if isinstance(one.get(key), dict)]
        yield f"{key} {{ {' '.join(_named_parts(name, objects))} }}" if objects else key


def _parts(values: list[dict[str, Any]], kind: Any) -> Iterator[str]:
    if not isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        raise TypeError(f"{kind} has no fields")
    for key in dict.fromkeys(key for one in values for key in one):
        known = kind.fields.get(key)
        if known is None:
            continue
        size = f"(first: {PAGE})" if "first" in known.args else ""
        yield f"{key}{size} {_selection([one.get(key) for one in values], get_named_type(known.type))}".rstrip()
