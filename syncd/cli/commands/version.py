"""`syncd version`."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from typing import Annotated

import typer

from syncd import __version__
from syncd.cli.options import Format, FormatOption
from syncd.cli.session import session_of

_WORTH_KNOWING = ("httpx", "sqlalchemy", "pydantic", "apscheduler", "psycopg")


def version(
    ctx: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    output_format: FormatOption = Format.TABLE,
) -> int:
    """Show the version of syncd and of what it stands on."""
    session = session_of(ctx)
    found = {
        "syncd": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "libraries": {name: _installed(name) for name in _WORTH_KNOWING},
    }
    if json or output_format is Format.JSON:
        session.document(found)
    else:
        session.out.write(f"syncd {found['syncd']} (python {found['python']}, {found['platform']})\n")
    return 0


def _installed(name: str) -> str | None:
    try:
        return installed(name)
    except PackageNotFoundError:
        return None
