"""What a life is to do when it is killed, and how the lives around it live."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from syncd import cycle
from tests.crash.lives import Lives

PATIENCE = timedelta(minutes=3)
"""How long a pass waits for the fence that its dead predecessor held."""
TOKEN_PAUSE = timedelta(minutes=5)
"""CJ gives a token for the key once in five minutes: one that was lost in a crash cannot be asked for again sooner."""


async def one_pass(lives: Lives) -> None:
    """A pass as `reconcile --yes` makes it, a minute after the last."""
    await lives.world.pass_(wait=PATIENCE)


async def pass_at_once(lives: Lives) -> None:
    """A pass as soon as nobody else holds the store."""
    await cycle.reconcile(lives.world.shop, agree=lambda _: True, wait=PATIENCE)


Act = Callable[[Lives], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """`prepare` is done by lives that nobody kills; `act` by the one that is, and once more by the next."""

    name: str
    prepare: Callable[[Lives], Awaitable[None]]
    write: str = ""
    """What is sent in it; empty = nothing is."""
    comes_to: str = "outcome"
    """What it commits, or does to a file."""
    act: Act = one_pass
    then: Act = one_pass
    """What lives do after that."""
    after: timedelta = timedelta(seconds=1)
    """How long after a crash it is done again."""
    goes_on: bool = False
    """It works for several stores: one that it loses does not end it."""
    is_big: bool = False
    """Hundreds of orders, and seconds for each run of it."""
    rest: timedelta = timedelta(0)
    """How long nobody does anything before lives go on."""
