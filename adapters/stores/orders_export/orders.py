"""What the rows of an export mean as orders.

One row is one line of an order; cells about the order as a whole stand in its first row alone. Lines have no ids, so
they get stable ones made from order, SKU and place. Work and fulfillments are not exported: they are derived from each
line's fulfillment status, without tracking numbers, requests and holds, and `untold` says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from urllib.parse import quote

from adapters.stores.orders_export.cells import financial, instant, order_number, quantity
from adapters.stores.orders_export.table import Row
from syncd.domain.observation import Problem
from syncd.domain.orders import (
    DeliveryMethod,
    FinancialStatus,
    Fulfillment,
    FulfillmentLine,
    FulfillmentOrder,
    FulfillmentOrderLine,
    FulfillmentOrderStatus,
    FulfillmentStatus,
    Line,
    Order,
    RequestStatus,
)

UNTOLD = ("fulfillments.tracking", "fulfillment_orders.requests", "fulfillment_orders.holds", "refunds", "returns")
"""What no export tells. Nothing may be concluded from the absence of these."""

_OPEN = frozenset({"", "pending", "unfulfilled", "unshipped"})
_DONE = frozenset({"fulfilled", "shipped"})
_PART = "partial"
_OFF = frozenset({"restocked", "removed"})
_FALSE = frozenset({"false", "no", "0"})


@dataclass(slots=True, kw_only=True)
class _Group:
    """The rows of one order."""

    number: str
    first: Row
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """One line with where its units are. `done` None = some, but nobody says how many."""

    line: Line
    open: int
    done: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a file says. `complete`: every row found its order."""

    orders: tuple[Order, ...]
    problems: tuple[Problem, ...]
    complete: bool


def read_orders(rows: Iterable[Row], *, exported_at: datetime, zone: tzinfo) -> Reading:
    """The orders of these rows, in the file's order; rows that cannot be used are named with their line.

    `exported_at` stands in for the time of a fulfillment that the export does not date.
    """
    problems: list[Problem] = []
    groups = list(_groups(rows, problems=problems))
    complete = not problems
    orders = []
    for group in groups:
        order = _order(group, exported_at=exported_at, zone=zone, problems=problems)
        if order:
            orders.append(order)
    return Reading(orders=tuple(orders), problems=tuple(problems), complete=complete)


def _groups(rows: Iterable[Row], *, problems: list[Problem]) -> Iterator[_Group]:
    by_number: dict[str, _Group] = {}
    by_name: dict[str, _Group] = {}
    group: _Group | None = None
    for row in rows:
        try:
            group = _group_of(row, before=group, by_number=by_number, by_name=by_name)
        except ValueError as exc:
            problems.append(Problem(place=f"line {row.line}", text=str(exc)))
            # Later rows of that order must not fall to an older order of the same name.
            by_name.pop(row.get("name"), None)
            group = None
            continue
        group.rows.append(row)
    yield from by_number.values()


def _group_of(row: Row, *, before: _Group | None, by_number: dict[str, _Group], by_name: dict[str, _Group]) -> _Group:
    """The order of this row. An order that begins a second time (two exports in one file) replaces the first one."""
    name = row.get("name")
    if not name:
        raise ValueError("a row without an order name")
    if not row.get("id"):
        if name not in by_name:
            raise ValueError(f"a further row of {name}, whose first row is missing or unreadable")
        return by_name[name]
    number = order_number(row.get("id"))
    if before is not None and before.number == number:
        return before
    group = _Group(number=number, first=row)
    by_number[number] = by_name[name] = group
    return group


def _order(group: _Group, *, exported_at: datetime, zone: tzinfo, problems: list[Problem]) -> Order | None:
    first = group.first
    try:
        created = instant(first.get("created at"), zone=zone)
        touched = [instant(first.get(name), zone=zone) for name in ("paid at", "fulfilled at", "cancelled at")]
    except ValueError as exc:
        problems.append(Problem(place=f"line {first.line}", text=f"{first.get('name')}: {exc}"))
        return None
    if created is None:
        problems.append(Problem(place=f"line {first.line}", text=f"{first.get('name')}: it has no creation time"))
        return None
    _, fulfilled, cancelled = touched
    status = _financial(first, problems=problems)
    items, lost = _items(group, is_cancelled=cancelled is not None, problems=problems)
    return Order(
        id=f"gid://shopify/Order/{group.number}",
        name=first.get("name"),
        created_at=created,
        updated_at=max([created, *(at for at in touched if at)]),
        financial=status,
        lines=tuple(item.line for item in items),
        fulfillment_orders=_work(group, items),
        fulfillments=_fulfillments(group.number, items, at=fulfilled or exported_at),
        cancelled_at=cancelled,
        tags=frozenset(tag.strip() for tag in first.get("tags").split(",") if tag.strip()),
        source=first.get("source") or None,
        cut=("lines",) if lost else (),
        untold=UNTOLD,
    )


