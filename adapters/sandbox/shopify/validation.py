"""Queries checked against the schema and refused in the service's words.

The service is not graphql-core: messages, codes and the `path` (which starts with the operation, as in
`["mutation Fulfill", "fulfillmentCreate"]`) are its own, and clients and tests meet them. What this walk does not
look at is left to graphql-core's rules, with its words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    Lexer,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Source,
    SourceLocation,
    StringValueNode,
    TokenKind,
    VariableNode,
    get_named_type,
    is_composite_type,
    is_leaf_type,
    print_ast,
    validate,
)

from adapters.sandbox.shopify.variables import GLOBAL_ID, is_required

Path = tuple[str, ...]

_MISPLACED_DIRECTIVES = {
    "QUERY": "queries",
    "MUTATION": "mutations",
    "FRAGMENT_DEFINITION": "fragment definitions",
}


def syntax_error(error: GraphQLSyntaxError) -> dict[str, Any]:
    """A query that cannot be parsed."""
    if "<EOF>" in error.message and error.source is not None:
        # The service points at the last thing that it read.
        line, column = _last_token(error.source)
        text = "syntax error, unexpected end of file"
    else:
        at = (error.locations or [SourceLocation(1, 1)])[0]
        line, column = at.line, at.column
        text = f"syntax error, {error.message.removeprefix('Syntax Error: ')}"
    return {
        "message": f"{text} at [{line}, {column}]",
        "locations": [{"line": line, "column": column}],
        "extensions": {"code": "PARSE_ERROR"},
    }


def _last_token(source: Source) -> tuple[int, int]:
    lexer = Lexer(source)
    last = lexer.token
    while (token := lexer.advance()).kind is not TokenKind.EOF:
        last = token
    return last.line, last.column


def problems(schema: GraphQLSchema, document: DocumentNode) -> list[dict[str, Any]]:
    """Why the query is refused; empty when it is valid."""
    walk = _Walk(schema)
    for node in document.definitions:
        match node:
            case OperationDefinitionNode(operation=operation, name=name):
                label = f"{operation.value} {name.value}" if name else operation.value
                walk.directives(node, operation.value.upper(), (label,))
                walk.selections(node.selection_set, schema.get_root_type(operation), (label,))
            case FragmentDefinitionNode(name=name):
                walk.fragment(node, (f"fragment {name.value}",))
    return walk.found or [_plain(error) for error in validate(schema, document)]


def _plain(error: GraphQLError) -> dict[str, Any]:
    return {
        "message": error.message,
        "locations": [{"line": at.line, "column": at.column} for at in error.locations or ()],
    }


@dataclass(slots=True)
class _Walk:
    schema: GraphQLSchema
    found: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, text: str, node: Any, path: Path, **extensions: Any) -> None:
        at = node.loc.start_token
        self.found.append(
            {
                "message": text,
                "locations": [{"line": at.line, "column": at.column}],
                "path": list(path),
                "extensions": extensions,
            }
        )

    def directives(self, node: Any, place: str, path: Path) -> None:
        for directive in node.directives or ():
            known = self.schema.get_directive(directive.name.value)
            name = directive.name.value
            if known is None:
                self.refuse(
                    f"Directive @{name} is not defined", directive, path, code="undefinedDirective", directiveName=name
                )
            elif place not in {location.name for location in known.locations}:
                allowed = ", ".join(sorted(location.value.lower() + "s" for location in known.locations))
                target = _MISPLACED_DIRECTIVES.get(place, place.lower() + "s")
                text = f"'@{name}' can't be applied to {target} (allowed: {allowed})"
                self.refuse(text, directive, path, code="directiveCannotBeApplied", targetName=target, name=name)

    def selections(self, selection_set: SelectionSetNode | None, parent: Any, path: Path) -> None:
        for selection in selection_set.selections if selection_set else ():
            match selection:
                case FieldNode():
                    self.field(selection, parent, path)
                case InlineFragmentNode():
                    self.fragment(selection, path, parent=parent)
                case FragmentSpreadNode():
                    self.directives(selection, "FRAGMENT_SPREAD", path)

    def fragment(self, node: FragmentDefinitionNode | InlineFragmentNode, path: Path, *, parent: Any = None) -> None:
        if node.type_condition is None:
            self.selections(node.selection_set, parent, path)
            return
        name = node.type_condition.name.value
        on = self.schema.type_map.get(name)
        if on is None:
            text = f"No such type {name}, so it can't be a fragment condition"
            self.refuse(text, node, path, code="undefinedType", typeName=name)
        else:
            self.selections(node.selection_set, on, (*path, f"... on {name}") if parent is not None else path)

    def field(self, node: FieldNode, parent: Any, path: Path) -> None:
        name = node.name.value
        here = (*path, node.alias.value if node.alias else name)
        definition = self.schema.get_field(parent, name)
        if definition is None:
            text = f"Field '{name}' doesn't exist on type '{parent.name}'"
            self.refuse(text, node, here, code="undefinedField", typeName=parent.name, fieldName=name)
            return
        self.directives(node, "FIELD", here)
        self.arguments(node, definition.args, here)
        named = get_named_type(definition.type)
        if is_composite_type(named):
            if node.selection_set is None:
                text = (
                    f"Field must have selections (field '{name}' returns {named.name} but has no selections. "
                    f"Did you mean '{name} {{ ... }}'?)"
                )
                kinds = {"code": "selectionMismatch", "nodeName": f"field '{name}'", "typeName": str(named)}
                self.refuse(text, node, here, **kinds)
            self.selections(node.selection_set, named, here)
        elif node.selection_set is not None and is_leaf_type(named):
            inner = [print_ast(one).split()[0] for one in node.selection_set.selections]
            text = (
                f"Selections can't be made on scalars (field '{name}' returns {named.name} but has selections "
                f"{str(inner).replace(chr(39), chr(34))})"
            )
            kinds = {"code": "selectionMismatch", "nodeName": f"field '{name}'", "typeName": str(named)}
            self.refuse(text, node, here, **kinds)

    def arguments(self, node: FieldNode, known: Mapping[str, Any], path: Path) -> None:
        name = node.name.value
        given = {argument.name.value: argument for argument in node.arguments or ()}
        missing = [key for key, one in known.items() if key not in given and is_required(one)]
        if missing:
            text = f"Field '{name}' is missing required arguments: {', '.join(missing)}"
            kinds = {"className": "Field", "name": name, "arguments": ", ".join(missing)}
            self.refuse(text, node, path, code="missingRequiredArguments", **kinds)
        for key, argument in given.items():
            here = (*path, key)
            if key not in known:
                text = f"Field '{name}' doesn't accept argument '{key}'"
                kinds = {"name": name, "typeName": "Field", "argumentName": key}
                self.refuse(text, argument, here, code="argumentNotAccepted", **kinds)
            else:
                self.literal(known[key].type, argument.value, here, _Place("Field", name, key, node))

    def literal(self, wanted: Any, value: Any, path: Path, place: _Place) -> None:
        """Report the innermost literal that does not fit."""
        if isinstance(value, VariableNode):
            return
        bare = wanted.of_type if isinstance(wanted, GraphQLNonNull) else wanted
        if isinstance(bare, GraphQLInputObjectType) and isinstance(value, ObjectValueNode):
            self.input_object(bare, value, path, place)
        elif isinstance(bare, GraphQLList) and isinstance(value, ListValueNode):
            for at, item in enumerate(value.values or ()):
                self.literal(bare.of_type, item, (*path, str(at)), place)
        elif _is_bad_id(bare, value):
            text = f"Invalid global id '{value.value}'"
            self.refuse(text, place.node, path, code="argumentLiteralsIncompatible", typeName="CoercionError")
        elif not _fits(wanted, bare, value):
            text = (
                f"Argument '{place.argument}' on {place.kind} '{place.owner}' has an invalid value "
                f"({print_ast(value)}). Expected type '{wanted}'."
            )
            kinds = {"typeName": place.kind, "argumentName": place.argument}
            self.refuse(text, place.node, path, code="argumentLiteralsIncompatible", **kinds)

    def input_object(self, wanted: GraphQLInputObjectType, value: ObjectValueNode, path: Path, place: _Place) -> None:
        given = {one.name.value: one for one in value.fields or ()}
        for key, one in given.items():
            if key not in wanted.fields:
                text = f"InputObject '{wanted.name}' doesn't accept argument '{key}'"
                kinds = {"name": wanted.name, "typeName": "InputObject", "argumentName": key}
                self.refuse(text, one, (*path, key), code="argumentNotAccepted", **kinds)
            else:
                inner = _Place("InputObject", wanted.name, key, one)
                self.literal(wanted.fields[key].type, one.value, (*path, key), inner)
        for key, definition in wanted.fields.items():
            if key not in given and is_required(definition):
                text = f"Argument '{key}' on InputObject '{wanted.name}' is required. Expected type {definition.type}"
                kinds = {"argumentName": key, "argumentType": str(definition.type)}
                kinds["inputObjectType"] = wanted.name
                self.refuse(text, place.node, (*path, key), code="missingRequiredInputObjectAttribute", **kinds)


@dataclass(frozen=True, slots=True)
class _Place:
    """Whose argument a literal is."""

    kind: str
    owner: str
    argument: str
    node: Any


def _is_bad_id(bare: Any, value: Any) -> bool:
    return getattr(bare, "name", "") == "ID" and isinstance(value, StringValueNode) and not GLOBAL_ID.match(value.value)


_LITERALS = {
    "Int": {"int_value"},
    "Float": {"int_value", "float_value"},
    "String": {"string_value"},
    "Boolean": {"boolean_value"},
    "ID": {"string_value", "int_value"},
    "DateTime": {"string_value"},
    "URL": {"string_value"},
    "Decimal": {"string_value", "int_value", "float_value"},
    "Money": {"string_value", "int_value", "float_value"},
}


def _fits(wanted: Any, bare: Any, value: Any) -> bool:
    if isinstance(value, NullValueNode):
        return not isinstance(wanted, GraphQLNonNull)
    if isinstance(bare, GraphQLList):
        inner = bare.of_type
        return _fits(inner, inner.of_type if isinstance(inner, GraphQLNonNull) else inner, value)
    if isinstance(bare, GraphQLEnumType):
        return isinstance(value, EnumValueNode) and value.value in bare.values
    if isinstance(bare, GraphQLInputObjectType):
        return isinstance(value, ObjectValueNode)
    return value.kind in _LITERALS.get(bare.name, {value.kind})


def operations(document: DocumentNode) -> Iterator[OperationDefinitionNode]:
    """The operations of a document, in order."""
    return (node for node in document.definitions if isinstance(node, OperationDefinitionNode))
