"""`syncd demo`: the sandbox, its story, and the words to it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from syncd import log
from syncd.cli import demo_words as words
from syncd.cli.demo_story import STORE, Day, Today, core_kinds, play_today, play_until_today
from syncd.cli.exit_codes import ExitCode
from syncd.cli.facts import run_facts, source_facts, store_facts, zone_of
from syncd.cli.sandboxes import (
    command_of,
    fresh_folder,
    sandbox_named,
    show_control,
    stories_text,
    until_stopped,
    write_files,
)
from syncd.cli.stories import story_of
from syncd.clock import SystemClock
from syncd.compose import open_runtime
from syncd.config import load
from syncd.domain.steps import StepState
from syncd.journal import mirror
from syncd.reports import facts
from syncd.reports.digest import digest
from syncd.reports.webpage import html_page

if TYPE_CHECKING:
    from syncd.cli.session import Session
    from syncd.compose import Runtime
    from syncd.domain.sandbox import Sandbox


def demonstrate(session: Session, *, folder: Path, keep: bool, seed: int) -> int:
    """Play the story in `folder`; gives the exit code. With `keep` the sandbox stays until it is interrupted."""
    log.configure(style=session.log_format, level="INFO" if session.verbose else "ERROR", stream=session.err)
    return asyncio.run(_Demo(session=session, folder=folder, keep=keep).run(seed=seed))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Demo:
    session: Session
    folder: Path
    keep: bool

    async def run(self, *, seed: int) -> int:
        """The whole of it. 1 when the store's ledger does not say what syncd says."""
        real = SystemClock()
        began_s = real.monotonic()
        sandbox = sandbox_named("demo", seed=seed, clock=real)
        fresh_folder(self.folder)
        async with sandbox.serve() as urls:
            write_files(self.folder, sandbox.files(urls))
            config = load(self.folder / "syncd.toml", env=self.session.env)
            async with open_runtime(config, env=self.session.env, clock=sandbox.clock) as runtime:
                days = await self._days(runtime, sandbox)
                today = await self._today(runtime, sandbox)
                await self._explain(runtime, sandbox)
                await self._write(runtime, sandbox, days, today)
            self._close(days, today, took_s=real.monotonic() - began_s)
            if self.keep:
                sandbox.run_on()
                self.session.show("")
                show_control(self.session, urls)
                await until_stopped(self.session)
        return ExitCode.FINE if words.ledger_agrees(today) else ExitCode.ERROR

    async def _days(self, runtime: Runtime, sandbox: Sandbox) -> list[Day]:
        show, zone = self.session.show, zone_of(runtime.config)
        moments = sandbox.moments()
        days = (moments[-1].at - moments[0].at).days
        show(words.opening(days=days))
        show(words.section(1, f"{days} days in a few seconds", words.DAYS))
        played = await play_until_today(runtime, sandbox, told=lambda day: show(words.day_line(day, zone=zone)))
        show("")
        return played

    async def _today(self, runtime: Runtime, sandbox: Sandbox) -> Today:
        show = self.session.show
        today = await play_today(runtime, sandbox)
        numbers = digest(await _facts(runtime, today))
        show(words.section(2, "Today: what was observed", words.OBSERVED))
        show(words.observed(today))
        show(words.section(3, "The drift", words.drift_sentence(numbers, orders=today.orders)))
        show(words.drift(numbers))
        show(words.section(4, "The plan", words.PLAN))
        show(words.plan(today))
        show(words.section(5, "The outcome", words.OUTCOME))
        show(words.outcome(today))
        show(words.section(6, "A second pass", words.SECOND))
        show(words.second(today))
        return today

    async def _explain(self, runtime: Runtime, sandbox: Sandbox) -> None:
        star = sandbox.star()
        self.session.show(words.section(7, f"One order explained: {star}", words.EXPLAIN))
        (order_id, _), *_ = await runtime.db.run(mirror.find, store=STORE, text=star)
        story, _ = await story_of(runtime, STORE, order_id, ask=True)
        self.session.show(words.explained(story))

    async def _write(self, runtime: Runtime, sandbox: Sandbox, days: Sequence[Day], today: Today) -> None:
        runs = [run_facts(run, actor=runtime.actor) for run in (*(day.run for day in days), today.run)]
        report = await _facts(runtime, today, runs=runs)
        write_files(self.folder, {"report.html": html_page(report), "stories.txt": stories_text(sandbox)})

    def _close(self, days: Sequence[Day], today: Today, *, took_s: float) -> None:
        core = core_kinds()
        kinds = f"{len(today.met & core)} of {len(core)} core kinds of drift were met"
        past = next(one.step.order for day in days for one in day.run.outcomes if one.state is StepState.UNKNOWN)
        self.session.show(words.section(8, "Where to go from here", words.CLOSING))
        parts = words.closing(
            folder=self.folder, past=past, kinds=kinds, took_s=took_s, command=command_of(self.session), kept=self.keep
        )
        for part in parts:
            self.session.show(part)


async def _facts(runtime: Runtime, today: Today, *, runs: Sequence[facts.RunFacts] | None = None) -> facts.DriftReport:
    """Today's drift: as it was before the plan was applied, or, with `runs`, what was left and what they did."""
    shop = await runtime.shop(STORE)
    records, look = (today.records, today.look) if runs is None else (today.left, None)
    steps = look.plan.steps if look else today.second.plan.steps
    return facts.DriftReport(
        generated_at=runtime.clock.now(),
        stores=(store_facts(shop, runtime.config, orders=today.orders),),
        findings=facts.findings(STORE, records, steps=steps),
        sources=tuple(source_facts(source) for source in today.second.sources),
        runs=tuple(runs or ()),
        zone=zone_of(runtime.config, STORE),
    )
