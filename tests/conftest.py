"""What holds for every test: nothing leaves the machine, and a busy one is no failure."""

import os
import shutil
import socket
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.dialects import share_what_is_compiled

share_what_is_compiled()
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])

_connect = socket.socket.connect
_connect_ex = socket.socket.connect_ex


def _keep_files_in_memory(memory: Path = Path("/dev/shm")) -> None:
    """Where there is room for it: a commit there need not wait for a disk. Processes are still killed, disks still full."""
    if not memory.is_dir() or not os.access(memory, os.W_OK) or os.statvfs(memory).f_flag & os.ST_NOEXEC:
        return
    if shutil.disk_usage(memory).free > 2**30:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))


_keep_files_in_memory()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--refresh", action="store_true", help="write golden files anew instead of comparing")


def _is_local(address: object) -> bool:
    return not isinstance(address, tuple) or address[0] in {"127.0.0.1", "::1", "localhost"}


def _refuse_to_leave(address: object) -> None:
    if not _is_local(address):
        raise AssertionError(f"a test tried to reach {address!r}; only loopback is allowed")


@pytest.fixture(autouse=True)
def _nothing_leaves_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(self: socket.socket, address: object) -> None:
        _refuse_to_leave(address)
        _connect(self, address)

    def connect_ex(self: socket.socket, address: object) -> int:
        _refuse_to_leave(address)
        return _connect_ex(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket.socket, "connect_ex", connect_ex)
