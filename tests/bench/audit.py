"""A full audit: a whole shop read by bulk, joined on disk, kept in an empty mirror and judged, order by order.

Each size runs in a process of its own, since only that tells what it takes at its peak. The suppliers show nothing here:
what their listings take depends on their interfaces (see `idle`).
"""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from adapters.stores.shopify import ADAPTER as SHOPIFY
from syncd import cycle
from syncd.clock import ManualClock
from syncd.domain.ports import AdapterPorts
from syncd.http import Http
from syncd.journal import mirror
from syncd.journal.credentials import KeptCredentials
from syncd.journal.database import Database
from syncd.reconcile.policy import LineRule, Policy, SupplierRules
from syncd.shop import Shop
from tests.bench.jsonl import BulkShop

_ROOT = Path(__file__).parents[2]
SIZES = (10_000, 50_000, 100_000)
POLICY = Policy(suppliers=(SupplierRules(name="depot", lines=LineRule(sku_prefix="DP-")),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """One audit in a process of its own; `start_mb` is what it took before it began."""

    orders: int
    kept: int
    took_s: float
    cpu_s: float
    start_mb: float
    peak_mb: float

    @property
    def rate(self) -> float:
        """Orders per second of CPU, the making of the JSONL included."""
        return self.orders / self.cpu_s


def audit(orders: int) -> Audited:
    """An audit of a shop with so many orders, in a child process."""
    command = [sys.executable, "-m", "tests.bench.audit", str(orders)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=_ROOT)
    return Audited(**json.loads(done.stdout.splitlines()[-1]))


async def _audit(orders: int, folder: Path) -> Audited:
    clock = ManualClock(at=datetime(2026, 11, 22, tzinfo=UTC), elapsed_s=50_000.0)
    async with Database.open(f"sqlite:///{folder}/syncd.db", key_file=folder / "syncd.key", clock=clock) as db:
        rng = Random(1)
        ports = AdapterPorts(
            clock=clock,
            rng=rng,
            http=Http(clock, rng, BulkShop(orders)),
            credentials=KeptCredentials(db),
            secret={"env:TOKEN": "shpat_test"}.__getitem__,
            hash_key=b"k" * 32,
        )
        settings = SHOPIFY.settings(shop="bench.myshopify.com", endpoint="https://shop.test", token="env:TOKEN")
        port = SHOPIFY.build("main", settings, ports)
        shop = Shop(
            name="main", port=port, suppliers={}, policy=POLICY, mode="observe", db=db, clock=clock, actor="bench", owner="1"
        )  # fmt: skip
        start, began, cpu = _peak_mb(), perf_counter(), process_time()
        found = await cycle.look(shop)
        kept = await db.run(mirror.counts, store="main")
        assert found.observed.sources[0].complete, found.observed.sources[0].problems[:3]
        return Audited(
            orders=orders,
            kept=kept.orders,
            took_s=perf_counter() - began,
            cpu_s=process_time() - cpu,
            start_mb=start,
            peak_mb=_peak_mb(),
        )


def _peak_mb() -> float:
    """The most memory that this process has held. Linux hands `ru_maxrss` down from the parent, `VmHWM` it does not."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    with TemporaryDirectory(prefix="syncd-bench-") as folder:
        found = asyncio.run(_audit(int(sys.argv[1]), Path(folder)))
    print(json.dumps(asdict(found)))  # noqa: T201


if __name__ == "__main__":
    main()
