"""What happens to the machines: clocks that are set, credentials that are taken away, an index that lags."""

from __future__ import annotations

from datetime import timedelta

from tests.simulation.choices import Scope
from tests.simulation.happenings.kinds import Happening, named
from tests.simulation.scene import SECRETS, Scene

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


@named(ALL, "store token revoked")
def revoke(scene: Scene, scope: Scope) -> str | None:
    """The merchant uninstalls the app, or its token is replaced."""
    store = scope.among("store", list(scene.stores.values()))
    store.twin.syncd.token = "revoked"
    return f"{store.name} takes our token away"


@named(ALL, "store token restored")
def restore(scene: Scene, scope: Scope) -> str | None:
    gone = [store for store in scene.stores.values() if store.twin.syncd.token == "revoked"]
    if not gone:
        return None
    restore_tokens(scene)
    return "our tokens are good again"


def restore_tokens(scene: Scene) -> None:
    for store in scene.stores.values():
        store.twin.syncd.token = SECRETS["env:TOKEN"]


@named(ALL, "disk is full")
def disk_full(scene: Scene, scope: Scope) -> str | None:
    """Nothing more fits beside the journal."""
    scene.disk.fill()
    return "the disk is full"


@named(ALL, "disk has room")
def disk_room(scene: Scene, scope: Scope) -> str | None:
    if not scene.disk.is_full:
        return None
    scene.disk.make_room()
    return "the disk has room again"


@named(ALL, "index stands still")
def index_stands(scene: Scene, scope: Scope) -> str | None:
    """Searches see nothing that changes from now on, until the index goes on."""
    store = scope.among("store", list(scene.stores.values()))
    world = store.twin.world
    world.settings.index_lag = scene.shape.index_lag if world.settings.index_lag > _STANDS / 2 else _STANDS
    return f"{store.name}: what searches see lags {world.settings.index_lag.total_seconds():.0f} s behind"


_STANDS = timedelta(seconds=55)
"""As far as the real index was seen to lag; syncd reads back a minute."""
