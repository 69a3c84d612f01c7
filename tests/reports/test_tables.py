"""CSV and XLSX: nothing runs when a spreadsheet opens them, and nothing is lost on the way."""

import csv
import io
import subprocess
import sys
from dataclasses import replace

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syncd.reports.csvtext import TRIGGERS, csv_text, safe
from syncd.reports.documents import json_lines, json_text
from syncd.reports.tables import Sheet, drift_sheet, history_sheet, run_sheet, source_sheet
from syncd.reports.words import clean
from syncd.reports.xlsx import xlsx_bytes
from tests.reports import sample
from tests.reports.sample import NOW, record, report

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def parsed(text: str, *, separator: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))


def sheet_of(*cells) -> Sheet:
    return Sheet(name="x", columns=tuple(f"c{place}" for place in range(len(cells))), rows=(cells,))


@given(st.text(max_size=40))
@example("=1+1")
@example("\ufeff=1+1")
@example("\u200b=HYPERLINK(1)")
@example("  @SUM(1)")
@example("\x1b[31m=1")
@example('";=1')
def test_no_cell_is_read_as_a_formula(text):
    _, (cell,) = parsed(csv_text(sheet_of(text)))
    assert cell[:1] not in TRIGGERS
    assert cell.lstrip()[:1] not in TRIGGERS


@given(st.lists(st.text(max_size=20), min_size=1, max_size=4), st.sampled_from(";\t|"))
def test_a_spreadsheet_that_cuts_at_another_sign_finds_no_formula_either(cells, separator):
    for row in parsed(csv_text(sheet_of(*cells)), separator=separator):
        for cell in row:
            assert cell[:1] not in {"=", "+", "@"}


@pytest.mark.parametrize("first", DANGEROUS)
def test_every_dangerous_beginning_gets_an_apostrophe_and_keeps_its_text(first):
    assert safe(f"{first}cmd").startswith("'")
    assert safe(f"{first}cmd").endswith("cmd")


@given(st.text(alphabet=st.characters(codec="utf-8", categories=("L", "N", "Zs")), max_size=30))
def test_harmless_text_survives_writing_and_reading(text):
    _, (cell,) = parsed(csv_text(sheet_of(text)))
    assert cell == clean(text)


@pytest.mark.parametrize("number", ["00340434161094021501", "9400111899220000000001", "0"])
def test_tracking_numbers_keep_every_digit(number):
    _, (cell,) = parsed(csv_text(sheet_of(number)))
    assert cell == number


def test_our_own_negative_numbers_stay_numbers():
    assert safe(-3) == "-3"
    assert safe("-3") == "'-3"


def test_rows_are_the_same_in_csv_and_xlsx():
    sheets = (drift_sheet(report()), source_sheet(report()), run_sheet(report().runs), history_sheet(sample.EVENTS))
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(sheets, generated_at=NOW)))
    assert book.sheetnames == ["Drift", "Sources", "What syncd did", "History"]
    for sheet, page in zip(sheets, book.worksheets, strict=True):
        assert page.max_row == len(sheet.rows) + 1 == len(parsed(csv_text(sheet)))
        heads = [str(cell.value).removesuffix(" (UTC)") for cell in page[1]]
        assert heads == list(sheet.columns)


def test_a_workbook_holds_text_as_text():
    cells = ("=1+1", "0094", "https://example.com/a", "@x", "x" * 40_000)
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes((sheet_of(*cells),), generated_at=NOW)))
    read = list(book.active[2])
    assert [cell.value for cell in read[:4]] == list(cells[:4])
    assert {cell.data_type for cell in read} == {"s"}
    assert not any(cell.hyperlink for cell in read)
    assert len(str(read[4].value)) == 32_767


def test_a_missing_extra_says_what_to_install_and_ends_with_the_configuration_code():
    code = (
        "import sys; sys.modules['xlsxwriter'] = None\n"
        "from datetime import UTC, datetime\n"
        "from syncd.errors import SyncdError\n"
        "from syncd.reports.xlsx import xlsx_bytes\n"
        "try: xlsx_bytes((), generated_at=datetime(2026, 1, 1, tzinfo=UTC))\n"
        "except SyncdError as exc: print(exc.exit_code, exc)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("78 ")
    assert "pip install 'syncd[xlsx]'" in done.stdout


def test_the_drift_table_is_sorted_most_urgent_first_and_holds_every_drift():
    rows = drift_sheet(report()).rows
    assert len(rows) == len(sample.RECORDS)
    severities = [row[3] for row in rows if row[16] == "you"]
    assert severities[:3] == ["critical"] * 3


def test_hostile_values_of_a_real_table_are_made_safe():
    bad = record("tracking_reused", "high", order=1, days=1, source="=cmd", evidence={"number": "=1+1"})
    bad = replace(bad, drift=replace(bad.drift, order="=1+2", id="@x"))
    for row in parsed(csv_text(drift_sheet(report(records=(bad,))))):
        assert not any(cell[:1] in TRIGGERS for cell in row)


def test_documents_have_one_stable_form():
    assert json_text({"b": 1, "a": "é"}) == '{\n  "a": "\\u00e9",\n  "b": 1\n}'
    assert json_lines([{"b": 1, "a": 2}, {"a": "x\ny"}]) == '{"a": 2, "b": 1}\n{"a": "x\\ny"}'
    with pytest.raises(ValueError, match="JSON"):
        json_text({"a": float("nan")})
