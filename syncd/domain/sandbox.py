"""The port of a sandbox: a small world on this machine in which syncd can be tried without risk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from syncd.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time at which syncd is to make a pass. `trouble` says what is wrong with the world then; empty = nothing."""

    at: datetime
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tale:
    """What one order of the sandbox shows: its name, the drift it is about (codes), and the story in a few words."""

    order: str
    kinds: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What really happened in the store by syncd's hand, counted by the store itself and not by syncd.

    `doubled`: order lines that were fulfilled twice over. `mails`: mails that customers got.
    """

    fulfillments: int
    numbers: int
    requests: int
    holds: int
    unfulfilled: int
    doubled: int
    mails: int


class Sandbox(Protocol):
    """A store and suppliers that behave like the real ones, and a story that happens to them."""

    name: str
    clock: Clock
    """The sandbox's time: moved by `play`, running after `run_on`."""

    def serve(self, ports: Mapping[str, int] | None = None) -> AbstractAsyncContextManager[Mapping[str, str]]:
        """Serve everything on loopback; yields base URLs by name. 0, the default, takes any free port.

        Raises OSError when a port is taken.
        """
        ...

    def files(self, urls: Mapping[str, str]) -> Mapping[str, str]:
        """A ready `syncd.toml` for these URLs, and what its secret references point at: text by file name."""
        ...

    def moments(self) -> Sequence[Moment]:
        """When syncd looks; the last one is the present of the story."""
        ...

    def play(self, until: datetime) -> tuple[str, ...]:
        """Let happen what happens until then, and move the clock there.

        Gives the names of orders for which the merchant says yes to what waits.
        """
        ...

    def tales(self) -> Sequence[Tale]:
        """Which order shows what, in the order of their names."""
        ...

    def star(self) -> str:
        """The name of the order that is worth explaining."""
        ...

    def truth(self, since: datetime | None = None) -> Truth:
        """What syncd really did in the store, from then on or ever."""
        ...

    def run_on(self) -> None:
        """From now on the sandbox's clock runs with the machine's."""
        ...
