"""A feed from a file or from an answer, with nothing around it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from adapters.suppliers.feed import ADAPTER
from adapters.suppliers.feed.supplier import Feed
from syncd.clock import ManualClock
from tests.http.test_client import Script
from tests.http.virtual import EPOCH
from tests.suppliers.rig import ports


def file_feed(file: Path, **settings: Any) -> Feed:
    """The feed that lies in `file`."""
    return _built(Script(httpx.Response(404)), source=str(file), **settings)


def web_feed(body: bytes, **settings: Any) -> Feed:
    """The feed that an address answers with."""
    answer = httpx.Response(200, content=body, headers={"content-type": "text/csv"})
    return _built(Script(answer), source="https://depot.example.test/tracking.csv", **settings)


def _built(wire: Script, **settings: Any) -> Feed:
    feed: Feed = ADAPTER.build("depot", ADAPTER.settings(**settings), ports(ManualClock(EPOCH), wire))
    return feed
