"""Measures what the README states.

`python -m tests.bench [reconcile] [audit] [drain] [idle] [cj] [--quick]` prints one table.
`python -m tests.bench rivals [--quick] [--write]` races other clients, and with `--write` puts its table into the README.
"""

from __future__ import annotations

import argparse
import logging
import os
import platform
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import structlog

from syncd.clock import SystemClock
from tests.bench import audit, drain, idle, reconcile
from tests.bench.rivals import load, table
from tests.reference import ROOT

RUNS = 3
"""Figures that depend on this machine are medians of so many runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table."""

    name: str
    figure: str
    goal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How big the worlds are, and how often each is measured."""

    orders: tuple[int, ...] = reconcile.SIZES
    audits: tuple[int, ...] = audit.SIZES
    drained: int = 1000
    idle: tuple[int, ...] = (1_000, 10_000)
    runs: int = RUNS


QUICK = Extent(orders=(1_000, 10_000), audits=(2_000, 10_000), drained=200, idle=(200, 1_000), runs=1)


def judging(extent: Extent) -> Iterator[Row]:
    goals = {"shipped": "≥ 20,000/s", "waiting": "≥ 20,000/s", "drifting": "≥ 5,000/s"}
    words = {
        "shipped": "in sync, shipped",
        "waiting": "in sync, waiting",
        "drifting": "drifting",
        "mixed": "one in fifty drifts",
    }
    for mix, text in words.items():
        runs = [reconcile.rates(mix, extent.orders) for _ in range(extent.runs)]
        rate = median(run.rate for run in runs)
        flat = median(run.flatness for run in runs)
        most = f"{max(extent.orders):,}"
        yield Row(name=f"judge {most} orders, {text}", figure=f"{rate:,.0f} orders/s", goal=goals.get(mix, ""))
        yield Row(
            name=f"… dearest over cheapest time per order, {_sizes(extent.orders)}", figure=f"{flat:.2f}", goal="flat"
        )


def auditing(extent: Extent) -> Iterator[Row]:
    for orders in extent.audits:
        found = audit.audit(orders)
        yield Row(
            name=f"audit of {orders:,} orders from bulk JSONL",
            figure=f"{found.peak_mb:.0f} MB at the peak, {found.rate:,.0f} orders/s",
            goal="< 200 MB",
        )


def draining(extent: Extent) -> Iterator[Row]:
    """One run each: in virtual time every run gives the same figures."""
    ours, plain = drain.by_syncd(extent.drained), drain.by_plain_client(extent.drained)
    orders = f"{extent.drained:,}"
    yield Row(
        name=f"drain {orders} shipped orders (standard plan): share of the points there were",
        figure=f"{ours.share:.1%}, {ours.throttled} THROTTLED",
        goal="≥ 95 %",
    )
    yield Row(name="… points per order, every read included", figure=f"{ours.points_each:.1f} (10 are the mutation)")
    for name, one in (
        ("… with everything read again and read back", ours),
        ("… plain httpx client, backing off", plain),
    ):
        yield Row(
            name=name,
            figure=f"{one.took_s:.0f} s, {one.requests:,} requests, {one.throttled} THROTTLED, "
            f"{one.lost} lost, {one.doubled} doubled",
            goal="0 lost, 0 doubled" if one is ours else "",
        )
    yield Row(name="… CPU for it, twin included", figure=f"{ours.cpu_s:.0f} s")


def idling(extent: Extent) -> Iterator[Row]:
    for orders in extent.idle:
        found = idle.idle(orders)
        quiet, alone = found.idle, found.alone
        yield Row(
            name=f"first pass over {orders:,} open orders (half CJ, half feed)",
            figure=f"{found.first.cpu_s:.1f} s CPU, {found.first.peak_mb:.0f} MB, {found.first.cj_requests:,} calls to CJ",
        )
        yield Row(
            name=f"idle pass over {orders:,} open orders: requests to the store",
            figure=f"{quiet.store_requests}",
            goal="≤ 5",
        )
        yield Row(
            name="… rows changed, effects at the store",
            figure=f"{quiet.rows}, {quiet.writes} (and {quiet.records} rows about the pass itself)",
            goal="0, 0",
        )
        yield Row(
            name="… CPU of store, journal, deciding and guarding", figure=f"{alone.cpu_s * 1000:.0f} ms", goal="flat"
        )
        yield Row(
            name="… CPU with the suppliers' listings",
            figure=f"{quiet.cpu_s * 1000:.0f} ms, {quiet.cj_requests} + {quiet.feed_requests} calls",
        )


def calling(_: Extent) -> Iterator[Row]:
    calls = idle.cj_calls(60)
    yield Row(
        name=f"calls to CJ for {calls.orders} open orders: first pass, next one, one of a new process",
        figure=f"{calls.first}, {calls.again}, {calls.new_process}",
    )
    yield Row(name="… per order fulfilled, the pass included", figure=f"{calls.per_step:.2f}")


BENCHES: Mapping[str, Callable[[Extent], Iterator[Row]]] = {
    "reconcile": judging,
    "audit": auditing,
    "drain": draining,
    "idle": idling,
    "cj": calling,
}
RIVALS = "rivals"
"""Apart from the others: it installs other people's packages."""


def machine() -> str:
    """What the figures were measured on."""
    cpu = platform.processor() or platform.machine()
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        names = [
            line.partition(":")[2].strip() for line in facts.read_text().splitlines() if line.startswith("model name")
        ]
        cpu = names[0] if names else cpu
    load = f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{cpu}, {os.cpu_count()} cores ({load} at the start), Python {platform.python_version()}, {platform.system()}"
    )


def say(text: str) -> None:
    """At once: some benches take minutes."""
    print(text, flush=True)  # noqa: T201


def _sizes(sizes: tuple[int, ...]) -> str:
    return f"{min(sizes):,} to {max(sizes):,}"


def racing(*, quick: bool, write: bool) -> None:
    """The rivals' table; into the README only with its real figures."""
    on = f"Made {SystemClock().now():%Y-%m-%d} on {machine()}."
    say(f"{on}\n")
    lines = table.table(load.QUICK if quick else load.FULL, say=say)
    if write:
        table.write(ROOT / "README.md", lines, on=on)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        choices=[*BENCHES, RIVALS, []],
        metavar="NAME",
        help=f"of {', '.join(BENCHES)}; all of these, or {RIVALS} alone",
    )
    parser.add_argument("--quick", action="store_true", help="small worlds, one run each: whether it works, no figures")
    parser.add_argument("--write", action="store_true", help=f"put the table of {RIVALS} into the README")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    if asked.write and (asked.quick or asked.names != [RIVALS]):
        parser.error(f"--write goes with {RIVALS} alone, and not with --quick")
    if RIVALS in asked.names:
        racing(quick=asked.quick, write=asked.write)
        return
    say(f"{machine()}\n\n| measured | figure | goal |\n|---|---|---|")
    for name in asked.names or BENCHES:
        for row in BENCHES[name](QUICK if asked.quick else Extent()):
            say(f"| {row.name} | {row.figure} | {row.goal} |")


if __name__ == "__main__":
    sys.exit(main())
