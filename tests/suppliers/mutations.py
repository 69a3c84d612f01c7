"""Answers spoiled by chance."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

import httpx

from tests.suppliers.rig import Spoiler, answer


def mutated(rng: Random, *, words: bool) -> Spoiler:
    """Answers that are spoiled by chance: cut, with bytes changed, or with parts of their JSON gone or of another type."""

    def spoil(_request: httpx.Request, response: httpx.Response, body: bytes) -> httpx.Response:
        match rng.randrange(4) if words else 0:
            case 0:
                return answer(response, body[: rng.randrange(len(body))])
            case 1:
                place = rng.randrange(len(body))
                return answer(response, body[:place] + bytes([rng.randrange(256)]) + body[place + 1 :])
            case _:
                return answer(response, _other_json(body, rng))

    return spoil


def _other_json(body: bytes, rng: Random) -> bytes:
    try:
        data = json.loads(body)
    except ValueError:
        return bytes(byte for byte in body if rng.random() > 0.03)
    inner = data.get("data") if isinstance(data, dict) and rng.random() < 0.8 else data  # envelopes are soon spoiled
    for _ in range(rng.randrange(1, 8)):
        holders = list(_holders(inner))
        if holders:
            _spoil_one(rng.choice(holders), rng)
    return json.dumps(data).encode()


def _spoil_one(holder: Any, rng: Random) -> None:
    key = rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    if rng.random() < 0.3:
        del holder[key]
    else:
        holder[key] = rng.choice([None, 0, -1, True, "", "x", [], {}, 1e300, [None], {"list": []}, "2026-13-45"])


def _holders(data: Any) -> Iterator[Any]:
    if isinstance(data, dict | list) and data:
        yield data
        for part in data.values() if isinstance(data, dict) else data:
            yield from _holders(part)
