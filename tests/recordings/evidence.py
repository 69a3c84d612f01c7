"""What a recording shows about things that it never made: the world that it presupposes.

Things are kept by their recorded id, each with the fields that replies showed of it, under the schema's names (aliases
resolved, connections as lists). The earliest showing counts: later ones tell what the dialogue did.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import FieldNode, InlineFragmentNode, SelectionSetNode

from tests.recordings.dialogue import Recording, Step, fragments, operation

GID = re.compile(r"gid://shopify/([A-Za-z]+)/[^?\s\"]+(\?.*)?")

TAG = re.compile(r"\btag:'?([\w-]+)")

LASTING = frozenset(
    {"Location", "Product", "ProductVariant", "InventoryItem", "Customer", "FulfillmentService", "App", "AppInstallation",
     "ReturnReasonDefinition", "Publication", "ChannelInformation", "Channel"}
)  # fmt: skip
"""Kinds of things that mutations of orders show but do not make."""

MAKERS = {
    "locationAdd": {"Location"},
    "fulfillmentServiceCreate": {"FulfillmentService", "Location"},
    "customerCreate": {"Customer"},
}
"""Mutations that make lasting things."""

PLACING = frozenset({"orderCreate", "draftOrderComplete"})


@dataclass(slots=True)
class Evidence:
    """Things by id, in the order in which they were first seen."""

    ever: dict[str, dict[str, Any]] = field(default_factory=dict)
    """All that is shown of them, the earliest showing of a field first."""
    before: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What was shown of them before the dialogue did anything to them."""
    routed_to: Mapping[str, Any] = field(default_factory=dict)
    """The location that new orders were assigned to, as far as it is shown."""
    currency: str | None = None
    """The shop's, where it is shown."""
    products: int = 0
    """How many products the shop says that it has."""
    orders_before: int = 0
    """How many orders the shop says that it had, when the first step asks for their count."""

    first_done: dict[str, Step] = field(default_factory=dict)
    """The first mutation that names each thing."""

    def note(self, shown: Any) -> None:
        """Add all that is shown, whoever made it."""
        _collect(shown, self, _Ids(), counts=True)

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Things of a kind that are more than an id, with all that is shown of them."""
        return [shown for key, shown in self.ever.items() if kind_of(key) == kind and len(shown) > 1]


def kind_of(gid: str) -> str:
    found = GID.fullmatch(gid)
    return found[1] if found else ""


def presupposed(recording: Recording, steps: Iterable[Step]) -> Evidence:
    """What was there before the first step."""
    evidence, ids, steps = Evidence(), _Ids(), tuple(steps)
    for step in recording.aside:
        ids.made |= _made_by(step)
    for step in steps:
        ids.read(step, known=evidence.ever.keys())
        is_plain = not step.is_mutation or _is_refused(step)
        _collect(canonical(step), evidence, ids, counts=is_plain)
    shown = Evidence()
    for step in recording.aside:
        _collect(canonical(step), shown, ids.untouched(), counts=True)
    placing = [step for step in steps if set(step.roots) & PLACING]
    found = _earlier(shown, evidence, routed_to=_routed_to(map(canonical, (*placing, *steps, *recording.aside))))
    found.orders_before = _orders_before(steps)
    counts = [(step.data.get("productsCount") or {}).get("count", 0) for step in steps]
    found.products = max(counts, default=0)
    shops = (canonical(step).get("shop") for step in (*steps, *recording.aside))
    found.currency = next((one["currencyCode"] for one in shops if one and "currencyCode" in one), None)
    for step in steps:
        if step.is_mutation:
            for gid in GID.finditer(json.dumps(step.variables)):
                found.first_done.setdefault(gid[0], step)
    return found


def _orders_before(steps: Sequence[Step]) -> int:
    asked = operation(steps[0].query) if steps else None
    for one in asked.selection_set.selections if asked else ():
        if isinstance(one, FieldNode) and one.name.value == "ordersCount" and not one.arguments:
            return int((steps[0].data.get("ordersCount") or {}).get("count", 0))
    return 0


def _routed_to(shown: Iterable[Any]) -> Mapping[str, Any]:
    """Where the first fulfillment order that is shown was assigned; `id`, `name` or both."""
    for value in shown:
        for place in _places(value):
            return {**place, **(place.get("location") or {})}
    return {}


def _places(value: Any) -> Iterator[Mapping[str, Any]]:
    match value:
        case list():
            for one in value:
                yield from _places(one)
        case dict():
            if isinstance(value.get("assignedLocation"), dict):
                yield value["assignedLocation"]
            for one in value.values():
                yield from _places(one)


@dataclass(slots=True)
class _Ids:
    """What the dialogue has made, named and changed so far."""

    made: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)

    def read(self, step: Step, *, known: Iterable[str]) -> None:
        here = {found[0] for found in GID.finditer(json.dumps(step.variables))}
        self.named |= here
        if step.is_mutation:
            self.made |= _made_by(step) - self.named - set(known)
            if not _is_refused(step):
                self.touched |= here | set(_shown_by(step))

    def untouched(self) -> _Ids:
        return _Ids(made=self.made)


def _earlier(first: Evidence, then: Evidence, *, routed_to: Mapping[str, Any]) -> Evidence:
    """What the proxy asked is earlier than what the dialogue did to a thing, but later than what was read before."""
    before = {key: merged(then.before.get(key, {}), first.before.get(key, {})) for key in (*then.before, *first.before)}
    ever = {key: merged(before.get(key, {}), then.ever.get(key, {})) for key in (*then.ever, *first.ever)}
    return Evidence(ever=ever, before=before, routed_to=routed_to)


def _is_refused(step: Step) -> bool:
    payloads = [one for one in step.data.values() if isinstance(one, dict)]
    return not payloads or any(one.get("userErrors") for one in payloads)


def _made_by(step: Step) -> set[str]:
    if not step.is_mutation:
        return set()
    kinds = {kind for root in step.roots for kind in MAKERS.get(root, ())}
    return {key for key in _shown_by(step) if kind_of(key) not in LASTING or kind_of(key) in kinds}


def _shown_by(step: Step) -> list[str]:
    shown = Evidence()
    shown.note(canonical(step))
    return list(shown.ever)


def _collect(value: Any, evidence: Evidence, ids: _Ids, *, counts: bool, is_made: bool = False) -> None:
    """Note every thing in `value`. `counts`: it shows what was before, unless the dialogue changed the thing by then."""
    match value:
        case list():
            for one in value:
                _collect(one, evidence, ids, counts=counts, is_made=is_made)
        case dict():
            gid = value.get("id")
            if isinstance(gid, str) and GID.fullmatch(gid):
                is_made = gid in ids.made or (is_made and kind_of(gid) not in LASTING)  # what is made has made parts
                counts = counts and gid not in ids.touched
                if not is_made:
                    evidence.ever[gid] = merged(evidence.ever.get(gid, {}), value)
                if not is_made and counts:
                    evidence.before[gid] = merged(evidence.before.get(gid, {}), value)
            for one in value.values():
                _collect(one, evidence, ids, counts=counts, is_made=is_made)


def merged(first: Mapping[str, Any], then: Mapping[str, Any]) -> dict[str, Any]:
    """Both showings of one thing; what the first one says counts."""
    both = dict(then)
    for key, value in first.items():
        both[key] = _joined(value, then.get(key))
    return both


def _joined(one: Any, other: Any) -> Any:
    if one is None:
        return other
    if isinstance(one, dict) and isinstance(other, dict) and one.get("id") == other.get("id"):
        return merged(one, other)
    if isinstance(one, list) and isinstance(other, list) and all(_gid(row) for row in (*one, *other)):
        rows = {_gid(row): row for row in other}
        return [merged(row, rows.get(_gid(row), {})) for row in one] or list(other)
    return one


def _gid(row: Any) -> str | None:
    return row.get("id") if isinstance(row, dict) else None


def canonical(step: Step) -> dict[str, Any]:
    """The data of a reply under the schema's own names; orders that were searched by a tag have it."""
    shown = _canonical(step)
    tags = TAG.findall(json.dumps([step.query, step.variables]))
    if len(tags) == 1 and isinstance(shown.get("orders"), list):
        shown["orders"] = [{"tags": tags, **one} for one in shown["orders"]]
    return shown


