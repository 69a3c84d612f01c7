"""What a GraphQL operation costs at Shopify, computed before it is sent.

The model was worked out from recorded replies of the real service (2025-01 and 2026-04): a leaf is free, an object is 1,
a connection is 2 + m(n) * (1 + its node), where m grows with the logarithm of the page size; a plain list costs as one
of its elements. A mutation has a base price, and the objects of its payload are free. Names decide what is free or
special, so that no schema has to be loaded to send a query; a test compares with the recordings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor, log
from typing import Any

from graphql.language import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    parse,
)
from graphql.utilities import value_from_ast_untyped

MUTATION_BASE = 10.0
MUTATION_BASES: Mapping[str, float] = {
    "fulfillmentTrackingInfoUpdate": 50.0,  # 10 until May 2026, 50 since 2026-06-26
    "fulfillmentTrackingInfoUpdateV2": 50.0,
    "refundCreate": 20.0,
}
COUNTS = frozenset({"ordersCount", "locationsCount"})
"""Counting is dear: 10 with a search, 5 without (recorded 2025-01 and 2026-04)."""
_FREE = frozenset({"pageInfo", "shopMoney", "presentmentMoney", "errors", "unitPrice"})
_PAGED = frozenset({"nodes", "edges", "pageInfo"})


def page_factor(size: int) -> int:
    """How often a page of `size` nodes is charged: 1 for 1, 4 for 10, 7 for 50, 11 for 250."""
    return max(1, floor(2 * log(size))) if size > 0 else 1


def price(document: str | DocumentNode, variables: Mapping[str, Any] | None = None, operation: str = "") -> float:
    """The points that Shopify asks for an operation (`requestedQueryCost`). Raises ValueError when there is none."""
    tree = parse(document, no_location=True) if isinstance(document, str) else document
    chosen = _operation(tree, operation)
    fragments = {node.name.value: node for node in tree.definitions if isinstance(node, FragmentDefinitionNode)}
    given = _with_defaults(chosen, variables or {})
    pricing = _Pricing(fragments=fragments, variables=given)
    if chosen.operation is OperationType.MUTATION:
        return sum(pricing.mutation(field) for field in pricing.fields(chosen.selection_set))
    return pricing.selection(chosen.selection_set)


def _operation(tree: DocumentNode, name: str) -> OperationDefinitionNode:
    for node in tree.definitions:
        if isinstance(node, OperationDefinitionNode) and (not name or (node.name and node.name.value == name)):
            return node
    raise ValueError(f"the document holds no operation {name}".rstrip())


def _with_defaults(operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> dict[str, Any]:
    defaults = {
        definition.variable.name.value: value_from_ast_untyped(definition.default_value)
        for definition in operation.variable_definitions or ()
        if definition.default_value is not None
    }
    return defaults | dict(variables)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pricing:
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]

    def mutation(self, field: FieldNode) -> float:
        """A mutation field: its base, and what the children of its payload's own objects cost."""
        inner = sum(
            self._children(child)
            for child in self.fields(field.selection_set)
            if child.selection_set and not _is_free(child.name.value)
        )
        return MUTATION_BASES.get(field.name.value, MUTATION_BASE) + inner

    def selection(self, selections: SelectionSetNode | None) -> float:
        """All fields of a selection; of fragments on other types only the dearest, since one object is of one type."""
        fields, fragments = 0.0, [0.0]
        for node in selections.selections if selections else ():
            if not self._is_included(node):
                continue
            if isinstance(node, FieldNode):
                fields += self.field(node)
            elif isinstance(node, InlineFragmentNode):
                fragments.append(self.selection(node.selection_set))
            elif isinstance(node, FragmentSpreadNode):
                fields += self.selection(self.fragments[node.name.value].selection_set)
        return fields + max(fragments)

    def field(self, field: FieldNode) -> float:
        """One field: nothing for a leaf, 1 and its children for an object, more for a connection."""
        if field.selection_set is None or _is_free(field.name.value):
            return 0.0
        if field.name.value in COUNTS:
            return 10.0 if any(argument.name.value == "query" for argument in field.arguments or ()) else 5.0
        if self._is_connection(field):
            return 2 + page_factor(self._page_size(field)) * self._node(field)
        return 1 + self.selection(field.selection_set)

    def fields(self, selections: SelectionSetNode | None) -> list[FieldNode]:
        """The fields directly in a selection, fragments opened."""
        found: list[FieldNode] = []
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                found.append(node)
            elif isinstance(node, InlineFragmentNode):
                found += self.fields(node.selection_set)
            elif isinstance(node, FragmentSpreadNode):
                found += self.fields(self.fragments[node.name.value].selection_set)
        return found

    def _children(self, field: FieldNode) -> float:
        return self.field(field) if self._is_connection(field) else self.selection(field.selection_set)

    def _is_connection(self, field: FieldNode) -> bool:
        """Only a connection has `nodes`, `edges` or `pageInfo`; a plain list may also take `first`."""
        return any(child.name.value in _PAGED for child in self.fields(field.selection_set))

    def _node(self, connection: FieldNode) -> float:
        """What one node costs: charged for `nodes` and again for `edges { node }`; cursors alone are free."""
        total = 0.0
        for child in self.fields(connection.selection_set):
            if child.name.value == "nodes":
                total += 1 + self.selection(child.selection_set)
            elif child.name.value == "edges":
                inner = [node for node in self.fields(child.selection_set) if node.name.value == "node"]
                total += sum(1 + self.selection(node.selection_set) for node in inner)
        return total

    def _page_size(self, field: FieldNode) -> int:
        for argument in field.arguments or ():
            if argument.name.value in {"first", "last"}:
                size = value_from_ast_untyped(argument.value, dict(self.variables))
                return int(size) if isinstance(size, int) else 1
        return 1

    def _is_included(self, node: Any) -> bool:
        for directive in node.directives or ():
            if directive.name.value not in {"include", "skip"}:
                continue
            wanted = value_from_ast_untyped(directive.arguments[0].value, dict(self.variables))
            if bool(wanted) is (directive.name.value == "skip"):
                return False
        return True


def _is_free(name: str) -> bool:
    """Page information, money and user errors are not charged."""
    return name in _FREE or name.endswith(("Set", "serErrors"))
