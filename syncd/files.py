"""Files that are whole or not there: written beside their place, and moved into it once they are safe."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

READABLE = 0o644
"""Whatever the umask allows: nobody but the owner writes to what we wrote."""

_STAYS = frozenset({errno.EBUSY, errno.EACCES, errno.EPERM, errno.EROFS})
"""What the system says where nothing may be put in a file's place."""


class Disk:
    """What is done to files, doing by doing; tests end a run between any two of them."""

    def write(self, file: Path, content: bytes) -> None:
        """Fill a file that is there."""
        file.write_bytes(content)

    def keep(self, draft: Path) -> None:
        """Return once the draft's content survives a loss of power."""
        with draft.open("rb") as file:
            os.fsync(file.fileno())

    def replace(self, draft: Path, file: Path) -> None:
        """Put the draft in the file's place, whatever is there."""
        draft.replace(file)

    def add(self, draft: Path, file: Path) -> None:
        """Give the draft a name that is free. Raises FileExistsError when it is taken."""
        try:
            self.link(draft, file)
        except FileExistsError:
            raise
        except OSError:  # no links there, as on FAT and some shares: whoever takes the name in this moment loses it
            if file.exists():
                raise FileExistsError(file) from None
            draft.rename(file)

    def link(self, draft: Path, file: Path) -> None:
        """Let a file have a second name. Raises OSError where the file system knows no such thing."""
        os.link(draft, file)

    def remove(self, draft: Path) -> None:
        """Take the draft away, if it is still there."""
        draft.unlink(missing_ok=True)


@contextmanager
def draft_of(file: Path, *, disk: Disk, mode: int = READABLE) -> Iterator[Path]:
    """An empty draft beside `file`; what is in it at the end becomes the file, which must not exist yet.

    An error inside leaves nothing. Raises FileExistsError, and other OSErrors as the disk has them.
    """
    with _draft(file, disk=disk, mode=mode) as draft:
        yield draft
        disk.keep(draft)
        disk.add(draft, file)


def save(file: Path, content: bytes, *, disk: Disk) -> None:
    """Put `content` into a file: readers see what was there before, or all of it. Raises OSError.

    A link is followed, and a file keeps its mode. What is no file (a pipe, a terminal) is written to as it is, and so is a file
    that nothing can be put in the place of: one that is mounted by itself, or lies in a folder where nothing may be added.
    """
    if file.exists() and not file.is_file():
        disk.write(file, content)
        return
    file = file.resolve()  # not earlier: /dev/stdout leads to a pipe under a name that is no file's
    try:
        _put(file, content, disk=disk)
    except OSError as exc:
        if exc.errno not in _STAYS or not file.exists():
            raise
        disk.write(file, content)


def _put(file: Path, content: bytes, *, disk: Disk) -> None:
    with _draft(file, disk=disk, mode=READABLE) as draft:
        if file.exists():
            draft.chmod(stat.S_IMODE(file.stat().st_mode))
        disk.write(draft, content)
        disk.keep(draft)
        disk.replace(draft, file)


@contextmanager
def _draft(file: Path, *, disk: Disk, mode: int) -> Iterator[Path]:
    # One that a process of the same number left behind when it was killed is nobody's any more.
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    disk.remove(draft)
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
        yield draft
    finally:
        disk.remove(draft)
