"""A pytest plugin that tries mutants: one fork each, in which the tests that reach the mutant run until one fails.

The tests are collected once; collecting them for each mutant anew takes longer than running them. First come those that
noticed another mutant of the same function, then those that reach the fewest functions: what is tested directly is
noticed at once. Slow tests, mostly laws, wait until every mutant was tried with the quick ones.
"""

from __future__ import annotations

import gc
import os
import resource
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pytest

_LONGEST_S = 20
"""What a mutant may take at least before it counts as one that never ends."""

_QUICK_S = 0.3
"""What a quick test takes at most."""


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One change. `tests`: ids of those that reach the changed function."""

    name: str
    function: str
    tests: tuple[str, ...]


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
    ) -> None:
        self.mutants = mutants
        self.reach = reach
        self.seconds = seconds
        self.switch_on = switch_on
        self.keep = keep
        self.noticed: dict[str, list[str]] = {}
        """Tests that noticed a mutant of a function, the last one first."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        gc.freeze()
        left = [mutant for mutant in self.mutants if self._try(session, mutant, items, is_quick=True)]
        for mutant in left:
            self._try(session, mutant, items, is_quick=False)
        return True

    def _try(
        self, session: pytest.Session, mutant: Mutant, items: Mapping[str, pytest.Item], *, is_quick: bool
    ) -> bool:
        """Whether the mutant lives on, with slow tests still to be tried."""
        began = time.monotonic()
        known = [one for one in self._ranked(mutant) if one in items]
        chosen = [items[one] for one in known if (self.seconds.get(one, 0.0) <= _QUICK_S) is is_quick]
        code = self._forked(session, mutant, chosen) if chosen else int(not known) * 33
        self.keep(mutant, code, time.monotonic() - began)
        return not code and len(chosen) < len(known)

    def _ranked(self, mutant: Mutant) -> list[str]:
        first = [one for one in self.noticed.get(mutant.function, ()) if one in mutant.tests]
        others = sorted(
            set(mutant.tests).difference(first),
            key=lambda one: (self.reach.get(one, 0), self.seconds.get(one, 0.0), one),
        )
        return [*first, *others]

    def _forked(self, session: pytest.Session, mutant: Mutant, items: Sequence[pytest.Item]) -> int:
        hear, tell = os.pipe()
        pid = os.fork()
        if not pid:
            self._in_child(session, mutant, items, tell=tell)
        os.close(tell)
        with os.fdopen(hear) as told:
            noticed = told.read()
        if noticed:
            before = self.noticed.setdefault(mutant.function, [])
            self.noticed[mutant.function] = [noticed, *(one for one in before if one != noticed)]
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def _in_child(self, session: pytest.Session, mutant: Mutant, items: Sequence[pytest.Item], *, tell: int) -> None:
        code = 3
        try:
            _be_quiet(session)
            expected = sum(self.seconds.get(item.nodeid, 0.0) for item in items)
            limit = int(time.process_time() + max(_LONGEST_S, 10 * expected))
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
            _forget_answers()
            self.switch_on(mutant.name)
            noticed = _noticing(session, items)
            os.write(tell, (noticed or "").encode())
            code = int(noticed is not None)
        finally:
            os._exit(code)


def _noticing(session: pytest.Session, items: Sequence[pytest.Item]) -> str | None:
    """The first of these tests that fails."""
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return item.nodeid
    return None


def _forget_answers() -> None:
    """What the code keeps of earlier calls was found without the mutant."""
    for name, module in list(sys.modules.items()):
        if name.startswith("syncd."):
            for value in _caches(vars(module).values()):
                value.cache_clear()


def _caches(values: Iterable[object]) -> list[object]:
    return [value for value in values if callable(getattr(value, "cache_clear", None))]


def _be_quiet(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    session.config.pluginmanager.unregister(reporter)
