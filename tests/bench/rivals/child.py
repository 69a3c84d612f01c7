"""The Python clients' side of the talk with the bench: one line in, one line out."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.bench.rivals.load import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Where the shop is, and the parcels to show to it."""

    store: str
    depot: str
    jobs: tuple[Job, ...]


def task() -> Task:
    told = json.loads(sys.stdin.readline())
    jobs = tuple(Job(**job) for job in told["jobs"])
    return Task(store=told["store"], depot=told["depot"], jobs=jobs)


def rounds() -> Iterator[float]:
    """Say that we are ready, and again after each round; yields by how many seconds the clocks were put forward."""
    print("ready", flush=True)  # noqa: T201
    while line := sys.stdin.readline():
        yield float(line.removeprefix("go "))


def tell(failed: Iterable[int]) -> None:
    """Which parcels the caller was told to have failed."""
    print(json.dumps(sorted(failed)), flush=True)  # noqa: T201


class Again(Exception):
    """What clients with a retry around them try again: THROTTLED, 429 and server errors."""


def refused(reply: dict[str, Any]) -> bool:
    """Whether the answer says that the fulfillment was not made. Raises Again when it was throttled."""
    errors = reply.get("errors") or []
    if isinstance(errors, list) and any((one.get("extensions") or {}).get("code") == "THROTTLED" for one in errors):
        raise Again("THROTTLED")
    payload = (reply.get("data") or {}).get("fulfillmentCreate") or {}
    return not payload.get("fulfillment")
