"""What a command's end means to scripts; documented in the README, relied on by schedulers and CI."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import TYPE_CHECKING

from syncd.errors import AuthRejected

if TYPE_CHECKING:
    from syncd.cycle import Look, Run
    from syncd.observe import Source


class ExitCode(IntEnum):
    """How a command ended. Any other number is a failure too."""

    FINE = 0
    ERROR = 1
    PENDING = 2
    """Only with --detailed-exitcode: fine, and there is drift or something to do."""
    PARTIAL = 3
    """A source could not be reached, or a step was not done."""
    GUARDED = 4
    """Refused by a guard or by `mode = "observe"`."""
    USAGE = 64
    UNREACHABLE = 69
    BUSY = 75
    CREDENTIALS = 77
    CONFIG = 78
    INTERRUPTED = 130


_PRECEDENCE = (64, 130, 78, 77, 69, 75, 4, 1, 3, 2, 0)
"""When several apply the first wins (design 4.1); wrong usage and Ctrl-C end a command before others can apply."""

_WAITS = frozenset({"awaiting_approval", "reported"})
_GUARDS = frozenset({"mode", "frozen", "incomplete", "share", "count"})
"""Codes of outcomes that no step but only a guard can have (`stale` may be either)."""
_DEFERRED = "deferred"


def worst(codes: Iterable[int]) -> int:
    """The one code for a command to which all of `codes` apply; none = fine."""
    found = {code if code in _PRECEDENCE else ExitCode.ERROR for code in codes}
    return next((code for code in _PRECEDENCE if code in found), ExitCode.FINE)


def of_sources(sources: Iterable[Source]) -> int:
    """What the looks at the sources mean; a store that gave no answer ends the command with its own error."""
    codes: list[int] = []
    for source in sources:
        if isinstance(source.error, AuthRejected):
            codes.append(ExitCode.CREDENTIALS)
        elif source.error is not None or not source.complete:
            codes.append(ExitCode.PARTIAL)
    return worst(codes)


def of_look(look: Look, *, detailed: bool) -> int:
    """How a command ends that only looked. `mode = "observe"` and a pause refuse nothing there: nothing would be written anyway."""
    codes = [of_sources(look.sources)]
    if any(refusal.guard not in {"mode", "paused"} for refusal in look.plan.refused):
        codes.append(ExitCode.GUARDED)
    if detailed and (look.plan.steps or look.judged.drifts):
        codes.append(ExitCode.PENDING)
    return worst(codes)


def of_run(run: Run, *, detailed: bool) -> int:
    """How a command ends that acted. Steps that wait, for a yes or for the next pass, or are only told, are not "not done".

    An effect of an earlier run that is still unknown is.
    """
    refused = {(refusal.guard, refusal.text) for refusal in run.plan.refused}
    codes = [of_sources(run.sources)]
    codes += [ExitCode.PARTIAL for outcome in run.settled if outcome.state.value == "unknown"]
    for outcome in run.outcomes:
        state = outcome.state.value
        if state == "refused" and (outcome.code in _GUARDS or (outcome.code, outcome.text) in refused):
            codes.append(ExitCode.GUARDED)
        elif state in {"unknown", "failed"} or (state == "refused" and outcome.code != _DEFERRED):
            codes.append(ExitCode.PARTIAL)
        elif detailed and (state in _WAITS or outcome.code == _DEFERRED):
            codes.append(ExitCode.PENDING)
    return worst(codes)
