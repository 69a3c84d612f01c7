"""Options that several commands share, spelt once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """How a result is written."""

    TABLE = "table"
    JSON = "json"


class ReportFormat(StrEnum):
    """How a report is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    HTML = "html"
    XLSX = "xlsx"


ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="Configuration file. [default: $SYNCD_CONFIG, ./syncd.toml, the user's, the system's]",
        show_default=False,
    ),
]
StoreOption = Annotated[str | None, typer.Option("--store", metavar="NAME", help="One store. [default: all]")]
OrderOption = Annotated[
    list[str] | None, typer.Option("--order", metavar="ORDER", help="One order, by name or id; can be repeated.")
]
FormatOption = Annotated[Format, typer.Option("--format", help="How to write the result.")]
ReportOption = Annotated[ReportFormat, typer.Option("--format", help="How to write the report.")]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the result to FILE instead.")
]
DetailedOption = Annotated[
    bool, typer.Option("--detailed-exitcode", help="End with 2 when there is drift or something to do.")
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Answer the question with yes. Lifts no guard.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, send nothing.")]
WaitOption = Annotated[
    str, typer.Option("--wait", metavar="TIME", help="How long to wait for another run on the store, like 30s.")
]
AllowChangesOption = Annotated[
    int | None,
    typer.Option(
        "--allow-changes", min=0, metavar="N", help="Let this one run go over its cap: up to N additive steps."
    ),
]
AllowDestructiveOption = Annotated[
    int | None,
    typer.Option(
        "--allow-destructive", min=0, metavar="N", help="Let this one run go over its cap: up to N destructive steps."
    ),
]
NoteOption = Annotated[str, typer.Option("--note", metavar="TEXT", help="More words for the history.")]
OrderArgument = Annotated[str, typer.Argument(metavar="ORDER", help="The order, by name (#1001 or 1001) or id.")]
