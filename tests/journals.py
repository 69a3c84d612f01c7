"""Empty journals in files, up to date: copied, which is far quicker than to migrate."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from syncd.clock import ManualClock
from syncd.journal.database import Database


def put_empty(file: Path) -> None:
    """Make the journal there; that syncd makes it by itself is shown in `tests/journal` and by real processes."""
    file.write_bytes(_empty())
    file.chmod(0o600)


@cache
def _empty() -> bytes:
    with TemporaryDirectory(prefix="syncd-journal-") as folder:
        file = Path(folder) / "empty.db"
        Database.open(
            f"sqlite:///{file}", key_file=None, clock=ManualClock(at=datetime(2026, 1, 1, tzinfo=UTC))
        ).engine.dispose()
        return file.read_bytes()
