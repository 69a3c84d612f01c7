"""CJ's JSON read into values: once, here, and nowhere else.

Facts: developers.cjdropshipping.com/en/api/api2/api/shopping.html (read 2026-11-21). Ids come as strings or as integers,
blanks as null, "" or 0. Times without a zone are Beijing's, except `storeCreateDate`, which is UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from syncd.domain.numbers import is_no_number, number_text, split_numbers
from syncd.domain.shipments import Parcel, Rung, SupplierLine, SupplierOrder, SupplierState
from syncd.domain.tracking import Tracking
from syncd.errors import InvalidResponse

BEIJING = timezone(timedelta(hours=8))

STATES: Mapping[str, SupplierState] = {
    "CREATED": SupplierState.UNPAID,
    "IN_CART": SupplierState.UNPAID,
    "UNPAID": SupplierState.UNPAID,
    "UNSHIPPED": SupplierState.PROCESSING,
    "SHIPPED": SupplierState.SHIPPED,
    "DELIVERED": SupplierState.DELIVERED,
    "CANCELLED": SupplierState.CANCELLED,
    "OTHER": SupplierState.HELD,
}
"""Every word that CJ documents for `orderStatus`. A word outside it is UNKNOWN and reported, never guessed."""

_RUNGS = {
    SupplierState.UNPAID: Rung.LABEL,
    SupplierState.PROCESSING: Rung.LABEL,
    SupplierState.SHIPPED: Rung.HANDED_OVER,
    SupplierState.DELIVERED: Rung.DELIVERED,
}
"""How much a number proves beside each state. A number on a dead, held or unknown order proves nothing."""

_CARRIER_RUNGS = {"in transit": Rung.IN_TRANSIT, "delivered": Rung.DELIVERED}
"""The words of `trackingStatus` that are known; others leave the rung as it is."""

_EARLIEST_EPOCH_MS = 10**11
_YEARS = range(2000, 3000)
_EXACT = 2**53


def _id_text(value: Any) -> str | None:
    """An id or word as text. A float is refused where it cannot have kept all the digits of an id."""
    match value:
        case None:
            return None
        case bool():
            raise ValueError("a truth value where an id or a word belongs")
        case int():
            return str(value)
        case float() if value.is_integer() and abs(value) < _EXACT:
            return str(int(value))
        case str():
            return value.strip() or None
        case _:
            raise ValueError(f"{type(value).__name__} where an id or a word belongs")


def _reference(value: Any) -> str | None:
    text = _id_text(value)
    return None if text is None or not text.strip("0") else text


def _cell(value: Any) -> str | int | float | None:
    if value is None or (isinstance(value, str | int | float) and not isinstance(value, bool)):
        return value
    raise ValueError(f"{type(value).__name__} where a tracking number belongs")


def _count(value: Any) -> int | None:
    text = _id_text(value)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise ValueError("no whole number of units")
    return int(text)


Word = Annotated[str | None, BeforeValidator(_id_text)]
Reference = Annotated[str | None, BeforeValidator(_reference)]
"""An id of something else; `0` and blank mean that there is none."""
Identity = Annotated[str, BeforeValidator(_reference)]
Count = Annotated[int | None, BeforeValidator(_count)]
Number = Annotated[Any, BeforeValidator(_cell)]


class Product(BaseModel):
    """One entry of `productList`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    vid: Reference = None
    sku: Word = None
    quantity: Count = None
    storeLineItemId: Reference = None  # noqa: N815 - CJ's spelling


class Row(BaseModel):
    """One order as the list or the detail call shows it. The list shows no `productList` and no `platformOrderId`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    orderId: Identity  # noqa: N815
    orderNum: Word = None  # noqa: N815
    platformOrderId: Reference = None  # noqa: N815
    cjOrderId: Reference = None  # noqa: N815
    shipmentOrderId: Reference = None  # noqa: N815
    orderStatus: Word = None  # noqa: N815
    logisticName: Word = None  # noqa: N815
    trackNumber: Number = None  # noqa: N815
    trackingUrl: Word = None  # noqa: N815
    disputeId: Reference = None  # noqa: N815
    createDate: Any = None  # noqa: N815
    paymentDate: Any = None  # noqa: N815
    outWarehouseTime: Any = None  # noqa: N815
    storeCreateDate: Any = None  # noqa: N815
    productList: tuple[Product, ...] | None = None  # noqa: N815

    @property
    def parent(self) -> str | None:
        """The order that this one was split from; None when it stands alone."""
        return next((ref for ref in (self.shipmentOrderId, self.cjOrderId) if ref and ref != self.orderId), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What `trackInfo` says of one number: the last-mile number, its carrier, and how far the parcel is."""

    last_mile: Tracking | None = None
    rung: Rung | None = None


