"""What stops every write of this process from outside of the journal: a file, a signal, hours of the week.

Looked at before a plan may go and right before each step is sent. What a person typed (`syncd pause`) is in the journal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from syncd.domain.windows import Window
from syncd.reconcile.guard import Halt

_READ = 200
"""Characters of the file that are told as its reason."""


@dataclass(slots=True, kw_only=True)
class Brake:
    """`file`: while it exists nothing is written; its first line is told as the reason. `maintenance`: in `zone`'s time."""

    file: Path | None = None
    maintenance: tuple[Window, ...] = ()
    zone: tzinfo = field(default_factory=lambda: ZoneInfo("UTC"))
    signal: str = ""
    """The signal that was caught, until the journal knows of it."""

    def halt(self, now: datetime) -> Halt | None:
        """Why nothing may be written now; None = it may."""
        if self.signal:
            return Halt(why=f"{self.signal} stopped every write", remedy="When it may go on: syncd resume")
        if self.file is not None and (reason := _reason(self.file)) is not None:
            return Halt(why=f"the file {self.file.name} is there{reason}", remedy=f"Remove it: {self.file}")
        local = now.astimezone(self.zone)
        window = next((one for one in self.maintenance if one.covers(local)), None)
        if window is not None:
            return Halt(why=f"it is maintenance time ({window.text})", remedy="Wait until it is over.")
        return None


def _reason(file: Path) -> str | None:
    """What the file says, after a colon; None = it is not there. One that cannot be read counts as there."""
    try:
        with file.open(encoding="utf-8", errors="replace") as lines:
            line = lines.readline(_READ).strip()
    except FileNotFoundError:
        return None
    except OSError:
        line = ""
    return f": {line}" if line else ""
