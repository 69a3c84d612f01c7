"""What happens to the machines: clocks that are set, credentials that are taken away, an index that lags."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import httpx

from tests.simulation.choices import Scope
from tests.simulation.happenings.kinds import Happening, ends_after, named
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
    store.twin.syncd.token = REVOKED
    _mends(scene, scope, lambda: restore_tokens(scene, only=REVOKED))
    return f"{store.name} takes our token away"


@named(ALL, "store token restored")
def restore(scene: Scene, scope: Scope) -> str | None:
    gone = [store for store in scene.stores.values() if store.twin.syncd.token == REVOKED]
    if not gone:
        return None
    restore_tokens(scene)
    return "our tokens are good again"


REVOKED = "revoked"


def restore_tokens(scene: Scene, *, only: str | None = None) -> None:
    for store in scene.stores.values():
        if only in {None, store.twin.syncd.token}:
            store.twin.syncd.token = SECRETS["env:TOKEN"]


def _mends(scene: Scene, scope: Scope, mend: Callable[[], object]) -> None:
    """Somebody sees to it after a while: what lasts keeps everything else from happening."""
    ends_after(scene, scope.among("mended_after_s", (50.0, 400.0, 2_000.0)), mend)


@named(ALL, "disk is full")
def disk_full(scene: Scene, scope: Scope) -> str | None:
    """Nothing more fits beside the journal."""
    scene.disk.fill()
    _mends(scene, scope, scene.disk.make_room)
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


@named(ALL, "feed breaks off")
def breaks_off(scene: Scene, scope: Scope) -> str | None:
    """For some time the depot's server sends its header and some rows, and says how long the whole is."""
    size = scope.among("bytes", (150, 110, 250))

    def half(response: httpx.Response) -> httpx.Response:
        whole = response.content
        headers = {"content-length": str(len(whole)), "content-type": response.headers["content-type"]}
        return httpx.Response(response.status_code, headers=headers, content=whole[:size], request=response.request)

    _is_spoilt(scene, scope, "depot.test tracking.csv", half)
    return "the depot's feed breaks off"


@named(ALL, "lists fail")
def lists_fail(scene: Scene, scope: Scope) -> str | None:
    """For some time CJ lists nothing, and answers all other questions."""
    _is_spoilt(scene, scope, "cj.test list", _refused)
    return "cj lists nothing"


@named(ALL, "orders are not answered")
def not_answered(scene: Scene, scope: Scope) -> str | None:
    """For some time CJ answers no question about orders."""
    for what in ("list", "getOrderDetail"):
        _is_spoilt(scene, scope, f"cj.test {what}", _refused)
    return "cj answers nothing about orders"


def _refused(response: httpx.Response) -> httpx.Response:
    return httpx.Response(500, request=response.request)


def _is_spoilt(scene: Scene, scope: Scope, what: str, spoils: Callable[[httpx.Response], httpx.Response]) -> None:
    scene.road.spoilt[what] = spoils
    ends_after(scene, scope.among("for_s", (200_000.0, 8_000.0, 700.0)), lambda: scene.road.spoilt.pop(what, None))
