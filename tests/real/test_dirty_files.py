"""Dirty tables and texts as people send them, for feeds and for orders exports alike."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Any

import pytest

from adapters.stores import orders_export
from adapters.stores.orders_export.orders import read_orders
from adapters.stores.orders_export.table import read_table
from syncd.clock import UTC
from syncd.domain.observation import Problem
from syncd.domain.ports import SupplierQuery
from syncd.errors import InvalidResponse, PortError
from tests.orders_export.files import row, text
from tests.real.samples import REAL, named
from tests.reference import needs_reference
from tests.shopify.shop import NOW
from tests.suppliers.worlds import FeedWorld

pytestmark = [pytest.mark.reference, needs_reference]

DIRTY = sorted(path for path in (REAL / "dirty").rglob("*") if path.is_file())
TEXTS = [path for path in DIRTY if path.suffix == ".txt"]
BOXES = [path for path in DIRTY if path.suffix in {".xls", ".xlsx", ".zip"}]
NUMBER = "1Z999AA10123456784"
LINES_PER_ROW = 20


def as_cells(path: Path, *, lines: int) -> bytes:
    """A CSV whose notes hold the text as it is: in its own bytes, in quotes, over several lines."""
    body = path.read_bytes()
    mark = codecs.BOM_UTF8 if body.startswith(codecs.BOM_UTF8) else b""
    note = b"".join(body.removeprefix(mark).splitlines(keepends=True)[:lines])[:3000]
    quoted = b'"' + note.replace(b'"', b'""').replace(b"\0", b"") + b'"'
    return mark + b"Order,Note,Tracking Number\r\n#1001," + quoted + b"," + NUMBER.encode() + b"\r\n#1002,,X7654321\r\n"


async def feed(body: bytes, **stanza: Any) -> Any:
    world = FeedWorld(columns=None, states={}, **stanza)
    world.twin.raw = body
    return await world.port.orders(SupplierQuery())


@pytest.mark.parametrize("path", TEXTS, ids=named)
async def test_an_order_beside_a_real_text_keeps_its_number_whatever_the_text_is_written_in(path):
    read = await feed(as_cells(path, lines=LINES_PER_ROW))
    shown = {order.id: [each.number for parcel in order.parcels for each in parcel.tracking] for order in read.orders}
    assert shown == {"1001": [NUMBER], "1002": ["X7654321"]}, read.problems


@pytest.mark.parametrize("path", TEXTS, ids=named)
async def test_a_text_that_is_longer_than_a_row_may_be_costs_that_row_and_says_so(path):
    read = await feed(as_cells(path, lines=10_000))
    lost = not any(order.id == "1001" for order in read.orders)
    assert lost is any(
        problem == Problem(place="line 2", text="opens a quote that is never closed") for problem in read.problems
    )
    assert any(order.id == "1002" for order in read.orders)


@pytest.mark.parametrize("path", BOXES, ids=named)
async def test_a_workbook_or_an_archive_that_is_called_csv_is_refused_by_its_form(path, tmp_path):
    called = tmp_path / "tracking.csv"
    called.write_bytes(path.read_bytes())
    with pytest.raises(InvalidResponse, match=r"is no CSV but an (old )?Excel workbook"):
        await feed(b"", source=str(called), authorization=None)
    with pytest.raises(InvalidResponse, match=r"tracking.csv is no CSV file but an (old )?Excel workbook"):
        read_table(called.read_bytes(), file=called.name)


@pytest.mark.parametrize("path", DIRTY, ids=named)
def test_every_dirty_file_is_no_orders_export_and_the_error_says_what_it_lacks(path):
    with pytest.raises(PortError) as refused:
        read_orders(read_table(path.read_bytes(), file=path.name).rows, exported_at=NOW, zone=UTC)
    assert path.name in str(refused.value)


@pytest.mark.parametrize("path", TEXTS, ids=named)
def test_an_exported_order_with_a_real_text_in_its_notes_is_read(path):
    place = b"@@@NOTES@@@"
    table = text([row(notes=place.decode()), row(name="#1002", id="5002")]).encode()
    assert table.count(place) == 1
    note = path.read_bytes()[:3000].replace(b'"', b"").replace(b"\0", b"").replace(b",", b" ")
    body = table.replace(place, b'"' + note.removeprefix(codecs.BOM_UTF8) + b'"')
    found = read_orders(read_table(body, file="orders.csv").rows, exported_at=NOW, zone=UTC)
    assert [order.name for order in found.orders][-1] == "#1002"
    assert len(found.orders) == 2, found.problems


def test_the_export_adapter_is_what_these_tests_read():
    assert orders_export.ADAPTER.kind == "store"
    assert (len(TEXTS), len(BOXES)) == (18, 9)
