"""Writes a report in the form that was asked for, to stdout or into a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syncd import files
from syncd.cli.options import ReportFormat
from syncd.errors import SyncdError, UsageError
from syncd.reports.csvtext import csv_text
from syncd.reports.documents import json_lines
from syncd.reports.tables import Sheet
from syncd.reports.terminal.style import as_text
from syncd.reports.xlsx import xlsx_bytes

if TYPE_CHECKING:
    from rich.console import RenderableType

    from syncd.cli.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report in every form; the forms are made when they are asked for."""

    table: Callable[[], RenderableType]
    documents: Callable[[], Sequence[Mapping[str, Any]]]
    sheets: Callable[[], Sequence[Sheet]]
    page: Callable[[], str]
    generated_at: datetime


def write(session: Session, report: Report, *, form: ReportFormat, output: Path | None) -> None:
    """The report to `output`, else to stdout. Raises UsageError for a workbook on a terminal."""
    if form is ReportFormat.XLSX:
        _write_bytes(session, xlsx_bytes(report.sheets(), generated_at=report.generated_at), output=output)
    elif output is not None:
        save(session, output, _text(report, form).encode("utf-8"))
    elif form is ReportFormat.TABLE:
        session.show(report.table())
    else:
        session.out.write(_text(report, form))


def _text(report: Report, form: ReportFormat) -> str:
    match form:
        case ReportFormat.TABLE:
            return as_text(report.table())
        case ReportFormat.JSON:
            return json_lines(report.documents()) + "\n"
        case ReportFormat.CSV:
            return csv_text(report.sheets()[0])
        case ReportFormat.HTML:
            return report.page()
        case ReportFormat.XLSX:
            raise AssertionError("a workbook is no text")


def _write_bytes(session: Session, content: bytes, *, output: Path | None) -> None:
    if output is not None:
        save(session, output, content)
        return
    if session.out.isatty():
        raise UsageError(
            "A workbook cannot be shown here.", remedy="Say --output FILE.xlsx, or send it through a pipe."
        )
    session.out.flush()
    session.out.buffer.write(content)


def save(session: Session, output: Path, content: bytes) -> None:
    """Write a result into a file, whole or not at all, and say so. Raises SyncdError when it cannot be written."""
    try:
        files.save(output, content, disk=session.disk)
    except OSError as error:
        raise SyncdError(f"{output} cannot be written: {error.strerror}.") from error
    session.note(f"Wrote {output}.")
