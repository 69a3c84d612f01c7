"""Other people's tables, read in place: each becomes orders or a clear error with its place; none ends in a crash."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest

from adapters.suppliers.feed.encoding import encoding_of
from adapters.suppliers.feed.settings import FeedSettings
from syncd.domain.observation import SupplierRead
from syncd.domain.ports import SupplierQuery
from syncd.domain.shipments import DEAD, Rung
from syncd.errors import InvalidResponse, PortError
from tests.reference import REFERENCE, needs_reference
from tests.suppliers.worlds import FeedWorld

pytestmark = [pytest.mark.reference, needs_reference]

REAL = REFERENCE / "real"
DIRTY = sorted(path for path in (REAL / "dirty").rglob("*") if path.is_file())
FACTS = sorted(
    path
    for folder in ("shopify_csv", "dsers", "matrixify")
    for path in (REFERENCE / "facts/suppliers" / folder).glob("*.csv")
)
TABLES = [*DIRTY, *sorted((REAL / "csv").glob("*.csv")), *FACTS]


def _name(path) -> str:
    return f"{path.parent.name}/{path.name}"


async def _read(path, **stanza) -> SupplierRead:
    world = FeedWorld(**{"source": str(path), "authorization": None, "columns": None, "states": {}, **stanza})
    return await world.port.orders(SupplierQuery())


@pytest.mark.parametrize("path", TABLES, ids=_name)
@pytest.mark.parametrize("is_snapshot", [False, True])
async def test_every_file_is_orders_or_a_clear_error(path, is_snapshot) -> None:
    try:
        read = await _read(path, snapshot=is_snapshot)
    except PortError as exc:
        assert isinstance(exc, InvalidResponse)  # noqa: PT017
        assert str(exc).startswith("depot: the feed is no CSV but ")  # noqa: PT017
        return
    assert read.complete or read.error
    assert all(problem.place and problem.text for problem in read.problems)
    assert not any(order.state in DEAD for order in read.orders)
    if not read.complete:
        assert not read.lists_everything


@pytest.mark.parametrize("path", DIRTY, ids=_name)
async def test_every_dirty_file_is_read_row_by_row_under_a_header_of_its_own(path) -> None:
    """The first two columns of any table, taken for orders and numbers: nothing crashes, bad rows have a line."""
    head = path.read_bytes()[:4000]
    found = encoding_of(io.BytesIO(head))
    body = "Order,Tracking Number\n".encode(found) + path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    world = FeedWorld(columns=None, states={})
    world.twin.raw = body
    try:
        read = await world.port.orders(SupplierQuery())
    except InvalidResponse:
        return
    assert read.orders or read.problems
    assert all(problem.place.startswith(("line ", "file")) for problem in read.problems)


async def test_the_tracking_upload_by_sku() -> None:
    read = await _read(REFERENCE / "facts/suppliers/shopify_csv/tracking_upload_by_sku.csv")
    (order,) = read.orders
    assert order.store_order_names == ("#1001",)
    assert [
        (parcel.lines[0].sku, parcel.tracking[0].number, parcel.tracking[0].company) for parcel in order.parcels
    ] == [
        ("SKU1", "9400111899220000000000", "USPS"),
        ("SKU2", "LP00999999990001", "Other"),
    ]
    assert order.parcels[1].tracking[0].url == "https://t.17track.net/en#nums=LP00999999990001"


async def test_the_minimal_tracking_upload() -> None:
    read = await _read(REFERENCE / "facts/suppliers/shopify_csv/tracking_upload_minimal.csv")
    (order,) = read.orders
    assert (order.id, order.lines, order.parcels[0].rung) == ("1001", None, Rung.HANDED_OVER)


async def test_matrixify_s_fulfillment_lines() -> None:
    read = await _read(REFERENCE / "facts/suppliers/matrixify/Orders_fulfil_partial.csv")
    (order,) = read.orders
    assert order.store_order_names == ("#1002",)
    assert (order.parcels[0].lines[0].sku, order.parcels[0].lines[0].quantity) == ("SKU1", 1)


async def test_matrixify_s_export_has_one_number_among_other_rows() -> None:
    read = await _read(REAL / "csv/matrixify_orders_export_rows.csv")
    (order,) = read.orders
    assert [parcel.tracking[0].number for parcel in order.parcels] == ["TRACK-1"]


async def test_shopify_s_own_export_has_no_numbers_and_says_so() -> None:
    read = await _read(REAL / "csv/shopify_orders_export_devstore.csv")
    assert not read.complete
    assert "no header with an order and a tracking column was found" in (read.error or "")


def _proposals():
    shapes = json.loads((REAL / "csv/header_shapes.json").read_text()) if (REAL / "csv").is_dir() else {}
    return [(name, columns) for name, columns in shapes.items() if isinstance(columns, list)]


@pytest.mark.parametrize(("name", "columns"), _proposals(), ids=lambda value: value if isinstance(value, str) else "")
async def test_every_known_header_is_mapped_or_refused_with_its_names(name, columns) -> None:
    world = FeedWorld(columns=None, states={})
    world.twin.raw = (",".join(columns) + "\n" + ",".join("1" for _ in columns) + "\n").encode()
    read = await world.port.orders(SupplierQuery())
    if read.complete:
        assert len(read.orders) == 1
    else:
        assert repr(columns[0]) in (read.error or "")


@pytest.mark.parametrize(
    ("file", "encoding"),
    [
        ("agate_examples/test_utf16_big.csv", "utf-16"),
        ("agate_examples/test_utf16_little.csv", "utf-16"),
        ("csvkit_examples/test_utf8_bom.csv", "utf-8-sig"),
        ("csvkit_examples/test_latin1.csv", "cp1252"),
        ("messytables_horror/utf-16le_encoded.csv", "utf-16"),
        ("messytables_horror/spanish_chars.csv", "cp1252"),
        ("messytables_horror/simple.csv", "utf-8"),
        ("charset_normalizer_data/sample-french.txt", "utf-8"),
        ("charset_normalizer_data/sample-french-1.txt", "cp1252"),
        ("charset_normalizer_data/sample-english.bom.txt", "utf-8-sig"),
        ("charset_normalizer_data/sample-turkish.txt", "cp1252"),
    ],
)
def test_the_encoding_of_real_texts(file, encoding) -> None:
    with (REAL / "dirty" / file).open("rb") as opened:
        assert encoding_of(opened) == encoding


@pytest.mark.parametrize("path", [path for path in DIRTY if path.suffix == ".txt"], ids=_name)
def test_every_real_text_decodes_without_an_error(path) -> None:
    with path.open("rb") as opened:
        found = encoding_of(opened)
    assert path.read_bytes().decode(found, errors="replace")


async def test_a_real_number_survives_in_every_real_encoding() -> None:
    """Orders and numbers are ASCII, so even a wrong guess at the encoding of the rest leaves them whole."""
    for path in DIRTY:
        if path.suffix != ".txt" or path.name == "NOTICE.md":
            continue
        note = b" ".join(path.read_bytes()[:200].replace(b'"', b"").split())
        world = FeedWorld(columns=None, states={})
        world.twin.raw = (
            b"Order,Tracking Number,Note\n#1001,1Z999AA10123456784,\n#1002,," + note.replace(b",", b"") + b"\n"
        )
        read = await world.port.orders(SupplierQuery())
        first = next(order for order in read.orders if order.id == "1001")
        assert first.parcels[0].tracking[0].number == "1Z999AA10123456784"


def test_the_settings_of_the_design_s_example_are_valid() -> None:
    settings = FeedSettings.model_validate(
        {
            "source": "http://127.0.0.1:9703/tracking.csv",
            "columns": {
                "order": "Order",
                "sku": "SKU",
                "quantity": "Qty",
                "tracking": "Tracking Number",
                "carrier": "Carrier",
                "url": "Tracking URL",
                "shipped_at": "Ship Date",
                "status": "Status",
            },
            "states": {"processing": "ordered", "shipped": "handed_over", "unpaid": "unpaid"},
        }
    )
    assert settings.is_web
    assert settings.zone.utcoffset(datetime(2026, 1, 1, tzinfo=UTC)) is not None