@dataclass(slots=True)
class _Notes:
    """What could not be understood in one order."""

    texts: list[str] = field(default_factory=list)

    def time(self, value: Any, *, name: str, zone: tzinfo = BEIJING) -> datetime | None:
        try:
            return instant(value, zone=zone)
        except ValueError as exc:
            self.texts.append(f"{name}: {exc}")
            return None


def row(data: Any, *, path: str) -> Row:
    """One row as a value. Raises InvalidResponse with the place inside the answer and without its values."""
    try:
        return Row.model_validate(data)
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join([path, *map(str, first["loc"])])
        raise InvalidResponse(f"CJ: {place}: {first['msg']}", path=place) from None


def instant(value: Any, *, zone: tzinfo) -> datetime | None:
    """A time as aware UTC; `zone` is assumed where none is written. Raises ValueError for anything else."""
    if value is None or value in ("", 0, "0"):
        return None
    try:
        at = _written(value)
    except (ValueError, OverflowError, OSError):
        at = None
    if at is None or at.year not in _YEARS:
        raise ValueError(f"{str(value)[:40]!r} is no time")
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _written(value: Any) -> datetime:
    match value:
        case bool():
            raise ValueError
        case int() if value >= _EARLIEST_EPOCH_MS:
            return datetime.fromtimestamp(value / 1000, tz=UTC)
        case str() if value.strip().isdigit() and int(value) >= _EARLIEST_EPOCH_MS:
            return datetime.fromtimestamp(int(value) / 1000, tz=UTC)
        case str():
            return datetime.fromisoformat(value.strip())
        case _:
            raise ValueError


def supplier_order(
    row: Row, *, supplier: str, products: tuple[Product, ...] | None, sight: Sight | None = None
) -> SupplierOrder:
    """One CJ order as syncd sees it. `products` None = not known, which is not the same as none."""
    notes = _Notes()
    state = _state(row, notes)
    lines = _lines(products, notes)
    created, paid = notes.time(row.createDate, name="createDate"), notes.time(row.paymentDate, name="paymentDate")
    left = notes.time(row.outWarehouseTime, name="outWarehouseTime")
    parcels = _parcels(row, state=state, lines=lines, shipped_at=left, notes=notes)
    if row.disputeId:
        notes.texts.append(f"dispute {row.disputeId} is open at CJ")
    return SupplierOrder(
        supplier=supplier,
        id=row.orderId,
        state=state,
        raw_status=row.orderStatus or "",
        store_order_ids=(row.platformOrderId,) if row.platformOrderId else (),
        store_order_names=(row.orderNum,) if row.orderNum else (),
        lines=lines,
        parcels=tuple(_seen(parcel, sight) for parcel in parcels),
        created_at=created,
        changed_at=max((at for at in (created, paid, left) if at), default=None),
        parent_id=row.parent,
        problems=tuple(notes.texts),
    )


def shows_nothing_new(row: Row, known: SupplierOrder) -> bool:
    """Whether a row of the list agrees with what was known of the order in all that the list shows.

    Never for an order without known lines, nor for one split from another: what is in it changes with its siblings.
    """
    shown = supplier_order(row, supplier=known.supplier, products=None)
    return (
        known.lines is not None
        and shown.parent_id is None
        and known.parent_id is None
        and (shown.state, shown.raw_status) == (known.state, known.raw_status)
        and shown.store_order_names == known.store_order_names
        and shown.created_at == known.created_at
        and (shown.changed_at is None or (known.changed_at is not None and shown.changed_at <= known.changed_at))
        and [parcel.tracking for parcel in shown.parcels] == [parcel.tracking for parcel in known.parcels]
        and set(shown.problems) <= set(known.problems)
    )


def _state(row: Row, notes: _Notes) -> SupplierState:
    state = STATES.get((row.orderStatus or "").upper(), SupplierState.UNKNOWN)
    if state is SupplierState.UNKNOWN:
        notes.texts.append(f"orderStatus {(row.orderStatus or '')[:40]!r} is a word that CJ does not document")
    return state


