"""What happens to the machines: clocks that are set, credentials that are taken away, an index that lags."""

from __future__ import annotations

from datetime import timedelta

from tests.simulation.choices import Scope
from tests.simulation.happenings.kinds import Happening, named
from tests.simulation.scene import Scene

ALL: dict[str, Happening] = {}


@named(ALL, "clock is set")
def clock(scene: Scene, scope: Scope) -> str | None:
    """Within a pass or between two; never while a request of ours is on its way that nobody waits for.

    How long ago such a request was sent is told by the wall clock: nothing else is left of a dead process.
    """
    if scene.road.on_way:
        return None
    off = timedelta(seconds=scope.among("off_s", (1, -1, 20, -20, 90, -90)))
    scene.wall.off += off
    return f"the machine's clock is set by {off.total_seconds():+.0f} s"


@named(ALL, "supplier forgets tokens")
def forget(scene: Scene, scope: Scope) -> str | None:
    scene.cj.revoke_tokens(refresh_too=scope.chance("refresh_too", 0.3))
    return "cj forgets the tokens that it gave"
