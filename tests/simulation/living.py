"""How a process ends, and what is to be thought of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from sqlalchemy.exc import OperationalError

from syncd.errors import SyncdError
from tests.simulation.invariants import liveness
from tests.simulation.process import Process, read_journal
from tests.simulation.scene import Scene
from tests.simulation.timeline import Stuck


async def lived(world: Scene, process: Process, work: Callable[[], Awaitable[object]]) -> None:
    """Let the process do `work` and note how it ends: well, with an error that a person is told of, or by its death."""
    try:
        await process.live(work)
    except SyncdError as error:
        world.reached[f"error {type(error).__name__}"] += 1
        _said(world, process, error)
    except OperationalError as error:
        # Of a full disk a command says what SQLite says; the daemon goes on with its next store.
        if not world.disk.is_full:
            world.broke("broken", f"process {process.number} ends with {error}")
        world.reached["error disk is full"] += 1
        _said(world, process, error)
    except asyncio.CancelledError:
        _interrupted(world, process)
    except BaseException as error:
        if isinstance(error, Stuck):
            raise
        _died(world, process, error)
    if process.paused_until_s:
        world.reached["paused"] += 1


def _said(world: Scene, process: Process, error: Exception) -> None:
    world.told.append(str(error))
    world.tell(f"  process {process.number} ends: {type(error).__name__}: {error}".partition("\n")[0])


def _died(world: Scene, process: Process, error: BaseException) -> None:
    if not process.is_dead:
        world.broke("broken", f"process {process.number} ends with {type(error).__name__}: {error}")
        return
    world.road.watch.deaths += 1
    last = process.passed[-1]
    world.reached[f"died {last.partition(' ')[0]}"] += 1
    world.tell(f"  process {process.number} dies: {len(process.passed)} {last}")


def _interrupted(world: Scene, process: Process) -> None:
    world.road.watch.deaths += 1
    world.reached["interrupted"] += 1
    world.tell(f"  process {process.number} is interrupted at {process.stopped_at[-1]}")
    if not world.disk.is_full:
        now = world.wall.now()
        let_go = read_journal(
            lambda conn: liveness.l6_whoever_is_stopped_lets_go(conn, process=process.number, now=now)
        )
        tell(world, "L6", let_go)


def tell(world: Scene, code: str, *found: Iterable[str]) -> None:
    """Note the broken promises that checks found."""
    for texts in found:
        for text in texts:
            world.broke(code, text)
