"""A world that outlives syncd: twins and a journal file go on, everything else is built anew for each life."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path
from random import Random
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import httpx
from sqlalchemy import Connection, Engine

from adapters.sandbox.cj import CjTwin
from adapters.sandbox.feed import FeedTwin
from adapters.sandbox.shopify.twin import ShopifyTwin
from syncd.clock import Clock, ManualClock
from syncd.domain.ports import AdapterPorts
from syncd.domain.steps import Plan
from syncd.errors import SyncdError
from syncd.http import Http
from syncd.journal.credentials import KeptCredentials
from syncd.journal.database import Database
from syncd.reconcile.policy import Policy
from syncd.shop import Shop
from tests.crash.disk import MortalDisk
from tests.crash.edges import Crashed, Edge
from tests.cycle.shopworld import DOMAIN, POLICY, START, ShopWorld, Streets, _shop
from tests.journals import put_empty

P = ParamSpec("P")
T = TypeVar("T")
Answer = Callable[[httpx.Request], Awaitable[httpx.Response]]


class Trouble(Protocol):
    """Something that befalls some requests."""

    def strikes(self, request: httpx.Request) -> bool: ...

    async def befall(self, request: httpx.Request, *, answer: Answer, wire: Wire) -> httpx.Response: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A request that left before its sender died and has not arrived yet."""

    request: httpx.Request
    arrives_s: float


class Wire(Streets):
    """The streets with boundaries. What was sent by a life that died may arrive later, up to its deadline."""

    def __init__(self, apps: dict[str, Any], *, clock: Clock) -> None:
        super().__init__(apps)
        self.clock = clock
        self.edge = Edge()
        self.late: list[Late] = []
        self.trouble: Trouble | None = None
        self.arrives_after: float | None = None
        """None = what a dying life was about to send is lost; else it arrives after this share of the time that it had."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.edge.must_live()
        await self.deliver()
        what = name_of(request)
        if not is_write(request):
            self.edge.touch(f"before {what}")
            return await self._reply(request)
        try:
            self.edge.touch(f"before {what}")
        except Crashed:
            self._let_fly(request)
            raise
        response = await self._reply(request)
        self.edge.touch(f"after {what}")
        await self.edge.linger(f"after {what}")
        return response

    async def _reply(self, request: httpx.Request) -> httpx.Response:
        if self.trouble is None or not self.trouble.strikes(request):
            return await super().handle_async_request(request)
        return await self.trouble.befall(request, answer=super().handle_async_request, wire=self)

    def _let_fly(self, request: httpx.Request) -> None:
        if self.arrives_after is not None:
            self.fly(request, after=self.arrives_after)

    def fly(self, request: httpx.Request, *, after: float) -> None:
        """Let a request arrive once `after` (0..1) of the time until its deadline has passed."""
        left = request.extensions["departure"].remaining_s
        self.late.append(Late(request=request, arrives_s=self.clock.monotonic() + left * after))

    async def deliver(self) -> None:
        """Let arrive what has been on its way for long enough."""
        now = self.clock.monotonic()
        due = [late for late in self.late if late.arrives_s <= now]
        self.late = [late for late in self.late if late.arrives_s > now]
        for late in due:
            response = await self._ways[late.request.url.host].handle_async_request(late.request)
            await response.aread()


def is_write(request: httpx.Request) -> bool:
    """Only writes have a deadline."""
    return request.extensions["departure"].deadline_s is not None


def name_of(request: httpx.Request) -> str:
    """What a request asks for, for tables and messages."""
    if request.url.path.endswith("graphql.json"):
        import json

        return str(json.loads(request.content)["operationName"])
    return f"{request.url.host} {request.url.path.rpartition('/')[2]}"


class MortalDatabase(Database):
    """The journal of one life: a transaction may be lost whole, or be the last thing that the life did."""

    def __init__(self, file: Path, *, clock: Clock, edge: Edge) -> None:
        super().__init__(f"sqlite:///{file}", key_file=file.with_suffix(".key"), clock=clock)
        self.engine = engine_of(file)
        self._edge = edge

    def run_now(self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        self._edge.must_live()
        name = getattr(fn, "__name__", "transaction")
        with self.engine.begin() as conn:
            before = _changes(conn)
            result = fn(conn, *args, **kwargs)
            wrote = _changes(conn) != before
            if wrote:
                self._edge.touch(f"in {name}")
        if wrote:
            self._edge.touch(f"after {name}")
        return result

    async def run(self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        result = await super().run(fn, *args, **kwargs)
        await self._edge.linger(f"after {getattr(fn, '__name__', 'transaction')}")
        return result

    async def aclose(self) -> None:
        """The connections of this life go; what its open transaction did goes with them."""
        self.engine.dispose()


def _changes(conn: Connection) -> int:
    driver: Any = conn.connection.driver_connection
    return int(driver.total_changes)


@cache
def engine_of(file: Path) -> Engine:
    """One engine per file for the whole process: it holds nothing of a life but compiled statements, and those take time."""
    return Database(f"sqlite:///{file}", key_file=None, clock=ManualClock(at=START)).engine


@cache
def folder() -> Path:
    """Where journals are kept: in memory where the system offers it, since a commit there need not wait for a disk."""
    memory = Path("/dev/shm")
    made = Path(tempfile.mkdtemp(prefix="syncd-crash-", dir=memory if memory.is_dir() else None))
    # Not atexit, which is not come to in a pool's processes.
    Finalize(None, shutil.rmtree, args=(made, True), exitpriority=1)
    return made


@contextmanager
def new_journal() -> Iterator[Path]:
    """An empty journal; always the same file, so that what was compiled for it can be used again."""
    file = folder() / "syncd.db"
    engine_of(file).dispose()
    for end in ("", "-wal", "-shm"):
        Path(f"{file}{end}").unlink(missing_ok=True)
    put_empty(file)
    yield file
    engine_of(file).dispose()


@dataclass(kw_only=True)
class Lives:
    """The world, and how to live in it. `world.shop` and `world.db` belong to the present life."""

    world: ShopWorld
    wire: Wire
    file: Path
    policy: Policy = POLICY
    count: int = 0
    deaths: list[str] = field(default_factory=list)
    plan: Plan | None = None
    """A plan that somebody saved."""
    config: Path | None = None
    """The configuration of those who type commands."""
    disk: MortalDisk = field(default_factory=lambda: MortalDisk(Edge()))
    stores: dict[str, ShopifyTwin] = field(default_factory=dict)
    """By name in the journal: the stores that syncd works for."""
    names: tuple[str, ...] = ("main",)
    """And all that the journal knows, with those that are only files."""

    async def live(
        self, act: Callable[[Lives], Awaitable[object]], *, edge: Edge | None = None, may_fail: bool = False
    ) -> bool:
        """One life that does `act`. Returns whether it lived to the end.

        `may_fail`: it may also end with an error that a person is told of. All other errors go up.
        """
        edge = edge or Edge()
        with self.born(edge):
            try:
                await act(self)
            except BaseException as error:
                if not edge.is_dead and not (may_fail and isinstance(error, SyncdError)):
                    raise
                self.deaths.append(f"{type(error).__name__}: {error}")
            finally:
                await _let_die()
        self.policy = self.world.shop.policy
        return not edge.is_dead

    @contextmanager
    def born(self, edge: Edge) -> Iterator[None]:
        """New objects on the same file and the same twins."""
        self.wire.edge = edge
        self.disk = MortalDisk(edge)
        self.world.shop = self._shop_on(self.wire, edge)
        self.world.db = self.world.shop.db
        try:
            yield
        finally:
            self.world.db.engine.dispose()

    @property
    def desk(self) -> Path:
        """Where commands write their files; empty at the beginning."""
        return folder() / "desk"

    def second_store(self) -> ShopifyTwin:
        """A store of another shop, for which the same syncd works."""
        twin = ShopifyTwin(self.world.clock, Random(2), shop="second.myshopify.com", token="shpat_test")
        self.wire._ways["second.test"] = httpx.ASGITransport(app=twin.app)
        self.stores["second"] = twin
        self.names = (*self.names, "second")
        return twin

    def twin_at(self, host: str) -> Any:
        """Whoever answers there."""
        world = self.world
        known = {"shop.test": world.store, "cj.test": world.cj, "depot.test": world.depot}
        return known.get(host) or self.stores["second"]

    def beside(self) -> Shop:
        """The shop of another process that lives at the same time, on the same journal and the same twins."""
        wire = Wire({}, clock=self.world.clock)
        wire._ways = self.wire._ways
        return self._shop_on(wire, wire.edge)

    def _shop_on(self, wire: Wire, edge: Edge) -> Shop:
        self.count += 1
        db = MortalDatabase(self.file, clock=self.world.clock, edge=edge)
        made = _shop(ports_of(self.world.clock, wire, db), db)
        return replace(made, policy=self.policy, owner=f"test:{self.count}")


def ports_of(clock: Clock, wire: httpx.AsyncBaseTransport, db: Database) -> AdapterPorts:
    rng = Random(7)
    return AdapterPorts(
        clock=clock,
        rng=rng,
        http=Http(clock, rng, wire),
        credentials=KeptCredentials(db),
        secret={"env:TOKEN": "shpat_test", "env:CJ": "cj-key"}.__getitem__,
        hash_key=db.key.derive("hashes"),
    )


async def _let_die() -> None:
    """Whatever the life had beside its main task meets its end, too."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@dataclass(slots=True)
