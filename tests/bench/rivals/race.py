"""One client against one shop: started, let go, and counted by what the shop shows afterwards."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from tests.bench.rivals.clients import Client, Unavailable
from tests.bench.rivals.load import IN_FLIGHT, MUTATION, TOKEN, Load, number_of
from tests.bench.rivals.shop import RacedShop, raced_shop
from tests.reference import ROOT

PAUSE = timedelta(minutes=5)
"""Between two passes, as `syncd run` makes them."""
PATIENCE_S = 600
_ONE_LINE = 2**26


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How one client did. `points` and the time are those of the first round, the rest of what the shop shows at the end."""

    load: Load
    took_s: float
    points: int
    requests: int
    throttled: int
    lost_at_first: int
    lost: int
    doubled: int
    unclear: int

    @property
    def ratio(self) -> float:
        """The time over the least that the bucket allows for the mutations alone."""
        return self.took_s / self.load.limit_s

    @property
    def points_each(self) -> float:
        """Points for each parcel that was shown."""
        return self.points / max(1, self.load.orders - self.lost_at_first)


async def race(client: Client, load: Load, *, with_faults: bool, folder: Path) -> Figures:
    """Let `client` do `load`; `folder` is where npm may install. Raises Unavailable when it cannot run here."""
    command = await client.command(folder)
    async with raced_shop(load) as shop:
        child = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, limit=_ONE_LINE,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        errors = asyncio.create_task(_whole(child.stderr))
        try:
            return await asyncio.wait_for(_raced(client, shop, child, with_faults=with_faults), PATIENCE_S)
        except _Ended:
            raise Unavailable(
                f"it ended: {(await errors).decode(errors='replace').strip().splitlines()[-1:]}"
            ) from None
        finally:
            if child.returncode is None:
                child.kill()
            await child.wait()
            await errors


class _Ended(Exception):
    """The client's program is gone."""


async def _raced(client: Client, shop: RacedShop, child: asyncio.subprocess.Process, *, with_faults: bool) -> Figures:
    await _say(child, json.dumps(_told(shop)))
    await _line(child)
    meter = shop.begin(with_faults=with_faults)
    began = shop.clock.monotonic()
    failed = await _round(child, shop)
    took, first = shop.clock.monotonic() - began, shop.shown()
    if client.passes and with_faults:
        shop.clock.ahead += PAUSE
        shop.refill()
        failed = await _round(child, shop)
    shown = shop.shown()
    return Figures(
        load=shop.load,
        took_s=took,
        points=meter.points,
        requests=meter.requests,
        throttled=meter.throttled,
        lost_at_first=shop.load.orders - len(first),
        lost=shop.load.orders - len(shown),
        doubled=shown.total() - len(shown),
        unclear=sum(number_of(parcel) in shown for parcel in failed),
    )


def _told(shop: RacedShop) -> dict[str, object]:
    """Everything that a client needs; for those that are no Python, the mutation and its variables too."""
    return {
        **shop.urls,
        "jobs": [asdict(job) for job in shop.jobs()],
        "variables": [job.variables() for job in shop.jobs()],
        "token": TOKEN,
        "mutation": MUTATION,
        "in_flight": IN_FLIGHT,
    }


async def _round(child: asyncio.subprocess.Process, shop: RacedShop) -> list[int]:
    await _say(child, f"go {shop.clock.ahead.total_seconds()}")
    failed: list[int] = json.loads(await _line(child))
    return failed


async def _say(child: asyncio.subprocess.Process, line: str) -> None:
    assert child.stdin is not None
    child.stdin.write(f"{line}\n".encode())
    try:
        await child.stdin.drain()
    except ConnectionError:
        raise _Ended from None


async def _line(child: asyncio.subprocess.Process) -> bytes:
    assert child.stdout is not None
    line = await child.stdout.readline()
    if not line:
        raise _Ended
    return line


async def _whole(stream: asyncio.StreamReader | None) -> bytes:
    assert stream is not None
    return await stream.read()