def _canonical(step: Step) -> dict[str, Any]:
    asked = operation(step.query)
    if asked is None:
        return {key: _plain(value) for key, value in step.data.items()}
    return _named(asked.selection_set, step.data, fragments(step.query))


def _named(chosen: SelectionSetNode, value: Mapping[str, Any], known: Mapping[str, SelectionSetNode]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for one in chosen.selections:
        if not isinstance(one, FieldNode):
            inner = one.selection_set if isinstance(one, InlineFragmentNode) else known[one.name.value]
            out = merged(out, _named(inner, value, known))
            continue
        key = one.alias.value if one.alias else one.name.value
        name = key if one.name.value in out else one.name.value  # asked for twice: each under its own name
        if key in value:
            out[name] = _joined(out.get(name), _value(one, value[key], known))
    return out


def _value(node: FieldNode, value: Any, known: Mapping[str, SelectionSetNode]) -> Any:
    match value:
        case list():
            return [_value(node, one, known) for one in value]
        case dict() if node.selection_set is not None:
            return _flat(_named(node.selection_set, value, known))
        case _:
            return value


def _flat(value: dict[str, Any]) -> Any:
    """A connection as the list of its nodes."""
    if "nodes" in value:
        return value["nodes"]
    if "edges" in value and isinstance(value["edges"], list):
        return [edge.get("node") for edge in value["edges"]]
    return value


def _plain(value: Any) -> Any:
    match value:
        case list():
            return [_plain(one) for one in value]
        case dict():
            return _flat({key: _plain(one) for key, one in value.items()})
        case _:
            return value
