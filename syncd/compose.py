"""The only place where concrete things are built from a configuration. What is not asked for is not built."""

from __future__ import annotations

import getpass
import os
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from random import SystemRandom
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import structlog

from syncd.brake import Brake
from syncd.clock import Clock, StatedClock, SystemClock
from syncd.config import Config, StoreConfig, SupplierConfig, rules
from syncd.config.models import ReachTable
from syncd.config.problems import did_you_mean
from syncd.domain.periods import Calendar
from syncd.domain.ports import AdapterPorts, Listener, Store, Supplier
from syncd.errors import ConfigError, ConfigProblem, UsageError
from syncd.reconcile.policy import LineRule, Policy, SupplierRules
from syncd.secrets import register_url, resolve

if TYPE_CHECKING:
    import httpx

    from syncd.engine.turns import Ended
    from syncd.http import Http
    from syncd.journal.database import Database
    from syncd.shop import Shop

log = structlog.get_logger(__name__)

_HASH_PURPOSE = "hashes"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreRuntime:
    """One store, ready to be asked."""

    name: str
    port: Store
    policy: Policy
    config: StoreConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierRuntime:
    """One supplier, ready to be asked, with the stores that it ships for."""

    name: str
    port: Supplier
    rules: SupplierRules
    stores: tuple[str, ...]
    config: SupplierConfig


