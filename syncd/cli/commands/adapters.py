"""`syncd adapters`."""

from __future__ import annotations

import typer

from syncd.cli.options import Format, FormatOption
from syncd.cli.session import session_of


def adapters(ctx: typer.Context, output_format: FormatOption = Format.TABLE) -> int:
    """List the stores, suppliers and carriers that syncd can speak to."""
    from syncd.config.adapters import KINDS, AdapterBroken, find, names
    from syncd.config.models import keys_of

    session = session_of(ctx)
    rows = []
    for table, kind in KINDS.items():
        for name in names(table):
            try:
                found = find(table, name)
            except AdapterBroken as error:
                session.note(f"{name}: {error}")
                continue
            if found is not None:
                keys = list(keys_of(found.settings))
                rows.append({"kind": kind, "name": name, "summary": found.summary, "keys": keys})
    if output_format is Format.JSON:
        session.document({"adapters": rows})
        return 0
    for row in rows:
        session.show(f"{row['kind']:<9} {row['name']:<14} {row['summary']}\n{'':<24} {', '.join(row['keys'])}")
    return 0
