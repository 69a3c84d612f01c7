"""Which column holds what: as the stanza maps it, or proposed from the names that such files usually have."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from io import StringIO

from adapters.suppliers.feed.records import Record, records
from syncd.secrets import redact

DELIMITERS = (",", ";", "\t", "|")
SEARCHED = 30
"""Records among which the header is looked for: exports often begin with titles and blank lines."""

_NEEDED = ("order", "tracking")
_OPTIONAL = frozenset({"carrier", "url"})
"""A mapped column of these that is missing costs a name or a link; any other changes what a row means."""

_NAMES: Mapping[str, tuple[str, ...]] = {
    "order": (
        "ordername", "order", "ordernumber", "orderno", "ordernum", "shopifyorder", "storeorder", "shopifyordername",
        "shopifyordernumber", "storeordernumber", "customerorder", "customerordernumber", "customerorderno", "orderid",
        "orderreference", "orderreferencenumber", "orderref", "ponumber", "purchaseorder", "customerreference",
        "partnerorderreferencenumber", "referencewebshop", "reference", "bestellnummer", "bestellung", "auftragsnummer",
        "numerodecommande", "commande", "ordrenummer", "ordrenr", "订单号", "订单编号", "订单", "訂單編號", "name",
    ),
    "tracking": (
        "trackingnumber", "tracking", "trackingno", "trackingnr", "trackingcode", "trackingid", "shipmenttrackingnumber",
        "fulfillmenttrackingnumber", "trackingnumbers", "awb", "awbnumber", "waybill", "waybillnumber", "consignmentnumber",
        "parcelnumber", "sendungsnummer", "paketnummer", "numerodesuivi", "sporingsnummer", "trackingnummer",
        "运单号", "快递单号", "物流单号", "跟踪号", "追蹤號碼",
    ),
    "sku": (
        "lineitemsku", "sku", "linesku", "itemsku", "variantsku", "productsku", "sellersku", "merchantsku", "productcode",
        "itemcode", "artikelnummer", "varenummer", "商品编码",
    ),
    "quantity": (
        "quantity", "qty", "lineitemquantity", "linequantity", "quantityshipped", "qtyshipped", "shippedquantity",
        "shippedqty", "productcount", "menge", "anzahl", "quantite", "antal", "数量", "數量",
    ),
    "carrier": (
        "trackingcompany", "carrier", "shippingcarrier", "carriername", "courier", "shippingcompany", "couriername",
        "fulfillmenttrackingcompany", "company", "versanddienstleister", "versender", "transporteur", "fragtfirma",
        "物流公司", "快递公司", "物流方式",
    ),
    "url": (
        "trackingurl", "trackinglink", "shipmenttrackingurl", "fulfillmenttrackingurl", "carrierurl", "sendungsverfolgung",
        "liendesuivi", "追踪链接",
    ),
    "shipped_at": (
        "shipdate", "shippeddate", "shippingdate", "dateshipped", "shippedat", "shippedon", "dispatchdate", "dispatchedat",
        "despatchdate", "shipmentdate", "versanddatum", "datedexpedition", "afsendelsesdato", "发货时间", "发货日期",
    ),
    "status": ("status", "orderstatus", "shipmentstatus", "shippingstatus", "state", "statut", "状态", "订单状态", "狀態"),
}  # fmt: skip
"""Header spellings seen in the wild, folded; the first one of a list wins over the later ones."""


class Unreadable(Exception):
    """The feed as a whole cannot be read; the text says what was seen and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Where the columns are. `line` is the header's own line; `missing` names mapped columns that it lacks."""

    line: int
    delimiter: str
    first: tuple[str, ...]
    """Its first cell as written."""
    names: tuple[str, ...]
    positions: Mapping[str, int]
    missing: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        return len(self.names)

    @property
    def text(self) -> str:
        """The mapping in words: `order = "Order", tracking = "Tracking Number"`."""
        return ", ".join(f'{field} = "{self.names[place]}"' for field, place in self.positions.items())


