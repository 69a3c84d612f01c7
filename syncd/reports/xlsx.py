"""XLSX workbooks: text stays text, so that nothing runs and no tracking number loses a zero."""

from __future__ import annotations

import importlib
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from syncd.errors import SyncdError
from syncd.reports.tables import Cell, Sheet, plain

_LIMIT = 32_767
"""Most characters in one cell (Excel's specification); longer ones are dropped by the writer, so they are cut."""
_WIDEST = 60


class ExtraMissing(SyncdError):
    """An optional part of syncd is needed and not installed."""

    exit_code = 78


def xlsx_bytes(sheets: Sequence[Sheet], *, generated_at: datetime) -> bytes:
    """A workbook with one sheet per table. Raises ExtraMissing where the `xlsx` extra is not installed.

    Times are UTC (the format knows no zones) and say so in their column's name.
    """
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = _writer().Workbook(out, options)
    book.set_properties({"title": "syncd report", "created": generated_at.astimezone(UTC).replace(tzinfo=None)})
    formats = {
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": False}),
        "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        "text": book.add_format({"num_format": "@"}),
    }
    for sheet in sheets:
        _write(book.add_worksheet(sheet.name[:31]), sheet, formats=formats)
    book.close()
    return out.getvalue()


def _writer() -> Any:
    try:
        return importlib.import_module("xlsxwriter")
    except ImportError as exc:
        raise ExtraMissing(
            "XLSX needs the package XlsxWriter, which is not installed.",
            remedy="Install it with: pip install 'syncd[xlsx]', or use --format csv.",
        ) from exc


def _write(page: Any, sheet: Sheet, *, formats: dict[str, Any]) -> None:
    for number, name in enumerate(sheet.columns):
        cells = [row[number] for row in sheet.rows]
        is_time = any(isinstance(cell, datetime) for cell in cells)
        page.write_string(0, number, f"{name} (UTC)" if is_time else name, formats["head"])
        page.set_column(number, number, _width(name, cells))
        for line, cell in enumerate(cells, start=1):
            _write_cell(page, line, number, cell=cell, formats=formats)
    page.freeze_panes(1, 0)
    if sheet.rows:
        page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)


def _write_cell(page: Any, line: int, number: int, *, cell: Cell, formats: dict[str, Any]) -> None:
    match cell:
        case None | "":
            return
        case bool():
            page.write_boolean(line, number, cell)
        case int() | float():
            page.write_number(line, number, cell)
        case datetime():
            page.write_datetime(line, number, cell.astimezone(UTC).replace(tzinfo=None), formats["time"])
        case _:
            page.write_string(line, number, plain(cell)[:_LIMIT], formats["text"])


def _width(name: str, cells: Sequence[Cell]) -> int:
    longest = max((16 if isinstance(cell, datetime) else len(plain(cell)) for cell in cells), default=0)
    return min(_WIDEST, max(len(name) + 7, longest + 2))
