"""Where a life may end: counted in one run, chosen in the next.

Commits are boundaries by `MortalDatabase`, requests and answers by `Wire`, files by `MortalDisk`. Mail will be one more
once syncd sends any: whatever hands a message over is to touch the edge before and after.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field


class Crashed(BaseException):
    """The process is gone. Nothing catches this, as nothing catches SIGKILL."""


@dataclass(slots=True)
class Edge:
    """The effect boundaries of one life.

    `dies_at` is the number (from 1) of the boundary at which it ends, or the name of the first such; None = it lives. Once it is dead, whatever it still tries
    (a `finally`, a task beside) raises too and has no effect.
    """

    dies_at: int | str | None = None
    passed: list[str] = field(default_factory=list)
    is_dead: bool = False
    pauses_at: int | str | None = None
    pause: Callable[[], Awaitable[None]] | None = None
    """What happens while the life is stopped, once, at the `pauses_at`-th place where it may be (or at the first of that name)."""
    stopped_at: list[str] = field(default_factory=list)

    def touch(self, what: str) -> None:
        """The life comes to a boundary."""
        self.must_live()
        self.passed.append(what)
        if self.dies_at in {len(self.passed), what}:
            self.is_dead = True
            raise Crashed(f"{len(self.passed)}: {what}")

    async def linger(self, what: str) -> None:
        """The life comes to a place where it may be stopped for a while, as by SIGSTOP."""
        self.stopped_at.append(what)
        if self.pause is not None and self.pauses_at in {len(self.stopped_at), what}:
            pause, self.pause = self.pause, None
            await pause()

    def must_live(self) -> None:
        if self.is_dead:
            raise Crashed("dead already")
