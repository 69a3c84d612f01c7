"""`syncd` as somebody drives it who has read the contract and not the code."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.conftest import Desk, Result, _logging_is_put_back, desk

__all__ = ["_logging_is_put_back", "desk"]

EFFECTS = {
    "fulfillments_created",
    "tracking_updated",
    "events_added",
    "fulfillments_cancelled",
    "requests_cancelled",
    "cancellations_requested",
    "holds_added",
    "holds_released",
    "orders_tagged",
    "orders_closed",
    "orders_reopened",
    "supplier_cancels",
    "customers_notified",
}
POLICY = "[suppliers.cj]"
Unreachable = Callable[[str], None]


def policy(*lines: str) -> tuple[str, str]:
    """A change for `desk.configure` that gives the store a policy."""
    return POLICY, "\n".join(["[stores.main.policy]", *lines, POLICY])


def documents(result: Result) -> list[dict[str, Any]]:
    """The JSON documents of stdout, one a line, and nothing else."""
    return [json.loads(line) for line in result.out.splitlines()]


def writes(desk: Desk) -> list[str]:
    """Mutations that reached the store."""
    asked = [request.content for request in desk.streets.calls if request.url.host == "shop.test"]
    names = [json.loads(body)["query"].split("(")[0] for body in asked if b"mutation" in body]
    return [name for name in names if "bulk" not in name.lower()]


@pytest.fixture
def unreachable(desk: Desk) -> Unreachable:
    """Lets a host go away."""
    gone: set[str] = set()

    async def refuse(request: Any) -> None:
        if request.url.host in gone:
            raise ConnectionError("no route")

    desk.streets.before = refuse
    return gone.add


TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def is_time(text: object) -> bool:
    return isinstance(text, str) and TIME.fullmatch(text) is not None
