"""The operations, kept as `.graphql` files beside this module."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graphql.language import DocumentNode

_SPREAD = re.compile(r"\.\.\.([A-Z]\w*)")
_COMMENT = re.compile(r"^\s*#.*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation with the fragments that it uses. `root` is the field that holds its answer."""

    name: str
    text: str
    root: str

    def price(self, variables: Mapping[str, Any]) -> float:
        """The points that it costs with these variables."""
        from adapters.stores.shopify.cost import price  # noqa: PLC0415 - keeps graphql-core out of the start

        return price(_tree(self.text), variables)


@cache
def _tree(text: str) -> DocumentNode:
    from graphql.language import parse  # noqa: PLC0415 - as above

    return parse(text, no_location=True)


def read(file: str) -> str:
    """The text of one file, without comments."""
    text = files("adapters.stores.shopify").joinpath("operations", f"{file}.graphql").read_text(encoding="utf-8")
    return _COMMENT.sub("", text)


@cache
def operation(file: str) -> Operation:
    """The operation in `file`, with the fragments that it needs, directly or not."""
    text = read(file)
    pending, known = _SPREAD.findall(text), set[str]()
    while pending:
        name = pending.pop()
        if name in known:
            continue
        known.add(name)
        fragment = read(_file_of(name))
        text += "\n" + fragment
        pending += _SPREAD.findall(fragment)
    head = re.search(r"(?:query|mutation) (\w+)", text)
    root = re.search(r"\{\s*(\w+)", text[_end_of_head(text) :])
    if head is None or root is None:
        raise ValueError(f"{file}.graphql holds no named operation")
    return Operation(name=head[1], text=text, root=root[1])


def _end_of_head(text: str) -> int:
    """Where the operation's own braces begin: after its variables, which may hold braces as defaults."""
    depth = 0
    for index, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == "{" and depth == 0:
            return index
    return 0


def _file_of(fragment: str) -> str:
    """`OrderFields` lies in `order_fields.graphql`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", fragment).lower()