class Skewed:
    """A clock that goes as another does, and shows another time."""

    true: Clock
    by: timedelta

    def now(self) -> datetime:
        return self.true.now() + self.by

    def monotonic(self) -> float:
        return self.true.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self.true.sleep(seconds)


class Inline(ThreadPoolExecutor):
    """Does at once what is given to a thread: the same run passes the same boundaries in the same order."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - handed on, as a thread's would be
            done.set_exception(error)
        return done


@asynccontextmanager
async def new_lives(*, seed: int = 1, store_skew: timedelta = timedelta(0)) -> AsyncIterator[Lives]:
    """A world at `START` with nothing in it, and nobody alive yet. `store_skew`: how far the store's clock is ahead."""
    asyncio.get_running_loop().set_default_executor(Inline())
    clock = ManualClock(at=START, elapsed_s=50_000.0)
    rng = Random(seed)
    store = ShopifyTwin(Skewed(clock, store_skew) if store_skew else clock, rng, shop=DOMAIN, token="shpat_test")
    # Endings are compared, and those of other runs come some minutes later.
    store.world.settings.archive_takes = timedelta(0)
    cj, depot = CjTwin(clock, rng, api_key="cj-key", requests_per_second=10), FeedTwin(clock)
    wire = Wire({"shop.test": store.app, "cj.test": cj.app, "depot.test": depot.app}, clock=clock)
    with new_journal() as file:
        unborn: Any = None
        world = ShopWorld(clock=clock, store=store, cj=cj, depot=depot, streets=wire, db=unborn, shop=unborn)
        lives = Lives(world=world, wire=wire, file=file, stores={"main": store})
        shutil.rmtree(lives.desk, ignore_errors=True)
        lives.desk.mkdir()
        yield lives
