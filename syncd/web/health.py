"""Whether syncd lives, is ready to take webhooks, and what it measures. No secret and no customer is in any of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_1_0_0
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from syncd.clock import Clock
from syncd.errors import SyncdError
from syncd.journal import standing
from syncd.journal.database import Database
from syncd.journal.standing import Standing

STUCK_AFTER = timedelta(seconds=30)
"""A daemon whose clockwork has not ticked for so long is not ready. It ticks every second."""


@dataclass(kw_only=True)
class Health:
    """Answers about a daemon over some stores. `ticked_s` is when it last looked whose turn it is, on the monotonic clock."""

    stores: Callable[[], Sequence[str]]
    db: Database
    clock: Clock
    ticked_s: Callable[[], float]
    webhooks: Counter[tuple[str, str]]
    passes: Counter[tuple[str, str]]

    async def livez(self, request: Request) -> Response:
        """200 as long as anything can be answered at all: a process that cannot wants a restart."""
        del request
        return PlainTextResponse("ok\n")

    async def readyz(self, request: Request) -> Response:
        """200 when the journal can be read and the clockwork runs. What ails one store is not asked here."""
        del request
        problems = []
        since = self.clock.monotonic() - self.ticked_s()
        if since > STUCK_AFTER.total_seconds():
            problems.append(f"nothing was started for {since:.0f} s")
        try:
            await self.db.run(standing.of_stores, stores=self.stores(), now=self.clock.now())
        except SyncdError as error:
            problems.append(error.text)
        return JSONResponse({"ready": not problems, "problems": problems}, status_code=503 if problems else 200)

    async def metrics(self, request: Request) -> Response:
        """The figures, as Prometheus reads them."""
        del request
        try:
            found = await self.db.run(standing.of_stores, stores=self.stores(), now=self.clock.now())
        except SyncdError:
            found = ()
        registry = CollectorRegistry()
        registry.register(_Figures(found=found, webhooks=self.webhooks, passes=self.passes))
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_1_0_0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)  # a registry looks it up by what it is
class _Figures(Collector):
    found: Sequence[Standing]
    webhooks: Counter[tuple[str, str]]
    passes: Counter[tuple[str, str]]

    def collect(self) -> Iterator[Metric]:
        yield _gauge("syncd_up", "1 while the journal can be read", [((), 1.0 if self.found else 0.0)])
        for name, text, value in _OF_STORE:
            rows = [((one.store,), number) for one in self.found if (number := value(one)) is not None]
            yield _gauge(f"syncd_store_{name}", text, rows, labels=("store",))
        drifts = [((one.store, kind), count) for one in self.found for kind, count in sorted(one.drifts.items())]
        yield _gauge("syncd_open_drifts", "Open drifts by kind", drifts, labels=("store", "kind"))
        steps = [((one.store, state), count) for one in self.found for state, count in sorted(one.steps.items())]
        yield _gauge("syncd_steps", "Effects in the journal by state", steps, labels=("store", "state"))
        sources = [((name,), age) for name, age in sorted({pair for one in self.found for pair in one.sources.items()})]
        yield _gauge("syncd_source_age_seconds", "Time since the source was read whole", sources, labels=("source",))
        yield _counter("syncd_webhooks", "Webhooks by how they were answered", self.webhooks, labels=("store", "end"))
        yield _counter("syncd_passes", "Passes by how they ended", self.passes, labels=("store", "end"))


_OF_STORE: tuple[tuple[str, str, Callable[[Standing], float | None]], ...] = (
    (
        "last_right_age_seconds",
        "Time since a whole pass found everything readable and done",
        lambda one: one.right_age_s,
    ),
    ("last_pass_age_seconds", "Time since the last pass ended", lambda one: one.passed_age_s),
    ("lag_seconds", "How long the next pass is overdue; 0 = it is not", lambda one: one.lag_s),
    ("failures", "Passes that failed one after another", lambda one: float(one.failures)),
    ("paused", "1 while somebody paused its writes", lambda one: float(one.is_paused)),
    ("hints", "Hints that wait for a look", lambda one: float(one.hints)),
)


def _gauge(
    name: str, text: str, rows: Iterable[tuple[tuple[str, ...], float]], *, labels: tuple[str, ...] = ()
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=labels)
    for values, number in rows:
        family.add_metric(values, number)
    return family


def _counter(name: str, text: str, counts: Counter[tuple[str, str]], *, labels: tuple[str, ...]) -> CounterMetricFamily:
    family = CounterMetricFamily(name, text, labels=labels)
    for values, number in sorted(counts.items()):
        family.add_metric(values, number)
    return family
