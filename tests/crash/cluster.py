"""A PostgreSQL server of our own, which may be restarted: no one else's is ever touched."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

USER = "postgres"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A server on loopback that trusts everybody."""

    bin: Path
    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/postgres"

    def control(self, word: str, *more: str) -> None:
        """`pg_ctl WORD`, waiting until it is done."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off -c shared_buffers=16MB"
        command = [self.bin / "pg_ctl", word, "-w", "-D", self.folder / "data", "-l", self.folder / "log", *more]
        if word in {"start", "restart"}:
            command += ["-o", options]
        _run(command, cwd=self.folder)


def _run(command: list[Path | str], *, cwd: Path) -> None:
    """Run it as nobody privileged: the server refuses to be root's."""
    as_user = {"user": USER, "extra_groups": []} if os.geteuid() == 0 else {}
    subprocess.run(command, cwd=cwd, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **as_user)  # type: ignore[call-overload]


@contextmanager
def own_cluster() -> Iterator[Cluster]:
    """A new one, gone at the end. Skips the test where PostgreSQL's programs, or a user for it, are not there."""
    bin_ = _programs()
    folder = Path(tempfile.mkdtemp(prefix="syncd-pg-"))
    cluster = Cluster(bin=bin_, folder=folder, port=_free_port())
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, USER)
        _run(
            [
                bin_ / "initdb",
                "-D",
                folder / "data",
                "-U",
                USER,
                "-A",
                "trust",
                "--no-sync",
                "--locale=C",
                "-E",
                "UTF8",
            ],
            cwd=folder,
        )
        cluster.control("start")
        try:
            yield cluster
        finally:
            cluster.control("stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    places = [Path(found).resolve().parent for found in [shutil.which("initdb")] if found]
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = next((place for place in places if (place / "initdb").exists() and (place / "pg_ctl").exists()), None)
    if found is None:
        pytest.skip("PostgreSQL's initdb and pg_ctl are not on this machine")
    if os.geteuid() == 0:
        import pwd

        if USER not in {one.pw_name for one in pwd.getpwall()}:
            pytest.skip(f"PostgreSQL does not run as root, and there is no user {USER}")
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
