"""CSV that a spreadsheet cannot be tricked by.

A cell that begins like a formula is executed by spreadsheets when the file is opened. Such cells get a leading
apostrophe, which shows the text as it is (OWASP ASVS 5.0, 1.2.10). Every cell is quoted, so that a spreadsheet
set to another separator does not cut a cell open and run its tail. Digits stay as they are, zeros first.
"""

from __future__ import annotations

import csv
import io

from syncd.reports.tables import Cell, Sheet, plain

TRIGGERS = frozenset("=+-@\t\r\n\x00\uff1d\uff0b\uff0d\uff20")
"""First characters that some spreadsheet reads as the beginning of a formula, full-width forms included."""


def safe(cell: Cell) -> str:
    """The cell as text that no spreadsheet runs. Numbers are ours and stay bare."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return plain(cell)
    raw = "" if cell is None else str(cell)
    text = plain(cell)
    # Some programs drop leading blanks before they look for a formula; what was cleaned away may have been one.
    suspicious = text[:1] in TRIGGERS or raw.lstrip()[:1] in TRIGGERS or raw[:1] in TRIGGERS
    return f"'{text}" if text and suspicious else text


def csv_text(sheet: Sheet) -> str:
    """The table as CSV (RFC 4180, lines end with CR LF), header first."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(sheet.columns)
    writer.writerows([safe(cell) for cell in row] for row in sheet.rows)
    return out.getvalue()