@dataclass(kw_only=True)
class Runtime:
    """Everything that a command or the daemon works with. Parts are built when they are first asked for."""

    config: Config
    clock: Clock
    env: Mapping[str, str] = field(repr=False)
    transport: httpx.AsyncBaseTransport | None = None
    built: AsyncExitStack = field(default_factory=AsyncExitStack, repr=False)
    _stores: dict[str, StoreRuntime] = field(default_factory=dict)
    _suppliers: dict[str, SupplierRuntime] = field(default_factory=dict)
    _brakes: dict[str, Brake] = field(default_factory=dict)

    @cached_property
    def db(self) -> Database:
        """The journal, opened; SQLite is migrated on the way. Raises JournalUnusable."""
        from syncd.journal.database import Database  # SQLAlchemy takes 0.3 s to import

        url = register_url(rules.database_url(self.config, env=self.env))
        db = Database.open(url, key_file=rules.key_file(self.config), clock=self.clock)
        self.built.push_async_callback(db.aclose)
        return db

    @cached_property
    def http(self) -> Http:
        """The way out."""
        from syncd.http import Http  # httpx is not needed to read the journal

        # Chance is for jitter alone; several processes must not draw the same.
        http = Http(self.clock, SystemRandom(), self.transport)
        self.built.push_async_callback(http.aclose)
        return http

    @cached_property
    def owner(self) -> str:
        """Names this process in fences."""
        return f"{socket.gethostname()}:{os.getpid()}"

    @cached_property
    def actor(self) -> str:
        """Who is named in the history: $SYNCD_ACTOR, else the user of the operating system."""
        return self.env.get("SYNCD_ACTOR") or getpass.getuser()

    @property
    def stores(self) -> Mapping[str, StoreRuntime]:
        """Every configured store, built."""
        return {name: self.store(name) for name in self.config.stores}

    @property
    def suppliers(self) -> Mapping[str, SupplierRuntime]:
        """Every configured supplier, built."""
        return {name: self.supplier(name) for name in self.config.suppliers}

    def store(self, name: str) -> StoreRuntime:
        """One store by name. Raises UsageError when there is none, ConfigError when a secret is not there."""
        if name not in self._stores:
            config = named(self.config.stores, name, "store")
            self._need_secrets({("stores", name), *(("suppliers", one) for one in suppliers_of(self.config, name))})
            port = self._build(config, link_metafields=link_metafields(self.config, name))
            self._stores[name] = StoreRuntime(name=name, port=port, policy=self._policy(config), config=config)
        return self._stores[name]

    def supplier(self, name: str) -> SupplierRuntime:
        """One supplier by name; raises as `store` does."""
        if name not in self._suppliers:
            config = named(self.config.suppliers, name, "supplier")
            self._need_secrets({("suppliers", name)})
            port: Supplier = self._build(config)
            self._suppliers[name] = SupplierRuntime(
                name=name,
                port=port,
                rules=supplier_rules(config, can_cancel=port.capabilities().can_cancel),
                stores=tuple(config.table.stores),
                config=config,
            )
        return self._suppliers[name]

    async def shop(self, name: str) -> Shop:
        """One store with all that a pass over it needs; link files are read anew."""
        from syncd.shop import Limits, Shop  # imports the journal

        store = self.store(name)
        suppliers = {one: self.supplier(one) for one in suppliers_of(self.config, name)}
        for supplier in suppliers.values():
            await self._load_links(supplier)
        lease = self.config.document.daemon.lease
        return Shop(
            name=name,
            port=store.port,
            suppliers={one: runtime.port for one, runtime in suppliers.items()},
            policy=store.policy,
            mode=store.config.table.mode,
            db=self.db,
            clock=await self.db.shared_clock(self.clock),
            actor=self.actor,
            owner=self.owner,
            sharing={one: runtime.stores for one, runtime in suppliers.items()},
            brake=self.brake(name),
            limits=Limits(lease=lease, call_timeout=min(Limits().call_timeout, lease / 3)),
        )

    def listener(self, store: str) -> Listener | None:
        """The store as one that tells us of changes; None = there is none of that name, or it tells nothing."""
        if store not in self.config.stores:
            return None
        port = self.store(store).port
        return port if isinstance(port, Listener) else None

    async def ping(self, store: str, ended: Ended) -> None:
        """Tell the store's dead man's switch, if it has one, how a pass ended."""
        from syncd.engine.pings import ping

        table = self.config.stores[store].table
        if table.ping is not None:
            address = resolve(table.ping, env=self.env, base_dir=self.config.base_dir)
            http = self.http.allowing(private_network=table.private_network)
            await ping(http, address=address, store=store, ended=ended)

    def brake(self, store: str) -> Brake:
        """What stops writes to this store from outside of the journal; the same object at every call."""
        if store not in self._brakes:
            daemon, table = self.config.document.daemon, self.config.stores[store].table
            self._brakes[store] = Brake(
                file=self.config.base_dir / daemon.pause_file.expanduser(),
                maintenance=(*daemon.maintenance, *table.maintenance),
                zone=ZoneInfo(daemon.timezone),
            )
        return self._brakes[store]

    async def _load_links(self, supplier: SupplierRuntime) -> None:
        """Take over the supplier's link file. One that is not there is not an empty one: what it said before stays."""
        from syncd.config.linkfile import read_links
        from syncd.journal import links

        file = supplier.config.table.links.file
        path = self.config.base_dir / file.expanduser() if file else None
        if path is None or not path.exists():
            if path is not None:
                log.warning("links.missing", supplier=supplier.name, file=str(path))
            return
        found = read_links(path)
        for problem in found.problems:
            log.warning("links.row_left_out", supplier=supplier.name, place=problem.place, reason=problem.text)
        stated = [
            links.StatedLink(
                supplier=supplier.name,
                supplier_order_id=row.supplier_order_id,
                store_order=row.store_order,
                store=supplier.stores[0] if len(supplier.stores) == 1 else None,
                line_sku=row.line_sku,
            )
            for row in found.rows
        ]
        await self.db.run(links.replace_file_links, supplier=supplier.name, links=stated, now=self.clock.now())

    def renewed(self, config: Config) -> Runtime:
        """The same under another configuration: built whole, on the same journal and connections.

        Raises ConfigError where the new one cannot be used, or changes what only a restart can.
        """
        fixed = ("database", "web", "engine")
        changed = [name for name in fixed if getattr(config.document, name) != getattr(self.config.document, name)]
        if changed:
            text = "changed; that takes a restart of syncd"
            raise ConfigError(
                tuple(ConfigProblem(file=str(config.path), line=0, key=key, text=text) for key in changed)
            )
        fresh = Runtime(config=config, clock=self.clock, env=self.env, transport=self.transport, built=self.built)
        fresh.__dict__.update(db=self.db, http=self.http, owner=self.owner, actor=self.actor)
        for name in config.stores:
            fresh.store(name)
        return fresh

    async def aclose(self) -> None:
        """Let go of everything that was built."""
        await self.built.aclose()

    def _policy(self, config: StoreConfig) -> Policy:
        claimed = (self.supplier(name).rules for name in suppliers_of(self.config, config.name))
        return policy_of(config, suppliers=tuple(claimed))

    def _build(self, config: StoreConfig | SupplierConfig, *, link_metafields: tuple[str, ...] = ()) -> Any:
        ports = replace(self._ports(config.table), link_metafields=link_metafields)
        port = config.adapter.build(config.name, config.settings, ports)
        self.built.push_async_callback(port.aclose)
        return port

    def _ports(self, table: ReachTable) -> AdapterPorts:
        from syncd.journal.credentials import KeptCredentials  # SQLAlchemy

        return AdapterPorts(
            clock=self.clock,
            rng=self.http.rng,
            http=self.http.allowing(private_network=table.private_network, redirects_to=table.redirects_to),
            credentials=KeptCredentials(self.db),
            secret=partial(resolve, env=self.env, base_dir=self.config.base_dir),
            base_dir=self.config.base_dir,
            hash_key=self.db.key.derive(_HASH_PURPOSE),
        )

    def _need_secrets(self, stanzas: set[tuple[str, str]]) -> None:
        problems = rules.secret_problems(self.config, env=self.env, only=frozenset(stanzas))
        if problems:
            raise ConfigError(problems)


