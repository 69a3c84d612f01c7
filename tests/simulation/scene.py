"""A world: stores, suppliers, one clock, the journal, and everything that is to be known about what happened in it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from random import Random
from typing import Any

from adapters.sandbox.cj import CjTwin
from adapters.sandbox.feed import FeedTwin
from adapters.sandbox.shopify.twin import ShopifyTwin
from adapters.stores.shopify import ADAPTER as SHOPIFY
from adapters.suppliers.cj import ADAPTER as CJ
from adapters.suppliers.feed import ADAPTER as FEED
from syncd.domain.ports import AdapterPorts
from syncd.http import Http
from syncd.journal.credentials import KeptCredentials
from syncd.reconcile.policy import LineRule, Policy, SupplierRules
from syncd.shop import Shop
from tests.cycle.shopworld import FEED_STANZA
from tests.simulation.choices import Choices
from tests.simulation.process import Disk, Fences, Journal, Process
from tests.simulation.timeline import TimeLoop, TrueClock, WallClock
from tests.simulation.truth import Truth

START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
DEPOT, CJ_RULES = (
    SupplierRules(name="depot", lines=LineRule(sku_prefix="DP-")),
    SupplierRules(name="cj", lines=LineRule(sku_prefix="CJ-"), can_cancel=True, snapshot=True),
)
SECRETS = {"env:TOKEN": "shpat_canary5up3rs3cr3t", "env:CJ": "CJ777@api@canary-key-5up3rs3cr3t"}
EMAIL = "canary.customer@example.com"
ADDRESS = {"address1": "7 Canary Lane", "zip": "C4N 4RY"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A promise that was broken. `code` is the promise's: S1 ... S12, L1 ... L6, or `broken` for an error of no kind."""

    code: str
    text: str


@dataclass(slots=True, kw_only=True)
class Store:
    """One store of the world."""

    name: str
    host: str
    domain: str
    twin: ShopifyTwin
    policy: Policy
    mode: str = "act"
    checked: int = 0
    """Entries of its ledger that were looked at already."""


@dataclass(kw_only=True)
class Scene:
    """The world of one seed."""

    choices: Choices
    shape: Any
    loop: TimeLoop
    clock: TrueClock
    wall: WallClock
    stores: dict[str, Store]
    cj: CjTwin
    depot: FeedTwin
    truth: Truth = field(default_factory=Truth)
    fences: Fences = field(default_factory=Fences)
    disk: Disk = field(default_factory=Disk)
    violations: list[Violation] = field(default_factory=list)
    reached: Counter[str] = field(default_factory=Counter)
    story: list[str] = field(default_factory=list)
    processes: int = 0
    plans: dict[str, Any] = field(default_factory=dict)
    waits_s: float = 0.0
    """How long nobody does anything next: something happened that only time brings up."""
    asks: bool = False
    """Whether something waits for a person's yes."""
    served: list[str] = field(default_factory=list)
    """Stores that a run came to its end for, in order."""
    told: list[str] = field(default_factory=list)
    """What syncd said: logs, errors, documents."""
    sending: Process | None = None
    sent_at: datetime | None = None
    """When the request that a store just carries out had left."""
    passing: list[Callable[[], object]] = field(default_factory=list)
    """What ends the troubles that end by themselves; at peace they have ended."""
    digest: Any = field(default_factory=hashlib.sha256)
    road: Any = None

    def trace(self, *facts: object) -> None:
        """Add to what makes two runs of one seed the same."""
        self.digest.update(f"{self.loop.elapsed_s:.6f} {facts}\n".encode())

    def tell(self, text: str) -> None:
        """A sentence of the story."""
        self.trace(text)
        self.story.append(f"{self.clock.now():%d %b %H:%M:%S}  {text}")

    def broke(self, code: str, text: str) -> None:
        self.violations.append(Violation(code=code, text=text))
        self.tell(f"BROKEN {code}: {text}")

    def store_of(self, order: Any) -> Store:
        return next(store for store in self.stores.values() if order.number in store.twin.world.orders)

    @property
    def orders(self) -> list[Any]:
        return [order for store in self.stores.values() for order in store.twin.world.orders.values()]

    def process(self) -> Process:
        """A new process of syncd."""
        self.processes += 1
        return Process(number=self.processes, wall=self.wall)

    def shop(self, process: Process, store: Store) -> Shop:
        """What the process has of one store."""
        ports = process_ports(self, process)
        return Shop(
            name=store.name,
            port=SHOPIFY.build(store.name, _store_settings(store.domain, store.host), ports),
            suppliers={
                "cj": CJ.build("cj", _cj_settings(), ports),
                "depot": FEED.build("depot", _feed_settings(snapshot=self.shape.snapshot_feed), ports),
            },
            policy=store.policy,
            mode=store.mode,
            db=process.journal,
            clock=process,
            actor="tester",
            owner=f"test:{process.number}",
        )


def process_ports(scene: Scene, process: Process) -> Any:
    """The ports of a process, the same for all its stores."""
    if process.ports is None:
        rng = Random(scene.choices.seed * 1000 + process.number)
        db = process.journal = Journal(process, fences=scene.fences, disk=scene.disk)
        process.ports = AdapterPorts(
            clock=process,
            rng=rng,
            http=Http(process, rng, scene.road.of(process)),
            credentials=KeptCredentials(db),
            secret=SECRETS.__getitem__,
            hash_key=b"k" * 32,
        )
    return process.ports


@cache
def _store_settings(domain: str, host: str) -> Any:
    return SHOPIFY.settings(shop=domain, endpoint=f"https://{host}", token="env:TOKEN")


@cache
def _cj_settings() -> Any:
    return CJ.settings(base_url="https://cj.test", api_key="env:CJ", requests_per_second=10)


@cache
def _feed_settings(*, snapshot: bool) -> Any:
    return FEED.settings(source="https://depot.test/tracking.csv", snapshot=snapshot, **FEED_STANZA)


def build(choices: Choices, shape: Any, loop: TimeLoop) -> Scene:
    """An empty world in the form of `shape`."""
    clock = TrueClock(loop, START)
    rng = Random(choices.seed)
    stores = {}
    for place in range(shape.stores):
        name, domain = ("main", "other")[place], ("sandbox", "second")[place] + ".myshopify.com"
        twin = ShopifyTwin(clock, rng, shop=domain, token=SECRETS["env:TOKEN"])
        _keep_ids_apart(twin, place)
        stores[name] = Store(
            name=name, host=f"{('shop', 'other')[place]}.test", domain=domain, twin=twin, policy=shape.policy
        )
    return Scene(
        choices=choices,
        shape=shape,
        loop=loop,
        clock=clock,
        wall=WallClock(clock),
        stores=stores,
        cj=CjTwin(clock, rng, api_key=SECRETS["env:CJ"], requests_per_second=10),
        depot=FeedTwin(clock),
    )


def _keep_ids_apart(twin: ShopifyTwin, place: int) -> None:
    """Ids are unique among all shops, names of orders are not; here both are, as merchants with several shops see to."""
    if place:
        twin.world._next_order += 1000 * place
        for kind in ("Order", "LineItem", "FulfillmentOrder", "Fulfillment"):
            _, number = twin.world.new_id(kind)
            twin.world._last_number[kind] = number + 16_384 * place
