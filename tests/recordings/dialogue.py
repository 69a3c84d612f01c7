"""Recordings read into steps: what was asked, and what the real service answered, in the order of the file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    DefinitionNode,
    FragmentDefinitionNode,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)

_REPLY_KEYS = {"data", "errors", "extensions"}
_ENVELOPES = ("response", "payload", "body", "result", "mutation")
_NOT_STEPS = frozenset({"upstreamCalls", "expected", "variables"})
"""`expected` repeats replies; what the recorder's proxy asked (`upstreamCalls`) is read apart."""
VERSION = re.compile(r"\d{4}-\d\d")
MOMENT = re.compile(r'"(?:captured|recorded)At": "([^"]+)"')

GID = re.compile(r"gid://shopify/[A-Za-z]+/\d{5,}")
FIRST = ("setup", "before")
UNREPEATABLE = re.compile(r"Create|Delete|Split|Move|Add|Begin|Commit")
"""Names of mutations that cannot answer twice with the same ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One recorded request with its reply; `place` is the path in the file, `query` None when its text was not kept."""

    place: str
    query: str | None
    variables: Mapping[str, Any]
    reply: Mapping[str, Any]
    operation_name: str | None = None
    has_own_text: bool = True

    @property
    def data(self) -> Mapping[str, Any]:
        return self.reply.get("data") or {}

    @property
    def roots(self) -> tuple[str, ...]:
        """The root fields asked for, aliases resolved; the reply's keys when the text is not known."""
        return root_fields(self.query) if self.query else tuple(self.data)

    @property
    def is_mutation(self) -> bool:
        return operation_kind(self.query) == "mutation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One file. `aside` is what the recorder's proxy asked on its own, at moments that the file does not tell."""

    path: Path
    version: str
    recorded_at: datetime | None
    steps: tuple[Step, ...]
    aside: tuple[Step, ...]

    @property
    def name(self) -> str:
        """`storeA/2026-04/orders/orderClose-parity.json`."""
        return "/".join(self.path.parts[-4:])


def recordings(folder: Path) -> Iterator[Recording]:
    """Every recording under a folder, in the order of their paths."""
    for path in sorted(folder.rglob("*.json")):
        yield read(path)


def read(path: Path) -> Recording:
    """One file; the version is that of its folder."""
    told = json.loads(path.read_bytes())
    version = next(part for part in reversed(path.parts) if VERSION.fullmatch(part))
    aside = told.get("upstreamCalls", []) if isinstance(told, dict) else []
    return Recording(
        path=path,
        version=version,
        recorded_at=_latest(json.dumps(told)),
        steps=tuple(_once(_in_order(list(_steps(told))))),
        aside=tuple(_steps(aside)),
    )


def _in_order(steps: list[Step]) -> list[Step]:
    """What was cleared away was cleared away at the end, or before the start, wherever the file has it.

    A step that names what a later one made comes after that one.
    """
    played = sorted(steps, key=lambda step: _phase(step.place.split(".")))
    for step in list(played):
        maker = _maker(step, played[played.index(step) + 1 :])
        if maker is not None:
            played.remove(step)
            played.insert(played.index(maker) + 1, step)
    return played


def _phase(parts: list[str]) -> int:
    if any(part.startswith(("preCleanup", "preflight")) for part in parts):
        return 0
    return 2 if any(part.startswith("cleanup") for part in parts) else 1


def _maker(step: Step, later: list[Step]) -> Step | None:
    """The later step that first shows an id which this one names, and does not name it itself."""
    named = set(GID.findall(json.dumps(step.variables))) - set(GID.findall(json.dumps(step.reply)))
    for one in later:
        shown = set(GID.findall(json.dumps(one.data))) - set(GID.findall(json.dumps(one.variables)))
        if named & shown and any(UNREPEATABLE.search(root) and "Delete" not in root for root in one.roots):
            return one
    return None


