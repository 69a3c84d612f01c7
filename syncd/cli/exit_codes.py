"""What a command's end means to scripts; documented in the README, relied on by schedulers and CI."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import TYPE_CHECKING

from syncd.errors import AuthRejected

if TYPE_CHECKING:
    from syncd.cycle import Look, Run
    from syncd.domain.steps import Refusal
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

_NOT_DONE = frozenset({"refused", "unknown", "failed"})
_DONE_BY_NOBODY = frozenset({"awaiting_approval"})


def worst(codes: Iterable[int]) -> int:
    """The one code for a command to which all of `codes` apply; none = fine."""
    found = set(codes)
    for code in _PRECEDENCE:
        if code in found:
            return code
    return ExitCode.ERROR if found else ExitCode.FINE


def of_sources(sources: Iterable[Source]) -> int:
    """What the looks at the sources mean; a store that gave no answer ends the command with its own error."""
    codes: list[int] = []
    for source in sources:
        if isinstance(source.error, AuthRejected):
            codes.append(ExitCode.CREDENTIALS)
        elif source.error is not None or not source.complete:
            codes.append(ExitCode.PARTIAL)
    return worst(codes)


def of_refusals(refused: Iterable[Refusal]) -> int:
    """What the guards' refusals mean."""
    return ExitCode.GUARDED if tuple(refused) else ExitCode.FINE


def of_look(look: Look, *, detailed: bool) -> int:
    """How a command ends that only looked."""
    pending = bool(look.plan.steps or look.judged.drifts)
    codes = [of_sources(look.sources), ExitCode.PENDING if detailed and pending else ExitCode.FINE]
    return worst(codes)


def of_run(run: Run, *, detailed: bool) -> int:
    """How a command ends that acted. Steps that wait for approval or are only reported are not "not done"."""
    states = {outcome.state.value for outcome in run.outcomes}
    codes = [of_sources(run.sources), of_refusals(run.plan.refused)]
    if states & _NOT_DONE:
        codes.append(ExitCode.PARTIAL)
    if detailed and states & (_DONE_BY_NOBODY | {"reported"}):
        codes.append(ExitCode.PENDING)
    return worst(codes)
