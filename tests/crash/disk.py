"""The disk of one life: a file may be lost while it is written, or be the last thing that the life did."""

from __future__ import annotations

from pathlib import Path

from syncd.files import Disk
from tests.crash.edges import Edge


class MortalDisk(Disk):
    """Writes for real, and comes to a boundary before, in the middle of, and after each of its doings."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge

    def write(self, file: Path, content: bytes) -> None:
        self._edge.touch("before write")
        half = len(content) // 2
        super().write(file, content[:half])
        self._edge.touch("in write")
        with file.open("ab") as rest:
            rest.write(content[half:])
        self._edge.touch("after write")

    def keep(self, draft: Path) -> None:
        self._edge.must_live()
        super().keep(draft)

    def replace(self, draft: Path, file: Path) -> None:
        self._edge.touch("before replace")
        super().replace(draft, file)
        self._edge.touch("after replace")

    def add(self, draft: Path, file: Path) -> None:
        self._edge.touch("before add")
        super().add(draft, file)
        self._edge.touch("after add")

    def remove(self, draft: Path) -> None:
        if not self._edge.is_dead:  # the dead leave their drafts lying
            super().remove(draft)
