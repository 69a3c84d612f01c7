"""A pytest plugin that tries mutants in forks: the tests that reach the mutant run until one fails.

The tests are collected once; collecting them for each mutant anew takes longer than running them. First come those that
noticed another mutant of the same function, then those that compare golden files, then those that reach the fewest
functions: what is tested directly is noticed at once. Laws, which are slow, wait until every mutant was tried with the quick ones.
"""

from __future__ import annotations

import gc
import inspect
import json
import os
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

import pytest

from tests.mutation.quick import forget_answers

_LONGEST_S = 20
"""What a mutant may take at least before it counts as one that never ends."""

_BATCH = 25
"""How many mutants one fork tries: most of the time of a single one goes into forking."""

_NO_TESTS = 33


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One change. `tests`: ids of those that reach the changed function."""

    name: str
    function: str
    tests: tuple[str, ...]
    is_alone: bool = False
    """Whether its tests leave something behind, so that no other mutant may be tried in the same process."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of a mutant, as mutmut writes it: 1 = a test noticed it, 0 = it lives, below 0 = it was stopped."""

    code: int
    seconds: float
    noticed: str | None = None


class Trial:
    """Tries mutants with the tests of one session.

    `reach`: how many functions each test reaches. `seconds`: how long it takes. `keep` is told the exit code and the
    seconds of each mutant.
    """

    def __init__(
        self,
        mutants: Sequence[Mutant],
        *,
        reach: Mapping[str, int],
        seconds: Mapping[str, float],
        switch_on: Callable[[str], None],
        keep: Callable[[Mutant, int, float], None],
        only_quick: bool = False,
    ) -> None:
        self.mutants = mutants
        self.reach = reach
        self.seconds = seconds
        self.switch_on = switch_on
        self.keep = keep
        self.only_quick = only_quick
        self.items: Mapping[str, pytest.Item] = {}
        self.noticed: dict[str, list[str]] = {}
        """Tests that noticed a mutant of a function, the last one first."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.items = {item.nodeid: item for item in session.items}
        gc.freeze()
        lived = self._try(session, self.mutants, is_quick=True)
        if not self.only_quick:
            self._try(session, lived, is_quick=False)
        return True

    def _try(self, session: pytest.Session, mutants: Sequence[Mutant], *, is_quick: bool) -> list[Mutant]:
        """Those that live on, with other tests still to be tried."""
        lived, left = [], list(mutants)
        while left:
            batch = [one for one in left[:_BATCH] if one.is_alone == left[0].is_alone][
                : 1 if left[0].is_alone else None
            ]
            verdicts = self._forked(session, batch, is_quick=is_quick)
            for mutant, verdict in zip(batch, verdicts, strict=False):
                self._note(mutant, verdict)
                if (
                    not verdict.code
                    and is_quick
                    and len(self._chosen(mutant, is_quick=True)) < len(self._ranked(mutant))
                ):
                    lived.append(mutant)
            left = left[len(verdicts) :]
        return lived

    def _note(self, mutant: Mutant, verdict: Verdict) -> None:
        if verdict.noticed:
            before = self.noticed.get(mutant.function, [])
            self.noticed[mutant.function] = [verdict.noticed, *(one for one in before if one != verdict.noticed)]
        self.keep(mutant, verdict.code, verdict.seconds)

    def _ranked(self, mutant: Mutant) -> list[str]:
        first = [one for one in self.noticed.get(mutant.function, ()) if one in mutant.tests]
        others = sorted(
            set(mutant.tests).difference(first),
            key=lambda one: (not self._is_golden(one), self.reach.get(one, 0), self.seconds.get(one, 0.0), one),
        )
        return [one for one in (*first, *others) if one in self.items]

    def _is_golden(self, test: str) -> bool:
        return "is_as_kept" in getattr(self.items.get(test), "fixturenames", ())

    def _chosen(self, mutant: Mutant, *, is_quick: bool) -> list[str]:
        return [one for one in self._ranked(mutant) if _is_quick(self.items[one]) is is_quick]

    def _forked(self, session: pytest.Session, batch: Sequence[Mutant], *, is_quick: bool) -> list[Verdict]:
        """The verdicts on these, as far as they could be tried in one go; at least on the first."""
        hear, tell = os.pipe()
        pid = os.fork()
        if not pid:
            self._in_child(session, batch, is_quick=is_quick, tell=tell)
        os.close(tell)
        with os.fdopen(hear) as told:
            verdicts = [Verdict(**json.loads(line)) for line in told]
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if len(verdicts) < len(batch):
            verdicts.append(Verdict(code=code or 3, seconds=0.0))
        return verdicts

    def _in_child(self, session: pytest.Session, batch: Sequence[Mutant], *, is_quick: bool, tell: int) -> None:
        try:
            _be_quiet(session)
            with os.fdopen(tell, "w") as out:
                for mutant in batch:
                    verdict = self._verdict(session, mutant, is_quick=is_quick)
                    out.write(f"{json.dumps(asdict(verdict))}\n")
                    out.flush()
                    self.keep = _nothing
                    self._note(mutant, verdict)
        finally:
            os._exit(0)

    def _verdict(self, session: pytest.Session, mutant: Mutant, *, is_quick: bool) -> Verdict:
        began = time.monotonic()
        chosen = self._chosen(mutant, is_quick=is_quick)
        if not chosen:
            return Verdict(code=0 if self._ranked(mutant) else _NO_TESTS, seconds=0.0)
        expected = sum(self.seconds.get(one, 0.0) for one in chosen)
        resource.setrlimit(
            resource.RLIMIT_CPU, (int(time.process_time() + max(_LONGEST_S, 10 * expected)), resource.RLIM_INFINITY)
        )
        forget_answers()  # they were found without the mutant
        self.switch_on(mutant.name)
        session.testsfailed = 0
        noticed = _noticing(session, [self.items[one] for one in chosen], is_last=mutant.is_alone)
        return Verdict(code=int(noticed is not None), seconds=time.monotonic() - began, noticed=noticed)


def _is_quick(item: pytest.Item) -> bool:
    """Whether it looks at one example, not at a hundred of them."""
    return not getattr(getattr(item, "obj", None), "is_hypothesis_test", False)


def _nothing(*_: object) -> None:
    pass


def _noticing(session: pytest.Session, items: Sequence[pytest.Item], *, is_last: bool) -> str | None:
    """The first of these tests that fails. `is_last`: nothing comes after them, so what they share may stay up."""
    for item, following in zip(items, [*items[1:], None], strict=True):
        if isinstance(item, pytest.Function) and _is_plain(item):
            if not _passes(item):
                return item.nodeid
            continue
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following if is_last else None)
        if session.testsfailed:
            return item.nodeid
    return None


def _is_plain(item: pytest.Function) -> bool:
    """Whether it is a function of its parameters alone. Calling it takes a hundredth of what pytest's way takes."""
    given = item.callspec.params if hasattr(item, "callspec") else {}
    is_skipped = any(item.get_closest_marker(name) for name in ("skip", "skipif"))
    return not is_skipped and not inspect.iscoroutinefunction(item.obj) and _asked(item) <= given.keys()


def _asked(item: pytest.Function) -> set[str]:
    return set(item._fixtureinfo.argnames)


def _passes(item: pytest.Function) -> bool:
    given = item.callspec.params if hasattr(item, "callspec") else {}
    try:
        item.obj(**{name: given[name] for name in _asked(item)})
    except BaseException:  # noqa: BLE001 - whatever it is, it was noticed
        return False
    return True


def _be_quiet(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    session.config.pluginmanager.unregister(reporter)
