"""Tells the service manager how it goes: systemd's notification protocol, nothing where nobody listens.

https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
"""

from __future__ import annotations

import socket
from contextlib import suppress


class Supervisor:
    """Speaks to the socket that $NOTIFY_SOCKET names. What cannot be told is not told: it never stops the work."""

    def __init__(self, address: str | None) -> None:
        # A name that begins with @ lies in the abstract namespace, which begins with a zero byte.
        self._address = f"\0{address[1:]}" if address and address.startswith("@") else address

    def ready(self, status: str) -> None:
        """All is set up, or a reload has ended."""
        self._tell("READY=1", f"STATUS={status}")

    def alive(self) -> None:
        """The clockwork runs; without this for `WatchdogSec` the service is started anew."""
        self._tell("WATCHDOG=1")

    def reloading(self, monotonic_us: int) -> None:
        self._tell("RELOADING=1", f"MONOTONIC_USEC={monotonic_us}")

    def stopping(self) -> None:
        self._tell("STOPPING=1")

    def _tell(self, *lines: str) -> None:
        if self._address is None:
            return
        message = "\n".join(" ".join(line.splitlines()) for line in lines)
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as speaker:
            speaker.sendto(message.encode(), self._address)
