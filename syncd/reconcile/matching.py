"""Which units of the order a supplier's orders and parcels are about. What is ambiguous is said to be so, never guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from syncd.domain.numbers import is_no_number, normalise
from syncd.domain.orders import Line
from syncd.domain.shipments import DEAD, Parcel, Rung, SupplierLine, SupplierOrder, SupplierState
from syncd.domain.tracking import Tracking
from syncd.reconcile.policy import SupplierRules
from syncd.reconcile.units import Units
from syncd.reconcile.view import LinkedOrder, SupplierView

ALL_SHIPPED = frozenset({SupplierState.SHIPPED, SupplierState.DELIVERED})
"""States in which a supplier says that the whole of its order has left."""

_SHORTEST_PLAIN = 8


@dataclass(slots=True, kw_only=True, eq=False)
class Placed:
    """One supplier order, laid on the lines of the store's order.

    `covers`: units by line. `off`: units that the supplier itself took off. `strange`: supplier lines that fit no line
    of ours. `unclear`: lines of ours that fit equally well, so that nobody can say which is meant.
    """

    linked: LinkedOrder
    scope: tuple[str, ...]
    covers: dict[str, int] = field(default_factory=dict)
    off: dict[str, int] = field(default_factory=dict)
    strange: tuple[SupplierLine, ...] = ()
    unclear: tuple[str, ...] = ()

    @property
    def order(self) -> SupplierOrder:
        return self.linked.order

    @property
    def is_dead(self) -> bool:
        return self.linked.order.state in DEAD

    @property
    def states_lines(self) -> bool:
        """Whether the supplier says which units it is about."""
        return bool(self.linked.order.lines)

    @property
    def is_shown(self) -> bool:
        """Whether the last complete read showed it."""
        return self.linked.missing_reads == 0

    @property
    def is_live(self) -> bool:
        """Whether the supplier may still be working on it, or has shipped it."""
        return not self.is_dead


@dataclass(slots=True, kw_only=True, eq=False)
class Shipment:
    """What arrives under one set of numbers: usually one parcel; several where only their joint contents are known.

    `contents` None = not known; then `scope` names the lines that it may be about. `unclear`: known to fit several
    lines equally well.
    """

    supplier: str
    placed: Placed
    parcels: tuple[Parcel, ...]
    keys: tuple[str, ...]
    rung: Rung
    tracking: tuple[Tracking, ...]
    numbers: tuple[str, ...]
    """Normalised, in the order of `tracking`."""
    contents: dict[str, int] | None
    scope: tuple[str, ...]
    unclear: bool = False
    also: list[Placed] = field(default_factory=list)
    """Further supplier orders that show the same parcel."""

    def is_of(self, placed: Placed) -> bool:
        """Whether this supplier order shows it."""
        return self.placed is placed or placed in self.also

    @property
    def parcel(self) -> Parcel:
        return self.parcels[0]

    @property
    def key(self) -> str:
        return self.keys[0]


@dataclass(slots=True, kw_only=True, eq=False)
class Side:
    """One supplier of the order: what it claims and what it shows."""

    rules: SupplierRules
    view: SupplierView | None
    lines: Mapping[str, Line]
    orders: tuple[Placed, ...] = ()
    shipments: tuple[Shipment, ...] = ()

    @property
    def name(self) -> str:
        return self.rules.name

    @property
    def is_readable(self) -> bool:
        """Whether the last read of this supplier was whole: only then may anything be concluded from it."""
        return self.view is not None and self.view.complete

    @property
    def live_orders(self) -> list[Placed]:
        return [placed for placed in self.orders if placed.is_live]


def match_side(
    rules: SupplierRules, view: SupplierView | None, *, lines: Mapping[str, Line], units: Mapping[str, Units]
) -> Side:
    """Lay the supplier's orders and parcels on the lines that it claims (`lines`)."""
    side = Side(rules=rules, view=view, lines=lines)
    if view is None or not view.orders:
        return side
    linked = sorted(view.orders, key=lambda one: one.order.id)
    side.orders = tuple(_lay(one, lines=lines, units=units) for one in linked)
    vague = _vague_lines(side.orders)
    shipments: list[Shipment] = []
    for placed in side.orders:
        shipments.extend(_shipments(side, placed, vague=vague, units=units))
    side.shipments = tuple(_joined(shipments))
    return side


def _lay(linked: LinkedOrder, *, lines: Mapping[str, Line], units: Mapping[str, Units]) -> Placed:
    scope, is_named = _scope(linked, lines)
    placed = Placed(linked=linked, scope=tuple(scope))
    stated = linked.order.lines
    if not stated:
        placed.covers = {line_id: units[line_id].wanted for line_id in scope}
        return placed
    alive = [line for line in stated if line.state not in DEAD]
    fit = fit_lines(alive, scope=scope, units=units, is_named=is_named)
    placed.covers, placed.strange, placed.unclear = fit.units, fit.strange, fit.unclear
    if len(alive) != len(stated):
        dead = [line for line in stated if line.state in DEAD]
        placed.off = fit_lines(dead, scope=scope, units=units, is_named=is_named).units
    return placed