def _financial(first: Row, *, problems: list[Problem]) -> FinancialStatus:
    status = financial(first.get("financial status"))
    if status is FinancialStatus.UNKNOWN:
        said = first.get("financial status") or "no payment status"
        problems.append(Problem(place=f"line {first.line}", text=f"{first.get('name')}: {said!r} is not understood"))
    return status


def _items(group: _Group, *, is_cancelled: bool, problems: list[Problem]) -> tuple[list[_Item], bool]:
    """The order's lines, and whether one of them was lost."""
    places: Counter[str] = Counter()
    items: list[_Item] = []
    lost = False
    for row in group.rows:
        sku = row.get("lineitem sku")
        name = sku or row.get("lineitem name")
        places[name] += 1
        line_id = f"gid://orders-export/LineItem/{group.number}-{quote(name, safe='')}-{places[name]}"
        try:
            items.append(_item(row, line_id=line_id, is_cancelled=is_cancelled))
        except ValueError as exc:
            lost = True
            problems.append(Problem(place=f"line {row.line}", text=f"{group.first.get('name')}: {exc}"))
    return items, lost


def _item(row: Row, *, line_id: str, is_cancelled: bool) -> _Item:
    units = quantity(row.get("lineitem quantity"))
    word = row.get("lineitem fulfillment status").lower()
    done, left = _split(word, units)
    # Cancelling an order takes its open units off, whatever word the export still shows for them.
    off = is_cancelled or word in _OFF
    return _Item(
        line=Line(
            id=line_id,
            sku=row.get("lineitem sku") or None,
            quantity=units,
            current_quantity=units - left if off else units,
            requires_shipping=row.get("lineitem requires shipping").lower() not in _FALSE,
            vendor=row.get("vendor") or None,
            title=row.get("lineitem name"),
        ),
        open=0 if off else left,
        done=done,
    )


def _split(word: str, units: int) -> tuple[int, int]:
    """Units done and left, by the line's fulfillment status."""
    if word in _DONE:
        return units, 0
    if word in _OPEN or word in _OFF:
        return 0, units
    if word == _PART and units == 2:
        return 1, 1
    if word == _PART:
        raise ValueError(f"partly fulfilled, but an export does not say how many of {units} units; line left out")
    raise ValueError(f"{word!r} is no fulfillment status; line left out")


def _work(group: _Group, items: list[_Item]) -> tuple[FulfillmentOrder, ...]:
    """What is still to be done, in one piece: the export knows no locations. Nothing may be done with it."""
    parts = tuple(
        FulfillmentOrderLine(
            id=f"{item.line.id}-open", line_id=item.line.id, total=item.line.quantity, remaining=item.open
        )
        for item in items
        if item.open
    )
    if not parts:
        return ()
    work = FulfillmentOrder(
        id=f"gid://orders-export/FulfillmentOrder/{group.number}",
        status=FulfillmentOrderStatus.OPEN,
        request_status=RequestStatus.UNKNOWN,
        location_id=None,
        delivery_method=_method(group.first),
        lines=parts,
    )
    return (work,)


def _method(first: Row) -> DeliveryMethod:
    """A sale at the till without a shipping method was carried out of the shop."""
    is_till = first.get("source") == "pos" and not first.get("shipping method")
    return DeliveryMethod.RETAIL if is_till else DeliveryMethod.SHIPPING


def _fulfillments(number: str, items: list[_Item], *, at: datetime) -> tuple[Fulfillment, ...]:
    parts = tuple(FulfillmentLine(line_id=item.line.id, quantity=item.done) for item in items if item.done)
    if not parts:
        return ()
    done = Fulfillment(
        id=f"gid://orders-export/Fulfillment/{number}", status=FulfillmentStatus.SUCCESS, created_at=at, lines=parts
    )
    return (done,)
