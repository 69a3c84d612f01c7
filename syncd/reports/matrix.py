"""How many units of each line stand where: in the store and at its supplier. Counted by the rules that decide."""

from __future__ import annotations

from dataclasses import dataclass

from syncd.domain.orders import Line
from syncd.reconcile.lines import claim
from syncd.reconcile.matching import Side, match_side
from syncd.reconcile.policy import Policy
from syncd.reconcile.units import Units, count
from syncd.reconcile.view import OrderView


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCount:
    """Units of one order line. `placed` and `shipped` None = nobody can say how many, or no supplier claims it."""

    name: str
    supplier: str
    ordered: int
    removed: int
    fulfilled: int
    open: int
    placed: int | None
    shipped: int | None


def matrix(view: OrderView, *, policy: Policy) -> tuple[LineCount, ...]:
    """One row per line, in the order's order."""
    units = count(view.order)
    claims = claim(view.order, policy=policy)
    sides = {
        rules.name: _side(view, rules.name, policy=policy, ours=claims.ours, units=units) for rules in policy.suppliers
    }
    rows = []
    for line in view.order.lines:
        name = claims.ours.get(line.id)
        twice = " or ".join(claims.twice.get(line.id, ()))
        rows.append(
            _row(line, units[line.id], side=sides[name] if name else None, supplier=name or twice, policy=policy)
        )
    return tuple(rows)


def _side(view: OrderView, name: str, *, policy: Policy, ours: dict[str, str], units: dict[str, Units]) -> Side:
    rules = next(rules for rules in policy.suppliers if rules.name == name)
    seen = next((supplier for supplier in view.suppliers if supplier.name == name), None)
    lines = {line.id: line for line in view.order.lines if ours.get(line.id) == name}
    return match_side(rules, seen, lines=lines, units=units)


def _row(line: Line, units: Units, *, side: Side | None, supplier: str, policy: Policy) -> LineCount:
    return LineCount(
        name=line.sku or line.title or line.id.rpartition("/")[2],
        supplier=supplier,
        ordered=units.ordered,
        removed=units.removed,
        fulfilled=units.fulfilled,
        open=units.open,
        placed=_placed(side, line) if side else None,
        shipped=_shipped(side, line, policy=policy) if side else None,
    )


def _placed(side: Side, line: Line) -> int | None:
    if not side.orders and not side.is_readable:
        return None
    if any(line.id in placed.unclear for placed in side.live_orders):
        return None
    return sum(placed.covers.get(line.id, 0) for placed in side.live_orders)


def _shipped(side: Side, line: Line, *, policy: Policy) -> int | None:
    if not side.orders and not side.is_readable:
        return None
    gone = [one for one in side.shipments if one.rung >= policy.fulfill_on and line.id in one.scope]
    if any(one.contents is None for one in gone):
        return None
    return sum((one.contents or {}).get(line.id, 0) for one in gone)