def _once(steps: Iterable[Step]) -> Iterator[Step]:
    """Some files show again what made or deleted something, word for word, or a reply alone: that happened once."""
    steps = tuple(steps)
    replies = [step.reply for step in steps if step.query]
    shown: set[str] = set()
    for step in steps:
        mark = json.dumps([step.query, step.variables, step.reply], sort_keys=True)
        is_again = mark in shown and any(UNREPEATABLE.search(root) for root in step.roots)
        is_reply_alone = not step.place and step.query is None and step.reply in replies
        if not is_again and not is_reply_alone:
            yield step
        shown.add(mark)


def _latest(text: str) -> datetime | None:
    """When it was recorded, where the file tells."""
    return max((datetime.fromisoformat(found) for found in MOMENT.findall(text)), default=None)


def _steps(node: Any, *, place: tuple[str, ...] = ()) -> Iterator[Step]:
    if isinstance(node, list):
        node = {str(at): one for at, one in enumerate(node)}
    if not isinstance(node, dict):
        return
    if _is_reply(node):
        yield Step(place=".".join(place), query=None, variables={}, reply=node)
        return
    key, reply = _reply(node)
    inner = {name: one for name, one in node.items() if name not in _NOT_STEPS and name != key}
    for name in [name for name in inner if reply is not None and name.startswith(FIRST)]:
        yield from _steps(inner.pop(name), place=(*place, name))  # made ready before this was asked
    if reply is not None:
        yield _step(node, reply, place=".".join(place))
    for name, one in inner.items():
        yield from _steps(one, place=(*place, name))


def _step(node: Mapping[str, Any], reply: Mapping[str, Any], *, place: str) -> Step:
    asked = node["request"] if isinstance(node.get("request"), dict) else node
    texts = (asked.get("query"), asked.get("document"), node.get("query"), node.get("document"))
    query = next((text for text in texts if isinstance(text, str)), None)
    variables = asked.get("variables") or node.get("variables") or {}
    name = asked.get("operationName") if len(_operations(query)) > 1 else None
    return Step(place=place, query=_whole(query), variables=variables, reply=reply, operation_name=name)


def _whole(text: str | None) -> str | None:
    """Some texts were stored without the line break and the indentation that they began with; their replies count them."""
    last = (text or "").rpartition("\n")[2]
    indent = last[: len(last) - len(last.lstrip())]
    is_stripped = bool(text and indent and last.strip()) and not text[0].isspace()
    return f"\n{indent}{text}" if is_stripped else text


def _reply(node: Mapping[str, Any]) -> tuple[str | None, dict[str, Any] | None]:
    for key in _ENVELOPES:
        found = node.get(key)
        while isinstance(found, dict) and not _is_reply(found):
            found = next((found[inner] for inner in _ENVELOPES if isinstance(found.get(inner), dict)), None)
        if found is not None and isinstance(found, dict):
            return key, found
    return None, None


def _is_reply(node: Mapping[str, Any]) -> bool:
    has_data = "data" in node and (node["data"] is None or isinstance(node["data"], dict))
    return not set(node) - _REPLY_KEYS and (has_data or isinstance(node.get("errors"), list))


def with_text(step: Step, query: str) -> Step:
    """The step with a text that is not its own."""
    return replace(step, query=query, has_own_text=False)


def operation(query: str | None) -> OperationDefinitionNode | None:
    """The first operation of a text; None when it has none that can be parsed."""
    return next(iter(_operations(query)), None)


def _operations(query: str | None) -> list[OperationDefinitionNode]:
    return [node for node in definitions(query) if isinstance(node, OperationDefinitionNode)]


def fragments(query: str | None) -> dict[str, SelectionSetNode]:
    """What the fragments of a text select."""
    return {
        node.name.value: node.selection_set for node in definitions(query) if isinstance(node, FragmentDefinitionNode)
    }


@cache
def definitions(query: str | None) -> tuple[DefinitionNode, ...]:
    """A text's definitions, parsed once; none when it cannot be parsed."""
    try:
        return tuple(parse(query or "").definitions)
    except GraphQLSyntaxError:
        return ()


def operation_kind(query: str | None) -> str | None:
    found = operation(query)
    return found.operation.value if found else None


def root_fields(query: str) -> tuple[str, ...]:
    found = operation(query)
    chosen = found.selection_set.selections if found else ()
    return tuple(dict.fromkeys(one.name.value for one in chosen if hasattr(one, "name")))