def find_header(head: str, *, columns: Mapping[str, str] | None, delimiter: str | None, has_states: bool) -> Header:
    """The header among the first records of `head`. Raises Unreadable when there is none."""
    best: Header | None = None
    seen: list[Record] = []
    for sign in (delimiter,) if delimiter else DELIMITERS:
        rows = [row for row in _first(head, sign) if not row.problem and _says_something(row)]
        seen = max(seen, rows, key=_widest)
        found = _best(rows, sign, columns=columns, has_states=has_states)
        if found and (best is None or len(found.positions) > len(best.positions)):
            best = found
    if best is None:
        raise Unreadable(_nothing_found(seen, columns))
    return best


def fold(name: str) -> str:
    """A column's name for comparing: letters and digits only, without case and accents."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(sign for sign in plain if sign.isalnum())


def _first(head: str, delimiter: str) -> Iterable[Record]:
    for count, row in enumerate(records(StringIO(head, newline=""), delimiter=delimiter)):
        if count >= SEARCHED:
            return
        yield row


def _says_something(row: Record) -> bool:
    return any(sign.isalnum() for cell in row.cells for sign in cell)


def _widest(rows: Sequence[Record]) -> int:
    return max((len(row.cells) for row in rows), default=0)


def _best(
    rows: Sequence[Record], delimiter: str, *, columns: Mapping[str, str] | None, has_states: bool
) -> Header | None:
    for row in rows:
        positions = _mapped(row.cells, columns) if columns else _proposed(row.cells, has_states=has_states)
        if all(field in positions for field in _NEEDED):
            names = tuple(" ".join(cell.split()) for cell in row.cells)
            missing = tuple(field for field in columns or {} if field not in positions)
            _refuse_missing(missing, columns or {}, names)
            return Header(
                line=row.line,
                delimiter=delimiter,
                first=row.cells[:1],
                names=names,
                positions=positions,
                missing=missing,
            )
    return None


def _refuse_missing(missing: Iterable[str], columns: Mapping[str, str], names: Sequence[str]) -> None:
    lost = [field for field in missing if field not in _OPTIONAL]
    if lost:
        raise Unreadable(
            f"the header has no column {', '.join(repr(columns[field]) for field in lost)} "
            f"(columns.{lost[0]}); it has {_shown(names)}"
        )


def _mapped(cells: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
    """Where the mapped names stand, compared without case and outer space."""
    plain = [" ".join(cell.split()).casefold() for cell in cells]
    positions = {}
    for field, name in columns.items():
        wanted = " ".join(name.split()).casefold()
        match plain.count(wanted):
            case 0:
                continue
            case 1:
                positions[field] = plain.index(wanted)
            case _:
                raise Unreadable(f"the header has the column {name!r} more than once")
    return positions


def _proposed(cells: Sequence[str], *, has_states: bool) -> dict[str, int]:
    folded = [fold(cell) for cell in cells]
    positions: dict[str, int] = {}
    for field, names in _NAMES.items():
        if field == "status" and not has_states:
            continue  # words without a map would all be unknown
        place = _place(field, names, folded, cells)
        if place is not None and place not in positions.values():
            positions[field] = place
    return positions


def _place(field: str, names: Sequence[str], folded: Sequence[str], cells: Sequence[str]) -> int | None:
    for name in names:
        places = [place for place, cell in enumerate(folded) if cell == name]
        if len(places) > 1:
            shown = cells[places[0]].strip()
            raise Unreadable(f"{len(places)} columns are called {shown!r}; name the one to read as columns.{field}")
        if places:
            return places[0]
    return None


def _nothing_found(rows: Sequence[Record], columns: Mapping[str, str] | None) -> str:
    if not rows:
        return "the feed is empty: it has not even a header"
    seen = max(rows, key=lambda row: len(row.cells)).cells
    if not columns:
        return (
            f"no header with an order and a tracking column was found; the first rows have {_shown(seen)}: set columns"
        )
    near = [get_close_matches(columns[field], [cell.strip() for cell in seen], n=1) for field in _NEEDED]
    hint = f"; did you mean {near[0][0]!r}?" if near[0] and near[0][0] != columns["order"] else ""
    wanted = f"{columns['order']!r} and {columns['tracking']!r}"
    return f"no header with the columns {wanted} was found; the first rows have {_shown(seen)}{hint}"


def _shown(cells: Sequence[str]) -> str:
    names = [repr(redact(" ".join(cell.split()))[:30]) for cell in cells[:12] if cell.strip()]
    return ", ".join(names) or "only blank cells"
