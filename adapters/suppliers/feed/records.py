"""Records of a delimited text, each with the line it began on; what cannot be read says why and loses nothing else."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import IO

MAX_LINE = 1 << 16
"""Characters in one line of the file; a longer one is no row of a tracking feed."""
MAX_CELL = 4096
MAX_CELLS = 512
_MAX_LINES_PER_RECORD = 20
_UNCLOSED = "unexpected end of data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record. `problem` says why it cannot be used; then `cells` is what could be made of it, or empty."""

    line: int
    cells: tuple[str, ...]
    problem: str | None = None

    @property
    def is_blank(self) -> bool:
        return self.problem is None and not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str
    is_cut: bool = False


def records(text: IO[str], *, delimiter: str) -> Iterator[Record]:
    """Every record of `text`, which must have been opened with `newline=""`; CR, LF and CRLF all end a line.

    A quote that is not closed within twenty lines spoils its own line only: reading goes on with the next one.
    """
    lines = _Lines(text)
    while (line := lines.next()) is not None:
        yield _record(line, lines, delimiter=delimiter)


class _Lines:
    """Lines that can be given back."""

    def __init__(self, text: IO[str]) -> None:
        self._text = text
        self._number = 0
        self._returned: deque[_Line] = deque()

    def next(self) -> _Line | None:
        return self._returned.popleft() if self._returned else self._read()

    def give_back(self, lines: list[_Line]) -> None:
        self._returned.extendleft(reversed(lines))

    def _read(self) -> _Line | None:
        piece = self._text.readline(MAX_LINE)
        if not piece:
            return None
        self._number += 1
        is_cut, rest = False, piece
        while len(rest) == MAX_LINE and not rest.endswith(("\n", "\r")):
            is_cut, rest = True, self._text.readline(MAX_LINE)
        return _Line(self._number, piece, is_cut)


def _record(first: _Line, lines: _Lines, *, delimiter: str) -> Record:
    if first.is_cut:
        return Record(line=first.number, cells=(), problem=f"is longer than {MAX_LINE} characters")
    further = _Further(lines)
    reader = csv.reader(chain((first.text,), further), delimiter=delimiter, strict=True)
    try:
        cells = tuple(next(reader, ()))
    except csv.Error as exc:
        lines.give_back(further.taken)
        return Record(line=first.number, cells=(), problem=_why(exc))
    return _checked(first.number, cells)


class _Further:
    """The lines after the first of a record, as far as its quotes ask for them, and not more than it may have."""

    def __init__(self, lines: _Lines) -> None:
        self._lines = lines
        self.taken: list[_Line] = []

    def __iter__(self) -> Iterator[str]:
        while len(self.taken) < _MAX_LINES_PER_RECORD and (line := self._lines.next()) is not None:
            self.taken.append(line)
            if line.is_cut:
                return
            yield line.text


def _why(exc: csv.Error) -> str:
    return "opens a quote that is never closed" if _UNCLOSED in str(exc) else f"is no valid row: {exc}"


def _checked(line: int, cells: tuple[str, ...]) -> Record:
    if any("\0" in cell for cell in cells):
        return Record(line=line, cells=tuple(cell.replace("\0", "") for cell in cells), problem="holds NUL bytes")
    if len(cells) > MAX_CELLS:
        return Record(line=line, cells=(), problem=f"has {len(cells)} cells; at most {MAX_CELLS} are read")
    if any(len(cell) > MAX_CELL for cell in cells):
        return Record(line=line, cells=(), problem=f"has a cell of more than {MAX_CELL} characters")
    return Record(line=line, cells=cells)