def _scope(linked: LinkedOrder, lines: Mapping[str, Line]) -> tuple[dict[str, Line], bool]:
    """The lines that the links allow, and whether a link names exactly one of them."""
    named: dict[str, Line] = {}
    for link in linked.links:
        if link.line_id is None and link.line_sku is None:
            return dict(lines), False
        for line in lines.values():
            if same_id(link.line_id, line.id) or same_sku(link.line_sku, line.sku):
                named[line.id] = line
    if not linked.links:
        return dict(lines), False
    return named, len(named) == 1


def same_id(stated: str | None, line_id: str) -> bool:
    """Whether a line id given back by a supplier is this line's: as a gid or as its bare number."""
    return stated is not None and (stated == line_id or stated == line_id.rpartition("/")[2])


def same_sku(stated: str | None, sku: str | None) -> bool:
    """Whether two SKUs are the same: case counts, blanks around do not; no SKU equals nothing."""
    return bool(stated and sku) and str(stated).strip() == str(sku).strip() != ""


@dataclass(slots=True, kw_only=True)
class Fit:
    """How supplier lines fit lines of ours. `open_ended`: lines whose quantity the supplier does not say."""

    units: dict[str, int] = field(default_factory=dict)
    open_ended: frozenset[str] = frozenset()
    strange: tuple[SupplierLine, ...] = ()
    unclear: tuple[str, ...] = ()


def fit_lines(
    stated: Iterable[SupplierLine], *, scope: Mapping[str, Line], units: Mapping[str, Units], is_named: bool
) -> Fit:
    """Fit supplier lines to `scope`. Lines with one SKU are one heap: clear only if all of the heap is meant."""
    heaps: dict[tuple[str, ...], int | None] = {}
    strange: list[SupplierLine] = []
    for line in stated:
        hits = _hits(line, scope) or (tuple(scope) if is_named else ())
        if not hits:
            strange.append(line)
        else:
            before = heaps.setdefault(hits, 0)
            heaps[hits] = None if before is None or line.quantity is None else before + line.quantity
    fit = Fit(strange=tuple(strange))
    for hits, quantity in heaps.items():
        _deal(fit, hits, quantity, units=units)
    return fit


def _hits(line: SupplierLine, scope: Mapping[str, Line]) -> tuple[str, ...]:
    if line.line_id is not None:
        return tuple(line_id for line_id in scope if same_id(line.line_id, line_id))
    if not (line.sku or "").strip():
        return tuple(scope)
    return tuple(line_id for line_id, ours in scope.items() if same_sku(line.sku, ours.sku))


def _deal(fit: Fit, hits: tuple[str, ...], quantity: int | None, *, units: Mapping[str, Units]) -> None:
    total = sum(units[line_id].wanted for line_id in hits)
    if len(hits) == 1:
        (line_id,) = hits
        fit.units[line_id] = fit.units.get(line_id, 0) + (total if quantity is None else quantity)
        if quantity is None:
            fit.open_ended |= {line_id}
    elif quantity is None or quantity == total:
        for line_id in hits:
            fit.units[line_id] = units[line_id].wanted
        if quantity is None:
            fit.open_ended |= set(hits)
    else:
        fit.unclear = (*fit.unclear, *hits)


def _vague_lines(orders: Sequence[Placed]) -> frozenset[str]:
    """Lines about which several live supplier orders of one supplier do not say how many units each has."""
    seen = Counter(line_id for placed in orders if placed.is_live for line_id in placed.covers)
    vague: set[str] = set()
    for placed in orders:
        if placed.is_live and not placed.states_lines:
            vague.update(line_id for line_id in placed.covers if seen[line_id] > 1)
    return frozenset(vague)


def _shipments(side: Side, placed: Placed, *, vague: frozenset[str], units: Mapping[str, Units]) -> Iterable[Shipment]:
    known: list[Shipment] = []
    blank: list[Parcel] = []
    for parcel in placed.order.parcels:
        if parcel.lines:
            known.append(_stated(side, placed, parcel, units=units))
        else:
            blank.append(parcel)
    if blank:
        blank.sort(key=lambda parcel: parcel.key)
        known.extend(_unstated(side, placed, blank, known=known, vague=vague))
    return known


def _stated(side: Side, placed: Placed, parcel: Parcel, *, units: Mapping[str, Units]) -> Shipment:
    """A parcel whose contents the supplier states. A blank quantity means all units, if no other parcel has some."""
    scope = {line_id: side.lines[line_id] for line_id in placed.scope}
    is_named = len(scope) == 1 and _is_narrowed(placed)
    fit = fit_lines(parcel.lines or (), scope=scope, units=units, is_named=is_named)
    is_shared = bool(fit.open_ended) and any(
        other is not parcel and _mentions(other, fit.open_ended, scope=scope)
        for one in side.orders
        for other in one.order.parcels
    )
    if fit.units and not fit.unclear and not is_shared:
        return _shipment(side, placed, (parcel,), contents=fit.units)
    made = _shipment(side, placed, (parcel,), contents=None)
    made.unclear = True
    # What fits none of our lines can only be about one that the supplier does not name elsewhere.
    made.scope = tuple(dict.fromkeys((*fit.units, *fit.unclear))) or tuple(
        line_id for line_id in placed.scope if line_id not in placed.covers
    )
    return made