def _lines(products: tuple[Product, ...] | None, notes: _Notes) -> tuple[SupplierLine, ...] | None:
    return None if products is None else tuple(_line(product, notes) for product in products)


def _line(product: Product, notes: _Notes) -> SupplierLine:
    gid = _line_gid(product.storeLineItemId)
    if product.storeLineItemId and gid is None:
        notes.texts.append(f"storeLineItemId {product.storeLineItemId[:40]!r} is no id of a store line")
    # Without the store's line the variant id stands in as SKU: it matches nothing by accident, and F01 can name it.
    return SupplierLine(line_id=gid, sku=product.sku or (None if gid else product.vid), quantity=product.quantity)


def _line_gid(ref: str | None) -> str | None:
    if ref is None:
        return None
    bare = ref.removeprefix("gid://shopify/LineItem/")
    return f"gid://shopify/LineItem/{bare}" if bare.isascii() and bare.isdigit() else None


def _parcels(
    row: Row,
    *,
    state: SupplierState,
    lines: tuple[SupplierLine, ...] | None,
    shipped_at: datetime | None,
    notes: _Notes,
) -> tuple[Parcel, ...]:
    shown = number_text(row.trackNumber)
    numbers = split_numbers(row.trackNumber)
    if not numbers:
        if shown and is_no_number(shown):
            notes.texts.append(f"trackNumber {shown[:40]!r} is no tracking number")
        return ()
    url = row.trackingUrl if len(numbers) == 1 else None
    tracking = tuple(Tracking(number=number, company=row.logisticName, url=url) for number in numbers)
    rung = _RUNGS.get(state, Rung.ORDERED)
    # CJ has one parcel per order, so its key is the order's id: a replaced number is still the same parcel.
    return (Parcel(key=row.orderId, rung=rung, tracking=tracking, lines=lines, shipped_at=shipped_at),)


def _seen(parcel: Parcel, sight: Sight | None) -> Parcel:
    """The parcel with what `trackInfo` knows of it; evidence is raised, never lowered."""
    if sight is None or parcel.rung is Rung.ORDERED:
        return parcel
    known = {tracking.number for tracking in parcel.tracking}
    more = (sight.last_mile,) if sight.last_mile and sight.last_mile.number not in known else ()
    return replace(parcel, tracking=parcel.tracking + more, rung=max(parcel.rung, sight.rung or parcel.rung))


def sight(data: Any, *, number: str) -> Sight | None:
    """What a `trackInfo` answer says of `number`; None when it says nothing that can be used."""
    for entry in data if isinstance(data, list) else [data]:
        if isinstance(entry, Mapping) and number_text(_scalar(entry.get("trackingNumber"))) == number:
            word = str(entry.get("trackingStatus") or "").strip().lower()
            return Sight(last_mile=_last_mile(entry), rung=_CARRIER_RUNGS.get(word))
    return None


def _scalar(value: Any) -> str | int | None:
    return value if isinstance(value, str | int) and not isinstance(value, bool) else None


def _last_mile(entry: Mapping[str, Any]) -> Tracking | None:
    numbers = split_numbers(_scalar(entry.get("lastTrackNumber")))
    company = _scalar(entry.get("lastMileCarrier"))
    return Tracking(number=numbers[0], company=str(company) if company else None) if numbers else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of the order list. `total` None = the answer does not say how many there are."""

    rows: tuple[Row, ...]
    bad: tuple[InvalidResponse, ...]
    total: int | None


def listing(data: Any) -> Listing:
    """A page, whichever wrapper CJ puts around it: an object with `list`, a bare list, one order, or null for none.

    Raises InvalidResponse when it is none of these. Only the first states how many orders there are.
    """
    match data:
        case None:
            return _page([], total=None)
        case {"list": list(entries)}:
            total = data.get("total")
            return _page(entries, total=total if isinstance(total, int) and not isinstance(total, bool) else None)
        case list(entries):
            return _page(entries, total=None)
        case {"orderId": _}:
            return _page([data], total=None)
        case _:
            raise InvalidResponse("CJ: data holds no list of orders", path="data")


def _page(entries: Iterable[Any], *, total: int | None) -> Listing:
    rows: list[Row] = []
    bad: list[InvalidResponse] = []
    for place, entry in enumerate(entries):
        try:
            rows.append(row(entry, path=f"data.list.{place}"))
        except InvalidResponse as exc:
            bad.append(exc)
    return Listing(rows=tuple(rows), bad=tuple(bad), total=total)
