"""Promises about syncd's processes: looked at for each request that leaves one, and for each answer."""

from __future__ import annotations

from collections.abc import Iterator

from tests.simulation.process import Process
from tests.simulation.scene import Scene, Store


def s5_only_the_newest_fence_writes(scene: Scene, store: Store, process: Process) -> Iterator[str]:
    """A write leaves only from the process that was given the store last."""
    number, holder = scene.fences.newest.get(store.name, (0, 0))
    if holder != process.number:
        yield f"process {process.number} writes to {store.name}, whose fence {number} is process {holder}'s"


def s8_never_throttled_when_alone(scene: Scene, *, throttled: bool, alone: bool) -> Iterator[str]:
    """Alone on a bucket of points syncd is never told that it is empty."""
    if throttled and alone:
        yield "the bucket was overdrawn"


def s10_a_dry_run_writes_nothing(process: Process, *, what: str) -> Iterator[str]:
    """`plan`, `drift`, `--dry-run` and a no to the question send no write, neither to a store nor to a supplier."""
    if not process.may_write:
        yield f"{what} leaves in a dry run"


MOST_IN_FLIGHT = 8 + 2
"""Orders that are written at the same time (`Limits.orders_in_flight`), and a look at each of two suppliers."""


def s12_little_is_in_flight(process: Process) -> Iterator[str]:
    """A process asks for a bounded number of things at the same time, each of which is one page.

    Only requests are counted: worlds as small as these say nothing about memory. `tests/bench` measures that.
    """
    if process.in_flight > MOST_IN_FLIGHT:
        yield f"{process.in_flight} requests at the same time"
