"""A pytest plugin that tries mutants: one fork each, in which the tests that reach the mutant run, the quickest first.

The tests are collected once; collecting them for each mutant anew takes longer than running them.
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


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One change. `tests`: ids of those that reach the changed function."""

    name: str
    tests: tuple[str, ...]


class Trial:
    """Tries mutants with the tests of one session. `keep` is told the exit code and the seconds of each."""

    def __init__(
        self,
        mutants: Sequence[Mutant],
        *,
        seconds: Mapping[str, float],
        switch_on: Callable[[str], None],
        keep: Callable[[Mutant, int, float], None],
    ) -> None:
        self.mutants = mutants
        self.seconds = seconds
        self.switch_on = switch_on
        self.keep = keep

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        gc.freeze()
        for mutant in self.mutants:
            reaching = sorted((one for one in mutant.tests if one in items), key=lambda one: self.seconds.get(one, 0.0))
            began = time.monotonic()
            code = self._forked(session, mutant, [items[one] for one in reaching]) if reaching else 33
            self.keep(mutant, code, time.monotonic() - began)
        return True

    def _forked(self, session: pytest.Session, mutant: Mutant, items: Sequence[pytest.Item]) -> int:
        pid = os.fork()
        if pid:
            return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        code = 3
        try:
            _be_quiet(session)
            expected = sum(self.seconds.get(item.nodeid, 0.0) for item in items)
            limit = int(time.process_time() + max(_LONGEST_S, 10 * expected))
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
            _forget_answers()
            self.switch_on(mutant.name)
            code = int(_notices(session, items))
        finally:
            os._exit(code)


def _notices(session: pytest.Session, items: Sequence[pytest.Item]) -> bool:
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return True
    return False


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
