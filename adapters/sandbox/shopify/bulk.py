"""Bulk operations: one query run over everything, its result a file of JSON lines.

The query is run in pages behind the scenes. Every node of a connection becomes a line without its connections; a
nested one carries `__parentId`. Unless `groupObjects` was asked for, children come after all parents of their page.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from io import BytesIO
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    GraphQLSyntaxError,
    IntValueNode,
    NameNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    execute_sync,
    parse,
)

from adapters.sandbox.shopify.api.registry import Request, schema
from adapters.sandbox.shopify.costs import Priced, price_list
from adapters.sandbox.shopify.errors import refuse
from adapters.sandbox.shopify.validation import problems

LARGEST_QUERY = 65_535
MOST_CONNECTIONS = 5
DEEPEST = 2
MOST_IN_MUTATION = 1
PAGE = 250


@dataclass(slots=True, eq=False, kw_only=True)
class BulkOperation:
    """One operation and its file."""

    id: str
    number: int
    app: Any
    query: str
    created_at: datetime
    type: str = "QUERY"
    status: str = "CREATED"
    completed_at: datetime | None = None
    error_code: str | None = None
    object_count: int = 0
    root_object_count: int = 0
    file_size: int | None = None
    url: str | None = None
    partial_data_url: str | None = None
    is_grouped: bool = False
    result: BytesIO | None = field(default=None, repr=False)

    @property
    def is_running(self) -> bool:
        return self.status in {"CREATED", "RUNNING", "CANCELING"}


def check(request: Request, text: str) -> tuple[DocumentNode, list[Priced]]:
    """The parsed query and its fields. Raises `Refusal` for what bulk does not take."""
    if len(text.encode()) > LARGEST_QUERY:
        raise _invalid(f"Query is too large. The maximum size is {LARGEST_QUERY} bytes.")
    try:
        document = parse(text)
    except GraphQLSyntaxError as exc:
        what = "unexpected end of file" if "<EOF>" in exc.message else exc.message.removeprefix("Syntax Error: ")
        raise _invalid(f"Invalid bulk query: syntax error, {what}") from exc
    found = problems(schema(request.version), document)
    if found:
        raise _invalid(f"Invalid bulk query: {found[0]['message']}")
    chosen = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if len(chosen) != 1 or chosen[0].operation.value != "query":
        raise _invalid("Invalid bulk query: exactly one query operation is required.")
    fields = price_list(schema(request.version), document, chosen[0])
    _check_shape(fields)
    return document, fields


def check_mutation(request: Request, text: str) -> None:
    """Raise `Refusal` for a mutation that bulk does not take."""
    at = ["mutation"]
    try:
        document = parse(text)
    except GraphQLSyntaxError as exc:
        what = "unexpected end of file" if "<EOF>" in exc.message else exc.message.removeprefix("Syntax Error: ")
        raise refuse(f"Failed to parse the mutation - syntax error, {what}", field=at) from exc
    found = problems(schema(request.version), document)
    if found:
        raise refuse(found[0]["message"], field=at)
    chosen = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if len(chosen) != 1 or chosen[0].operation.value != "mutation":
        raise refuse("Invalid operation type. Only `mutation` operations are supported.", field=at)
    fields = price_list(schema(request.version), document, chosen[0])
    if sum(1 for _ in _connections(fields, depth=1, in_list=False)) > MOST_IN_MUTATION:
        raise refuse(f"Bulk mutations cannot contain more than {MOST_IN_MUTATION} connection.", field=at)


def _invalid(text: str) -> Exception:
    return refuse(text, field=["query"], code="INVALID")


def _check_shape(fields: list[Priced]) -> None:
    if any(entry.name in {"node", "nodes"} for entry in fields):
        raise _invalid("Bulk queries cannot contain a top level `node` field.")
    connections = list(_connections(fields, depth=1, in_list=False))
    if not connections:
        raise _invalid("Bulk queries must contain at least one connection.")
    if len(connections) > MOST_CONNECTIONS:
        raise _invalid(f"Bulk queries cannot contain more than {MOST_CONNECTIONS} connections.")
    for entry, depth, in_list in connections:
        if in_list:
            raise _invalid(
                f"Queries that contain a connection field within a list field are not supported: {entry.name}"
            )
        if depth > DEEPEST:
            raise _invalid(f"Bulk queries cannot contain connections with a nesting depth greater than {DEEPEST}.")
        if any(child.kind == "nodes" for child in entry.children):
            raise _invalid("The `nodes` field is not supported in bulk queries. Use `edges` and `node` instead.")
        has_nested = any(True for _ in _connections(_node_fields(entry), depth=1, in_list=False))
        if has_nested and not any(child.name == "id" for child in _node_fields(entry)):
            raise _invalid("The parent `node` field for a nested connection must select the `id` field.")


def _connections(fields: list[Priced], *, depth: int, in_list: bool) -> Iterator[tuple[Priced, int, bool]]:
    for entry in fields:
        is_connection = entry.kind == "connection"
        if is_connection:
            yield entry, depth, in_list
        yield from _connections(
            entry.children,
            depth=depth + is_connection,
            in_list=in_list or entry.is_list,
        )


def _node_fields(connection: Priced) -> list[Priced]:
    return [
        inner
        for edges in connection.children
        if edges.kind == "edges"
        for node in edges.children
        if node.kind == "node"
        for inner in node.children
    ]


def run(request: Request, operation: BulkOperation) -> None:
    """Do the work and write the file."""
    document, fields = check(request, operation.query)
    request = replace(request, is_bulk=True, searches=[])
    built = schema(request.version)
    file = BytesIO()
    for entry in fields:
        if entry.kind == "connection":
            for page in _pages(built, request, document, entry):
                _write(operation, file, entry, page)
    operation.file_size = file.tell()
    operation.result = file


def _pages(built: GraphQLSchema, request: Request, document: DocumentNode, entry: Priced) -> Iterator[list[Any]]:
    after: str | None = None
    while True:
        result = execute_sync(built, _paged(document, entry, after), context_value=request)
        if result.errors:
            raise result.errors[0]
        found = (result.data or {})[entry.key]
        yield [edge["node"] for edge in found["edges"]]
        if not found["syncd_page"]["hasNextPage"]:
            return
        after = found["syncd_page"]["endCursor"]


def _paged(document: DocumentNode, entry: Priced, after: str | None) -> DocumentNode:
    """The document with only this root field, asked for one page of everything."""
    kept = []
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            roots = [
                _sized(one, after)
                for one in node.selection_set.selections
                if isinstance(one, FieldNode) and (one.alias or one.name).value == entry.key
            ]
            kept.append(_copy(node, selection_set=SelectionSetNode(selections=tuple(roots))))
        elif isinstance(node, FragmentDefinitionNode):
            kept.append(node)
    return DocumentNode(definitions=tuple(kept))


_PAGE_INFO = parse("{ syncd_page: pageInfo { hasNextPage endCursor } }", no_location=True)


def _sized(node: FieldNode, after: str | None) -> FieldNode:
    given = [one for one in node.arguments or () if one.name.value not in {"first", "last", "after", "before"}]
    given.append(ArgumentNode(name=NameNode(value="first"), value=IntValueNode(value=str(PAGE))))
    if after is not None:
        given.append(ArgumentNode(name=NameNode(value="after"), value=StringValueNode(value=after)))
    definition = _PAGE_INFO.definitions[0]
    assert isinstance(definition, OperationDefinitionNode)
    selections = [*(node.selection_set.selections if node.selection_set else ()), *definition.selection_set.selections]
    copied: FieldNode = _copy(
        node, arguments=tuple(given), selection_set=SelectionSetNode(selections=tuple(selections))
    )
    return copied


def _copy(node: Any, **changes: Any) -> Any:
    values = {key: getattr(node, key) for key in node.keys if key != "loc"}
    return type(node)(**{**values, **changes})


def _write(operation: BulkOperation, file: BytesIO, entry: Priced, nodes: list[Any]) -> None:
    later: list[dict[str, Any]] = []
    for node in nodes:
        children: list[dict[str, Any]] = []
        line = _flat(node, _node_fields(entry), node.get("id"), children)
        _put(operation, file, line)
        operation.root_object_count += 1
        if operation.is_grouped:
            for child in children:
                _put(operation, file, child)
        else:
            later.extend(children)
    for child in later:
        _put(operation, file, child)


def _put(operation: BulkOperation, file: BytesIO, line: dict[str, Any]) -> None:
    file.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")
    operation.object_count += 1


def _flat(value: Any, fields: list[Priced], parent: str | None, children: list[dict[str, Any]]) -> Any:
    """The value without its connections, whose nodes are added to `children` with `__parentId`."""
    if isinstance(value, list):
        return [_flat(item, fields, parent, children) for item in value]
    if not isinstance(value, dict):
        return value
    kept = dict(value)
    for entry in fields:
        inner = value.get(entry.key)
        if entry.kind == "connection" and inner is not None:
            del kept[entry.key]
            for edge in inner["edges"]:
                node = edge["node"]
                below: list[dict[str, Any]] = []
                line = _flat(node, _node_fields(entry), node.get("id"), below)
                children.append({**line, "__parentId": parent})
                children.extend(below)
        elif entry.children:
            kept[entry.key] = _flat(inner, entry.children, parent, children)
    return kept
