"""What holds for every test: nothing leaves the machine."""

import socket

import pytest

_connect = socket.socket.connect


def _is_local(address: object) -> bool:
    return not isinstance(address, tuple) or address[0] in {"127.0.0.1", "::1", "localhost"}


@pytest.fixture(autouse=True)
def _nothing_leaves_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(self: socket.socket, address: object) -> None:
        if not _is_local(address):
            raise AssertionError(f"a test tried to reach {address!r}; only loopback is allowed")
        _connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