def _is_narrowed(placed: Placed) -> bool:
    return any(link.line_id or link.line_sku for link in placed.linked.links)


def _mentions(parcel: Parcel, line_ids: frozenset[str], *, scope: Mapping[str, Line]) -> bool:
    return any(hit in line_ids for line in parcel.lines or () for hit in _hits(line, scope))


def _unstated(
    side: Side,
    placed: Placed,
    blank: Sequence[Parcel],
    *,
    known: Sequence[Shipment],
    vague: frozenset[str],
) -> list[Shipment]:
    """Parcels without stated contents. When the whole order has left, together they hold what no other parcel holds."""
    rest = dict(placed.covers)
    for shipment in known:
        for line_id, quantity in (shipment.contents or {}).items():
            if line_id in rest:
                rest[line_id] -= quantity
    rest = {line_id: quantity for line_id, quantity in rest.items() if quantity > 0}
    is_known = bool(rest) and not placed.unclear and not placed.strange and vague.isdisjoint(rest)
    is_known = is_known and all(shipment.contents is not None for shipment in known)
    if is_known and placed.order.state in ALL_SHIPPED:
        numbered = [parcel for parcel in blank if parcel.tracking]
        return [_shipment(side, placed, numbered or blank, contents=rest)]
    if is_known and _must_be(rest, blank, state=placed.order.state):
        return [_shipment(side, placed, (parcel,), contents=dict(rest)) for parcel in blank]
    return [_shipment(side, placed, (parcel,), contents=None) for parcel in blank]


def _must_be(rest: Mapping[str, int], blank: Sequence[Parcel], *, state: SupplierState) -> bool:
    """Whether a parcel can hold nothing else: one unit is left, or one line and one parcel for all of it."""
    if sum(rest.values()) == 1:
        return True
    return len(rest) == 1 and len(blank) == 1 and state is not SupplierState.PART_SHIPPED


def _shipment(side: Side, placed: Placed, parcels: Sequence[Parcel], *, contents: dict[str, int] | None) -> Shipment:
    tracking = {
        normalise(one.number): one for parcel in reversed(parcels) for one in reversed(parcel.tracking) if usable(one)
    }
    seen = placed.linked.max_rungs
    rung = min(max(parcel.rung, seen.get(parcel.key, Rung.ORDERED)) for parcel in parcels)
    return Shipment(
        supplier=side.name,
        placed=placed,
        parcels=tuple(parcels),
        keys=tuple(f"{side.name}/{placed.order.id}/{parcel.key}" for parcel in parcels),
        # Without a number nothing is above ordered, whatever the status says.
        rung=rung if tracking else Rung.ORDERED,
        tracking=tuple(reversed(tracking.values())),
        numbers=tuple(reversed(tracking)),
        contents=contents,
        scope=tuple(contents) if contents is not None else placed.scope,
    )


def usable(tracking: Tracking) -> bool:
    """Whether it is a number at all and not a word for none."""
    return is_plain_number(tracking.number) or not is_no_number(tracking.number)


def is_plain_number(number: str) -> bool:
    """Whether it is certainly a number: at least eight letters and digits, not all letters, not all zeros.

    Only saves the closer look at words that mean "no number", all of which are shorter or have other signs.
    """
    return (
        len(number) >= _SHORTEST_PLAIN
        and number.isascii()
        and number.isalnum()
        and not number.isalpha()
        and number.strip("0") != ""
    )


def _joined(shipments: Sequence[Shipment]) -> list[Shipment]:
    """The same parcel seen in several supplier orders is one shipment: one fulfillment, one mail."""
    joined: dict[tuple[str, ...], Shipment] = {}
    single: list[Shipment] = []
    for shipment in sorted(shipments, key=lambda one: one.key):
        first = joined.get(shipment.numbers)
        if not shipment.numbers or shipment.contents is None or shipment.placed.is_dead:
            single.append(shipment)
        elif first is None:
            joined[shipment.numbers] = shipment
        else:
            _join(first, shipment)
    return sorted([*joined.values(), *single], key=lambda one: one.key)


def _join(first: Shipment, other: Shipment) -> None:
    contents = dict(first.contents or {})
    for line_id, quantity in (other.contents or {}).items():
        contents[line_id] = contents.get(line_id, 0) + quantity
    first.contents, first.scope = contents, tuple(contents)
    first.parcels, first.keys = (*first.parcels, *other.parcels), (*first.keys, *other.keys)
    first.rung = max(first.rung, other.rung)
    first.also.append(other.placed)
    # Of two reports of one number, the one that names a carrier counts.
    pairs = zip(first.tracking, other.tracking, strict=True)
    first.tracking = tuple(theirs if one.company is None else one for one, theirs in pairs)
