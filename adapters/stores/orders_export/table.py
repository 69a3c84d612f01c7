"""The file as rows: encoding, separator and header are found out, and every row knows the line it began on."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from syncd.domain.observation import Problem
from syncd.errors import InvalidResponse

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""UTF-32's little-endian mark begins with UTF-16's, so it is asked first."""
_SEPARATORS = ",;\t|"

_OTHER_FORMS = (
    (b"PK\x03\x04", "an Excel workbook or a zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"\x1f\x8b", "packed with gzip"),
    (b"%PDF", "a PDF document"),
)
_REMEDY = "Export it anew in the Shopify admin: Orders, Export, plain CSV file."

NEEDED = ("name", "created at", "financial status", "lineitem quantity", "lineitem name", "lineitem fulfillment status")
"""Columns without which nothing can be said, lower case. Source: a real export, `shopify_orders_export_devstore.csv`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: cells by column, lower case. `line` counts from 1, the header included."""

    line: int
    cells: Mapping[str, str]

    def get(self, column: str) -> str:
        """The trimmed cell; empty when the column is absent. A spreadsheet's apostrophe before text is dropped."""
        return self.cells.get(column, "").strip().removeprefix("'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """All rows that could be read. `complete`: nothing after the last of them was lost."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    complete: bool
    encoding: str
    separator: str


def read_table(data: bytes, *, file: str, encoding: str | None = None) -> Table:
    """The rows of an orders export. Raises InvalidResponse where the file is none."""
    form = next((what for magic, what in _OTHER_FORMS if data.startswith(magic)), None)
    if form:
        raise InvalidResponse(f"{file} is no CSV file but {form}.", path=file, remedy=_REMEDY)
    name = encoding or _encoding(data)
    text = _decoded(data, encoding=name, file=file)
    separator = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    columns = _header(reader, file=file)
    rows: list[Row] = []
    problems: list[Problem] = []
    complete = True
    try:
        for line, cells in _numbered(reader):
            if any(cell.strip() for cell in cells):
                rows.append(Row(line=line, cells=dict(zip(columns, cells, strict=False))))
                problems.extend(_ragged(line, cells, columns=columns))
    except csv.Error as exc:
        complete = False
        problems.append(Problem(place=f"line {reader.line_num}", text=f"unreadable from here on: {exc}"))
    return Table(
        rows=tuple(rows), problems=tuple(problems), complete=complete, encoding=name, separator=separator
    )  # fmt: skip


def _encoding(data: bytes) -> str:
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if marked:
        return marked
    head = data[:4096]
    if len(head) > 1 and head[1::2].count(0) > len(head) * 0.15:
        return "utf-16-le"
    if head[0::2].count(0) > len(head) * 0.15:
        return "utf-16-be"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        # Names and SKUs of the West; a wrong guess garbles titles, never ids, which are ASCII.
        return "cp1252"
    return "utf-8"


def _decoded(data: bytes, *, encoding: str, file: str) -> str:
    try:
        return data.decode(encoding, errors="replace")
    except (UnicodeError, LookupError) as exc:
        raise InvalidResponse(f"{file} cannot be read as {encoding}: {exc}", path=file) from exc


def _separator(text: str) -> str:
    head = text.lstrip("\ufeff\r\n").split("\n", 1)[0].split("\r", 1)[0]
    return max(_SEPARATORS, key=lambda sign: len(set(_names(head.split(sign))) & set(NEEDED)))


def _names(cells: list[str]) -> list[str]:
    return [" ".join(cell.strip(' "\ufeff').lower().split()) for cell in cells]


def _header(reader: Iterator[list[str]], *, file: str) -> list[str]:
    try:
        columns = _names(next((cells for cells in reader if any(cell.strip() for cell in cells)), []))
    except csv.Error as exc:
        raise InvalidResponse(f"{file} is no CSV file: {exc}", path=f"{file}:1") from exc
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        raise InvalidResponse(
            f"{file} is no orders export: the column {', '.join(name.capitalize() for name in missing)} is missing.",
            path=f"{file}:1",
            remedy=_REMEDY,
        )
    return columns


def _numbered(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line on which each began; a quoted cell may hold line breaks."""
    before: int = reader.line_num  # type: ignore[attr-defined]
    for cells in reader:
        yield before + 1, cells
        before = reader.line_num  # type: ignore[attr-defined]


def _ragged(line: int, cells: list[str], *, columns: list[str]) -> Iterator[Problem]:
    if len(cells) != len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        yield Problem(place=f"line {line}", text=f"{len(cells)} cells where the header has {len(columns)}")
    elif len(cells) < len(columns) and len(cells) < _needed_width(columns):
        yield Problem(place=f"line {line}", text=f"cut off after {len(cells)} of {len(columns)} cells")


def _needed_width(columns: list[str]) -> int:
    return max(columns.index(name) for name in NEEDED) + 1
