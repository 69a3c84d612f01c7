"""Connecting to one of several addresses, of which some may lead nowhere (RFC 8305).

A machine whose IPv6 ends at the next router is common: it must cost a moment, not the whole time that connecting may take.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from itertools import zip_longest
from typing import Any

import httpcore

Attempt = Callable[[], Coroutine[Any, Any, httpcore.AsyncNetworkStream]]

_HEAD_START_S = 0.25
"""After which the next address is tried besides, when the one before neither answers nor fails. RFC 8305's advice."""


def in_turns(addresses: Sequence[str]) -> list[str]:
    """IPv6 and IPv4 by turns, beginning with the family of the first: the best few are then never of one family alone."""
    leading = [one for one in addresses if (":" in one) is (":" in addresses[0])]
    others = [one for one in addresses if one not in leading]
    return [one for pair in zip_longest(leading, others) for one in pair if one is not None]


async def first_stream(attempts: Iterable[Attempt]) -> httpcore.AsyncNetworkStream:
    """The stream that is made first; the other attempts are let go. Raises the last trouble when there is none."""
    waiting = list(attempts)
    running: set[asyncio.Task[httpcore.AsyncNetworkStream]] = set()
    trouble: BaseException = httpcore.ConnectError("there is no address")
    try:
        while waiting or running:
            if waiting:
                running.add(asyncio.create_task(waiting.pop(0)()))
            pause = _HEAD_START_S if waiting else None
            done, _ = await asyncio.wait(running, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                running.discard(one)
                error = one.exception()
                if error is None:
                    return one.result()
                if not isinstance(error, httpcore.ConnectError | httpcore.ConnectTimeout):
                    raise error
                trouble = error
        raise trouble
    finally:
        await _let_go(running)


async def _let_go(attempts: Iterable[asyncio.Task[httpcore.AsyncNetworkStream]]) -> None:
    attempts = list(attempts)
    for one in attempts:
        one.cancel()
    for made in await asyncio.gather(*attempts, return_exceptions=True):
        if isinstance(made, httpcore.AsyncNetworkStream):
            await made.aclose()
