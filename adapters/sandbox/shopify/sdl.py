"""The schema, per API version: the shipped one of 2026-10, less what came later than the version asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

from graphql import (
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumValueDefinitionNode,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    NameNode,
    ObjectTypeDefinitionNode,
    build_ast_schema,
    parse,
    parse_type,
)

from adapters.sandbox.shopify.versions import earlier_type, exists, gone_since

NEWEST = "2026-10"
SUPPORTED = ("2026-01", "2026-04", "2026-07", "2026-10")
"""Versions that the service answers in November 2026; older requests fall forward to the first."""


def served_version(asked: str, *, oldest: str = SUPPORTED[0]) -> str | None:
    """The version that answers a request for `asked`: itself, or the oldest one; None when it does not exist yet."""
    if asked == "unstable":
        return NEWEST
    if asked > NEWEST or len(asked) != len(NEWEST):
        return None
    return max(asked, oldest)


def described_version(version: str, *, today: date) -> dict[str, Any]:
    """An ApiVersion: versions are named after the month in which they come out."""
    out = [one for one in SUPPORTED if one <= f"{today:%Y-%m}"]
    is_out = version in out or (bool(out) and version < out[0])
    suffix = "" if is_out else " (Release candidate)"
    if out and version == out[-1]:
        suffix = " (Latest)"
    return {"handle": version, "displayName": f"{version}{suffix}", "supported": version in out}


@lru_cache(maxsize=1)
def _document() -> DocumentNode:
    folder = files("adapters.sandbox.shopify") / "schema"
    texts = [entry.read_text(encoding="utf-8") for entry in folder.iterdir() if entry.name.endswith(".graphql")]
    return parse("\n".join(sorted(texts, key=len, reverse=True)), no_location=True)


@lru_cache(maxsize=8)
def bare_schema(version: str) -> GraphQLSchema:
    """The schema of a version without resolvers; for checking queries."""
    return build_ast_schema(schema_document(version))


def schema_document(version: str) -> DocumentNode:
    """The definitions that exist in a version."""
    kept = [_as_of(node, version) for node in _document().definitions if exists(_label(node), version)]
    return DocumentNode(definitions=tuple(kept))


def _label(node: Any) -> str:
    if isinstance(node, DirectiveDefinitionNode):
        return f"@{node.name.value}"
    return node.name.value if getattr(node, "name", None) else ""


def _as_of(node: Any, version: str) -> Any:
    """A definition as it was in that version."""
    match node:
        case ObjectTypeDefinitionNode(fields=fields) | InterfaceTypeDefinitionNode(fields=fields):
            shown = [_field(node.name.value, one, version) for one in _existing(node, fields, version)]
            return _copy(node, fields=tuple(shown))
        case InputObjectTypeDefinitionNode(fields=fields):
            owner = node.name.value
            shown = [_retyped(f"{owner}.{one.name.value}", one, version) for one in _existing(node, fields, version)]
            return _copy(node, fields=(*shown, *_inputs(gone_since(owner, version))))
        case EnumTypeDefinitionNode(values=values):
            old = (EnumValueDefinitionNode(name=NameNode(value=one)) for one in gone_since(node.name.value, version))
            return _copy(node, values=(*_existing(node, values, version), *old))
        case _:
            return node


def _existing(node: Any, members: Iterable[Any] | None, version: str) -> Iterator[Any]:
    return (one for one in members or () if exists(f"{node.name.value}.{one.name.value}", version))


def _field(owner: str, node: Any, version: str) -> Any:
    member = f"{owner}.{node.name.value}"
    arguments = [
        _retyped(f"{member}({one.name.value})", one, version)
        for one in node.arguments or ()
        if exists(f"{member}({one.name.value})", version)
    ]
    old = _inputs(gone_since(member, version, is_argument=True))
    return _retyped(member, _copy(node, arguments=(*arguments, *old)), version)


def _retyped(member: str, node: Any, version: str) -> Any:
    before = earlier_type(member, version)
    if before is None:
        return node
    if not isinstance(node, InputValueDefinitionNode):
        return _copy(node, type=parse_type(before, no_location=True))
    (old,) = _inputs({node.name.value: before})
    return _copy(node, type=old.type, default_value=old.default_value, directives=())


def _inputs(types: Mapping[str, str]) -> tuple[InputValueDefinitionNode, ...]:
    """Arguments or input fields from their types (`Boolean = false`)."""
    if not types:
        return ()
    text = " ".join(f"{name}: {type_}" for name, type_ in types.items())
    (definition,) = parse(f"input Old {{ {text} }}", no_location=True).definitions
    assert isinstance(definition, InputObjectTypeDefinitionNode)
    return tuple(definition.fields or ())


def _copy(node: Any, **changes: Any) -> Any:
    values = {key: getattr(node, key) for key in node.keys if key != "loc"}
    return type(node)(**{**values, **changes})
