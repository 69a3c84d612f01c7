"""Every error that syncd raises on purpose: one class per decision that its reader has to make.

Two families. `SyncdError` and its direct children end a command and carry its exit code. `PortError` and
its children are what a store, supplier or carrier may answer; each one says *who must act*.
"""

from __future__ import annotations

from dataclasses import dataclass


class SyncdError(Exception):
    """Something a person has to know; `remedy` is the next thing to do about it."""

    exit_code = 1

    def __init__(self, text: str, *, remedy: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.text} {self.remedy}".strip()


class UsageError(SyncdError):
    """The command cannot be carried out as typed: nothing, or more than one thing, matched."""

    exit_code = 64


class StoreUnreachable(SyncdError):
    """The store gave no answer, so nothing was planned."""

    exit_code = 69


class StoreBusy(SyncdError):
    """Another run holds the store's fence."""

    exit_code = 75


class FenceLost(SyncdError):
    """Our fence is old: somebody else works for this store now. Record nothing and stop."""

    exit_code = 75


class CredentialsRejected(SyncdError):
    """Credentials or scopes do not suffice."""

    exit_code = 77


class GuardRefused(SyncdError):
    """A guard, or `mode = "observe"`, refused the plan; nothing was changed."""

    exit_code = 4


class Paused(GuardRefused):
    """Somebody stopped all writes; nothing was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigProblem:
    """One thing that is wrong in a configuration file; `line` counts from 1, 0 = not known."""

    file: str
    line: int
    key: str
    text: str
    source_line: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        shown = f"\n    {self.source_line.strip()}" if self.source_line.strip() else ""
        return f"{place}: {self.key}: {self.text}{shown}"


class ConfigError(SyncdError):
    """The configuration cannot be used; all its problems at once."""

    exit_code = 78

    def __init__(self, problems: tuple[ConfigProblem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class PortError(SyncdError):
    """What a source (store, supplier, carrier) answered instead of what was asked.

    A supplier's is kept as a value and the others go on; one that ends a command is the store's, so it ends like
    `StoreUnreachable`.
    """

    exit_code = 69


class Transient(PortError):
    """Nobody must act: asking again later is enough. `retry_after_s` is the server's own wish, if it stated one.

    Raised only when the request certainly had no effect, or when it was a read. `was_sent` False: not a byte of it left.
    """

    def __init__(
        self, text: str, *, retry_after_s: float | None = None, remedy: str = "", was_sent: bool = True
    ) -> None:
        super().__init__(text, remedy=remedy)
        self.retry_after_s = retry_after_s
        self.was_sent = was_sent


class AuthRejected(PortError):
    """The merchant must act: the credential, or one of its scopes, is refused."""

    exit_code = 77


class Refused(PortError):
    """The source understood and said no; the same question gets the same answer. `code` is a stable word."""

    def __init__(self, text: str, *, code: str = "refused", remedy: str = "") -> None:
        super().__init__(text, remedy=remedy)
        self.code = code


class NotFound(PortError):
    """The thing asked for by id does not exist, or is not visible to us."""

    exit_code = 64


class InvalidResponse(PortError):
    """The adapter's author must act: the answer has not the documented form. `path` says where in it."""

    def __init__(self, text: str, *, path: str = "", remedy: str = "") -> None:
        super().__init__(text, remedy=remedy)
        self.path = path


class OutcomeUnknown(PortError):
    """A write was sent and nobody knows whether it took effect: settle it by reading back, never by resending."""
