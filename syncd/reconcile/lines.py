"""Which supplier a line belongs to, and which lines are nobody's business here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from syncd.domain.orders import DeliveryMethod, FulfillmentOrderStatus, Line, Order
from syncd.reconcile.policy import LineRule, Policy
from syncd.reconcile.units import FINISHED
from syncd.reconcile.view import Skip

_NOT_SENT = {
    DeliveryMethod.PICK_UP: "pickup",
    DeliveryMethod.RETAIL: "carry_out",
    DeliveryMethod.NONE: "not_shippable",
}
"""Delivery methods in which no supplier sends a parcel, and why their lines are left alone."""

_TEXTS = {
    "not_ours": "no supplier claims these lines",
    "gift_card": "gift cards are not shipped",
    "not_shippable": "these lines need no shipping",
    "pickup": "the customer picks these up",
    "carry_out": "the customer took these along",
}


@dataclass(slots=True, kw_only=True)
class Claims:
    """`ours`: line id -> supplier. `twice`: lines that several suppliers claim, and which."""

    ours: dict[str, str] = field(default_factory=dict)
    twice: dict[str, tuple[str, ...]] = field(default_factory=dict)
    skips: tuple[Skip, ...] = ()


def claim(order: Order, *, policy: Policy) -> Claims:
    """Sort the order's lines by whose they are."""
    claims = Claims()
    left: dict[str, list[str]] = {}
    for line in order.lines:
        names = [rules.name for rules in policy.suppliers if claims_line(rules.lines, line=line, order=order)]
        reason = left_alone(line, order=order) if names else "not_ours"
        if reason:
            left.setdefault(reason, []).append(line.id)
        elif len(names) == 1:
            claims.ours[line.id] = names[0]
        else:
            claims.twice[line.id] = tuple(sorted(names))
    claims.skips = tuple(
        Skip(reason=reason, lines=tuple(sorted(lines)), text=_TEXTS[reason]) for reason, lines in sorted(left.items())
    )
    return claims


def claims_line(rule: LineRule, *, line: Line, order: Order) -> bool:
    """Whether every part of the rule that is set holds for the line. Case counts, blanks around do not."""
    is_set = False
    if rule.sku_prefix:
        is_set = True
        if not (line.sku or "").strip().startswith(rule.sku_prefix.strip()):
            return False
    if rule.vendor:
        is_set = True
        if (line.vendor or "").strip() != rule.vendor.strip():
            return False
    if rule.tag:
        is_set = True
        if rule.tag.strip() not in {tag.strip() for tag in order.tags}:
            return False
    if rule.location:
        is_set = True
        if rule.location.strip() not in places(line, order=order):
            return False
    return is_set


def places(line: Line, *, order: Order) -> frozenset[str]:
    """Names and ids of the locations where the line's units are worked on, or were when nothing is left to do."""
    held = [work for work in order.fulfillment_orders if any(part.line_id == line.id for part in work.lines)]
    current = [work for work in held if work.status not in FINISHED] or held
    names = {name.strip() for work in current for name in _names(work.location_id, work.location_name, work.service)}
    for fulfillment in order.fulfillments:
        if fulfillment.is_live and any(done.line_id == line.id for done in fulfillment.lines):
            names.update(_names(fulfillment.location_id, fulfillment.service))
    return frozenset(names)


def _names(*names: str | None) -> Iterable[str]:
    for name in names:
        if name:
            yield name
            if name.startswith("gid://"):
                yield name.rpartition("/")[2]


def left_alone(line: Line, *, order: Order) -> str | None:
    """Why the line is not a matter of parcels, whoever claims it; None = it is one."""
    if line.is_gift_card:
        return "gift_card"
    if not line.requires_shipping:
        return "not_shippable"
    methods = {
        work.delivery_method
        for work in order.fulfillment_orders
        if work.status is not FulfillmentOrderStatus.CANCELLED and any(part.line_id == line.id for part in work.lines)
    }
    if methods and methods <= _NOT_SENT.keys():
        return min(_NOT_SENT[method] for method in methods)
    if not methods and order.source == "pos":
        return "carry_out"
    return None


def is_sent(method: DeliveryMethod) -> bool:
    """Whether work of this delivery method ends in a parcel."""
    return method not in _NOT_SENT
