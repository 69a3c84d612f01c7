"""Finds the sandbox, prepares a folder for it, and serves it: what `syncd demo` and `syncd sandbox` have in common."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from rich.text import Text

from syncd.clock import Clock, SystemClock
from syncd.config.adapters import find
from syncd.domain.ports import AdapterPorts
from syncd.domain.sandbox import Sandbox
from syncd.errors import SyncdError, UsageError
from syncd.reports.terminal.style import columns, indent, stack, text

if TYPE_CHECKING:
    from syncd.cli.session import Session

MARK = ".made-by-syncd"
"""Lists what syncd made in a sandbox's folder: nothing else there is ever taken away."""

JOURNAL = ("syncd.db", "syncd.db-wal", "syncd.db-shm", "syncd.key")
"""What the journal keeps beside the configuration."""


class _NoCredentials:
    """A sandbox holds no credentials of anybody."""

    async def get(self, name: str) -> Mapping[str, str] | None:  # noqa: ARG002 - the port's signature
        return None

    async def renew(self, name: str, stale: Mapping[str, str] | None, fetch: Callable[..., Any]) -> Mapping[str, str]:
        raise NotImplementedError("a sandbox renews nothing")


def sandbox_named(name: str, *, seed: int, clock: Clock | None = None, **settings: Any) -> Sandbox:
    """The sandbox of that name, at its beginning; the same seed gives the same world."""
    adapter = find("sandbox", name)
    if adapter is None:
        raise UsageError(f'There is no sandbox "{name}".')
    ports = AdapterPorts(
        clock=clock or SystemClock(),
        rng=Random(seed),  # noqa: S311 - a world that can be had again
        http=None,
        credentials=_NoCredentials(),
        secret=str,
    )
    sandbox: Sandbox = adapter.build(name, adapter.settings(**settings), ports)
    return sandbox


def fresh_folder(folder: Path) -> None:
    """An empty folder, or one cleared of what syncd made there before. Raises UsageError when it holds anything else."""
    mark = folder / MARK
    made = set(mark.read_text(encoding="utf-8").split("\n")) if mark.exists() else set()
    if folder.exists() and not made and any(folder.iterdir()):
        raise UsageError(f"{folder} holds files that syncd did not make.", remedy="Say --folder with another one.")
    folder.mkdir(parents=True, exist_ok=True)
    for name in sorted(made - {""}):
        if "/" not in name and (folder / name).is_file():
            (folder / name).unlink()
    note_made(folder, ())


def note_made(folder: Path, names: tuple[str, ...]) -> None:
    """Remember that these files, and the journal's, are syncd's to clear away."""
    mark = folder / MARK
    known = set(mark.read_text(encoding="utf-8").split("\n")) - {""} if mark.exists() else set(JOURNAL)
    mark.write_text("\n".join(sorted(known | set(names))) + "\n", encoding="utf-8")


def write_files(folder: Path, texts: Mapping[str, str]) -> None:
    """Write them into the folder; what may be a secret can be read by its owner alone."""
    note_made(folder, tuple(texts))
    for name, words in texts.items():
        path = folder / name
        path.touch(mode=0o600)
        path.write_text(words, encoding="utf-8")


def serve(session: Session, *, folder: Path, port: int, seed: int, orders: int, plan: str) -> int:
    """Serve the sandbox as it is at the end of its story, with syncd never having looked, until it is stopped.

    The store is on `port`, CJ, the control API and the depot on the three after it; 0 takes any free ones.
    """
    wanted = {name: port + place if port else 0 for place, name in enumerate(("store", "cj", "control", "depot"))}
    return asyncio.run(_serve(session, folder=folder, ports=wanted, seed=seed, orders=orders, plan=plan))


async def _serve(session: Session, *, folder: Path, ports: Mapping[str, int], seed: int, orders: int, plan: str) -> int:
    sandbox = sandbox_named("demo", seed=seed, more_orders=orders, plan=plan)
    fresh_folder(folder)
    for moment in sandbox.moments():
        sandbox.play(moment.at)
    sandbox.run_on()
    async with AsyncExitStack() as running:
        try:
            urls = await running.enter_async_context(sandbox.serve(ports))
        except OSError as error:
            remedy = "Say --port with another one, or --port 0 for any that are free."
            raise SyncdError(f"A port is taken: {error.strerror or error}.", remedy=remedy) from error
        write_files(folder, {**sandbox.files(urls), "stories.txt": stories_text(sandbox)})
        _show_serving(session, urls, folder=folder, orders=sum(bool(tale.order) for tale in sandbox.tales()))
        await until_stopped(session)
    return 0


def _show_serving(session: Session, urls: Mapping[str, str], *, folder: Path, orders: int) -> None:
    """Where everything is, and what to try."""
    here, command = f"--config {folder / 'syncd.toml'}", command_of(session)
    table = columns("", "", "", ratio=(None, None, 1), header=False)
    for name, what in _APPS.items():
        table.add_row(text(name, "bold"), text(urls[name]), text(what, "dim"))
    session.show(stack([text(f"A sandbox shop with {orders} orders is open.", "bold"), indent(table), Text()]))
    session.show(
        f"The configuration is ready: {folder / 'syncd.toml'}. Which order shows what: {folder / 'stories.txt'}."
    )
    session.show("Try, in another terminal:")
    for verb in ("plan", "reconcile", "drift"):
        session.show(Text(f"   {command} {verb} {here}", style="bold"))
    show_control(session, urls)


def show_control(session: Session, urls: Mapping[str, str]) -> None:
    """How to play with a sandbox that runs, and how to end it. Lines to be copied are never broken."""
    control = urls["control"]
    fault = json.dumps({"kind": "drop", "moment": "after", "operation": "fulfillmentCreate"})
    for line, why in (
        (f"curl {control}/state", "what the store shows"),
        (f"curl {control}/ledger", "what really happened, as the store counts it"),
        (f"""curl -d '{{"order": "#1069"}}' {control}/merchant/fulfill""", "act as the merchant"),
        (f"curl -d '{fault}' {control}/faults", "break the next write after the store has done it"),
    ):
        session.show(Text(f"   {line}", style="bold"))
        session.show(Text(f"       {why}", style="dim"))
    session.show(text("The sandbox is running. Ctrl-C stops it.", "bold green"))


def command_of(session: Session) -> str:
    """How this syncd is called: by its name where the shell finds it, else through the checkout's script."""
    return "syncd" if shutil.which("syncd", path=session.env.get("PATH", "")) else "./run"


_APPS = {
    "store": "a twin of Shopify's Admin API",
    "cj": "a twin of CJ Dropshipping's API",
    "depot": "a supplier's file: /tracking.csv",
    "control": "GET /state /ledger /clock; POST /orders /merchant/ACT /faults /clock /settings",
}


def stories_text(sandbox: Sandbox) -> str:
    """Which order shows what, one a line."""
    rows = [f"{tale.order or '-':<7} {' '.join(tale.kinds) or 'ok':<4} {tale.text}" for tale in sandbox.tales()]
    return "Order   Kind What happens to it\n" + "\n".join(rows) + "\n"


async def until_stopped(session: Session) -> None:
    """Wait for Ctrl-C, or for SIGTERM."""
    session.out.flush()
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, over.set)
    try:
        await over.wait()
    finally:
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(name)
    session.note("Stopped.")
