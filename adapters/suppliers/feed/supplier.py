"""A table of orders and numbers as a Supplier."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from adapters.suppliers.feed.cells import order_key
from adapters.suppliers.feed.encoding import encoding_of
from adapters.suppliers.feed.header import Unreadable, find_header
from adapters.suppliers.feed.orders import supplier_orders
from adapters.suppliers.feed.records import records
from adapters.suppliers.feed.rows import Table, table
from adapters.suppliers.feed.settings import FeedSettings
from adapters.suppliers.feed.source import Body, FileSource, WebSource
from syncd.domain.observation import Problem, SupplierRead
from syncd.domain.ports import AdapterPorts, Call, Check, SupplierCapabilities, SupplierQuery, Wanted
from syncd.domain.shipments import SupplierOrder
from syncd.domain.steps import Effect, EffectState
from syncd.errors import NotFound, PortError, Transient

_SHRUNK_BELOW = 0.5
"""A feed with less than this share of its former rows is taken for cut off. Half: our choice."""
_SHRUNK_IS_TRUE_AFTER = timedelta(hours=24)
"""A feed that stayed small for so long did not break off: it is small now. A day: our choice."""
_HEAD = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One look at the feed. `trouble` says why it may not be whole; `table` None = nothing could be read."""

    stamp: str
    table: Table | None
    encoding: str
    trouble: str | None = None


class Feed:
    """One feed. Between reads it remembers the last one, to spare the work, and its row count, to notice a cut."""

    def __init__(self, name: str, settings: FeedSettings, ports: AdapterPorts) -> None:
        self.name = name
        self._settings = settings
        self._clock = ports.clock
        kind = WebSource if settings.is_web else FileSource
        self._source: WebSource | FileSource = kind(name, settings, ports)
        self._last: Reading | None = None
        self._guard = ShrinkGuard()

    async def orders(self, query: SupplierQuery) -> SupplierRead:
        """The feed's orders; with `wanted` those of these store orders, and those that share a number with one.

        A missing row means something only with `snapshot`, and only when the feed was read whole.
        """
        now = self._clock.now()
        reading = await self._read()
        trouble = reading.trouble
        if reading.table is not None and trouble is None:
            trouble = self._guard.objection(reading.table.count, now=now)
        is_whole = trouble is None and reading.table is not None
        shows_absence = self._settings.snapshot and is_whole and not (reading.table and reading.table.bad)
        wanted = query.wanted or ()
        return SupplierRead(
            supplier=self.name,
            observed_at=now,
            complete=is_whole,
            orders=self._orders(reading, None if query.wanted is None else wanted, now=now),
            asked=frozenset(ref for one in wanted for ref in one.supplier_order_ids) if shows_absence else frozenset(),
            answered=frozenset(one.order_id for one in wanted) if shows_absence else frozenset(),
            lists_everything=shows_absence and query.wanted is None,
            error=f"{self.name}: {trouble}." if trouble else None,
            problems=_problems(reading, trouble),
        )

    async def order(self, ref: str) -> SupplierOrder:
        """One order by its reference, `#` and case apart. Raises NotFound only when the feed was read whole."""
        reading = await self._read()
        if reading.table is not None and order_key(ref) in reading.table.orders:
            return self._built(reading.table, [order_key(ref)], now=self._clock.now())[0]
        if reading.trouble or reading.table is None:
            raise Transient(f"{self.name}: order {ref} was not seen, but {reading.trouble}.")
        raise NotFound(f"{self.name}: order {ref} is not in the feed ({reading.table.count} rows).")

    async def cancel(self, ref: str, call: Call) -> Effect:
        """A feed is read-only."""
        text = f"{self.name}: a feed cannot cancel order {ref} ({call.attempt_id}); tell the supplier."
        return Effect(state=EffectState.REFUSED, code="unsupported", text=text)

    def capabilities(self) -> SupplierCapabilities:
        settings = self._settings
        return SupplierCapabilities(
            can_list=True,
            lists_everything=settings.snapshot,
            can_cancel=False,
            parcels_have_lines=settings.columns is None or settings.columns.sku is not None,
            requests_per_second=settings.requests_per_second if settings.is_web else None,
            limits=f"at most {settings.max_rows} rows and {settings.max_bytes} bytes",
        )

    async def check(self) -> tuple[Check, ...]:
        name = f"{self.name}: feed"
        try:
            reading = await self._read()
        except PortError as exc:
            return (Check(name=name, state="fail", text=exc.text, remedy=exc.remedy or "Check source."),)
        if reading.table is None or reading.trouble:
            return (Check(name=name, state="fail", text=reading.trouble or "", remedy="Check source and columns."),)
        found = reading.table
        text = f"{found.count} rows, {reading.encoding}; {found.header.text}"
        return (Check(name=name, state="ok", text=text), *_warnings(self.name, self._settings, found))

    async def aclose(self) -> None:
        """Nothing is held open."""

    async def _read(self) -> Reading:
        """The feed as it is now; parsed again only when its bytes changed."""
        body = await self._source.fetch(self._last.stamp if self._last else None)
        if body is None and self._last is not None:
            return self._last
        assert body is not None, "a source may only say unchanged of something that is known"
        with body.file:
            if self._last is not None and self._last.stamp == body.stamp:
                return self._last
            try:
                reading = await asyncio.to_thread(read, body, self._settings)
            except OSError as exc:
                raise Transient(f"{self.name}: cannot be read to its end: {exc.strerror or exc}.") from exc
            if self._source.changed_since(body):
                return replace(reading, trouble="it was written to while it was read")
        self._last = None if body.trouble else reading
        return reading

    def _orders(self, reading: Reading, wanted: Sequence[Wanted] | None, *, now: datetime) -> tuple[SupplierOrder, ...]:
        found = reading.table
        if found is None:
            return ()
        return self._built(found, found.orders if wanted is None else _those(found, wanted), now=now)

    def _built(self, found: Table, keys: Iterable[str], *, now: datetime) -> tuple[SupplierOrder, ...]:
        return supplier_orders(found, keys=keys, supplier=self.name, settings=self._settings, now=now)


