"""Files that syncd writes: whatever ends the run, they are as they were or whole."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from syncd.cli import run
from syncd.clock import ManualClock
from syncd.files import Disk, draft_of, save
from syncd.journal.database import Database
from tests.crash.disk import MortalDisk
from tests.crash.edges import Crashed, Edge
from tests.cycle.shopworld import START

OLD, NEW = b"old", b"new and longer"


def _saved(file: Path, disk: Disk) -> None:
    save(file, NEW, disk=disk)


def _made(file: Path, disk: Disk) -> None:
    with draft_of(file, disk=disk) as draft:
        disk.write(draft, NEW)


def _ends(folder: Path, write: Callable[[Path, Disk], None], *, old: bytes | None) -> list[bytes | None]:
    """What is in the file after a run that ended at each boundary, and after one that did not end."""
    found: list[bytes | None] = []
    while True:
        place = folder / str(len(found))
        place.mkdir()
        file, edge = place / "report", Edge(dies_at=len(found) + 1)
        if old is not None:
            file.write_bytes(old)
        try:
            write(file, MortalDisk(edge))
        except Crashed:
            found.append(file.read_bytes() if file.exists() else None)
        else:
            return [*found, file.read_bytes()]


@pytest.mark.parametrize(("write", "old"), [(_saved, OLD), (_saved, None), (_made, None)])
def test_a_file_is_as_it_was_or_whole_wherever_the_run_ends(
    tmp_path: Path, write: Callable[[Path, Disk], None], old: bytes | None
) -> None:
    found = _ends(tmp_path, write, old=old)
    assert len(found) == 6
    assert set(found) == {old, NEW}
    assert found == sorted(found, key=lambda content: content == NEW), "once it is whole it stays"


def test_what_a_dead_run_left_is_in_nobodys_way(tmp_path: Path) -> None:
    file = tmp_path / "report"
    with pytest.raises(Crashed):
        save(file, OLD, disk=MortalDisk(Edge(dies_at="in write")))
    assert [one.name for one in tmp_path.iterdir()] == [f".report.{os.getpid()}"]
    save(file, NEW, disk=Disk())
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == {"report": NEW}


def test_an_error_leaves_nothing_but_what_was_there(tmp_path: Path) -> None:
    file = tmp_path / "report"
    file.write_bytes(OLD)

    class Full(Disk):
        def write(self, file: Path, content: bytes) -> None:
            super().write(file, content[:2])
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        save(file, NEW, disk=Full())
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == {"report": OLD}


def test_a_file_keeps_its_mode_and_a_link_its_target(tmp_path: Path) -> None:
    file, link = tmp_path / "real", tmp_path / "link"
    file.write_bytes(OLD)
    file.chmod(0o640)
    link.symlink_to(file)
    save(link, NEW, disk=Disk())
    assert link.is_symlink()
    assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (NEW, 0o640)


def test_a_file_that_is_mounted_by_itself_is_filled_where_it_is(tmp_path: Path) -> None:
    class Mounted(Disk):
        def replace(self, draft: Path, file: Path) -> None:
            raise OSError(16, "Device or resource busy")

    file = tmp_path / "report"
    file.write_bytes(OLD)
    save(file, NEW, disk=Mounted())
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == {"report": NEW}


def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    save(pipe, NEW, disk=Disk())
    assert os.read(reader, 100) == NEW
    os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_pipe_without_a_name_is_written_to_as_well():
    reader, writer = os.pipe()
    save(Path(f"/proc/self/fd/{writer}"), NEW, disk=Disk())
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        assert pipe.read() == NEW


@pytest.mark.parametrize("has_links", [True, False])
def test_a_new_file_takes_no_name_that_is_taken(tmp_path: Path, *, has_links: bool) -> None:
    class Fat(Disk):
        """A file system on which a file has one name."""

        def link(self, draft: Path, file: Path) -> None:
            raise PermissionError(1, "Operation not permitted")

    disk = Disk() if has_links else Fat()
    _made(tmp_path / "a", disk)
    (tmp_path / "b").write_bytes(OLD)
    with pytest.raises(FileExistsError):
        _made(tmp_path / "b", disk)
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == {"a": NEW, "b": OLD}


def test_a_copy_of_the_journal_that_broke_off_is_not_taken_for_one(tmp_path: Path) -> None:
    url, copy = f"sqlite:///{tmp_path}/syncd.db", tmp_path / "copy.db"
    database = Database.open(url, key_file=None, clock=ManualClock(at=START))
    with pytest.raises(Crashed):
        database.backup(copy, disk=MortalDisk(Edge(dies_at="before add")))
    assert not copy.exists()
    database.backup(copy, disk=Disk())
    database.engine.dispose()
    assert all(
        check.state == "ok" for check in Database(f"sqlite:///{copy}", key_file=None, clock=database.clock).check()
    )


def test_a_report_that_cannot_be_written_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "taken").write_text("no folder")
    file = tmp_path / "taken" / "syncd.toml"
    assert run(["init", "--shop", "example.myshopify.com", "--output", str(file)], env={}) == 1
    assert "cannot be written: Not a directory." in capsys.readouterr().err
