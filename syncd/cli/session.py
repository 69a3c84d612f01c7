"""What every command is handed: the environment, the streams, and the configuration when it asks for it."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import typer

from syncd.cli.exit_codes import worst
from syncd.errors import ConfigError, ConfigProblem, SyncdError, UsageError
from syncd.files import Disk
from syncd.secrets import redact

if TYPE_CHECKING:
    import httpx
    from rich.console import Console, RenderableType

    from syncd.clock import Clock
    from syncd.compose import Runtime
    from syncd.config import Config


_STEERING = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]")
"""Signs that drive a terminal, hide themselves or turn the direction of writing, and halves of pairs."""


def _for_people(text: str) -> str:
    """`text` without secrets, and without what foreign words could do to a terminal; its lines stay."""
    from syncd.reports.words import neutral

    return "\n".join(map(neutral, redact(text).split("\n")))


@dataclass(kw_only=True)
class Session:
    """One invocation of `syncd`. Results go to `out`; questions, progress, notes and logs to `err`."""

    env: Mapping[str, str] = field(repr=False)
    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)
    stdin: TextIO = field(default_factory=lambda: sys.stdin)
    clock: Clock | None = None
    transport: httpx.AsyncBaseTransport | None = None
    disk: Disk = field(default_factory=Disk)
    config_path: Path | None = None
    verbose: int = 0
    log_format: str = "console"

    @cached_property
    def config(self) -> Config:
        """The configuration; raises ConfigError."""
        from syncd.config import load

        return load(self.config_path, env=self.env)

    @cached_property
    def console(self) -> Console:
        """Where results for people go; plain when it is no terminal."""
        return self._console(self.out)

    @cached_property
    def err_console(self) -> Console:
        """Where questions and progress go."""
        return self._console(self.err)

    @property
    def is_interactive(self) -> bool:
        """Whether somebody is there to be asked."""
        return self.stdin.isatty() and self.err.isatty()

    def show(self, what: RenderableType | str) -> None:
        """A result for people."""
        self.console.print(
            _for_people(what) if isinstance(what, str) else what, highlight=False, markup=False, soft_wrap=True
        )

    def document(self, what: Mapping[str, Any]) -> None:
        """A result for programs: one JSON document on one line."""
        text = json.dumps(what, ensure_ascii=False, allow_nan=False)
        # In JSON these mean the same; a terminal must not be steered by them.
        self.out.write(_STEERING.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text) + "\n")

    def note(self, text: str) -> None:
        """A word beside the result."""
        self.err.write(_for_people(text).rstrip("\n") + "\n")

    @contextmanager
    def busy(self, text: str) -> Iterator[None]:
        """Tell on a terminal what takes its time; nothing elsewhere, and nothing beside log lines."""
        if not self.err.isatty() or self.verbose:
            yield
            return
        with self.err_console.status(text):
            yield

    def require_consent(self, *, yes: bool) -> None:
        """Raises UsageError when nobody could be asked and `--yes` was not given: nothing is looked at or written."""
        if not yes and not self.is_interactive:
            raise UsageError(
                "There is no terminal to ask on. Nothing was changed.", remedy="Say --yes, or see: syncd plan"
            )

    def agrees(self, question: str, *, yes: bool) -> bool:
        """The answer to a yes-or-no question; `yes` answers it."""
        if yes:
            return True
        self.require_consent(yes=yes)
        self.err.write(f"{question} [y/N] ")
        self.err.flush()
        return self.stdin.readline().strip().lower() in {"y", "yes"}

    def run(self, work: Callable[[Runtime], Awaitable[int]]) -> int:
        """`work` done with everything that the configuration describes; gives its exit code."""
        from syncd import log
        from syncd.compose import open_runtime

        levels = ("WARNING", "INFO", "DEBUG")
        log.configure(style=self.log_format, level=levels[min(self.verbose, 2)], stream=self.err)

        async def whole() -> int:
            async with open_runtime(self.config, env=self.env, clock=self.clock, transport=self.transport) as runtime:
                return await work(runtime)

        return asyncio.run(whole())

    def run_stores(self, store: str | None, work: Callable[[Runtime, str], Awaitable[int]]) -> int:
        """`work` for the named store, or for every one; a store that fails does not stop the others."""
        names = self.store_names(store)

        async def each(runtime: Runtime) -> int:
            codes: list[int] = []
            for name in names:
                with self.told(codes):
                    codes.append(await work(runtime, name))
            return worst(codes)

        return self.run(each)

    @contextmanager
    def told(self, codes: list[int]) -> Iterator[None]:
        """Errors inside are shown and their exit codes kept in `codes`; wrong usage still ends the command."""
        try:
            yield
        except UsageError:
            raise
        except SyncdError as error:
            self.show_error(error)
            codes.append(error.exit_code)

    def store_names(self, store: str | None) -> tuple[str, ...]:
        """The named store, or all. Raises UsageError for a wrong name, ConfigError when there is none at all."""
        from syncd.compose import named

        if not self.config.stores:
            text = "no store is configured; add a [stores.NAME] table, or let `syncd init` write one"
            raise ConfigError((ConfigProblem(file=str(self.config.path), line=0, key="stores", text=text),))
        if store is None:
            return tuple(self.config.stores)
        named(self.config.stores, store, "store")
        return (store,)

    def show_error(self, error: SyncdError) -> None:
        """The error and what to do about it."""
        # A configuration's problems are a line each; what else is told is one line, whoever's words are in it.
        told = error.text if isinstance(error, ConfigError) else " ".join(error.text.splitlines())
        self.note(f"Error: {told}" + (f"\n  {error.remedy}" if error.remedy else ""))
        if isinstance(error, ConfigError) and self.env.get("GITHUB_ACTIONS") == "true":
            for problem in error.problems:
                self.note(f"::error file={problem.file},line={problem.line or 1}::{problem.key}: {problem.text}")

    def _console(self, stream: TextIO) -> Console:
        from rich.console import Console

        plain = bool(self.env.get("NO_COLOR")) or not stream.isatty()
        width = None if stream.isatty() else int(self.env.get("COLUMNS") or 100)
        return Console(file=stream, no_color=plain, width=width, highlight=False, emoji=False)


def session_of(ctx: typer.Context, *, config: Path | None = None) -> Session:
    """The invocation's session; `--config` counts before and after the command's name."""
    session: Session = ctx.obj
    if config is not None:
        session.config_path = config
    return session
