"""Payloads spoiled by chance: cut, with bytes changed, or with parts of their JSON gone or of another type."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from random import Random
from typing import Any

ODD = (
    None, 0, -1, True, 1.5, 1e300, 2**70, "", "x", "1e21", "\ud800", "0001-01-01T00:00:00+14:00", "2026-13-45",
    "gid://shopify/Nothing/1", [], {}, [None], [[]], [{}], {"id": 1.0},
)  # fmt: skip


def spoiled(body: bytes, rng: Random) -> bytes:
    """The body with one kind of damage."""
    match rng.randrange(8):
        case 0:
            return body[: rng.randrange(len(body) + 1)]
        case 1:
            place = rng.randrange(len(body) + 1)
            return body[:place] + bytes([rng.randrange(256)]) + body[place + 1 :]
        case _:
            return json.dumps(spoiled_value(json.loads(body), rng)).encode()


def spoiled_value(document: Any, rng: Random) -> Any:
    """The document, some of whose values are gone or something else; changed in place."""
    for _ in range(rng.randrange(1, 5)):
        holders = list(_holders(document))
        if not holders:
            break
        holder = rng.choice(holders)
        key = rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        if rng.random() < 0.25:
            del holder[key]
        else:
            holder[key] = copy.deepcopy(rng.choice(ODD))
    return document


def _holders(document: Any) -> Iterator[Any]:
    if isinstance(document, dict | list) and document:
        yield document
        for part in document.values() if isinstance(document, dict) else document:
            yield from _holders(part)