@asynccontextmanager
async def open_runtime(
    config: Config,
    *,
    env: Mapping[str, str],
    clock: Clock | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncIterator[Runtime]:
    """Everything that `config` describes; built as it is asked for, let go at the end.

    `clock` None = the machine's, or what SYNCD_CLOCK states (`load` has made sure that it may).
    """
    runtime = Runtime(config=config, clock=clock or clock_of(env), env=env, transport=transport)
    try:
        yield runtime
    finally:
        await runtime.aclose()


def clock_of(env: Mapping[str, str]) -> Clock:
    """The clock that the environment asks for."""
    statement = env.get("SYNCD_CLOCK")
    return StatedClock(statement) if statement else SystemClock()


def suppliers_of(config: Config, store: str) -> tuple[str, ...]:
    """Names of the suppliers that ship for a store."""
    return tuple(name for name, supplier in config.suppliers.items() if store in supplier.table.stores)


def link_metafields(config: Config, store: str) -> tuple[str, ...]:
    """Metafields of a store's orders in which its suppliers' orders are named."""
    named_by = (config.suppliers[name].table.links.metafield for name in suppliers_of(config, store))
    return tuple(dict.fromkeys(metafield for metafield in named_by if metafield))


def policy_of(config: StoreConfig, *, suppliers: tuple[SupplierRules, ...]) -> Policy:
    """A store's policy as `reconcile` takes it."""
    wishes: dict[str, Any] = {
        name: getattr(config.table.policy, name) for name in type(config.table.policy).model_fields
    }
    return Policy(notify_customer=config.table.notify_customer, suppliers=suppliers, **wishes)


def supplier_rules(config: SupplierConfig, *, can_cancel: bool) -> SupplierRules:
    """What `reconcile` is told about a supplier."""
    lines = config.table.lines
    return SupplierRules(
        name=config.name,
        lines=LineRule(sku_prefix=lines.sku_prefix, vendor=lines.vendor, location=lines.location, tag=lines.tag),
        calendar=Calendar(holidays=frozenset(config.table.holidays)),
        can_cancel=can_cancel,
        link_metafield=config.table.links.metafield,
        # Only a feed may show a part of an order; whoever is asked for an order by id shows all of it.
        snapshot=bool(getattr(config.settings, "snapshot", True)),
    )


def named(known: Mapping[str, Any], name: str, kind: str) -> Any:
    """The thing of that name. Raises UsageError with the nearest one."""
    if name not in known:
        raise UsageError(f'There is no {kind} "{name}" in the configuration; {did_you_mean(name, known)}')
    return known[name]
