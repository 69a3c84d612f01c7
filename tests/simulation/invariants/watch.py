"""Looks at the promises at every moment at which they could be broken."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx

from tests.crash.lives import name_of
from tests.simulation.invariants import effects, processes
from tests.simulation.process import Process
from tests.simulation.road import is_throttled
from tests.simulation.scene import Scene, Store


@dataclass(slots=True)
class Watch:
    """The one who looks."""

    scene: Scene
    befallen: set[int] = field(default_factory=set)
    """Requests (by identity) that something befell."""
    living: int = 0
    """Processes that live now."""
    deaths: int = 0

    def world_changed(self) -> None:
        """Something happened: look at what the stores' ledgers say about it."""
        for store in self.scene.stores.values():
            entries, before = store.twin.ledger.entries, store.checked
            while store.checked < len(entries):
                entry = entries[store.checked]
                store.checked += 1
                self.scene.trace(entry.kind, entry.by, entry.order_id, entry.object_id, entry.detail)
                for code, promise in effects.ALL:
                    self._tell(code, promise(self.scene, store, entry))
            if store.checked > before:
                self._remember_works(store)

    def _remember_works(self, store: Store) -> None:
        for order in store.twin.world.orders.values():
            for work in order.fulfillment_orders:
                if work.lines:
                    self.scene.truth.works[work.id] = frozenset(part.line.id for part in work.lines)

    def leaves(self, request: httpx.Request, *, process: Process, write: bool) -> None:
        """A request leaves a process."""
        self._tell("S12", processes.s12_little_is_in_flight(process))
        if not write:
            return
        self._tell("S10", processes.s10_a_dry_run_writes_nothing(process, what=name_of(request)))
        store = next((one for one in self.scene.stores.values() if one.host == request.url.host), None)
        if store is not None:
            self._tell("S5", processes.s5_only_the_newest_fence_writes(self.scene, store, process))

    def befalls(self, request: httpx.Request) -> None:
        self.befallen.add(id(request))

    def carried_out(self, request: httpx.Request) -> None:
        """A twin did what was asked."""
        self._tell("S13", effects.s13_no_order_is_called_off_without_a_yes(self.scene))
        self.world_changed()

    def answered(self, request: httpx.Request, response: httpx.Response) -> None:
        """An answer came back."""
        struck = id(request) in self.befallen
        self.befallen.discard(id(request))
        throttled = not struck and is_throttled(response)
        alone = self.living == 1 and self.deaths == 0
        self._tell("S8", processes.s8_never_throttled_when_alone(self.scene, throttled=throttled, alone=alone))

    def _tell(self, code: str, found: object) -> None:
        for text in found:  # type: ignore[attr-defined]
            self.scene.broke(code, text)