@dataclass(slots=True)
class ShrinkGuard:
    """Objects when a feed has lost more than half of its rows since it was last believed."""

    _believed: int = 0
    _small_since: datetime | None = None

    def objection(self, count: int, *, now: datetime) -> str | None:
        """Why `count` rows are not believed; None when they are, and then they are the new measure."""
        if count >= self._believed * _SHRUNK_BELOW or self._is_lasting(now):
            self._believed, self._small_since = count, None
            return None
        self._small_since = self._small_since or now
        share = 100 * count / self._believed
        return f"it shrank from {self._believed} to {count} rows ({share:.0f} % < {100 * _SHRUNK_BELOW:.0f} %)"

    def _is_lasting(self, now: datetime) -> bool:
        return self._small_since is not None and now - self._small_since >= _SHRUNK_IS_TRUE_AFTER


def read(body: Body, settings: FeedSettings) -> Reading:
    """What is in the bytes. Never raises for what they contain."""
    encoding = settings.encoding or encoding_of(body.file)
    is_open_ended = body.is_open_ended
    body.file.seek(0)
    text = io.TextIOWrapper(body.file, encoding=encoding, errors="replace", newline="")
    try:
        found = _table(text, settings)
    except (Unreadable, UnicodeError) as exc:
        return Reading(stamp=body.stamp, table=None, encoding=encoding, trouble=str(exc))
    finally:
        text.detach()
    trouble = body.trouble or found.cut
    if trouble is None and is_open_ended and found.ends_badly:
        trouble = "it ends in the middle of a row"
    return Reading(stamp=body.stamp, table=found, encoding=encoding, trouble=trouble)


def _table(text: io.TextIOWrapper, settings: FeedSettings) -> Table:
    columns = settings.columns.named() if settings.columns else None
    head = text.read(_HEAD)
    header = find_header(head, columns=columns, delimiter=settings.delimiter, has_states=bool(settings.states))
    text.seek(0)
    return table(records(text, delimiter=header.delimiter), header=header, settings=settings)


def _those(found: Table, wanted: Iterable[Wanted]) -> Iterable[str]:
    """Keys of the wanted orders, and of others that carry one of their numbers: a number on two orders is drift (E06)."""
    ours = dict.fromkeys(key for one in wanted for key in _keys(one) if key in found.orders)
    numbers = dict.fromkeys(number for key in ours for row in found.orders[key] for number in row.parcel_key)
    return ours | dict.fromkeys(key for number in numbers for key in found.users[number])


def _keys(wanted: Wanted) -> Iterable[str]:
    """The forms in which a feed may name the order."""
    yield order_key(wanted.order_name)
    yield wanted.order_id.casefold()
    yield wanted.order_id.rpartition("/")[2]
    yield from map(order_key, wanted.supplier_order_ids)


def _problems(reading: Reading, trouble: str | None) -> tuple[Problem, ...]:
    whole = (Problem(place="file", text=trouble),) if trouble else ()
    return (*whole, *(reading.table.problems if reading.table else ()))


def _warnings(name: str, settings: FeedSettings, found: Table) -> Iterable[Check]:
    if found.bad:
        first = found.problems[0]
        text = f"{found.bad} rows cannot be read; the first: {first.place} {first.text}"
        yield Check(name=f"{name}: rows", state="warn", text=text, remedy="Correct them at the supplier.")
    if "status" in found.header.positions and not settings.states:
        text = "a status column is mapped, but states does not say what its words mean, so it decides nothing"
        yield Check(name=f"{name}: states", state="warn", text=text, remedy="Add states, or leave the column out.")
    if found.header.missing:
        text = f"the header lacks {', '.join(found.header.missing)}"
        yield Check(name=f"{name}: columns", state="warn", text=text, remedy="Correct columns.")


def build(name: str, settings: FeedSettings, ports: AdapterPorts) -> Feed:
    return Feed(name, settings, ports)
